// Functions that make numbers or new vectors from vectors: + - * ||, norms, normalisation, parts,
// quantisation.
#include "pg/postgres.hpp"

#include "pg/datum.hpp"
#include "quiver/kernels/dispatch.hpp"
#include "quiver/types/arithmetic.hpp"
#include "quiver/types/convert.hpp"

#include <cmath>  // std::sqrt

namespace {

namespace pg = quiver::pg;
namespace kernels = quiver::kernels;
using quiver::DenseView;
using quiver::F16;
using quiver::F32;
using quiver::SparseView;
using quiver::Status;

double norm(DenseView<F32> v) {
    return std::sqrt(kernels::active().squared_norm_f32(v.x, static_cast<size_t>(v.dim)));
}
double norm(DenseView<F16> v) {
    return std::sqrt(kernels::active().squared_norm_f16(v.x, static_cast<size_t>(v.dim)));
}
double norm(SparseView v) {
    return std::sqrt(kernels::active().squared_norm_f32(v.values, static_cast<size_t>(v.nnz)));
}

template <class View>
Datum norm_of_arg(FunctionCallInfo fcinfo) {
    return Float8GetDatum(pg::with_arg<View>(fcinfo, 0, [](View v) { return norm(v); }));
}

template <class T>
Datum dimension(FunctionCallInfo fcinfo) {
    return Int32GetDatum(
        pg::with_arg<DenseView<T>>(fcinfo, 0, [](DenseView<T> v) { return v.dim; }));
}

// A new vector of the common dimension, written by f(a, b, out).
template <class T, class F>
Datum elementwise(FunctionCallInfo fcinfo, F f) {
    return pg::with_args<DenseView<T>>(fcinfo, [f](DenseView<T> a, DenseView<T> b) {
        pg::check(quiver::check_same_dim(a, b));
        const pg::NewDense<T> result = pg::make_dense<T>(a.dim);
        pg::check(f(a, b, result.x));
        return result.datum;
    });
}

template <class T>
Datum concatenate(FunctionCallInfo fcinfo) {
    return pg::with_args<DenseView<T>>(fcinfo, [](DenseView<T> a, DenseView<T> b) {
        pg::check(quiver::check_dense_dim<T>(a.dim + b.dim));
        const pg::NewDense<T> result = pg::make_dense<T>(a.dim + b.dim);
        quiver::concatenate(a, b, result.x);
        return result.datum;
    });
}

template <class T>
Datum normalize(FunctionCallInfo fcinfo) {
    return pg::with_arg<DenseView<T>>(fcinfo, 0, [](DenseView<T> v) {
        const pg::NewDense<T> result = pg::make_dense<T>(v.dim);
        pg::check(quiver::normalize(v, norm(v), result.x));
        return result.datum;
    });
}

template <class T>
Datum subvector(FunctionCallInfo fcinfo) {
    const int32 start = PG_GETARG_INT32(1);
    const int32 count = PG_GETARG_INT32(2);
    return pg::with_arg<DenseView<T>>(fcinfo, 0, [start, count](DenseView<T> v) {
        quiver::Range range;
        pg::check(quiver::subvector_range<T>(v.dim, start, count, range));
        const pg::NewDense<T> result = pg::make_dense<T>(range.count);
        memcpy(result.x, v.x + range.first, sizeof(T) * static_cast<size_t>(range.count));
        return result.datum;
    });
}

// One bit per element: is it above threshold(v)?
template <class T, class F>
Datum binary_quantize(FunctionCallInfo fcinfo, F threshold) {
    return pg::with_arg<DenseView<T>>(fcinfo, 0, [threshold](DenseView<T> v) {
        const pg::NewBits result = pg::make_bits(v.dim);
        quiver::binary_quantize(v, threshold(v), result.bytes);
        return result.datum;
    });
}

template <class T>
Datum quantize_at_zero(FunctionCallInfo fcinfo) {
    return binary_quantize<T>(fcinfo, [](DenseView<T>) { return 0.0f; });
}

template <class T>
Datum quantize_at_mean(FunctionCallInfo fcinfo) {
    return binary_quantize<T>(fcinfo, [](DenseView<T> v) { return quiver::mean(v); });
}

}  // namespace

QUIVER_FUNCTION(vector_dims) { return dimension<F32>(fcinfo); }
QUIVER_FUNCTION(halfvec_vector_dims) { return dimension<F16>(fcinfo); }

QUIVER_FUNCTION(vector_norm) { return norm_of_arg<DenseView<F32>>(fcinfo); }
QUIVER_FUNCTION(halfvec_l2_norm) { return norm_of_arg<DenseView<F16>>(fcinfo); }
QUIVER_FUNCTION(sparsevec_l2_norm) { return norm_of_arg<SparseView>(fcinfo); }

QUIVER_FUNCTION(vector_add) { return elementwise<F32>(fcinfo, quiver::add<F32>); }
QUIVER_FUNCTION(halfvec_add) { return elementwise<F16>(fcinfo, quiver::add<F16>); }
QUIVER_FUNCTION(vector_sub) { return elementwise<F32>(fcinfo, quiver::subtract<F32>); }
QUIVER_FUNCTION(halfvec_sub) { return elementwise<F16>(fcinfo, quiver::subtract<F16>); }
QUIVER_FUNCTION(vector_mul) { return elementwise<F32>(fcinfo, quiver::multiply<F32>); }
QUIVER_FUNCTION(halfvec_mul) { return elementwise<F16>(fcinfo, quiver::multiply<F16>); }

QUIVER_FUNCTION(vector_concat) { return concatenate<F32>(fcinfo); }
QUIVER_FUNCTION(halfvec_concat) { return concatenate<F16>(fcinfo); }

QUIVER_FUNCTION(l2_normalize) { return normalize<F32>(fcinfo); }
QUIVER_FUNCTION(halfvec_l2_normalize) { return normalize<F16>(fcinfo); }
// The values of a sparse vector are normalised like those of a dense one; quotients that underflow
// are dropped.
QUIVER_FUNCTION(sparsevec_l2_normalize) {
    return pg::with_arg<SparseView>(fcinfo, 0, [](SparseView v) {
        const DenseView<F32> values{v.nnz, v.values};
        auto* quotients = static_cast<F32*>(palloc(sizeof(F32) * static_cast<size_t>(v.nnz) + 1));
        pg::check(quiver::normalize(values, norm(v), quotients));
        const int nnz = quiver::count_nonzeros(DenseView<F32>{v.nnz, quotients});
        const pg::NewSparse result = pg::make_sparse(v.dim, nnz);
        for (int i = 0, j = 0; i < v.nnz; i++) {
            if (quotients[i] == 0.0f) continue;
            result.indices[j] = v.indices[i];
            result.values[j++] = quotients[i];
        }
        pfree(quotients);
        return result.datum;
    });
}

QUIVER_FUNCTION(subvector) { return subvector<F32>(fcinfo); }
QUIVER_FUNCTION(halfvec_subvector) { return subvector<F16>(fcinfo); }

QUIVER_FUNCTION(binary_quantize) { return quantize_at_zero<F32>(fcinfo); }
QUIVER_FUNCTION(halfvec_binary_quantize) { return quantize_at_zero<F16>(fcinfo); }
QUIVER_FUNCTION(binary_quantize_mean) { return quantize_at_mean<F32>(fcinfo); }
QUIVER_FUNCTION(halfvec_binary_quantize_mean) { return quantize_at_mean<F16>(fcinfo); }

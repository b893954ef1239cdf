// Distance functions of all types: the procedures behind <->, <#>, <=>, <+>, <~> and <%>.
//
// Sums are accumulated in float32 by the kernels in use and returned as float8; an overflowing sum
// is Infinity, a cosine with a zero vector NaN. Nothing is allocated unless an argument is toasted.
#include "pg/postgres.hpp"

#include "pg/datum.hpp"
#include "quiver/kernels/dispatch.hpp"
#include "quiver/types/arithmetic.hpp"

#include <cmath>  // std::sqrt, std::acos

namespace {

namespace pg = quiver::pg;
namespace kernels = quiver::kernels;
using quiver::DenseView;
using quiver::F16;
using quiver::F32;
using quiver::SparseView;

template <class T>
const kernels::FloatKernels<T, T>& dense_kernels() {
    return kernels::float_kernels<T, T>(kernels::active());
}

// 1 - similarity, with the rounding errors of the similarity cut off; NaN stays NaN.
double cosine_from_parts(kernels::CosineParts parts) {
    double similarity = parts.dot / std::sqrt(static_cast<double>(parts.norm_a) * parts.norm_b);
    if (similarity > 1) similarity = 1;
    if (similarity < -1) similarity = -1;
    return 1 - similarity;
}

// Angle between unit vectors as a fraction of pi, a metric on the sphere.
double angle_from_dot(double dot) {
    if (dot > 1) dot = 1;
    if (dot < -1) dot = -1;
    return std::acos(dot) / M_PI;
}

// Float8 result of f(kernels, a, b) for two vectors of the same dimension.
template <class T, class F>
Datum dense_distance(FunctionCallInfo fcinfo, F f) {
    return Float8GetDatum(
        pg::with_args<DenseView<T>>(fcinfo, [f](DenseView<T> a, DenseView<T> b) -> double {
            pg::check(quiver::check_same_dim(a, b));
            return f(dense_kernels<T>(), a.x, b.x, static_cast<size_t>(a.dim));
        }));
}

template <class T>
Datum dense_l2(FunctionCallInfo fcinfo) {
    return dense_distance<T>(fcinfo, [](const auto& k, const T* a, const T* b, size_t n) {
        return std::sqrt(static_cast<double>(k.l2_squared(a, b, n)));
    });
}

template <class T>
Datum dense_l2_squared(FunctionCallInfo fcinfo) {
    return dense_distance<T>(fcinfo, [](const auto& k, const T* a, const T* b, size_t n) {
        return k.l2_squared(a, b, n);
    });
}

template <class T>
Datum dense_inner_product(FunctionCallInfo fcinfo) {
    return dense_distance<T>(fcinfo, [](const auto& k, const T* a, const T* b, size_t n) {
        return k.inner_product(a, b, n);
    });
}

template <class T>
Datum dense_negative_inner_product(FunctionCallInfo fcinfo) {
    return dense_distance<T>(fcinfo, [](const auto& k, const T* a, const T* b, size_t n) {
        return -k.inner_product(a, b, n);
    });
}

template <class T>
Datum dense_cosine(FunctionCallInfo fcinfo) {
    return dense_distance<T>(fcinfo, [](const auto& k, const T* a, const T* b, size_t n) {
        return cosine_from_parts(k.cosine_parts(a, b, n));
    });
}

template <class T>
Datum dense_spherical(FunctionCallInfo fcinfo) {
    return dense_distance<T>(fcinfo, [](const auto& k, const T* a, const T* b, size_t n) {
        return angle_from_dot(k.inner_product(a, b, n));
    });
}

template <class T>
Datum dense_l1(FunctionCallInfo fcinfo) {
    return dense_distance<T>(
        fcinfo, [](const auto& k, const T* a, const T* b, size_t n) { return k.l1(a, b, n); });
}

template <class F>
Datum sparse_distance(FunctionCallInfo fcinfo, F f) {
    return Float8GetDatum(
        pg::with_args<SparseView>(fcinfo, [f](SparseView a, SparseView b) -> double {
            pg::check(quiver::check_same_dim(a, b));
            return f(kernels::active(),
                     kernels::SparseArg{a.indices, a.values, static_cast<size_t>(a.nnz)},
                     kernels::SparseArg{b.indices, b.values, static_cast<size_t>(b.nnz)});
        }));
}

template <class F>
Datum bit_distance(FunctionCallInfo fcinfo, F f) {
    return Float8GetDatum(
        pg::with_args<pg::BitView>(fcinfo, [f](pg::BitView a, pg::BitView b) -> double {
            if (a.bits != b.bits)
                ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION),
                                errmsg("different bit lengths %u and %u", a.bits, b.bits)));
            return f(kernels::active().bits, a.bytes, b.bytes, a.size);
        }));
}

}  // namespace

QUIVER_FUNCTION(l2_distance) { return dense_l2<F32>(fcinfo); }
QUIVER_FUNCTION(vector_l2_squared_distance) { return dense_l2_squared<F32>(fcinfo); }
QUIVER_FUNCTION(inner_product) { return dense_inner_product<F32>(fcinfo); }
QUIVER_FUNCTION(vector_negative_inner_product) { return dense_negative_inner_product<F32>(fcinfo); }
QUIVER_FUNCTION(cosine_distance) { return dense_cosine<F32>(fcinfo); }
QUIVER_FUNCTION(vector_spherical_distance) { return dense_spherical<F32>(fcinfo); }
QUIVER_FUNCTION(l1_distance) { return dense_l1<F32>(fcinfo); }

QUIVER_FUNCTION(halfvec_l2_distance) { return dense_l2<F16>(fcinfo); }
QUIVER_FUNCTION(halfvec_l2_squared_distance) { return dense_l2_squared<F16>(fcinfo); }
QUIVER_FUNCTION(halfvec_inner_product) { return dense_inner_product<F16>(fcinfo); }
QUIVER_FUNCTION(halfvec_negative_inner_product) {
    return dense_negative_inner_product<F16>(fcinfo);
}
QUIVER_FUNCTION(halfvec_cosine_distance) { return dense_cosine<F16>(fcinfo); }
QUIVER_FUNCTION(halfvec_spherical_distance) { return dense_spherical<F16>(fcinfo); }
QUIVER_FUNCTION(halfvec_l1_distance) { return dense_l1<F16>(fcinfo); }

QUIVER_FUNCTION(sparsevec_l2_distance) {
    return sparse_distance(fcinfo, [](const auto& k, auto a, auto b) {
        return std::sqrt(static_cast<double>(k.sparse.l2_squared(a, b)));
    });
}
QUIVER_FUNCTION(sparsevec_l2_squared_distance) {
    return sparse_distance(fcinfo,
                           [](const auto& k, auto a, auto b) { return k.sparse.l2_squared(a, b); });
}
QUIVER_FUNCTION(sparsevec_inner_product) {
    return sparse_distance(
        fcinfo, [](const auto& k, auto a, auto b) { return k.sparse.inner_product(a, b); });
}
QUIVER_FUNCTION(sparsevec_negative_inner_product) {
    return sparse_distance(
        fcinfo, [](const auto& k, auto a, auto b) { return -k.sparse.inner_product(a, b); });
}
QUIVER_FUNCTION(sparsevec_cosine_distance) {
    return sparse_distance(fcinfo, [](const auto& k, auto a, auto b) {
        return cosine_from_parts({k.sparse.inner_product(a, b),
                                  k.f32.inner_product(a.values, a.values, a.n),
                                  k.f32.inner_product(b.values, b.values, b.n)});
    });
}
QUIVER_FUNCTION(sparsevec_l1_distance) {
    return sparse_distance(fcinfo, [](const auto& k, auto a, auto b) { return k.sparse.l1(a, b); });
}

QUIVER_FUNCTION(hamming_distance) {
    return bit_distance(fcinfo, [](const auto& k, const uint8_t* a, const uint8_t* b, size_t size) {
        return static_cast<double>(k.hamming(a, b, size));
    });
}
QUIVER_FUNCTION(jaccard_distance) {
    return bit_distance(fcinfo, [](const auto& k, const uint8_t* a, const uint8_t* b, size_t size) {
        const kernels::BitOverlap overlap = k.overlap(a, b, size);
        if (overlap.both == 0)
            return 1.0;  // also for two zero strings, as for sets without a common element
        return 1.0 - static_cast<double>(overlap.both) / static_cast<double>(overlap.any);
    });
}

// Casts between the vector types and from and to arrays. All take (value, typmod of the target,
// explicit?).
#include "pg/postgres.hpp"

#include "pg/datum.hpp"
#include "pg/types/array.hpp"
#include "quiver/types/convert.hpp"

namespace {

namespace pg = quiver::pg;
using quiver::DenseView;
using quiver::F16;
using quiver::F32;
using quiver::SparseView;

// A cast of a type to itself checks the declared dimension and returns the stored value as it is.
template <class View>
Datum same_type(FunctionCallInfo fcinfo) {
    const int32 typmod = PG_GETARG_INT32(1);
    const int dim = pg::with_arg<View>(fcinfo, 0, [](View v) { return v.dim; });
    pg::check(quiver::check_expected_dim(typmod, dim));
    return PG_GETARG_DATUM(0);
}

template <class T>
void check_target_dim(int dim, int32 typmod) {
    pg::check(quiver::check_dense_dim<T>(dim));
    pg::check(quiver::check_expected_dim(typmod, dim));
}

void check_sparse_target_dim(int dim, int32 typmod) {
    pg::check(quiver::check_sparse_dim(dim));
    pg::check(quiver::check_expected_dim(typmod, dim));
}

void copy_floats(const F32* in, int n, F32* out) {
    memcpy(out, in, sizeof(F32) * static_cast<size_t>(n));
}
void copy_floats(const F32* in, int n, F16* out) { pg::check(quiver::narrow(in, out, n)); }
void copy_floats(const F16* in, int n, F32* out) { quiver::widen(in, out, n); }

template <class T>
Datum array_to_dense(FunctionCallInfo fcinfo) {
    ArrayType* array = PG_GETARG_ARRAYTYPE_P(0);
    const int n = pg::array_length(array);
    check_target_dim<T>(n, PG_GETARG_INT32(1));
    const F32* floats = pg::array_floats(array, n);
    const pg::NewDense<T> result = pg::make_dense<T>(n);
    copy_floats(floats, n, result.x);
    pg::check(quiver::check_finite(result.x, n, quiver::kDenseTypeName<T>));
    return result.datum;
}

template <class T>
Datum dense_to_float4(FunctionCallInfo fcinfo) {
    return pg::with_arg<DenseView<T>>(fcinfo, 0, [](DenseView<T> v) {
        ArrayType* array = pg::make_array(FLOAT4OID, sizeof(float4), v.dim);
        auto* out = reinterpret_cast<F32*>(ARR_DATA_PTR(array));
        copy_floats(v.x, v.dim, out);
        return PointerGetDatum(array);
    });
}

// A sparse vector of the non-zero elements of a dense one.
template <class T>
Datum make_sparse_from(DenseView<T> v) {
    const int nnz = quiver::count_nonzeros(v);
    pg::check(quiver::check_nonzeros(nnz, v.dim));
    const pg::NewSparse result = pg::make_sparse(v.dim, nnz);
    quiver::dense_to_sparse(v, result.indices, result.values);
    pg::check(quiver::check_finite(result.values, nnz, quiver::kSparseTypeName));
    return result.datum;
}

template <class T>
Datum dense_to_sparse(FunctionCallInfo fcinfo) {
    const int32 typmod = PG_GETARG_INT32(1);
    return pg::with_arg<DenseView<T>>(fcinfo, 0, [typmod](DenseView<T> v) {
        check_sparse_target_dim(v.dim, typmod);
        return make_sparse_from(v);
    });
}

template <class T>
Datum sparse_to_dense(FunctionCallInfo fcinfo) {
    const int32 typmod = PG_GETARG_INT32(1);
    return pg::with_arg<SparseView>(fcinfo, 0, [typmod](SparseView v) {
        check_target_dim<T>(v.dim, typmod);
        const pg::NewDense<T> result = pg::make_dense<T>(v.dim);
        pg::check(quiver::sparse_to_dense(v, result.x));
        return result.datum;
    });
}

}  // namespace

QUIVER_FUNCTION(vector) { return same_type<DenseView<F32>>(fcinfo); }
QUIVER_FUNCTION(halfvec) { return same_type<DenseView<F16>>(fcinfo); }
QUIVER_FUNCTION(sparsevec) { return same_type<SparseView>(fcinfo); }

QUIVER_FUNCTION(array_to_vector) { return array_to_dense<F32>(fcinfo); }
QUIVER_FUNCTION(array_to_halfvec) { return array_to_dense<F16>(fcinfo); }
QUIVER_FUNCTION(array_to_sparsevec) {
    ArrayType* array = PG_GETARG_ARRAYTYPE_P(0);
    const int n = pg::array_length(array);
    check_sparse_target_dim(n, PG_GETARG_INT32(1));
    return make_sparse_from(DenseView<F32>{n, pg::array_floats(array, n)});
}

QUIVER_FUNCTION(vector_to_float4) { return dense_to_float4<F32>(fcinfo); }
QUIVER_FUNCTION(halfvec_to_float4) { return dense_to_float4<F16>(fcinfo); }

QUIVER_FUNCTION(halfvec_to_vector) {
    const int32 typmod = PG_GETARG_INT32(1);
    return pg::with_arg<DenseView<F16>>(fcinfo, 0, [typmod](DenseView<F16> v) {
        check_target_dim<F32>(v.dim, typmod);
        const pg::NewDense<F32> result = pg::make_dense<F32>(v.dim);
        quiver::widen(v.x, result.x, v.dim);
        return result.datum;
    });
}
QUIVER_FUNCTION(vector_to_halfvec) {
    const int32 typmod = PG_GETARG_INT32(1);
    return pg::with_arg<DenseView<F32>>(fcinfo, 0, [typmod](DenseView<F32> v) {
        check_target_dim<F16>(v.dim, typmod);
        const pg::NewDense<F16> result = pg::make_dense<F16>(v.dim);
        pg::check(quiver::narrow(v.x, result.x, v.dim));
        return result.datum;
    });
}

QUIVER_FUNCTION(vector_to_sparsevec) { return dense_to_sparse<F32>(fcinfo); }
QUIVER_FUNCTION(halfvec_to_sparsevec) { return dense_to_sparse<F16>(fcinfo); }
QUIVER_FUNCTION(sparsevec_to_vector) { return sparse_to_dense<F32>(fcinfo); }
QUIVER_FUNCTION(sparsevec_to_halfvec) { return sparse_to_dense<F16>(fcinfo); }

// avg(vector) and avg(halfvec). (sum is vector_add and halfvec_add.)
//
// The state is a float8[]: the number of rows, then the sum of each element; {0} before the first
// row. Inside an aggregate the state belongs to us, so it is updated in place; called as plain
// functions, these copy.
#include "pg/postgres.hpp"

#include "pg/datum.hpp"
#include "pg/types/array.hpp"
#include "quiver/types/convert.hpp"

#include <cmath>  // std::isinf

namespace {

namespace pg = quiver::pg;
using quiver::DenseView;
using quiver::F16;
using quiver::F32;
using quiver::Status;

struct AvgState {
    ArrayType* array;
    double* count;  // then the sums
    double* sums;
    int dim;  // 0 before the first row
};

AvgState view_state(ArrayType* array, const char* caller) {
    if (ARR_NDIM(array) != 1 || ARR_DIMS(array)[0] < 1 || ARR_HASNULL(array) ||
        ARR_ELEMTYPE(array) != FLOAT8OID)
        elog(ERROR, "%s: expected state array", caller);
    auto* values = reinterpret_cast<double*>(ARR_DATA_PTR(array));
    return {array, values, values + 1, ARR_DIMS(array)[0] - 1};
}

AvgState new_state(int dim, const char* caller) {
    return view_state(pg::make_array(FLOAT8OID, sizeof(float8), dim + 1), caller);
}

// The state argument n, ours to change.
AvgState own_state(FunctionCallInfo fcinfo, int n, const char* caller) {
    const bool in_aggregate = AggCheckCallContext(fcinfo, nullptr) != 0;
    return view_state(in_aggregate ? PG_GETARG_ARRAYTYPE_P(n) : PG_GETARG_ARRAYTYPE_P_COPY(n),
                      caller);
}

void check_overflow(const double* sums, int dim) {
    for (int i = 0; i < dim; i++)
        if (std::isinf(sums[i])) pg::raise({.code = quiver::Code::overflow});
}

template <class T>
Datum accumulate(FunctionCallInfo fcinfo, const char* caller) {
    AvgState state = own_state(fcinfo, 0, caller);
    return pg::with_arg<DenseView<T>>(fcinfo, 1, [state, caller](DenseView<T> v) {
        AvgState out = state;
        if (state.dim == 0) {
            out = new_state(v.dim, caller);
            *out.count = *state.count;
        } else {
            pg::check(quiver::check_expected_dim(state.dim, v.dim));
        }
        *out.count += 1;
        for (int i = 0; i < v.dim; i++) out.sums[i] += quiver::to_float(v.x[i]);
        check_overflow(out.sums, v.dim);
        return PointerGetDatum(out.array);
    });
}

template <class T>
Datum average(FunctionCallInfo fcinfo, const char* caller) {
    const AvgState state = view_state(PG_GETARG_ARRAYTYPE_P(0), caller);
    if (*state.count == 0) PG_RETURN_NULL();
    pg::check(quiver::check_dense_dim<T>(state.dim));
    const pg::NewDense<T> result = pg::make_dense<T>(state.dim);
    for (int i = 0; i < state.dim; i++)
        pg::check(
            quiver::store_float(static_cast<float>(state.sums[i] / *state.count), result.x[i]));
    pg::check(quiver::check_finite(result.x, state.dim, quiver::kDenseTypeName<T>));
    return result.datum;
}

}  // namespace

QUIVER_FUNCTION(vector_accum) { return accumulate<F32>(fcinfo, "vector_accum"); }
QUIVER_FUNCTION(halfvec_accum) { return accumulate<F16>(fcinfo, "halfvec_accum"); }
QUIVER_FUNCTION(vector_avg) { return average<F32>(fcinfo, "vector_avg"); }
QUIVER_FUNCTION(halfvec_avg) { return average<F16>(fcinfo, "halfvec_avg"); }

// Serves both types: their states are alike.
QUIVER_FUNCTION(vector_combine) {
    const AvgState a = own_state(fcinfo, 0, "vector_combine");
    const AvgState b = view_state(PG_GETARG_ARRAYTYPE_P(1), "vector_combine");
    if (a.dim != 0) pg::check(quiver::check_dense_dim<F32>(a.dim));
    if (b.dim == 0) return PointerGetDatum(a.array);
    pg::check(quiver::check_dense_dim<F32>(b.dim));
    AvgState out = a;
    if (a.dim == 0) {
        out = new_state(b.dim, "vector_combine");
        *out.count = *a.count;
    } else {
        pg::check(quiver::check_expected_dim(a.dim, b.dim));
    }
    *out.count += *b.count;
    for (int i = 0; i < b.dim; i++) out.sums[i] += b.sums[i];
    check_overflow(out.sums, b.dim);
    return PointerGetDatum(out.array);
}

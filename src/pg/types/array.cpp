#include "pg/types/array.hpp"

namespace quiver::pg {

namespace {

// Converts elements that lie next to each other, as those of a fixed-length type without nulls do.
template <class Element>
const F32* convert(ArrayType* array, int n) {
    const auto* in = reinterpret_cast<const Element*>(ARR_DATA_PTR(array));
    auto* out = static_cast<F32*>(palloc(sizeof(F32) * static_cast<size_t>(n)));
    for (int i = 0; i < n; i++) out[i] = static_cast<float>(in[i]);
    return out;
}

const F32* convert_numeric(ArrayType* array, int n) {
    Datum* elements;
    int count;
    deconstruct_array(array, NUMERICOID, -1, false, TYPALIGN_INT, &elements, nullptr, &count);
    auto* out = static_cast<F32*>(palloc(sizeof(F32) * static_cast<size_t>(n)));
    for (int i = 0; i < n; i++)
        out[i] = DatumGetFloat4(DirectFunctionCall1(numeric_float4, elements[i]));
    pfree(elements);
    return out;
}

}  // namespace

int array_length(ArrayType* array) {
    if (ARR_NDIM(array) > 1)
        ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION), errmsg("array must be 1-D")));
    if (ARR_HASNULL(array) && array_contains_nulls(array))
        ereport(ERROR,
                (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("array must not contain nulls")));
    return ARR_NDIM(array) == 0 ? 0 : ARR_DIMS(array)[0];
}

const F32* array_floats(ArrayType* array, int n) {
    switch (ARR_ELEMTYPE(array)) {
        case FLOAT4OID:
            return reinterpret_cast<const F32*>(ARR_DATA_PTR(array));
        case FLOAT8OID:
            return convert<float8>(array, n);
        case INT4OID:
            return convert<int32>(array, n);
        case NUMERICOID:
            return convert_numeric(array, n);
        default:
            ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION), errmsg("unsupported array type")));
    }
}

ArrayType* make_array(Oid element_type, size_t size, int n) {
    const size_t total = ARR_OVERHEAD_NONULLS(1) + size * static_cast<size_t>(n);
    auto* array = static_cast<ArrayType*>(palloc0(total));
    SET_VARSIZE(array, total);
    array->ndim = 1;
    array->dataoffset = 0;  // no null bitmap
    array->elemtype = element_type;
    ARR_DIMS(array)[0] = n;
    ARR_LBOUND(array)[0] = 1;
    return array;
}

}  // namespace quiver::pg

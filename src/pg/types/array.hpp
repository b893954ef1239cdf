// SQL arrays of numbers: read as float32, and made without going through Datums.
#pragma once

#include "pg/postgres.hpp"

#include "quiver/base/number.hpp"

namespace quiver::pg {

// Number of elements of an array that is to become a vector. Raises unless it is at most 1-D and
// free of nulls.
int array_length(ArrayType* array);

// The elements of an integer[], real[], double precision[] or numeric[] array of n elements as
// float32, in place or palloc'd. Raises for other element types. Values beyond float32 become
// infinite, except numeric, which raises.
const F32* array_floats(ArrayType* array, int n);

// A new 1-D array without nulls of n elements of `size` bytes, all zero.
ArrayType* make_array(Oid element_type, size_t size, int n);

}  // namespace quiver::pg

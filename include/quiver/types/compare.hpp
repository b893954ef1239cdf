// The order of the btree operator classes: -1, 0 or 1. Elements decide before dimensions do, as in
// SQL arrays.
//
// Minus zero equals zero. Elements are never NaN, so this is a total order.
#pragma once

#include "quiver/types/dense.hpp"
#include "quiver/types/sparse.hpp"

namespace quiver {

inline int compare_dims(int a, int b) noexcept { return (a > b) - (a < b); }

// Numbers in the order of the elements. For a half the bits of its magnitude, with its sign: the
// order is the same and nothing is converted.
inline float order_key(F32 x) noexcept { return x.value; }
inline int order_key(F16 x) noexcept {
    const int magnitude = x.bits & 0x7fff;
    return x.bits & 0x8000 ? -magnitude : magnitude;
}

template <class T>
inline int compare(DenseView<T> a, DenseView<T> b) noexcept {
    const int dim = a.dim < b.dim ? a.dim : b.dim;
    for (int i = 0; i < dim; i++) {
        const auto x = order_key(a.x[i]);
        const auto y = order_key(b.x[i]);
        if (x < y) return -1;
        if (x > y) return 1;
    }
    return compare_dims(a.dim, b.dim);
}

// The result of comparing the two as dense vectors, without making them dense.
inline int compare(SparseView a, SparseView b) noexcept {
    const int dim = a.dim < b.dim ? a.dim : b.dim;
    // Where the entries of one side are exhausted, or lie beyond the shorter vector, its next one
    // is at `dim`.
    const auto index_of = [dim](const SparseView& v, int i) {
        const int index = i < v.nnz ? v.indices[i].value : dim;
        return index < dim ? index : dim;
    };
    // One position serves both sides: until they differ, their entries are the same.
    for (int i = 0;; i++) {
        const int at_a = index_of(a, i);
        const int at_b = index_of(b, i);
        if (at_a == dim && at_b == dim) return compare_dims(a.dim, b.dim);
        const float x = at_a <= at_b ? a.values[i].value : 0;
        const float y = at_b <= at_a ? b.values[i].value : 0;
        if (x < y) return -1;
        if (x > y) return 1;
    }
}

}  // namespace quiver

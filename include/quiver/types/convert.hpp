// Casts between the vector types. Dimensions and sizes are the caller's to check.
#pragma once

#include <cstring>  // std::memset

#include "quiver/kernels/dispatch.hpp"
#include "quiver/types/dense.hpp"
#include "quiver/types/element.hpp"
#include "quiver/types/sparse.hpp"

namespace quiver {

// Exact.
inline void widen(const F16* in, F32* out, int n) noexcept {
    kernels::active().convert.half_to_float(in, out, static_cast<size_t>(n));
}

// The first number that is finite and too large decides the error.
inline Status narrow(const F32* in, F16* out, int n) noexcept {
    kernels::active().convert.float_to_half(in, out, static_cast<size_t>(n));
    if (all_finite(out, n)) [[likely]]
        return {};
    for (int i = 0; i < n; i++) {
        if (Status s = store_float(in[i], out[i]); !s.ok()) return s;
    }
    return {};
}

template <class T>
inline int count_nonzeros(DenseView<T> v) noexcept {
    int nnz = 0;
    for (int i = 0; i < v.dim; i++) nnz += to_float(v.x[i]) != 0;
    return nnz;
}

// Writes count_nonzeros(v) entries.
template <class T>
inline void dense_to_sparse(DenseView<T> v, I32* indices, F32* values) noexcept {
    int j = 0;
    for (int i = 0; i < v.dim; i++) {
        const float value = to_float(v.x[i]);
        if (value == 0) continue;
        indices[j] = i;
        values[j] = value;
        j++;
    }
}

// Writes v.dim elements. The indices were checked when the value was made: an error means that it
// is corrupt.
template <class T>
inline Status sparse_to_dense(SparseView v, T* out) noexcept {
    std::memset(static_cast<void*>(out), 0, static_cast<size_t>(v.dim) * sizeof(T));
    for (int i = 0; i < v.nnz; i++) {
        const int index = v.indices[i];
        if (index < 0 || index >= v.dim) [[unlikely]]
            return {.code = Code::index_out_of_bounds, .type = kSparseTypeName};
        if (Status s = store_float(v.values[i], out[index]); !s.ok()) return s;
    }
    return {};
}

}  // namespace quiver

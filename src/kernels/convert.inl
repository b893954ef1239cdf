// Conversions between float32 and float16, and from 8-bit rows. Included by the files of
// instruction sets.
#pragma once

#include "kernels/families.hpp"
#include "kernels/rows.inl"
#include "kernels/xsimd_shim.hpp"

namespace quiver::kernels {

template <class Arch>
void Convert<Arch>::half_to_float(const F16* in, F32* out, size_t n) noexcept {
    using L = Lanes<Arch>;
    for (; n >= L::kWidth; n -= L::kWidth, in += L::kWidth, out += L::kWidth)
        L::store(out, L::load(in));
    if (n != 0) {
        F32 last[L::kWidth];
        L::store(last, L::load_tail(in, n));
        __builtin_memcpy(out, last, n * sizeof(F32));
    }
}

template <class Arch>
void Convert<Arch>::float_to_half(const F32* in, F16* out, size_t n) noexcept {
    using L = Lanes<Arch>;
    for (; n >= L::kWidth; n -= L::kWidth, in += L::kWidth, out += L::kWidth)
        L::store(out, L::load(in));
    if (n != 0) {
        F16 last[L::kWidth];
        L::store(last, L::load_tail(in, n));
        __builtin_memcpy(out, last, n * sizeof(F16));
    }
}

template <class Arch>
void Convert<Arch>::affine_to_float(const Affine8* in, F32* out, size_t n) noexcept {
    using L = Lanes<Arch>;
    auto row = row_at<Arch>(in);
    for (; n >= L::kWidth; n -= L::kWidth, row += L::kWidth, out += L::kWidth)
        L::store(out, row.load());
    if (n != 0) {
        F32 last[L::kWidth];
        L::store(last, row.load_tail(n));
        __builtin_memcpy(out, last, n * sizeof(F32));
    }
}

}  // namespace quiver::kernels

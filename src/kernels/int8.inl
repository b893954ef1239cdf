// Distances between vectors of 8-bit codes. Included by the files of instruction sets.
//
// A tail is padded with zeros, which add nothing to either sum.
#pragma once

#include "kernels/families.hpp"
#include "kernels/xsimd_shim.hpp"

namespace quiver::kernels {

template <class Arch>
struct Int8L2 {
    using L = Lanes<Arch>;
    [[gnu::always_inline]] static auto step(typename L::Ints sum, typename L::Bytes x,
                                            typename L::Bytes y) noexcept {
        return L::l2_step(sum, x, y);
    }
};

template <class Arch>
struct Int8Dot {
    using L = Lanes<Arch>;
    [[gnu::always_inline]] static auto step(typename L::Ints sum, typename L::Bytes x,
                                            typename L::Bytes y) noexcept {
        return L::dot_step(sum, x, y);
    }
};

template <class Arch, class Op>
[[gnu::always_inline]] inline int32_t int8_sum(const int8_t* a, const int8_t* b,
                                               size_t n) noexcept {
    using L = Lanes<Arch>;
    constexpr size_t kW = L::kBytes;
    auto even = L::zero_ints();
    auto odd = L::zero_ints();
    for (; n >= 2 * kW; n -= 2 * kW, a += 2 * kW, b += 2 * kW) {
        even = Op::step(even, L::load_bytes(a), L::load_bytes(b));
        odd = Op::step(odd, L::load_bytes(a + kW), L::load_bytes(b + kW));
    }
    if (n >= kW) {
        even = Op::step(even, L::load_bytes(a), L::load_bytes(b));
        n -= kW, a += kW, b += kW;
    }
    if (n != 0) odd = Op::step(odd, L::load_bytes_tail(a, n), L::load_bytes_tail(b, n));
    return L::sum_ints(even, odd);
}

template <class Arch>
int32_t Int8<Arch>::l2_squared(const int8_t* a, const int8_t* b, size_t n) noexcept {
    return int8_sum<Arch, Int8L2<Arch>>(a, b, n);
}

template <class Arch>
int32_t Int8<Arch>::inner_product(const int8_t* a, const int8_t* b, size_t n) noexcept {
    return int8_sum<Arch, Int8Dot<Arch>>(a, b, n);
}

}  // namespace quiver::kernels

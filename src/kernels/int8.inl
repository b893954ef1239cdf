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

// Four rows side by side, so that the query is loaded once and no row waits for its own last sum.
template <class Arch>
void Int8<Arch>::inner_product_many(const int8_t* query, const int8_t* const* rows, size_t count,
                                    size_t n, int32_t* out) noexcept {
    using L = Lanes<Arch>;
    constexpr size_t kW = L::kBytes;
    size_t r = 0;
    for (; r + 4 <= count; r += 4) {
        const int8_t* const a = rows[r];
        const int8_t* const b = rows[r + 1];
        const int8_t* const c = rows[r + 2];
        const int8_t* const d = rows[r + 3];
        auto sum_a = L::zero_ints();
        auto sum_b = L::zero_ints();
        auto sum_c = L::zero_ints();
        auto sum_d = L::zero_ints();
        size_t i = 0;
        for (; i + kW <= n; i += kW) {
            const auto y = L::load_bytes(query + i);
            sum_a = L::dot_step(sum_a, L::load_bytes(a + i), y);
            sum_b = L::dot_step(sum_b, L::load_bytes(b + i), y);
            sum_c = L::dot_step(sum_c, L::load_bytes(c + i), y);
            sum_d = L::dot_step(sum_d, L::load_bytes(d + i), y);
        }
        if (const size_t tail = n - i; tail != 0) {
            const auto y = L::load_bytes_tail(query + i, tail);
            sum_a = L::dot_step(sum_a, L::load_bytes_tail(a + i, tail), y);
            sum_b = L::dot_step(sum_b, L::load_bytes_tail(b + i, tail), y);
            sum_c = L::dot_step(sum_c, L::load_bytes_tail(c + i, tail), y);
            sum_d = L::dot_step(sum_d, L::load_bytes_tail(d + i, tail), y);
        }
        out[r] = L::sum_ints(sum_a, L::zero_ints());
        out[r + 1] = L::sum_ints(sum_b, L::zero_ints());
        out[r + 2] = L::sum_ints(sum_c, L::zero_ints());
        out[r + 3] = L::sum_ints(sum_d, L::zero_ints());
    }
    for (; r < count; ++r) out[r] = int8_sum<Arch, Int8Dot<Arch>>(rows[r], query, n);
}

}  // namespace quiver::kernels

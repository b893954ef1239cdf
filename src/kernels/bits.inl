// Population counts of combined bit strings. Included by the files of instruction sets.
#pragma once

#include "kernels/families.hpp"
#include "kernels/xsimd_shim.hpp"

namespace quiver::kernels {

template <class Arch>
uint64_t Bits<Arch>::hamming(const uint8_t* a, const uint8_t* b, size_t bytes) noexcept {
    using L = Lanes<Arch>;
    constexpr size_t kW = L::kBytes;
    const auto differ = [](const uint8_t* x, const uint8_t* y) __attribute__((always_inline)) {
        return L::count(L::bit_xor(L::load_bytes(x), L::load_bytes(y)));
    };
    auto total = L::zero_total();
    for (; bytes >= 4 * kW; bytes -= 4 * kW, a += 4 * kW, b += 4 * kW) {
        const auto low = L::add(differ(a, b), differ(a + kW, b + kW));
        const auto high = L::add(differ(a + 2 * kW, b + 2 * kW), differ(a + 3 * kW, b + 3 * kW));
        total = L::fold(total, L::add(low, high));
    }
    for (; bytes >= kW; bytes -= kW, a += kW, b += kW) total = L::fold(total, differ(a, b));
    if (bytes != 0) {
        const auto x = L::load_bytes_tail(a, bytes);
        const auto y = L::load_bytes_tail(b, bytes);
        total = L::fold(total, L::count(L::bit_xor(x, y)));
    }
    return L::sum_total(total);
}

template <class Arch>
BitOverlap Bits<Arch>::overlap(const uint8_t* a, const uint8_t* b, size_t bytes) noexcept {
    using L = Lanes<Arch>;
    constexpr size_t kW = L::kBytes;
    auto both = L::zero_total();
    auto any = L::zero_total();
    for (; bytes >= 2 * kW; bytes -= 2 * kW, a += 2 * kW, b += 2 * kW) {
        const auto x0 = L::load_bytes(a);
        const auto y0 = L::load_bytes(b);
        const auto x1 = L::load_bytes(a + kW);
        const auto y1 = L::load_bytes(b + kW);
        both = L::fold(both, L::add(L::count(L::bit_and(x0, y0)), L::count(L::bit_and(x1, y1))));
        any = L::fold(any, L::add(L::count(L::bit_or(x0, y0)), L::count(L::bit_or(x1, y1))));
    }
    if (bytes >= kW) {
        const auto x = L::load_bytes(a);
        const auto y = L::load_bytes(b);
        both = L::fold(both, L::count(L::bit_and(x, y)));
        any = L::fold(any, L::count(L::bit_or(x, y)));
        bytes -= kW, a += kW, b += kW;
    }
    if (bytes != 0) {
        const auto x = L::load_bytes_tail(a, bytes);
        const auto y = L::load_bytes_tail(b, bytes);
        both = L::fold(both, L::count(L::bit_and(x, y)));
        any = L::fold(any, L::count(L::bit_or(x, y)));
    }
    return {L::sum_total(both), L::sum_total(any)};
}

template <class Arch>
void Bits<Arch>::hamming_many(const uint8_t* query, const uint8_t* const* rows, size_t count,
                              size_t bytes, uint64_t* out) noexcept {
    for (size_t r = 0; r < count; ++r) out[r] = hamming(query, rows[r], bytes);
}

}  // namespace quiver::kernels

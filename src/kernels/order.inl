// The order of a few numbers. Included by the files of instruction sets.
#pragma once

#include "kernels/families.hpp"
#include "kernels/xsimd_shim.hpp"

namespace quiver::kernels {

// What is left behind the last whole register is read with some of the numbers before it: a
// smallest is not changed by being seen twice.
template <class Arch>
size_t Order<Arch>::smallest(const F32* v, size_t n) noexcept {
    using L = Lanes<Arch>;
    constexpr size_t kW = L::kWidth;
    if (n < kW) {
        size_t at = 0;
        for (size_t i = 1; i < n; ++i) at = v[i].value < v[at].value ? i : at;
        return at;
    }
    auto even = L::load(v + n - kW);
    auto odd = even;
    size_t i = 0;
    for (; i + 2 * kW <= n; i += 2 * kW) {
        even = L::smaller(even, L::load(v + i));
        odd = L::smaller(odd, L::load(v + i + kW));
    }
    if (i + kW <= n) even = L::smaller(even, L::load(v + i));
    const float least = L::smallest(L::smaller(even, odd));
    for (i = 0; i + kW <= n; i += kW) {
        const size_t lane = L::first_equal(L::load(v + i), least);
        if (lane < kW) return i + lane;
    }
    return n - kW + L::first_equal(L::load(v + n - kW), least);
}

template <class Arch>
size_t Order<Arch>::count_at_most(const F32* v, size_t n, float x) noexcept {
    using L = Lanes<Arch>;
    constexpr size_t kW = L::kWidth;
    size_t count = 0;
    size_t i = 0;
    while (i + kW <= n) {
        // Counted in float32, which is exact up to 2^24 in each lane.
        typename L::Floats counts(0.0f);
        for (size_t end = i + (kW << 20); i < end && i + kW <= n; i += kW)
            counts = L::add_if_at_most(counts, L::load(v + i), x);
        count += static_cast<size_t>(L::sum(counts));
    }
    for (; i < n; ++i) count += v[i].value <= x;
    return count;
}

}  // namespace quiver::kernels

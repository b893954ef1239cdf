// Edge scales: binary16 in units of 2^exponent, one exponent per node.
//
// binary16 has 30 binary orders of magnitude and the scales of a node differ by a few, but nothing
// bounds the vectors themselves. The exponent puts the largest scale of a node well below the
// largest binary16, so that most later changes of an edge need no new exponent, and far above its
// subnormals.
#pragma once

#include <bit>      // std::bit_cast
#include <cstddef>  // size_t
#include <cstdint>  // int8_t, uint64_t

#include "quiver/base/number.hpp"

namespace quiver::quant {

namespace detail {

// 2^e for -1022 <= e <= 1023.
constexpr double power_of_two(int e) {
    return std::bit_cast<double>(static_cast<uint64_t>(e + 1023) << 52);
}

inline constexpr double kLargestHalf = 65504;

inline F16 half_units(double x) noexcept {
    if (x > kLargestHalf) x = kLargestHalf;
    if (x < -kLargestHalf) x = -kLargestHalf;
    return to_half(static_cast<float>(x));
}

}  // namespace detail

// For a node whose scales are at most `largest` in magnitude: it becomes 2^10 .. 2^11.
inline int8_t pick_exponent(float largest) noexcept {
    constexpr int kPlace = 10;
    const uint32_t bits = std::bit_cast<uint32_t>(largest) & 0x7fffffffu;
    const int exponent = static_cast<int>(bits >> 23) - 127 - kPlace;
    return static_cast<int8_t>(exponent < -120 ? -120 : exponent);
}

// Whether the scale can be stored without being cut off.
inline bool scale_fits(float scale, int8_t exponent) noexcept {
    const double units = scale * detail::power_of_two(-exponent);
    return units <= detail::kLargestHalf && units >= -detail::kLargestHalf;
}

// Never an infinity: what does not fit becomes the largest number that does.
inline F16 encode_scale(float scale, int8_t exponent) noexcept {
    return detail::half_units(scale * detail::power_of_two(-exponent));
}

inline float decode_scale(F16 scale, int8_t exponent) noexcept {
    return static_cast<float>(to_float(scale) * detail::power_of_two(exponent));
}

// Moves the scales of a node to another exponent: exact, unless they no longer fit or become
// subnormal.
inline void change_exponent(F16* scales, size_t count, int8_t from, int8_t to) noexcept {
    for (size_t j = 0; j < count; ++j)
        scales[j] = detail::half_units(to_float(scales[j]) * detail::power_of_two(from - to));
}

}  // namespace quiver::quant

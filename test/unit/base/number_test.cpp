// float16 conversion against an independent definition: a table of all halves, made with ldexp in
// double, and a search in it for the nearest.
#include "quiver/base/number.hpp"

#include <gtest/gtest.h>

#include <algorithm>  // std::lower_bound
#include <cmath>      // std::ldexp, std::nextafter
#include <limits>     // std::numeric_limits
#include <random>     // std::mt19937
#include <vector>     // std::vector

namespace quiver {
namespace {

constexpr uint16_t kInfinity = 0x7c00;

// The value of finite, non-negative half `bits`, by the definition of the format.
double value_of(uint32_t bits) {
    const int exponent = static_cast<int>(bits >> 10);
    const int fraction = static_cast<int>(bits & 0x3ff);
    if (exponent == 0) return std::ldexp(fraction, -24);
    return std::ldexp(1024 + fraction, exponent - 25);
}

const std::vector<double>& table() {
    static const std::vector<double> values = [] {
        std::vector<double> all;
        for (uint32_t bits = 0; bits < kInfinity; ++bits) all.push_back(value_of(bits));
        return all;
    }();
    return values;
}

// Nearest, ties to even, of a number that is not NaN.
uint16_t nearest(float f) {
    const uint16_t sign = std::signbit(f) ? 0x8000 : 0;
    const double x = std::fabs(static_cast<double>(f));
    const auto& all = table();
    if (x >= 65520) return sign | kInfinity;
    const auto above =
        static_cast<uint32_t>(std::lower_bound(all.begin(), all.end(), x) - all.begin());
    if (above == 0) return sign;
    if (above == all.size()) return static_cast<uint16_t>(sign | (above - 1));
    const uint32_t below = above - 1;
    const double to_above = all[above] - x;
    const double to_below = x - all[below];
    const bool up = to_above < to_below || (to_above == to_below && above % 2 == 0);
    return static_cast<uint16_t>(sign | (up ? above : below));
}

void expect_nearest(float f) {
    ASSERT_EQ(+to_half(f).bits, +nearest(f)) << std::hexfloat << f;
    ASSERT_EQ(+to_half(-f).bits, +nearest(-f)) << std::hexfloat << -f;
}

void expect_nearest_around(float f) {
    constexpr float inf = std::numeric_limits<float>::infinity();
    expect_nearest(f);
    expect_nearest(std::nextafter(f, inf));
    expect_nearest(std::nextafter(f, -inf));
}

TEST(Half, widens_to_the_value_of_the_format) {
    for (uint32_t bits = 0; bits < kInfinity; ++bits) {
        EXPECT_EQ(static_cast<double>(to_float(F16{static_cast<uint16_t>(bits)})), value_of(bits))
            << bits;
        EXPECT_EQ(static_cast<double>(to_float(F16{static_cast<uint16_t>(bits | 0x8000)})),
                  -value_of(bits))
            << bits;
    }
    EXPECT_TRUE(std::signbit(to_float(F16{0x8000})));
    EXPECT_EQ(to_float(F16{kInfinity}), std::numeric_limits<float>::infinity());
    EXPECT_EQ(to_float(F16{kInfinity | 0x8000}), -std::numeric_limits<float>::infinity());
}

TEST(Half, comes_back_from_float_unchanged) {
    for (uint32_t bits = 0; bits <= 0xffff; ++bits) {
        const F16 half{static_cast<uint16_t>(bits)};
        if (is_nan(half)) {
            EXPECT_TRUE(std::isnan(to_float(half))) << bits;
            EXPECT_EQ(+to_half(to_float(half)).bits, bits | 0x200)
                << "a quiet NaN with the same payload";
        } else {
            EXPECT_EQ(+to_half(to_float(half)).bits, bits);
        }
    }
}

TEST(Half, rounds_to_nearest_even_around_every_half_and_midpoint) {
    const auto& all = table();
    for (size_t i = 0; i < all.size(); ++i) {
        expect_nearest_around(static_cast<float>(all[i]));
        if (i + 1 < all.size())
            expect_nearest_around(static_cast<float>((all[i] + all[i + 1]) / 2));
    }
}

TEST(Half, rounds_arbitrary_floats_to_nearest) {
    std::mt19937 random(1);
    for (int i = 0; i < 1000000; ++i) {
        const float f = std::bit_cast<float>(static_cast<uint32_t>(random()));
        if (!std::isnan(f)) expect_nearest(f);
    }
}

TEST(Half, overflows_to_infinity_from_the_midpoint_on) {
    EXPECT_EQ(+to_half(65504.0f).bits, 0x7bff);
    EXPECT_EQ(+to_half(std::nextafter(65520.0f, 0.0f)).bits, 0x7bff);
    EXPECT_EQ(+to_half(65520.0f).bits, +kInfinity);
    EXPECT_EQ(+to_half(-65520.0f).bits, kInfinity | 0x8000);
    EXPECT_EQ(+to_half(3e38f).bits, +kInfinity);
    EXPECT_EQ(+to_half(std::numeric_limits<float>::infinity()).bits, +kInfinity);
}

TEST(Half, keeps_the_sign_of_zero_and_of_what_rounds_to_it) {
    EXPECT_EQ(+to_half(0.0f).bits, 0);
    EXPECT_EQ(+to_half(-0.0f).bits, 0x8000);
    EXPECT_EQ(+to_half(0x1p-25f).bits, 0) << "a tie between zero and the smallest subnormal";
    EXPECT_EQ(+to_half(std::nextafter(0x1p-25f, 1.0f)).bits, 1);
    EXPECT_EQ(+to_half(-0x1p-25f).bits, 0x8000);
    EXPECT_EQ(+to_half(std::numeric_limits<float>::denorm_min()).bits, 0);
}

TEST(Half, keeps_nan_a_nan) {
    // Payloads of which the 10 bits that binary16 has are all zero must not become infinity.
    for (const uint32_t bits : {0x7f800001u, 0x7fc00000u, 0xff800001u, 0xffffffffu}) {
        const F16 half = to_half(std::bit_cast<float>(bits));
        EXPECT_TRUE(is_nan(half)) << std::hex << bits;
        EXPECT_EQ(half.bits >> 15, static_cast<int>(bits >> 31));
    }
}

TEST(Half, tells_nan_and_infinity_apart) {
    for (uint32_t bits = 0; bits <= 0xffff; ++bits) {
        const F16 half{static_cast<uint16_t>(bits)};
        EXPECT_EQ(is_nan(half), std::isnan(to_float(half))) << bits;
        EXPECT_EQ(is_inf(half), std::isinf(to_float(half))) << bits;
    }
}

TEST(Number, reads_and_writes_at_any_address) {
    unsigned char memory[16] = {};
    for (size_t offset = 0; offset < 8; ++offset) {
        *reinterpret_cast<F32*>(memory + offset) = 1.5f;
        EXPECT_EQ(static_cast<float>(*reinterpret_cast<F32*>(memory + offset)), 1.5f);
        *reinterpret_cast<I32*>(memory + offset) = -123456789;
        EXPECT_EQ(static_cast<int32_t>(*reinterpret_cast<I32*>(memory + offset)), -123456789);
    }
}

}  // namespace
}  // namespace quiver

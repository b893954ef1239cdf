#include "quiver/quant/scale.hpp"

#include <gtest/gtest.h>

#include <cfloat>  // FLT_MAX
#include <cmath>   // std::fabs
#include <limits>  // std::numeric_limits
#include <random>  // std::mt19937

namespace quiver::test {
namespace {

using quant::change_exponent;
using quant::decode_scale;
using quant::encode_scale;
using quant::pick_exponent;
using quant::scale_fits;

TEST(Scale, keeps_eleven_bits_at_every_magnitude) {
    std::mt19937 random(1);
    std::uniform_real_distribution<float> mantissa(1, 2);
    for (int e = -110; e < 127; ++e) {
        const float value = std::ldexp(mantissa(random), e);
        const int8_t exponent = pick_exponent(value);
        EXPECT_TRUE(scale_fits(value, exponent)) << e;
        EXPECT_TRUE(scale_fits(-value, exponent)) << e;
        EXPECT_NEAR(decode_scale(encode_scale(value, exponent), exponent) / value, 1, 0x1p-11) << e;
        EXPECT_NEAR(decode_scale(encode_scale(-value, exponent), exponent) / value, -1, 0x1p-11)
            << e;
    }
}

TEST(Scale, leaves_room_above_and_below) {
    const int8_t exponent = pick_exponent(3.0f);
    EXPECT_TRUE(scale_fits(60.0f, exponent));
    EXPECT_NEAR(decode_scale(encode_scale(60.0f, exponent), exponent), 60, 60 * 0x1p-11);
    EXPECT_FALSE(scale_fits(3000.0f, exponent));
    const float small = 3e-6f;
    EXPECT_NEAR(decode_scale(encode_scale(small, exponent), exponent), small, small * 0x1p-11);
}

TEST(Scale, is_never_infinite) {
    for (const float value : {FLT_MAX, std::numeric_limits<float>::infinity(), 1e6f})
        for (const int8_t exponent : {-120, -10, 0}) {
            EXPECT_EQ(encode_scale(value, exponent).bits, 0x7bff);
            EXPECT_EQ(encode_scale(-value, exponent).bits, 0xfbff);
        }
    EXPECT_LE(std::fabs(decode_scale(encode_scale(FLT_MAX, pick_exponent(FLT_MAX)),
                                     pick_exponent(FLT_MAX))),
              std::numeric_limits<float>::infinity());
}

TEST(Scale, zero_stays_zero) {
    for (const float largest : {0.0f, 1e-45f, 1.0f, FLT_MAX}) {
        const int8_t exponent = pick_exponent(largest);
        EXPECT_EQ(decode_scale(encode_scale(0, exponent), exponent), 0);
    }
}

TEST(Scale, changes_exponent_exactly) {
    F16 scales[] = {encode_scale(1.25f, -10), encode_scale(-3.75f, -10), encode_scale(0, -10)};
    change_exponent(scales, 3, -10, -4);
    EXPECT_EQ(decode_scale(scales[0], -4), 1.25f);
    EXPECT_EQ(decode_scale(scales[1], -4), -3.75f);
    EXPECT_EQ(decode_scale(scales[2], -4), 0);
    change_exponent(scales, 3, -4, 100);  // far too small for the new unit
    EXPECT_EQ(decode_scale(scales[0], 100), 0);
    F16 large[] = {encode_scale(1.0f, 0)};
    change_exponent(large, 1, 100, -100);
    EXPECT_EQ(large[0].bits, 0x7bff);
}

}  // namespace
}  // namespace quiver::test

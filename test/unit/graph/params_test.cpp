#include "quiver/graph/params.hpp"

#include <gtest/gtest.h>

#include <array>  // std::array
#include <cmath>  // std::sqrt

#include "quiver/base/no_postgres.hpp"

namespace quiver::graph {
namespace {

TEST(DrawLevel, FallsByTheFactorM) {
    for (uint32_t m : {2u, 16u, 100u}) {
        std::array<int, kMaxLevel + 1> counts{};
        constexpr int kDraws = 200000;
        Rng rng(m);
        for (int i = 0; i < kDraws; ++i) ++counts[draw_level(rng.next(), m)];
        double expected = kDraws * (1.0 - 1.0 / m);
        for (Level level = 0; level < 3; ++level) {
            EXPECT_NEAR(counts[level], expected, 5 * std::sqrt(expected) + 1) << m << " " << level;
            expected /= m;
        }
    }
}

TEST(DrawLevel, IsBounded) {
    EXPECT_EQ(draw_level(~uint64_t{0}, 2), 0u);
    EXPECT_EQ(draw_level(0, 2), kMaxLevel);
    EXPECT_LE(draw_level(0, 1000), kMaxLevel);
}

}  // namespace
}  // namespace quiver::graph

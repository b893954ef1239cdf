#include "quiver/base/rng.hpp"

#include <gtest/gtest.h>

#include <array>  // std::array

#include "quiver/base/no_postgres.hpp"

namespace quiver {
namespace {

// Seeds are stored with indexes, so the numbers that follow from one must never change.
TEST(Rng, IsReproducible) {
    Rng rng(1234567);
    EXPECT_EQ(rng.next(), 6457827717110365317u);
    EXPECT_EQ(rng.next(), 3203168211198807973u);
    EXPECT_EQ(rng.next(), 9817491932198370423u);
}

TEST(Rng, SpreadsEvenly) {
    Rng rng(1);
    std::array<int, 10> counts{};
    double sum = 0;
    for (int i = 0; i < 100000; ++i) {
        ++counts[rng.below(10)];
        const float u = rng.uniform();
        ASSERT_GE(u, 0.0f);
        ASSERT_LT(u, 1.0f);
        sum += u;
    }
    for (int count : counts) EXPECT_NEAR(count, 10000, 500);
    EXPECT_NEAR(sum / 100000, 0.5, 0.01);
}

}  // namespace
}  // namespace quiver

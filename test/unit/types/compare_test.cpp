#include "quiver/types/compare.hpp"

#include <gtest/gtest.h>

#include <random>  // std::mt19937

#include "quiver/base/no_postgres.hpp"
#include "quiver/types/convert.hpp"
#include "types/values.hpp"

namespace quiver::test {
namespace {

template <class T>
class CompareDense : public testing::Test {};
using DenseTypes = testing::Types<F32, F16>;
TYPED_TEST_SUITE(CompareDense, DenseTypes);

TYPED_TEST(CompareDense, ElementsThenDimensions) {
    using D = Dense<TypeParam>;
    const auto order = [](const D& a, const D& b) {
        const int result = compare(a.view(), b.view());
        EXPECT_EQ(compare(b.view(), a.view()), -result);
        return result;
    };
    EXPECT_EQ(order({1, 2, 3}, {1, 2, 3}), 0);
    EXPECT_EQ(order({1, 2, 3}, {0, 0, 0}), 1);
    EXPECT_EQ(order({1, 2}, {1, 2, 3}), -1);
    EXPECT_EQ(order({1, 2}, {1, 2, -3}), -1);
    EXPECT_EQ(order({2, 3}, {1, 2, 3}), 1);
    EXPECT_EQ(order({-0.0f}, {0}), 0);
    EXPECT_EQ(order({-1}, {0x1p-24f}), -1);
}

TEST(CompareDense, HalvesAreOrderedAsTheirFloats) {
    const F16 others[] = {{0x0000}, {0x8000}, {0x0001}, {0x8001}, {0x3c00}, {0xbc00}, {0xfbff}};
    for (uint32_t bits = 0; bits < 0x10000; bits++) {
        const F16 a{static_cast<uint16_t>(bits)};
        if (!is_finite(a)) continue;
        for (F16 b : others) {
            const float x = to_float(a);
            const float y = to_float(b);
            ASSERT_EQ(compare(HalfvecView{1, &a}, HalfvecView{1, &b}), (x > y) - (x < y))
                << x << " " << y;
        }
    }
}

TEST(CompareSparse, Examples) {
    const auto order = [](const Sparse& a, const Sparse& b) {
        const int result = compare(a.view(), b.view());
        EXPECT_EQ(compare(b.view(), a.view()), -result);
        return result;
    };
    EXPECT_EQ(order(Sparse({{0, 1}, {1, 2}}, 3), Sparse({{0, 1}, {1, 2}}, 3)), 0);
    EXPECT_EQ(order(Sparse({{0, 1}}, 3), Sparse({}, 3)), 1);
    EXPECT_EQ(order(Sparse({{0, -1}}, 3), Sparse({}, 3)), -1);
    EXPECT_EQ(order(Sparse({{0, 1}}, 2), Sparse({{0, 1}}, 3)), -1);
    EXPECT_EQ(order(Sparse({}, 3), Sparse({{7, -1}}, 9)),
              -1);  // beyond the shorter one: dimensions decide
    EXPECT_EQ(order(Sparse({}, 1000000000), Sparse({{999999999, -1}}, 1000000000)), 1);
    EXPECT_EQ(order(Sparse({{1, 5}}, 4), Sparse({{2, 9}}, 4)), 1);
    EXPECT_EQ(order(Sparse({{1, -5}}, 4), Sparse({{2, -9}}, 4)), -1);
}

// The definition: a sparse vector compares as the dense vector would.
TEST(CompareSparse, AgreesWithDense) {
    std::mt19937 random(23);
    const auto random_vector = [&random] {
        Dense<F32> v;
        for (int i = static_cast<int>(random() % 5); i >= 0; i--) {
            const float values[] = {0, 0, 0, 1, -1, 2};
            v.x.push_back({values[random() % std::size(values)]});
        }
        return v;
    };
    const auto sparse_of = [](const Dense<F32>& v) {
        Sparse s;
        s.dim = static_cast<int>(v.x.size());
        s.indices.resize(static_cast<size_t>(count_nonzeros(v.view())));
        s.values.resize(s.indices.size());
        dense_to_sparse(v.view(), s.indices.data(), s.values.data());
        return s;
    };
    int equal = 0;
    for (int i = 0; i < 50000; i++) {
        const Dense<F32> a = random_vector();
        const Dense<F32> b = random_vector();
        const int expected = compare(a.view(), b.view());
        ASSERT_EQ(compare(sparse_of(a).view(), sparse_of(b).view()), expected)
            << dense_text(a.view()) << " " << dense_text(b.view());
        equal += expected == 0;
    }
    EXPECT_GT(equal, 100);
}

TEST(Compare, OddAddresses) {
    Unaligned<F32> a(Dense<F32>{1, 2}.x);
    Unaligned<F32> b(Dense<F32>{1, 3}.x);
    EXPECT_EQ(compare(VectorView{2, a.data()}, VectorView{2, b.data()}), -1);
    Unaligned<I32> indices(std::vector<I32>{{0}, {5}});
    EXPECT_EQ(compare(SparseView{9, 2, indices.data(), a.data()},
                      SparseView{9, 2, indices.data(), b.data()}),
              -1);
}

}  // namespace
}  // namespace quiver::test

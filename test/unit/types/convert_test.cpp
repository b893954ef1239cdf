#include "quiver/types/convert.hpp"

#include <gtest/gtest.h>

#include <limits>  // std::numeric_limits
#include <random>  // std::mt19937

#include "quiver/base/no_postgres.hpp"
#include "types/values.hpp"

namespace quiver::test {
namespace {

constexpr float kInf = std::numeric_limits<float>::infinity();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

TEST(CheckFinite, TheFirstBadElementDecides) {
    const auto code = [](auto v) {
        return check_finite(v.x.data(), static_cast<int>(v.x.size()), "t").code;
    };
    EXPECT_EQ(code(Dense<F32>{}), Code::ok);
    EXPECT_EQ(code(Dense<F32>{1, -3.4e38f, 1e-45f, -0.0f}), Code::ok);
    EXPECT_EQ(code(Dense<F32>{1, kNan, kInf}), Code::nan_element);
    EXPECT_EQ(code(Dense<F32>{1, -kInf, kNan}), Code::infinite_element);
    EXPECT_EQ(code(Dense<F16>{1, 65504, 0x1p-24f}), Code::ok);
    EXPECT_EQ(code(Dense<F16>{1, kNan, kInf}), Code::nan_element);
    EXPECT_EQ(code(Dense<F16>{65520, kNan}), Code::infinite_element);
    EXPECT_STREQ(check_finite(Dense<F32>{kNan}.x.data(), 1, "vector").type, "vector");
}

TEST(StoreFloat, OnlyAFiniteNumberIsOutOfRange) {
    F16 h;
    F32 f;
    EXPECT_TRUE(store_float(65519.0f, h).ok());
    EXPECT_EQ(h.bits, 0x7bff);
    EXPECT_TRUE(store_float(kInf, h).ok());
    EXPECT_TRUE(is_inf(h));
    EXPECT_TRUE(store_float(kNan, h).ok());
    EXPECT_TRUE(is_nan(h));
    EXPECT_TRUE(store_float(1e-30f, h).ok());
    EXPECT_EQ(h.bits, 0);
    EXPECT_TRUE(store_float(-kInf, f).ok());
    EXPECT_EQ(f.value, -kInf);

    const Status s = store_float(-65520.0f, h);
    EXPECT_EQ(s.code, Code::value_out_of_range);
    EXPECT_EQ(s.value, -65520);
    EXPECT_STREQ(s.type, "halfvec");
}

TEST(Narrow, StopsAtTheFirstOverflow) {
    const Dense<F32> v{1, 70000, 80000};
    Dense<F16> out(size_t{3});
    const Status s = narrow(v.x.data(), out.x.data(), 3);
    EXPECT_EQ(s.code, Code::value_out_of_range);
    EXPECT_EQ(s.value, 70000);
}

TEST(Widen, EveryHalfSurvivesTheWayThereAndBack) {
    for (uint32_t bits = 0; bits < 0x10000; bits++) {
        const F16 half{static_cast<uint16_t>(bits)};
        if (!is_finite(half)) continue;
        F32 wide;
        F16 back;
        widen(&half, &wide, 1);
        ASSERT_TRUE(narrow(&wide, &back, 1).ok());
        ASSERT_EQ(back.bits, half.bits);
    }
}

template <class T>
class DenseAndSparse : public testing::Test {};
using DenseTypes = testing::Types<F32, F16>;
TYPED_TEST_SUITE(DenseAndSparse, DenseTypes);

template <class T>
Sparse sparse_of(DenseView<T> v) {
    Sparse out;
    out.dim = v.dim;
    const auto nnz = static_cast<size_t>(count_nonzeros(v));
    out.indices.resize(nnz);
    out.values.resize(nnz);
    dense_to_sparse(v, out.indices.data(), out.values.data());
    return out;
}

TYPED_TEST(DenseAndSparse, DropsZerosOfBothSigns) {
    const Dense<TypeParam> v{0, 1.5f, -0.0f, 3.5f, 0};
    EXPECT_EQ(sparse_text(sparse_of(v.view()).view()), "{2:1.5,4:3.5}/5");
    EXPECT_EQ(count_nonzeros(Dense<TypeParam>(size_t{16000}, 1).view()), 16000);
    EXPECT_EQ(count_nonzeros(Dense<TypeParam>{0x1p-24f}.view()), 1);
}

TYPED_TEST(DenseAndSparse, ThereAndBackIsTheSame) {
    std::mt19937 random(17);
    for (int round = 0; round < 200; round++) {
        Dense<TypeParam> v;
        for (int i = static_cast<int>(random() % 60); i >= 0; i--)
            v.x.push_back(round_to<TypeParam>(
                random() % 2 ? 0 : static_cast<float>(random() % 200) / 8 - 12));
        const Sparse s = sparse_of(v.view());
        Dense<TypeParam> back(v.x.size(), 99);  // every element is written
        ASSERT_TRUE(sparse_to_dense(s.view(), back.x.data()).ok());
        ASSERT_EQ(back.floats(), v.floats());
    }
}

TYPED_TEST(DenseAndSparse, ReadsOddAddresses) {
    const Dense<TypeParam> v{0, 2, 0, 4};
    Unaligned<TypeParam> x(v.x);
    Sparse s = sparse_of(DenseView<TypeParam>{4, x.data()});
    EXPECT_EQ(sparse_text(s.view()), "{2:2,4:4}/4");
    ASSERT_TRUE(sparse_to_dense(s.view(), x.data()).ok());
    EXPECT_EQ(dense_text<TypeParam>({4, x.data()}), "[0,2,0,4]");
}

TYPED_TEST(DenseAndSparse, CorruptIndicesDoNotWrite) {
    Dense<TypeParam> out(size_t{3});
    EXPECT_EQ(sparse_to_dense(Sparse({{3, 1}}, 3).view(), out.x.data()).code,
              Code::index_out_of_bounds);
    EXPECT_EQ(sparse_to_dense(Sparse({{-1, 1}}, 3).view(), out.x.data()).code,
              Code::index_out_of_bounds);
    EXPECT_EQ(sparse_to_dense(Sparse({{INT32_MIN, 1}}, 3).view(), out.x.data()).code,
              Code::index_out_of_bounds);
}

TEST(SparseToHalfvec, OutOfRange) {
    Dense<F16> out(size_t{2});
    const Status s = sparse_to_dense(Sparse({{1, 65520}}, 2).view(), out.x.data());
    EXPECT_EQ(s.code, Code::value_out_of_range);
    EXPECT_EQ(s.value, 65520);
}

}  // namespace
}  // namespace quiver::test

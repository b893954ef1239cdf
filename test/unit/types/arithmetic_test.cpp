#include "quiver/types/arithmetic.hpp"

#include <gtest/gtest.h>

#include <climits>      // INT_MIN, INT_MAX
#include <cmath>        // std::sqrt
#include <optional>     // std::optional
#include <random>       // std::mt19937
#include <type_traits>  // std::is_same_v

#include "quiver/base/no_postgres.hpp"
#include "types/values.hpp"

namespace quiver::test {
namespace {

template <class T>
using Operation = Status (*)(DenseView<T>, DenseView<T>, T*) noexcept;

template <class T>
std::pair<Code, std::vector<float>> apply(Operation<T> op, const Dense<T>& a, const Dense<T>& b) {
    Dense<T> out(a.x.size(), 77);
    const Status s = op(a.view(), b.view(), out.x.data());
    return {s.code, out.floats()};
}

template <class T>
class Arithmetic : public testing::Test {};
using DenseTypes = testing::Types<F32, F16>;
TYPED_TEST_SUITE(Arithmetic, DenseTypes);

TYPED_TEST(Arithmetic, Elementwise) {
    using D = Dense<TypeParam>;
    using Result = std::pair<Code, std::vector<float>>;
    const D a{1, 2, 3};
    const D b{4, -5, 0.5f};
    EXPECT_EQ(apply<TypeParam>(add, a, b), (Result{Code::ok, {5, -3, 3.5f}}));
    EXPECT_EQ(apply<TypeParam>(subtract, a, b), (Result{Code::ok, {-3, 7, 2.5f}}));
    EXPECT_EQ(apply<TypeParam>(multiply, a, b), (Result{Code::ok, {4, -10, 1.5f}}));
    EXPECT_EQ(apply<TypeParam>(multiply, D{0, -1}, D{5, 0}), (Result{Code::ok, {0, -0.0f}}));
}

// Vectors are worked on in blocks: every element of every length, and an element that cannot be
// stored at every place.
TYPED_TEST(Arithmetic, EveryLengthAndPlace) {
    using T = TypeParam;
    std::mt19937 random(17);
    for (size_t dim : {1, 7, 8, 9, 63, 64, 65, 127, 128, 129, 200}) {
        Dense<T> a(dim);
        Dense<T> b(dim);
        for (size_t i = 0; i < dim; i++) {
            a.x[i] = round_to<T>(static_cast<float>(random() % 2001) / 8 - 100);
            b.x[i] = round_to<T>(static_cast<float>(random() % 2001) / 8 - 100);
        }
        const auto sums = apply<T>(add, a, b).second;
        const auto differences = apply<T>(subtract, a, b).second;
        const auto products = apply<T>(multiply, a, b).second;
        Dense<T> halves(dim, 77);
        ASSERT_TRUE(normalize(a.view(), 2, halves.x.data()).ok());
        for (size_t i = 0; i < dim; i++) {
            const float x = to_float(a.x[i]);
            const float y = to_float(b.x[i]);
            ASSERT_EQ(sums[i], to_float(round_to<T>(x + y))) << dim << " " << i;
            ASSERT_EQ(differences[i], to_float(round_to<T>(x - y))) << dim << " " << i;
            ASSERT_EQ(products[i], to_float(round_to<T>(x * y))) << dim << " " << i;
            ASSERT_EQ(to_float(halves.x[i]), to_float(round_to<T>(x / 2))) << dim << " " << i;
        }
        const float large = std::is_same_v<T, F32> ? 3e38f : 65504;
        const float small = std::is_same_v<T, F32> ? 1e-38f : 1e-7f;
        for (size_t i = 0; i < dim; i++) {
            Dense<T> bad(dim, 1);
            bad.x[i] = round_to<T>(large);
            EXPECT_EQ(apply<T>(add, bad, bad).first, Code::overflow) << dim << " " << i;
            EXPECT_EQ(apply<T>(multiply, bad, bad).first, Code::overflow) << dim << " " << i;
            bad.x[i] = round_to<T>(small);
            EXPECT_EQ(apply<T>(multiply, bad, bad).first, Code::underflow) << dim << " " << i;
            bad.x[dim - 1 - i] = round_to<T>(large);
            const Code first = 2 * i < dim - 1 ? Code::underflow : Code::overflow;
            EXPECT_EQ(apply<T>(multiply, bad, bad).first, first) << dim << " " << i;
        }
    }
}

TYPED_TEST(Arithmetic, DimensionsMustMatch) {
    const Dense<TypeParam> a{1, 2};
    const Dense<TypeParam> b{3};
    EXPECT_TRUE(check_same_dim(a.view(), a.view()).ok());
    const Status s = check_same_dim(a.view(), b.view());
    EXPECT_EQ(s.code, Code::different_dimensions);
    EXPECT_STREQ(s.type, kDenseTypeName<TypeParam>);
    EXPECT_EQ(s.a, 2);
    EXPECT_EQ(s.b, 1);
}

TEST(SparseArithmetic, DimensionsMustMatch) {
    EXPECT_TRUE(check_same_dim(Sparse({}, 3).view(), Sparse({{1, 1}}, 3).view()).ok());
    const Status s = check_same_dim(Sparse({}, 3).view(), Sparse({}, 4).view());
    EXPECT_EQ(s.code, Code::different_dimensions);
    EXPECT_STREQ(s.type, "sparsevec");
}

TEST(VectorArithmetic, OverflowAndUnderflow) {
    EXPECT_EQ(apply<F32>(add, {1, 3e38f}, {1, 3e38f}).first, Code::overflow);
    EXPECT_EQ(apply<F32>(subtract, {-3e38f}, {3e38f}).first, Code::overflow);
    EXPECT_EQ(apply<F32>(multiply, {1e37f}, {1e37f}).first, Code::overflow);
    EXPECT_EQ(apply<F32>(multiply, {1e-37f}, {1e-37f}).first, Code::underflow);
    EXPECT_EQ(apply<F32>(multiply, {1e-37f}, {-1e-37f}).first, Code::underflow);
    EXPECT_EQ(apply<F32>(multiply, {1e-38f}, {1e-7f}).first, Code::ok);  // subnormal, not zero
    EXPECT_EQ(apply<F32>(multiply, {1e37f, 1e-37f}, {1e37f, 1e-37f}).first, Code::overflow);
    EXPECT_EQ(apply<F32>(multiply, {1e-37f, 1e37f}, {1e-37f, 1e37f}).first, Code::underflow);
}

TEST(HalfvecArithmetic, OverflowAndUnderflow) {
    EXPECT_EQ(apply<F16>(add, {65519}, {65519}).first, Code::overflow);
    EXPECT_EQ(apply<F16>(add, {65504}, {15.9f}).first, Code::ok);
    EXPECT_EQ(apply<F16>(add, {65504}, {16}).first, Code::overflow);
    EXPECT_EQ(apply<F16>(subtract, {-65519}, {65519}).first, Code::overflow);
    EXPECT_EQ(apply<F16>(multiply, {65519}, {65519}).first, Code::overflow);
    EXPECT_EQ(apply<F16>(multiply, {1e-7f}, {1e-7f}).first, Code::underflow);
    EXPECT_EQ(apply<F16>(multiply, {0x1p-24f}, {0.5f}).first,
              Code::underflow);  // a tie, to even: zero
    EXPECT_EQ(apply<F16>(multiply, {0x1p-23f}, {0.5f}).first, Code::ok);
}

// The claim at the top of arithmetic.hpp: rounding to float32 on the way does not show in the half.
// In float64 all three operations on halves are exact, so rounding that once is the truth.
TEST(HalfvecArithmetic, IsCorrectlyRounded) {
    const auto half_of = [](double exact) {
        // Round to odd in float32, which cannot disturb the second rounding.
        float f = static_cast<float>(exact);
        if (f != exact) {
            uint32_t bits = std::bit_cast<uint32_t>(f);
            if (std::abs(static_cast<double>(f)) > std::abs(exact)) bits--;
            f = std::bit_cast<float>(bits | 1u);
        }
        return to_half(f);
    };
    std::mt19937 random(31);
    for (int i = 0; i < 300000; i++) {
        const F16 a{static_cast<uint16_t>(random())};
        const F16 b{static_cast<uint16_t>(random())};
        if (!is_finite(a) || !is_finite(b)) continue;
        const double x = to_float(a);
        const double y = to_float(b);
        F16 out;
        static_cast<void>(add(HalfvecView{1, &a}, HalfvecView{1, &b}, &out));
        ASSERT_EQ(out.bits, half_of(x + y).bits) << x << " + " << y;
        static_cast<void>(subtract(HalfvecView{1, &a}, HalfvecView{1, &b}, &out));
        ASSERT_EQ(out.bits, half_of(x - y).bits) << x << " - " << y;
        static_cast<void>(multiply(HalfvecView{1, &a}, HalfvecView{1, &b}, &out));
        ASSERT_EQ(out.bits, half_of(x * y).bits) << x << " * " << y;
    }
}

TYPED_TEST(Arithmetic, Concatenates) {
    const Dense<TypeParam> a{1, 2, 3};
    const Dense<TypeParam> b{4, 5};
    Dense<TypeParam> out(size_t{5});
    concatenate(a.view(), b.view(), out.x.data());
    EXPECT_EQ(out.floats(), (std::vector<float>{1, 2, 3, 4, 5}));
}

TYPED_TEST(Arithmetic, WorksAtOddAddresses) {
    Unaligned<TypeParam> a(Dense<TypeParam>{1, 2}.x);
    Unaligned<TypeParam> b(Dense<TypeParam>{4, 8}.x);
    Unaligned<TypeParam> out(Dense<TypeParam>(size_t{4}).x);
    const DenseView<TypeParam> va{2, a.data()};
    const DenseView<TypeParam> vb{2, b.data()};
    ASSERT_TRUE(add(va, vb, out.data()).ok());
    EXPECT_EQ(dense_text<TypeParam>({2, out.data()}), "[5,10]");
    ASSERT_TRUE(multiply(va, vb, out.data()).ok());
    EXPECT_EQ(dense_text<TypeParam>({2, out.data()}), "[4,16]");
    ASSERT_TRUE(normalize(vb, 4, out.data()).ok());
    EXPECT_EQ(dense_text<TypeParam>({2, out.data()}), "[1,2]");
    concatenate(va, vb, out.data());
    EXPECT_EQ(dense_text<TypeParam>({4, out.data()}), "[1,2,4,8]");
    EXPECT_EQ(mean(va), 1.5);
    uint8_t bits = 0;
    binary_quantize(va, 1.5, &bits);
    EXPECT_EQ(bits, 0x40);
}

TYPED_TEST(Arithmetic, Normalizes) {
    const Dense<TypeParam> v{3, 4, 0};
    Dense<TypeParam> out(size_t{3});
    ASSERT_TRUE(normalize(v.view(), 5, out.x.data()).ok());
    EXPECT_EQ(out.floats(), Dense<TypeParam>({0.6f, 0.8f, 0}).floats());
    ASSERT_TRUE(normalize(Dense<TypeParam>{0, -0.0f}.view(), 0, out.x.data()).ok());
    EXPECT_EQ(out.floats(), (std::vector<float>{0, 0, 0}));
}

TEST(Normalize, HugeTinyAndTooSmallNorms) {
    Dense<F32> out(size_t{1});
    ASSERT_TRUE(normalize(Dense<F32>{3e38f}.view(), static_cast<double>(3e38f), out.x.data()).ok());
    EXPECT_EQ(out.floats(), (std::vector<float>{1}));
    ASSERT_TRUE(
        normalize(Dense<F32>{1e-45f}.view(), static_cast<double>(1e-45f), out.x.data()).ok());
    EXPECT_EQ(out.floats(), (std::vector<float>{1}));
    // Not a vector's own norm: the guard against a result that could not be stored.
    EXPECT_EQ(normalize(Dense<F32>{3e38f}.view(), 0.5, out.x.data()).code, Code::overflow);
    Dense<F16> half(size_t{1});
    EXPECT_EQ(normalize(Dense<F16>{60000}.view(), 0.5, half.x.data()).code, Code::overflow);
}

TEST(SubvectorRange, Examples) {
    const auto range = [](int dim, int32_t start,
                          int32_t count) -> std::optional<std::pair<int, int>> {
        Range r{};
        const Status s = subvector_range<F32>(dim, start, count, r);
        if (s.ok()) return std::pair(r.first, r.count);
        EXPECT_EQ(s.code, Code::too_few_dimensions);
        return std::nullopt;
    };
    using R = std::pair<int, int>;
    EXPECT_EQ(range(5, 1, 3), R(0, 3));
    EXPECT_EQ(range(5, 3, 2), R(2, 2));
    EXPECT_EQ(range(5, -1, 3), R(0, 1));
    EXPECT_EQ(range(5, 3, 9), R(2, 3));
    EXPECT_EQ(range(5, 5, 1), R(4, 1));
    EXPECT_EQ(range(5, 1, 0), std::nullopt);
    EXPECT_EQ(range(5, 3, -1), std::nullopt);
    EXPECT_EQ(range(5, -1, 2), std::nullopt);
    EXPECT_EQ(range(5, 6, 1), std::nullopt);
    EXPECT_EQ(range(5, 1, INT_MAX), R(0, 5));
    EXPECT_EQ(range(5, INT_MIN, INT_MAX), std::nullopt);
    EXPECT_EQ(range(5, INT_MAX, INT_MAX), std::nullopt);
    EXPECT_EQ(range(5, INT_MIN, INT_MIN), std::nullopt);
    EXPECT_EQ(range(5, INT_MAX, INT_MIN), std::nullopt);
    EXPECT_EQ(range(5, -INT_MAX + 2, INT_MAX), R(0, 1));
    EXPECT_EQ(range(16000, 16000, 16000), R(15999, 1));
}

// By definition: the elements i of 1 .. dim with start <= i < start + count.
TEST(SubvectorRange, AgreesWithTheDefinition) {
    for (int dim = 1; dim <= 4; dim++) {
        for (int start = -4; start <= 6; start++) {
            for (int count = -3; count <= 8; count++) {
                int first = 0;
                int n = 0;
                for (int i = dim; i >= 1; i--) {
                    if (start <= i && i < start + count) {
                        first = i - 1;
                        n++;
                    }
                }
                Range r{};
                const Status s = subvector_range<F16>(dim, start, count, r);
                ASSERT_EQ(s.ok(), n > 0);
                if (n > 0) {
                    ASSERT_EQ(r.first, first);
                    ASSERT_EQ(r.count, n);
                }
            }
        }
    }
}

TYPED_TEST(Arithmetic, QuantizesToBitsMostSignificantFirst) {
    const auto quantize = [](const Dense<TypeParam>& v, double threshold) {
        std::vector<uint8_t> out((v.x.size() + 7) / 8, 0xff);
        binary_quantize(v.view(), threshold, out.data());
        return out;
    };
    EXPECT_EQ(quantize({1, 0, -1}, 0), (std::vector<uint8_t>{0x80}));
    EXPECT_EQ(quantize({0, 1, -0.0f, 1, 1, 1, 1, 1}, 0), (std::vector<uint8_t>{0x5f}));
    EXPECT_EQ(quantize({0, 0, 0, 0, 0, 0, 0, 1, 1}, 0), (std::vector<uint8_t>{0x01, 0x80}));
    EXPECT_EQ(quantize({1, 2, 3}, 1.5), (std::vector<uint8_t>{0x60}));
    EXPECT_EQ(quantize({-1, -2, -3}, -2.5), (std::vector<uint8_t>{0xc0}));
    EXPECT_EQ(quantize(Dense<TypeParam>(size_t{16}, 0x1p-24f), 0),
              (std::vector<uint8_t>{0xff, 0xff}));
}

TYPED_TEST(Arithmetic, Mean) {
    EXPECT_EQ(mean(Dense<TypeParam>{1, 2, 6}.view()), 3);
    EXPECT_EQ(mean(Dense<TypeParam>{-0.5f}.view()), -0.5);
    EXPECT_EQ(mean(Dense<TypeParam>(size_t{16000}, 65504).view()), 65504);
}

TEST(Mean, DoesNotOverflow) {
    EXPECT_EQ(mean(Dense<F32>{3e38f, 3e38f}.view()), static_cast<double>(3e38f));
}

}  // namespace
}  // namespace quiver::test

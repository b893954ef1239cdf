// Every instruction set's quantisation kernels against the reference.
#include <gtest/gtest.h>

#include <cfloat>   // FLT_MAX
#include <cmath>    // std::sqrt
#include <cstring>  // std::memcpy
#include <limits>   // std::numeric_limits
#include <random>   // std::mt19937
#include <vector>   // std::vector

#include "quiver/kernels/quant_reference.hpp"
#include "support/isa_fixture.hpp"

namespace quiver::test {
namespace {

namespace reference = kernels::reference;
using kernels::CodeView;

class QuantKernels : public IsaTest {
protected:
    static const kernels::QuantKernels& k() { return set().quant; }
};

// Bytes at an odd address, with no byte to spare at the end.
template <class T>
class Misaligned {
public:
    explicit Misaligned(const std::vector<T>& values) : bytes_(values.size() * sizeof(T) + 1) {
        if (!values.empty())
            std::memcpy(bytes_.data() + 1, values.data(), values.size() * sizeof(T));
    }
    const T* data() const { return reinterpret_cast<const T*>(bytes_.data() + 1); }

private:
    std::vector<uint8_t> bytes_;
};

std::vector<F32> random_floats(size_t n, std::mt19937& random, float scale = 1) {
    std::normal_distribution<float> normal;
    std::vector<F32> values(n);
    for (F32& x : values) x = scale * normal(random);
    return values;
}

std::vector<float> aligned(const std::vector<F32>& values) {
    std::vector<float> out;
    for (const F32 x : values) out.push_back(x);
    return out;
}

std::vector<uint8_t> random_bytes(size_t n, std::mt19937& random) {
    std::vector<uint8_t> bytes(n);
    for (uint8_t& b : bytes) b = static_cast<uint8_t>(random());
    return bytes;
}

// Tables of subset sums, as build_lut makes them: no other kind is promised to work. Their largest
// entries are 255.
std::vector<uint8_t> random_lut(size_t rows, std::mt19937& random) {
    std::vector<uint8_t> lut(32 * rows);
    for (size_t nibble = 0; nibble < 2 * rows; ++nibble) {
        int32_t left = 255;
        int32_t steps[4];
        for (int32_t& step : steps) {
            const int32_t size = static_cast<int32_t>(random() % static_cast<uint32_t>(left + 1));
            left -= size;
            step = random() % 2 == 0 ? size : -size;
        }
        steps[3] += steps[3] < 0 ? -left : left;
        kernels::quant::nibble_table(steps, lut.data() + 16 * nibble);
    }
    return lut;
}

TEST_P(QuantKernels, rotate_gives_the_bits_of_the_reference) {
    std::mt19937 random(1);
    for (const size_t n :
         {1u,    2u,    3u,    7u,    8u,    9u,    12u,    16u,   17u,  24u,   31u,
          32u,   40u,   56u,   64u,   65u,   72u,   100u,   120u,  127u, 128u,  136u,
          200u,  256u,  300u,  384u,  500u,  512u,  520u,   768u,  960u, 1000u, 1024u,
          1032u, 1536u, 2000u, 2048u, 4000u, 8192u, 16000u, 64000u}) {
        const auto values = random_floats(2 * n, random);
        const Misaligned<F32> a({values.begin(), values.begin() + static_cast<ptrdiff_t>(n)});
        const Misaligned<F32> b({values.begin() + static_cast<ptrdiff_t>(n), values.end()});
        const size_t size = kernels::quant::padded(n);
        std::vector<float> expected(size);
        std::vector<float> out(size);
        for (const F32* minus : {static_cast<const F32*>(nullptr), b.data()}) {
            reference::rotate(n, n, a.data(), minus, expected.data());
            k().rotate(n, n, a.data(), minus, out.data());
            ASSERT_EQ(std::memcmp(out.data(), expected.data(), size * sizeof(float)), 0) << n;
        }
        std::vector<double> exact(size);
        reference::rotate(n, n, a.data(), b.data(), exact.data());
        for (size_t i = 0; i < size; ++i) ASSERT_NEAR(out[i], exact[i], 1e-5) << n;
    }
}

double quality(const std::vector<uint8_t>& column, const std::vector<float>& r, uint32_t bits) {
    double xr = 0;
    double xx = 0;
    for (size_t i = 0; i < r.size(); ++i) {
        uint32_t code = 0;
        for (uint32_t p = 0; p < bits; ++p)
            code |= (column[p * r.size() / 8 + i / 8] >> (i % 8) & 1u) << p;
        const double x = code - ((1u << bits) - 1) / 2.0;
        xr += x * r[i];
        xx += x * x;
    }
    return xr / std::sqrt(xx);
}

TEST_P(QuantKernels, residual_gives_the_bits_of_the_reference) {
    std::mt19937 random(3);
    for (const size_t n : {8, 16, 24, 32, 40, 64, 104, 128, 768, 1000, 16000}) {
        std::vector<int16_t> numbers(n);
        for (int16_t& x : numbers) x = static_cast<int16_t>(random());
        numbers[0] = -32768;
        numbers[n - 1] = 32767;
        for (const float step : {0x1p-15f, 0x1p-40f, 4.0f}) {
            const auto b = aligned(random_floats(n, random, 30000 * step));
            std::vector<float> out(n + 1, -7);
            std::vector<float> expected(n);
            const float squared = k().residual(numbers.data(), step, b.data(), out.data(), n);
            const float reference =
                reference::residual(numbers.data(), step, b.data(), expected.data(), n);
            for (size_t i = 0; i < n; ++i) ASSERT_EQ(out[i], expected[i]) << i << " of " << n;
            EXPECT_EQ(out[n], -7) << n;
            EXPECT_NEAR(squared, reference, 1e-4 * reference) << n;
        }
        const std::vector<float> zeros(n);
        std::vector<float> out(n);
        const float nan = std::numeric_limits<float>::quiet_NaN();
        EXPECT_TRUE(std::isnan(k().residual(numbers.data(), nan, zeros.data(), out.data(), n)));
    }
}

TEST_P(QuantKernels, encode_is_as_good_as_the_reference) {
    std::mt19937 random(2);
    for (const uint32_t n : {8u, 16u, 24u, 32u, 40u, 104u, 128u, 512u, 536u, 768u, 4000u})
        for (uint32_t bits = 1; bits <= 8; ++bits) {
            const auto r = aligned(random_floats(n, random));
            const auto anchor = aligned(random_floats(n, random));
            std::vector<uint8_t> expected(n / 8 * bits);
            std::vector<uint8_t> column(n / 8 * bits);
            const auto wanted =
                reference::encode({r.data(), anchor.data(), n, bits, expected.data(), 1});
            const auto dots = k().encode({r.data(), anchor.data(), n, bits, column.data(), 1});
            ASSERT_NEAR(quality(column, r, bits), quality(expected, r, bits), 1e-5 * n)
                << n << " " << bits;
            // Another sum may choose another step; then the dots belong to another code.
            if (column != expected) continue;
            double size = 0;
            for (size_t i = 0; i < n; ++i) size += std::fabs(r[i]) + std::fabs(anchor[i]);
            const double bound = size * (1u << bits) * (n + 8) * 0x1p-24;
            ASSERT_NEAR(dots.residual, wanted.residual, bound) << n << " " << bits;
            ASSERT_NEAR(dots.anchor, wanted.anchor, bound) << n << " " << bits;
            const auto alone = k().encode({r.data(), nullptr, n, bits, column.data(), 1});
            ASSERT_EQ(alone.residual, dots.residual);
            ASSERT_EQ(alone.anchor, 0);
        }
}

TEST_P(QuantKernels, encode_of_one_bit_gives_the_bits_of_the_reference) {
    std::mt19937 random(3);
    for (const uint32_t n : {8u, 24u, 128u, 536u}) {
        auto r = aligned(random_floats(n, random));
        r[0] = 0.0f;
        r[1] = -0.0f;
        std::vector<uint8_t> expected(n / 8 * 7);
        std::vector<uint8_t> column(n / 8 * 7);
        reference::encode({r.data(), nullptr, n, 1, expected.data(), 7});
        k().encode({r.data(), nullptr, n, 1, column.data(), 7});
        ASSERT_EQ(column, expected) << n;
    }
}

// The steps found by every instruction set are the reference's when sums are exact: small integers.
TEST_P(QuantKernels, encode_of_integers_gives_the_bits_of_the_reference) {
    std::mt19937 random(4);
    for (const uint32_t n : {8u, 24u, 128u, 536u})
        for (uint32_t bits = 2; bits <= 4; ++bits) {
            std::vector<float> r(n);
            for (float& x : r) x = static_cast<float>(static_cast<int>(random() % 17) - 8);
            std::vector<uint8_t> expected(n / 8 * bits);
            std::vector<uint8_t> column(n / 8 * bits);
            reference::encode({r.data(), nullptr, n, bits, expected.data(), 1});
            k().encode({r.data(), nullptr, n, bits, column.data(), 1});
            ASSERT_EQ(column, expected) << n << " " << bits;
        }
}

TEST_P(QuantKernels, build_lut_gives_the_bits_of_the_reference) {
    std::mt19937 random(5);
    for (const size_t n : {8u, 16u, 24u, 40u, 128u, 520u, 1000u, 64000u})
        for (const float scale : {1.0f, 1e-30f, 1e30f, 1e-37f, 0.0f}) {
            const auto q = aligned(random_floats(n, random, scale));
            std::vector<uint8_t> expected(4 * n);
            std::vector<uint8_t> lut(4 * n);
            const auto wanted = reference::build_lut(q.data(), n, expected.data());
            const auto factors = k().build_lut(q.data(), n, lut.data());
            ASSERT_EQ(factors.step, wanted.step) << n << " " << scale;
            ASSERT_EQ(factors.total, wanted.total) << n << " " << scale;
            ASSERT_EQ(lut, expected) << n << " " << scale;
        }
}

TEST_P(QuantKernels, build_lut_holds_subset_sums) {
    std::mt19937 random(6);
    const auto q = aligned(random_floats(40, random));
    std::vector<uint8_t> lut(160);
    const auto factors = k().build_lut(q.data(), 40, lut.data());
    int largest = 0;
    for (size_t nibble = 0; nibble < 10; ++nibble) {
        double smallest = 0;
        for (size_t b = 0; b < 4; ++b) smallest += std::min(q[4 * nibble + b], 0.0f);
        for (size_t m = 0; m < 16; ++m) {
            double sum = -smallest;
            for (size_t b = 0; b < 4; ++b) sum += m >> b & 1 ? q[4 * nibble + b] : 0;
            ASSERT_NEAR(lut[16 * nibble + m] * factors.step, sum, 2.001 * factors.step);
            largest = std::max<int>(largest, lut[16 * nibble + m]);
        }
    }
    EXPECT_GE(largest, 250);
}

TEST_P(QuantKernels, build_lut_of_what_is_not_finite_is_zero) {
    for (const float bad : {INFINITY, -INFINITY, NAN, 3e38f})
        for (const size_t place : {0u, 5u, 23u}) {
            std::vector<float> q(24, 1.0f);
            q[place] = bad;
            std::vector<uint8_t> lut(96, 1);
            const auto factors = k().build_lut(q.data(), 24, lut.data());
            EXPECT_EQ(factors.step, 0);
            EXPECT_EQ(factors.total, 0);
            EXPECT_EQ(lut, std::vector<uint8_t>(96, 0));
        }
}

std::vector<uint32_t> expected_sums(const CodeView& view, const uint8_t* lut) {
    std::vector<uint32_t> out(view.edges);
    reference::code_sums(view, lut, out.data());
    return out;
}

TEST_P(QuantKernels, sums_are_those_of_the_reference) {
    std::mt19937 random(7);
    for (const uint32_t rows :
         {1u, 2u, 3u, 4u, 5u, 7u, 16u, 63u, 64u, 96u, 127u, 128u, 129u, 131u, 300u})
        for (const uint32_t planes : {1u, 2u, 8u})
            for (const uint32_t edges : {16u, 32u, 48u, 64u, 80u, 96u, 112u, 208u}) {
                if (rows > 131 && edges > 48) continue;
                const Misaligned<uint8_t> codes(
                    random_bytes(size_t{rows} * planes * edges, random));
                const Misaligned<uint8_t> lut(random_lut(rows, random));
                const CodeView view{codes.data(), rows, planes, edges};
                std::vector<uint32_t> out(edges);
                k().sums(view, lut.data(), out.data());
                ASSERT_EQ(out, expected_sums(view, lut.data()))
                    << rows << " " << planes << " " << edges;
            }
}

TEST_P(QuantKernels, sums_do_not_overflow) {
    for (const uint32_t rows : {128u, 129u, 256u, 8000u})
        for (const uint32_t edges : {16u, 32u, 64u}) {
            const std::vector<uint8_t> codes(size_t{rows} * 8 * edges, 0xff);
            std::vector<uint8_t> lut(32 * rows);
            const int32_t steps[4] = {0, 200, 0, 55};
            for (size_t nibble = 0; nibble < 2 * rows; ++nibble)
                kernels::quant::nibble_table(steps, &lut[16 * nibble]);
            std::vector<uint32_t> out(edges);
            k().sums({codes.data(), rows, 8, edges}, lut.data(), out.data());
            ASSERT_EQ(out, std::vector<uint32_t>(edges, rows * 510 * 255)) << rows << " " << edges;
        }
}

TEST_P(QuantKernels, estimate_follows_its_formula) {
    std::mt19937 random(8);
    for (const uint32_t rows : {1u, 5u, 16u, 67u, 130u})
        for (const uint32_t planes : {1u, 2u, 3u})
            for (const uint32_t edges : {16u, 32u, 48u, 64u, 208u}) {
                const Misaligned<uint8_t> codes(
                    random_bytes(size_t{rows} * planes * edges, random));
                const Misaligned<uint8_t> lut(random_lut(rows, random));
                const Misaligned<F32> add(random_floats(edges, random));
                std::vector<F16> halves;
                for (const F32 x : random_floats(edges, random)) halves.push_back(to_half(x));
                halves[3] = to_half(0);
                halves[4] = to_half(1e-6f);
                const Misaligned<F16> scale(halves);
                const CodeView view{codes.data(), rows, planes, edges};
                const auto sums = expected_sums(view, lut.data());
                const kernels::EdgeTerms terms{add.data(), scale.data(), 3.5f, 1e-3f, 12345};
                std::vector<float> out(edges);
                k().estimate(view, lut.data(), terms, out.data());
                for (size_t j = 0; j < edges; ++j) {
                    const double a = add.data()[j];
                    const double product = double{to_float(scale.data()[j])} *
                                           double{terms.factor} * (2.0 * sums[j] - terms.bias);
                    const double size = 3.5 + std::fabs(a) + std::fabs(product);
                    ASSERT_NEAR(out[j], 3.5 + a + product, size * 0x1p-21)
                        << rows << " " << edges << " " << j;
                }
            }
}

TEST_P(QuantKernels, estimate_is_never_a_nan) {
    const std::vector<uint8_t> codes(16, 0xff);
    std::mt19937 random(9);
    const std::vector<uint8_t> lut = random_lut(1, random);
    std::vector<F32> add(16);
    std::vector<F16> scale(16);
    for (size_t j = 0; j < 16; ++j) {
        add[j] = j % 2 == 0 ? INFINITY : -FLT_MAX;
        scale[j] = to_half(j % 4 < 2 ? -65504.0f : 65504.0f);
    }
    add[7] = 0;
    scale[7] = to_half(0);
    std::vector<float> out(16);
    for (const float base : {0.0f, FLT_MAX, INFINITY}) {
        k().estimate({codes.data(), 1, 1, 16}, lut.data(),
                     {add.data(), scale.data(), base, FLT_MAX, 0}, out.data());
        for (const float x : out) EXPECT_LE(x, FLT_MAX);  // false for a NaN
        EXPECT_EQ(out[7], std::min(base, FLT_MAX));
    }
}

QUIVER_INSTANTIATE_PER_ISA(QuantKernels);

}  // namespace
}  // namespace quiver::test

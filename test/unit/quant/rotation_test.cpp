#include "quiver/quant/rotation.hpp"

#include <gtest/gtest.h>

#include "quant/data.hpp"
#include "quiver/kernels/dispatch.hpp"

namespace quiver::test {
namespace {

const kernels::QuantKernels& k() { return kernels::best().quant; }

constexpr size_t kDims[] = {1,   2,   7,   8,   9,   15,  16,  17,  24,   31,   63,   64,  65,
                            100, 128, 129, 200, 255, 384, 511, 768, 1000, 1536, 2000, 4096};

TEST(Rotation, rounds_dimensions_up) {
    EXPECT_EQ(quant::rotated_dims(1), 8u);
    EXPECT_EQ(quant::rotated_dims(8), 8u);
    EXPECT_EQ(quant::rotated_dims(9), 16u);
    EXPECT_EQ(quant::rotated_dims(64000), 64000u);
}

TEST(Rotation, keeps_norms_and_inner_products) {
    std::mt19937 random(1);
    for (const size_t dims : kDims) {
        const quant::Rotation rotation{42, static_cast<uint32_t>(dims)};
        const Row a = random_row(dims, random);
        const Row b = random_row(dims, random);
        const Row pa = rotated(k(), rotation, a);
        const Row pb = rotated(k(), rotation, b);
        const double norms = std::sqrt(dot(a, a) * dot(b, b));
        EXPECT_NEAR(dot(pa, pa) / dot(a, a), 1, 1e-5) << dims;
        EXPECT_NEAR(dot(pa, pb) / norms, dot(a, b) / norms, 1e-5) << dims;
    }
}

TEST(Rotation, reaches_the_largest_dimension) {
    std::mt19937 random(2);
    for (const size_t dims : {32767u, 32768u, 64000u}) {
        const Row a = random_row(dims, random);
        const Row pa = rotated(k(), {7, static_cast<uint32_t>(dims)}, a);
        EXPECT_NEAR(dot(pa, pa) / dot(a, a), 1, 1e-5) << dims;
    }
}

// Columns of the matrix: the images of the unit vectors.
TEST(Rotation, is_orthogonal) {
    for (const size_t dims : {1u, 5u, 8u, 12u, 40u, 100u, 128u}) {
        const quant::Rotation rotation{3, static_cast<uint32_t>(dims)};
        std::vector<Row> columns;
        for (size_t i = 0; i < dims; ++i) {
            Row unit(dims);
            unit[i] = 1;
            columns.push_back(rotated(k(), rotation, unit));
        }
        for (size_t i = 0; i < dims; ++i)
            for (size_t j = 0; j <= i; ++j)
                ASSERT_NEAR(dot(columns[i], columns[j]), i == j ? 1 : 0, 1e-6)
                    << dims << " " << i << " " << j;
    }
}

TEST(Rotation, of_a_difference_is_the_difference_of_rotations) {
    std::mt19937 random(4);
    for (const size_t dims : kDims) {
        const quant::Rotation rotation{11, static_cast<uint32_t>(dims)};
        const Row a = random_row(dims, random);
        const Row b = random_row(dims, random);
        const Row pa = rotated(k(), rotation, a);
        const Row pb = rotated(k(), rotation, b);
        const Row both = rotated_difference(k(), rotation, a, b);
        const float size = static_cast<float>(std::sqrt(dot(a, a) + dot(b, b)));
        for (size_t i = 0; i < both.size(); ++i)
            ASSERT_NEAR(both[i], pa[i] - pb[i], 1e-6f * size) << dims;
        for (const float x : rotated_difference(k(), rotation, a, a)) ASSERT_EQ(x, 0) << dims;
    }
}

TEST(Rotation, depends_on_the_seed_alone) {
    std::mt19937 random(5);
    const Row a = random_row(100, random);
    EXPECT_EQ(rotated(k(), {1, 100}, a), rotated(k(), {1, 100}, a));
    EXPECT_NE(rotated(k(), {1, 100}, a), rotated(k(), {2, 100}, a));
}

// The signs are part of the format: an index on disk was coded with them.
TEST(Rotation, is_the_one_of_format_version_1) {
    EXPECT_EQ(kernels::quant::sign_word(0, 0, 0), 0xe220a8397b1dcdafu);
    EXPECT_EQ(kernels::quant::sign_word(42, 3, 5),
              kernels::quant::sign_word(42 + 0x9e3779b97f4a7c15u, 3, 4));
    Row a(20);
    for (size_t i = 0; i < a.size(); ++i) a[i] = static_cast<float>(i + 1);
    const Row expected = {
        8.13172722f,  20.152544f,   11.844038f,  9.19238853f,  10.0762711f,  3.00520325f,
        1.06066084f,  -11.8440371f, 5.21491146f, -6.45234919f, -17.2357292f, 17.4125042f,
        -1.23743725f, 17.5008926f,  8.30850506f, 8.66205788f,  2.03293133f,  4.86135912f,
        -2.74003887f, 22.0086994f,  12.9046984f, 10.076273f,   -2.29809666f, -2.65164995f,
    };
    EXPECT_EQ(rotated(k(), {42, 20}, a), expected);
}

// Fourth moment over squared second moment: 3 for a Gaussian, the number of coordinates for a
// single one, 1 for equal magnitudes. Averaged over seeds, because 8 coordinates alone say little.
double kurtosis(const Row& input, size_t dims, int seeds) {
    double fourth = 0;
    double second = 0;
    size_t count = 0;
    for (int seed = 0; seed < seeds; ++seed)
        for (const float x :
             rotated(k(), {static_cast<uint64_t>(seed), static_cast<uint32_t>(dims)}, input)) {
            fourth += std::pow(double{x}, 4);
            second += double{x} * x;
            ++count;
        }
    return fourth * static_cast<double>(count) / (second * second);
}

TEST(Rotation, makes_any_input_look_gaussian) {
    std::mt19937 random(6);
    for (const size_t dims : {8u, 100u, 128u, 768u, 1000u, 1032u, 1536u, 2040u}) {
        // A random direction in n dimensions has 3n / (n + 2).
        const double n = static_cast<double>(quant::rotated_dims(dims));
        const double expected = 3 * n / (n + 2);
        const int seeds = static_cast<int>(200000 / n);
        Row first(dims);
        first[0] = 1;
        Row last(dims);
        last[dims - 1] = 1;
        Row pair(dims);
        pair[dims / 2] = pair[dims / 2 - 1] = 1;
        Row half(dims);
        for (size_t i = 0; i < dims / 2; ++i) half[i] = 1;
        const Row constant(dims, 1);
        const Row real = clustered_rows(1, dims, random)[0];
        for (const Row& input : {first, last, pair, half, constant, real})
            EXPECT_NEAR(kurtosis(input, dims, seeds), expected, 0.15) << dims;
    }
}

// Where the input was must not show in where the output's energy is.
TEST(Rotation, spreads_over_all_coordinates) {
    for (const size_t dims : {24u, 100u, 768u, 1000u, 1032u, 2040u}) {
        const size_t size = quant::rotated_dims(dims);
        const int seeds = static_cast<int>(100000 / size) + 100;
        for (const size_t place : {size_t{0}, dims / 2, dims - 1}) {
            Row unit(dims);
            unit[place] = 1;
            std::vector<double> energy(4);
            for (int seed = 0; seed < seeds; ++seed) {
                const Row out =
                    rotated(k(), {static_cast<uint64_t>(seed), static_cast<uint32_t>(dims)}, unit);
                for (size_t i = 0; i < size; ++i)
                    energy[4 * i / size] += double{out[i]} * out[i] / seeds;
            }
            for (const double quarter : energy)
                EXPECT_NEAR(quarter, 0.25, 0.03) << dims << " " << place;
        }
    }
}

TEST(Rotation, survives_extreme_magnitudes) {
    std::mt19937 random(8);
    for (const size_t dims : {8u, 100u, 1536u, 64000u}) {
        const Row a = random_row(dims, random);
        const double norm = std::sqrt(dot(a, a));
        for (const float scale : {1e-30f, 1e30f}) {
            Row scaled = a;
            for (float& x : scaled) x *= scale / static_cast<float>(norm);
            const Row out = rotated(k(), {9, static_cast<uint32_t>(dims)}, scaled);
            EXPECT_NEAR(std::sqrt(dot(out, out)) / scale, 1, 1e-5) << dims << " " << scale;
        }
    }
}

}  // namespace
}  // namespace quiver::test

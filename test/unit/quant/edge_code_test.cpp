#include "quiver/quant/edge_code.hpp"

#include <gtest/gtest.h>

#include <algorithm>  // std::max
#include <cfloat>     // FLT_MAX

#include "quant/data.hpp"
#include "quiver/kernels/dispatch.hpp"
#include "quiver/quant/edge_check.hpp"
#include "quiver/quant/query_lut.hpp"

namespace quiver::test {
namespace {

using quant::CodeShape;
using quant::EdgeMetric;

const kernels::QuantKernels& k() { return kernels::best().quant; }

// One node with its edges, written and read the way an index does it.
class Node {
public:
    Node(CodeShape shape, uint64_t seed, Row owner, Row centre)
        : shape(shape),
          rotation{seed, static_cast<uint32_t>(shape.dims)},
          owner(owner),
          centre(centre),
          pu(rotated_difference(k(), rotation, owner, centre)),
          codes(code_bytes(shape)),
          parts(shape.edges),
          constants(shape.edges),
          residuals(shape.edges),
          add(shape.edges),
          scale(shape.edges) {}

    void encode(size_t slot, const Row& v, EdgeMetric metric) {
        residuals[slot] = rotated_difference(k(), rotation, v, owner);
        const double length = squared_distance(v, owner);
        parts[slot] = encode_edge(k(), shape, slot, {residuals[slot].data(), length, pu.data()},
                                  codes.data());
        constants[slot] = metric == EdgeMetric::l2 ? length : dot(owner, owner) - dot(owner, v);
    }

    void finish(EdgeMetric metric) {
        float largest = 0;
        for (const auto& part : parts)
            largest = std::max(largest, std::fabs(edge_scale(metric, part)));
        exponent = quant::pick_exponent(largest);
        for (size_t j = 0; j < parts.size(); ++j) {
            const quant::EdgeFactors f = edge_factors(metric, parts[j], constants[j], exponent);
            add[j] = f.add;
            scale[j] = f.scale;
        }
    }

    std::vector<float> estimate(const Row& query, float base) const {
        const Row pq = rotated_difference(k(), rotation, query, centre);
        std::vector<uint8_t> memory(quant::QueryLut::size(shape.code_dims));
        const quant::QueryLut lut =
            quant::build_lut(k(), pq.data(), shape.code_dims, memory.data());
        std::vector<float> out(static_cast<size_t>(shape.edges));
        quant::estimate(k(), shape, {codes.data(), add.data(), scale.data(), exponent}, lut, base,
                        out.data());
        return out;
    }

    // For a share of the owner in place of the owner.
    std::vector<float> estimate(const Row& query, float base, float share) const {
        std::vector<float> out = estimate(query, base);
        quant::shrink_owner(add.data(), add.size(), share, out.data());
        return out;
    }

    quant::StoredEdge edge(size_t slot) const {
        return {codes.data(), slot, {add[slot].value, scale[slot]}, exponent};
    }

    CodeShape shape;
    quant::Rotation rotation;
    Row owner;
    Row centre;
    Row pu;
    std::vector<uint8_t> codes;
    std::vector<quant::EdgeParts> parts;
    std::vector<double> constants;
    std::vector<Row> residuals;
    std::vector<F32> add;
    std::vector<F16> scale;
    int8_t exponent = 0;
};

// Errors of <r, q - u> in units of |r| |q - u|, over many nodes. The theory: a code whose angle to
// the residual has the cosine c errs by sqrt(1 - c^2) / c / sqrt(D - 1) times the sine of the angle
// between r and q - u.
struct Errors {
    double mean = 0;
    double rms = 0;
    double expected_rms = 0;
    double count = 0;
};

Errors measure(CodeShape shape, const std::vector<Row>& rows, const Row& centre, EdgeMetric metric,
               int nodes) {
    std::mt19937 random(99);
    Errors errors;
    const auto any_row = [&]() -> const Row& { return rows[random() % rows.size()]; };
    for (int n = 0; n < nodes; ++n) {
        const Row& owner = any_row();
        const Row& query = any_row();
        if (squared_distance(owner, query) == 0) continue;
        Node node(shape, static_cast<uint64_t>(n), owner, centre);
        std::vector<const Row*> neighbours;
        for (int j = 0; j < shape.edges; ++j) {
            neighbours.push_back(&any_row());
            node.encode(static_cast<size_t>(j), *neighbours.back(), metric);
        }
        node.finish(metric);
        const bool l2 = metric == EdgeMetric::l2;
        const double base = l2 ? squared_distance(query, owner) : -dot(query, owner);
        const auto out = node.estimate(query, static_cast<float>(base));
        for (size_t j = 0; j < neighbours.size(); ++j) {
            const double length = std::sqrt(squared_distance(*neighbours[j], owner));
            if (length == 0) continue;
            const double reach = std::sqrt(squared_distance(query, owner));
            const double truth =
                l2 ? squared_distance(query, *neighbours[j]) : -dot(query, *neighbours[j]);
            const double error = (out[j] - truth) / (length * reach * (l2 ? 2 : 1));
            const auto sums = quant::detail::code_sums(
                shape, node.codes.data(), j, {node.residuals[j].data(), length * length, nullptr});
            const double cosine = sums.xr / std::sqrt(sums.xx) / length;
            double along = 0;  // of the angle between r and q - u
            for (size_t d = 0; d < owner.size(); ++d)
                along += (double{(*neighbours[j])[d]} - owner[d]) * (double{query[d]} - owner[d]);
            along /= length * reach;
            const double dims = static_cast<double>(quant::rotated_dims(owner.size()));
            errors.mean += error;
            errors.rms += error * error;
            errors.expected_rms += (1 / (cosine * cosine) - 1) * (1 - along * along) / (dims - 1);
            errors.count += 1;
        }
    }
    errors.mean /= errors.count;
    errors.rms = std::sqrt(errors.rms / errors.count);
    errors.expected_rms = std::sqrt(errors.expected_rms / errors.count);
    return errors;
}

struct Setting {
    CodeShape shape;
    double largest_rms;  // times sqrt(dims)
};

const Setting kSettings[] = {
    {{.dims = 64, .code_dims = 64, .bits = 1, .edges = 16}, 0.85},
    {{.dims = 128, .code_dims = 128, .bits = 1, .edges = 32}, 0.82},
    {{.dims = 128, .code_dims = 128, .bits = 2, .edges = 32}, 0.42},
    {{.dims = 100, .code_dims = 104, .bits = 2, .edges = 32}, 0.42},
    {{.dims = 128, .code_dims = 128, .bits = 4, .edges = 16}, 0.16},
    {{.dims = 32, .code_dims = 32, .bits = 8, .edges = 16}, 0.05},
    {{.dims = 300, .code_dims = 200, .bits = 1, .edges = 32}, 1.30},
    {{.dims = 768, .code_dims = 512, .bits = 1, .edges = 32}, 1.25},
};

class Estimator : public ::testing::TestWithParam<EdgeMetric> {};

TEST_P(Estimator, is_unbiased_and_as_accurate_as_the_theory_on_random_data) {
    std::mt19937 random(1);
    for (const Setting& setting : kSettings) {
        const auto dims = static_cast<size_t>(setting.shape.dims);
        std::vector<Row> rows;
        for (int i = 0; i < 100; ++i) rows.push_back(random_row(dims, random));
        const Errors e = measure(setting.shape, rows, Row(dims), GetParam(), 100);
        SCOPED_TRACE(testing::Message() << dims << " dims, " << setting.shape.code_dims << " x "
                                        << setting.shape.bits);
        EXPECT_LT(std::fabs(e.mean), 5 * e.rms / std::sqrt(e.count / 16));
        EXPECT_NEAR(e.rms / e.expected_rms, 1, setting.shape.bits == 8 ? 3 : 0.1);
        EXPECT_LT(e.rms * std::sqrt(static_cast<double>(dims)), setting.largest_rms);
    }
}

TEST_P(Estimator, is_as_accurate_on_clustered_data_with_a_centre) {
    std::mt19937 random(2);
    for (const Setting& setting : kSettings) {
        const auto dims = static_cast<size_t>(setting.shape.dims);
        const std::vector<Row> rows = clustered_rows(200, dims, random);
        const Errors e = measure(setting.shape, rows, mean_row(rows), GetParam(), 100);
        SCOPED_TRACE(testing::Message() << dims << " dims, " << setting.shape.code_dims << " x "
                                        << setting.shape.bits);
        EXPECT_LT(std::fabs(e.mean), 5 * e.rms / std::sqrt(e.count / 16));
        EXPECT_LT(e.rms * std::sqrt(static_cast<double>(dims)), setting.largest_rms);
    }
}

INSTANTIATE_TEST_SUITE_P(metric, Estimator,
                         ::testing::Values(EdgeMetric::l2, EdgeMetric::inner_product),
                         [](const auto& info) {
                             return info.param == EdgeMetric::l2 ? "l2" : "inner_product";
                         });

TEST(EdgeCode, errs_less_with_every_bit_and_every_coordinate) {
    std::mt19937 random(3);
    const std::vector<Row> rows = clustered_rows(200, 256, random);
    const Row centre = mean_row(rows);
    const auto rms = [&](int code_dims, int bits) {
        return measure({256, code_dims, bits, 16}, rows, centre, EdgeMetric::l2, 60).rms;
    };
    double before = rms(256, 1);
    const double one_bit = before;
    for (const int bits : {2, 3, 4, 5}) {
        const double now = rms(256, bits);
        EXPECT_LT(now, 0.65 * before) << bits;
        before = now;
    }
    // A code of a fraction f of the coordinates: sqrt(1 / (0.64 f) - 1) of the theory.
    for (const int part : {128, 64}) {
        const double fraction = part / 256.0;
        const double expected = std::sqrt((1 / (0.637 * fraction) - 1) / (1 / 0.637 - 1));
        EXPECT_NEAR(rms(part, 1) / one_bit, expected, 0.15 * expected) << part;
    }
}

// Against the best of a fine search over steps.
TEST(EdgeCode, finds_about_the_best_grid_step) {
    std::mt19937 random(4);
    const CodeShape shape{128, 128, 2, 16};
    for (int bits = 2; bits <= 8; ++bits) {
        CodeShape s = shape;
        s.bits = bits;
        double lost = 0;
        for (int i = 0; i < 50; ++i) {
            const Row r = random_row(128, random);
            std::vector<uint8_t> codes(code_bytes(s));
            encode_edge(k(), s, 3, {r.data(), dot(r, r), nullptr}, codes.data());
            const auto found = quant::detail::code_sums(s, codes.data(), 3, {r.data(), 0, nullptr});
            double best = 0;
            for (double step = 0.01; step < 3; step *= 1.01) {
                double xr = 0;
                double xx = 0;
                for (const float c : r) {
                    const double x =
                        std::min(std::floor(std::fabs(c) / step), (1 << (bits - 1)) - 1.0) + 0.5;
                    xr += x * std::fabs(c);
                    xx += x * x;
                }
                best = std::max(best, xr * xr / xx);
            }
            const double energy = dot(r, r);
            const double residue = 1 - best / energy;
            lost += ((1 - found.xr * found.xr / found.xx / energy) / residue - 1) / 50;
        }
        // More squared error than the best. From 6 bits on the query's table errs more than the
        // code does.
        EXPECT_LT(lost, bits <= 2 ? 0.01 : bits <= 5 ? 0.12 : 0.5) << bits;
    }
}

TEST(EdgeCode, replaces_one_column_alone) {
    std::mt19937 random(5);
    for (const int bits : {1, 2, 5}) {
        const CodeShape shape{40, 40, bits, 48};
        std::vector<uint8_t> codes(code_bytes(shape));
        for (uint8_t& byte : codes) byte = static_cast<uint8_t>(random());
        const std::vector<uint8_t> before = codes;
        const Row r = random_row(40, random);
        encode_edge(k(), shape, 17, {r.data(), dot(r, r), nullptr}, codes.data());
        size_t changed = 0;
        for (size_t i = 0; i < codes.size(); ++i) {
            if (i % 48 == 17)
                changed += codes[i] != before[i];
            else
                ASSERT_EQ(codes[i], before[i]) << i;
        }
        EXPECT_GT(changed, 0u);
    }
}

TEST(EdgeCode, estimates_a_duplicate_exactly) {
    std::mt19937 random(6);
    for (const EdgeMetric metric : {EdgeMetric::l2, EdgeMetric::inner_product})
        for (const int bits : {1, 2}) {
            const std::vector<Row> rows = clustered_rows(17, 100, random);
            Node node({100, 104, bits, 16}, 1, rows[0], mean_row(rows));
            for (size_t j = 0; j < 16; ++j) node.encode(j, j % 2 == 0 ? rows[0] : rows[j], metric);
            node.finish(metric);
            const auto out = node.estimate(rows[16], 123.456f);
            for (size_t j = 0; j < 16; j += 2) {
                EXPECT_EQ(node.add[j].value, 0);
                EXPECT_EQ(to_float(node.scale[j]), 0);
                EXPECT_EQ(out[j], 123.456f);
            }
        }
}

TEST(EdgeCode, agrees_with_its_formula) {
    std::mt19937 random(7);
    const std::vector<Row> rows = clustered_rows(50, 200, random);
    for (const int bits : {1, 2, 4}) {
        Node node({200, 136, bits, 32}, 5, rows[0], mean_row(rows));
        for (size_t j = 0; j < 32; ++j) node.encode(j, rows[j + 1], EdgeMetric::l2);
        node.finish(EdgeMetric::l2);
        const double base = squared_distance(rows[0], rows[40]);
        const Row pq = rotated_difference(k(), node.rotation, rows[40], node.centre);
        const auto out = node.estimate(rows[40], static_cast<float>(base));
        for (size_t j = 0; j < 32; ++j) {
            const double exact = estimate_reference(node.shape, node.edge(j), base, pq.data());
            const double length = std::sqrt(squared_distance(rows[0], rows[j + 1]) * dot(pq, pq));
            EXPECT_NEAR(out[j], exact, 0.008 * length);  // the table's 8 bits
        }
    }
}

TEST(EdgeCode, survives_extreme_magnitudes) {
    std::mt19937 random(8);
    for (const EdgeMetric metric : {EdgeMetric::l2, EdgeMetric::inner_product})
        for (const int bits : {1, 2, 8})
            for (const float owner_scale : {0.0f, 1e-30f, 1.0f, 1e18f, 1e30f, 3e38f})
                for (const float query_scale : {0.0f, 1e-30f, 1.0f, 1e18f, 1e30f, 3e38f}) {
                    const auto scaled = [&](float scale) {
                        Row row = random_row(16, random);
                        const float norm = static_cast<float>(std::sqrt(dot(row, row)));
                        for (float& x : row) x *= scale / norm;
                        return row;
                    };
                    Node node({16, 16, bits, 16}, 3, scaled(owner_scale), Row(16));
                    for (size_t j = 0; j < 16; ++j) {
                        const float scale = j % 3 == 0 ? owner_scale : j % 3 == 1 ? 1e-30f : 1e30f;
                        node.encode(j, j == 15 ? node.owner : scaled(scale), metric);
                    }
                    node.finish(metric);
                    for (const float add : node.add) ASSERT_TRUE(std::isfinite(add));
                    for (const F16 scale : node.scale)
                        ASSERT_TRUE(!is_nan(scale) && !is_inf(scale));
                    const Row query = scaled(query_scale);
                    for (const float base :
                         {0.0f, 1.0f, FLT_MAX, std::numeric_limits<float>::infinity()}) {
                        const auto out = node.estimate(query, base);
                        for (const float estimate : out) ASSERT_FALSE(std::isnan(estimate));
                        ASSERT_EQ(out[15], std::min(base, FLT_MAX));
                    }
                }
}

// Inner products are linear in the query, and so are their estimates with the best share of the
// owner; for the owner as it is they err by the more, the more the lengths of the two differ.
TEST(EdgeCode, shrinks_the_owner_to_the_length_of_the_query) {
    std::mt19937 random(9);
    const CodeShape shape{128, 128, 1, 32};
    double with[3] = {};
    double without[3] = {};
    const float scales[3] = {1, 1.0f / 16, 16};
    for (int n = 0; n < 20; ++n) {
        const Row owner = random_row(128, random);
        Node node(shape, static_cast<uint64_t>(n), owner, Row(128));
        std::vector<Row> rows;
        for (size_t j = 0; j < 32; ++j) {
            rows.push_back(random_row(128, random));
            node.encode(j, rows[j], EdgeMetric::inner_product);
        }
        node.finish(EdgeMetric::inner_product);
        const Row near = random_row(128, random);
        for (size_t s = 0; s < 3; ++s) {
            Row query(128);
            for (size_t d = 0; d < 128; ++d) query[d] = scales[s] * (owner[d] + near[d]);
            const auto base = static_cast<float>(-dot(query, owner));
            const auto share = static_cast<float>(dot(query, owner) / dot(owner, owner));
            const auto better = node.estimate(query, base, share);
            const auto plain = node.estimate(query, base);
            for (size_t j = 0; j < 32; ++j) {
                const double truth = -dot(query, rows[j]);
                with[s] += std::pow((better[j] - truth) / scales[s], 2);
                without[s] += std::pow((plain[j] - truth) / scales[s], 2);
            }
        }
    }
    EXPECT_NEAR(with[1] / with[0], 1, 0.01);
    EXPECT_NEAR(with[2] / with[0], 1, 0.01);
    EXPECT_GT(without[1] / with[1], 50);
    EXPECT_GT(without[2] / with[2], 1.3);
}

TEST(EdgeCode, leaves_the_owner_alone_when_its_share_is_no_number) {
    const F32 add[4] = {{1}, {-1}, {FLT_MAX}, {-FLT_MAX}};
    const float before[4] = {1, 2, FLT_MAX, -FLT_MAX};
    constexpr float kInfinity = std::numeric_limits<float>::infinity();
    for (const float share : {kInfinity, -kInfinity, std::nanf(""), 1.0f}) {
        float out[4] = {1, 2, FLT_MAX, -FLT_MAX};
        quant::shrink_owner(add, 4, share, out);
        for (size_t j = 0; j < 4; ++j) EXPECT_EQ(out[j], before[j]);
    }
    for (const float share : {-FLT_MAX, -1e30f, 0.0f, 2.0f, FLT_MAX}) {
        float out[4] = {1, 2, FLT_MAX, -FLT_MAX};
        quant::shrink_owner(add, 4, share, out);
        for (const float estimate : out) {
            EXPECT_FALSE(std::isnan(estimate));
            EXPECT_LE(estimate, FLT_MAX);
        }
    }
}

// The theory holds at any scale that a squared distance in float32 allows.
TEST(EdgeCode, is_as_accurate_at_any_scale) {
    std::mt19937 random(9);
    for (const float scale : {1e-15f, 1e15f}) {
        std::vector<Row> rows;
        for (int i = 0; i < 50; ++i) rows.push_back(random_row(128, random, scale));
        const Errors e = measure({128, 128, 2, 16}, rows, Row(128), EdgeMetric::l2, 30);
        EXPECT_NEAR(e.rms / e.expected_rms, 1, 0.15) << scale;
    }
}

TEST(EdgeCheck, accepts_what_was_encoded_and_notices_changes) {
    std::mt19937 random(10);
    const std::vector<Row> rows = clustered_rows(20, 100, random);
    for (const EdgeMetric metric : {EdgeMetric::l2, EdgeMetric::inner_product})
        for (const int bits : {1, 2, 8}) {
            Node node({100, 96, bits, 16}, 4, rows[0], mean_row(rows));
            for (size_t j = 0; j < 16; ++j)
                node.encode(j, rows[j], metric);  // the first is a duplicate
            node.finish(metric);
            std::vector<uint8_t> scratch(static_cast<size_t>(bits) * 96 / 8);
            const auto check = [&](size_t j) {
                const quant::Residual residual{node.residuals[j].data(),
                                               squared_distance(rows[j], rows[0]), node.pu.data()};
                return check_edge(k(), node.shape, node.edge(j), metric, residual,
                                  node.constants[j], scratch.data());
            };
            for (size_t j = 0; j < 16; ++j)
                ASSERT_EQ(check(j), quant::EdgeCheck::ok) << bits << " " << j;

            const std::vector<uint8_t> codes = node.codes;
            for (size_t row = 0; row < 4; ++row)
                node.codes[((static_cast<size_t>(bits) - 1) * 12 + row) * 16 + 5] ^= 0xff;
            EXPECT_EQ(check(5), quant::EdgeCheck::code);
            EXPECT_EQ(check(6), quant::EdgeCheck::ok);
            node.codes = codes;
            node.scale[5].bits ^= 0x10;
            EXPECT_EQ(check(5), quant::EdgeCheck::factors);
            node.scale[5].bits ^= 0x10;
            node.add[5].value *= 1.01f;
            EXPECT_EQ(check(5), quant::EdgeCheck::factors);
            node.add[5].value = std::numeric_limits<float>::quiet_NaN();
            EXPECT_EQ(check(5), quant::EdgeCheck::factors);
            node.scale[0] = to_half(1);
            EXPECT_EQ(check(0), quant::EdgeCheck::factors);
        }
}

}  // namespace
}  // namespace quiver::test

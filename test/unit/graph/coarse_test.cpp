// Distances of coarse vectors against those of the stored forms they come from.
#include "quiver/graph/coarse.hpp"

#include <cmath>   // std::fabs
#include <random>  // std::mt19937, std::normal_distribution

#include "graph/test_graph.hpp"
#include "quiver/base/no_postgres.hpp"

namespace quiver::graph {
namespace {

constexpr uint32_t kDims = 200;

// Vectors of F16 with what the graph keeps of them.
template <class Exact>
class Kept {
public:
    using Metric = CoarseMetric<Exact>;

    explicit Kept(uint32_t dims = kDims)
        : exact_(kernels::active(), dims), metric_(kernels::active(), {7, dims}, params(dims)) {}

    const std::byte* add(const std::vector<float>& v) {
        std::vector<std::byte> stored(2 * v.size() + 4);
        for (size_t i = 0; i < v.size(); ++i) {
            const F16 x = to_half(v[i]);
            std::memcpy(stored.data() + 2 * i, &x, sizeof x);
        }
        std::vector<std::byte> room(metric_.keep_bytes());
        const std::byte* const kept = metric_.keep(stored.data(), room.data());
        auto block = std::make_unique<std::byte[]>(metric_.vector_bytes());
        std::memcpy(block.get(), kept, metric_.vector_bytes());
        blocks_.push_back(std::move(block));
        return blocks_.back().get();
    }

    std::vector<float> coarse(const std::byte* query, const std::vector<const std::byte*>& rows) {
        std::vector<std::byte> room(metric_.query_bytes());
        std::vector<float> out(rows.size());
        metric_.distances(metric_.query(query, room.data()), rows.data(), rows.size(), out.data());
        return out;
    }
    float coarse(const std::byte* a, const std::byte* b) { return coarse(a, std::vector{b})[0]; }
    float exact(const std::byte* a, const std::byte* b) {
        std::vector<std::byte> room(exact_.query_bytes());
        const auto* const row = reinterpret_cast<const F16*>(b);
        float out;
        exact_.distances(exact_.query(reinterpret_cast<const F16*>(a), room.data()), &row, 1, &out);
        return out;
    }
    const Metric& metric() const { return metric_; }

private:
    // As store::build_params() makes them.
    static Params params(uint32_t dims) {
        const uint32_t stored = 2 * dims + 4;
        if (dims < kLeastCoarseDims) return {.vector_bytes = stored};
        return {.vector_bytes = static_cast<uint32_t>(coarse_bytes(stored, dims)),
                .measured_at = stored};
    }

    Exact exact_;
    Metric metric_;
    std::vector<std::unique_ptr<std::byte[]>> blocks_;
};

using L2 = L2Metric<F16>;
using InnerProduct = InnerProductMetric<F16>;

std::vector<float> draw(uint32_t seed, float scale = 1, uint32_t dims = kDims) {
    std::mt19937 random(seed);
    std::normal_distribution<float> normal;
    std::vector<float> v(dims);
    for (float& x : v) x = scale * normal(random);
    return v;
}

std::vector<float> moved(std::vector<float> v, uint32_t seed, float by) {
    const auto other = draw(seed, by, static_cast<uint32_t>(v.size()));
    for (size_t i = 0; i < v.size(); ++i) v[i] += other[i];
    return v;
}

TEST(Coarse, IsOffByLittle) {
    Kept<L2> l2;
    Kept<InnerProduct> product;
    for (uint32_t i = 0; i < 100; ++i) {
        // From far apart to near, but not too near.
        const float by = 3.0f / static_cast<float>(1 + i % 10);
        const auto v = draw(2 * i);
        const auto w = moved(v, 2 * i + 1, by);
        const auto* const a = l2.add(v);
        const auto* const b = l2.add(w);
        const float distance = l2.exact(a, b);
        EXPECT_NEAR(l2.coarse(a, b), distance, 0.02f * distance) << i;
        EXPECT_EQ(l2.coarse(a, b), l2.coarse(b, a));
        const auto* const c = product.add(v);
        const auto* const d = product.add(w);
        // Against the product of the lengths.
        EXPECT_NEAR(product.coarse(c, d), product.exact(c, d), 0.005f * kDims * (1 + by)) << i;
    }
}

// On average over many pairs, coarse distances are neither too long nor too short.
TEST(Coarse, IsRightOnAverage) {
    Kept<L2> l2;
    double off = 0;
    for (uint32_t i = 0; i < 1000; ++i) {
        const auto v = draw(2 * i);
        const auto* const a = l2.add(v);
        const auto* const b = l2.add(moved(v, 2 * i + 1, 0.2f));
        off += l2.coarse(a, b) / l2.exact(a, b) - 1;
    }
    EXPECT_LT(std::fabs(off / 1000), 1e-3);
}

TEST(Coarse, WhatIsNearIsMeasuredExactly) {
    Kept<L2> l2;
    Kept<InnerProduct> product;
    for (uint32_t i = 0; i < 100; ++i) {
        const auto v = draw(2 * i);
        const auto w = moved(v, 2 * i + 1, 0.01f);
        const auto* const a = l2.add(v);
        const auto* const b = l2.add(w);
        EXPECT_EQ(l2.coarse(a, b), l2.exact(a, b)) << i;
        EXPECT_EQ(l2.coarse(a, a), 0);
        const auto* const c = product.add(v);
        const auto* const d = product.add(w);
        EXPECT_EQ(product.coarse(c, d), product.exact(c, d)) << i;
    }
}

// All energy in one coordinate, in a few, in none; the smallest and the largest halves.
TEST(Coarse, ServesVectorsOfEveryShape) {
    Kept<L2> l2;
    std::vector<const std::byte*> all;
    for (const float size : {0.0f, 6e-8f, 1e-4f, 1.0f, 65504.0f}) {
        for (const uint32_t spread : {1u, 3u, kDims}) {
            std::vector<float> v(kDims);
            for (uint32_t i = 0; i < kDims; i += kDims / spread) v[i] = i % 2 == 0 ? size : -size;
            all.push_back(l2.add(v));
        }
    }
    for (const std::byte* a : all) {
        for (const std::byte* b : all) {
            const float distance = l2.exact(a, b);
            EXPECT_NEAR(l2.coarse(a, b), distance, 0.05f * distance);
        }
    }
}

TEST(Coarse, ARowOfABatchIsThatRowAlone) {
    Kept<L2> l2;
    const auto* const query = l2.add(draw(1));
    std::vector<const std::byte*> rows;
    for (uint32_t i = 0; i < 100; ++i)
        rows.push_back(l2.add(i % 7 == 0 ? moved(draw(1), i, 0.01f) : draw(i)));
    const auto together = l2.coarse(query, rows);
    for (size_t i = 0; i < rows.size(); ++i) EXPECT_EQ(together[i], l2.coarse(query, rows[i]));
}

TEST(Coarse, ShortVectorsAreKeptAndMeasuredAsTheyAre) {
    constexpr uint32_t kFew = kLeastCoarseDims - 1;
    Kept<L2> l2(kFew);
    EXPECT_EQ(l2.metric().vector_bytes(), 2 * kFew + 4);
    const auto* const a = l2.add(draw(1, 1, kFew));
    const auto* const b = l2.add(draw(2, 1, kFew));
    EXPECT_EQ(l2.coarse(a, b), l2.exact(a, b));
}

TEST(Coarse, LargeNumbersAreMeasuredExactly) {
    constexpr uint32_t kStored = sizeof(Affine8) + kDims;
    CoarseMetric<L2Metric<Affine8>> metric(
        kernels::active(), {7, kDims},
        {.vector_bytes = coarse_bytes(kStored, kDims), .measured_at = kStored});
    std::vector<std::vector<std::byte>> kept;
    for (int i = 0; i < 2; ++i) {
        std::vector<std::byte> stored(kStored);
        const Affine8 head{-3e38f, 0x1p119f};
        std::memcpy(stored.data(), &head, sizeof head);
        for (uint32_t d = 0; d < kDims; ++d)
            stored[sizeof head + d] = static_cast<std::byte>(d * (i + 1) % 256);
        std::vector<std::byte> room(metric.keep_bytes());
        metric.keep(stored.data(), room.data());
        kept.push_back(room);
    }
    std::vector<std::byte> room(metric.query_bytes());
    const std::byte* const rows[] = {kept[0].data(), kept[1].data()};
    float out[2];
    metric.distances(metric.query(kept[0].data(), room.data()), rows, 2, out);
    EXPECT_EQ(out[0], 0);
    EXPECT_GT(out[1], 1e38f);
}

}  // namespace
}  // namespace quiver::graph

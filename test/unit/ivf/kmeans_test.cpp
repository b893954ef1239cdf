// k-means: what it promises whatever the data, and that it finds clusters that are there.
#include "quiver/ivf/kmeans.hpp"

#include <gtest/gtest.h>

#include <algorithm>  // std::min
#include <set>        // std::set
#include <vector>     // std::vector

#include "support/heap_arena.hpp"

namespace quiver::test {
namespace {

struct Host {
    uint64_t* polls;
    void poll() { ++*polls; }
};

struct Result {
    std::vector<std::vector<float>> centers;
    uint64_t polls = 0;
};

Result run(const std::vector<std::vector<float>>& points, uint32_t most, ivf::Centers where) {
    HeapArena memory;
    const size_t dims = points.empty() ? 2 : points[0].size();
    std::vector<float> flat;
    for (const auto& p : points) flat.insert(flat.end(), p.begin(), p.end());
    ivf::DenseSpace<F32> space(memory.arena(), dims, where);
    Result out;
    ivf::KMeans kmeans(memory.arena(), space, reinterpret_cast<const std::byte*>(flat.data()),
                       static_cast<uint32_t>(points.size()), Host{&out.polls});
    const uint32_t count = kmeans.run(most, 7);
    for (uint32_t i = 0; i < count; i++) {
        out.centers.emplace_back(dims);
        std::memcpy(out.centers.back().data(), kmeans.center(i), dims * sizeof(float));
    }
    return out;
}

// 40 clusters of 50 points, 100 apart, each at most 1 wide.
std::vector<std::vector<float>> clusters() {
    Rng rng(3);
    std::vector<std::vector<float>> points;
    for (int i = 0; i < 2000; i++)
        points.push_back({static_cast<float>(i % 8) * 100 + rng.uniform(),
                          static_cast<float>(i % 40 / 8) * 100 + rng.uniform()});
    return points;
}

TEST(KMeans, FindsClusters) {
    const auto points = clusters();
    const Result result = run(points, 40, ivf::Centers::anywhere);
    ASSERT_EQ(result.centers.size(), 40u);
    int near = 0;
    for (const auto& p : points) {
        float nearest = 1e9f;
        for (const auto& c : result.centers)
            nearest = std::min(nearest, std::abs(p[0] - c[0]) + std::abs(p[1] - c[1]));
        near += nearest < 3;
    }
    // Seeding may put two centers into one cluster, and none into another.
    EXPECT_GE(near, 1800);
    EXPECT_GT(result.polls, 10u);
}

TEST(KMeans, SameSeedSameCenters) {
    EXPECT_EQ(run(clusters(), 40, ivf::Centers::anywhere).centers,
              run(clusters(), 40, ivf::Centers::anywhere).centers);
}

TEST(KMeans, FewerDifferentSamplesThanCenters) {
    EXPECT_TRUE(run({}, 5, ivf::Centers::anywhere).centers.empty());
    std::vector<std::vector<float>> points(100, {1, 2});
    EXPECT_EQ(run(points, 5, ivf::Centers::anywhere).centers.size(), 1u);
    points.push_back({3, 4});
    points.push_back({5, 6});
    const auto centers = run(points, 5, ivf::Centers::anywhere).centers;
    const std::set<std::vector<float>> distinct(centers.begin(), centers.end());
    EXPECT_EQ(distinct, (std::set<std::vector<float>>{{1, 2}, {3, 4}, {5, 6}}));
}

TEST(KMeans, AsManySamplesAsCenters) {
    const auto centers = run({{1, 2}, {3, 4}, {5, 6}}, 3, ivf::Centers::anywhere).centers;
    EXPECT_EQ(std::set<std::vector<float>>(centers.begin(), centers.end()).size(), 3u);
}

TEST(KMeans, HugeAndTinyNumbers) {
    std::vector<std::vector<float>> points;
    for (int i = 0; i < 500; i++)
        points.push_back({i % 2 == 0 ? 1e38f : -1e38f, static_cast<float>(i) * 1e-30f});
    for (const auto& c : run(points, 7, ivf::Centers::anywhere).centers)
        for (const float x : c) EXPECT_FALSE(std::isnan(x));
}

TEST(KMeans, CentersOfLengthOne) {
    Rng rng(5);
    std::vector<std::vector<float>> points;
    for (int i = 0; i < 500; i++) {
        points.push_back({rng.uniform() - 0.5f, rng.uniform() - 0.5f, rng.uniform() - 0.5f});
        ASSERT_TRUE(store::normalize(points.back().data(), 3));
    }
    for (const auto& c : run(points, 12, ivf::Centers::of_length_one).centers)
        EXPECT_NEAR(c[0] * c[0] + c[1] * c[1] + c[2] * c[2], 1, 1e-5);
}

TEST(KMeans, BitsAreTheMajority) {
    HeapArena memory;
    ivf::BitSpace space(memory.arena(), 2);
    const uint8_t samples[] = {0xf0, 0x01, 0xf1, 0x01, 0xf0, 0x03,   // around f0 01
                               0x0f, 0x80, 0x0e, 0x80, 0x0f, 0xc0};  // around 0f 80
    uint64_t polls = 0;
    ivf::KMeans kmeans(memory.arena(), space, reinterpret_cast<const std::byte*>(samples), 6,
                       Host{&polls});
    ASSERT_EQ(kmeans.run(2, 11), 2u);
    std::set<std::vector<uint8_t>> centers;
    for (uint32_t i = 0; i < 2; i++) centers.insert({kmeans.center(i)[0], kmeans.center(i)[1]});
    EXPECT_EQ(centers, (std::set<std::vector<uint8_t>>{{0xf0, 0x01}, {0x0f, 0x80}}));
}

}  // namespace
}  // namespace quiver::test

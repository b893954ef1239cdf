#include "quiver/graph/candidate.hpp"

#include <gtest/gtest.h>

#include <algorithm>  // std::stable_sort
#include <limits>     // std::numeric_limits
#include <vector>     // std::vector

#include "quiver/base/no_postgres.hpp"

namespace quiver::graph {
namespace {

TEST(Beam, KeepsTheNearestInOrder) {
    Rng rng(1);
    for (uint32_t capacity : {1u, 2u, 3u, 17u, 64u}) {
        std::vector<Candidate> slots(capacity);
        Beam beam(slots.data(), capacity);
        std::vector<Candidate> all;
        for (uint32_t i = 0; i < 200; ++i) {
            all.push_back({static_cast<float>(rng.below(60)) - 30, i});  // negative too, and ties
            beam.offer(all.back().distance, i);
        }
        std::stable_sort(all.begin(), all.end(), [](const Candidate& a, const Candidate& b) {
            return a.distance < b.distance;
        });
        ASSERT_EQ(beam.size(), capacity);
        for (uint32_t i = 0; i < capacity; ++i) {
            EXPECT_EQ(beam[i].distance, all[i].distance);
            EXPECT_EQ(beam[i].id, all[i].id);  // of equal ones, the first to come
        }
    }
}

TEST(Beam, MeasuresAgain) {
    std::vector<Candidate> slots(8);
    Beam beam(slots.data(), 8);
    for (NodeId id = 0; id < 6; ++id) beam.offer(static_cast<float>(id), id);
    EXPECT_EQ(beam.expand_next(), 0u);
    const float again[] = {5, 2, 2, std::numeric_limits<float>::quiet_NaN(), -1, 3};
    beam.measure_again(6, [&](NodeId id) { return again[id]; });
    ASSERT_EQ(beam.size(), 6u);
    const NodeId order[] = {4, 1, 2, 5, 0, 3};
    for (uint32_t i = 0; i < 6; ++i) EXPECT_EQ(beam[i].id, order[i]);
    EXPECT_EQ(beam[0].distance, -1);
    EXPECT_EQ(beam[5].distance, std::numeric_limits<float>::infinity());
    // Whatever moved before it, the nearest that was not expanded comes next, and none twice.
    for (const NodeId id : {4u, 1u, 2u, 5u, 3u}) EXPECT_EQ(beam.expand_next(), id);
    EXPECT_EQ(beam.expand_next(), kNoNode);
}

TEST(Beam, MeasuresTheNearestAgain) {
    std::vector<Candidate> slots(8);
    Beam beam(slots.data(), 8);
    for (NodeId id = 0; id < 6; ++id) beam.offer(static_cast<float>(id), id);
    const float again[] = {3.5f, 1, 2};
    beam.measure_again(3, [&](NodeId id) { return again[id]; });
    const NodeId order[] = {1, 2, 3, 0, 4, 5};
    for (uint32_t i = 0; i < 6; ++i) EXPECT_EQ(beam[i].id, order[i]);
    EXPECT_EQ(beam[3].distance, 3.5f);
    EXPECT_EQ(beam[5].distance, 5);
}

// Many at once come to the same as one by one.
TEST(Beam, OffersAll) {
    Rng rng(2);
    for (uint32_t capacity : {1u, 3u, 17u, 64u}) {
        std::vector<Candidate> one_slots(capacity);
        std::vector<Candidate> all_slots(capacity);
        Beam one(one_slots.data(), capacity);
        Beam all(all_slots.data(), capacity);
        NodeId id = 0;
        for (int round = 0; round < 40; ++round) {
            std::vector<float> distances(rng.below(33));
            std::vector<NodeId> ids(distances.size());
            for (size_t i = 0; i < ids.size(); ++i) {
                distances[i] = rng.below(20) == 0 ? std::numeric_limits<float>::quiet_NaN()
                                                  : rng.uniform() - 0.5f;
                ids[i] = id++;
                one.offer(distances[i], ids[i]);
            }
            all.offer_all(distances.data(), ids.data(), static_cast<uint32_t>(ids.size()));
            ASSERT_EQ(one.size(), all.size());
            for (uint32_t i = 0; i < one.size(); ++i) {
                ASSERT_EQ(one[i].distance, all[i].distance);
                ASSERT_EQ(one[i].id, all[i].id);
            }
            EXPECT_EQ(one.peek_next(), all.peek_next());
            EXPECT_EQ(one.expand_next(), all.expand_next());
        }
    }
}

TEST(Beam, ExpandsEachOnceNearestFirst) {
    std::vector<Candidate> slots(4);
    Beam beam(slots.data(), 4);
    beam.offer(3, 30);
    beam.offer(1, 10);
    EXPECT_EQ(beam.peek_next(), 10u);
    EXPECT_EQ(beam.expand_next(), 10u);
    beam.offer(0, 0);  // nearer than what was expanded
    EXPECT_EQ(beam.expand_next(), 0u);
    beam.offer(2, 20);
    EXPECT_EQ(beam.expand_next(), 20u);
    EXPECT_EQ(beam.expand_next(), 30u);
    EXPECT_EQ(beam.expand_next(), kNoNode);
    EXPECT_EQ(beam.peek_next(), kNoNode);
    EXPECT_EQ(beam[1].id, 10u);  // without its mark
    beam.restart();
    EXPECT_EQ(beam.expand_next(), 0u);
}

TEST(Beam, TakesInfinityAndNanAsTheFarthest) {
    constexpr float kInf = std::numeric_limits<float>::infinity();
    std::vector<Candidate> slots(3);
    Beam beam(slots.data(), 3);
    beam.offer(std::numeric_limits<float>::quiet_NaN(), 1);
    beam.offer(kInf, 2);
    beam.offer(5, 3);
    EXPECT_EQ(beam[0].id, 3u);
    EXPECT_EQ(beam[1].distance, kInf);
    beam.offer(std::numeric_limits<float>::quiet_NaN(), 4);
    EXPECT_EQ(beam[2].id, 2u);
}

}  // namespace
}  // namespace quiver::graph

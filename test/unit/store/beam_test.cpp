#include "quiver/store/beam.hpp"

#include <gtest/gtest.h>

#include <algorithm>  // std::min, std::min_element, std::sort
#include <limits>     // std::numeric_limits
#include <map>        // std::map
#include <vector>     // std::vector

#include "quiver/base/rng.hpp"
#include "support/heap_arena.hpp"
#include "quiver/base/no_postgres.hpp"

namespace quiver::store {
namespace {

using Ids = std::vector<page::NodeId>;

Ids drain(Beam& beam) {
    Ids ids;
    while (beam.more()) ids.push_back(beam.take().id);
    return ids;
}

// Visits all there is to visit, each at the distance it was taken at.
Ids visit_all(Beam& beam) {
    Ids ids;
    while (beam.more()) {
        const Beam::Entry entry = beam.take();
        ids.push_back(entry.id);
        beam.put_visited(entry.dist);
    }
    return ids;
}

TEST(Beam, GivesTheNearestFirstAndNoMoreThanItsRoom) {
    test::HeapArena memory;
    Beam beam(memory.arena());
    beam.begin(3, Estimates::mean);
    for (const float dist : {4.0f, 1.0f, 5.0f, 2.0f, 3.0f})
        beam.offer(dist, static_cast<page::NodeId>(dist), 0);
    EXPECT_EQ(visit_all(beam), (Ids{1, 2, 3}));
}

TEST(Beam, StartsComeBeforeAllOthers) {
    test::HeapArena memory;
    Beam beam(memory.arena());
    beam.begin(4, Estimates::mean);
    beam.offer(-5, 1, 0);
    beam.seed(2, 0);
    beam.seed(2, 0);
    beam.offer(9, 2, 0);  // moves nothing
    EXPECT_EQ(drain(beam), (Ids{2, 1}));
}

TEST(Beam, ANodeHasTheMeanOfItsEstimates) {
    test::HeapArena memory;
    Beam beam(memory.arena());
    beam.begin(3, Estimates::mean);
    beam.offer(2, 1, 0);
    beam.offer(3, 2, 0);
    beam.offer(5, 3, 0);
    beam.offer(0, 2, 0);  // 1.5: moves up
    beam.offer(8, 1, 0);  // 5: moves down
    beam.offer(4, 4, 0);
    beam.offer(1, 1, 0);  // 3.67: moves up again
    EXPECT_EQ(visit_all(beam), (Ids{2, 1, 4}));
}

TEST(Beam, ANodeHasTheSmallestOfItsEstimates) {
    test::HeapArena memory;
    Beam beam(memory.arena());
    beam.begin(4, Estimates::smallest);
    beam.offer(2, 1, 0);
    beam.offer(3, 2, 0);
    beam.offer(1, 2, 0);  // moves up
    beam.offer(9, 1, 0);  // does not move down
    EXPECT_EQ(drain(beam), (Ids{2, 1}));
}

TEST(Beam, ItsBoundComesDownToTheFarthestOfTheNearest) {
    test::HeapArena memory;
    Beam beam(memory.arena());
    beam.begin(4, Estimates::mean);
    for (page::NodeId id = 1; id <= 3; id++) beam.offer(static_cast<float>(id), id, 0);
    EXPECT_TRUE(beam.more());
    EXPECT_EQ(beam.bound(), std::numeric_limits<float>::infinity());  // there is room
    beam.offer(7, 7, 0);
    beam.offer(8, 8, 0);
    EXPECT_TRUE(beam.more());
    EXPECT_EQ(beam.bound(), 7);
    beam.offer(7, 9, 0);  // not nearer than that
    beam.offer(4, 4, 0);
    float before = 7;
    for (int hop = 0; hop < 40; hop++) {
        beam.offer(100, 100, 0);
        EXPECT_TRUE(beam.more());
        EXPECT_LE(beam.bound(), before);
        EXPECT_GE(beam.bound(), 4);
        before = beam.bound();
    }
    EXPECT_LT(before, 4.1f);
    EXPECT_EQ(drain(beam), (Ids{1, 2, 3, 4, 7, 8}));  // nothing was visited, so nothing hides them
}

TEST(Beam, KnowsTheNearestOfTheOthers) {
    test::HeapArena memory;
    Beam beam(memory.arena());
    beam.begin(4, Estimates::mean);
    beam.offer(2, 1, 0);
    EXPECT_TRUE(beam.more());
    (void)beam.take();
    EXPECT_EQ(beam.nearest(), std::numeric_limits<float>::infinity());
    beam.put_visited(4);
    beam.offer(6, 2, 0);
    beam.offer(5, 3, 0);
    EXPECT_TRUE(beam.more());
    (void)beam.take();
    EXPECT_EQ(beam.nearest(), 4);
    beam.offer(3, 4, 0);
    beam.offer(2, 5, 0);
    EXPECT_TRUE(beam.more());
    (void)beam.take();
    EXPECT_EQ(beam.nearest(), 3);
}

TEST(Beam, AVisitedNodeIsNotVisitedAgain) {
    test::HeapArena memory;
    Beam beam(memory.arena());
    beam.begin(4, Estimates::mean);
    beam.offer(2, 1, 0);
    EXPECT_TRUE(beam.more());
    const Beam::Entry entry = beam.take();
    EXPECT_EQ(entry.id, 1u);
    beam.put_visited(2.5);
    beam.offer(1, 1, 0);
    EXPECT_FALSE(beam.more());
}

TEST(Beam, AStaleEdgeDoesNotHideTheNode) {
    test::HeapArena memory;
    Beam beam(memory.arena());
    beam.begin(4, Estimates::mean);
    beam.offer(2, 1, 0);
    ASSERT_TRUE(beam.more());
    beam.forget(beam.take());
    beam.offer(3, 1, 7);
    ASSERT_TRUE(beam.more());
    const Beam::Entry entry = beam.take();
    EXPECT_EQ(entry.generation, 7);
    EXPECT_EQ(entry.dist, 3);
}

TEST(Beam, AnnouncesEachNodeOnceEvenWhenItMoves) {
    test::HeapArena memory;
    Beam beam(memory.arena());
    beam.begin(8, Estimates::mean);
    Ids announced;
    const auto note = [&](page::NodeId id) { announced.push_back(id); };
    beam.offer(2, 2, 0);
    beam.offer(3, 3, 0);
    beam.offer(4, 4, 0);
    beam.announce(note);
    beam.offer(1, 3, 0);
    beam.announce(note);
    EXPECT_EQ(announced, (Ids{2, 3}));
    ASSERT_TRUE(beam.more());
    (void)beam.take();
    beam.announce(note);
    EXPECT_EQ(announced, (Ids{2, 3, 4}));
}

// Every node at one distance, whatever the edge: then what is to be visited does not depend on what
// the beam forgets. Ties, of which there may be more than room.
void visit_exactly_the_nearest(Beam& beam, size_t room, Estimates estimates, uint32_t distances) {
    SCOPED_TRACE(testing::Message() << "room " << room << ", distances " << distances);
    beam.begin(room, estimates);
    Rng rng(room);
    std::vector<float> known;  // distances of all nodes that were offered
    std::map<page::NodeId, float> open;
    const auto dist_of = [&](page::NodeId id) {
        return static_cast<float>(mix64(id) % distances) - 100;
    };
    std::vector<float> taken;
    for (int i = 0; i < 2000; i++) {
        std::vector<Beam::Entry> edges;
        for (uint32_t n = rng.below(40); n > 0; n--) {
            const page::NodeId id = rng.below(3000);
            if (known.empty() || !open.contains(id)) known.push_back(dist_of(id));
            open.emplace(id, dist_of(id));
            edges.push_back({dist_of(id), id, static_cast<uint8_t>(id & 127)});
        }
        beam.offer(edges.data(), edges.size());
        if (!beam.more()) continue;
        const Beam::Entry entry = beam.take();
        ASSERT_TRUE(open.contains(entry.id));
        ASSERT_NEAR(entry.dist, dist_of(entry.id), 0.1);
        ASSERT_EQ(entry.generation, entry.id & 127);
        ASSERT_GT(open[entry.id], -1000) << "taken twice";
        // Nobody who is open is nearer.
        for (const auto& [id, dist] : open)
            ASSERT_TRUE(i % 16 != 0 || dist < -1000 || dist + 0.1f >= entry.dist);
        open[entry.id] = -2000;
        taken.push_back(dist_of(entry.id));
        beam.put_visited(dist_of(entry.id));
    }
    while (beam.more()) {
        const Beam::Entry entry = beam.take();
        taken.push_back(dist_of(entry.id));
        beam.put_visited(dist_of(entry.id));
    }
    ASSERT_GE(known.size(), room);
    std::sort(known.begin(), known.end());
    std::sort(taken.begin(), taken.end());
    ASSERT_GE(taken.size(), room);
    known.resize(room);
    taken.resize(room);
    EXPECT_EQ(taken, known);
}

TEST(Beam, VisitsExactlyTheNearestWhenEstimatesAreExact) {
    test::HeapArena memory;
    Beam beam(memory.arena());
    for (const Estimates estimates : {Estimates::mean, Estimates::smallest})
        for (const size_t room : {1, 2, 7, 40, 300})
            for (const uint32_t distances : {2, 30, 1000000})
                visit_exactly_the_nearest(beam, room, estimates, distances);
}

// With estimates that err: a node is taken at what they come to, once, and who is left out at the
// end is not nearer than the bound or than so many that were visited.
void leave_out_nobody(Beam& beam, size_t room, Estimates estimates) {
    SCOPED_TRACE(testing::Message() << "room " << room);
    struct Known {
        std::vector<float> estimates;
        bool taken = false;
    };
    beam.begin(room, estimates);
    Rng rng(room);
    std::map<page::NodeId, Known> all;
    std::vector<float> visited;
    const auto comes_to = [&](const Known& known) {
        if (estimates == Estimates::smallest)
            return *std::min_element(known.estimates.begin(), known.estimates.end());
        double sum = 0;
        for (const float dist : known.estimates) sum += dist;
        return static_cast<float>(sum / static_cast<double>(known.estimates.size()));
    };
    for (int i = 0; i < 1500; i++) {
        std::vector<Beam::Entry> edges;
        for (uint32_t n = rng.below(32); n > 0; n--) {
            const page::NodeId id = rng.below(2000);
            const float dist = static_cast<float>(mix64(id) % 1000) + rng.uniform() * 200;
            if (!all[id].taken) all[id].estimates.push_back(dist);
            edges.push_back({dist, id, 0});
        }
        beam.offer(edges.data(), edges.size());
        if (!beam.more()) continue;
        const Beam::Entry entry = beam.take();
        Known& known = all.at(entry.id);
        ASSERT_FALSE(known.taken);
        ASSERT_NEAR(entry.dist, comes_to(known), 0.01);
        known.taken = true;
        if (rng.below(5) == 0) continue;  // a dead node
        visited.push_back(static_cast<float>(mix64(entry.id) % 1000) + 100);
        beam.put_visited(visited.back());
    }
    while (beam.more()) {
        const Beam::Entry entry = beam.take();
        all.at(entry.id).taken = true;
        visited.push_back(static_cast<float>(mix64(entry.id) % 1000) + 100);
        beam.put_visited(visited.back());
    }
    std::sort(visited.begin(), visited.end());
    ASSERT_GE(visited.size(), room);
    size_t left_out = 0;
    for (const auto& [id, known] : all) {
        if (known.taken) continue;
        left_out++;
        EXPECT_GE(comes_to(known) + 0.01f, std::min(beam.bound(), visited[room - 1]));
    }
    EXPECT_GT(left_out, 0u);
}

TEST(Beam, LeavesOutNobodyWhoIsNear) {
    test::HeapArena memory;
    Beam beam(memory.arena());
    for (const Estimates estimates : {Estimates::mean, Estimates::smallest})
        for (const size_t room : {1, 2, 7, 40, 300}) leave_out_nobody(beam, room, estimates);
}

}  // namespace
}  // namespace quiver::store

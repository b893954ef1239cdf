#include "quiver/store/beam.hpp"

#include <gtest/gtest.h>

#include <algorithm>  // std::find_if, std::min, std::stable_sort
#include <limits>     // std::numeric_limits
#include <map>        // std::map
#include <vector>     // std::erase_if, std::vector

#include "quiver/base/rng.hpp"
#include "support/heap_arena.hpp"
#include "quiver/base/no_postgres.hpp"

namespace quiver::store {
namespace {

std::vector<page::NodeId> drain(Beam& beam) {
    std::vector<page::NodeId> ids;
    while (beam.more()) ids.push_back(beam.take().id);
    return ids;
}

using Ids = std::vector<page::NodeId>;

TEST(Beam, GivesTheNearestFirstAndNoMoreThanItsRoom) {
    test::HeapArena memory;
    Beam beam(memory.arena());
    beam.begin(3, Estimates::mean);
    for (const float dist : {4.0f, 1.0f, 5.0f, 2.0f, 3.0f})
        beam.offer(dist, static_cast<page::NodeId>(dist), 0);
    EXPECT_TRUE(beam.full());
    EXPECT_EQ(beam.bound(), 3);
    EXPECT_EQ(drain(beam), (Ids{1, 2, 3}));
}

TEST(Beam, StartsComeBeforeAllOthers) {
    test::HeapArena memory;
    Beam beam(memory.arena());
    beam.begin(4, Estimates::mean);
    beam.offer(-5, 1, 0);
    beam.seed(2, 0);
    beam.seed(2, 0);
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
    beam.offer(4, 4, 0);  // pushes that out
    beam.offer(2, 1, 0);  // 4, but nothing at the bound gets in
    beam.offer(1, 1, 0);  // 3.25: comes back
    EXPECT_EQ(drain(beam), (Ids{2, 1, 4}));
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

TEST(Beam, SaysWhereItsBoundWillBe) {
    test::HeapArena memory;
    Beam beam(memory.arena());
    beam.begin(2, Estimates::mean);
    beam.offer(2, 1, 0);
    (void)beam.take();
    EXPECT_EQ(beam.bound_with(7), std::numeric_limits<float>::infinity());
    EXPECT_EQ(beam.nearest(), std::numeric_limits<float>::infinity());
    beam.put_visited(4);
    beam.offer(3, 2, 0);
    (void)beam.take();  // the other one is behind it
    EXPECT_EQ(beam.bound_with(7), 7);
    EXPECT_EQ(beam.bound_with(1), 4);
    EXPECT_EQ(beam.nearest(), 4);
    beam.put_visited(5);
    beam.offer(4.5, 3, 0);  // pushes that out
    (void)beam.take();      // the other one is before it
    EXPECT_EQ(beam.bound_with(7), 7);
    EXPECT_EQ(beam.bound_with(1), 4);
    beam.begin(1, Estimates::mean);
    beam.offer(3, 1, 0);
    (void)beam.take();
    EXPECT_EQ(beam.bound_with(7), 7);
}

TEST(Beam, AVisitedNodeIsNotVisitedAgain) {
    test::HeapArena memory;
    Beam beam(memory.arena());
    beam.begin(4, Estimates::mean);
    beam.offer(2, 1, 0);
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
    (void)beam.take();
    beam.forget();
    beam.offer(3, 1, 7);
    ASSERT_TRUE(beam.more());
    EXPECT_EQ(beam.take().generation, 7);
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
    beam.announce(2, note);
    beam.offer(1, 3, 0);
    beam.announce(2, note);
    EXPECT_EQ(announced, (Ids{2, 3}));
    beam.announce(3, note);
    EXPECT_EQ(announced, (Ids{2, 3, 4}));
}

// The beam as its comments define it, without an index into it.
class SlowBeam {
public:
    SlowBeam(size_t room, Estimates estimates) : room_(room), estimates_(estimates) {}

    void offer(float dist, page::NodeId id) {
        Known& known = known_[id];
        if (known.taken) return;
        const float before = known.dist;
        known.count++;
        if (known.count == 1)
            known.dist = dist;
        else if (estimates_ == Estimates::smallest)
            known.dist = std::min(before, dist);
        else
            known.dist += (dist - before) / static_cast<float>(known.count);
        if (known.count > 1 && known.dist == before) return;
        std::erase_if(entries_, [&](const Entry& e) { return e.id == id; });
        add({known.dist, id, false});
    }

    bool take(page::NodeId& id) {
        const auto at = std::find_if(entries_.begin(), entries_.end(),
                                     [](const Entry& e) { return !e.visited; });
        if (at == entries_.end()) return false;
        id = at->id;
        known_[id].taken = true;
        entries_.erase(at);
        return true;
    }

    void put_visited(float dist, page::NodeId id) { add({dist, id, true}); }

private:
    struct Entry {
        float dist;
        page::NodeId id;
        bool visited;
    };
    struct Known {
        float dist = 0;
        int count = 0;
        bool taken = false;
    };

    void add(const Entry& entry) {
        if (entries_.size() == room_ && !(entry.dist < entries_.back().dist)) return;
        entries_.push_back(entry);
        std::stable_sort(entries_.begin(), entries_.end(),
                         [](const Entry& a, const Entry& b) { return a.dist < b.dist; });
        if (entries_.size() > room_) entries_.pop_back();
    }

    size_t room_;
    Estimates estimates_;
    std::vector<Entry> entries_;
    std::map<page::NodeId, Known> known_;
};

void compare_with_slow(Beam& beam, size_t room, Estimates estimates) {
    beam.begin(room, estimates);
    SlowBeam slow(room, estimates);
    Rng rng(1);
    for (int i = 0; i < 3000; i++) {
        const page::NodeId id = rng.below(500);
        if (rng.below(4) != 0) {
            const auto dist = static_cast<float>(rng.below(200));  // many ties
            beam.offer(dist, id, 0);
            slow.offer(dist, id);
            continue;
        }
        page::NodeId expected = 0;
        const bool more = slow.take(expected);
        ASSERT_EQ(beam.more(), more);
        if (!more) continue;
        const page::NodeId taken = beam.take().id;
        ASSERT_EQ(taken, expected);
        if (rng.below(5) == 0) {  // a dead node
            beam.drop();
            continue;
        }
        const auto exact = static_cast<float>(rng.below(200));
        beam.put_visited(exact);
        slow.put_visited(exact, taken);
    }
}

TEST(Beam, AgreesWithOneThatLooksAtEveryEntry) {
    test::HeapArena memory;
    Beam beam(memory.arena());
    for (const Estimates estimates : {Estimates::mean, Estimates::smallest})
        for (const size_t room : {1, 2, 7, 40, 300}) compare_with_slow(beam, room, estimates);
}

}  // namespace
}  // namespace quiver::store

#include "quiver/graph/visited.hpp"

#include <gtest/gtest.h>

#include <unordered_set>  // std::unordered_set
#include <vector>         // std::vector

#include "quiver/base/rng.hpp"
#include "support/heap_arena.hpp"
#include "quiver/base/no_postgres.hpp"

namespace quiver::graph {
namespace {

TEST(Visited, AgreesWithTheStandardSet) {
    constexpr uint32_t kLimit = 1000;
    test::HeapArena memory;
    Visited set(memory.arena(), kLimit, 4);
    Rng rng(1);
    for (int round = 0; round < 20; ++round) {
        std::unordered_set<uint32_t> expected;
        for (int i = 0; i < 300; ++i) {
            const uint32_t id = i == 0 ? kLimit - 1 : rng.below(kLimit);
            EXPECT_EQ(set.insert(id), expected.insert(id).second);
            EXPECT_EQ(set.size(), expected.size());
        }
        set.reset();
        EXPECT_EQ(set.size(), 0u);
    }
}

TEST(Visited, InsertAllReturnsTheNewOnesInOrder) {
    test::HeapArena memory;
    Visited set(memory.arena(), 200, 1);
    set.insert(7);
    const std::vector<uint32_t> ids = {3, 7, 0, 3, 199, 64, 0};
    std::vector<uint32_t> fresh(ids.size());
    fresh.resize(set.insert_all(
        static_cast<uint32_t>(ids.size()), [&](uint32_t i) { return ids[i]; }, fresh.data()));
    EXPECT_EQ(fresh, (std::vector<uint32_t>{3, 0, 199, 64}));
}

TEST(Visited, ReusesItsMemory) {
    test::HeapArena memory;
    Visited set(memory.arena(), 5000, 1);
    std::vector<uint32_t> fresh(5000);
    size_t blocks = 0;
    for (int round = 0; round < 5; ++round) {
        EXPECT_EQ(set.insert_all(
                      5000, [](uint32_t i) { return i; }, fresh.data()),
                  5000u);
        EXPECT_EQ(set.insert_all(
                      5000, [](uint32_t i) { return i; }, fresh.data()),
                  0u);
        set.reset();
        if (round == 0) blocks = memory.blocks();
    }
    EXPECT_EQ(memory.blocks(), blocks);
}

}  // namespace
}  // namespace quiver::graph

#include "quiver/base/id_set.hpp"

#include <gtest/gtest.h>

#include <unordered_set>  // std::unordered_set
#include <vector>         // std::vector

#include "quiver/base/rng.hpp"
#include "support/heap_arena.hpp"
#include "quiver/base/no_postgres.hpp"

namespace quiver {
namespace {

TEST(IdSet, AgreesWithTheStandardSet) {
    test::HeapArena memory;
    IdSet set(memory.arena(), 16);
    std::unordered_set<uint32_t> expected;
    Rng rng(1);
    for (int i = 0; i < 20000; ++i) {
        const uint32_t id = rng.below(i % 2 ? 100 : 0xffffffffu);
        EXPECT_EQ(set.contains(id), expected.count(id) != 0);
        EXPECT_EQ(set.insert(id), expected.insert(id).second);
        EXPECT_TRUE(set.contains(id));
    }
    EXPECT_EQ(set.size(), expected.size());
}

TEST(IdSet, InsertAllReturnsTheNewOnesInOrder) {
    test::HeapArena memory;
    IdSet set(memory.arena(), 1);
    set.insert(7);
    const std::vector<uint32_t> ids = {3, 7, 0, 3, 0xfffffffeu, 0};
    std::vector<uint32_t> fresh(ids.size());
    fresh.resize(set.insert_all(
        ids.size(), [&](uint32_t i) { return ids[i]; }, fresh.data()));
    EXPECT_EQ(fresh, (std::vector<uint32_t>{3, 0, 0xfffffffeu}));
    EXPECT_EQ(set.insert_all(
                  0, [](uint32_t) { return 0u; }, fresh.data()),
              0u);
}

TEST(IdSet, GrowsInTheMiddleOfABatch) {
    test::HeapArena memory;
    IdSet set(memory.arena(), 1);
    std::vector<uint32_t> fresh(5000);
    EXPECT_EQ(set.insert_all(
                  5000, [](uint32_t i) { return i * 64; }, fresh.data()),
              5000u);
    EXPECT_EQ(set.insert_all(
                  5000, [](uint32_t i) { return i * 64; }, fresh.data()),
              0u);
    EXPECT_EQ(set.size(), 5000u);
}

TEST(IdSet, ForgetsOnResetAndReusesItsMemory) {
    test::HeapArena memory;
    IdSet set(memory.arena(), 16);
    for (uint32_t id = 0; id < 3000; ++id) set.insert(id);
    const size_t blocks = memory.blocks();
    for (int round = 0; round < 20; ++round) {
        set.reset();
        EXPECT_EQ(set.size(), 0u);
        EXPECT_FALSE(set.contains(5));
        for (uint32_t id = 0; id < 3000; ++id) ASSERT_TRUE(set.insert(id));
    }
    EXPECT_EQ(memory.blocks(), blocks);
}

}  // namespace
}  // namespace quiver

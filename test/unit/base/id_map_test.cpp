#include "quiver/base/id_map.hpp"

#include <gtest/gtest.h>

#include <unordered_map>  // std::unordered_map

#include "quiver/base/rng.hpp"
#include "support/heap_arena.hpp"
#include "quiver/base/no_postgres.hpp"

namespace quiver {
namespace {

TEST(IdMap, AgreesWithTheStandardMap) {
    test::HeapArena memory;
    IdMap<float> map(memory.arena(), 16);
    std::unordered_map<uint32_t, float> expected;
    Rng rng(1);
    for (int i = 0; i < 20000; ++i) {
        const uint32_t id = rng.below(i % 2 ? 100 : 0xffffffffu);
        const auto value = static_cast<float>(i);
        float& found = map.at(id, value);
        EXPECT_EQ(found, expected.try_emplace(id, value).first->second);
        if (i % 3 == 0) found = expected[id] = -value;
    }
    EXPECT_EQ(map.size(), expected.size());
}

TEST(IdMap, ForgetsOnResetAndReusesItsMemory) {
    test::HeapArena memory;
    IdMap<float> map(memory.arena(), 16);
    for (uint32_t id = 0; id < 3000; ++id) (void)map.at(id, 1);
    const size_t blocks = memory.blocks();
    for (int round = 0; round < 20; ++round) {
        map.reset();
        EXPECT_EQ(map.size(), 0u);
        for (uint32_t id = 0; id < 3000; ++id) ASSERT_EQ(map.at(id, 2), 2);
    }
    EXPECT_EQ(memory.blocks(), blocks);
}

TEST(IdMap, ANewValueHasAllBitsSetWhereNothingElseIsSaid) {
    test::HeapArena memory;
    IdMap<uint32_t> map(memory.arena(), 16);
    for (int round = 0; round < 3; ++round) {
        for (uint32_t id = 0; id < 500; ++id) {
            ASSERT_EQ(map.at(7 * id), ~uint32_t{0});
            map.at(7 * id) = id;
        }
        for (uint32_t id = 0; id < 500; ++id) ASSERT_EQ(map.at(7 * id), id);
        EXPECT_EQ(map.size(), 500u);
        map.reset();
    }
}

TEST(IdMap, HoldsWhatIsExpectedWithoutGrowing) {
    test::HeapArena memory;
    IdMap<float> map(memory.arena(), 0);
    for (const size_t expected : {3000, 10, 3000}) {
        map.reset(expected);
        EXPECT_EQ(map.size(), 0u);
        const size_t blocks = memory.blocks();
        for (uint32_t id = 0; id < expected; ++id) ASSERT_EQ(map.at(id, 2), 2);
        EXPECT_EQ(memory.blocks(), blocks);
    }
}

}  // namespace
}  // namespace quiver

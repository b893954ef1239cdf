#include "quiver/base/arena.hpp"

#include <gtest/gtest.h>

#include "quiver/base/arena_vector.hpp"
#include "support/heap_arena.hpp"
#include "quiver/base/no_postgres.hpp"

namespace quiver {
namespace {

TEST(Arena, AsksForBytes) {
    size_t asked = 0;
    Arena arena{[](void* state, size_t bytes) -> void* {
                    *static_cast<size_t*>(state) = bytes;
                    return nullptr;
                },
                &asked};
    arena.array<uint64_t>(5);
    EXPECT_EQ(asked, 40u);
    arena.array<uint64_t>(SIZE_MAX / 4);  // the product overflows: ask for what cannot be had
    EXPECT_EQ(asked, SIZE_MAX);
}

TEST(ArenaVector, GrowsAndKeepsItsItems) {
    test::HeapArena memory;
    ArenaVector<int> numbers(memory.arena());
    EXPECT_TRUE(numbers.empty());
    for (int i = 0; i < 1000; ++i) numbers.push_back(i);
    ASSERT_EQ(numbers.size(), 1000u);
    for (int i = 0; i < 1000; ++i) ASSERT_EQ(numbers[i], i);
    EXPECT_EQ(numbers.end() - numbers.begin(), 1000);
    EXPECT_EQ(numbers.back(), 999);
    numbers.pop_back();
    EXPECT_EQ(numbers.back(), 998);
}

TEST(ArenaVector, PushesItsOwnItemWhileGrowing) {
    test::HeapArena memory;
    ArenaVector<int> numbers(memory.arena());
    numbers.push_back(7);
    for (int i = 0; i < 100; ++i) numbers.push_back(numbers[0]);
    for (int number : numbers) EXPECT_EQ(number, 7);
}

TEST(ArenaVector, ClearedUsesNoNewMemory) {
    test::HeapArena memory;
    ArenaVector<int> numbers(memory.arena());
    numbers.reserve(64);
    const size_t blocks = memory.blocks();
    for (int round = 0; round < 10; ++round) {
        numbers.clear();
        for (int i = 0; i < 64; ++i) numbers.push_back(i);
    }
    EXPECT_EQ(memory.blocks(), blocks);
}

}  // namespace
}  // namespace quiver

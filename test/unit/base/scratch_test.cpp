#include "quiver/base/scratch.hpp"

#include <gtest/gtest.h>

#include <cstdint>  // uintptr_t
#include <cstring>  // std::memset

#include "support/heap_arena.hpp"

namespace quiver::test {
namespace {

TEST(Scratch, is_used_again_and_pieces_do_not_overlap) {
    HeapArena memory;
    Scratch scratch(memory.arena(), 1000);
    const size_t blocks = memory.blocks();
    std::byte* first = nullptr;
    for (int round = 0; round < 3; ++round) {
        scratch.reset();
        std::byte* a = scratch.arena().array<std::byte>(100);
        std::byte* b = scratch.arena().array<std::byte>(300);
        EXPECT_EQ(reinterpret_cast<uintptr_t>(a) % 64, 0u);
        EXPECT_EQ(reinterpret_cast<uintptr_t>(b) % 64, 0u);
        EXPECT_GE(b, a + 100);
        std::memset(a, 1, 100);
        std::memset(b, 2, 300);
        if (round == 0) first = a;
        EXPECT_EQ(a, first);
    }
    EXPECT_EQ(memory.blocks(), blocks);
}

TEST(Scratch, what_does_not_fit_comes_from_the_arena) {
    HeapArena memory;
    Scratch scratch(memory.arena(), 100);
    const size_t blocks = memory.blocks();
    std::byte* small = scratch.arena().array<std::byte>(100);
    std::byte* large = scratch.arena().array<std::byte>(101);
    std::memset(small, 1, 100);
    std::memset(large, 2, 101);
    EXPECT_EQ(small[99], std::byte{1});
    EXPECT_EQ(memory.blocks(), blocks + 1);
}

}  // namespace
}  // namespace quiver::test

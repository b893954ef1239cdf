#include "quiver/base/bounded_heap.hpp"

#include <gtest/gtest.h>

#include <algorithm>   // std::sort
#include <functional>  // std::less
#include <vector>      // std::vector

#include "quiver/base/rng.hpp"
#include "quiver/base/no_postgres.hpp"

namespace quiver {
namespace {

using Heap = BoundedHeap<int, std::less<int>>;

TEST(BoundedHeap, KeepsTheSmallest) {
    Rng rng(1);
    for (size_t capacity : {1, 2, 10, 100}) {
        std::vector<int> room(capacity);
        Heap heap{std::span(room)};
        std::vector<int> all;
        for (int i = 0; i < 60; ++i) {
            all.push_back(static_cast<int>(rng.below(50)));
            heap.push(all.back());
            EXPECT_EQ(heap.size(), std::min(capacity, all.size()));
            std::sort(all.begin(), all.end());
            EXPECT_EQ(heap.top(), all[heap.size() - 1]);
        }
        all.resize(heap.size());
        const std::span<int> sorted = heap.take_sorted();
        EXPECT_TRUE(std::equal(sorted.begin(), sorted.end(), all.begin(), all.end()));
        EXPECT_TRUE(heap.empty());
    }
}

TEST(BoundedHeap, SaysWhatItAccepts) {
    std::vector<int> room(2);
    Heap heap{std::span(room)};
    EXPECT_TRUE(heap.push(5));
    EXPECT_TRUE(heap.push(3));
    EXPECT_TRUE(heap.full());
    EXPECT_FALSE(heap.accepts(5));  // equal to the worst: what came first stays
    EXPECT_FALSE(heap.push(5));
    EXPECT_TRUE(heap.push(4));
    EXPECT_EQ(heap.pop(), 4);
    EXPECT_EQ(heap.pop(), 3);
    EXPECT_TRUE(heap.empty());
}

TEST(BoundedHeap, WithoutRoomKeepsNothing) {
    Heap heap{std::span<int>()};
    EXPECT_FALSE(heap.push(1));
    EXPECT_TRUE(heap.take_sorted().empty());
}

}  // namespace
}  // namespace quiver

// What an index holds, counted.
#include "quiver/ivf/info.hpp"

#include <gtest/gtest.h>

#include "ivf/stored_lists.hpp"

namespace quiver::test {
namespace {

ivf::IndexInfo info_of(StoredLists& index) {
    HeapArena memory;
    return ivf::gather_info(memory.arena(), index.pages(), index.format());
}

TEST(IvfInfo, CountsListsRowsAndPlaces) {
    StoredLists index(3);
    EXPECT_EQ(info_of(index).lists, 0u);
    EXPECT_EQ(info_of(index).blocks, 1u);
    index.insert(0, 0, 0);
    index.insert(1, 10, 0);
    index.insert(2, 0, 10);
    for (uint32_t i = 3; i < 8; i++) index.insert(i, 1, static_cast<float>(i) / 100);
    ivf::IndexInfo info = info_of(index);
    EXPECT_EQ(info.lists, 3u);
    EXPECT_EQ(info.empty_lists, 0u);
    EXPECT_EQ(info.largest_list, 6u);
    EXPECT_EQ(info.rows, 8u);
    EXPECT_EQ(info.free_places, 0u);
    EXPECT_EQ(info.list_blocks, 1u);
    EXPECT_EQ(info.row_blocks, 3u);
    EXPECT_EQ(info.other_blocks, 0u);
    EXPECT_EQ(info.blocks, 5u);

    index.remove({1, 4, 5});
    info = info_of(index);
    EXPECT_EQ(info.empty_lists, 1u);
    EXPECT_EQ(info.largest_list, 4u);
    EXPECT_EQ(info.rows, 5u);
    EXPECT_EQ(info.free_places, 3u);
}

}  // namespace
}  // namespace quiver::test

// Scans: order, batches, and rows that do not fit into memory.
#include "quiver/ivf/scan.hpp"

#include <gtest/gtest.h>

#include "ivf/stored_lists.hpp"
#include "quiver/base/rng.hpp"

namespace quiver::test {
namespace {

float x_of(uint32_t i) { return static_cast<float>(mix64(i) % 1000); }
float y_of(uint32_t i) { return static_cast<float>(mix64(i) / 1000 % 1000); }

StoredLists filled(uint32_t lists, uint32_t rows) {
    StoredLists index(lists);
    for (uint32_t i = 0; i < rows; i++) index.insert(i, x_of(i), y_of(i));
    return index;
}

// All rows in order of distance, equal ones by number.
std::vector<uint32_t> sorted(uint32_t rows, float x, float y) {
    std::vector<std::pair<float, uint32_t>> by_distance;
    for (uint32_t i = 0; i < rows; i++) {
        const float dx = x_of(i) - x;
        const float dy = y_of(i) - y;
        by_distance.push_back({dx * dx + dy * dy, i});
    }
    std::sort(by_distance.begin(), by_distance.end());
    std::vector<uint32_t> out;
    for (const auto& [distance, i] : by_distance) out.push_back(i);
    return out;
}

TEST(IvfScan, AllListsAreExactWhateverTheRoom) {
    StoredLists index = filled(10, 3000);
    const auto expected = sorted(3000, 333, 444);
    for (const size_t room : {1u, 200u, 1000u, 2999u, 100000u}) {
        ivf::ScanCounters counters;
        EXPECT_EQ(index.scan(333, 444, {10, 10, room}, &counters), expected) << room;
        if (room > 3000) {
            EXPECT_EQ(counters.batches, 1u);
        }
        if (room < 2000) {
            EXPECT_GT(counters.batches, 1u) << room;
        }
    }
}

TEST(IvfScan, BatchesGoOnUntilEnough) {
    StoredLists index = filled(10, 1000);
    ivf::ScanCounters counters;
    const auto first = index.scan(500, 500, {2, 2, 5000}, &counters);
    EXPECT_EQ(counters.lists, 2u);
    EXPECT_LT(first.size(), 1000u);
    counters = {};
    const auto more = index.scan(500, 500, {2, 7, 5000}, &counters);
    EXPECT_EQ(counters.lists, 7u);
    EXPECT_EQ(counters.batches, 4u);
    ASSERT_GT(more.size(), first.size());
    EXPECT_TRUE(std::equal(first.begin(), first.end(), more.begin()));
    EXPECT_EQ(index.scan(500, 500, {2, 100, 5000}).size(), 1000u);
}

TEST(IvfScan, VacuumFreesPlacesAndInsertionTakesThem) {
    StoredLists index = filled(6, 2000);
    const page::BlockId blocks = index.pages().blocks();
    std::set<uint32_t> dead;
    for (uint32_t i = 0; i < 2000; i += 2) dead.insert(i);
    index.remove(dead);
    EXPECT_EQ(index.all().size(), 1000u);
    EXPECT_TRUE(index.findings().empty());
    for (uint32_t i = 0; i < 2000; i += 2) index.insert(i, x_of(i), y_of(i));
    EXPECT_EQ(index.pages().blocks(), blocks);
    EXPECT_EQ(index.scan(5, 5, {6, 6, 5000}), sorted(2000, 5, 5));
    EXPECT_TRUE(index.findings().empty());
}

// Somebody else inserts while vacuum goes through the pages.
TEST(IvfScan, InsertionDuringVacuumLosesNothing) {
    StoredLists index = filled(3, 1500);
    std::set<uint32_t> dead;
    for (uint32_t i = 0; i < 1500; i += 3) dead.insert(i);
    uint32_t next = 2000;
    index.pages().between([&] {
        if (next < 2300) index.insert(next, x_of(next), y_of(next)), next++;
    });
    index.remove(dead);
    index.pages().between(nullptr);
    EXPECT_EQ(index.all().size(), 1000 + next - 2000);
    EXPECT_TRUE(index.findings().empty());
}

TEST(IvfScan, DamageIsReportedAndEndsTheScan) {
    StoredLists index = filled(3, 1500);
    page::special_of(index.pages().bytes(3)).kind = page::PageKind::tids;
    HeapArena memory;
    ivf::ScanCounters counters;
    const auto query = index.record(1, 1);
    const graph::L2Metric<F32> metric(kernels::active(), 2);
    ivf::Scan scan(memory.arena(), index.pages(), index.format(), metric,
                   reinterpret_cast<const F32*>(query.data()), {10, 10, 10000}, counters);
    for (ivf::Row row; scan.next(row);) {
    }
    EXPECT_EQ(scan.walked().damaged, 3u);
    EXPECT_FALSE(index.findings().empty());
}

TEST(IvfScan, AChainThatLeadsBackEnds) {
    StoredLists index = filled(1, 2000);
    ASSERT_GT(index.pages().blocks(), 4u);
    for (page::BlockId block = 2; block < index.pages().blocks(); block++)
        if (page::special_of(index.pages().bytes(block)).next_free == 0)
            page::special_of(index.pages().bytes(block)).next_free = 2;
    HeapArena memory;
    ivf::ScanCounters counters;
    const auto query = index.record(1, 1);
    const graph::L2Metric<F32> metric(kernels::active(), 2);
    ivf::Scan scan(memory.arena(), index.pages(), index.format(), metric,
                   reinterpret_cast<const F32*>(query.data()), {10, 10, 100000}, counters);
    for (ivf::Row row; scan.next(row);) {
    }
    EXPECT_FALSE(scan.walked().ok());
    EXPECT_FALSE(index.findings().empty());
}

TEST(IvfBulkWrite, ListsOfAllSizes) {
    StoredLists index(650, 20);
    HeapArena memory;
    const ivf::ListLayout layout = ivf::ListLayout::of(index.format());
    const uint32_t count = 650;  // several pages of the directory
    std::vector<std::byte> centers(size_t{count} * layout.stride);
    for (uint32_t i = 0; i < count; i++)
        std::memcpy(centers.data() + i * layout.stride,
                    index.record(static_cast<float>(i) * 10, 0).data(), layout.stride);
    ivf::write_directory(index.pages(), index.format(), centers.data(), count);
    ivf::RowWriter writer(memory.arena(), index.pages(), index.format());
    uint32_t rows = 0;
    for (uint32_t list = 0; list < count; list++)
        for (uint32_t i = 0; i < (list % 5 == 0 ? 0 : list % 200); i++) {
            const auto record = index.record(static_cast<float>(list) * 10, 1);
            writer.add(list, {StoredLists::tid(rows++), record.data()});
        }
    writer.finish();
    EXPECT_EQ(index.all().size(), rows);
    EXPECT_EQ(index.scan(130, 0, {1, 1, 1000}).size(), 13u);
    EXPECT_EQ(index.scan(50, 0, {1, 1, 1000}).size(), 0u);
    EXPECT_TRUE(index.findings().empty());
    index.insert(90000, 50, 3);  // into an empty list
    EXPECT_EQ(index.scan(50, 0, {1, 1, 1000}), (std::vector<uint32_t>{90000}));
    EXPECT_TRUE(index.findings().empty());
}

}  // namespace
}  // namespace quiver::test

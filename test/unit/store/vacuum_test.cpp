// Removing heap TIDs.
#include "support/store_test.hpp"

namespace quiver::test {
namespace {

class StoreVacuum : public StoreTest {};
QUIVER_INSTANTIATE_PER_MODEL(StoreVacuum);

TEST_P(StoreVacuum, removes_dead_tids_and_asks_about_each_once) {
    constexpr uint32_t kRows = 200;
    const Vectors base = vectors(kRows);
    const auto copies = [](uint32_t row) { return row % 4 == 0 ? 1 + row % 40 : 1u; };
    index.build(base, kRows, copies);
    const std::set<uint64_t> before = check_graph(index).tids;

    // Whole rows, single copies, and the long chains of some rows to the last TID but one.
    const auto is_dead = [](page::HeapTid tid) {
        const uint32_t row = row_of(tid);
        return row % 3 == 0 || tid.offset % 5 == 2 || (row % 16 == 4 && tid.offset != 17);
    };
    std::map<uint64_t, int> asked;
    const store::VacuumStats stats = index.vacuum(is_dead, &asked);

    std::set<uint64_t> expected;
    std::set<uint32_t> rows;
    for (uint32_t row = 0; row < kRows; ++row) {
        for (uint16_t copy = 1; copy <= copies(row); ++copy) {
            if (is_dead(tid_of(row, copy))) continue;
            expected.insert(key_of(tid_of(row, copy)));
            rows.insert(row);
        }
    }
    const GraphFacts facts = check_graph(index);
    EXPECT_EQ(facts.tids, expected);
    EXPECT_EQ(facts.live, rows.size());
    EXPECT_EQ(facts.dead, kRows - rows.size());
    EXPECT_TRUE(facts.unreached.empty()) << "dead nodes are still ways";
    EXPECT_EQ(stats.nodes_died, facts.dead);
    EXPECT_EQ(stats.tids_kept, expected.size());
    EXPECT_EQ(stats.tids_removed, before.size() - expected.size());
    EXPECT_EQ(asked.size(), before.size());
    for (const auto& [key, times] : asked) ASSERT_EQ(times, 1) << key;
    EXPECT_EQ(keys_of(index.scan(queries, 0, 10, Widen::yes)), expected);

    // Nothing left to do: asks again, writes nothing.
    const uint64_t commits = index.pages().counts().commits;
    EXPECT_EQ(index.vacuum(is_dead).tids_removed, 0u);
    EXPECT_EQ(index.pages().counts().commits, commits);
}

TEST_P(StoreVacuum, nodes_without_tids_take_none_and_everything_can_die) {
    const Vectors base = vectors(80);
    index.build(base, base.count());
    EXPECT_EQ(index.vacuum([](page::HeapTid) { return true; }).nodes_died, base.count());
    EXPECT_TRUE(index.scan(queries, 0, 10, Widen::yes).empty());
    insert(base, 0, 80);
    const GraphFacts facts = check_graph(index);
    EXPECT_EQ(facts.dead, base.count());
    EXPECT_EQ(facts.live, base.count());
    EXPECT_EQ(keys_of(index.scan(queries, 0, 10, Widen::yes)), facts.tids);
}

TEST(StoreVacuumChain, an_emptied_chain_can_grow_again) {
    StoredIndex index(variants()[0]);
    const Vectors base(index.profile(), 2, 2);
    for (uint16_t copy = 1; copy <= 30; ++copy) index.insert(base.record(0), tid_of(0, copy));
    index.vacuum([](page::HeapTid tid) { return tid.offset > 2; });
    for (uint16_t copy = 31; copy <= 60; ++copy) index.insert(base.record(0), tid_of(0, copy));
    const GraphFacts facts = check_graph(index);
    EXPECT_EQ(facts.live, 1u);
    EXPECT_EQ(facts.tids.size(), 32u);
    EXPECT_EQ(index.scan(base, 0, 10, Widen::yes).size(), 32u);
}

// Damage, not life: a chain that leads to itself, and one that leads to a page of another kind.
TEST(StoreVacuumChain, damaged_chains_end) {
    StoredIndex index(variants()[0]);
    const Vectors base(index.profile(), 20, 2);
    index.build(base, base.count(), [](uint32_t row) { return row < 2 ? 12 : 1; });
    const page::BlockId tids = index.pages().blocks() - 1;
    ASSERT_EQ(page::special_of(index.pages().bytes(tids)).kind, page::PageKind::tids);
    const uint32_t first = tids * page::kChunksPerPage;
    store::chunk_of(index.pages().bytes(tids), first).next = first;
    store::chunk_of(index.pages().bytes(tids), first + 2).next = page::kChunksPerPage;  // block 1
    const PageImage before = *reinterpret_cast<const PageImage*>(index.pages().bytes(1));
    index.vacuum([](page::HeapTid) { return false; });
    EXPECT_EQ(std::memcmp(before.bytes, index.pages().bytes(1), page::kPageSize), 0);
}

}  // namespace
}  // namespace quiver::test

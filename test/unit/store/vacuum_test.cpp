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

// ---- dead nodes ----

class StoreDeadNodes : public StoreTest {
protected:
    // What the check of an index finds, code by code.
    std::map<std::string, int> findings() {
        std::map<std::string, int> names;
        for (const store::Finding& f : index.findings()) names[store::finding_name(f.code)]++;
        return names;
    }
    using NoFindings = std::map<std::string, int>;
};
QUIVER_INSTANTIATE_PER_MODEL(StoreDeadNodes);

TEST_P(StoreDeadNodes, leave_the_graph_and_it_holds_together) {
    constexpr uint32_t kRows = 300;
    const Vectors base = vectors(kRows);
    index.build(base, kRows / 2);
    insert(base, kRows / 2, kRows);
    const size_t edges = check_graph(index).edges;
    const auto is_dead = [](page::HeapTid tid) { return row_of(tid) % 5 == 1; };
    const store::VacuumStats stats = index.vacuum_all(is_dead);
    EXPECT_EQ(stats.nodes_died, kRows / 5);
    EXPECT_EQ(stats.slots_freed, kRows / 5);
    const GraphFacts facts = check_graph(index);
    EXPECT_EQ(facts.live, kRows - kRows / 5);
    EXPECT_EQ(facts.dead, 0u);
    EXPECT_TRUE(facts.unreached.empty());
    EXPECT_GE(facts.edges, edges * 4 / 5 * 98 / 100) << "lists stay full";
    EXPECT_EQ(findings(), NoFindings{});
    EXPECT_EQ(keys_of(index.scan(queries, 0, 10, Widen::yes)), facts.tids);

    const uint64_t commits = index.pages().counts().commits;
    index.vacuum_all(is_dead);
    EXPECT_EQ(index.pages().counts().commits, commits) << "nothing is left to do";
}

// Every slot is used again, those of all generations, and upper records and chunks with them.
TEST_P(StoreDeadNodes, give_their_places_to_others) {
    constexpr uint32_t kRows = 150;
    const Vectors base = vectors(kRows);
    const auto copies = [](uint32_t row) { return row % 16 == 0 ? 30 : 1; };
    for (uint32_t row = 0; row < kRows; ++row) {
        for (uint16_t copy = 1; copy <= copies(row); ++copy)
            index.insert(base.record(row), tid_of(row, copy));
    }
    page::BlockId blocks = 0;
    for (uint32_t round = 0; round < 8; ++round) {
        SCOPED_TRACE(round);
        const auto is_dead = [&](page::HeapTid tid) { return row_of(tid) % 3 == round % 3; };
        index.vacuum_all(is_dead);
        EXPECT_EQ(findings(), NoFindings{});
        for (uint32_t row = round % 3; row < kRows; row += 3) {
            for (uint16_t copy = 1; copy <= copies(row); ++copy)
                index.insert(base.record(row), tid_of(row, copy));
        }
        const GraphFacts facts = check_graph(index);
        EXPECT_EQ(facts.live, kRows);
        EXPECT_EQ(keys_of(index.scan(queries, 0, 10, Widen::yes)), facts.tids);
        if (round == 3) blocks = index.pages().blocks();
        if (HasFailure()) return;
    }
    // The levels of a row depend on its TID alone, so there are as many records each time.
    EXPECT_LE(index.pages().blocks(), blocks + 1);
}

TEST_P(StoreDeadNodes, may_be_all_there_are) {
    const Vectors base = vectors(120);
    index.build(base, 100);
    index.vacuum_all([](page::HeapTid) { return true; });
    EXPECT_TRUE(index.scan(queries, 0, 10, Widen::yes).empty());
    EXPECT_EQ(check_graph(index).dead, 1u) << "the entry, until there is another one";
    insert(base, 100, 120);
    EXPECT_EQ(index.scan(queries, 0, 200, Widen::no).size(), 20u);
    const auto none = [](page::HeapTid) { return false; };
    index.vacuum_all(none);
    const GraphFacts facts = check_graph(index);
    EXPECT_EQ(facts.dead, 0u);
    EXPECT_EQ(facts.live, 20u);
    EXPECT_TRUE(facts.unreached.empty());
    EXPECT_EQ(findings(), NoFindings{});
}

// Places that were freed are found at once: an insertion looks at no more pages than before.
TEST_P(StoreDeadNodes, cost_no_insertion_a_search_for_room) {
    const Vectors base = vectors(600);
    insert(base, 0, 400);
    const auto accesses = [&](uint32_t from, uint32_t to) {
        uint64_t count = 0;
        index.pages().between([&] { count++; });
        insert(base, from, to);
        index.pages().between(nullptr);
        return static_cast<double>(count) / (to - from);
    };
    const double before = accesses(400, 450);
    for (uint32_t round = 0; round < 3; ++round) {
        index.vacuum_all([&](page::HeapTid tid) { return row_of(tid) % 8 == round; });
        EXPECT_LE(accesses(450 + round * 50, 500 + round * 50), 1.2 * before) << round;
    }
}

// A whole neighbourhood dies: who is left in it finds others by a search.
TEST_P(StoreDeadNodes, may_be_neighbours) {
    const Vectors base = vectors(500);
    index.build(base, 500);
    std::set<uint32_t> doomed;
    for (const Hit& hit : index.scan(queries, 0, 300, Widen::no, 300))
        doomed.insert(row_of(hit.tid));
    doomed.erase(doomed.begin());
    index.vacuum_all([&](page::HeapTid tid) { return doomed.contains(row_of(tid)); });
    const GraphFacts facts = check_graph(index);
    EXPECT_EQ(facts.live, 500 - doomed.size());
    EXPECT_TRUE(facts.unreached.empty());
    EXPECT_EQ(findings(), NoFindings{});
}

// Two nodes that name each other, and nobody else does.
class StoreIslands : public StoreDeadNodes {
protected:
    // Leaves no way to `first` and the record behind it. False when the entry is one of them.
    bool cut_off(page::NodeId first) {
        const page::SlotLayout layout = page::layouts(index.profile()).base;
        const page::NodeId second = first + 1;
        for (page::BlockId block = 1; block < index.pages().blocks(); ++block) {
            std::byte* const bytes = index.pages().bytes(block);
            if (!page::is_page(bytes, page::PageKind::base)) continue;
            for (uint32_t at = 0; at < layout.per_page; ++at) {
                const page::NodeId id = block * layout.per_page + at;
                const page::Slot slot = page::slot_of(bytes, id, layout);
                for (uint8_t i = 0; i < slot.header().edge_count; ++i) {
                    const page::NodeId to = slot.ids()[i];
                    if ((to == first && id != second) || (to == second && id != first))
                        slot.header().edge_count = i;
                }
            }
        }
        before = check_graph(index);
        return before.unreached.contains(first) && before.unreached.contains(second);
    }
    // The fourth of block 1, where base records begin.
    page::NodeId some_node() const { return page::layouts(index.profile()).base.per_page + 3; }

    void expect_whole(size_t live) {
        const GraphFacts facts = check_graph(index);
        EXPECT_EQ(facts.live, live);
        EXPECT_TRUE(facts.unreached.empty());
        EXPECT_EQ(findings(), NoFindings{});
    }

    GraphFacts before;
};
QUIVER_INSTANTIATE_PER_MODEL(StoreIslands);

TEST_P(StoreIslands, are_found_by_a_vacuum) {
    const Vectors base = vectors(300);
    index.build(base, 300);
    if (!cut_off(some_node())) GTEST_SKIP() << "the entry is one of them";
    uint32_t doomed = 0;
    while (doomed == before.row_of_node.at(some_node()) ||
           doomed == before.row_of_node.at(some_node() + 1))
        ++doomed;
    index.vacuum_all([&](page::HeapTid tid) { return row_of(tid) == doomed; });
    expect_whole(299);
}

// Insertions may have left them, and then nothing needs to be dead.
TEST_P(StoreIslands, are_found_without_anything_dead) {
    const Vectors base = vectors(300);
    index.build(base, 299);
    insert(base, 299, 300);
    if (!cut_off(some_node())) GTEST_SKIP() << "the entry is one of them";
    const auto none = [](page::HeapTid) { return false; };
    index.vacuum_all(none);
    expect_whole(300);

    const uint64_t commits = index.pages().counts().commits;
    index.vacuum_all(none);
    EXPECT_EQ(index.pages().counts().commits, commits) << "nothing is left to do";
}

TEST_P(StoreDeadNodes, are_found_range_by_range_when_memory_is_short) {
    const Vectors base = vectors(300);
    index.build(base, 300);
    index.vacuum_all([](page::HeapTid tid) { return row_of(tid) % 4 == 0; }, 100);
    const GraphFacts facts = check_graph(index);
    EXPECT_EQ(facts.live, 225u);
    EXPECT_EQ(facts.dead, 0u);
    EXPECT_TRUE(facts.unreached.empty());
    EXPECT_EQ(findings(), NoFindings{});
}

// ---- places ----

TEST(StoreFreeSpace, a_page_of_zeros_is_used) {
    StoredIndex index(variants()[0]);
    const Vectors base(index.profile(), 300, 2);
    index.build(base, 100);
    const page::BlockId zero = index.pages().extend(page::PageKind::base, [](std::byte*) {});
    std::memset(index.pages().bytes(zero), 0, page::kPageSize);
    index.vacuum_all([](page::HeapTid tid) { return row_of(tid) == 3; });
    for (uint32_t row = 100; row < 110; ++row) index.insert(base.record(row), tid_of(row));
    EXPECT_EQ(page::special_of(index.pages().bytes(zero)).kind, page::PageKind::base);
    EXPECT_EQ(index.pages().blocks(), zero + 1);
    EXPECT_EQ(check_graph(index).live, 109u);
}

// Lists that lead in a circle, or to a page of another kind, cost space and nothing else.
TEST(StoreFreeSpace, a_wrong_list_is_dropped) {
    for (const bool ring : {true, false}) {
        StoredIndex index(variants()[0]);
        const Vectors base(index.profile(), 300, 2);
        for (uint32_t row = 0; row < 100; ++row) index.insert(base.record(row), tid_of(row));
        index.vacuum_all([](page::HeapTid tid) { return row_of(tid) % 7 == 0; });
        const page::BlockId first = index.meta().insert_block[0];
        ASSERT_NE(first, 0u);
        page::special_of(index.pages().bytes(first)).next_free =
            ring ? first : index.meta().insert_block[1];
        for (uint32_t row = 100; row < 200; ++row) index.insert(base.record(row), tid_of(row));
        index.vacuum_all([](page::HeapTid tid) { return row_of(tid) % 7 == 1; });
        for (uint32_t row = 200; row < 300; ++row) index.insert(base.record(row), tid_of(row));
        EXPECT_EQ(check_graph(index).live, index.scan(base, 0, 10, Widen::yes).size());
    }
}

// Copies of one row come and go: the chain is as long as its TIDs need, and no longer.
TEST(StoreVacuumChain, gives_back_its_chunks) {
    StoredIndex index(variants()[0]);
    const Vectors base(index.profile(), 2, 2);
    page::BlockId blocks = 0;
    uint16_t next = 1;
    for (int round = 0; round < 30; ++round) {
        for (int i = 0; i < 200; ++i) index.insert(base.record(0), tid_of(0, next++));
        const uint16_t end = next;
        index.vacuum_all(
            [&](page::HeapTid tid) { return tid.offset + 300 < end && tid.offset != 5; });
        const GraphFacts facts = check_graph(index);
        EXPECT_EQ(keys_of(index.scan(base, 0, 10, Widen::yes)), facts.tids);
        EXPECT_TRUE(facts.tids.contains(key_of(tid_of(0, 5))));
        EXPECT_LE(facts.tids.size(), 301u);
        if (round == 3) blocks = index.pages().blocks();
    }
    EXPECT_EQ(index.pages().blocks(), blocks);
}

}  // namespace
}  // namespace quiver::test

// Two backends at once. Pages are locked one at a time, so all that can happen to an operation
// happens between two of its page accesses: a second operation runs in one of these gaps, in each
// of them in turn.
#include <functional>  // std::function

#include "support/store_test.hpp"

namespace quiver::test {
namespace {

const Variant kSmall{"small", page::Metric::l2, page::Own::f32, 16, 4, 16};

class StoreConcurrent : public ::testing::Test {
protected:
    using Operation = std::function<void(StoredIndex&)>;

    StoreConcurrent() : profile(profile_of(kSmall)), base(profile, 60, 2) {}

    Operation insertion(uint32_t row, page::HeapTid tid) const {
        return [this, row, tid](StoredIndex& index) { index.insert(base.record(row), tid); };
    }
    Operation insertion(uint32_t row) const { return insertion(row, tid_of(row)); }

    // Calls check(index) after each way to run `second` within `first`. Returns how many there are.
    int interleave(const StoredIndex& start, const Operation& first, const Operation& second,
                   const std::function<void(StoredIndex&)>& check) {
        for (int gap = 0;; ++gap) {
            SCOPED_TRACE(gap);
            StoredIndex index = start;
            int at = 0;
            index.pages().between([&] {
                if (at++ == gap) second(index);
            });
            first(index);
            index.pages().between(nullptr);
            if (at <= gap) return gap;
            check(index);
            if (HasFailure()) return gap;
        }
    }

    const page::Profile profile;
    const Vectors base;
};

TEST_F(StoreConcurrent, two_first_nodes_find_each_other) {
    for (uint32_t other = 1; other < 40; ++other) {  // of all levels
        SCOPED_TRACE(other);
        const int gaps = interleave(StoredIndex(profile), insertion(0), insertion(other),
                                    [&](StoredIndex& index) {
                                        const GraphFacts facts = check_graph(index);
                                        EXPECT_EQ(facts.live, 2u);
                                        EXPECT_EQ(facts.tids.size(), 2u);
                                        EXPECT_TRUE(facts.unreached.empty());
                                        EXPECT_EQ(index.scan(base, 0, 10, Widen::no).size(), 2u);
                                    });
        ASSERT_GE(gaps, 3);
    }
}

TEST_F(StoreConcurrent, two_nodes) {
    StoredIndex start(profile);
    for (uint32_t row = 0; row < 30; ++row) start.insert(base.record(row), tid_of(row));
    for (uint32_t other = 40; other < 60; ++other) {
        SCOPED_TRACE(other);
        interleave(start, insertion(30), insertion(other), [&](StoredIndex& index) {
            EXPECT_EQ(check_graph(index).tids.size(), 32u);
            EXPECT_EQ(index.scan(base, 0, 10, Widen::yes).size(), 32u);
        });
    }
}

// However many TIDs the node has: in its header, in an open chunk, in a full one.
TEST_F(StoreConcurrent, two_duplicates) {
    StoredIndex start(profile);
    for (uint32_t row = 0; row < 5; ++row) start.insert(base.record(row), tid_of(row));
    for (uint16_t copies = 1; copies < 22; ++copies) {
        SCOPED_TRACE(copies);
        interleave(start, insertion(2, tid_of(2, 100)), insertion(2, tid_of(2, 101)),
                   [&](StoredIndex& index) {
                       const GraphFacts facts = check_graph(index);
                       EXPECT_EQ(facts.live, 5u);
                       EXPECT_EQ(facts.tids.size(), 6u + copies);
                       EXPECT_EQ(keys_of(index.scan(base, 0, 10, Widen::yes)), facts.tids);
                   });
        start.insert(base.record(2), tid_of(2, copies + 1));
    }
}

// A vacuum runs while a row is added whose vector is that of rows that die now. The new row stays.
class StoreVacuumRace : public StoreConcurrent {
protected:
    void run(bool vacuum_within_insertion) {
        StoredIndex start(profile);
        for (uint32_t row = 0; row < 5; ++row) start.insert(base.record(row), tid_of(row));
        for (uint16_t copies = 1; copies < 22; ++copies) {
            SCOPED_TRACE(copies);
            const Operation vacuum = [](StoredIndex& index) {
                index.vacuum([](page::HeapTid tid) { return row_of(tid) == 2 && tid.offset < 50; });
            };
            const Operation insert = insertion(2, tid_of(2, 100));
            const auto check = [&](StoredIndex& index) {
                std::set<uint64_t> found = keys_of(index.scan(base, 0, 10, Widen::yes));
                EXPECT_TRUE(found.contains(key_of(tid_of(2, 100)))) << "a live row is lost";
                index.vacuum([](page::HeapTid tid) { return tid.offset < 50 && row_of(tid) == 2; });
                found = keys_of(index.scan(base, 0, 10, Widen::yes));
                EXPECT_TRUE(found.contains(key_of(tid_of(2, 100)))) << "a live row is lost later";
                EXPECT_EQ(found.size(), 5u);
            };
            if (vacuum_within_insertion)
                interleave(start, insert, vacuum, check);
            else
                interleave(start, vacuum, insert, check);
            start.insert(base.record(2), tid_of(2, copies + 1));
        }
    }
};

TEST_F(StoreVacuumRace, vacuum_within_insertion) { run(true); }
TEST_F(StoreVacuumRace, insertion_within_vacuum) { run(false); }

// A vacuum that frees slots, and whatever else can happen meanwhile.
class StoreVacuumAll : public StoreConcurrent {
protected:
    static bool is_dead(page::HeapTid tid) { return row_of(tid) % 3 == 1 && row_of(tid) < 40; }
    static Operation vacuum() {
        return [](StoredIndex& index) { index.vacuum_all(is_dead); };
    }
    StoredIndex filled(uint32_t rows) const {
        StoredIndex start(profile);
        for (uint32_t row = 0; row < rows; ++row) start.insert(base.record(row), tid_of(row));
        return start;
    }

    // Nothing is lost now, and the next vacuum leaves nothing behind.
    void expect_sound(StoredIndex& index, uint32_t row) {
        EXPECT_TRUE(check_graph(index, Chains::complete, Stale::allowed)
                        .tids.contains(key_of(tid_of(row))));
        EXPECT_TRUE(keys_of(index.scan(base, row, 40, Widen::no)).contains(key_of(tid_of(row))))
            << "no way leads to the new row";
        const page::HeapTid other = tid_of(0);
        index.vacuum_all([&](page::HeapTid tid) { return is_dead(tid) || tid == other; });
        const GraphFacts facts = check_graph(index);
        EXPECT_TRUE(facts.unreached.empty());
        EXPECT_EQ(facts.dead, 0u);
        EXPECT_TRUE(facts.tids.contains(key_of(tid_of(row))));
        EXPECT_EQ(keys_of(index.scan(base, 0, 10, Widen::yes)), facts.tids);
    }
};

TEST_F(StoreVacuumAll, insertion_within) {
    const StoredIndex start = filled(30);
    for (uint32_t row = 41; row < 60; row += 3)
        interleave(start, vacuum(), insertion(row),
                   [&](StoredIndex& index) { expect_sound(index, row); });
}

TEST_F(StoreVacuumAll, within_an_insertion) {
    const StoredIndex start = filled(30);
    for (uint32_t row = 41; row < 60; row += 3)
        interleave(start, insertion(row), vacuum(),
                   [&](StoredIndex& index) { expect_sound(index, row); });
}

// Every row of the index dies under the newcomer, and others come in their places.
TEST_F(StoreVacuumAll, of_everything_within_an_insertion) {
    const StoredIndex start = filled(12);
    const auto is_old = [](page::HeapTid tid) { return row_of(tid) < 40; };
    for (uint32_t row = 41; row < 60; ++row) {
        SCOPED_TRACE(row);
        const auto check = [&](StoredIndex& index) {
            EXPECT_TRUE(keys_of(index.scan(base, row, 40, Widen::no)).contains(key_of(tid_of(row))))
                << "no way leads to the new row";
            index.vacuum_all(is_old);
            // What the insertion wrote too late to be repaired stays, until a node dies.
            const GraphFacts facts = check_graph(index, Chains::complete, Stale::allowed);
            EXPECT_EQ(facts.dead, 0u);
            EXPECT_TRUE(facts.unreached.empty());
            EXPECT_TRUE(facts.tids.contains(key_of(tid_of(row))));
        };
        const Operation vacuum = [&](StoredIndex& index) { index.vacuum_all(is_old); };
        interleave(start, insertion(row), vacuum, check);
        interleave(start, vacuum, insertion(row), check);
        interleave(
            start, insertion(row),
            [&](StoredIndex& index) {
                index.vacuum_all(is_old);
                for (uint32_t other = 100; other < 104; ++other)
                    index.insert(base.record(other - 80), tid_of(other));
            },
            check);
    }
}

// A scan while rows die, their slots are freed and taken by others: every row that stays is handed
// out once, and what is handed out is or was in the index.
TEST_F(StoreVacuumAll, and_new_rows_within_a_scan) {
    StoredIndex start = filled(30);
    for (uint16_t copy = 2; copy < 40; ++copy) {
        start.insert(base.record(3), tid_of(3, copy));
        start.insert(base.record(4), tid_of(4, copy));
    }
    const auto dies = [](page::HeapTid tid) {
        return is_dead(tid) || (row_of(tid) == 3 && tid.offset % 16 < 11);
    };
    std::set<uint64_t> stay;
    std::set<uint64_t> known;
    for (const uint64_t key : check_graph(start).tids) {
        known.insert(key);
        const page::HeapTid tid = {static_cast<uint16_t>(key >> 32),
                                   static_cast<uint16_t>(key >> 16), static_cast<uint16_t>(key)};
        if (!dies(tid)) stay.insert(key);
    }
    for (const size_t ef : {4, 40}) {
        std::set<uint64_t> found;
        const int gaps = interleave(
            start,
            [&](StoredIndex& index) { found = keys_of(index.scan(base, 3, ef, Widen::yes)); },
            [&](StoredIndex& index) {
                index.vacuum_all(dies);
                for (uint32_t row = 50; row < 60; ++row)
                    index.insert(base.record(row), tid_of(row));
                for (uint16_t copy = 50; copy < 70; ++copy)
                    index.insert(base.record(3), tid_of(3, copy));
            },
            [&](StoredIndex&) {
                for (const uint64_t key : stay) EXPECT_TRUE(found.contains(key)) << key;
                for (const uint64_t key : found) {
                    const auto row = static_cast<uint32_t>(key >> 16);
                    EXPECT_TRUE(known.contains(key) || row >= 50 ||
                                (row == 3 && key % 65536 >= 50));
                }
            });
        EXPECT_GT(gaps, 30);
    }
}

}  // namespace
}  // namespace quiver::test

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

}  // namespace
}  // namespace quiver::test

// What a crash leaves behind, wherever it strikes: the same operation is interrupted after its
// first page write, after its second, and so on until it gets through.
#include <cstring>     // std::memset
#include <functional>  // std::function
#include <string>      // std::string

#include "support/store_test.hpp"

namespace quiver::test {
namespace {

constexpr uint32_t kRows = 50;

const Variant kSmall{"one_page", page::Metric::l2, page::Own::f32, 16, 4, 16};
const Variant kSpanning{"tails", page::Metric::l2, page::Own::i8, 16, 4, 16, page::OwnPlace::tails};
// Some of these have tails and some do not.
const Variant kSparse{"sparse", page::Metric::l2, page::Own::sparse, 300, 4, 16};

// The first row from `from` on whose node has this level or a higher one: as the first node of an
// index it is the entry, so the metapage says.
uint32_t row_of_level(uint32_t level, uint32_t from) {
    const page::Profile profile = profile_of(kSmall);
    const Vectors one(profile, 1, 2);
    for (;; ++from) {
        StoredIndex index(profile);
        index.insert(one.record(0), tid_of(from));
        if (index.meta().entry_level >= level) return from;
    }
}

// Runs the operation, which crashes at its n-th page write; false when it got through before.
template <class Operation>
bool crashes_at(uint64_t n, StoredIndex& index, Operation operation) {
    index.pages().crash_after(n);
    bool crashed = false;
    try {
        operation(index);
    } catch (const Crash&) {
        crashed = true;
    }
    index.pages().never_crash();
    return crashed;
}

class StoreCrash : public ::testing::TestWithParam<Variant> {
protected:
    StoreCrash() : profile(profile_of(GetParam())), base(profile, kRows + 20, 2) {}

    StoredIndex filled() const {
        StoredIndex index(profile);
        for (uint32_t row = 0; row < kRows; ++row) index.insert(base.record(row), tid_of(row));
        return index;
    }

    // before: `operation` adds at most the TID `key`. Returns after how many writes it got through.
    uint64_t interrupt(const StoredIndex& start, const std::function<void(StoredIndex&)>& operation,
                       uint64_t key) {
        const GraphFacts before = check_graph(start);
        for (uint64_t n = 1;; ++n) {
            SCOPED_TRACE(n);
            StoredIndex index = start;
            const bool crashed = crashes_at(n, index, operation);
            const uint64_t writes = index.pages().counts().commits;

            const GraphFacts after = check_graph(index, Chains::incomplete);
            for (const uint64_t tid : before.tids) EXPECT_TRUE(after.tids.contains(tid));
            for (const uint64_t tid : after.tids)
                EXPECT_TRUE(before.tids.contains(tid) || tid == key);
            for (const page::NodeId id : after.unreached)
                EXPECT_TRUE(before.unreached.contains(id) || !before.row_of_node.contains(id));
            // A first node is no part of the index before the metapage says so.
            const bool empty = index.meta().entry == page::kNoNode;
            EXPECT_EQ(keys_of(index.scan(base, 0, 10, Widen::yes)),
                      empty ? std::set<uint64_t>{} : after.tids);

            // Life goes on.
            for (uint32_t row = kRows; row < kRows + 5; ++row)
                index.insert(base.record(row), tid_of(row));
            const GraphFacts later = check_graph(index, Chains::incomplete);
            EXPECT_EQ(later.tids.size(), after.tids.size() + 5);
            EXPECT_EQ(keys_of(index.scan(base, 1, 10, Widen::yes)), later.tids);
            if (!crashed || HasFailure()) return writes;
        }
    }

    uint64_t interrupt_insert(const StoredIndex& start, uint32_t data_row, page::HeapTid tid) {
        return interrupt(
            start, [&](StoredIndex& index) { index.insert(base.record(data_row), tid); },
            key_of(tid));
    }

    const page::Profile profile;
    const Vectors base;
};

INSTANTIATE_TEST_SUITE_P(nodes, StoreCrash, ::testing::Values(kSmall, kSpanning, kSparse),
                         variant_name);

TEST_P(StoreCrash, first_node) {
    const uint32_t row = row_of_level(2, 100);
    EXPECT_GE(interrupt_insert(StoredIndex(profile), 10, tid_of(row)), 6u);
}

TEST_P(StoreCrash, ordinary_insertion) {
    EXPECT_GE(interrupt_insert(filled(), kRows + 10, tid_of(kRows + 10)), 3u);
}

TEST_P(StoreCrash, insertion_on_a_new_top_level) {
    const StoredIndex start = filled();
    const uint32_t row = row_of_level(start.meta().entry_level + 1u, kRows + 100);
    EXPECT_GE(interrupt_insert(start, kRows + 10, tid_of(row)), 6u);
}

TEST_P(StoreCrash, duplicate_into_the_node) {
    EXPECT_EQ(interrupt_insert(filled(), 7, tid_of(7, 2)), 1u);
}

TEST_P(StoreCrash, duplicate_into_a_new_chunk) {
    StoredIndex start = filled();
    for (uint16_t copy = 2; copy <= 10; ++copy) start.insert(base.record(7), tid_of(7, copy));
    // The next one starts the second chunk, on the page that the first is on.
    EXPECT_EQ(interrupt_insert(start, 7, tid_of(7, 11)), 2u);
    // The first chunk of all: a new page, the metapage, the node.
    StoredIndex other = filled();
    other.insert(base.record(7), tid_of(7, 2));
    EXPECT_EQ(interrupt_insert(other, 7, tid_of(7, 3)), 3u);
}

TEST_P(StoreCrash, vacuum) {
    StoredIndex start = filled();
    for (uint32_t row = 0; row < 6; ++row) {
        for (uint16_t copy = 2; copy <= 25; ++copy)
            start.insert(base.record(row), tid_of(row, copy));
    }
    const std::set<uint64_t> all = check_graph(start).tids;
    const auto is_dead = [](page::HeapTid tid) {
        return row_of(tid) < 3 || row_of(tid) % 2 == 0 || tid.offset % 2 == 0;
    };
    std::set<uint64_t> living;
    for (uint32_t row = 0; row < kRows; ++row) {
        for (uint16_t copy = 1; copy <= 25; ++copy) {
            const page::HeapTid tid = tid_of(row, copy);
            if (all.contains(key_of(tid)) && !is_dead(tid)) living.insert(key_of(tid));
        }
    }
    for (uint64_t n = 1;; ++n) {
        SCOPED_TRACE(n);
        StoredIndex index = start;
        const bool crashed = crashes_at(n, index, [&](StoredIndex& i) { i.vacuum(is_dead); });
        // A node whose chain died before its page was written is live without a TID for now, which
        // the next vacuum sets right.
        const std::set<uint64_t> left = keys_of(index.scan(base, 0, 10, Widen::yes));
        for (const uint64_t tid : living) EXPECT_TRUE(left.contains(tid));
        for (const uint64_t tid : left) EXPECT_TRUE(all.contains(tid));
        index.vacuum(is_dead);
        EXPECT_EQ(check_graph(index).tids, living);
        EXPECT_EQ(keys_of(index.scan(base, 0, 10, Widen::yes)), living);
        if (!crashed || HasFailure()) {
            EXPECT_GT(n, 10u);
            break;
        }
    }
}

// All of a vacuum: removed TIDs, closed gaps, freed slots, records and chunks.
class StoreVacuumCrash : public StoreCrash {
protected:
    using IsDead = StoredIndex::IsDead;

    // Rows with chains of heap TIDs.
    StoredIndex with_chains() const {
        StoredIndex index = filled();
        for (uint32_t row = 0; row < 6; ++row) {
            for (uint16_t copy = 2; copy <= 25; ++copy)
                index.insert(base.record(row), tid_of(row, copy));
        }
        return index;
    }

    static std::set<uint64_t> living_in(const StoredIndex& index, const IsDead& is_dead) {
        std::set<uint64_t> living;
        for (const uint64_t key : check_graph(index).tids) {
            const page::HeapTid tid = {static_cast<uint16_t>(key >> 32),
                                       static_cast<uint16_t>(key >> 16),
                                       static_cast<uint16_t>(key)};
            if (!is_dead(tid)) living.insert(key);
        }
        return living;
    }

    // What a crash left: nothing that lives is lost, life goes on, and the next vacuum finishes the
    // work.
    void recover(StoredIndex& index, const std::set<uint64_t>& living, const IsDead& is_dead) {
        const std::set<uint64_t> left = keys_of(index.scan(base, 0, 10, Widen::yes));
        for (const uint64_t tid : living) EXPECT_TRUE(left.contains(tid));
        std::set<uint64_t> expected = living;
        for (uint32_t row = kRows; row < kRows + 10; ++row) {
            index.insert(base.record(row), tid_of(row));
            if (!is_dead(tid_of(row))) expected.insert(key_of(tid_of(row)));
        }
        index.vacuum_all(is_dead);
        const GraphFacts facts = check_graph(index);
        EXPECT_EQ(facts.dead, 0u);
        EXPECT_TRUE(facts.unreached.empty());
        EXPECT_EQ(facts.tids, expected);
        EXPECT_EQ(keys_of(index.scan(base, 0, 10, Widen::yes)), facts.tids);
        for (const store::Finding& f : index.findings())
            ADD_FAILURE() << store::finding_name(f.code) << ": " << f.detail;
    }
};

INSTANTIATE_TEST_SUITE_P(nodes, StoreVacuumCrash, ::testing::Values(kSmall, kSpanning),
                         variant_name);

TEST_P(StoreVacuumCrash, after_every_write) {
    const StoredIndex start = with_chains();
    const IsDead is_dead = [](page::HeapTid tid) {
        return row_of(tid) % 3 == 0 || (row_of(tid) == 1 && tid.offset % 20 > 8);
    };
    const std::set<uint64_t> living = living_in(start, is_dead);
    for (uint64_t n = 1;; ++n) {
        SCOPED_TRACE(n);
        StoredIndex index = start;
        const bool crashed = crashes_at(n, index, [&](StoredIndex& i) { i.vacuum_all(is_dead); });
        recover(index, living, is_dead);
        if (!crashed || HasFailure()) {
            EXPECT_GT(n, 20u);
            break;
        }
    }
}

// Each of the points, even where two of them have no write in between.
TEST_P(StoreVacuumCrash, at_every_point) {
    StoredIndex start = with_chains();
    // The entry node dies, whichever row it is.
    const page::Meta meta = start.meta();
    const page::Layouts layouts = page::layouts(profile);
    const page::SlotLayout& layout = layouts.of(page::kind_of_layer(meta.entry_level));
    const page::SlotHeader& entry =
        page::slot_of(start.pages().bytes(page::block_of(meta.entry, layout)), meta.entry, layout)
            .header();
    const uint32_t entry_row = check_graph(start).row_of_node.at(
        meta.entry_level == 0 ? meta.entry : page::base_of(entry));
    const IsDead is_dead = [entry_row](page::HeapTid tid) {
        return row_of(tid) % 3 == 2 || row_of(tid) == entry_row ||
               (row_of(tid) < 2 && tid.offset % 20 > 8);
    };
    const std::set<uint64_t> living = living_in(start, is_dead);
    const page::BlockId zero = start.pages().extend(page::PageKind::base, [](std::byte*) {});
    std::memset(start.pages().bytes(zero), 0, page::kPageSize);

    int points = 0;
    for (int i = 0; i < store::kPoints; ++i) {
        const std::string name = store::kPointNames[i];
        SCOPED_TRACE(name);
        // The server's own: before, between and after the calls of the parts.
        static const std::set<std::string> around = {"vacuum_begun", "vacuum_page", "vacuum_done",
                                                     "vacuum_cleanup"};
        if (!name.starts_with("vacuum_") || around.contains(name)) continue;
        StoredIndex index = start;
        index.pages().crash_at(static_cast<store::Point>(i));
        EXPECT_THROW(index.vacuum_all(is_dead), Crash) << "the point is not reached";
        index.pages().never_crash();
        recover(index, living, is_dead);
        points++;
    }
    EXPECT_GE(points, 16);
}

}  // namespace
}  // namespace quiver::test

// Nodes that span pages: vectors of the largest dimensions, slots that are used again, and other
// backends between any two of the pages of a node.
#include "quiver/store/tails.hpp"

#include "support/store_test.hpp"

namespace quiver::test {
namespace {

const Variant kSpanning{"tails", page::Metric::l2, page::Own::i8, 16, 4, 16, page::OwnPlace::tails};

std::string findings(StoredIndex& index) {
    std::string all;
    for (const store::Finding& f : index.findings())
        if (!store::is_warning(f.code)) all += std::string(f.detail) + "; ";
    return all;
}

size_t tail_pages(const StoredIndex& index) {
    size_t count = 0;
    for (page::BlockId block = 1; block < index.pages().blocks(); ++block)
        count += page::special_of(index.pages().bytes(block)).kind == page::PageKind::tail;
    return count;
}

class LargeVectors : public ::testing::TestWithParam<Variant> {};
INSTANTIATE_TEST_SUITE_P(
    limits, LargeVectors,
    ::testing::Values(Variant{"vector_in_slot", page::Metric::l2, page::Own::f16, 2500},
                      Variant{"vector_in_one_tail", page::Metric::cosine, page::Own::f16, 5000},
                      Variant{"vector_in_two_tails", page::Metric::l2, page::Own::f16, 16000},
                      Variant{"long_lists", page::Metric::l2, page::Own::f16, 4000, 100, 200},
                      Variant{"l1", page::Metric::l1, page::Own::f16, 16000},
                      Variant{"bits", page::Metric::hamming, page::Own::bits, 64000}),
    variant_name);

TEST_P(LargeVectors, are_built_inserted_and_found_in_order) {
    StoredIndex index(GetParam());
    const uint32_t rows = GetParam().dims == 16000 ? 24 : 60;  // edges take their time
    const Vectors base(index.profile(), rows, 2);
    index.build(base, rows / 2);
    for (uint32_t row = rows / 2; row < rows; ++row) index.insert(base.record(row), tid_of(row));
    EXPECT_EQ(check_graph(index).tids.size(), rows);
    EXPECT_EQ(findings(index), "");
    const page::SlotLayout layout = page::layouts(index.profile()).base;
    EXPECT_EQ(tail_pages(index), rows * layout.tail_parts(layout.own_bytes));

    const Vectors queries(index.profile(), 3, 3);
    for (size_t q = 0; q < queries.count(); ++q) {
        for (const size_t ef : {size_t{40}, size_t{1001}}) {  // by the graph, then by a sweep
            const std::vector<Hit> hits = index.scan(queries, q, ef, Widen::yes);
            ASSERT_EQ(keys_of(hits).size(), rows);
            for (size_t i = 0; i < hits.size(); ++i) {
                const double d =
                    distance(index.profile(), queries, q, base.record(row_of(hits[i].tid)));
                ASSERT_NEAR(hits[i].distance, d, 1e-4 * (1 + std::fabs(d)));
                if (i == 0 || hits[i].round != hits[i - 1].round) continue;
                ASSERT_GE(hits[i].distance, hits[i - 1].distance);
            }
        }
        const double tenth = kth_distance(index.profile(), queries, q, base, rows, 10);
        size_t near = 0;
        for (const Hit& hit : index.scan(queries, q, 40, Widen::no, 10))
            near += hit.distance <= tenth + 1e-4 * std::fabs(tenth);
        EXPECT_GE(near, 9u);
    }
}

// What rounding took is never more than the record says.
TEST_P(LargeVectors, error_is_an_upper_bound) {
    const page::Profile profile = profile_of(GetParam());
    const Vectors base(profile, 10, 2);
    if (profile.own == page::Own::bits) GTEST_SKIP() << "bit strings are not rounded";
    for (size_t row = 0; row < base.count(); ++row) {
        double lost = 0;
        for (size_t i = 0; i < profile.dims; ++i) {
            const double d = base.floats(row)[i] - element(profile, base.record(row), i);
            lost += profile.metric == page::Metric::l1 ? std::fabs(d) : d * d;
        }
        const double norm = profile.metric == page::Metric::l1 ? lost : std::sqrt(lost);
        const double error = store::own_error(profile, base.record(row));
        EXPECT_LE(norm, error);
        EXPECT_GE(norm * 1.001, error);
    }
}

TEST(RoundedVectors, of_extreme_numbers_are_finite_and_bounded) {
    const page::Profile profile =
        profile_of({"", page::Metric::l2, page::Own::i8, 4, 4, 16, page::OwnPlace::slot});
    const std::vector<std::vector<float>> all = {{3.4e38f, -3.4e38f, 0, 1},
                                                 {1e-45f, 0, 0, 0},
                                                 {-1e-45f, 1e-45f, 0, 2e-38f},
                                                 {7, 7, 7, 7},
                                                 {0, 0, 0, 0},
                                                 {3.4028235e38f, 3.4028235e38f, 3.4e38f, 3.3e38f}};
    for (const std::vector<float>& v : all) {
        Bytes record(store::own_record_bytes(profile));
        store::write_own(profile, v.data(), record.data());
        double lost = 0;
        for (size_t i = 0; i < v.size(); ++i) {
            const double x = element(profile, record.data(), i);
            ASSERT_TRUE(std::isfinite(x));
            lost += (v[i] - x) * (v[i] - x);
        }
        EXPECT_LE(std::sqrt(lost), store::own_error(profile, record.data()));
    }
}

class Tails : public ::testing::Test {
protected:
    Tails()
        : index(kSpanning), base(index.profile(), 60, 2), layouts(page::layouts(index.profile())) {}

    page::Slot slot(page::NodeId id) {
        return page::slot_of(index.pages().bytes(page::block_of(id, layouts.base)), id,
                             layouts.base);
    }
    // As vacuum does with a record that nothing leads to.
    void free_slot(page::NodeId id) {
        const uint8_t generation = slot(id).header().generation;
        slot(id).header() = {};
        slot(id).header().generation = (generation + 1) & page::kGenerationMask;
    }
    page::NodeId only_node() {
        const GraphFacts facts = check_graph(index);
        EXPECT_EQ(facts.row_of_node.size(), 1u);
        return facts.row_of_node.begin()->first;
    }
    void forget_entry() {
        page::Meta& meta = store::meta_of(index.pages().bytes(page::kMetaBlock));
        meta.entry = page::kNoNode;
        meta.entry_level = 0;
    }

    StoredIndex index;
    Vectors base;
    page::Layouts layouts;
};

// tid_of(1) draws level 0.
TEST_F(Tails, stay_with_the_slot) {
    index.insert(base.record(0), tid_of(1));
    const page::NodeId id = only_node();
    const page::TailRef before = slot(id).tail();
    const page::BlockId blocks = index.pages().blocks();
    free_slot(id);
    forget_entry();
    index.insert(base.record(1), tid_of(1));
    EXPECT_EQ(only_node(), id);
    EXPECT_EQ(slot(id).tail().first, before.first);
    EXPECT_EQ(slot(id).tail().generation, before.generation + 1);
    EXPECT_EQ(index.pages().blocks(), blocks);
    EXPECT_EQ(findings(index), "");
}

TEST_F(Tails, of_a_damaged_slot_are_left_alone) {
    index.insert(base.record(0), tid_of(1));
    const page::NodeId id = only_node();
    page::tail_header_of(index.pages().bytes(slot(id).tail().first)).owner = id + 1;
    const page::BlockId blocks = index.pages().blocks();
    free_slot(id);
    forget_entry();
    index.insert(base.record(1), tid_of(1));
    EXPECT_EQ(only_node(), id);
    EXPECT_EQ(index.pages().blocks(), blocks + 1);
}

// Between the slot and its tail, another node takes both.
TEST_F(Tails, of_a_later_node_are_not_taken_for_this_ones) {
    index.insert(base.record(0), tid_of(1));
    const page::NodeId id = only_node();
    HeapArena memory;
    store::NodeReader reader(index.pages(), layouts.base, page::PageKind::base, memory.arena());
    int calls = 0;
    const auto count = [&](page::ConstSlot, const std::byte*) { ++calls; };
    EXPECT_TRUE(reader.read(id, 0, count));
    int accesses = 0;
    index.pages().between([&] {
        if (++accesses != 2) return;
        free_slot(id);
        forget_entry();
        index.insert(base.record(1), tid_of(1));
    });
    EXPECT_FALSE(reader.read(id, 0, count));
    index.pages().between({});
    EXPECT_FALSE(reader.read(id, 0, count));
    EXPECT_EQ(calls, 1);
    EXPECT_TRUE(reader.read(id, 1, count));
}

TEST_F(Tails, of_a_later_node_are_not_overwritten) {
    index.insert(base.record(0), tid_of(1));
    const page::NodeId id = only_node();
    page::TailRef ref = slot(id).tail();
    page::tail_header_of(index.pages().bytes(ref.first)).generation = 5;
    const PageImage before = *reinterpret_cast<PageImage*>(index.pages().bytes(ref.first));
    for (const uint8_t earlier : {4, 0, 5 - 63 + 128}) {
        ref.generation = earlier;
        EXPECT_FALSE(store::write_tails(index.pages(), layouts.base, base.record(1), ref));
    }
    EXPECT_EQ(std::memcmp(before.bytes, index.pages().bytes(ref.first), page::kPageSize), 0);
    ref.generation = 6;
    EXPECT_TRUE(store::write_tails(index.pages(), layouts.base, base.record(1), ref));
}

// An insertion has taken a slot and written nothing that leads to it. In every gap, vacuum frees
// that slot and another insertion takes it.
TEST_F(Tails, of_a_slot_that_is_taken_away) {
    for (uint32_t row = 0; row < 20; ++row) index.insert(base.record(row), tid_of(row));
    int taken_away = 0;
    for (int gap = 1; gap < 60; ++gap) {
        SCOPED_TRACE(gap);
        StoredIndex copy(index);
        const auto claimed = [&]() -> page::SlotHeader* {
            for (page::BlockId block = 1; block < copy.pages().blocks(); ++block) {
                std::byte* const bytes = copy.pages().bytes(block);
                if (page::special_of(bytes).kind != page::PageKind::base) continue;
                for (uint32_t i = 0; i < layouts.base.per_page; ++i) {
                    page::SlotHeader& header = page::slot_of(bytes, i, layouts.base).header();
                    if (header.state == page::SlotState::dead) return &header;
                }
            }
            return nullptr;
        };
        int accesses = 0;
        copy.pages().between([&] {
            if (++accesses != gap) return;
            page::SlotHeader* const header = claimed();
            if (header == nullptr) return;
            ++taken_away;
            *header = {};
            header->generation = 1;
            copy.insert(base.record(31), tid_of(31));
        });
        const int before = taken_away;
        copy.insert(base.record(30), tid_of(30));
        copy.pages().between({});
        const GraphFacts facts = check_graph(copy);
        EXPECT_EQ(facts.tids.size(), 21u + (taken_away - before));
        EXPECT_TRUE(facts.tids.contains(key_of(tid_of(30))));
        EXPECT_EQ(facts.dead, 0u);
        EXPECT_EQ(findings(copy), "");
        EXPECT_EQ(keys_of(copy.scan(base, 0, 10, Widen::yes)), facts.tids);
    }
    EXPECT_GE(taken_away, 2);
}

}  // namespace
}  // namespace quiver::test

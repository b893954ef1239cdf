// Scans: what they hand out, in which order, and that nothing is missing at the end.
#include <cmath>  // std::fabs

#include "support/store_test.hpp"

namespace quiver::test {
namespace {

class StoreScan : public StoreTest {};
QUIVER_INSTANTIATE_PER_MODEL(StoreScan);

std::set<uint64_t> expected_keys(uint32_t rows, int (*copies)(uint32_t)) {
    std::set<uint64_t> keys;
    for (uint32_t row = 0; row < rows; ++row) {
        for (uint16_t copy = 1; copy <= copies(row); ++copy) keys.insert(key_of(tid_of(row, copy)));
    }
    return keys;
}
int one(uint32_t) { return 1; }
// Enough chunks that chains cross page boundaries: 300 rows have about 700.
int some(uint32_t row) { return row % 3 == 0 ? 1 : 1 + static_cast<int>(row * 7 % 40); }

void expect_order(const StoredIndex& index, const Vectors& queries, size_t q, const Vectors& base,
                  const std::vector<Hit>& hits) {
    for (size_t i = 0; i < hits.size(); ++i) {
        const double d = distance(index.profile(), queries, q, base.record(row_of(hits[i].tid)));
        ASSERT_NEAR(hits[i].distance, d, 1e-4 * (1 + std::fabs(d))) << "not the exact distance";
        if (i == 0 || hits[i].round != hits[i - 1].round) continue;
        ASSERT_GE(hits[i].distance, hits[i - 1].distance) << "at " << i;
    }
}

TEST_P(StoreScan, is_in_order_of_exact_distance_within_a_round) {
    const Vectors base = vectors(500);
    index.build(base, base.count());
    for (size_t q = 0; q < 5; ++q) {
        const std::vector<Hit> hits = index.scan(queries, q, 20, Widen::yes);
        ASSERT_EQ(hits.size(), base.count());
        expect_order(index, queries, q, base, hits);
        EXPECT_GT(hits.back().round, 2u);
    }
}

TEST_P(StoreScan, drained_returns_every_tid_once) {
    const Vectors base = vectors(300);
    index.build(base, base.count(), some);
    const std::set<uint64_t> all = expected_keys(300, some);
    EXPECT_EQ(check_graph(index).tids, all);
    EXPECT_EQ(keys_of(index.scan(queries, 0, 10, Widen::yes)), all);
    EXPECT_EQ(keys_of(index.scan(queries, 1, 400, Widen::yes, SIZE_MAX, 7)), all);
}

TEST_P(StoreScan, drained_returns_every_tid_of_insertions_once) {
    const Vectors base = vectors(120);
    for (uint16_t copy = 1; copy <= 40; ++copy) {
        for (uint32_t row = 0; row < base.count(); ++row) {
            if (copy <= some(row)) index.insert(base.record(row), tid_of(row, copy));
        }
    }
    const std::set<uint64_t> all = expected_keys(120, some);
    const GraphFacts facts = check_graph(index);
    EXPECT_EQ(facts.tids, all);
    EXPECT_EQ(facts.live, base.count()) << "equal vectors share a node";
    EXPECT_EQ(keys_of(index.scan(queries, 0, 10, Widen::yes)), all);
}

TEST_P(StoreScan, that_does_not_widen_stops) {
    const Vectors base = vectors(800);
    index.build(base, base.count());
    const std::vector<Hit> hits = index.scan(queries, 0, 10, Widen::no);
    EXPECT_GE(hits.size(), 10u);
    EXPECT_LT(hits.size(), base.count() / 2);
    EXPECT_EQ(hits.back().round, 1u);
    keys_of(hits);
}

// What a search of 10 saw beyond its 10 nearest comes with the next round, among what that finds.
TEST_P(StoreScan, holds_back_what_a_round_does_not_stand_for) {
    const Vectors base = vectors(800);
    index.build(base, base.count());
    const std::vector<Hit> hits = index.scan(queries, 0, 10, Widen::yes, 30);
    ASSERT_EQ(hits.size(), 30u);
    EXPECT_EQ(hits[9].round, 1u);
    for (size_t i = 10; i < hits.size(); ++i) EXPECT_EQ(hits[i].round, 2u);
}

// However little fits into memory at once.
TEST_P(StoreScan, sweeps_in_parts_lose_and_repeat_nothing) {
    const Vectors base = vectors(200);
    index.build(base, base.count());
    for (const size_t room : {1, 3, 1000})
        EXPECT_EQ(keys_of(index.scan(queries, 2, 1001, Widen::yes, SIZE_MAX, room)),
                  expected_keys(200, one));
}

// A node that lost its way in is found by the sweep.
TEST_P(StoreScan, finds_what_the_graph_cannot) {
    const Vectors base = vectors(60);
    index.build(base, base.count());
    index.pages().modify(page::kMetaBlock, [](std::byte* bytes) {
        store::meta_of(bytes).entry_generation ^= 1;  // stale
        return store::Commit::yes;
    });
    EXPECT_TRUE(index.scan(queries, 0, 40, Widen::no).empty());
    EXPECT_EQ(keys_of(index.scan(queries, 0, 40, Widen::yes)), expected_keys(60, one));
}

// inf - inf in an inner product is no number, and must not break the order of the others.
TEST(StoreScanNumbers, overflow_is_far_away) {
    StoredIndex index(Variant{"", page::Metric::inner_product, page::Own::f32, 2});
    Vectors base(index.profile(), 60, 2);
    base.add({3e38f, 3e38f});
    base.add({-3e38f, 3e38f});
    for (uint32_t row = 0; row < base.count(); ++row) index.insert(base.record(row), tid_of(row));
    Vectors queries(index.profile(), 0, 3);
    queries.add({3e38f, -3e38f});
    const std::vector<Hit> hits = index.scan(queries, 0, 10, Widen::yes);
    EXPECT_EQ(keys_of(hits).size(), base.count());
    for (const Hit& hit : hits) EXPECT_FALSE(std::isnan(hit.distance));
}

// A damaged page may claim more edges than a list has.
TEST(StoreScanNumbers, bit_estimates_stay_within_the_list) {
    StoredIndex index(Variant{"", page::Metric::hamming, page::Own::bits, 256});
    const Vectors base(index.profile(), 100, 2);
    index.build(base, base.count());
    const page::Layouts layouts = page::layouts(index.profile());
    for (page::BlockId block = 1; block < index.pages().blocks(); ++block) {
        std::byte* const bytes = index.pages().bytes(block);
        if (page::special_of(bytes).kind != page::PageKind::base) continue;
        for (uint32_t i = 0; i < layouts.base.per_page; ++i)
            page::slot_of(bytes, i, layouts.base).header().edge_count = 255;
    }
    EXPECT_EQ(index.scan(base, 0, 100, Widen::yes).size(), base.count());
}

// Two vectors that round alike share a node only if rounding took as much from both.
TEST(StoreScanNumbers, a_node_has_one_rounding_error) {
    StoredIndex index(Variant{"", page::Metric::l2, page::Own::f16, 100});
    Vectors base(index.profile(), 0, 2);
    std::vector<float> v(100, 1.0f);
    base.add(v);
    v[3] = 1.0001f;
    base.add(v);
    base.add(v);
    for (uint32_t row = 0; row < 3; ++row) index.insert(base.record(row), tid_of(row));
    EXPECT_EQ(check_graph(index).live, 2u);
    EXPECT_EQ(index.scan(base, 0, 10, Widen::yes).size(), 3u);
}

}  // namespace
}  // namespace quiver::test

// An index from a graph in memory, and one from insertions only: the same structure, nearly the
// same recall.
#include "support/store_test.hpp"

namespace quiver::test {
namespace {

constexpr size_t kRows = 800;
constexpr size_t kWanted = 10;

class StoreBuild : public StoreTest {
protected:
    double recall(const Vectors& base, size_t ef) {
        const auto kth = kth_distances(index.profile(), queries, base, base.count(), kWanted);
        return test::recall(index, queries, base, kth, kWanted, ef);
    }
};

QUIVER_INSTANTIATE_PER_MODEL(StoreBuild);

TEST_P(StoreBuild, from_a_graph) {
    const Vectors base = vectors(kRows);
    index.build(base, kRows);
    const GraphFacts facts = check_graph(index);
    EXPECT_EQ(facts.live, kRows);
    EXPECT_EQ(facts.tids.size(), kRows);
    EXPECT_TRUE(facts.unreached.empty());
    EXPECT_EQ(facts.edges, kRows * 2 * index.profile().m) << "lists are filled";
    EXPECT_EQ(index.meta().base_nodes, facts.live);
    EXPECT_EQ(index.meta().upper_nodes, facts.upper);
    EXPECT_GE(recall(base, 40), 0.97);
}

TEST_P(StoreBuild, by_insertion) {
    const Vectors base = vectors(kRows);
    insert(base, 0, kRows);
    const GraphFacts facts = check_graph(index);
    EXPECT_EQ(facts.live, kRows);
    EXPECT_EQ(facts.tids.size(), kRows);
    EXPECT_GE(facts.edges, kRows * 2 * index.profile().m * 95 / 100);
    EXPECT_GT(facts.fillers, 0u);
    EXPECT_LT(facts.fillers, facts.edges);
    // Short vectors have no neighbours in inner product space that would rather have them, nor have
    // sparse ones with many elements, to which those with few are nearer.
    const bool rarely_wanted = index.profile().metric == page::Metric::inner_product ||
                               index.profile().own == page::Own::sparse;
    EXPECT_LE(facts.unreached.size(), rarely_wanted ? kRows / 20 : kRows / 200);
    EXPECT_GE(recall(base, 40), 0.95);
}

TEST_P(StoreBuild, insertion_continues_a_build) {
    const Vectors base = vectors(kRows);
    index.build(base, kRows / 2);
    insert(base, kRows / 2, kRows);
    const GraphFacts facts = check_graph(index);
    EXPECT_EQ(facts.tids.size(), kRows);
    EXPECT_GE(recall(base, 40), 0.95);
}

// Long vectors beside short ones: a code is made from rotated vectors that are rounded to 16 bits,
// and what that adds to a product with the owner must not count beside the edge.
TEST(StoreCodes, of_lengths_far_apart_are_as_good_as_exact_ones) {
    constexpr uint32_t kDims = 64;
    StoredIndex index(Variant{"", page::Metric::inner_product, page::Own::f16, kDims});
    Vectors base(index.profile(), 0, 0);
    Rng rng(7);
    for (size_t i = 0; i < 6000; ++i) {
        Rng direction(mix64(rng.next() % 40));
        std::vector<float> v(kDims);
        double squares = 0;
        for (float& x : v) {
            x = static_cast<float>(direction.uniform() - 0.5 + 0.12 * (rng.uniform() - 0.5));
            squares += static_cast<double>(x) * x;
        }
        const auto length = static_cast<float>(std::pow(10, rng.uniform()) / std::sqrt(squares));
        for (float& x : v) x *= length;
        base.add(v);
    }
    index.build(base, base.count());
    EXPECT_EQ(check_graph(index).live, base.count());
}

// m = 100 is the largest: 200 edges in lists padded to 208.
TEST(StoreLists, the_longest_fit) {
    StoredIndex index(Variant{"", page::Metric::l2, page::Own::f32, 8, 100, 200});
    const Vectors base(index.profile(), 600, 2);
    for (uint32_t row = 0; row < base.count(); ++row) index.insert(base.record(row), tid_of(row));
    const GraphFacts facts = check_graph(index);
    EXPECT_GE(facts.edges, base.count() * 200 * 80 / 100);
    EXPECT_TRUE(facts.unreached.empty());
}

// m = 2 is the smallest.
TEST(StoreLists, the_shortest_hold_together) {
    StoredIndex index(Variant{"", page::Metric::l2, page::Own::f16, 16, 2, 20});
    const Vectors base(index.profile(), 500, 2);
    for (uint32_t row = 0; row < base.count(); ++row) index.insert(base.record(row), tid_of(row));
    const GraphFacts facts = check_graph(index);
    EXPECT_GE(index.meta().entry_level, 2);
    EXPECT_GT(facts.upper, base.count() / 20);
    const Vectors queries(index.profile(), 1, 3);
    EXPECT_EQ(keys_of(index.scan(queries, 0, 10, Widen::yes)), facts.tids);
}

TEST(StoreLists, an_empty_index_is_written_and_scanned) {
    StoredIndex index(variants()[0]);
    const Vectors none(index.profile(), 1, 2);
    index.build(none, 0);
    EXPECT_EQ(index.pages().blocks(), 1u);
    EXPECT_EQ(index.meta().entry, page::kNoNode);
    EXPECT_TRUE(index.scan(none, 0, 40, Widen::yes).empty());
}

}  // namespace
}  // namespace quiver::test

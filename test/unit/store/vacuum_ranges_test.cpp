// A vacuum whose memory does not hold what there is to know of all nodes works range by range. The
// lists it chooses anew for one range must not take from another what was put right there.
#include <string>  // std::to_string

#include "support/store_test.hpp"

namespace quiver::test {
namespace {

constexpr uint32_t kRows = 1200;
constexpr uint32_t kStay = 800;
constexpr size_t kQueries = 400;
constexpr size_t kWanted = 10;
constexpr size_t kEf = 40;

class StoreVacuumRanges : public ::testing::TestWithParam<Variant> {
protected:
    StoreVacuumRanges()
        : profile(profile_of(GetParam())),
          base(profile, kRows, 2),
          queries(profile, kQueries, 3),
          kth(kth_distances(profile, queries, base, kStay, kWanted)) {}

    // Memory for the table of a range, when there are so many (liveness.hpp takes half of it).
    size_t memory_for(const StoredIndex& index, uint32_t ranges) const {
        const page::Layouts layouts = page::layouts(profile);
        const size_t per_block = size_t{2} * layouts.base.per_page + layouts.upper.per_page;
        return 2 * per_block * (index.pages().blocks() / ranges + 1);
    }

    double recall(StoredIndex& index) const {
        return test::recall(index, queries, base, kth, kWanted, kEf);
    }

    const page::Profile profile;
    const Vectors base;
    const Vectors queries;
    const std::vector<double> kth;
};

// What only lists that are chosen anew can lose shows where few lists name a node.
const std::vector<Variant>& in_ranges() {
    static const std::vector<Variant> all = {
        {"f16_l2", page::Metric::l2, page::Own::f16, 100, 8, 32},
        {"f32_ip", page::Metric::inner_product, page::Own::f32, 10, 8, 32},
        {"bit_hamming", page::Metric::hamming, page::Own::bits, 256, 8, 32},
    };
    return all;
}
INSTANTIATE_TEST_SUITE_P(models, StoreVacuumRanges, ::testing::ValuesIn(in_ranges()), variant_name);

TEST_P(StoreVacuumRanges, leave_an_index_like_a_fresh_one) {
    StoredIndex fresh(profile);
    fresh.build(base, kStay);
    const double expected = recall(fresh);
    std::set<uint64_t> live;
    for (uint32_t row = 0; row < kStay; ++row) live.insert(key_of(tid_of(row)));

    for (const uint32_t built : {0u, kRows / 2}) {
        StoredIndex before(profile);
        before.build(base, built);
        for (uint32_t row = built; row < kRows; ++row) before.insert(base.record(row), tid_of(row));
        for (const uint32_t ranges : {2u, 8u}) {
            SCOPED_TRACE(std::to_string(built) + " built, ranges: " + std::to_string(ranges));
            StoredIndex index(before.pages());
            index.vacuum_all([](page::HeapTid tid) { return row_of(tid) >= kStay; },
                             memory_for(index, ranges));
            const GraphFacts facts = check_graph(index);
            EXPECT_EQ(facts.tids, live);
            EXPECT_EQ(facts.dead, 0u);
            EXPECT_EQ(facts.unreached.size(), 0u);
            EXPECT_EQ(index.findings().size(), 0u);
            EXPECT_EQ(keys_of(index.scan(queries, 0, kEf, Widen::yes)), live);
            EXPECT_GE(recall(index), expected - 0.01);
        }
    }
}

}  // namespace
}  // namespace quiver::test

// Rows that are replaced again and again: the index stays as good, and as small, as a fresh one.
#include <cstdio>   // std::printf
#include <cstdlib>  // std::getenv

#include "support/store_test.hpp"

namespace quiver::test {
namespace {

constexpr uint32_t kRows = 2000;
constexpr size_t kQueries = 1000;
constexpr size_t kWanted = 10;
constexpr uint32_t kParts = 10;  // of a turnover
// Half of it is promised; so small an index and another instruction set may differ by the rest.
// With gaps filled by the nearest alone, all of these lose 7 to 13 points.
constexpr double kLoss = 0.01;

// How often every row is replaced; ten times is what is promised.
int turnovers() {
    const char* number = std::getenv("QUIVER_TURNOVERS");
    return number != nullptr ? std::atoi(number) : 1;
}

const std::vector<Variant>& churned() {
    static const std::vector<Variant> all = {
        {"f16_l2", page::Metric::l2, page::Own::f16, 100, 8, 32},
        {"f16_cosine", page::Metric::cosine, page::Own::f16, 130, 8, 32},
        {"bit_hamming", page::Metric::hamming, page::Own::bits, 256, 8, 32},
        {"f32_l1", page::Metric::l1, page::Own::f32, 24, 8, 32},
    };
    return all;
}

class StoreChurn : public ::testing::TestWithParam<Variant> {
protected:
    StoreChurn()
        : profile(profile_of(GetParam())),
          base(profile, kRows, 2),
          queries(profile, kQueries, 3),
          kth(kth_distances(profile, queries, base, kRows, kWanted)) {}

    double recall(StoredIndex& index, size_t ef) const {
        return test::recall(index, queries, base, kth, kWanted, ef);
    }

    const page::Profile profile;
    const Vectors base;
    const Vectors queries;
    const std::vector<double> kth;
};

INSTANTIATE_TEST_SUITE_P(models, StoreChurn, ::testing::ValuesIn(churned()), variant_name);

TEST_P(StoreChurn, leaves_an_index_as_it_was) {
    StoredIndex index(profile);
    index.build(base, kRows);
    constexpr size_t kBeams[] = {10, 20, 40};
    double fresh[std::size(kBeams)];
    for (size_t i = 0; i < std::size(kBeams); ++i) fresh[i] = recall(index, kBeams[i]);
    const page::BlockId blocks = index.pages().blocks();

    for (int turnover = 0; turnover < turnovers(); ++turnover) {
        // Other parts each time.
        const auto part_of = [&](uint32_t row) {
            return mix64(uint64_t{row} << 8 | static_cast<unsigned>(turnover)) % kParts;
        };
        const auto copy = static_cast<uint16_t>(turnover + 2);
        for (uint32_t part = 0; part < kParts; ++part) {
            index.vacuum_all([&](page::HeapTid tid) {
                return tid.offset != copy && part_of(row_of(tid)) == part;
            });
            for (uint32_t row = 0; row < kRows; ++row)
                if (part_of(row) == part) index.insert(base.record(row), tid_of(row, copy));
        }
    }
    for (size_t i = 0; i < std::size(kBeams); ++i) {
        const double now = recall(index, kBeams[i]);
        std::printf("ef %zu: %.4f, fresh %.4f\n", kBeams[i], now, fresh[i]);
        EXPECT_GE(now, fresh[i] - kLoss) << "ef " << kBeams[i];
    }
    EXPECT_LE(index.pages().blocks(), blocks * 11 / 10);
    // A vacuum with nothing to delete mends what insertions left.
    index.vacuum_all([](page::HeapTid) { return false; });
    const GraphFacts facts = check_graph(index);
    EXPECT_EQ(facts.live, kRows);
    EXPECT_EQ(facts.tids.size(), kRows);
    EXPECT_TRUE(facts.unreached.empty());
}

}  // namespace
}  // namespace quiver::test

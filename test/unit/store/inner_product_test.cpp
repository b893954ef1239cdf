// Inner products of vectors that differ in length: the longest are near all others, so lists lead
// to few nodes, and estimates are of vectors that are far from their neighbours. What lies beside
// the longest is an answer to some queries and must not be hidden by these, so that a wide beam
// finds nearly all. And of vectors of one length that lie close together, as models make them,
// whose products hardly differ.
#include "support/store_test.hpp"

namespace quiver::test {
namespace {

constexpr size_t kWanted = 10;
constexpr size_t kEf = 12;
constexpr size_t kWideEf = 80;

enum class Come : uint8_t { built, inserted, both };
enum class Lengths : uint8_t { differ, same };

struct Case {
    const char* name;
    page::Own own;
    uint32_t dims;
    size_t rows;
    Come come;
    double recall;
    double wide;  // with kWideEf
    Lengths lengths = Lengths::differ;
    friend void PrintTo(const Case& c, std::ostream* out) { *out << c.name; }
};

class InnerProduct : public ::testing::TestWithParam<Case> {
protected:
    InnerProduct()
        : index(Variant{GetParam().name, page::Metric::inner_product, GetParam().own,
                        GetParam().dims}),
          base(index.profile(), 0, 0),
          queries(index.profile(), 0, 0) {
        Rng rng(5);
        for (size_t i = 0; i < GetParam().rows; ++i)
            base.add(vector(rng, 1 + 2 * static_cast<float>(rng.uniform())));
        for (size_t i = 0; i < 100; ++i) queries.add(vector(rng, 1));
        const auto rows = static_cast<uint32_t>(base.count());
        const uint32_t built = GetParam().come == Come::built  ? rows
                               : GetParam().come == Come::both ? rows / 2
                                                               : 0;
        if (built > 0) index.build(base, built);
        for (uint32_t row = built; row < rows; ++row) index.insert(base.record(row), tid_of(row));
    }

    // Few coordinates: anywhere in the unit cube, for the longest in no direction are the same as
    // in another one. Many: near one of some directions, `length` long;
    // or all of one length, and these directions not far from each other.
    std::vector<float> vector(Rng& rng, float length) {
        std::vector<float> v(index.profile().dims);
        if (v.size() < 16) {
            for (float& x : v) x = static_cast<float>(rng.uniform());
            return v;
        }
        Rng direction(mix64(rng.next() % 40));
        const bool same = GetParam().lengths == Lengths::same;
        const double common = same ? 1 : 0;
        if (same) length = 1;
        double squares = 0;
        for (float& x : v) {
            x = static_cast<float>(common + direction.uniform() - 0.5 +
                                   1.2 * (rng.uniform() - 0.5));
            squares += static_cast<double>(x) * x;
        }
        for (float& x : v) x *= length / static_cast<float>(std::sqrt(squares));
        return v;
    }

    double recall(size_t ef) {
        std::vector<double> kth;
        for (size_t q = 0; q < queries.count(); ++q) {
            std::vector<double> all;
            for (size_t i = 0; i < base.count(); ++i)
                if (!gone(i)) all.push_back(distance(index.profile(), queries, q, base.record(i)));
            std::nth_element(all.begin(), all.begin() + (kWanted - 1), all.end());
            kth.push_back(all[kWanted - 1]);
        }
        return test::recall(index, queries, base, kth, kWanted, ef);
    }

    bool gone(size_t row) const { return deleted && row % 4 == 1; }

    StoredIndex index;
    Vectors base;
    Vectors queries;
    bool deleted = false;
};

TEST_P(InnerProduct, finds_the_longest_and_reaches_the_shortest) {
    const GraphFacts facts = check_graph(index);
    EXPECT_EQ(facts.live, base.count());
    EXPECT_EQ(facts.unreached.size(), 0u);
    EXPECT_GE(recall(kEf), GetParam().recall);
    EXPECT_GE(recall(kWideEf), GetParam().wide);

    // And so after a vacuum.
    deleted = true;
    (void)index.vacuum_all([&](page::HeapTid tid) { return gone(row_of(tid)); });
    EXPECT_EQ(check_graph(index).unreached.size(), 0u);
    EXPECT_GE(recall(kEf), GetParam().recall - 0.03);
}

INSTANTIATE_TEST_SUITE_P(
    HowItCame, InnerProduct,
    ::testing::Values(
        Case{"short_built", page::Own::f32, 3, 4000, Come::built, 0.95, 0.97},
        Case{"short_inserted", page::Own::f32, 3, 4000, Come::inserted, 0.95, 0.97},
        Case{"short_both", page::Own::f32, 3, 4000, Come::both, 0.95, 0.97},
        Case{"half_built", page::Own::f16, 10, 4000, Come::built, 0.975, 0.995},
        Case{"half_inserted", page::Own::f16, 10, 4000, Come::inserted, 0.975, 0.995},
        Case{"sparse_built", page::Own::sparse, 3, 4000, Come::built, 0.95, 0.97},
        Case{"sparse_inserted", page::Own::sparse, 3, 4000, Come::inserted, 0.95, 0.97},
        Case{"long_built", page::Own::f16, 512, 1500, Come::built, 0.985, 0.995},
        Case{"long_inserted", page::Own::f16, 512, 1500, Come::inserted, 0.985, 0.995},
        Case{"even_built", page::Own::f16, 64, 4000, Come::built, 0.97, 0.995, Lengths::same},
        Case{"even_inserted", page::Own::f16, 64, 4000, Come::inserted, 0.97, 0.995,
             Lengths::same}),
    [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace quiver::test

// A suite that runs once per model.
#pragma once

#include <cmath>   // std::fabs
#include <string>  // std::string
#include <vector>  // std::vector

#include "support/check_graph.hpp"

namespace quiver::test {

inline void PrintTo(const Variant& v, std::ostream* out) { *out << v.name; }

class StoreTest : public ::testing::TestWithParam<Variant> {
protected:
    StoreTest() : index(GetParam()), queries(index.profile(), 40, 3) {}

    Vectors vectors(size_t count) const { return Vectors(index.profile(), count, 2); }

    void insert(const Vectors& base, uint32_t from, uint32_t to) {
        for (uint32_t row = from; row < to; ++row) index.insert(base.record(row), tid_of(row));
    }

    StoredIndex index;
    Vectors queries;
};

inline std::string variant_name(const ::testing::TestParamInfo<Variant>& info) {
    return info.param.name;
}

inline std::set<uint64_t> keys_of(const std::vector<Hit>& hits) {
    std::set<uint64_t> keys;
    for (const Hit& hit : hits) EXPECT_TRUE(keys.insert(key_of(hit.tid)).second) << "TID twice";
    return keys;
}

// recall@k: which part of the k rows that a search finds is no farther than the k-th exact
// neighbour of its query.
inline double recall(StoredIndex& index, const Vectors& queries, const Vectors& base,
                     const std::vector<double>& kth, size_t k, size_t ef) {
    size_t hits = 0;
    for (size_t q = 0; q < kth.size(); ++q) {
        for (const Hit& hit : index.scan(queries, q, ef, Widen::no, k)) {
            const double d = distance(index.profile(), queries, q, base.record(row_of(hit.tid)));
            hits += d <= kth[q] + 1e-6 * std::fabs(kth[q]);
        }
    }
    return static_cast<double>(hits) / static_cast<double>(kth.size() * k);
}

}  // namespace quiver::test

#define QUIVER_INSTANTIATE_PER_MODEL(Suite)                                                  \
    INSTANTIATE_TEST_SUITE_P(models, Suite, ::testing::ValuesIn(::quiver::test::variants()), \
                             ::quiver::test::variant_name)

// Operator classes of hnsw.
#pragma once

#include "pg/postgres.hpp"

#include "pg/opclass.hpp"

namespace quiver::pg::hnsw {

// Support procedures. 1 to 3 are numbered as pgvector's, so that operator classes written for it
// still load; 4 is what this access method reads.
inline constexpr int kDistanceProc = 1;  // type, type -> float8
inline constexpr int kNormProc = 2;      // type -> float8, cosine only
inline constexpr int kTypeProc = 3;      // reserved for pgvector's type information
inline constexpr int kMetricProc = 4;    // internal -> internal: const MetricInfo*
inline constexpr int kSupportProcs = 4;

// Whether edges have codes is a matter of the class alone (page/layout.hpp).
constexpr bool is_plain(const MetricInfo& info) {
    return info.type == ElementType::sparse || info.metric == page::Metric::l1;
}

// The metric of the column of an index.
inline const MetricInfo* metric_of(Relation index) { return pg::metric_of(index, kMetricProc); }

}  // namespace quiver::pg::hnsw

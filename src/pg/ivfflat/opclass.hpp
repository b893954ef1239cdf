// Operator classes of ivfflat.
#pragma once

#include "pg/postgres.hpp"

#include "pg/opclass.hpp"

namespace quiver::pg::ivfflat {

// Support procedures. 1 to 5 are numbered as pgvector's, so that operator classes written for it
// still load; 6 is what this access method reads.
inline constexpr int kDistanceProc = 1;        // type, type -> float8
inline constexpr int kNormProc = 2;            // type -> float8, cosine only
inline constexpr int kCenterDistanceProc = 3;  // type, type -> float8: of k-means
inline constexpr int kCenterNormProc = 4;      // type -> float8: where centers have length one
inline constexpr int kTypeProc = 5;            // reserved for pgvector's type information
inline constexpr int kMetricProc = 6;          // internal -> internal: const MetricInfo*
inline constexpr int kSupportProcs = 6;

// The metric of the column of an index.
inline const MetricInfo* metric_of(Relation index) { return pg::metric_of(index, kMetricProc); }

}  // namespace quiver::pg::ivfflat

// Which of our access methods an index has.
#pragma once

#include "pg/postgres.hpp"

#include "pg/hnsw/am.hpp"
#include "pg/ivfflat/am.hpp"

namespace quiver::pg {

inline bool is_hnsw(Relation index) { return index->rd_indam->ambuild == &hnsw::hnsw_build; }
inline bool is_ivfflat(Relation index) {
    return index->rd_indam->ambuild == &ivfflat::ivfflat_build;
}
inline bool is_of_ours(Relation index) { return is_hnsw(index) || is_ivfflat(index); }

}  // namespace quiver::pg

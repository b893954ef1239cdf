// What the last scan of this backend did, for quiver_last_scan().
#pragma once

#include "pg/postgres.hpp"

#include "quiver/store/search.hpp"

namespace quiver::pg::hnsw {

struct LastScan {
    store::Counters counters;
    uint64 pages_read;  // index pages pinned
};

const LastScan& last_scan();

}  // namespace quiver::pg::hnsw

// What the last scan of this backend did, for quiver_last_scan().
#pragma once

#include "pg/postgres.hpp"

#include "quiver/store/search.hpp"

namespace quiver::pg {

struct LastScan {
    store::Counters counters;
    uint64 pages_read;  // index pages pinned
};

void note_last_scan(const LastScan& scan);

}  // namespace quiver::pg

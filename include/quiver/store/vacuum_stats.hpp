// What a vacuum did, for its messages and for tests.
#pragma once

#include <cstdint>  // uint64_t

namespace quiver::store {

struct VacuumStats {
    uint64_t tids_kept = 0;
    uint64_t tids_removed = 0;
    uint64_t nodes_died = 0;
    uint64_t edges_replaced = 0;
    uint64_t edges_removed = 0;  // with nothing in their place
    uint64_t nodes_linked = 0;   // live nodes that no list had any more
    uint64_t slots_freed = 0;    // of layer 0
    uint64_t records_freed = 0;  // of the layers above
    uint64_t chunks_freed = 0;
    uint64_t pages_written = 0;
    uint64_t pages_with_room = 0;
};

}  // namespace quiver::store

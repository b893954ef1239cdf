// Comparing the heap TIDs of an index with the heap.
#pragma once

#include "pg/postgres.hpp"

#include "pg/open.hpp"
#include "pg/value.hpp"
#include "quiver/base/arena_vector.hpp"
#include "quiver/page/tid.hpp"

namespace quiver::pg {

// A heap TID and the record that has it.
struct IndexedTid {
    uint64 tid;  // page::number_of()
    BlockNumber block;
    int slot;
};

// What the comparison found; slot -1: nowhere in the index.
struct HeapFinding {
    enum class Kind { twice, beyond_heap, missing } kind;
    BlockNumber block;
    int slot;
    BlockNumber heap_block;
    OffsetNumber heap_offset;
};

// Sorts the TIDs. A TID of a dead row is fine, a row of the snapshot without one is not; the
// snapshot is older than the TIDs, or rows that were being inserted would be missed.
// report(state, finding) is called for each problem. reader: of the index; it says which values
// are indexed.
void check_heap(const OpenIndex& open, Snapshot snapshot, ArenaVector<IndexedTid>& tids,
                ValueReader& reader, void (*report)(void* state, const HeapFinding& finding),
                void* state);

}  // namespace quiver::pg

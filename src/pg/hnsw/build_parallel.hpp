// Parallel workers of a build and the memory they share.
#pragma once

#include "pg/postgres.hpp"

#include "pg/hnsw/build_shared.hpp"

namespace quiver::pg::hnsw {

struct ParallelBuild {
    ParallelContext* context;
    Snapshot snapshot;  // of CREATE INDEX CONCURRENTLY, otherwise SnapshotAny
    BuildShared* shared;
    std::byte* graph;    // MemoryGraph::create() was called
    TableScanDesc scan;  // the leader's part
};

// Starts the workers; the metapage is written already. False when there are none to be had: nothing
// is left of the attempt then, and the build is to be a serial one.
bool begin_parallel(Relation heap, Relation index, const IndexInfo* info, const IndexFormat& format,
                    const GraphRoom& room, int workers, ParallelBuild& build);
// Before: all workers have finished.
void end_parallel(const ParallelBuild& build);

}  // namespace quiver::pg::hnsw

// Parallel workers of a build.
#pragma once

#include "pg/postgres.hpp"

#include "pg/ivfflat/build_shared.hpp"

namespace quiver::pg::ivfflat {

struct ParallelBuild {
    ParallelContext* context;
    Snapshot snapshot;  // of CREATE INDEX CONCURRENTLY, otherwise SnapshotAny
    BuildShared* shared;
    Sharedsort* sort;
    TableScanDesc scan;  // the leader's part
};

// Starts the workers; the directory is written already. False when there are none to be had:
// nothing is left of the attempt then, and the build is to be a serial one.
bool begin_parallel(Relation heap, Relation index, const IndexInfo* info, const ivf::Format& format,
                    int workers, ParallelBuild& build);
// Waits until all processes have sorted their rows.
void wait_for_sorts(const ParallelBuild& build);
// After the merged rows were read.
void end_parallel(const ParallelBuild& build);

}  // namespace quiver::pg::ivfflat

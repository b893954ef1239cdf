#include "pg/workers.hpp"

#include <algorithm>  // std::min

namespace quiver::pg {

namespace {

// Whether workers may compute what the index is made of.
bool may_run_in_workers(Relation index) {
    PlannerInfo* root = makeNode(PlannerInfo);
    root->glob = makeNode(PlannerGlobal);
    root->glob->maxParallelHazard = PROPARALLEL_UNSAFE;
    return is_parallel_safe(root, reinterpret_cast<Node*>(RelationGetIndexExpressions(index))) &&
           is_parallel_safe(root, reinterpret_cast<Node*>(RelationGetIndexPredicate(index)));
}

}  // namespace

BlockNumber toast_blocks(Relation heap) {
    if (!OidIsValid(heap->rd_rel->reltoastrelid)) return 0;
    const Relation toast = table_open(heap->rd_rel->reltoastrelid, AccessShareLock);
    const BlockNumber blocks = RelationGetNumberOfBlocks(toast);
    table_close(toast, AccessShareLock);
    return blocks;
}

int parallel_workers(Relation heap, Relation index) {
    if (max_parallel_maintenance_workers == 0 || !IsUnderPostmaster) return 0;
    if (RelationUsesLocalBuffers(heap) || !may_run_in_workers(index)) return 0;
    if (const int chosen = RelationGetParallelWorkers(heap, -1); chosen >= 0)
        return std::min(chosen, max_parallel_maintenance_workers);
    // The server plans for a sort, by the size of the table alone. Here each row is a search, so
    // workers pay as soon as there is something to share out, and long vectors are in the TOAST
    // table. Memory sets no limit: all processes share one graph.
    const uint64 blocks = uint64{RelationGetNumberOfBlocks(heap)} + toast_blocks(heap);
    return blocks < static_cast<uint64>(min_parallel_table_scan_size)
               ? 0
               : max_parallel_maintenance_workers;
}

}  // namespace quiver::pg

// ambulkdelete and amvacuumcleanup: around store/vacuum.hpp.
#include "pg/postgres.hpp"

#include "pg/compat.hpp"
#include "pg/hnsw/am.hpp"
#include "pg/hnsw/meta.hpp"
#include "pg/memory.hpp"
#include "pg/vacuum_report.hpp"
#include "quiver/store/model.hpp"
#include "quiver/store/vacuum.hpp"

namespace quiver::pg::hnsw {

namespace {

IndexBulkDeleteResult* or_new(IndexBulkDeleteResult* stats) {
    return stats != nullptr
               ? stats
               : static_cast<IndexBulkDeleteResult*>(palloc0(sizeof(IndexBulkDeleteResult)));
}

// Between two pages.
void pause() {
    vacuum_pause();
    fault_point(store::Point::vacuum_page);
}

}  // namespace

extern "C" IndexBulkDeleteResult* hnsw_bulk_delete(IndexVacuumInfo* info,
                                                   IndexBulkDeleteResult* stats,
                                                   IndexBulkDeleteCallback is_dead, void* state) {
    stats = or_new(stats);
    const IndexFormat& format = format_of(info->index);
    BufferPages pages(info->index, info->strategy);
    store::VacuumStats counts;
    pages.point(store::Point::vacuum_begun);
    store::remove_dead_tids(
        pages, page::layouts(format.profile),
        [is_dead, state](page::HeapTid tid) {
            ItemPointerData heap_tid;
            memcpy(&heap_tid, &tid, sizeof tid);
            return is_dead(&heap_tid, state);
        },
        pause, counts);
    pages.point(store::Point::vacuum_done);
    stats->num_pages = pages.blocks();
    stats->num_index_tuples = static_cast<double>(counts.tids_kept);
    stats->tuples_removed += static_cast<double>(counts.tids_removed);
    ereport(vacuum_level(info),
            (errmsg("index \"%s\": removed " UINT64_FORMAT " heap TIDs, which leaves " UINT64_FORMAT
                    " nodes without any",
                    RelationGetRelationName(info->index), counts.tids_removed, counts.nodes_died),
             errdetail_internal("Pages written: " UINT64_FORMAT ".", counts.pages_written)));
    return stats;
}

// Once per VACUUM, after all calls of the function above; also when it was never called, and then
// there may still be dead nodes that an earlier VACUUM did not get to, or nodes without a path.
extern "C" IndexBulkDeleteResult* hnsw_vacuum_cleanup(IndexVacuumInfo* info,
                                                      IndexBulkDeleteResult* stats) {
    fault_point(store::Point::vacuum_cleanup);
    if (info->analyze_only) return stats;
    const IndexFormat& format = format_of(info->index);
    BufferPages pages(info->index, info->strategy);
    if (store::needs_repair(pages)) {
        if (stats == nullptr) {
            stats = or_new(stats);
            stats->num_index_tuples = info->num_heap_tuples;
            stats->estimated_count = true;
        }
        store::VacuumStats counts;
        in_temporary_context("hnsw vacuum", [&](MemoryContext context) {
            store::with_model(format.profile, format.rotation_seed, [&](const auto& model) {
                store::repair_graph(pages, model, arena_in(context), vacuum_memory(), pause,
                                    counts);
            });
        });
        stats->pages_free = static_cast<BlockNumber>(counts.pages_with_room);
        ereport(vacuum_level(info),
                (errmsg("index \"%s\": freed " UINT64_FORMAT " nodes of " UINT64_FORMAT " pages",
                        RelationGetRelationName(info->index), counts.slots_freed,
                        static_cast<uint64>(pages.blocks())),
                 errdetail_internal("Edges to them: " UINT64_FORMAT " replaced, " UINT64_FORMAT
                                    " removed; nodes linked anew: " UINT64_FORMAT
                                    "; also freed: " UINT64_FORMAT
                                    " records of upper layers, " UINT64_FORMAT
                                    " chunks of heap TIDs; pages written: " UINT64_FORMAT
                                    ", with room now: " UINT64_FORMAT ".",
                                    counts.edges_replaced, counts.edges_removed,
                                    counts.nodes_linked, counts.records_freed, counts.chunks_freed,
                                    counts.pages_written, counts.pages_with_room)));
    }
    if (stats != nullptr) stats->num_pages = pages.blocks();
    return stats;
}

}  // namespace quiver::pg::hnsw

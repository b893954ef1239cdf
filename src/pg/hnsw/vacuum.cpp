// ambulkdelete and amvacuumcleanup: around store/vacuum.hpp.
#include "pg/postgres.hpp"

#include "pg/compat.hpp"
#include "pg/hnsw/am.hpp"
#include "pg/hnsw/meta.hpp"
#include "quiver/store/vacuum.hpp"

namespace quiver::pg::hnsw {

namespace {

IndexBulkDeleteResult* or_new(IndexBulkDeleteResult* stats) {
    return stats != nullptr
               ? stats
               : static_cast<IndexBulkDeleteResult*>(palloc0(sizeof(IndexBulkDeleteResult)));
}

}  // namespace

extern "C" IndexBulkDeleteResult* hnsw_bulk_delete(IndexVacuumInfo* info,
                                                   IndexBulkDeleteResult* stats,
                                                   IndexBulkDeleteCallback is_dead, void* state) {
    stats = or_new(stats);
    const IndexFormat& format = format_of(info->index);
    BufferPages pages(info->index);
    store::VacuumStats counts;
    pages.point(store::Point::vacuum_begun);
    store::remove_dead_tids(
        pages, page::layouts(format.profile),
        [is_dead, state](page::HeapTid tid) {
            ItemPointerData heap_tid;
            memcpy(&heap_tid, &tid, sizeof tid);
            return is_dead(&heap_tid, state);
        },
        [] {
            vacuum_pause();
            fault_point(store::Point::vacuum_page);
        },
        counts);
    pages.point(store::Point::vacuum_done);
    stats->num_pages = pages.blocks();
    stats->num_index_tuples = static_cast<double>(counts.tids_kept);
    stats->tuples_removed += static_cast<double>(counts.tids_removed);
    return stats;
}

extern "C" IndexBulkDeleteResult* hnsw_vacuum_cleanup(IndexVacuumInfo* info,
                                                      IndexBulkDeleteResult* stats) {
    fault_point(store::Point::vacuum_cleanup);
    if (info->analyze_only || stats == nullptr) return stats;
    stats->num_pages = RelationGetNumberOfBlocks(info->index);
    return stats;
}

}  // namespace quiver::pg::hnsw

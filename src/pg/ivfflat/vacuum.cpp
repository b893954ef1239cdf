// ambulkdelete and amvacuumcleanup.
#include "pg/postgres.hpp"

#include "pg/compat.hpp"
#include "pg/ivfflat/am.hpp"
#include "pg/ivfflat/meta.hpp"
#include "pg/memory.hpp"
#include "pg/vacuum_report.hpp"
#include "quiver/ivf/vacuum.hpp"

namespace quiver::pg::ivfflat {

namespace {

// Between two pages.
void pause() {
    vacuum_pause();
    fault_point(store::Point::vacuum_page);
}

}  // namespace

extern "C" IndexBulkDeleteResult* ivfflat_bulk_delete(IndexVacuumInfo* info,
                                                      IndexBulkDeleteResult* stats,
                                                      IndexBulkDeleteCallback is_dead,
                                                      void* state) {
    if (stats == nullptr)
        stats = static_cast<IndexBulkDeleteResult*>(palloc0(sizeof(IndexBulkDeleteResult)));
    const ivf::Format& format = format_of(info->index);
    BufferPages pages(info->index);
    store::VacuumStats counts;
    const auto is_dead_tid = [is_dead, state](page::HeapTid tid) {
        ItemPointerData heap_tid;
        memcpy(&heap_tid, &tid, sizeof tid);
        return is_dead(&heap_tid, state);
    };
    pages.point(store::Point::vacuum_begun);
    in_temporary_context("ivfflat vacuum", [&](MemoryContext context) {
        ivf::Vacuum vacuum(arena_in(context), pages, format, is_dead_tid, pause, counts);
        check_walked(info->index, vacuum.run());
    });
    pages.point(store::Point::vacuum_done);
    stats->num_pages = pages.blocks();
    stats->num_index_tuples = static_cast<double>(counts.tids_kept);
    stats->tuples_removed += static_cast<double>(counts.tids_removed);
    stats->pages_free = static_cast<BlockNumber>(counts.pages_with_room);
    ereport(vacuum_level(info),
            (errmsg("index \"%s\": removed " UINT64_FORMAT " rows, which leaves " UINT64_FORMAT,
                    RelationGetRelationName(info->index), counts.tids_removed, counts.tids_kept),
             errdetail_internal("Pages written: " UINT64_FORMAT
                                "; lists with room now: " UINT64_FORMAT ".",
                                counts.pages_written, counts.pages_with_room)));
    return stats;
}

// Nothing is left to do: the places that bulk deletion has freed are in use again.
extern "C" IndexBulkDeleteResult* ivfflat_vacuum_cleanup(IndexVacuumInfo* info,
                                                         IndexBulkDeleteResult* stats) {
    fault_point(store::Point::vacuum_cleanup);
    if (info->analyze_only || stats == nullptr) return stats;
    stats->num_pages = RelationGetNumberOfBlocks(info->index);
    return stats;
}

}  // namespace quiver::pg::ivfflat

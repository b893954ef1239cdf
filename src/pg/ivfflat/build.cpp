// ambuild: centers from a sample, each row to its list, lists to pages.
//
// Pages are written without WAL and logged all at once at the end, so the log has each page once.
#include "pg/postgres.hpp"

#include "pg/compat.hpp"
#include "pg/ivfflat/am.hpp"
#include "pg/ivfflat/build_parallel.hpp"
#include "pg/ivfflat/centers.hpp"
#include "pg/memory.hpp"
#include "pg/unlogged_pages.hpp"
#include "pg/workers.hpp"
#include "quiver/ivf/bulk_write.hpp"

namespace quiver::pg::ivfflat {

namespace {

void begin_phase(Phase phase, int64 tuples) {
    pgstat_progress_update_param(PROGRESS_CREATEIDX_SUBPHASE, phase);
    pgstat_progress_update_param(PROGRESS_CREATEIDX_TUPLES_DONE, 0);
    pgstat_progress_update_param(PROGRESS_CREATEIDX_TUPLES_TOTAL, tuples);
}

// Sorted rows to pages.
void load(RowSort& sort, UnloggedPages& pages, const ivf::Format& format) {
    in_temporary_context("ivfflat load", [&](MemoryContext context) {
        ivf::RowWriter writer(arena_in(context), pages, format);
        uint32_t list;
        ivf::NewRow row;
        for (int64 done = 1; sort.get(list, row); done++) {
            CHECK_FOR_INTERRUPTS();
            writer.add(list, row);
            pgstat_progress_update_param(PROGRESS_CREATEIDX_TUPLES_DONE, done);
            fault_point(store::Point::lists_loaded);
        }
        writer.finish();
    });
}

// before: the metapage is written.
void write_centers(Relation heap, Relation index, IndexInfo* info, UnloggedPages& pages,
                   ivf::Format& format) {
    begin_phase(kPhaseKMeans, 0);
    const NewCenters centers = compute_centers(heap, index, info, format);
    pages.modify(page::kMetaBlock, [&](std::byte* bytes) {
        write_meta(bytes, format);
        return store::Commit::yes;
    });
    if (centers.count != 0) ivf::write_directory(pages, format, centers.centers, centers.count);
}

IndexBuildResult build(Relation heap, Relation index, IndexInfo* info) {
    ivf::Format format = new_format(index, *metric_of(index));
    UnloggedPages pages(index);
    pages.extend(page::PageKind::meta, [&](std::byte* bytes) { write_meta(bytes, format); });
    fault_point(store::Point::build_begun);
    write_centers(heap, index, info, pages, format);
    fault_point(store::Point::lists_centers_written);

    begin_phase(kPhaseAssigning, static_cast<int64>(Max(heap->rd_rel->reltuples, 0)));
    const int workers = parallel_workers(heap, index);
    ParallelBuild parallel{};
    BuildShared own_shared;
    const bool is_parallel =
        workers > 0 && begin_parallel(heap, index, info, format, workers, parallel);
    BuildShared* shared = is_parallel ? parallel.shared : &own_shared;
    if (is_parallel) {
        SortCoordinateData part = {
            .isWorker = true, .nParticipants = -1, .sharedsort = parallel.sort};
        RowSort sort(format, maintenance_work_mem / shared->processes, &part);
        assign_rows(Role::leader, heap, index, info, shared, parallel.scan, sort);
        sort.end();
        wait_for_sorts(parallel);
    } else {
        shared->init(InvalidOid, InvalidOid, false, 1, format);
    }

    SortCoordinateData whole = {
        .isWorker = false,
        .nParticipants = is_parallel ? parallel.context->nworkers_launched + 1 : 0,
        .sharedsort = parallel.sort};
    RowSort sort(format, maintenance_work_mem, is_parallel ? &whole : nullptr);
    if (is_parallel)
        sort.perform();
    else
        assign_rows(Role::leader, heap, index, info, shared, nullptr, sort);
    fault_point(store::Point::build_scanned);
    const IndexBuildResult result = {.heap_tuples = shared->heap_tuples,
                                     .index_tuples = shared->index_tuples};
    if (shared->broken_hot_chain) info->ii_BrokenHotChain = true;
    begin_phase(kPhaseLoading, static_cast<int64>(result.index_tuples));
    load(sort, pages, format);
    sort.end();
    if (is_parallel) end_parallel(parallel);
    fault_point(store::Point::build_unlogged);
    if (RelationNeedsWAL(index))
        log_newpage_range(index, MAIN_FORKNUM, 0, RelationGetNumberOfBlocks(index), true);
    fault_point(store::Point::build_logged);
    return result;
}

}  // namespace

extern "C" IndexBuildResult* ivfflat_build(Relation heap, Relation index, IndexInfo* info) {
    auto* result = static_cast<IndexBuildResult*>(palloc(sizeof(IndexBuildResult)));
    in_temporary_context("ivfflat build",
                         [&](MemoryContext) { *result = build(heap, index, info); });
    return result;
}

// The init fork of an unlogged index: an empty index, logged, because a crash restores it from
// there. Its lists come with its rows.
extern "C" void ivfflat_build_empty(Relation index) {
    const ivf::Format format = new_format(index, *metric_of(index));
    const Buffer buffer = extend_locked(index, INIT_FORKNUM);
    START_CRIT_SECTION();
    auto* bytes = reinterpret_cast<std::byte*>(BufferGetPage(buffer));
    BufferPages::init_page(bytes, page::PageKind::meta);
    write_meta(bytes, format);
    MarkBufferDirty(buffer);
    log_newpage_buffer(buffer, true);
    END_CRIT_SECTION();
    UnlockReleaseBuffer(buffer);
    fault_point(store::Point::build_empty_logged);
}

extern "C" char* ivfflat_phase_name(int64 phase) {
    switch (phase) {
        case PROGRESS_CREATEIDX_SUBPHASE_INITIALIZE:
            return const_cast<char*>("initializing");
        case kPhaseKMeans:
            return const_cast<char*>("performing k-means");
        case kPhaseAssigning:
            return const_cast<char*>("assigning tuples");
        case kPhaseLoading:
            return const_cast<char*>("loading tuples");
        default:
            return nullptr;
    }
}

}  // namespace quiver::pg::ivfflat

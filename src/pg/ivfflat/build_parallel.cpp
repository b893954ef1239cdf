#include "pg/ivfflat/build_parallel.hpp"

#include "pg/compat.hpp"
#include "pg/memory.hpp"

namespace quiver::pg::ivfflat {

namespace {

constexpr uint64 kSharedKey = 0x7176697666000001;
constexpr uint64 kSortKey = 0x7176697666000002;
constexpr uint64 kQueryKey = 0x7176697666000003;

size_t shared_bytes() { return BUFFERALIGN(sizeof(BuildShared)); }

ParallelTableScanDesc scan_of(BuildShared* shared) {
    return reinterpret_cast<ParallelTableScanDesc>(reinterpret_cast<char*>(shared) +
                                                   shared_bytes());
}

void back_out(ParallelContext* context, Snapshot snapshot) {
    if (IsMVCCSnapshot(snapshot)) UnregisterSnapshot(snapshot);
    DestroyParallelContext(context);
    ExitParallelMode();
}

}  // namespace

bool begin_parallel(Relation heap, Relation index, const IndexInfo* info, const ivf::Format& format,
                    int workers, ParallelBuild& build) {
    EnterParallelMode();
    ParallelContext* context =
        CreateParallelContext("quiver", "quiver_ivfflat_parallel_build_main", workers);
    const Snapshot snapshot =
        info->ii_Concurrent ? RegisterSnapshot(GetTransactionSnapshot()) : SnapshotAny;
    const Size scan_bytes = table_parallelscan_estimate(heap, snapshot);
    const Size sort_bytes = tuplesort_estimate_shared(workers + 1);
    const char* query = debug_query_string != nullptr ? debug_query_string : "";
    const Size query_bytes = strlen(query) + 1;
    shm_toc_estimate_chunk(&context->estimator, add_size(shared_bytes(), scan_bytes));
    shm_toc_estimate_chunk(&context->estimator, sort_bytes);
    shm_toc_estimate_chunk(&context->estimator, query_bytes);
    shm_toc_estimate_keys(&context->estimator, 3);
    InitializeParallelDSM(context);
    if (context->seg == nullptr) {  // no more segments
        back_out(context, snapshot);
        return false;
    }

    build.context = context;
    build.snapshot = snapshot;
    build.shared = static_cast<BuildShared*>(
        shm_toc_allocate(context->toc, add_size(shared_bytes(), scan_bytes)));
    build.shared->init(RelationGetRelid(heap), RelationGetRelid(index), info->ii_Concurrent,
                       workers + 1, format);
    table_parallelscan_initialize(heap, scan_of(build.shared), snapshot);
    shm_toc_insert(context->toc, kSharedKey, build.shared);

    build.sort = static_cast<Sharedsort*>(shm_toc_allocate(context->toc, sort_bytes));
    tuplesort_initialize_shared(build.sort, workers + 1, context->seg);
    shm_toc_insert(context->toc, kSortKey, build.sort);

    void* shared_query = shm_toc_allocate(context->toc, query_bytes);
    memcpy(shared_query, query, query_bytes);
    shm_toc_insert(context->toc, kQueryKey, shared_query);

    LaunchParallelWorkers(context);
    if (context->nworkers_launched == 0) {
        back_out(context, snapshot);
        return false;
    }
    ereport(DEBUG1, (errmsg_internal("using %d parallel workers", context->nworkers_launched)));
    build.scan = table_beginscan_parallel(heap, scan_of(build.shared));
    return true;
}

void wait_for_sorts(const ParallelBuild& build) {
    // A worker that failed to start is an error here and nothing to wait for.
    WaitForParallelWorkersToAttach(build.context);
    ConditionVariablePrepareToSleep(&build.shared->changed);
    while (build.shared->processes_done() <= build.context->nworkers_launched) {
        // The time limit is for the progress view.
        (void)ConditionVariableTimedSleep(&build.shared->changed, 500,
                                          WAIT_EVENT_PARALLEL_CREATE_INDEX_SCAN);
        pgstat_progress_update_param(PROGRESS_CREATEIDX_TUPLES_DONE,
                                     static_cast<int64>(pg_atomic_read_u64(&build.shared->rows)));
    }
    ConditionVariableCancelSleep();
}

void end_parallel(const ParallelBuild& build) {
    WaitForParallelWorkersToFinish(build.context);
    back_out(build.context, build.snapshot);
}

extern "C" PGDLLEXPORT void quiver_ivfflat_parallel_build_main(dsm_segment* segment, shm_toc* toc) {
    debug_query_string = static_cast<const char*>(shm_toc_lookup(toc, kQueryKey, false));
    pgstat_report_activity(STATE_RUNNING, debug_query_string);
    auto* shared = static_cast<BuildShared*>(shm_toc_lookup(toc, kSharedKey, false));
    auto* shared_sort = static_cast<Sharedsort*>(shm_toc_lookup(toc, kSortKey, false));
    tuplesort_attach_shared(shared_sort, segment);

    // The locks that the leader has.
    const LOCKMODE heap_lock = shared->concurrent ? ShareUpdateExclusiveLock : ShareLock;
    const LOCKMODE index_lock = shared->concurrent ? RowExclusiveLock : AccessExclusiveLock;
    const Relation heap = table_open(shared->heap, heap_lock);
    const Relation index = index_open(shared->index, index_lock);
    IndexInfo* info = BuildIndexInfo(index);
    info->ii_Concurrent = shared->concurrent;

    SortCoordinateData coordinate = {
        .isWorker = true, .nParticipants = -1, .sharedsort = shared_sort};
    RowSort sort(shared->format, maintenance_work_mem / shared->processes, &coordinate);
    assign_rows(Role::worker, heap, index, info, shared,
                table_beginscan_parallel(heap, scan_of(shared)), sort);
    sort.end();

    index_close(index, index_lock);
    table_close(heap, heap_lock);
}

}  // namespace quiver::pg::ivfflat

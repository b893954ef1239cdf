#include "pg/hnsw/build_parallel.hpp"

#include "pg/compat.hpp"
#include "pg/hnsw/build_process.hpp"
#include "pg/hnsw/build_size.hpp"

namespace quiver::pg::hnsw {

namespace {

constexpr uint64 kSharedKey = 0x7176686e73770001;
constexpr uint64 kGraphKey = 0x7176686e73770002;
constexpr uint64 kQueryKey = 0x7176686e73770003;

// What must stay free in /dev/shm for everybody else.
constexpr size_t kSpareSharedMemory = size_t{8} << 20;

size_t shared_bytes() { return BUFFERALIGN(sizeof(BuildShared)); }

ParallelTableScanDesc scan_of(BuildShared* shared) {
    return reinterpret_cast<ParallelTableScanDesc>(reinterpret_cast<char*>(shared) +
                                                   shared_bytes());
}

// Whether the system has memory for a segment. The server would raise an error where we only want
// to do without it.
bool segment_fits(size_t bytes) {
    if (dynamic_shared_memory_type != DSM_IMPL_POSIX) return true;
    if (bytes <= static_cast<size_t>(min_dynamic_shared_memory) << 20) return true;
    struct statvfs fs;
    if (statvfs("/dev/shm", &fs) != 0) return true;  // not this system's place
    return bytes + kSpareSharedMemory <= static_cast<size_t>(fs.f_bavail) * fs.f_frsize;
}

void unregister(Snapshot snapshot) {
    if (IsMVCCSnapshot(snapshot)) UnregisterSnapshot(snapshot);
}

void back_out(ParallelContext* context, Snapshot snapshot) {
    unregister(snapshot);
    DestroyParallelContext(context);
    ExitParallelMode();
}

}  // namespace

bool begin_parallel(Relation heap, Relation index, const IndexInfo* info, const IndexFormat& format,
                    const GraphRoom& room, int workers, ParallelBuild& build) {
    if (!segment_fits(room.bytes)) {
        ereport(NOTICE,
                (errmsg("not enough shared memory for a parallel build of index \"%s\"",
                        RelationGetRelationName(index)),
                 errdetail("The graph may take %zu MB of /dev/shm.", (room.bytes >> 20) + 1),
                 errhint("Enlarge /dev/shm or decrease maintenance_work_mem.")));
        return false;
    }

    EnterParallelMode();
    ParallelContext* context =
        CreateParallelContext("quiver", "quiver_hnsw_parallel_build_main", workers);
    const Snapshot snapshot =
        info->ii_Concurrent ? RegisterSnapshot(GetTransactionSnapshot()) : SnapshotAny;
    const Size scan_bytes = table_parallelscan_estimate(heap, snapshot);
    const char* query = debug_query_string != nullptr ? debug_query_string : "";
    const Size query_bytes = strlen(query) + 1;
    shm_toc_estimate_chunk(&context->estimator, add_size(shared_bytes(), scan_bytes));
    shm_toc_estimate_chunk(&context->estimator, room.bytes);
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
    build.shared->init(RelationGetRelid(heap), RelationGetRelid(index), info->ii_Concurrent, format,
                       workers + 1, room);
    table_parallelscan_initialize(heap, scan_of(build.shared), snapshot);
    shm_toc_insert(context->toc, kSharedKey, build.shared);

    build.graph = static_cast<std::byte*>(shm_toc_allocate(context->toc, room.bytes));
    ask_for_huge_pages(build.graph, room.bytes);
    graph::MemoryGraph::create(build.graph, room.bytes, room.params);
    shm_toc_insert(context->toc, kGraphKey, build.graph);

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

void end_parallel(const ParallelBuild& build) {
    WaitForParallelWorkersToFinish(build.context);
    back_out(build.context, build.snapshot);
}

extern "C" PGDLLEXPORT void quiver_hnsw_parallel_build_main(dsm_segment*, shm_toc* toc) {
    debug_query_string = static_cast<const char*>(shm_toc_lookup(toc, kQueryKey, false));
    pgstat_report_activity(STATE_RUNNING, debug_query_string);
    auto* shared = static_cast<BuildShared*>(shm_toc_lookup(toc, kSharedKey, false));
    auto* block = static_cast<std::byte*>(shm_toc_lookup(toc, kGraphKey, false));

    // The locks that the leader has.
    const LOCKMODE heap_lock = shared->concurrent ? ShareUpdateExclusiveLock : ShareLock;
    const LOCKMODE index_lock = shared->concurrent ? RowExclusiveLock : AccessExclusiveLock;
    const Relation heap = table_open(shared->heap, heap_lock);
    const Relation index = index_open(shared->index, index_lock);
    IndexInfo* info = BuildIndexInfo(index);
    info->ii_Concurrent = shared->concurrent;

    in_temporary_context("hnsw build", [&](MemoryContext) {
        const IndexFormat& format = shared->format;
        store::with_model(format.profile, format.rotation_seed, [&](const auto& model) {
            auto* worker = new_build_process(Role::worker, heap, index, info, shared,
                                             graph::MemoryGraph::attach(block), model);
            worker->load(table_beginscan_parallel(heap, scan_of(shared)));
            shared->worker_is_finished();
            worker->help();
        });
    });

    index_close(index, index_lock);
    table_close(heap, heap_lock);
}

}  // namespace quiver::pg::hnsw

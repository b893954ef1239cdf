// ambuild: the heap into a graph in memory, the graph into pages.
//
// The graph has the memory that maintenance_work_mem allows. When it is full, what there is becomes
// pages, and the rest of the heap goes through ordinary insertion. Pages are written without WAL
// and logged all at once at the end, so the log has each page once. Workers, if there are any, do
// as the leader does (build_process.hpp).
#include "pg/postgres.hpp"

#include "pg/hnsw/am.hpp"
#include "pg/hnsw/build_parallel.hpp"
#include "pg/hnsw/build_process.hpp"
#include "pg/hnsw/build_size.hpp"
#include "pg/hnsw/sample.hpp"
#include "pg/hnsw/options.hpp"
#include "pg/workers.hpp"

#include <algorithm>  // std::max

namespace quiver::pg::hnsw {

namespace {

IndexFormat new_format(Relation index, const MetricInfo& metric, uint32 nonzeros) {
    return {profile_for(index, metric, nonzeros),
            hash_bytes_uint32_extended(RelationGetRelid(index), 0)};
}

// Memory that the system gives only as it is used, as much as it promises: at most what is allowed,
// which can be more than there is in the machine, and at least what is enough. Notes in `room` what
// it is.
std::byte* promised_memory(GraphRoom& room) {
    const size_t enough = room.bytes;
    for (room.bytes = room.allowed; room.bytes > enough;
         room.bytes = std::max(enough, room.bytes / 2)) {
        void* block = MemoryContextAllocExtended(CurrentMemoryContext, room.bytes,
                                                 MCXT_ALLOC_HUGE | MCXT_ALLOC_NO_OOM);
        if (block != nullptr) return static_cast<std::byte*>(block);
        room.refused = room.bytes;
    }
    return arena_in(CurrentMemoryContext).array<std::byte>(room.bytes);
}

// The graph and what goes with it in this process's own memory. That is taken from the system only
// as it is used, so there is no reason to take less than is allowed.
graph::MemoryGraph begin_serial(const IndexFormat& format, const GraphRoom& room,
                                BuildShared* shared) {
    GraphRoom whole = room;
    std::byte* block = promised_memory(whole);
    shared->init(InvalidOid, InvalidOid, false, format, 1, whole);
    ask_for_huge_pages(block, whole.bytes);
    return graph::MemoryGraph::create(block, whole.bytes, whole.params);
}

// What the leader does.
IndexBuildResult build(Relation heap, Relation index, IndexInfo* info, const IndexFormat& format) {
    UnloggedPages pages(index);
    pages.extend(page::PageKind::meta, [&](std::byte* bytes) { write_meta(bytes, format); });
    fault_point(store::Point::build_begun);
    pgstat_progress_update_param(PROGRESS_CREATEIDX_SUBPHASE, kPhaseLoading);
    const GraphRoom room = graph_room(heap, index, format);
    pgstat_progress_update_param(PROGRESS_CREATEIDX_TUPLES_TOTAL, room.expected_tuples);

    const int workers = parallel_workers(heap, index);
    ParallelBuild parallel{};
    BuildShared own_shared;
    const bool is_parallel =
        workers > 0 && begin_parallel(heap, index, info, format, room, workers, parallel);
    BuildShared* shared = is_parallel ? parallel.shared : &own_shared;
    const graph::MemoryGraph graph = is_parallel ? graph::MemoryGraph::attach(parallel.graph)
                                                 : begin_serial(format, room, shared);
    store::with_model(format.profile, format.rotation_seed, [&](const auto& model) {
        auto* leader = new_build_process(Role::leader, heap, index, info, shared, graph, model);
        leader->load(parallel.scan);
        // A worker that failed to start is an error here and nothing to wait for later.
        if (is_parallel) WaitForParallelWorkersToAttach(parallel.context);
        leader->finish(is_parallel ? parallel.context->nworkers_launched : 0);
    });
    const IndexBuildResult result = {
        .heap_tuples = shared->heap_tuples,
        .index_tuples = static_cast<double>(pg_atomic_read_u64(&shared->index_tuples))};
    if (shared->broken_hot_chain) info->ii_BrokenHotChain = true;
    if (is_parallel) end_parallel(parallel);
    fault_point(store::Point::build_unlogged);
    if (RelationNeedsWAL(index))
        log_newpage_range(index, MAIN_FORKNUM, 0, RelationGetNumberOfBlocks(index), true);
    fault_point(store::Point::build_logged);
    return result;
}

}  // namespace

extern "C" IndexBuildResult* hnsw_build(Relation heap, Relation index, IndexInfo* info) {
    const MetricInfo& metric = *metric_of(index);
    const uint32 nonzeros =
        metric.type == ElementType::sparse ? usual_nonzeros(heap, index, info) : 0;
    const IndexFormat format = new_format(index, metric, nonzeros);
    auto* result = static_cast<IndexBuildResult*>(palloc(sizeof(IndexBuildResult)));
    in_temporary_context("hnsw build",
                         [&](MemoryContext) { *result = build(heap, index, info, format); });
    return result;
}

// The init fork of an unlogged index: an empty index, logged, because a crash restores it from
// there.
extern "C" void hnsw_build_empty(Relation index) {
    const int m = options_of(index).m;
    const IndexFormat format =
        new_format(index, *metric_of(index), page::choose_nonzeros(nullptr, 0, m));
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

extern "C" char* hnsw_phase_name(int64 phase) {
    switch (phase) {
        case PROGRESS_CREATEIDX_SUBPHASE_INITIALIZE:
            return const_cast<char*>("initializing");
        case kPhaseLoading:
            return const_cast<char*>("loading tuples");
        case kPhaseFilling:
            return const_cast<char*>("linking graph");
        case kPhaseWriting:
            return const_cast<char*>("writing pages");
        default:
            return nullptr;
    }
}

}  // namespace quiver::pg::hnsw

#include "pg/inspect/heap_check.hpp"

#include <algorithm>  // std::sort, std::lower_bound

#include "pg/compat.hpp"

namespace quiver::pg {

namespace {

using Report = void (*)(void* state, const HeapFinding& finding);

bool before(const IndexedTid& a, const IndexedTid& b) {
    return a.tid != b.tid       ? a.tid < b.tid
           : a.block != b.block ? a.block < b.block
                                : a.slot < b.slot;
}

HeapFinding finding_of(HeapFinding::Kind kind, const IndexedTid& tid) {
    return {kind, tid.block, tid.slot, static_cast<BlockNumber>(tid.tid >> 16),
            static_cast<OffsetNumber>(tid.tid)};
}

// The scan of the heap: whether each row that belongs into the index is there.
struct HeapPass {
    const ArenaVector<IndexedTid>* tids;
    ValueReader* reader;
    MemoryContext row_context;
    Report report;
    void* state;
};

void heap_row(Relation, ItemPointer tid, Datum* values, bool* isnull, bool, void* state) {
    const auto& pass = *static_cast<HeapPass*>(state);
    if (isnull[0]) return;
    const MemoryContext caller = MemoryContextSwitchTo(pass.row_context);
    const bool indexed = pass.reader->read_record(values[0]);
    MemoryContextSwitchTo(caller);
    MemoryContextReset(pass.row_context);
    if (!indexed) return;

    const BlockNumber block = ItemPointerGetBlockNumber(tid);
    const OffsetNumber offset = ItemPointerGetOffsetNumber(tid);
    const uint64 wanted = uint64{block} << 16 | offset;
    const IndexedTid* at =
        std::lower_bound(pass.tids->begin(), pass.tids->end(), wanted,
                         [](const IndexedTid& t, uint64 number) { return t.tid < number; });
    if (at != pass.tids->end() && at->tid == wanted) return;
    pass.report(pass.state, {HeapFinding::Kind::missing, InvalidBlockNumber, -1, block, offset});
}

// Predicates and expressions of the index run as the owner of the table, as they do in a build.
void scan_heap(const OpenIndex& open, Snapshot snapshot, HeapPass& pass) {
    Oid caller;
    int security;
    GetUserIdAndSecContext(&caller, &security);
    SetUserIdAndSecContext(open.heap->rd_rel->relowner, security | SECURITY_RESTRICTED_OPERATION);
    const int settings = NewGUCNestLevel();
    restrict_search_path();

    IndexInfo* info = BuildIndexInfo(open.index);
    info->ii_Concurrent = true;  // with a snapshot of our own
    info->ii_Unique = false;
    info->ii_ExclusionOps = nullptr;
    info->ii_ExclusionProcs = nullptr;
    info->ii_ExclusionStrats = nullptr;
    const TableScanDesc scan = table_beginscan_strat(open.heap, snapshot, 0, nullptr, true, true);
    table_index_build_scan(open.heap, open.index, info, true, false, &heap_row, &pass, scan);

    AtEOXact_GUC(false, settings);
    SetUserIdAndSecContext(caller, security);
}

}  // namespace

void check_heap(const OpenIndex& open, Snapshot snapshot, ArenaVector<IndexedTid>& tids,
                ValueReader& reader, Report report, void* state) {
    std::sort(tids.begin(), tids.end(), before);
    const BlockNumber heap_blocks = RelationGetNumberOfBlocks(open.heap);
    for (size_t i = 0; i < tids.size(); i++) {
        CHECK_FOR_INTERRUPTS();
        if (i > 0 && tids[i].tid == tids[i - 1].tid)
            report(state, finding_of(HeapFinding::Kind::twice, tids[i]));
        if (tids[i].tid >> 16 >= heap_blocks)
            report(state, finding_of(HeapFinding::Kind::beyond_heap, tids[i]));
    }
    HeapPass pass = {&tids, &reader,
                     AllocSetContextCreateInternal(CurrentMemoryContext, "quiver heap check row",
                                                   ALLOCSET_DEFAULT_SIZES),
                     report, state};
    scan_heap(open, snapshot, pass);
}

}  // namespace quiver::pg

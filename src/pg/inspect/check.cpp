// quiver_index_check(): everything that can be wrong with an index, as rows.
#include "pg/postgres.hpp"

#include "pg/buffer.hpp"
#include "pg/hnsw/meta.hpp"
#include "pg/inspect/heap_check.hpp"
#include "pg/inspect/kinds.hpp"
#include "pg/ivfflat/meta.hpp"
#include "pg/memory.hpp"
#include "pg/set_result.hpp"
#include "quiver/ivf/check.hpp"
#include "quiver/store/check.hpp"

namespace quiver::pg {

namespace {

// Rows of one code before they are only counted.
constexpr uint64 kMostRows = 1000;

// The rows of the result.
class Rows {
public:
    explicit Rows(const SetResult& result) : result_(result) {}

    void put(const store::Finding& f) {
        if (!count(f.code)) return;
        row(f.code, static_cast<int64>(f.block), f.slot,
            f.edge < 0 ? pstrdup(f.detail) : psprintf("edge %d %s", f.edge, f.detail));
    }

    void put(const HeapFinding& f) {
        constexpr store::FindingCode kCodes[] = {store::FindingCode::tid_twice,
                                                 store::FindingCode::tid_beyond_heap,
                                                 store::FindingCode::tid_missing};
        constexpr const char* kDetails[] = {"is in the index twice", "lies beyond the heap",
                                            "is not in the index"};
        const auto kind = static_cast<int>(f.kind);
        if (!count(kCodes[kind])) return;
        row(kCodes[kind], f.block == InvalidBlockNumber ? -1 : static_cast<int64>(f.block), f.slot,
            psprintf("heap tuple (%u,%u) %s", f.heap_block, f.heap_offset, kDetails[kind]));
    }

    // One row for each code that had too many.
    void summarise() {
        for (int i = 0; i < store::kFindingCodes; i++) {
            if (counts_[i] > kMostRows)
                row(static_cast<store::FindingCode>(i), -1, -1,
                    psprintf(UINT64_FORMAT " more", counts_[i] - kMostRows));
        }
    }

private:
    bool count(store::FindingCode code) { return ++counts_[static_cast<int>(code)] <= kMostRows; }

    void row(store::FindingCode code, int64 block, int slot, char* detail) {
        Datum values[] = {CStringGetTextDatum(store::is_warning(code) ? "warning" : "error"),
                          CStringGetTextDatum(store::finding_name(code)), Int64GetDatum(block),
                          Int32GetDatum(slot), CStringGetTextDatum(detail)};
        bool nulls[] = {false, false, block < 0, slot < 0, false};
        result_.put(values, nulls);
        pfree(detail);
    }

    SetResult result_;
    uint64 counts_[store::kFindingCodes] = {};
};

// A registered snapshot that all rows it sees are in the index for.
Snapshot take_snapshot(Relation index) {
    const Snapshot snapshot = RegisterSnapshot(GetTransactionSnapshot());
    // An index of the middle of a repeatable read transaction may lack rows that it still sees.
    if (IsolationUsesXactSnapshot() && index->rd_index->indcheckxmin &&
        !TransactionIdPrecedes(HeapTupleHeaderGetXmin(index->rd_indextuple->t_data),
                               snapshot->xmin))
        ereport(ERROR, (errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
                        errmsg("index \"%s\" cannot be checked in this transaction's snapshot",
                               RelationGetRelationName(index))));
    return snapshot;
}

// Reads the values of the column as the index does.
ValueReader reader_of(Relation index) {
    if (is_hnsw(index)) return {*hnsw::metric_of(index), hnsw::format_of(index).profile};
    return {*ivfflat::metric_of(index), ivf::profile_of(ivfflat::format_of(index))};
}

// Findings from the pages, and every heap TID there.
template <class Report, class OnTid>
void check_pages(Relation index, BufferPages& pages, Arena arena, Report report, OnTid on_tid) {
    if (is_hnsw(index))
        store::check_graph(pages, arena, report, on_tid);
    else
        ivf::Check(arena, pages, report, on_tid).run();
}

void run_check(const OpenIndex& open, bool with_heap, Rows& rows, MemoryContext context) {
    const Snapshot snapshot = with_heap ? take_snapshot(open.index) : nullptr;
    BufferPages pages(open.index);
    const Arena arena = arena_in(context);
    ArenaVector<IndexedTid> tids(arena);
    bool readable = true;
    check_pages(
        open.index, pages, arena,
        [&](const store::Finding& f) {
            readable = readable && f.code != store::FindingCode::meta_damaged;
            rows.put(f);
        },
        [&](page::HeapTid tid, page::BlockId block, int slot) {
            if (with_heap) tids.push_back({page::number_of(tid), block, slot});
        });
    if (!with_heap) return;
    // Without a metapage nobody can say what belongs into the index.
    if (readable) {
        ValueReader reader = reader_of(open.index);
        check_heap(
            open, snapshot, tids, reader,
            [](void* state, const HeapFinding& f) { static_cast<Rows*>(state)->put(f); }, &rows);
    }
    UnregisterSnapshot(snapshot);
}

}  // namespace

}  // namespace quiver::pg

QUIVER_FUNCTION(index_check) {
    using namespace quiver::pg;
    Rows rows(begin_set(fcinfo));
    const bool with_heap = PG_GETARG_BOOL(1);
    const OpenIndex open =
        open_index(PG_GETARG_OID(0), Readers::owner, {is_of_ours, "an hnsw or ivfflat index"});
    in_temporary_context("quiver_index_check",
                         [&](MemoryContext context) { run_check(open, with_heap, rows, context); });
    rows.summarise();
    close_index(open);
    return 0;
}

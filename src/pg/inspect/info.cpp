// quiver_index_info(): what an index is and holds. One row for both access methods: what one of
// them does not have is null.
#include "pg/postgres.hpp"

#include "pg/hnsw/meta.hpp"
#include "pg/inspect/kinds.hpp"
#include "pg/ivfflat/meta.hpp"
#include "pg/memory.hpp"
#include "pg/open.hpp"
#include "quiver/ivf/info.hpp"
#include "quiver/store/info.hpp"

namespace quiver::pg {

namespace {

const char* metric_name(page::Metric metric) {
    constexpr const char* kNames[] = {"l2", "inner product", "cosine", "hamming", "jaccard", "l1"};
    return kNames[static_cast<int>(metric)];
}

const char* own_name(page::Own own) {
    constexpr const char* kNames[] = {"f32", "f16", "bits", "i8", "sparse"};
    return kNames[static_cast<int>(own)];
}

// The columns of the result, in their order.
enum Column {
    kFormatVersion,
    kMetric,
    kElementType,
    kOwnPrecision,
    kDimensions,
    kCodeBits,
    kCodeDimensions,
    kM,
    kEfConstruction,
    kBytesPerNode,
    kNodesPerPage,
    kBytesPerUpperRecord,
    kUpperRecordsPerPage,
    kEntryLevel,
    kLiveNodes,
    kDeadNodes,
    kUpperRecords,
    kLevels,
    kAverageDegree,
    kAverageFillers,
    kLists,
    kEmptyLists,
    kLargestList,
    kFreePlaces,
    kHeapTids,
    kMetaBytes,
    kBaseBytes,
    kUpperBytes,
    kTidBytes,
    kTailBytes,
    kListBytes,
    kRowBytes,
    kOtherBytes,
    kTotalBytes,
    kColumns
};

// Null until it is set.
class Row {
public:
    Row() {
        for (bool& null : nulls_) null = true;
    }
    void put(Column column, Datum value) {
        values_[column] = value;
        nulls_[column] = false;
    }
    void number(Column column, int64 n) { put(column, Int32GetDatum(static_cast<int32>(n))); }
    void text(Column column, const char* s) { put(column, CStringGetTextDatum(s)); }
    void count(Column column, uint64 n) { put(column, Int64GetDatum(static_cast<int64>(n))); }
    void bytes(Column column, page::BlockId blocks) { count(column, uint64{blocks} * BLCKSZ); }
    void average(Column column, uint64 sum, uint64 n) {
        put(column, Float8GetDatum(n == 0 ? 0 : static_cast<double>(sum) / static_cast<double>(n)));
    }

    Datum tuple(TupleDesc type) {
        return HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(type), values_, nulls_));
    }

private:
    Datum values_[kColumns] = {};
    bool nulls_[kColumns];
};

// Nodes by level, up to the highest there is.
Datum histogram(const store::IndexInfo& info) {
    constexpr int kLevels = static_cast<int>(lengthof(info.levels));
    Datum items[kLevels];
    int used = 0;
    for (int i = 0; i < kLevels; i++) {
        items[i] = Int32GetDatum(static_cast<int32>(info.levels[i]));
        if (info.levels[i] != 0) used = i + 1;
    }
    return PointerGetDatum(
        construct_array(items, used, INT4OID, sizeof(int32), true, TYPALIGN_INT));
}

void describe_hnsw(Relation index, BufferPages& pages, Row& row) {
    const page::Profile profile = hnsw::format_of(index).profile;
    if (!store::plausible(profile))
        ereport(ERROR,
                (errcode(ERRCODE_INDEX_CORRUPTED),
                 errmsg("metapage of index \"%s\" is damaged", RelationGetRelationName(index))));
    const store::EntryPoint entry = store::read_entry(pages);
    const store::IndexInfo info = store::gather_info(pages, profile);
    const page::Layouts layouts = page::layouts(profile);
    const uint64 nodes = info.live + info.dead;
    row.number(kFormatVersion, page::kFormatVersion);
    row.text(kMetric, metric_name(profile.metric));
    row.text(kElementType, type_name(hnsw::metric_of(index)->type));
    row.text(kOwnPrecision, own_name(profile.own));
    row.number(kDimensions, profile.dims);
    row.number(kCodeBits, profile.code_bits);
    row.number(kCodeDimensions, page::is_plain(profile) ? 0 : profile.code_dims);
    row.number(kM, profile.m);
    row.number(kEfConstruction, profile.ef_construction);
    row.number(kBytesPerNode, layouts.base.stride);
    row.number(kNodesPerPage, layouts.base.per_page);
    row.number(kBytesPerUpperRecord, layouts.upper.stride);
    row.number(kUpperRecordsPerPage, layouts.upper.per_page);
    if (entry.id != page::kNoNode) row.number(kEntryLevel, entry.level);
    row.count(kLiveNodes, info.live);
    row.count(kDeadNodes, info.dead);
    row.count(kUpperRecords, info.upper_records);
    row.put(kLevels, histogram(info));
    row.average(kAverageDegree, info.edges, nodes);
    row.average(kAverageFillers, info.fillers, nodes);
    row.count(kHeapTids, info.heap_tids);
    row.bytes(kMetaBytes, info.blocks == 0 ? 0 : 1);
    row.bytes(kBaseBytes, info.base_blocks);
    row.bytes(kUpperBytes, info.upper_blocks);
    row.bytes(kTidBytes, info.tid_blocks);
    row.bytes(kTailBytes, info.tail_blocks);
    row.bytes(kOtherBytes, info.other_blocks);
    row.bytes(kTotalBytes, info.blocks);
}

// A row has no edges and one heap TID; it is the node here.
void describe_ivfflat(Relation index, BufferPages& pages, Row& row) {
    const ivf::Format format = ivfflat::format_of(index);
    ivf::IndexInfo info;
    in_temporary_context("quiver_index_info", [&](MemoryContext context) {
        info = ivf::gather_info(arena_in(context), pages, format);
    });
    const ivf::RowLayout layout = ivf::RowLayout::of(format);
    row.number(kFormatVersion, ivf::kFormatVersion);
    row.text(kMetric, metric_name(format.metric));
    row.text(kElementType, type_name(ivfflat::metric_of(index)->type));
    row.text(kOwnPrecision, own_name(format.own));
    row.number(kDimensions, format.dims);
    row.number(kBytesPerNode, layout.stride + sizeof(ivf::RowInfo));
    row.number(kNodesPerPage, layout.per_page);
    row.count(kLiveNodes, info.rows);
    row.number(kLists, info.lists);
    row.number(kEmptyLists, info.empty_lists);
    row.count(kLargestList, info.largest_list);
    row.count(kFreePlaces, info.free_places);
    row.count(kHeapTids, info.rows);
    row.bytes(kMetaBytes, info.blocks == 0 ? 0 : 1);
    row.bytes(kListBytes, info.list_blocks);
    row.bytes(kRowBytes, info.row_blocks);
    row.bytes(kOtherBytes, info.other_blocks);
    row.bytes(kTotalBytes, info.blocks);
}

}  // namespace

}  // namespace quiver::pg

QUIVER_FUNCTION(index_info) {
    using namespace quiver::pg;
    TupleDesc type;
    if (get_call_result_type(fcinfo, nullptr, &type) != TYPEFUNC_COMPOSITE)
        elog(ERROR, "return type must be a row type");
    const OpenIndex open = open_index(PG_GETARG_OID(0), Readers::owner_or_monitor,
                                      {is_of_ours, "an hnsw or ivfflat index"});
    Row row;
    BufferPages pages(open.index, GetAccessStrategy(BAS_BULKREAD));
    if (is_hnsw(open.index))
        describe_hnsw(open.index, pages, row);
    else
        describe_ivfflat(open.index, pages, row);
    close_index(open);
    return row.tuple(type);
}

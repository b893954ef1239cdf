// quiver_index_info(): what an index is and holds.
#include "pg/postgres.hpp"

#include "pg/hnsw/am.hpp"
#include "pg/hnsw/meta.hpp"
#include "pg/open.hpp"
#include "quiver/store/info.hpp"

namespace hnsw = quiver::pg::hnsw;
namespace page = quiver::page;
namespace store = quiver::store;

namespace {

const char* metric_name(page::Metric metric) {
    constexpr const char* kNames[] = {"l2", "inner product", "cosine", "hamming", "jaccard", "l1"};
    return kNames[static_cast<int>(metric)];
}

const char* own_name(page::Own own) {
    constexpr const char* kNames[] = {"f32", "f16", "bits", "i8", "sparse"};
    return kNames[static_cast<int>(own)];
}

const char* type_name(hnsw::ElementType type) {
    constexpr const char* kNames[] = {"vector", "halfvec", "bit", "sparsevec"};
    return kNames[static_cast<int>(type)];
}

Datum count(uint64 n) { return Int64GetDatum(static_cast<int64>(n)); }
Datum bytes_of(page::BlockId blocks) { return count(uint64{blocks} * BLCKSZ); }

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

}  // namespace

QUIVER_FUNCTION(index_info) {
    TupleDesc row;
    if (get_call_result_type(fcinfo, nullptr, &row) != TYPEFUNC_COMPOSITE)
        elog(ERROR, "return type must be a row type");
    const quiver::pg::AccessMethods method = {
        [](Relation index) { return index->rd_indam->ambuild == &hnsw::hnsw_build; },
        "an hnsw index"};
    const quiver::pg::OpenIndex open =
        quiver::pg::open_index(PG_GETARG_OID(0), quiver::pg::Readers::owner_or_monitor, method);
    const page::Profile profile = hnsw::format_of(open.index).profile;
    if (!store::plausible(profile))
        ereport(ERROR,
                (errcode(ERRCODE_INDEX_CORRUPTED), errmsg("metapage of index \"%s\" is damaged",
                                                          RelationGetRelationName(open.index))));
    const char* type = type_name(hnsw::metric_of(open.index)->type);

    quiver::pg::BufferPages pages(open.index, GetAccessStrategy(BAS_BULKREAD));
    store::EntryPoint entry = store::read_entry(pages);
    const store::IndexInfo info = store::gather_info(pages, profile);
    quiver::pg::close_index(open);

    const page::Layouts layouts = page::layouts(profile);
    const uint64 nodes = info.live + info.dead;
    const bool empty = entry.id == page::kNoNode;
    const int32 code_dims = page::is_plain(profile) ? 0 : static_cast<int32>(profile.code_dims);
    Datum values[] = {Int32GetDatum(page::kFormatVersion),
                      CStringGetTextDatum(metric_name(profile.metric)),
                      CStringGetTextDatum(type),
                      CStringGetTextDatum(own_name(profile.own)),
                      Int32GetDatum(static_cast<int32>(profile.dims)),
                      Int32GetDatum(profile.code_bits),
                      Int32GetDatum(code_dims),
                      Int32GetDatum(profile.m),
                      Int32GetDatum(profile.ef_construction),
                      Int32GetDatum(static_cast<int32>(layouts.base.stride)),
                      Int32GetDatum(layouts.base.per_page),
                      Int32GetDatum(static_cast<int32>(layouts.upper.stride)),
                      Int32GetDatum(layouts.upper.per_page),
                      Int32GetDatum(entry.level),
                      count(info.live),
                      count(info.dead),
                      count(info.upper_records),
                      histogram(info),
                      Float8GetDatum(nodes == 0 ? 0 : static_cast<double>(info.edges) / nodes),
                      Float8GetDatum(nodes == 0 ? 0 : static_cast<double>(info.fillers) / nodes),
                      count(info.heap_tids),
                      bytes_of(info.blocks == 0 ? 0 : 1),
                      bytes_of(info.base_blocks),
                      bytes_of(info.upper_blocks),
                      bytes_of(info.tid_blocks),
                      bytes_of(info.tail_blocks),
                      bytes_of(info.other_blocks),
                      bytes_of(info.blocks)};
    bool nulls[lengthof(values)] = {};
    nulls[13] = empty;
    return HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(row), values, nulls));
}

// aminsert: one row into the stored graph.
#include "pg/postgres.hpp"

#include "pg/hnsw/am.hpp"
#include "pg/hnsw/meta.hpp"
#include "pg/hnsw/options.hpp"
#include "pg/kept_memory.hpp"
#include "pg/value.hpp"
#include "quiver/store/insert.hpp"
#include "quiver/store/model.hpp"

namespace quiver::pg::hnsw {

static_assert(sizeof(ItemPointerData) == sizeof(page::HeapTid));

namespace {

// record: the stored form (store/own.hpp). unchanged: a row with this vector is probably there.
void insert_record(Relation index, const IndexFormat& format, const std::byte* record,
                   page::HeapTid tid, bool unchanged, Arena arena) {
    const Options options = options_of(index);
    BufferPages pages(index);
    store::Counters counters;
    store::with_model(format.profile, format.rotation_seed, [&](const auto& model) {
        store::PageInserter inserter(pages, model, arena, counters);
        if (unchanged && inserter.attach(record, tid)) return;
        inserter.insert(record, tid, format.rotation_seed, options.ef_construction);
    });
}

}  // namespace

extern "C" bool hnsw_insert(Relation index, Datum* values, bool* isnull, ItemPointer heap_tid,
                            Relation, IndexUniqueCheck, bool index_unchanged, IndexInfo*) {
    if (isnull[0]) return false;
    const IndexFormat& format = format_of(index);
    in_kept_memory([&](KeptMemory& memory) {
        ValueReader reader(*metric_of(index), format.profile);
        if (!reader.read_record(values[0])) return;
        page::HeapTid tid;
        memcpy(&tid, heap_tid, sizeof tid);
        insert_record(index, format, reader.record(), tid, index_unchanged, memory.arena());
    });
    return false;
}

}  // namespace quiver::pg::hnsw

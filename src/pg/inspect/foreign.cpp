// quiver_foreign_indexes(): the indexes of our access methods that are in another format, as after
// a migration from pgvector, and how to rebuild each.
//
// Only block 0 of each index is read. An index that is being rebuilt meanwhile holds a lock that
// this waits for; one that is dropped meanwhile is left out.
#include "pg/postgres.hpp"

#include "pg/buffer.hpp"
#include "pg/hnsw/meta.hpp"
#include "pg/inspect/kinds.hpp"
#include "pg/ivfflat/meta.hpp"
#include "pg/reindex.hpp"
#include "pg/set_result.hpp"
#include "quiver/store/free_space.hpp"

namespace quiver::pg {

namespace {

// What the metapages of an access method begin with.
struct Magic {
    uint32 ours;
    uint16 version;
    uint32 pgvector;
};
constexpr Magic kHnsw = {page::kMagic, page::kFormatVersion, hnsw::kPgvectorMagic};
constexpr Magic kIvfflat = {ivf::kMagic, ivf::kFormatVersion, ivfflat::kPgvectorMagic};

// Both metapages have these two first.
static_assert(offsetof(page::Meta, magic) == offsetof(ivf::Meta, magic));
static_assert(offsetof(page::Meta, version) == offsetof(ivf::Meta, version));

// Oids of all indexes of our access methods, as of now. The locks follow one by one.
List* all_indexes(Oid hnsw, Oid ivfflat) {
    const Relation classes = table_open(RelationRelationId, AccessShareLock);
    const SysScanDesc scan = systable_beginscan(classes, InvalidOid, false, nullptr, 0, nullptr);
    List* oids = NIL;
    for (HeapTuple row = systable_getnext(scan); HeapTupleIsValid(row);
         row = systable_getnext(scan)) {
        const auto* form = reinterpret_cast<Form_pg_class>(GETSTRUCT(row));
        if (form->relkind == RELKIND_INDEX && (form->relam == hnsw || form->relam == ivfflat))
            oids = lappend_oid(oids, form->oid);
    }
    systable_endscan(scan);
    table_close(classes, AccessShareLock);
    return oids;
}

// Temporary indexes of other sessions lie in their memory, unlogged ones on a standby are empty.
bool can_read(Relation index) {
    return is_of_ours(index) && !RELATION_IS_OTHER_TEMP(index) &&
           !(index->rd_rel->relpersistence == RELPERSISTENCE_UNLOGGED && RecoveryInProgress());
}

// Who wrote block 0; null: we, in the format of this version.
const char* foreign_format(Relation index) {
    const Magic& wanted = is_hnsw(index) ? kHnsw : kIvfflat;
    uint32 magic = 0;
    uint16 version = 0;
    BufferPages pages(index);
    if (pages.blocks() == 0) return "unknown";
    pages.read(page::kMetaBlock, [&](const std::byte* bytes) {
        magic = store::meta_of(bytes).magic;
        version = store::meta_of(bytes).version;
    });
    if (magic == wanted.ours) {
        if (version == wanted.version) return nullptr;
        return psprintf("quiver, format %u", version);
    }
    return magic == wanted.pgvector ? "pgvector" : "unknown";
}

void put_if_foreign(SetResult& result, Relation index) {
    const char* format = foreign_format(index);
    if (format == nullptr) return;
    Datum values[] = {ObjectIdGetDatum(RelationGetRelid(index)),
                      ObjectIdGetDatum(index->rd_index->indrelid), CStringGetTextDatum(format),
                      BoolGetDatum(index->rd_index->indisvalid),
                      CStringGetTextDatum(reindex_command(index))};
    bool nulls[lengthof(values)] = {};
    result.put(values, nulls);
}

void list_foreign_indexes(SetResult& result) {
    List* oids = all_indexes(get_am_oid("hnsw", false), get_am_oid("ivfflat", false));
    ListCell* cell;
    foreach (cell, oids) {
        const Relation index = try_relation_open(lfirst_oid(cell), AccessShareLock);
        if (index == nullptr) continue;
        if (can_read(index)) put_if_foreign(result, index);
        relation_close(index, AccessShareLock);
    }
}

}  // namespace

}  // namespace quiver::pg

QUIVER_FUNCTION(foreign_indexes) {
    quiver::pg::SetResult result = quiver::pg::begin_set(fcinfo);
    quiver::pg::list_foreign_indexes(result);
    return 0;
}

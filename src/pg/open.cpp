#include "pg/open.hpp"

#include "pg/compat.hpp"

namespace quiver::pg {

namespace {

const char* name_or_oid(Oid oid) {
    const char* name = get_rel_name(oid);
    return name != nullptr ? name : psprintf("%u", oid);
}

void require_index(Oid oid) {
    const char kind = get_rel_relkind(oid);
    if (kind == RELKIND_PARTITIONED_INDEX)
        ereport(ERROR, (errcode(ERRCODE_WRONG_OBJECT_TYPE),
                        errmsg("\"%s\" is a partitioned index", name_or_oid(oid)),
                        errhint("Name the indexes of its partitions, one by one.")));
    if (kind == '\0')
        ereport(ERROR, (errcode(ERRCODE_UNDEFINED_TABLE),
                        errmsg("relation with OID %u does not exist", oid)));
    if (kind != RELKIND_INDEX)
        ereport(ERROR, (errcode(ERRCODE_WRONG_OBJECT_TYPE),
                        errmsg("\"%s\" is not an index", name_or_oid(oid))));
}

void require_right(Oid oid, Readers readers) {
    if (owns_relation(oid, GetUserId())) return;
    if (readers == Readers::owner_or_monitor && has_privs_of_role(GetUserId(), ROLE_PG_MONITOR))
        return;
    aclcheck_error(ACLCHECK_NOT_OWNER, OBJECT_INDEX, name_or_oid(oid));
}

void require_readable(Relation index, const AccessMethods& methods) {
    const char* name = RelationGetRelationName(index);
    if (!methods.have(index))
        ereport(ERROR, (errcode(ERRCODE_WRONG_OBJECT_TYPE),
                        errmsg("\"%s\" is not %s", name, methods.name)));
    if (RELATION_IS_OTHER_TEMP(index))
        ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                        errmsg("cannot access temporary indexes of other sessions")));
    if (!index->rd_index->indisvalid)
        ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                        errmsg("index \"%s\" is not valid", name),
                        errhint("Rebuild it with REINDEX, or drop it.")));
    if (index->rd_rel->relpersistence == RELPERSISTENCE_UNLOGGED && RecoveryInProgress())
        ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                        errmsg("unlogged index \"%s\" is empty during recovery", name)));
}

}  // namespace

OpenIndex open_index(Oid oid, Readers readers, const AccessMethods& methods) {
    require_index(oid);
    require_right(oid, readers);
    // The table first, as everyone else does.
    const Oid heap_oid = IndexGetRelation(oid, false);
    const OpenIndex open = {table_open(heap_oid, AccessShareLock),
                            index_open(oid, AccessShareLock)};
    require_readable(open.index, methods);
    return open;
}

void close_index(const OpenIndex& open) {
    index_close(open.index, AccessShareLock);
    table_close(open.heap, AccessShareLock);
}

}  // namespace quiver::pg

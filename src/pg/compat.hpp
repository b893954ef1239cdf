// Every difference between the supported server versions (14 to 18), so that the rest of src/pg
// reads as one version.
#pragma once

#include "pg/postgres.hpp"

#if PG_VERSION_NUM < 140000
#error "quiver needs PostgreSQL 14 or newer"
#endif

// Soft errors came with 16: an input function reports to its caller instead of raising. Before
// that, it raises.
#if PG_VERSION_NUM < 160000
#define errsave(escontext, ...)      \
    do {                             \
        (void)(escontext);           \
        ereport(ERROR, __VA_ARGS__); \
    } while (0)
#endif

namespace quiver::pg {

// The error context of an input function, null where errors are raised.
inline Node* error_context(FunctionCallInfo fcinfo) {
#if PG_VERSION_NUM >= 160000
    return fcinfo->context;
#else
    (void)fcinfo;
    return nullptr;
#endif
}

// Makes SET of an unknown setting with this prefix an error.
inline void reserve_guc_prefix(const char* prefix) {
#if PG_VERSION_NUM >= 150000
    MarkGUCPrefixReserved(prefix);
#else
    EmitWarningsOnPlaceholders(prefix);
#endif
}

// Memory for what a check hook hands to its assign hook; null when there is none. The server frees
// it.
inline void* setting_extra(size_t bytes) {
#if PG_VERSION_NUM >= 160000
    return guc_malloc(LOG, bytes);
#else
    return malloc(bytes);
#endif
}

// What names the file of a relation, in the tag of a buffer.
#if PG_VERSION_NUM >= 160000
using FileLocator = RelFileLocator;
inline FileLocator locator_of(Relation relation) { return relation->rd_locator; }
inline uint32 file_number(const FileLocator& locator) { return locator.relNumber; }
#else
using FileLocator = RelFileNode;
inline FileLocator locator_of(Relation relation) { return relation->rd_node; }
inline uint32 file_number(const FileLocator& locator) { return locator.relNode; }
#endif

// A new last block, exclusively locked.
inline Buffer extend_locked(Relation relation, ForkNumber fork) {
#if PG_VERSION_NUM >= 160000
    return ExtendBufferedRel(BMR_REL(relation), fork, nullptr, EB_LOCK_FIRST);
#else
    LockRelationForExtension(relation, ExclusiveLock);
    const Buffer buffer = ReadBufferExtended(relation, fork, P_NEW, RBM_ZERO_AND_LOCK, nullptr);
    UnlockRelationForExtension(relation, ExclusiveLock);
    return buffer;
#endif
}

// Sleeps as long as the cost-based delay of this vacuum wants.
inline void vacuum_pause() {
#if PG_VERSION_NUM >= 180000
    vacuum_delay_point(false);
#else
    vacuum_delay_point();
#endif
}

// The memory, in bytes, that a vacuum of this process may use.
inline size_t vacuum_memory() {
#if PG_VERSION_NUM >= 170000
    const bool automatic = AmAutoVacuumWorkerProcess();
#else
    const bool automatic = IsAutoVacuumWorkerProcess();
#endif
    const int kilobytes =
        automatic && autovacuum_work_mem != -1 ? autovacuum_work_mem : maintenance_work_mem;
    return static_cast<size_t>(kilobytes) * 1024;
}

// Whether a role owns a relation.
inline bool owns_relation(Oid relation, Oid role) {
#if PG_VERSION_NUM >= 160000
    return object_ownercheck(RelationRelationId, relation, role);
#else
    return pg_class_ownercheck(relation, role);
#endif
}

// From 17 on, code of another role runs with a search_path that it cannot have set.
inline void restrict_search_path() {
#if PG_VERSION_NUM >= 170000
    RestrictSearchPath();
#endif
}

}  // namespace quiver::pg

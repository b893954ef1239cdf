// Opening an index that an SQL function was given by name or oid.
#pragma once

#include "pg/postgres.hpp"

namespace quiver::pg {

enum class Readers : uint8_t {
    owner,
    owner_or_monitor,  // members of pg_monitor, too
};

// The table and its index, both with AccessShareLock.
struct OpenIndex {
    Relation heap;
    Relation index;
};

// Of which access methods: whether an index is, and what to call them.
struct AccessMethods {
    bool (*have)(Relation index);
    const char* name;  // "an hnsw index"
};

// Raises when the relation is no valid index of these, the role may not look into it, or its pages
// belong to another session or are not there, as an unlogged index's on a standby.
OpenIndex open_index(Oid oid, Readers readers, const AccessMethods& methods);
void close_index(const OpenIndex& open);

}  // namespace quiver::pg

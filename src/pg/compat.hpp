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

}  // namespace quiver::pg

// What a vacuum says about an index.
#pragma once

#include "pg/postgres.hpp"

namespace quiver::pg {

// The level of its messages. PostgreSQL 14 asks for INFO when VACUUM is VERBOSE. Since 15, the
// server prints a summary of its own from IndexBulkDeleteResult and asks for DEBUG2 whatever was
// said; so the statement is read, which parallel workers have, too, and autovacuum has not.
int vacuum_level(const IndexVacuumInfo* info);

}  // namespace quiver::pg

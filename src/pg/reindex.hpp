// What to tell a user whose index has to be built again.
#pragma once

#include "pg/postgres.hpp"

namespace quiver::pg {

// The statement that rebuilds the index.
const char* reindex_command(Relation index);

}  // namespace quiver::pg

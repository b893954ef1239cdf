// How many processes may build an index.
#pragma once

#include "pg/postgres.hpp"

namespace quiver::pg {

// How many workers this build may have.
int parallel_workers(Relation heap, Relation index);

// The size of the TOAST table.
BlockNumber toast_blocks(Relation heap);

}  // namespace quiver::pg

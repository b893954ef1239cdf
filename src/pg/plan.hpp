// What is taken out of plans that use an index of ours.
#pragma once

#include "pg/postgres.hpp"

namespace quiver::pg {

// Once per process, when the library is loaded. ours: what is ours about an index.
void install_planner_hook(bool (*ours)(Relation index));

}  // namespace quiver::pg

// What is taken out of plans that use the index.
#pragma once

namespace quiver::pg::hnsw {

// Once per process, when the library is loaded.
void install_planner_hook();

}  // namespace quiver::pg::hnsw

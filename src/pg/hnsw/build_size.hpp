// How large a build is going to be: rows and memory.
#pragma once

#include "pg/postgres.hpp"

#include "pg/hnsw/build_shared.hpp"

namespace quiver::pg::hnsw {

// How many rows the table probably has and what their graph may take. A NOTICE says how much
// maintenance_work_mem the build needs, if that is more than it has.
GraphRoom graph_room(Relation heap, Relation index, const IndexFormat& format);

// A NOTICE that the graph is full, and what to do about it.
void report_full_graph(const BuildShared* shared);

// A graph is read all over the place, so fewer and larger pages of memory save a tenth of the time.
void ask_for_huge_pages(std::byte* block, size_t bytes);

}  // namespace quiver::pg::hnsw

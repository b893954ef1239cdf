// What must be true of every index at rest, whatever was inserted, removed or interrupted: read
// from the pages alone.
#pragma once

#include <map>  // std::map
#include <set>  // std::set

#include "support/stored_index.hpp"

namespace quiver::test {

struct GraphFacts {
    size_t live = 0;
    size_t dead = 0;
    size_t upper = 0;  // records
    size_t edges = 0;  // on the base layer
    size_t fillers = 0;
    size_t stale = 0;                  // edges that lead nowhere, if these are allowed
    std::set<uint64_t> tids;           // key_of(), each once
    std::set<page::NodeId> unreached;  // base nodes that no path from the entry leads to
    std::map<page::NodeId, uint32_t> row_of_node;
};

// Incomplete: an insertion was interrupted, so a node may lack records of its upper layers.
enum class Chains : bool { complete, incomplete };
// Allowed: an insertion ran while a vacuum freed what it had found.
enum class Stale : bool { none, allowed };

GraphFacts check_graph(const StoredIndex& index, Chains chains = Chains::complete,
                       Stale stale = Stale::none);

}  // namespace quiver::test

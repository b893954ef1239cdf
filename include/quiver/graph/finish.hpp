// What one process does with a graph when all inserters are done, before it is written to pages.
#pragma once

#include <cstdint>  // uint32_t

#include "quiver/graph/build.hpp"

namespace quiver::graph {

// Fills the base lists that are not full. The first ones; the others never have room.
template <class Metric, class Host>
void fill_lists(Inserter<Metric, Host>& inserter) {
    const uint32_t nodes = inserter.graph().size();
    for (NodeId id = 0; id < nodes; ++id) {
        inserter.host().poll();
        inserter.fill_list(id);
    }
}

// An order in which neighbours are near each other: breadth first from the entry. `order` has room
// for all nodes; afterwards graph.position(order[i]) == i. Nodes that cannot be reached on the base
// layer get an edge from a near one that can, so that afterwards all can be. Returns how many
// needed it.
//
// The edges by which nodes were first reached form a tree (parent) and are never given up for this,
// so connecting one node cannot cut off another. The last node in the order has no children yet:
// there is always one with edges to spare.
template <class Metric, class Host>
uint32_t order_nodes(Inserter<Metric, Host>& inserter, NodeId* order) {
    MemoryGraph graph = inserter.graph();
    const uint32_t nodes = graph.size();
    if (nodes == 0) return 0;
    constexpr uint32_t kUnreached = 0xffffffffu;
    for (NodeId id = 0; id < nodes; ++id) {
        graph.position(id) = kUnreached;
        graph.parent(id) = kNoNode;
    }
    uint32_t reached = 0;
    const auto reach = [&](NodeId id, NodeId parent) {
        graph.position(id) = reached;
        graph.parent(id) = parent;
        order[reached++] = id;
    };
    uint32_t adopted = 0;
    NodeId candidate = 0;
    reach(graph.entry().id, kNoNode);
    for (uint32_t expanded = 0;;) {
        for (; expanded < reached; ++expanded) {
            inserter.host().poll();
            const NodeId id = order[expanded];
            const EdgeList list = graph.edges(id, 0);
            for (uint32_t i = 0; i < list.size(); ++i) {
                if (graph.position(list.id(i)) == kUnreached) reach(list.id(i), id);
            }
        }
        while (candidate < nodes && graph.position(candidate) != kUnreached) ++candidate;
        if (candidate == nodes) return adopted;
        reach(candidate, inserter.adopt(candidate, order[reached - 1]));
        ++adopted;
    }
}

}  // namespace quiver::graph

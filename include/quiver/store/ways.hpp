// Whether a node loses its last way in when a list drops it.
//
// Nobody can say who all have an edge to a node without reading the whole index. But the nodes that
// its own list leads to are its surroundings, and some of them lead back; when hardly one does, the
// edge that was dropped may have been the only one.
#pragma once

#include <algorithm>  // std::min

#include "quiver/store/read_node.hpp"

namespace quiver::store {

// Whether at least `enough` of the neighbours of a base node lead back to it. Reads a page for the
// node and one for each neighbour it has to ask; a node that is gone needs no way.
template <PageAccess Pages>
inline bool has_ways(NodeReader<Pages>& reader, page::NodeId id, uint8_t generation,
                     size_t enough) {
    struct Edge {
        page::NodeId id;
        uint8_t generation;
    };
    const auto each_edge = [](page::ConstSlot slot, auto f) {
        const size_t degree = std::min<size_t>(slot.header().edge_count, slot.layout->edges);
        for (size_t i = 0; i < degree; i++)
            f(Edge{slot.ids()[i], static_cast<uint8_t>(slot.tag()[i] & page::kGenerationMask)});
    };
    Edge edges[page::kMaxEdgesPadded];
    size_t count = 0;
    bool live = false;
    (void)reader.read_list(id, generation, [&](page::ConstSlot slot) {
        live = slot.header().state == page::SlotState::live;
        each_edge(slot, [&](Edge edge) { edges[count++] = edge; });
    });
    if (!live) return true;
    size_t ways = 0;
    for (size_t i = 0; i < count && ways < enough; i++) {
        (void)reader.read_list(edges[i].id, edges[i].generation, [&](page::ConstSlot slot) {
            if (slot.header().state != page::SlotState::live) return;
            each_edge(slot,
                      [&](Edge edge) { ways += edge.id == id && edge.generation == generation; });
        });
    }
    return ways >= enough;
}

}  // namespace quiver::store

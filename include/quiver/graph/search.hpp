// Searching one layer, over any store.
//
// A Store is a graph with a query in hand:
//   NodeId id                              below Beam::kExpanded
//   List edges(id, layer)                  size() and id(i); may change under the reader
//   void prefetch_edges(id, layer), prefetch_vector(id)
//   void distances(ids, count, out)        from the query to each
// A visited set has insert() and insert_all() as IdSet (base) and Visited (here) do.
// A hop has two phases, first collecting the neighbours not seen before, then computing their
// distances together, so that the memory of all of them is on its way while the first is being
// worked on.
#pragma once

#include <cstdint>  // uint32_t

#include "quiver/graph/candidate.hpp"

namespace quiver::graph {

// Vectors on their way while kStep are measured.
inline constexpr uint32_t kAhead = 16;
inline constexpr uint32_t kStep = 4;

// What a hop works on; room for the longest list each.
struct Batch {
    NodeId* ids;
    float* distances;
};

// The neighbours of `id` not visited before, marked as visited. The set may allocate, so this may
// jump.
template <class Store, class Set>
uint32_t collect_unvisited(const Store& store, NodeId id, Level layer, Set& visited, NodeId* out) {
    const auto edges = store.edges(id, layer);
    return visited.insert_all(
        edges.size(), [&edges](uint32_t i) { return edges.id(i); }, out);
}

// Expands the beam until no candidate in it is unexpanded. Before: the beam's candidates are in
// `visited`.
template <class Store, class Set, class Host>
void search_layer(const Store& store, Level layer, Beam& beam, Set& visited, const Batch& batch,
                  Host& host) {
    for (NodeId id = beam.expand_next(); id != kNoNode; id = beam.expand_next()) {
        host.poll();
        if (const NodeId after = beam.peek_next(); after != kNoNode)
            store.prefetch_edges(after, layer);
        const uint32_t count = collect_unvisited(store, id, layer, visited, batch.ids);
        // Often one of these is expanded next, so its list is needed as soon as the batch is done.
        float next = beam.next_distance();
        for (uint32_t i = 0; i < count && i < kAhead; ++i) store.prefetch_vector(batch.ids[i]);
        for (uint32_t i = 0; i < count; i += kStep) {
            const uint32_t n = count - i < kStep ? count - i : kStep;
            for (uint32_t j = i + kAhead; j < i + kAhead + kStep && j < count; ++j)
                store.prefetch_vector(batch.ids[j]);
            store.distances(batch.ids + i, n, batch.distances + i);
            for (uint32_t j = i; j < i + n; ++j) {
                if (batch.distances[j] < next) {
                    next = batch.distances[j];
                    store.prefetch_edges(batch.ids[j], layer);
                }
            }
        }
        beam.offer_all(batch.distances, batch.ids, count);
    }
}

// Walks from `from` to the nearest node it can reach on the layers `top` down to `bottom`,
// greedily.
//
// One visited set serves all of them: what was seen on a layer above was no nearer then and is not
// now.
template <class Store, class Set, class Host>
Candidate descend(const Store& store, Candidate from, Level top, Level bottom, Set& visited,
                  const Batch& batch, Host& host) {
    Candidate best = from;
    for (Level layer = top; layer + 1 > bottom; --layer) {
        for (bool moved = true; moved;) {
            host.poll();
            moved = false;
            const uint32_t count = collect_unvisited(store, best.id, layer, visited, batch.ids);
            store.distances(batch.ids, count, batch.distances);
            for (uint32_t i = 0; i < count; ++i) {
                if (batch.distances[i] < best.distance) {
                    best = {batch.distances[i], batch.ids[i]};
                    moved = true;
                }
            }
        }
    }
    return best;
}

}  // namespace quiver::graph

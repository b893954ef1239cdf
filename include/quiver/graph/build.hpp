// Adding vectors to a MemoryGraph, one inserter per process or thread, any number at once.
//
// An insertion searches first and takes memory last: a vector that is there already only adds its
// heap TID, and a full block is left as it was. The new node's own lists are written before
// anything points at it; then the kept neighbours are told, one after the other, each under its own
// version and with all distances computed outside.
#pragma once

#include <cstdint>  // uint32_t
#include <cstring>  // std::memcmp
#include <limits>   // std::numeric_limits

#include "quiver/base/arena.hpp"
#include "quiver/graph/memory_graph.hpp"
#include "quiver/graph/metric.hpp"
#include "quiver/graph/search.hpp"
#include "quiver/graph/select.hpp"
#include "quiver/graph/visited.hpp"

namespace quiver::graph {

// The Store of search.hpp over a MemoryGraph.
template <class Metric>
struct MemoryStore {
    using Element = typename Metric::Element;
    using Query = typename Metric::Query;

    MemoryGraph graph;
    const Metric* metric;
    const Query* query;
    const Element** rows;  // room for the longest list

    EdgeList edges(NodeId id, Level layer) const { return graph.edges(id, layer); }
    [[gnu::always_inline]] void prefetch_edges(NodeId id, Level layer) const {
        if (layer == 0) graph.edges(id, 0).prefetch();
    }
    [[gnu::always_inline]] void prefetch_vector(NodeId id) const { graph.prefetch_vector(id); }
    void distances(const NodeId* ids, uint32_t count, float* out) const {
        for (uint32_t i = 0; i < count; ++i)
            rows[i] = reinterpret_cast<const Element*>(graph.vector(ids[i]));
        metric->distances(query, rows, count, out);
    }
};

enum class Inserted : uint8_t {
    node,       // as a node of its own
    duplicate,  // its TID joined the node of an equal vector
    full,       // not at all: the block has no room; the graph is as it was
};

template <class Metric, class Host>
class Inserter {
public:
    using Element = typename Metric::Element;
    using Query = typename Metric::Query;

    // Everything it will need but a growing visited set comes from the arena now. The metric must
    // outlive it.
    Inserter(MemoryGraph graph, const Metric& metric, Arena arena, Host host)
        : graph_(graph),
          metric_(metric),
          host_(host),
          params_(graph.params()),
          beam_(arena.array<Candidate>(params_.ef_construction), params_.ef_construction),
          visited_(arena, graph.most_nodes(), size_t{params_.ef_construction} * params_.degree(0)) {
        const uint32_t degree = params_.degree(0);
        const uint32_t hidden = params_.ef_construction;
        batch_ = {arena.array<NodeId>(degree), arena.array<float>(degree)};
        rows_ = arena.array<const Element*>(degree);
        room_ = {arena.array<const Element*>(degree), arena.array<float>(degree),
                 arena.array<typename SelectRoom<Metric>::Hidden>(hidden),
                 arena.array<std::byte>(metric.query_bytes())};
        query_room_ = arena.array<std::byte>(metric.query_bytes());
        if constexpr (kKeepsMore<Metric>) keep_room_ = arena.array<std::byte>(metric.keep_bytes());
        lists_ = arena.array<Edge>(size_t{degree} * (kMaxLevel + 1));
        list_ = arena.array<Edge>(degree);
    }

    // `stored`: the vector in its stored form, normalised when the metric is the cosine's.
    Inserted insert(const void* stored, HeapTid tid);

    // Fills the base list of a node as far as the graph allows. Lists are full from the start but
    // those of the first nodes, which found few others.
    void fill_list(NodeId id);

    // Makes a node that cannot be reached on the base layer the neighbour of one that can: of the
    // nearest that has an edge to spare, or of one that a near one took in before, or else of
    // `spare`. Reachable are the nodes with a position (finish.hpp), and an edge that leads to a
    // node from its parent is not spared. Returns the neighbour.
    NodeId adopt(NodeId orphan, NodeId spare);

    MemoryGraph graph() const { return graph_; }
    Host& host() { return host_; }

private:
    MemoryStore<Metric> store(const Query* query) { return {graph_, &metric_, query, rows_}; }
    Vectors<Metric> vectors() { return {&graph_, &metric_}; }
    size_t bytes_of(const void* vector) const {
        if constexpr (kVarying<Metric>)
            return metric_.bytes_of(static_cast<const Element*>(vector));
        else
            return params_.vector_bytes;
    }
    const void* keep(const void* stored) const {
        if constexpr (kKeepsMore<Metric>)
            return metric_.keep(static_cast<const std::byte*>(stored), keep_room_);
        else
            return stored;
    }
    Edge* new_list(Level layer) { return lists_ + size_t{layer} * params_.degree(0); }

    void search(const MemoryStore<Metric>& store, Entry entry, Level level);
    void search_base(NodeId id, NodeId from);
    // The occlusion of an edge to a node that had no other way in; no metric returns it.
    static constexpr float kTakenIn = std::numeric_limits<float>::lowest();
    static constexpr uint32_t kMostTakenIn = 4;

    NodeId find_equal(const Element* vector, const MemoryStore<Metric>& store) const;
    void keep_ways(NodeId newcomer, const MemoryStore<Metric>& store);
    bool take_in(NodeId owner, const Edge& edge);
    bool give_slot(NodeId owner, NodeId orphan, const MemoryStore<Metric>& store, uint32_t most);
    NodeId taken_in(NodeId owner, uint64_t which) const;
    void link(NodeId owner, Level layer, NodeId newcomer, const Query* query, float distance);

    MemoryGraph graph_;
    const Metric& metric_;
    Host host_;
    const Params params_;
    Beam beam_;
    Visited visited_;
    Batch batch_;
    const Element** rows_;
    SelectRoom<Metric> room_;
    void* query_room_;
    std::byte* keep_room_ = nullptr;
    Edge* lists_;                     // of the new node, per layer
    uint32_t counts_[kMaxLevel + 1];  // edges in them
    Edge* list_;                      // copy of a neighbour's

    // For metrics with hubs:
    static constexpr uint32_t kWays = 4;       // base lists that name a node, fewer are few
    static constexpr uint32_t kMostLeft = 64;  // more than nearly all newcomers cause
    NodeId left_[kMostLeft];                   // who left a base list for the newcomer
    uint32_t left_count_ = 0;
};

template <class Metric, class Host>
Inserted Inserter<Metric, Host>::insert(const void* stored, HeapTid tid) {
    const void* const vector = keep(stored);
    const Level level = level_of(tid, params_.seed, params_.ratio());
    const Query* const query = metric_.query(static_cast<const Element*>(vector), query_room_);
    const MemoryStore<Metric> store = this->store(query);

    Entry entry = graph_.entry();
    NodeId id = kNoNode;
    if (entry.none()) {
        id = graph_.add(vector, bytes_of(vector), tid, level);
        if (id == kNoNode) return Inserted::full;
        if (graph_.promote(id, level)) return Inserted::node;
        entry = graph_.entry();  // somebody else was first
    }
    search(store, entry, level);
    if (id == kNoNode) {
        if (const NodeId equal = find_equal(static_cast<const Element*>(vector), store);
            equal != kNoNode)
            return graph_.add_tid(equal, tid, host_) ? Inserted::duplicate : Inserted::full;
        id = graph_.add(vector, bytes_of(vector), tid, level);
        if (id == kNoNode) return Inserted::full;
    }

    const Level top = level < entry.level ? level : entry.level;
    for (Level layer = 0; layer <= top; ++layer) {
        EdgeList list = graph_.edges(id, layer);
        for (uint32_t i = 0; i < counts_[layer]; ++i) {
            list.append(new_list(layer)[i]);
            if (kHasHubs<Metric> && layer == 0) ++graph_.ways(new_list(0)[i].id);
        }
    }
    left_count_ = 0;
    for (Level layer = 0; layer <= top; ++layer) {
        const Edge* const edges = new_list(layer);
        for (uint32_t i = 0; i < counts_[layer]; ++i) {
            if (edges[i].filler() && !Metric::kLinksToFillers) break;
            if (i + 1 < counts_[layer]) graph_.edges(edges[i + 1].id, layer).prefetch_all();
            link(edges[i].id, layer, id, query, edges[i].info.distance);
        }
    }
    if (kHasHubs<Metric>) keep_ways(id, store);
    graph_.promote(id, level);
    return Inserted::node;
}

// Finds the lists of a node of this level. After: the beam has the nearest of the base layer.
template <class Metric, class Host>
void Inserter<Metric, Host>::search(const MemoryStore<Metric>& store, Entry entry, Level level) {
    Candidate nearest{0, entry.id};
    store.distances(&nearest.id, 1, &nearest.distance);
    visited_.reset();
    visited_.insert(entry.id);
    if (entry.level > level)
        nearest = descend(store, nearest, entry.level, level + 1, visited_, batch_, host_);
    beam_.clear(params_.ef_construction);
    beam_.offer(nearest.distance, nearest.id);
    for (Level layer = level < entry.level ? level : entry.level;; --layer) {
        visited_.reset();
        for (uint32_t i = 0; i < beam_.size(); ++i) visited_.insert(beam_[i].id);
        beam_.restart();
        search_layer(store, layer, beam_, visited_, batch_, host_);
        // Rounded distances find the candidates; which of them are nearest is worth knowing
        // exactly, but hardly ever one gets into the list that so many others are before.
        if constexpr (kKeepsMore<Metric>) {
            if (params_.measured_at != 0)
                beam_.measure_again(params_.degree(layer) * 3 / 2, [&](NodeId id) {
                    return metric_.exact_distance(store.query, vectors().row(id));
                });
        }
        counts_[layer] =
            select_neighbours(vectors(), beam_, params_.degree(layer), room_, new_list(layer));
        if (layer == 0) return;
    }
}

template <class Metric, class Host>
void Inserter<Metric, Host>::fill_list(NodeId id) {
    const EdgeList list = graph_.edges(id, 0);
    if (list.size() == list.capacity()) return;
    search_base(id, graph_.entry().id);
    for (uint32_t i = 0; i < beam_.size() && list.size() < list.capacity(); ++i) {
        const Candidate c = beam_[i];
        if (c.id != id)
            link(id, 0, c.id, metric_.query(vectors().row(c.id), query_room_), c.distance);
    }
}

// By inner product most nodes can be without a way in, since no list wants a short vector, and the
// nearest of all of them are the same few long ones, whose lists are what searches go through. So
// these give up one place each, and whoever comes later goes below the node that got it, in a tree
// that grows by lot, so that no path becomes long.
template <class Metric, class Host>
NodeId Inserter<Metric, Host>::adopt(NodeId orphan, NodeId spare) {
    search_base(orphan, graph_.entry().id);
    const MemoryStore<Metric> store =
        this->store(metric_.query(vectors().row(orphan), query_room_));
    uint64_t lot = mix64(orphan);
    for (uint32_t i = 0; i < beam_.size(); ++i) {
        uint32_t most = 1;
        for (NodeId owner = beam_[i].id; owner != kNoNode; owner = taken_in(owner, lot)) {
            if (give_slot(owner, orphan, store, most)) return owner;
            most = kMostTakenIn;
            lot = mix64(lot);
        }
    }
    give_slot(spare, orphan, store, 1);
    return spare;
}

// Puts the orphan into the list of `owner`, for the most hidden edge that is not to a child. False
// when all are, or when it took in `most` already. store: with the orphan as the query.
template <class Metric, class Host>
bool Inserter<Metric, Host>::give_slot(NodeId owner, NodeId orphan,
                                       const MemoryStore<Metric>& store, uint32_t most) {
    EdgeList list = graph_.edges(owner, 0);
    const uint32_t count = list.size();
    uint32_t slot = count;
    uint32_t given = 0;
    for (uint32_t i = 0; i < count && count == list.capacity(); ++i) {
        given += list.info(i).occlusion == kTakenIn;
        if (graph_.parent(list.id(i)) == owner) continue;
        if (slot == count || list.info(i).occlusion > list.info(slot).occlusion) slot = i;
    }
    if (slot == list.capacity() || given >= most) return false;
    Edge edge{orphan, {0, kTakenIn}};
    store.distances(&owner, 1, &edge.info.distance);
    if (slot == count) {
        list.append(edge);
    } else {
        list.set(slot, edge);
    }
    return true;
}

// A hub is in the way of those around it: thousands of nodes are offered to the lists that would
// lead to them, and refused or soon pushed out again. (By L1, 5,800 of 30,000 texts in 768
// dimensions ended in no list at all, and a search found half of what it does now.)
//
// A newcomer that nobody took is taken by the nearest that can spare an edge. The newcomer takes
// those that left a list for it and that hardly any other list names: who dropped them leads here.
template <class Metric, class Host>
void Inserter<Metric, Host>::keep_ways(NodeId newcomer, const MemoryStore<Metric>& store) {
    const Edge* const edges = new_list(0);
    for (uint32_t i = 0; i < counts_[0] && graph_.ways(newcomer) == 0; ++i)
        (void)take_in(edges[i].id, {newcomer, {edges[i].info.distance, 0.0f}});
    for (uint32_t i = 0; i < left_count_; ++i) {
        if (graph_.ways(left_[i]) >= kWays) continue;
        Edge edge{left_[i], {0, kNotHidden}};
        store.distances(&edge.id, 1, &edge.info.distance);
        (void)take_in(newcomer, edge);
    }
}

// Puts an edge into the base list of `owner`, for the most hidden one of those whose targets have
// more ways than few. False when there is none, or the list has the edge.
template <class Metric, class Host>
bool Inserter<Metric, Host>::take_in(NodeId owner, const Edge& edge) {
    EdgeList list = graph_.edges(owner, 0);
    while (true) {
        const uint32_t version = graph_.version(owner, host_);
        const uint32_t count = list.size();
        uint32_t slot = count;
        for (uint32_t i = 0; i < count; ++i) {
            if (list.id(i) == edge.id) return false;
            if (count < list.capacity() || graph_.ways(list.id(i)) <= kWays) continue;
            if (slot == count || list.info(i).occlusion > list.info(slot).occlusion) slot = i;
        }
        if (slot == list.capacity()) return false;
        if (!graph_.begin_change(owner, version)) continue;
        ++graph_.ways(edge.id);
        if (slot == count) {
            list.append(edge);
        } else {
            --graph_.ways(list.id(slot));
            list.set(slot, edge);
        }
        graph_.end_change(owner, version);
        return true;
    }
}

// One of the nodes that the list of `owner` took in; kNoNode when there is none.
template <class Metric, class Host>
NodeId Inserter<Metric, Host>::taken_in(NodeId owner, uint64_t which) const {
    const EdgeList list = graph_.edges(owner, 0);
    NodeId ids[kMostTakenIn];
    uint32_t count = 0;
    for (uint32_t i = 0; i < list.size() && count < kMostTakenIn; ++i)
        if (list.info(i).occlusion == kTakenIn) ids[count++] = list.id(i);
    return count > 0 ? ids[which % count] : kNoNode;
}

// After: the beam has what a search of the base layer from `from` finds near node `id`.
template <class Metric, class Host>
void Inserter<Metric, Host>::search_base(NodeId id, NodeId from) {
    const MemoryStore<Metric> store = this->store(metric_.query(vectors().row(id), query_room_));
    float distance;
    store.distances(&from, 1, &distance);
    visited_.reset();
    visited_.insert(from);
    beam_.clear(params_.ef_construction);
    beam_.offer(distance, from);
    search_layer(store, 0, beam_, visited_, batch_, host_);
}

// A node with the same bytes in the beam. Whatever the metric, it is as far away as the vector is
// from itself.
template <class Metric, class Host>
NodeId Inserter<Metric, Host>::find_equal(const Element* vector,
                                          const MemoryStore<Metric>& store) const {
    float self;
    metric_.distances(store.query, &vector, 1, &self);
    for (uint32_t i = 0; i < beam_.size() && beam_[i].distance <= self; ++i) {
        const std::byte* const other = graph_.vector(beam_[i].id);
        if (beam_[i].distance == self && bytes_of(other) == bytes_of(vector) &&
            std::memcmp(other, vector, bytes_of(vector)) == 0)
            return beam_[i].id;
    }
    return kNoNode;
}

// Offers the newcomer to the list of `owner`. before, after: no version held.
template <class Metric, class Host>
void Inserter<Metric, Host>::link(NodeId owner, Level layer, NodeId newcomer, const Query* query,
                                  float distance) {
    EdgeList list = graph_.edges(owner, layer);
    while (true) {
        const uint32_t version = graph_.version(owner, host_);
        const uint32_t count = list.size();
        for (uint32_t i = 0; i < count; ++i) {
            list_[i] = list[i];
            if (list_[i].id == newcomer) return;
        }
        const Admission admission =
            admit(vectors(), query, distance, list_, count, list.capacity(), room_);
        if (admission.refused()) return;
        if (!graph_.begin_change(owner, version)) continue;
        if (admission.occlusion < 0) {  // a filler hides nobody
            for (uint32_t i = 0; i < count; ++i) list.set_occlusion(i, list_[i].info.occlusion);
        }
        const Edge edge{newcomer, {distance, admission.occlusion}};
        const bool counts = kHasHubs<Metric> && layer == 0;
        if (admission.slot == count) {
            list.append(edge);
        } else {
            const NodeId left = list.id(admission.slot);
            if (counts) --graph_.ways(left);
            if (counts && left_count_ < kMostLeft) left_[left_count_++] = left;
            list.set(admission.slot, edge);
        }
        if (counts) ++graph_.ways(newcomer);
        graph_.end_change(owner, version);
        return;
    }
}

}  // namespace quiver::graph

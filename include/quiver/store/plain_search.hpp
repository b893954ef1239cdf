// Beam search over one layer where edges have no codes.
//
// What an edge costs is then its target's page, and that is read as soon as the edge is met: for
// the exact distance, and, if that is near enough for the beam, for the target's own edges, which
// are copied out. So every page is read once, the beam has exact distances only, and a hop takes no
// page at all but those of neighbours that no edge led to before.
//
// before, after: as in search.hpp, of which this is the counterpart; one page is locked at a time.
#pragma once

#include <algorithm>  // std::min

#include "quiver/base/id_map.hpp"
#include "quiver/store/search.hpp"

namespace quiver::store {

template <class Q>
concept PlainQuery = Query<Q> && !CodeQuery<Q>;

template <PageAccess Pages, Query Q, class Visitor>
requires PlainQuery<Q>
class LayerSearch<Pages, Q, Visitor> {
public:
    LayerSearch(Arena arena, Pages& pages, const Q& query, const page::SlotLayout& layout,
                page::PageKind kind, Counters& counters, Visitor visitor = {})
        : pages_(&pages),
          query_(&query),
          layout_(&layout),
          reader_(pages, layout, kind, arena),
          counters_(&counters),
          visitor_(visitor),
          beam_(arena),
          met_(arena, 1024),
          visits_(arena),
          lists_(arena),
          edges_(arena) {}

    // Starts a search with a beam of `room` entries.
    void begin(size_t room) {
        room_ = room;
        beam_.begin(room, Estimates::mean);
        met_.reset();
        visits_.clear();
        lists_.clear();
        edges_.clear();
    }

    // A node to start from.
    void seed(page::NodeId id, uint8_t generation) {
        if (met_.at(id, kUnknown) == kUnknown) meet({id, generation});
    }

    void run() {
        size_t live = kHopsPerEntry * room_;
        for (size_t hops = 4 * live; beam_.more() && hops > 0 && live > 0; hops--) {
            pages_->poll();
            point(*pages_, Point::search_hop);
            live -= hop();
        }
    }

    // How many nodes have been in the beam.
    size_t visits() const { return visits_.size(); }

    // before: run(). All nodes that were in the beam, nearest first; includes nodes without heap
    // tuples (live == false).
    std::span<const Found> found() { return visits_.found(); }

    // before: run(). The i-th element of found(); null behind the last.
    const Found* nearest(size_t i) { return visits_.nearest(i); }

    // The largest rounding error of the own vector of a node in found().
    float largest_error() const { return visits_.largest_error(); }

private:
    static constexpr size_t kHopsPerEntry = 4;
    static constexpr size_t kAhead = 4;

    // What is known of a node that an edge led to: its place in visits_, or one of these.
    static constexpr uint32_t kUnknown = 0xffffffffu;
    static constexpr uint32_t kFar = 0xfffffffeu;

    struct Edge {
        page::NodeId id;
        uint8_t generation;
    };
    // The edges of a visited node, in edges_.
    struct List {
        size_t first;
        uint32_t count;
    };

    // before: there is an unvisited entry. after: all its neighbours have been met. It stays in the
    // beam if it has heap tuples, which is what this returns.
    bool hop() {
        const Beam::Entry entry = beam_.take();
        const uint32_t visit = met_.at(entry.id, kUnknown);
        const bool live = visits_[visit].live;
        if (live) beam_.put_visited(entry.dist);
        counters_->hops++;

        const List list = lists_[visit];
        counters_->estimates += list.count;
        Edge fresh[page::kMaxEdgesPadded];
        size_t count = 0;
        for (uint32_t i = 0; i < list.count; i++) {
            const Edge edge = edges_[list.first + i];
            uint32_t& known = met_.at(edge.id, kUnknown);
            if (known != kUnknown) continue;
            known = kFar;
            fresh[count++] = edge;
        }
        for (size_t i = 0; i < count && i < kAhead; i++) announce(fresh[i].id);
        for (size_t i = 0; i < count; i++) {
            if (i + kAhead < count) announce(fresh[i + kAhead].id);
            meet(fresh[i]);
        }
        return live;
    }

    // Reads a node; it enters the beam if it is near enough.
    void meet(Edge to) {
        const float bound = beam_.bound();
        Found node{};
        bool near = false;
        Edge edges[page::kMaxEdgesPadded];
        size_t degree = 0;
        const bool there =
            reader_.read(to.id, to.generation, [&](page::ConstSlot slot, const std::byte* own) {
                const float dist = query_->exact(own);
                near = dist < bound;
                if (!near) return;
                node = view(slot, to.id, dist);
                visitor_(slot, own, node);
                degree = std::min<size_t>(slot.header().edge_count, layout_->edges);
                for (size_t i = 0; i < degree; i++)
                    edges[i] = {slot.ids()[i],
                                static_cast<uint8_t>(slot.tag()[i] & page::kGenerationMask)};
            });
        if (!there) {
            counters_->stale++;
            met_.at(to.id, kUnknown) = kUnknown;  // one of another generation may be there
            return;
        }
        counters_->exact++;
        met_.at(to.id, kUnknown) = kFar;
        if (!near) return;
        counters_->candidates++;
        met_.at(to.id, kUnknown) = static_cast<uint32_t>(visits_.size());
        lists_.push_back({edges_.size(), static_cast<uint32_t>(degree)});
        for (size_t i = 0; i < degree; i++) edges_.push_back(edges[i]);
        visits_.push(node);
        beam_.offer(node.dist, node.id, node.generation);
    }

    void announce(page::NodeId id) {
        pages_->prefetch(page::block_of(id, *layout_), page::slot_offset(id, *layout_),
                         layout_->stride);
    }

    Pages* pages_;
    const Q* query_;
    const page::SlotLayout* layout_;
    NodeReader<Pages> reader_;
    Counters* counters_;
    Visitor visitor_;
    Beam beam_;
    IdMap<uint32_t> met_;
    size_t room_ = 0;
    Visits visits_;
    ArenaVector<List> lists_;  // of each visited node
    ArenaVector<Edge> edges_;
};

}  // namespace quiver::store

// Beam search over one layer of the stored graph: one page per hop.
//
// A visit reads one page: the exact distance of the node from its own vector, and estimates for all
// its edges from their codes. The beam is one sorted array of the nearest nodes known so far, by
// exact distance where a node has been visited and by the mean of its estimates where it has not
// (Estimates says when it is not the mean). The search visits the nearest unvisited entry until
// there is none.
//
// An estimate that was too small costs a visit, after which the node leaves the beam; so there are
// more hops than beam entries, the more the coarser the codes. Where codes cannot tell nodes apart
// at all (a cluster much tighter than its distance from the query) that would never end: hence the
// limit on hops.
#pragma once

#include <algorithm>  // std::min, std::max, std::sort, std::partial_sort
#include <cstring>    // std::memcpy
#include <limits>     // std::numeric_limits
#include <span>       // std::span

#include "quiver/base/arena_vector.hpp"
#include "quiver/page/node.hpp"
#include "quiver/store/beam.hpp"
#include "quiver/store/page_access.hpp"
#include "quiver/store/read_node.hpp"

namespace quiver::store {

// What a search did, for quiver_last_scan() and the benchmarks.
struct Counters {
    uint64_t hops = 0;        // nodes visited
    uint64_t estimates = 0;   // edges estimated
    uint64_t exact = 0;       // distances from own vectors
    uint64_t candidates = 0;  // estimates near enough for the beam
    uint64_t stale = 0;       // edges that led to a recycled or unreadable slot
    uint64_t rounds = 0;      // runs of a scan
};

// A visited node: what its page said, so that an answer needs no second look.
struct Found {
    float dist;
    page::NodeId id;
    uint8_t generation;
    bool live;          // has heap tuples
    uint8_t tid_count;  // inline TIDs
    page::HeapTid tids[page::kInlineTids];
    uint32_t more_tids;  // first chunk, or 0xffffffff
    float own_error;
    page::NodeId down;  // upper layers
    uint8_t down_generation;
    uint32_t note;  // the visitor's
};

inline Found view(page::ConstSlot slot, page::NodeId id, float dist) {
    const page::SlotHeader& header = slot.header();
    Found node{};
    node.dist = dist;
    node.id = id;
    node.generation = header.generation;
    node.live = header.state == page::SlotState::live;
    node.tid_count = std::min<uint8_t>(header.tid_count, page::kInlineTids);
    std::memcpy(node.tids, header.tids, sizeof node.tids);
    node.more_tids = header.more_tids;
    node.own_error = header.own_error;
    node.down = header.down;
    node.down_generation = header.down_generation;
    return node;
}

// Distances of a query to what is on a page. Smaller is nearer; estimates are in the unit of
// exact().
template <class Q>
concept Query = requires(const Q& q, const std::byte* own, page::ConstSlot slot, float* out) {
    { q.exact(own) } -> std::convertible_to<float>;
    q.estimate(slot, 0.0f, out);  // writes slot.layout->edges_padded estimates
    { q.estimates() } -> std::convertible_to<Estimates>;
};

// Called for every visited node with its slot and its own vector, perhaps while a page is locked;
// must not touch another page.
struct NoVisitor {
    void operator()(page::ConstSlot, const std::byte*, Found&) const {}
};

template <PageAccess Pages, Query Q, class Visitor = NoVisitor>
class LayerSearch {
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
          visits_(arena),
          order_(arena) {}

    // Starts a search with a beam of `room` entries.
    void begin(size_t room) {
        room_ = room;
        beam_.begin(room, query_->estimates());
        visits_.clear();
        order_.clear();
        sorted_ = 0;
        largest_error_ = 0;
    }

    // A node to start from, at a distance still unknown.
    void seed(page::NodeId id, uint8_t generation) { beam_.seed(id, generation); }

    void run() {
        size_t live = kHopsPerEntry * room_;
        for (size_t hops = 4 * live; beam_.more() && hops > 0 && live > 0; hops--) {
            pages_->poll();
            point(*pages_, Point::search_hop);
            live -= visit();
        }
    }

    // How many nodes have been visited.
    size_t visits() const { return visits_.size(); }

    // before: run(). All visited nodes, nearest first; includes nodes without heap tuples (live ==
    // false).
    std::span<const Found> found() {
        std::sort(visits_.begin(), visits_.end(), [](const Found& a, const Found& b) {
            return a.dist != b.dist ? a.dist < b.dist : a.id < b.id;
        });
        return {visits_.begin(), visits_.size()};
    }

    // before: run(). The i-th element of found(), without sorting what nobody asks for; null behind
    // the last.
    const Found* nearest(size_t i) {
        if (i >= order_.size()) return nullptr;
        if (i >= sorted_) {
            const size_t end =
                i < kFirstSorted ? std::min(kFirstSorted, order_.size()) : order_.size();
            std::partial_sort(order_.begin() + sorted_, order_.begin() + end, order_.end());
            sorted_ = end;
        }
        return &visits_[order_[i].visit];
    }

    // The largest rounding error of a visited node's own vector.
    float largest_error() const { return largest_error_; }

private:
    static constexpr size_t kHopsPerEntry = 4;
    static constexpr size_t kAhead = 4;
    static constexpr size_t kFirstSorted = 16;
    // How far beyond the beam an estimate may be, in widths of the beam, and count. Without those a
    // mean would be of the too small ones only; with all of them a hop takes a third longer.
    static constexpr float kBeyond = 0.25f;

    struct Order {
        float dist;
        page::NodeId id;
        uint32_t visit;
        friend bool operator<(const Order& a, const Order& b) {
            return a.dist != b.dist ? a.dist < b.dist : a.id < b.id;
        }
    };

    struct Edge {
        page::NodeId id;
        float dist;
        uint8_t generation;
    };

    // before: there is an unvisited entry. after: the nearest one is visited and in its exact
    // place, or gone: when that is beyond the beam, when the node has no heap tuple (it was a way,
    // and takes no place from an answer), or when the page has no such node. Returns whether it is
    // live.
    bool visit() {
        const Beam::Entry entry = beam_.take();
        const page::NodeId id = entry.id;
        const uint8_t generation = entry.generation;
        counters_->hops++;

        Found node{};
        Edge edges[page::kMaxEdgesPadded];
        size_t count = 0;
        const auto step = [&](page::ConstSlot slot, const std::byte* own) {
            node = view(slot, id, query_->exact(own));
            visitor_(slot, own, node);

            const float worst = beam_.bound_with(node.dist);
            const float limit = worst + kBeyond * (worst - std::min(node.dist, beam_.nearest()));
            float dists[page::kMaxEdgesPadded];
            query_->estimate(slot, node.dist, dists);
            const size_t degree = std::min<size_t>(slot.header().edge_count, layout_->edges);
            counters_->estimates += degree;
            // Whether one gets in cannot be predicted, so there is no branch on it.
            for (size_t i = 0; i < degree; i++) {
                edges[count] = {slot.ids()[i], dists[i],
                                static_cast<uint8_t>(slot.tag()[i] & page::kGenerationMask)};
                count += dists[i] < limit;
            }
        };
        if (!reader_.read(id, generation, step)) {
            counters_->stale++;
            beam_.forget(id);
            return false;
        }

        counters_->exact++;
        counters_->candidates += count;
        order_.push_back({node.dist, id, static_cast<uint32_t>(visits_.size())});
        visits_.push_back(node);
        largest_error_ = std::max(largest_error_, node.own_error);
        if (node.live) beam_.put_visited(node.dist, id, generation);
        for (size_t i = 0; i < count; i++)
            beam_.offer(edges[i].dist, edges[i].id, edges[i].generation);
        beam_.announce(kAhead, [&](page::NodeId next) { announce(next); });
        return node.live;
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
    size_t room_ = 0;
    ArenaVector<Found> visits_;  // as they came
    ArenaVector<Order> order_;   // sorted up to sorted_
    size_t sorted_ = 0;
    float largest_error_ = 0;
};

}  // namespace quiver::store

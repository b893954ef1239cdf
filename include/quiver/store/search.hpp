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

#include <algorithm>  // std::min
#include <limits>     // std::numeric_limits
#include <span>       // std::span

#include "quiver/page/node.hpp"
#include "quiver/store/beam.hpp"
#include "quiver/store/page_access.hpp"
#include "quiver/store/read_node.hpp"
#include "quiver/store/visits.hpp"

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

// Distances of a query to nodes. Smaller is nearer.
template <class Q>
concept Query = requires(const Q& q, const std::byte* own) {
    { q.exact(own) } -> std::convertible_to<float>;
};

// One that reads edge codes, too; estimates are in the unit of exact(). The others are for the
// plain layout (plain_search.hpp).
template <class Q>
concept CodeQuery = Query<Q> &&
    requires(const Q& q, page::ConstSlot slot, const std::byte* own, float* out) {
    q.estimate(slot, own, 0.0f, out);  // writes slot.layout->edges_padded estimates
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
          visits_(arena) {}

    // Starts a search with a beam of `room` entries.
    void begin(size_t room) {
        room_ = room;
        beam_.begin(room, query_->estimates());
        visits_.clear();
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
    std::span<const Found> found() { return visits_.found(); }

    // before: run(). The i-th element of found(), without sorting what nobody asks for; null behind
    // the last.
    const Found* nearest(size_t i) { return visits_.nearest(i); }

    // The largest rounding error of a visited node's own vector.
    float largest_error() const { return visits_.largest_error(); }

private:
    static constexpr size_t kHopsPerEntry = 4;
    // How far beyond the beam an estimate may be, in widths of the beam, and count. Without those a
    // mean would be of the too small ones only; with all of them a hop takes a third longer.
    static constexpr float kBeyond = 0.25f;

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
        Beam::Entry edges[page::kMaxEdgesPadded];
        size_t count = 0;
        const auto step = [&](page::ConstSlot slot, const std::byte* own) {
            node = view(slot, id, query_->exact(own));
            visitor_(slot, own, node);

            const float worst = beam_.bound();
            const float limit = worst + kBeyond * (worst - std::min(node.dist, beam_.nearest()));
            float dists[page::kMaxEdgesPadded];
            query_->estimate(slot, own, node.dist, dists);
            const size_t degree = std::min<size_t>(slot.header().edge_count, layout_->edges);
            counters_->estimates += degree;
            const auto* const ids = slot.ids();
            const uint8_t* const tags = slot.tag();
            // Whether one gets in cannot be predicted, so there is no branch on it.
            for (size_t i = 0; i < degree; i++) {
                edges[count] = {dists[i], ids[i],
                                static_cast<uint8_t>(tags[i] & page::kGenerationMask)};
                count += dists[i] < limit;
            }
        };
        if (!reader_.read(id, generation, step)) {
            counters_->stale++;
            beam_.forget(entry);
            return false;
        }

        counters_->exact++;
        counters_->candidates += count;
        visits_.push(node);
        if (node.live) beam_.put_visited(node.dist);
        beam_.offer(edges, count);
        beam_.announce([&](page::NodeId next) { announce(next); });
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
    Visits visits_;
};

}  // namespace quiver::store

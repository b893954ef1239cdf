// Beam search over one layer of the stored graph: one page per hop.
//
// A visit reads one page: the exact distance of the node from its own vector, and estimates for all
// its edges from their codes. The beam is one sorted array of the nearest nodes known so far, by
// exact distance where a node has been visited and by the smallest of its estimates where it has
// not. The search visits the nearest unvisited entry until there is none.
//
// An estimate that was too small costs a visit, after which the node leaves the beam; so there are
// more hops than beam entries, the more the coarser the codes. Where codes cannot tell nodes apart
// at all (a cluster much tighter than its distance from the query) that would never end: hence the
// limit on hops.
#pragma once

#include <algorithm>  // std::min, std::sort
#include <cstring>    // std::memmove
#include <limits>     // std::numeric_limits
#include <span>       // std::span

#include "quiver/base/arena_vector.hpp"
#include "quiver/base/id_set.hpp"
#include "quiver/page/node.hpp"
#include "quiver/store/page_access.hpp"

namespace quiver::store {

// What a search did, for quiver_last_scan() and the benchmarks.
struct Counters {
    uint64_t hops = 0;       // nodes visited
    uint64_t estimates = 0;  // edges estimated
    uint64_t stale = 0;      // edges that led to a recycled or unreadable slot
    uint64_t rounds = 0;     // runs of a scan
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
    q.estimate(slot, 0.0f, out);                  // writes slot.layout->edges_padded estimates
    { q.coarse() } -> std::convertible_to<bool>;  // whether estimates are far from exact
};

// Beam entries for a search that is to find the ef nearest. With coarse codes fewer, because there
// are more hops than entries: chosen so that recall at the same ef is not below that of a search
// that knows all distances exactly.
constexpr size_t beam_for(size_t ef, bool coarse) { return coarse ? ef - ef / 4 + 3 : ef; }

// Called for every visited node while its page is locked; must not touch another page.
struct NoVisitor {
    void operator()(page::ConstSlot, Found&) const {}
};

template <PageAccess Pages, Query Q, class Visitor = NoVisitor>
class LayerSearch {
public:
    LayerSearch(Arena arena, Pages& pages, const Q& query, const page::SlotLayout& layout,
                page::PageKind kind, Counters& counters, Visitor visitor = {})
        : arena_(arena),
          pages_(&pages),
          query_(&query),
          layout_(&layout),
          kind_(kind),
          counters_(&counters),
          visitor_(visitor),
          seen_(arena, 1024),
          visited_(arena, 1024),
          visits_(arena) {}

    // Starts a search with a beam of `room` entries.
    void begin(size_t room) {
        room_ = room;
        if (room_ > capacity_) {
            capacity_ = room_;
            beam_ = arena_.array<Entry>(room_ + 1);
        }
        size_ = next_ = 0;
        seen_.reset();
        visited_.reset();
        visits_.clear();
    }

    // Adds a node to start from, distance unknown.
    void seed(page::NodeId id, uint8_t generation) {
        if (!seen_.insert(id)) return;
        insert({kUnknown, id, generation, false});
    }

    void run() {
        size_t live = kHopsPerEntry * room_;
        for (size_t hops = 4 * live; next_ < size_ && hops > 0 && live > 0; hops--) {
            pages_->poll();
            live -= visit(next_);
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

    // Whether a larger beam might have found more.
    bool full() const { return size_ == room_; }

private:
    static constexpr size_t kHopsPerEntry = 4;
    static constexpr size_t kAhead = 4;
    static constexpr float kUnknown = -std::numeric_limits<float>::infinity();

    struct Entry {
        float dist;
        page::NodeId id;
        uint8_t generation;
        bool visited;
    };

    struct Edge {
        page::NodeId id;
        float dist;
        uint8_t generation;
    };

    // before: entry `at` is the first unvisited one. after: it is visited and in its exact place,
    // or gone: when that is beyond the beam, when the node has no heap tuple (it was a way, and
    // takes no place from an answer), or when the page has no such node. Returns whether it is
    // live.
    bool visit(size_t at) {
        const page::NodeId id = beam_[at].id;
        const uint8_t generation = beam_[at].generation;
        counters_->hops++;

        Found node{};
        Edge edges[page::kMaxEdgesPadded];
        size_t count = 0;
        bool readable = false;
        pages_->read(page::block_of(id, *layout_), [&](const std::byte* bytes) {
            const page::PageSpecial& special = page::special_of(bytes);
            if (special.magic != page::kMagic || special.kind != kind_) return;
            const page::ConstSlot slot = page::slot_of(bytes, id, *layout_);
            const page::SlotHeader& header = slot.header();
            if (header.state == page::SlotState::free || header.generation != generation) return;
            readable = true;
            node = view(slot, id, query_->exact(slot.own()));
            visitor_(slot, node);

            float dists[page::kMaxEdgesPadded];
            query_->estimate(slot, node.dist, dists);
            const size_t degree = std::min<size_t>(header.edge_count, layout_->edges);
            counters_->estimates += degree;
            const float worst = bound();
            for (size_t i = 0; i < degree; i++) {
                if (dists[i] < worst)
                    edges[count++] = {slot.ids()[i], dists[i],
                                      static_cast<uint8_t>(slot.tag()[i] & page::kGenerationMask)};
            }
        });
        if (!readable) {
            counters_->stale++;
            remove(at);
            return false;
        }

        remove(at);
        visited_.insert(id);
        visits_.push_back(node);
        if (node.live) insert({node.dist, id, generation, true});
        for (size_t i = 0; i < count; i++) offer(edges[i]);
        prefetch_next();
        return node.live;
    }

    // Announces the pages that will be visited next, if nothing nearer turns up.
    void prefetch_next() {
        size_t ahead = kAhead;
        for (size_t at = next_; at < size_ && ahead > 0; at++) {
            if (beam_[at].visited) continue;
            pages_->prefetch(page::block_of(beam_[at].id, *layout_));
            ahead--;
        }
    }

    // An estimated node enters the beam, or its entry moves up. Near nodes have many neighbours
    // among those visited, and the smallest of their estimates finds them sooner than the first.
    void offer(const Edge& edge) {
        if (!(edge.dist < bound())) return;
        if (!seen_.insert(edge.id)) {
            const size_t at = position(edge.id);
            if (at == size_ ? visited_.contains(edge.id)
                            : beam_[at].visited || beam_[at].dist <= edge.dist)
                return;
            if (at < size_) remove(at);
        }
        insert({edge.dist, edge.id, edge.generation, false});
    }

    // Where the node is in the beam; size_ when it is not.
    size_t position(page::NodeId id) const {
        size_t at = 0;
        while (at < size_ && beam_[at].id != id) at++;
        return at;
    }

    // Nothing at or beyond this distance gets into the beam.
    float bound() const {
        return size_ == room_ ? beam_[size_ - 1].dist : std::numeric_limits<float>::infinity();
    }

    void insert(const Entry& entry) {
        if (!(entry.dist < bound()) && size_ == room_) return;
        size_t lo = 0;
        size_t hi = size_;
        while (lo < hi) {
            const size_t mid = (lo + hi) / 2;
            if (beam_[mid].dist <= entry.dist)
                lo = mid + 1;
            else
                hi = mid;
        }
        std::memmove(beam_ + lo + 1, beam_ + lo, (size_ - lo) * sizeof(Entry));
        beam_[lo] = entry;
        if (size_ < room_) size_++;
        if (!entry.visited) {
            next_ = std::min(next_, lo);
        } else if (lo <= next_) {
            next_++;
            skip_visited();
        }
    }

    // before: entry `at` is unvisited, so it is not before next_.
    void remove(size_t at) {
        std::memmove(beam_ + at, beam_ + at + 1, (size_ - at - 1) * sizeof(Entry));
        size_--;
        skip_visited();
    }

    void skip_visited() {
        next_ = std::min(next_, size_);
        while (next_ < size_ && beam_[next_].visited) next_++;
    }

    Arena arena_;
    Pages* pages_;
    const Q* query_;
    const page::SlotLayout* layout_;
    page::PageKind kind_;
    Counters* counters_;
    Visitor visitor_;
    IdSet seen_;
    IdSet visited_;
    ArenaVector<Found> visits_;
    Entry* beam_ = nullptr;

    size_t capacity_ = 0;
    size_t room_ = 0;
    size_t size_ = 0;
    size_t next_ = 0;  // first unvisited entry, size_ when there is none
};

}  // namespace quiver::store

// A scan: from the entry point down to layer 0, then rounds with a growing beam, nodes in order of
// exact distance.
//
// The first round has ef = the caller's floor. When all nodes of a round have been handed out and
// more are wanted, the next round runs with four times the ef and hands out only what no earlier
// round did. A scan that goes on beyond kLargestBeam wants a good part of the index, and then
// reading all of it in block order is cheaper than any graph: each sweep hands out the next
// `sweep_room` nodes in order, however many sweeps it takes. So LIMIT never ends early, a row is
// never dropped, and memory stays bounded.
#pragma once

#include "quiver/base/bounded_heap.hpp"
#include "quiver/store/plain_search.hpp"

namespace quiver::store {

// Where a search starts: from the metapage.
struct EntryPoint {
    page::NodeId id;  // kNoNode: empty index
    uint8_t level;
    uint8_t generation;
    friend bool operator==(const EntryPoint&, const EntryPoint&) = default;
};

template <PageAccess Pages>
inline EntryPoint read_entry(Pages& pages) {
    EntryPoint entry{};
    pages.read(page::kMetaBlock, [&](const std::byte* bytes) {
        const page::Meta& meta = meta_of(bytes);
        entry = {meta.entry, meta.entry_level, meta.entry_generation};
    });
    return entry;
}

// The record one layer below of the nearest node of an upper layer that has one.
inline bool hand_down(std::span<const Found> found, Found& out) {
    for (const Found& node : found) {
        if (node.down == page::kNoNode) continue;
        out = node;
        out.id = node.down;
        out.generation = node.down_generation;
        return true;
    }
    return false;
}

template <PageAccess Pages, Query Q>
class Descent {
public:
    Descent(Arena arena, Pages& pages, const Q& query, const page::Layouts& layouts,
            Counters& counters)
        : upper_(arena, pages, query, layouts.upper, page::PageKind::upper, counters) {}

    // The node of `layer` to start from. False when there is none.
    bool run(const EntryPoint& entry, int layer, Found& out) {
        out = Found{};
        out.id = entry.id;
        out.generation = entry.generation;
        for (int at = entry.level; at > layer; at--) {
            upper_.begin(1);
            upper_.seed(out.id, out.generation);
            upper_.run();
            if (!hand_down(upper_.found(), out)) return false;
        }
        return true;
    }

private:
    LayerSearch<Pages, Q> upper_;
};

template <PageAccess Pages, Query Q>
class Scan {
public:
    // sweep_room: nodes a sweep may hold in memory. blocks: of the index, now.
    Scan(Arena arena, Pages& pages, const Q& query, const page::Layouts& layouts,
         Counters& counters, size_t ef, size_t sweep_room, bool widen)
        : arena_(arena),
          pages_(&pages),
          query_(&query),
          layouts_(layouts),
          counters_(&counters),
          reader_(pages, layouts_.base, page::PageKind::base, arena),
          search_(arena, pages, query, layouts_.base, page::PageKind::base, counters),
          handed_out_(arena, 256),
          ef_(ef),
          sweep_room_(sweep_room),
          widen_(widen) {}

    // The next nearest node with heap tuples; false when there is none.
    bool next(Found& out) {
        while (true) {
            while (const Found* const nearest = peek()) {
                const Found& node = *nearest;
                at_++;
                live_ += node.live;
                last_ = {node.dist, node.id};
                if (!node.live || !(sweeping_ || handed_out_.insert(node.id))) continue;
                out = node;
                return true;
            }
            if (done_ || !next_round()) return false;
        }
    }

    // The distance that the node after the last one has in the same round; infinite when the round
    // ends there.
    float following() {
        const Found* const node = peek();
        return node != nullptr ? node->dist : std::numeric_limits<float>::infinity();
    }
    // The largest rounding error of an own vector so far.
    float largest_error() const { return largest_error_; }

private:
    static constexpr size_t kLargestBeam = 4000;
    static constexpr int kDescents = 8;
    // Beam entries beyond ef, for nodes that estimates put before one of the ef nearest: so that
    // recall at the same ef is not below that of a search that knows all distances exactly.
    static constexpr size_t kSpare = 2;

    struct Key {
        float dist;
        page::NodeId id;
        friend bool operator<(const Key& a, const Key& b) {
            return a.dist != b.dist ? a.dist < b.dist : a.id < b.id;
        }
    };
    struct ByKey {
        bool operator()(const Found& a, const Found& b) const {
            return Key{a.dist, a.id} < Key{b.dist, b.id};
        }
    };

    // before: everything of the last round was handed out. False when there is no more.
    bool next_round() {
        if (!started_) {
            started_ = true;
            start();
        } else if (!widen_) {
            done_ = true;
        } else if (sweeping_ || 4 * ef_ > kLargestBeam) {
            sweep();
        } else {
            point(*pages_, Point::scan_round);
            ef_ *= 4;
            run();
        }
        return !done_;
    }

    void start() {
        if (descend())
            run();
        else
            done_ = true;
    }

    // From the entry point to the node of layer 0 to start from. False when the index is empty.
    bool descend() {
        const EntryPoint entry = read_entry(*pages_);
        point(*pages_, Point::scan_entry_read);
        if (entry.id == page::kNoNode) return false;
        Descent<Pages, Q> descent(arena_, *pages_, *query_, layouts_, *counters_);
        has_start_ = descent.run(entry, 0, start_);
        return true;
    }

    void run() {
        counters_->rounds++;
        search();
        // The node to start from, or the entry node on the way to it, may have been freed since
        // it was read. A vacuum finds another entry before it frees the old one.
        for (int i = 0; i < kDescents && search_.visits() == 0; i++) {
            (void)descend();
            search();
        }
        at_ = live_ = 0;
        largest_error_ = std::max(largest_error_, search_.largest_error());
    }

    // The node of this round that is to be handed out next, null at the end. A search stands for
    // its ef nearest; what else it came across waits for the next round, which may find nearer
    // ones.
    const Found* peek() {
        if (!sweeping_) return widen_ && live_ >= ef_ ? nullptr : search_.nearest(at_);
        return at_ < sweep_.size() ? &sweep_[at_] : nullptr;
    }

    void search() {
        search_.begin(ef_ + kSpare);
        if (has_start_) search_.seed(start_.id, start_.generation);
        search_.run();
    }

    // The nearest nodes that were not handed out, read in block order.
    void sweep() {
        counters_->rounds++;
        const bool first = !sweeping_;
        sweeping_ = true;
        if (first) {
            last_ = {-std::numeric_limits<float>::infinity(), 0};
            room_ = arena_.array<Found>(sweep_room_);
        }
        BoundedHeap<Found, ByKey> heap({room_, sweep_room_});
        const page::BlockId blocks = pages_->blocks();
        for (page::BlockId block = 1; block < blocks; block++) {
            pages_->poll();
            point(*pages_, Point::scan_sweep_page);
            if (layouts_.base.spans())
                sweep_spanning(block, first, heap);
            else
                pages_->read(
                    block, [&](const std::byte* bytes) { sweep_page(bytes, block, first, heap); });
        }
        sweep_ = heap.take_sorted();
        at_ = 0;
        done_ = sweep_.empty();
        for (const Found& node : sweep_) largest_error_ = std::max(largest_error_, node.own_error);
    }

    template <class Heap>
    void sweep_page(const std::byte* bytes, page::BlockId block, bool first, Heap& heap) {
        if (!page::is_page(bytes, page::PageKind::base)) return;
        for (uint32_t i = 0; i < layouts_.base.per_page; i++) {
            const page::NodeId id = block * layouts_.base.per_page + i;
            const page::ConstSlot slot = page::slot_of(bytes, id, layouts_.base);
            if (slot.header().state == page::SlotState::live)
                sweep_node(slot, slot.own(), id, first, heap);
        }
    }

    template <class Heap>
    void sweep_spanning(page::BlockId block, bool first, Heap& heap) {
        const auto is_live = [](const page::SlotHeader& header) {
            return header.state == page::SlotState::live;
        };
        for (uint32_t i = 0; i < layouts_.base.per_page; i++) {
            const page::NodeId id = block * layouts_.base.per_page + i;
            (void)reader_.read_if(id, is_live, [&](page::ConstSlot slot, const std::byte* own) {
                sweep_node(slot, own, id, first, heap);
            });
        }
    }

    template <class Heap>
    void sweep_node(page::ConstSlot slot, const std::byte* own, page::NodeId id, bool first,
                    Heap& heap) {
        counters_->hops++;
        counters_->exact++;
        const Found node = view(slot, id, query_->exact(own));
        if (!first && !(Key{last_.dist, last_.id} < Key{node.dist, node.id})) return;
        if (!handed_out_.contains(id)) heap.push(node);
    }

    Arena arena_;
    Pages* pages_;
    const Q* query_;
    page::Layouts layouts_;
    Counters* counters_;
    NodeReader<Pages> reader_;  // of sweeps
    LayerSearch<Pages, Q> search_;
    IdSet handed_out_;  // by the rounds of the graph
    size_t ef_;
    size_t sweep_room_;
    bool widen_;
    bool started_ = false;
    bool sweeping_ = false;
    bool done_ = false;
    Found start_{};
    bool has_start_ = false;
    std::span<const Found> sweep_;
    size_t at_ = 0;    // in the round
    size_t live_ = 0;  // nodes before at_ that have heap tuples
    Key last_ = {0, 0};
    float largest_error_ = 0;
    Found* room_ = nullptr;
};

}  // namespace quiver::store

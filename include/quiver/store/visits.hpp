// The nodes that a search visited, and their order.
#pragma once

#include <algorithm>  // std::max, std::min, std::partial_sort, std::sort
#include <cstring>    // std::memcpy
#include <span>       // std::span

#include "quiver/base/arena_vector.hpp"
#include "quiver/page/node.hpp"

namespace quiver::store {

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

class Visits {
public:
    explicit Visits(Arena arena) : nodes_(arena), order_(arena) {}

    void clear() {
        nodes_.clear();
        order_.clear();
        sorted_ = 0;
        largest_error_ = 0;
    }

    void push(const Found& node) {
        order_.push_back({node.dist, node.id, static_cast<uint32_t>(nodes_.size())});
        nodes_.push_back(node);
        largest_error_ = std::max(largest_error_, node.own_error);
    }

    size_t size() const { return nodes_.size(); }
    // In the order of their visits, until found() is called.
    const Found& operator[](size_t i) const { return nodes_[i]; }

    // All of them, nearest first; includes nodes without heap tuples (live == false). Afterwards
    // clear() is the only thing to be called.
    std::span<const Found> found() {
        std::sort(nodes_.begin(), nodes_.end(), [](const Found& a, const Found& b) {
            return a.dist != b.dist ? a.dist < b.dist : a.id < b.id;
        });
        return {nodes_.begin(), nodes_.size()};
    }

    // The i-th element of found(), without sorting what nobody asks for; null behind the last.
    const Found* nearest(size_t i) {
        if (i >= order_.size()) return nullptr;
        if (i >= sorted_) {
            const size_t end =
                i < kFirstSorted ? std::min(kFirstSorted, order_.size()) : order_.size();
            std::partial_sort(order_.begin() + sorted_, order_.begin() + end, order_.end());
            sorted_ = end;
        }
        return &nodes_[order_[i].visit];
    }

    // The largest rounding error of an own vector.
    float largest_error() const { return largest_error_; }

private:
    static constexpr size_t kFirstSorted = 16;

    struct Order {
        float dist;
        page::NodeId id;
        uint32_t visit;
        friend bool operator<(const Order& a, const Order& b) {
            return a.dist != b.dist ? a.dist < b.dist : a.id < b.id;
        }
    };

    ArenaVector<Found> nodes_;
    ArenaVector<Order> order_;  // sorted up to sorted_
    size_t sorted_ = 0;
    float largest_error_ = 0;
};

}  // namespace quiver::store

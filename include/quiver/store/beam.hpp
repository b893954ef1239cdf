// The beam of a search on pages: the nearest nodes known so far, in one sorted array, by exact
// distance where a node has been visited and by the smallest of its estimates where it has not.
//
// Beside it a map from every node that was ever offered to that estimate. It answers in one look
// what is to be done with a further estimate of the same node, and where in the array the node is.
#pragma once

#include <algorithm>   // std::min
#include <cstring>     // std::memmove
#include <functional>  // std::less
#include <limits>      // std::numeric_limits

#include "quiver/base/id_map.hpp"
#include "quiver/page/layout.hpp"

namespace quiver::store {

class Beam {
public:
    struct Entry {
        float dist;
        page::NodeId id;
        uint8_t generation;
        bool visited;
        bool announced;
    };

    explicit Beam(Arena arena) : arena_(arena), known_(arena, 512) {}

    // Empty, for `room` entries.
    void begin(size_t room) {
        room_ = room;
        if (room_ > capacity_) {
            capacity_ = room_;
            entries_ = arena_.array<Entry>(room_ + 1);
        }
        size_ = next_ = 0;
        known_.reset();
    }

    bool full() const { return size_ == room_; }

    // Nothing at or beyond this distance gets in.
    float bound() const { return full() ? entries_[size_ - 1].dist : kFar; }

    // A node to start from, at a distance still unknown: before all others.
    void seed(page::NodeId id, uint8_t generation) {
        float& known = known_.at(id, kFar);
        if (known != kFar) return;
        known = kStart;
        insert({kStart, id, generation, false, false});
    }

    // An estimated node enters the beam, or its entry moves up. Near nodes have many neighbours
    // among those visited, and the smallest of their estimates finds them sooner than the first.
    void offer(float dist, page::NodeId id, uint8_t generation) {
        if (!(dist < bound())) return;
        float& known = known_.at(id, kFar);
        const float before = known;
        if (before == kTaken) return;
        bool announced = false;
        if (before != kFar) {
            const size_t at = position(id, before);
            if (at < size_) {
                if (before <= dist) return;
                announced = entries_[at].announced;
                remove(at);
            }
        }
        known = dist;
        insert({dist, id, generation, false, announced});
    }

    // Whether any entry is unvisited.
    bool more() const { return next_ < size_; }

    // before: more(). Takes out the nearest unvisited entry, to be visited.
    Entry take() {
        const Entry entry = entries_[next_];
        known_.at(entry.id, kFar) = kTaken;
        remove(next_);
        return entry;
    }

    // What was taken comes back with its exact distance.
    void put_visited(float dist, page::NodeId id, uint8_t generation) {
        insert({dist, id, generation, true, true});
    }

    // What was taken was no node of that generation; one of another may be.
    void forget(page::NodeId id) { known_.at(id, kFar) = kFar; }

    // f(id) for the next `count` unvisited entries, once for each.
    template <class F>
    void announce(size_t count, F f) {
        for (size_t at = next_; at < size_ && count > 0; at++) {
            Entry& entry = entries_[at];
            if (entry.visited) continue;
            count--;
            if (entry.announced) continue;
            entry.announced = true;
            f(entry.id);
        }
    }

private:
    static constexpr float kFar = std::numeric_limits<float>::infinity();
    static constexpr float kTaken = -kFar;
    static constexpr float kStart = std::numeric_limits<float>::lowest();

    // Where the node with this distance is; size_ when it was pushed out.
    size_t position(page::NodeId id, float dist) const {
        size_t at = place(dist, std::less<>());
        while (at < size_ && entries_[at].dist == dist && entries_[at].id != id) at++;
        return at < size_ && entries_[at].dist == dist ? at : size_;
    }

    // How many entries are before(dist).
    template <class Before>
    size_t place(float dist, Before before) const {
        const Entry* base = entries_;
        size_t n = size_;
        while (n > 0) {
            const size_t half = n / 2;
            const bool right = before(base[half].dist, dist);
            base = right ? base + half + 1 : base;
            n = right ? n - half - 1 : half;
        }
        return static_cast<size_t>(base - entries_);
    }

    void insert(const Entry& entry) {
        if (full() && !(entry.dist < bound())) return;
        const size_t at = place(entry.dist, std::less_equal<>());
        std::memmove(entries_ + at + 1, entries_ + at, (size_ - at) * sizeof(Entry));
        entries_[at] = entry;
        if (size_ < room_) size_++;
        if (!entry.visited) {
            next_ = std::min(next_, at);
        } else if (at <= next_) {
            next_++;
            skip_visited();
        }
    }

    // before: entry `at` is unvisited, so it is not before next_.
    void remove(size_t at) {
        std::memmove(entries_ + at, entries_ + at + 1, (size_ - at - 1) * sizeof(Entry));
        size_--;
        skip_visited();
    }

    void skip_visited() {
        next_ = std::min(next_, size_);
        while (next_ < size_ && entries_[next_].visited) next_++;
    }

    Arena arena_;
    IdMap<float> known_;  // smallest estimate; kTaken: was taken; kFar: not offered
    Entry* entries_ = nullptr;
    size_t capacity_ = 0;
    size_t room_ = 0;
    size_t size_ = 0;
    size_t next_ = 0;  // first unvisited entry, size_ when there is none
};

}  // namespace quiver::store

// The beam of a search on pages: the nearest nodes known so far, in one sorted array, by exact
// distance where a node has been visited and by what its estimates come to where it has not.
//
// Beside it a map from every node that was ever offered to that place. It answers in one look what
// is to be done with a further estimate of the same node, and where in the array the node is.
#pragma once

#include <algorithm>   // std::min, std::max
#include <cstring>     // std::memmove
#include <functional>  // std::less
#include <limits>      // std::numeric_limits

#include "quiver/base/id_map.hpp"
#include "quiver/page/layout.hpp"

namespace quiver::store {

// What several estimates of one node come to. Their errors are nearly independent, since each is
// made from another neighbour's point of view.
enum class Estimates : uint8_t {
    mean,      // the best guess
    smallest,  // a bold one, for codes that are little more than noise: more nodes are looked at
};

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
    void begin(size_t room, Estimates estimates) {
        room_ = room;
        estimates_ = estimates;
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

    // The bound once an entry of this distance is in.
    float bound_with(float dist) const {
        return size_ + 1 < room_ ? kFar
               : size_ == 0      ? dist
                                 : std::max(entries_[size_ - 1].dist, dist);
    }

    // The distance of the nearest entry; infinite when there is none.
    float nearest() const { return size_ > 0 ? entries_[0].dist : kFar; }

    // A node to start from, at a distance still unknown: before all others.
    void seed(page::NodeId id, uint8_t generation) {
        Known& known = known_.at(id, kUnknown);
        if (known.count != 0) return;
        known = {kStart, kFixed};
        insert({kStart, id, generation, false, false});
    }

    // An estimate of a node: the node enters the beam, or its entry moves, or leaves.
    void offer(float dist, page::NodeId id, uint8_t generation) {
        Known& known = known_.at(id, kUnknown);
        if (known.count == kFixed) return;
        const Known before = known;
        known.count++;
        known.dist = merged(before, dist);
        if (before.count > 0 && before.dist == known.dist) return;
        const size_t at = before.count > 0 ? position(id, before.dist) : size_;
        if (at < size_)
            move(at, known.dist);
        else
            insert({known.dist, id, generation, false, false});
    }

    // Whether any entry is unvisited.
    bool more() const { return next_ < size_; }

    // before: more(). Takes out the nearest unvisited entry, to be visited.
    Entry take() {
        const Entry entry = entries_[next_];
        known_.at(entry.id, kUnknown) = {entry.dist, kFixed};
        remove(next_);
        return entry;
    }

    // What was taken comes back with its exact distance.
    void put_visited(float dist, page::NodeId id, uint8_t generation) {
        insert({dist, id, generation, true, true});
    }

    // What was taken was no node of that generation; one of another may be.
    void forget(page::NodeId id) { known_.at(id, kUnknown) = kUnknown; }

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
    static constexpr float kStart = std::numeric_limits<float>::lowest();
    static constexpr uint32_t kFixed = ~uint32_t{0};

    struct Known {
        float dist;
        uint32_t count;  // estimates; kFixed: a start, or taken, which no estimate moves
    };
    static constexpr Known kUnknown = {0, 0};

    float merged(const Known& known, float dist) const {
        if (known.count == 0) return dist;
        if (estimates_ == Estimates::smallest) return std::min(known.dist, dist);
        return known.dist + (dist - known.dist) / static_cast<float>(known.count + 1);
    }

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
    void move(size_t at, float dist) {
        Entry entry = entries_[at];
        entry.dist = dist;
        const size_t to = place(dist, std::less_equal<>());
        if (to > at) {
            std::memmove(entries_ + at, entries_ + at + 1, (to - at - 1) * sizeof(Entry));
            entries_[to - 1] = entry;
            skip_visited();
        } else {
            std::memmove(entries_ + to + 1, entries_ + to, (at - to) * sizeof(Entry));
            entries_[to] = entry;
            next_ = std::min(next_, to);
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
    Estimates estimates_ = Estimates::mean;
    IdMap<Known> known_;  // where an unvisited node is, if it is in the beam
    Entry* entries_ = nullptr;
    size_t capacity_ = 0;
    size_t room_ = 0;
    size_t size_ = 0;
    size_t next_ = 0;  // first unvisited entry, size_ when there is none
};

}  // namespace quiver::store

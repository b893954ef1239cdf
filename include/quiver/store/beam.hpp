// The beam of a search on pages: the nearest nodes known so far, in one sorted array, by exact
// distance where a node has been visited and by what its estimates come to where it has not.
//
// Beside it a map from every node that was ever offered to that place. It answers in one look what
// is to be done with a further estimate of the same node, and where in the array the node is.
#pragma once

#include <algorithm>   // std::fill_n, std::max, std::min
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
    // What is taken out to be visited.
    struct Entry {
        float dist;
        page::NodeId id;
        uint8_t generation;
    };

    explicit Beam(Arena arena) : arena_(arena), known_(arena, 512) {}

    // Empty, for `room` entries.
    void begin(size_t room, Estimates estimates) {
        room_ = room;
        estimates_ = estimates;
        if (room_ > capacity_) {
            capacity_ = room_;
            dists_ = arena_.array<float>(page::round_up(room_, kStep) + kStep);
            nodes_ = arena_.array<Node>(room_ + 1);
        }
        std::fill_n(dists_, page::round_up(room_, kStep) + kStep, kFar);
        size_ = next_ = 0;
        taken_ = kNone;
        known_.reset();
    }

    bool full() const { return size_ == room_; }

    // Nothing at or beyond this distance gets in.
    float bound() const { return full() ? dists_[size_ - 1] : kFar; }

    // before: an entry is taken. The bound once it is back at this distance.
    float bound_with(float dist) const {
        if (size_ < room_) return kFar;
        if (size_ == 1) return dist;
        return std::max(dists_[size_ - 1 - (taken_ == size_ - 1)], dist);
    }

    // The distance of the nearest entry that is not taken; infinite when there is none.
    float nearest() const { return dists_[taken_ == 0]; }

    // A node to start from, at a distance still unknown: before all others.
    void seed(page::NodeId id, uint8_t generation) {
        Known& known = known_.at(id, kUnknown);
        if (known.count != 0) return;
        known = {kStart, kFixed};
        insert(kStart, id, generation);
    }

    // An estimate of a node: the node enters the beam, or its entry moves, or leaves.
    // before: none is taken.
    [[gnu::always_inline]] void offer(float dist, page::NodeId id, uint8_t generation) {
        Known& known = known_.at(id, kUnknown);
        if (known.count == kFixed) return;
        const Known before = known;
        known.count++;
        known.dist = merged(before, dist);
        if (before.count > 0 && before.dist == known.dist) return;
        if (before.count > 0 && size_ > 0 && before.dist <= dists_[size_ - 1]) {
            const size_t at = position(id, before.dist);
            if (at < size_) return move(at, known.dist);  // else it was pushed out
        }
        if (known.dist < bound()) insert(known.dist, id, generation);
    }

    // Whether any entry is unvisited.
    bool more() const { return next_ < size_; }

    // before: more(). Takes the nearest unvisited entry, to be visited. It keeps its place until
    // put_visited(), drop() or forget() says what became of it.
    Entry take() {
        drop();
        taken_ = next_;
        Node& node = nodes_[taken_];
        node.visited = true;
        known_.at(node.id, kUnknown) = {dists_[taken_], kFixed};
        const Entry entry = {dists_[taken_], node.id, node.generation};
        skip_visited();
        return entry;
    }

    // What was taken has its exact distance.
    void put_visited(float dist) {
        next_ -= shift(taken_, dist) >= next_;
        taken_ = kNone;
    }

    // What was taken leaves the beam.
    void drop() {
        if (taken_ == kNone) return;
        size_--;
        std::memmove(dists_ + taken_, dists_ + taken_ + 1, (size_ - taken_) * sizeof(float));
        std::memmove(nodes_ + taken_, nodes_ + taken_ + 1, (size_ - taken_) * sizeof(Node));
        dists_[size_] = kFar;
        next_ -= next_ > taken_;
        taken_ = kNone;
    }

    // What was taken was no node of that generation; one of another may be.
    void forget() {
        known_.at(nodes_[taken_].id, kUnknown) = kUnknown;
        drop();
    }

    // f(id) for the next `count` unvisited entries, once for each.
    template <class F>
    void announce(size_t count, F f) {
        for (size_t at = next_; at < size_ && count > 0; at++) {
            Node& node = nodes_[at];
            if (node.visited) continue;
            count--;
            if (node.announced) continue;
            node.announced = true;
            f(node.id);
        }
    }

private:
    static constexpr float kFar = std::numeric_limits<float>::infinity();
    static constexpr float kStart = std::numeric_limits<float>::lowest();
    static constexpr uint32_t kFixed = ~uint32_t{0};
    static constexpr size_t kNone = ~size_t{0};
    static constexpr size_t kStep = 16;     // distances compared at once
    static constexpr size_t kScanned = 64;  // that many are faster compared than halved

    struct Node {
        page::NodeId id;
        uint8_t generation;
        bool visited;
        bool announced;
    };
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
        while (at < size_ && dists_[at] == dist && nodes_[at].id != id) at++;
        return at < size_ && dists_[at] == dist ? at : size_;
    }

    // How many entries are before(dist). The distances behind the last are infinite.
    template <class Before>
    [[gnu::always_inline]] size_t place(float dist, Before before) const {
        const float* from = dists_;
        size_t n = size_;
        while (n > kScanned) {
            const size_t half = n / 2;
            from = before(from[half - 1], dist) ? from + half : from;
            n -= half;
        }
        int count = 0;
        for (size_t i = 0; i < n; i += kStep) {
            for (size_t j = 0; j < kStep; j++) count += before(from[i + j], dist);
        }
        return std::min(static_cast<size_t>(from - dists_) + static_cast<size_t>(count), size_);
    }

    // before: dist < bound(). Who is pushed out is the last.
    void insert(float dist, page::NodeId id, uint8_t generation) {
        const size_t at = place(dist, std::less_equal<>());
        if (size_ < room_) size_++;
        std::memmove(dists_ + at + 1, dists_ + at, (size_ - 1 - at) * sizeof(float));
        std::memmove(nodes_ + at + 1, nodes_ + at, (size_ - 1 - at) * sizeof(Node));
        dists_[at] = dist;
        nodes_[at] = {id, generation, false, false};
        next_ = std::min(next_, at);
    }

    // before: entry `at` is unvisited, so it is not before next_.
    void move(size_t at, float dist) {
        const size_t to = shift(at, dist);
        if (to > at)
            skip_visited();
        else
            next_ = std::min(next_, to);
    }

    // Entry `at` goes where its new distance belongs: that place. Leaves next_ alone.
    size_t shift(size_t at, float dist) {
        const Node node = nodes_[at];
        size_t to = place(dist, std::less_equal<>());
        if (to > at) {
            to--;
            std::memmove(dists_ + at, dists_ + at + 1, (to - at) * sizeof(float));
            std::memmove(nodes_ + at, nodes_ + at + 1, (to - at) * sizeof(Node));
        } else {
            std::memmove(dists_ + to + 1, dists_ + to, (at - to) * sizeof(float));
            std::memmove(nodes_ + to + 1, nodes_ + to, (at - to) * sizeof(Node));
        }
        dists_[to] = dist;
        nodes_[to] = node;
        return to;
    }

    void skip_visited() {
        while (next_ < size_ && nodes_[next_].visited) next_++;
    }

    Arena arena_;
    Estimates estimates_ = Estimates::mean;
    IdMap<Known> known_;  // where an unvisited node is, if it is in the beam
    float* dists_ = nullptr;
    Node* nodes_ = nullptr;
    size_t capacity_ = 0;
    size_t room_ = 0;
    size_t size_ = 0;
    size_t next_ = 0;  // first unvisited entry, size_ when there is none
    size_t taken_ = kNone;
};

}  // namespace quiver::store

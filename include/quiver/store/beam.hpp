// The beam of a search on pages: the nearest nodes known so far, by exact distance where a node has
// been visited and by what its estimates come to where it has not.
//
// Most of the nodes that edges lead to are met several times, move a little with every estimate,
// and are never visited. So those that are open, that is, not visited yet, lie in no order, and a
// map from ids leads to their places: an estimate changes one number. Once in a hop the nearest two
// are looked up, and now and then the array is cleared of those that are not among the nearest.
#pragma once

#include <algorithm>  // std::copy_n, std::max, std::min, std::nth_element
#include <array>      // std::array
#include <bit>        // std::bit_cast
#include <cstring>    // std::memmove
#include <limits>     // std::numeric_limits

#include "quiver/base/id_map.hpp"
#include "quiver/kernels/dispatch.hpp"
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
    };

    explicit Beam(Arena arena)
        : arena_(arena), order_(&kernels::active().order), known_(arena, 0) {}

    // Empty, for the nearest `room` nodes.
    void begin(size_t room, Estimates estimates) {
        room_ = room;
        estimates_ = estimates;
        if (room_ > capacity_) {
            capacity_ = room_;
            dists_ = arena_.array<float>(most_open() + page::kMaxEdgesPadded + 1);
            nodes_ = arena_.array<Node>(most_open() + page::kMaxEdgesPadded + 1);
            visited_ = arena_.array<float>(room_ + 1);
            all_ = arena_.array<float>(most_open() + page::kMaxEdgesPadded + room_);
        }
        open_ = kFirst;
        visits_ = 0;
        bound_ = nearest_ = kFar;
        step_ = kLongestStep;
        looked_ = false;
        known_.reset(kMet * room_);
    }

    // Nothing at or beyond this distance gets in: about that of the farthest of the nearest `room`.
    // It never grows. (That distance does, when estimates turn out too small; a bound that follows
    // makes 5 to 8 % more hops, and finds what a somewhat larger room finds.)
    float bound() const { return bound_; }

    // The distance of the nearest entry but the one that was taken last; infinite when there is
    // none. before: nothing was offered since.
    float nearest() const { return or_visited(nearest_); }

    // A node to start from, at a distance still unknown: before all others.
    void seed(page::NodeId id, uint8_t generation) {
        if (open_ > most_open()) clear();
        Known& known = known_.at(id);
        if (known.unseen != kUnknown.unseen) return;
        known = {kStart, static_cast<uint32_t>(open_), kTaken};
        dists_[open_] = kStart;
        nodes_[open_] = {id, generation, false};
        open_++;
        looked_ = false;
    }

    // Estimates of up to kMaxEdgesPadded nodes: each gets in, or moves, or stays outside.
    //
    // Which of these cannot be predicted, so there is no branch. Who stays outside is written
    // behind the last, and who was taken to a place that nobody reads.
    void offer(const Entry* entries, size_t count) {
        if (open_ > most_open()) clear();
        // Copies, which no store in the loop can change.
        float* const dists = dists_;
        Node* const nodes = nodes_;
        const float bound = bound_;
        auto open = static_cast<uint32_t>(open_);
        for (size_t i = 0; i < count; i++) {
            const Entry entry = entries[i];
            Known& known = known_.at(entry.id);
            const float dist = merged(known, entry.dist);
            const uint32_t place = known.place;
            const uint32_t enters = (place == kNowhere) & (dist < bound);
            known = {dist, place ^ ((place ^ open) & -enters), counted(known.unseen)};
            dists[std::min(place, open)] = dist;
            nodes[open] = {entry.id, entry.generation, false};
            open += enters;
        }
        open_ = open;
        looked_ = false;
    }
    void offer(float dist, page::NodeId id, uint8_t generation) {
        const Entry entry = {dist, id, generation};
        offer(&entry, 1);
    }

    // Whether an open entry is among the nearest `room`.
    bool more() {
        look();
        return first_.dist < (visits_ < room_ ? kFar : visited_[room_ - 1]);
    }

    // before: more(). Takes the nearest open entry, to be visited; no estimate will put it back.
    Entry take() {
        const size_t at = first_.place;
        const Entry entry = {first_.dist, nodes_[at].id, nodes_[at].generation};
        known_.at(entry.id) = {0, kUnread, kTaken};
        nearest_ = second_.dist;
        open_--;
        if (at < open_) {
            dists_[at] = dists_[open_];
            nodes_[at] = nodes_[open_];
            known_.at(nodes_[at].id).place = static_cast<uint32_t>(at);
        }
        looked_ = false;
        return entry;
    }

    // What was taken has its exact distance.
    void put_visited(float dist) {
        const size_t at = order_->count_at_most(as_f32(visited_), visits_, dist);
        if (at == room_) return;
        visits_ += visits_ < room_;
        std::memmove(visited_ + at + 1, visited_ + at, (visits_ - 1 - at) * sizeof(float));
        visited_[at] = dist;
    }

    // What was taken was no node of that generation; one of another may be.
    void forget(const Entry& taken) { known_.at(taken.id) = kUnknown; }

    // f(id) for the two that are to be visited next as it seems now, once for each.
    template <class F>
    void announce(F f) {
        look();
        for (const Place& next : {first_, second_}) {
            if (next.dist == kFar || nodes_[next.place].announced) continue;
            nodes_[next.place].announced = true;
            f(nodes_[next.place].id);
        }
    }

private:
    static constexpr float kFar = std::numeric_limits<float>::infinity();
    static constexpr float kStart = std::numeric_limits<float>::lowest();
    static constexpr size_t kMet = 8;    // nodes that a search meets, for each that it is to find
    static constexpr size_t kFirst = 1;  // place of the first open entry
    static constexpr float kLongestStep = 0.25f;
    static constexpr float kShortestStep = 0.01f;

    struct Node {
        page::NodeId id;
        uint8_t generation;
        bool announced;
    };
    struct Place {
        float dist;
        size_t place;
    };

    // A new one has all bits set.
    struct Known {
        float dist;  // what the estimates came to
        uint32_t place;
        uint32_t unseen;  // ~(number of estimates)
    };
    static constexpr uint32_t kNowhere = ~uint32_t{0};  // the place of who is not open
    static constexpr uint32_t kUnread = 0;              // and of who was taken
    static constexpr Known kUnknown = {0, kNowhere, ~uint32_t{0}};
    static constexpr uint32_t kMostCounted = 62;
    // No estimate counts: of a start, or of who was taken.
    static constexpr uint32_t kTaken = ~(kMostCounted + 1);

    // What an estimate counts for that comes after so many.
    static constexpr auto kWeights = [] {
        std::array<float, kMostCounted + 2> weights{};
        for (uint32_t i = 0; i <= kMostCounted; i++) weights[i] = 1 / static_cast<float>(i + 1);
        return weights;
    }();
    static constexpr uint32_t counted(uint32_t unseen) { return unseen - (unseen > ~kMostCounted); }

    float merged(const Known& known, float dist) const {
        const uint32_t count = ~known.unseen;
        // Nothing, if there is none yet: what is there is no number then.
        const float before =
            std::bit_cast<float>(std::bit_cast<uint32_t>(known.dist) & -uint32_t{count != 0});
        if (estimates_ == Estimates::smallest) return count == 0 ? dist : std::min(before, dist);
        const float weight = kWeights[count];
        return before * (1 - weight) + dist * weight;
    }

    // So many open entries are looked through in a hop; when there are more, it is time to clear.
    size_t most_open() const { return kFirst + room_ + room_ / 4 + 64; }

    // The distance of the nearest visited node, if that is smaller.
    float or_visited(float open) const { return visits_ > 0 ? std::min(open, visited_[0]) : open; }

    static const F32* as_f32(const float* v) { return reinterpret_cast<const F32*>(v); }

    // Finds the nearest two open entries, and with that a closer bound.
    void look() {
        if (looked_) return;
        looked_ = true;
        first_ = nearest_open();
        second_ = {kFar, kFirst};
        if (first_.dist == kFar) return;
        dists_[first_.place] = kFar;
        second_ = nearest_open();
        dists_[first_.place] = first_.dist;
        // Else a start is still to be visited.
        if (first_.dist != kStart) move_bound();
    }

    Place nearest_open() const {
        if (open_ == kFirst) return {kFar, kFirst};
        const size_t at = kFirst + order_->smallest(as_f32(dists_ + kFirst), open_ - kFirst);
        return {dists_[at], at};
    }

    // Counts who is within a distance a step below the bound, which becomes the bound if these are
    // enough. Steps are parts of the way from the nearest, and get longer and shorter with success.
    void move_bound() {
        if (bound_ == kFar) {
            if (open_ - kFirst + visits_ >= room_) bound_ = farthest();
            return;
        }
        const float nearest = or_visited(first_.dist);
        const float closer = bound_ - (bound_ - nearest) * step_;
        const size_t within =
            order_->count_at_most(as_f32(visited_), visits_, closer) +
            order_->count_at_most(as_f32(dists_ + kFirst), open_ - kFirst, closer);
        if (within >= room_) {
            bound_ = closer;
            step_ = std::min(step_ * 1.5f, kLongestStep);
        } else {
            step_ = std::max(step_ * 0.5f, kShortestStep);
        }
    }

    // before: there are `room` or more. The distance of the farthest of the nearest `room`.
    float farthest() {
        float* end = std::copy_n(dists_ + kFirst, open_ - kFirst, all_);
        end = std::copy_n(visited_, visits_, end);
        std::nth_element(all_, all_ + room_ - 1, end);
        return all_[room_ - 1];
    }

    // Leaves in the array who is among the nearest `room`. The others remain known, and come back
    // with an estimate that brings them nearer.
    [[gnu::noinline]] void clear() {
        const float farthest = this->farthest();
        bound_ = std::min(bound_, farthest);
        // Of several at that distance, as many as there is room for.
        const size_t all = open_ - kFirst + visits_;
        size_t left = room_;
        for (size_t i = 0; i < all; i++) left -= all_[i] < farthest;
        for (size_t i = 0; i < visits_; i++) left -= visited_[i] == farthest && left > 0;
        size_t kept = kFirst;
        for (size_t i = kFirst; i < open_; i++) {
            const bool last = dists_[i] == farthest && left > 0;
            const bool stays = dists_[i] < farthest || last;
            left -= last;
            known_.at(nodes_[i].id).place = stays ? static_cast<uint32_t>(kept) : kNowhere;
            dists_[kept] = dists_[i];
            nodes_[kept] = nodes_[i];
            kept += stays;
        }
        open_ = kept;
        looked_ = false;
    }

    Arena arena_;
    const kernels::OrderKernels* order_;
    Estimates estimates_ = Estimates::mean;
    IdMap<Known> known_;        // every node that was ever offered
    float* dists_ = nullptr;    // of open entries, from kFirst on, and room behind them
    Node* nodes_ = nullptr;     // of the same
    float* visited_ = nullptr;  // distances of the nearest visited nodes, sorted
    float* all_ = nullptr;
    size_t capacity_ = 0;
    size_t room_ = 0;
    size_t open_ = kFirst;  // behind the last open entry
    size_t visits_ = 0;     // of visited_
    float bound_ = kFar;
    float step_ = kLongestStep;
    float nearest_ = kFar;  // of the open ones, when the last was taken
    bool looked_ = false;   // whether these are up to date:
    Place first_{};         // the next to be visited
    Place second_{};
};

}  // namespace quiver::store

// The beam of a search: the nearest candidates found so far, sorted, each either expanded or not.
//
// A sorted array, because with the few hundred entries of a beam moving a part of it is cheaper
// than two heaps, and the nearest candidate that was not expanded is found by a cursor.
#pragma once

#include <cstdint>  // uint32_t
#include <cstring>  // std::memmove
#include <limits>   // std::numeric_limits

#include "quiver/graph/params.hpp"

namespace quiver::graph {

struct Candidate {
    float distance;
    NodeId id;
};

class Beam {
public:
    // Ids lie below this: the bit marks expanded entries.
    static constexpr NodeId kExpanded = 0x80000000u;

    // Room for `room` candidates at `slots`; the capacity in use is set by clear().
    Beam(Candidate* slots, uint32_t room) : slots_(slots), capacity_(room) {}

    void clear(uint32_t capacity) {
        capacity_ = capacity;
        size_ = cursor_ = 0;
    }

    uint32_t size() const { return size_; }
    Candidate operator[](uint32_t i) const {
        return {slots_[i].distance, slots_[i].id & ~kExpanded};
    }

    // The caller makes sure, with a visited set, that an id is offered once.
    void offer(float distance, NodeId id) {
        if (size_ == capacity_) {
            if (!(distance < slots_[size_ - 1].distance)) return;
        } else {
            // Overflow inside an inner product can give NaN, which would break the order.
            if (distance != distance) distance = std::numeric_limits<float>::infinity();
            ++size_;
        }
        uint32_t at = 0;
        for (uint32_t left = size_ - 1; left > 0;) {  // after equals: first come, first served
            const uint32_t half = (left + 1) / 2;
            // Arithmetic, because a branch here would be taken half the time.
            at += half & -static_cast<uint32_t>(slots_[at + half - 1].distance <= distance);
            left -= half;
        }
        std::memmove(slots_ + at + 1, slots_ + at, (size_ - 1 - at) * sizeof(Candidate));
        slots_[at] = {distance, id};
        if (at < cursor_) cursor_ = at;
    }

    // Offers many, overwriting the arrays. The few that enter are sorted first, so that the beam is
    // moved once.
    void offer_all(float* distances, NodeId* ids, uint32_t count) {
        constexpr float kInfinity = std::numeric_limits<float>::infinity();
        const bool full = size_ == capacity_;
        const float bound = full ? slots_[size_ - 1].distance : kInfinity;
        uint32_t fresh = 0;
        for (uint32_t i = 0; i < count; ++i) {  // no branch on what cannot be predicted
            const float distance = distances[i];
            const NodeId id = ids[i];
            distances[fresh] = distance < kInfinity ? distance : kInfinity;  // NaN too, see offer()
            ids[fresh] = id;
            fresh += !full | (distance < bound);
        }
        for (uint32_t i = 1; i < fresh; ++i) {
            const float distance = distances[i];
            const NodeId id = ids[i];
            uint32_t at = i;
            for (; at > 0 && distances[at - 1] > distance; --at) {
                distances[at] = distances[at - 1];
                ids[at] = ids[at - 1];
            }
            distances[at] = distance;
            ids[at] = id;
        }
        uint32_t old = size_;
        while (old + fresh > capacity_) {
            if (old == 0 || distances[fresh - 1] >= slots_[old - 1].distance) {
                --fresh;
            } else {
                --old;
            }
        }
        uint32_t at = old + fresh;
        size_ = at;
        while (fresh > 0) {
            const Candidate next{distances[fresh - 1], ids[fresh - 1]};
            for (; old > 0 && slots_[old - 1].distance > next.distance; --old)
                slots_[--at] = slots_[old - 1];
            slots_[--at] = next;
            --fresh;
            if (at < cursor_) cursor_ = at;
        }
    }

    // Gives the nearest `most` candidates the distance that `measure` says and puts all in order
    // again.
    template <class F>
    void measure_again(uint32_t most, F measure) {
        for (uint32_t i = 0; i < size_; ++i) {
            const NodeId id = slots_[i].id;
            float distance = i < most ? measure(id & ~kExpanded) : slots_[i].distance;
            if (distance != distance) distance = std::numeric_limits<float>::infinity();
            uint32_t at = i;
            for (; at > 0 && slots_[at - 1].distance > distance; --at) slots_[at] = slots_[at - 1];
            slots_[at] = {distance, id};
        }
        cursor_ = 0;
    }

    // The nearest candidate not expanded yet, marked as expanded; kNoNode when there is none.
    NodeId expand_next() {
        while (cursor_ < size_ && (slots_[cursor_].id & kExpanded) != 0) ++cursor_;
        if (cursor_ == size_) return kNoNode;
        const NodeId id = slots_[cursor_].id;
        slots_[cursor_++].id |= kExpanded;
        return id;
    }

    // The one expand_next() would return now, for prefetching.
    NodeId peek_next() const {
        for (uint32_t i = cursor_; i < size_; ++i) {
            if ((slots_[i].id & kExpanded) == 0) return slots_[i].id;
        }
        return kNoNode;
    }

    float next_distance() const {
        for (uint32_t i = cursor_; i < size_; ++i) {
            if ((slots_[i].id & kExpanded) == 0) return slots_[i].distance;
        }
        return std::numeric_limits<float>::infinity();
    }

    // Forgets what was expanded, so that a search of the next layer starts from all of them.
    void restart() {
        for (uint32_t i = 0; i < size_; ++i) slots_[i].id &= ~kExpanded;
        cursor_ = 0;
    }

private:
    Candidate* slots_;
    uint32_t capacity_;
    uint32_t size_ = 0;
    uint32_t cursor_ = 0;
};

}  // namespace quiver::graph

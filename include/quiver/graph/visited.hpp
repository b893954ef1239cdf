// The visited set of a search over nodes that are numbered from 0: a bit each.
//
// Against a hash table it needs no probing and touches less memory: a million nodes are 125 KB,
// which stay in the second-level cache. What was set is remembered, so that reset() costs what the
// search cost and not what the graph has.
#pragma once

#include <cstddef>  // size_t
#include <cstdint>  // uint32_t, uint64_t
#include <cstring>  // std::memset

#include "quiver/base/arena.hpp"

namespace quiver::graph {

class Visited {
public:
    // For ids below `limit`; `expected` of them before it first takes more memory.
    Visited(Arena arena, size_t limit, size_t expected)
        : arena_(arena),
          bits_(arena.array<uint64_t>(limit / 64 + 1)),
          ids_(arena.array<uint32_t>(expected + 1)),
          room_(expected + 1) {
        std::memset(bits_, 0, (limit / 64 + 1) * sizeof(uint64_t));
    }

    void reset() {
        for (size_t i = 0; i < size_; ++i) bits_[ids_[i] / 64] = 0;
        size_ = 0;
    }

    size_t size() const { return size_; }

    // True when the id was not in the set. May allocate, so it may jump; so may insert_all().
    bool insert(uint32_t id) {
        uint32_t fresh;
        return insert_all(
                   1, [id](uint32_t) { return id; }, &fresh) != 0;
    }

    // Inserts id_of(0) ... id_of(count - 1); those that were not in the set go to `fresh`, which
    // has room for all of them. Returns how many.
    template <class IdOf>
    uint32_t insert_all(uint32_t count, IdOf id_of, uint32_t* fresh) {
        while (room_ - size_ < count) grow();
        // In locals: the stores below could change the members, as far as the compiler knows.
        uint64_t* const bits = bits_;
        uint32_t* const ids = ids_ + size_;
        uint32_t added = 0;
        for (uint32_t i = 0; i < count; ++i) {
            // Whether it was there cannot be predicted, so there is no branch on it.
            const uint32_t id = id_of(i);
            const uint64_t word = bits[id / 64];
            ids[added] = id;
            fresh[added] = id;
            added += ~(word >> (id % 64)) & 1;
            bits[id / 64] = word | uint64_t{1} << (id % 64);
        }
        size_ += added;
        return added;
    }

private:
    void grow() {
        uint32_t* const larger = arena_.array<uint32_t>(2 * room_);
        std::memcpy(larger, ids_, size_ * sizeof(uint32_t));
        ids_ = larger;
        room_ *= 2;
    }

    Arena arena_;
    uint64_t* bits_;
    uint32_t* ids_;
    size_t room_;
    size_t size_ = 0;
};

}  // namespace quiver::graph

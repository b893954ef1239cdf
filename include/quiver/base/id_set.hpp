// The visited set of a search: ids, insert-only, emptied between searches.
//
// Open addressing over plain 32-bit ids. Sets of a search are small (a few thousand ids), so a
// table of four bytes an entry that stays in the first-level cache beats one with an epoch in each
// entry. A set that grew starts small again after reset(), so clearing costs what a small set
// costs.
#pragma once

#include <cstddef>  // size_t
#include <cstdint>  // uint32_t
#include <cstring>  // std::memset

#include "quiver/base/arena.hpp"

namespace quiver {

class IdSet {
public:
    static constexpr uint32_t kNoId = 0xffffffffu;  // cannot be inserted

    // Holds `expected` ids before it first grows.
    IdSet(Arena arena, size_t expected) : arena_(arena) {
        while (first_slots_ < 2 * expected) first_slots_ *= 2;
        reset();
    }

    void reset() { use(0); }

    size_t size() const { return size_; }

    // True when the id was not in the set. May allocate, so it may jump; so may insert_all().
    bool insert(uint32_t id) {
        return insert_all(
                   1, [id](uint32_t) { return id; }, &id) != 0;
    }

    // Inserts id_of(0) ... id_of(count - 1); those that were not in the set go to `fresh`, which
    // has room for all of them. Returns how many.
    template <class IdOf>
    uint32_t insert_all(uint32_t count, IdOf id_of, uint32_t* fresh) {
        while (2 * (size_ + count) > slots_) grow();
        // In locals: the stores below could change the members, as far as the compiler knows.
        uint32_t* const table = table_;
        const size_t mask = slots_ - 1;
        uint32_t added = 0;
        for (uint32_t i = 0; i < count; ++i) {
            const uint32_t id = id_of(i);
            size_t slot = home(id) & mask;
            uint32_t found = table[slot];
            while (uint64_t{found ^ id} * ~found != 0) [[unlikely]] {
                    slot = (slot + 1) & mask;
                    found = table[slot];
                }
            // Whether it was there cannot be predicted, so there is no branch on it.
            table[slot] = id;
            fresh[added] = id;
            added += found == kNoId;
        }
        size_ += added;
        return added;
    }

    bool contains(uint32_t id) const {
        for (size_t slot = home(id) & (slots_ - 1);; slot = (slot + 1) & (slots_ - 1)) {
            if (table_[slot] == kNoId) return false;
            if (table_[slot] == id) return true;
        }
    }

    // Where an id belongs in a table of a power of two slots: the high half of a product by an odd
    // constant: neighbouring ids, which are common, spread out.
    static size_t home(uint32_t id) { return (id * uint64_t{0x9e3779b97f4a7c15u}) >> 32; }

private:
    static constexpr int kSizes = 32;

    // Goes to the table of first_slots_ << size, empty. Each is allocated once, however often the
    // set grows again.
    void use(int size) {
        const size_t slots = first_slots_ << size;
        if (tables_[size] == nullptr) tables_[size] = arena_.array<uint32_t>(slots);
        which_ = size;
        table_ = tables_[size];
        slots_ = slots;
        size_ = 0;
        std::memset(table_, 0xff, slots * sizeof(uint32_t));
    }

    void grow() {
        const uint32_t* const old = table_;
        const size_t old_slots = slots_;
        use(which_ + 1);
        for (size_t i = 0; i < old_slots; ++i) {
            if (old[i] != kNoId) insert(old[i]);
        }
    }

    Arena arena_;
    uint32_t* tables_[kSizes] = {};
    uint32_t* table_ = nullptr;
    size_t first_slots_ = 64;
    size_t slots_ = 0;  // a power of two
    size_t size_ = 0;
    int which_ = 0;
};

}  // namespace quiver

// What a search knows of each id it met: a map from ids to small values, insert-only, emptied
// between searches. Open addressing, as in id_set.hpp, with the value beside the id, so that both
// cost one cache line.
#pragma once

#include <cstddef>  // size_t
#include <cstdint>  // uint32_t
#include <cstring>  // std::memset

#include "quiver/base/arena.hpp"
#include "quiver/base/id_set.hpp"

namespace quiver {

template <class V>
class IdMap {
public:
    // Holds `expected` ids before it first grows.
    IdMap(Arena arena, size_t expected) : arena_(arena) { use(slots_for(expected)); }

    // Keeps its size: a search is followed by one of about the same.
    void reset() {
        size_ = 0;
        std::memset(cells_, 0xff, slots_ * sizeof(Cell));
    }
    // The same, and holds `expected` ids before it grows.
    void reset(size_t expected) {
        if (const size_t slots = slots_for(expected); slots > slots_)
            use(slots);
        else
            reset();
    }

    size_t size() const { return size_; }

    // The value of the id, which is `initial` when the id is new. Good until the next call. May
    // allocate, so it may jump.
    V& at(uint32_t id, V initial) {
        if (2 * (size_ + 1) > slots_) grow();
        Cell* const cell = cell_of(id);
        if (cell->id == IdSet::kNoId) {
            *cell = {id, initial};
            size_++;
        }
        return cell->value;
    }

    // The same, but a new value has all bits set. There is no branch on whether it is new, for
    // where that cannot be predicted.
    V& at(uint32_t id) {
        if (2 * (size_ + 1) > slots_) grow();
        Cell* const cell = cell_of(id);
        size_ += cell->id != id;
        cell->id = id;
        return cell->value;
    }

    // The value of the id, null when there is none.
    const V* get(uint32_t id) const {
        const Cell* const cell = cell_of(id);
        return cell->id == id ? &cell->value : nullptr;
    }

private:
    struct Cell {
        uint32_t id;
        V value;
    };

    static size_t slots_for(size_t expected) {
        size_t slots = 64;
        while (slots < 2 * expected) slots *= 2;
        return slots;
    }

    Cell* cell_of(uint32_t id) const {
        size_t slot = IdSet::home(id) & (slots_ - 1);
        while ((cells_[slot].id != id) & (cells_[slot].id != IdSet::kNoId))
            slot = (slot + 1) & (slots_ - 1);
        return &cells_[slot];
    }

    void use(size_t slots) {
        cells_ = arena_.array<Cell>(slots);
        slots_ = slots;
        reset();
    }

    void grow() {
        const Cell* const old = cells_;
        const size_t old_slots = slots_;
        use(2 * slots_);
        for (size_t i = 0; i < old_slots; i++) {
            if (old[i].id == IdSet::kNoId) continue;
            *cell_of(old[i].id) = old[i];
            size_++;
        }
    }

    Arena arena_;
    Cell* cells_ = nullptr;
    size_t slots_ = 0;  // a power of two
    size_t size_ = 0;
};

}  // namespace quiver

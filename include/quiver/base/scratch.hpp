// A piece of an arena that is used again and again: what one step of a long work needs.
#pragma once

#include <algorithm>  // std::max
#include <cstddef>    // size_t, std::byte
#include <cstdint>    // uintptr_t

#include "quiver/base/arena.hpp"

namespace quiver {

class Scratch {
public:
    Scratch() = default;
    Scratch(Arena arena, size_t bytes) : parent_(arena) { take(bytes); }

    // What is allocated from it is lost with reset().
    Arena arena() { return {allocate, this}; }
    void reset() { used_ = 0; }

private:
    static constexpr size_t kAlign = 64;

    void take(size_t bytes) {
        start_ = parent_.array<std::byte>(bytes + kAlign);
        start_ += kAlign - reinterpret_cast<uintptr_t>(start_) % kAlign;
        size_ = bytes;
        used_ = 0;
    }

    // What does not fit goes into a block of at least twice the size, which is the one from now on:
    // so all blocks together are not much larger than the last.
    static void* allocate(void* state, size_t bytes) {
        auto* const self = static_cast<Scratch*>(state);
        if (bytes > self->size_ - self->used_) self->take(std::max(2 * self->size_, bytes));
        std::byte* const at = self->start_ + self->used_;
        const size_t rounded = (bytes + kAlign - 1) / kAlign * kAlign;
        self->used_ = rounded > self->size_ - self->used_ ? self->size_ : self->used_ + rounded;
        return at;
    }

    Arena parent_{};
    std::byte* start_ = nullptr;
    size_t size_ = 0;
    size_t used_ = 0;
};

}  // namespace quiver

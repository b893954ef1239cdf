// An arena on the heap, freed with the object.
#pragma once

#include <cstddef>  // std::byte, std::max_align_t
#include <memory>   // std::unique_ptr
#include <vector>   // std::vector

#include "quiver/base/arena.hpp"

namespace quiver::test {

class HeapArena {
public:
    HeapArena() = default;
    HeapArena(const HeapArena&) = delete;
    HeapArena& operator=(const HeapArena&) = delete;

    Arena arena() { return {allocate, this}; }
    size_t blocks() const { return blocks_.size(); }

private:
    static void* allocate(void* state, size_t bytes) {
        auto& blocks = static_cast<HeapArena*>(state)->blocks_;
        const size_t words = bytes / sizeof(std::max_align_t) + 1;
        blocks.push_back(std::make_unique<std::max_align_t[]>(words));
        return blocks.back().get();
    }

    std::vector<std::unique_ptr<std::max_align_t[]>> blocks_;
};

}  // namespace quiver::test

// Memory of a scan or an insertion that the session keeps for its next one.
//
// A search needs some hundred kilobytes for a fraction of a millisecond. Pieces of that size malloc
// maps and unmaps each time, or it moves the end of the heap: the kernel clears the pages again and
// throws away what the processor knew of the address space, the addresses of shared buffers
// included. So a session keeps a block of them; only what does not fit comes from malloc.
#pragma once

#include "pg/postgres.hpp"

#include "quiver/base/arena.hpp"

namespace quiver::pg {

class KeptMemory {
public:
    // Is freed with `parent`, if that goes before give_back(): after an error, then.
    static KeptMemory* take(MemoryContext parent);

    // Forgets all that was allocated.
    void reset() {
        used_ = 0;
        MemoryContextReset(context_);
    }

    // Also all of it; the next take() may return it.
    void give_back();

    Arena arena() {
        return {[](void* state, size_t bytes) {
                    return static_cast<KeptMemory*>(state)->allocate(bytes);
                },
                this};
    }

    // For whoever uses palloc; reset with the rest.
    MemoryContext context() const { return context_; }

private:
    // A search with hnsw.ef_search = 200 fits. Untouched pages of it take no memory.
    static constexpr size_t kBlock = 512 * 1024;
    // A query may scan several indexes at once: as many blocks stay.
    static constexpr int kMostKept = 8;

    void* allocate(size_t bytes) {
        // More than the block has, and the sum below could overflow.
        if (bytes > kBlock - used_) return MemoryContextAllocHuge(context_, bytes);
        void* const at = block_ + used_;
        used_ = Min(MAXALIGN(used_ + bytes), kBlock);
        return at;
    }

    static KeptMemory* kept_[kMostKept];
    static int kept_count_;

    MemoryContext owner_;    // of this object, the block and context_
    MemoryContext context_;  // what does not fit
    std::byte* block_;
    size_t used_;
};

// Calls f(KeptMemory&).
template <class F>
inline void in_kept_memory(F f) {
    KeptMemory* const memory = KeptMemory::take(CurrentMemoryContext);
    const MemoryContext caller = MemoryContextSwitchTo(memory->context());
    f(*memory);
    MemoryContextSwitchTo(caller);
    memory->give_back();
}

}  // namespace quiver::pg

#include "pg/kept_memory.hpp"

namespace quiver::pg {

constinit KeptMemory* KeptMemory::kept_[kMostKept] = {};
constinit int KeptMemory::kept_count_ = 0;

KeptMemory* KeptMemory::take(MemoryContext parent) {
    if (kept_count_ > 0) {
        KeptMemory* const memory = kept_[--kept_count_];
        MemoryContextSetParent(memory->owner_, parent);
        return memory;
    }
    const MemoryContext owner =
        AllocSetContextCreateInternal(parent, "quiver search", ALLOCSET_SMALL_SIZES);
    auto* const memory = new (MemoryContextAlloc(owner, sizeof(KeptMemory))) KeptMemory{};
    memory->owner_ = owner;
    memory->context_ =
        AllocSetContextCreateInternal(owner, "quiver search, rest", ALLOCSET_DEFAULT_SIZES);
    memory->block_ = static_cast<std::byte*>(MemoryContextAlloc(owner, kBlock));
    return memory;
}

void KeptMemory::give_back() {
    if (kept_count_ == kMostKept) {
        MemoryContextDelete(owner_);
        return;
    }
    reset();
    MemoryContextSetParent(owner_, TopMemoryContext);
    kept_[kept_count_++] = this;
}

}  // namespace quiver::pg

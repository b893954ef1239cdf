// The core's arena over a memory context: everything goes when the context is reset, after an error
// too.
#pragma once

#include "pg/postgres.hpp"

#include "quiver/base/arena.hpp"

namespace quiver::pg {

inline Arena arena_in(MemoryContext context) {
    return {[](void* state, size_t bytes) {
                return MemoryContextAllocHuge(static_cast<MemoryContext>(state),
                                              bytes == 0 ? 1 : bytes);
            },
            context};
}

// Runs f in a context of its own and deletes it.
template <class F>
inline void in_temporary_context(const char* name, F f) {
    const MemoryContext context =
        AllocSetContextCreateInternal(CurrentMemoryContext, name, ALLOCSET_DEFAULT_SIZES);
    const MemoryContext caller = MemoryContextSwitchTo(context);
    f(context);
    MemoryContextSwitchTo(caller);
    MemoryContextDelete(context);
}

}  // namespace quiver::pg

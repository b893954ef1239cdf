// The only source of memory of the core: a function and its state.
//
// On the server it allocates from a memory context, so everything goes when the context is reset,
// after an error too; in the tests it is malloc with a list. Nothing is ever given back one by one,
// which is why nothing that lives in an arena may have a destructor.
#pragma once

#include <cstddef>      // size_t, std::max_align_t
#include <cstdint>      // SIZE_MAX
#include <type_traits>  // std::is_trivially_destructible_v

namespace quiver {

// Sizes are products of numbers of 32 bits, and are not checked one by one.
static_assert(sizeof(size_t) == 8, "quiver needs a 64-bit platform");

struct Arena {
    // Returns memory aligned for any type, never null: when there is none it does not return (the
    // server's raises an error, which jumps).
    void* (*allocate)(void* state, size_t bytes);
    void* state;

    template <class T>
    T* array(size_t count) {
        static_assert(std::is_trivially_copyable_v<T> && std::is_trivially_destructible_v<T>,
                      "nothing will destroy it");
        static_assert(alignof(T) <= alignof(std::max_align_t));
        // A count that overflows asks for what no allocator has.
        const size_t bytes = count > SIZE_MAX / sizeof(T) ? SIZE_MAX : count * sizeof(T);
        return static_cast<T*>(allocate(state, bytes));
    }
};

}  // namespace quiver

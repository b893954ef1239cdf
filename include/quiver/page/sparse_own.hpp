// A sparse vector as nodes store it: its dimensions are the column's, and it says itself how long
// it is.
//
//   uint32 nonzeros | int32 indices[nonzeros] | float32 values[nonzeros]
//
// Indices are 0-based and strictly ascending, values are finite and never zero.
#pragma once

#include <algorithm>  // std::min
#include <cstddef>    // std::byte, size_t
#include <cstdint>    // uint32_t
#include <cstring>    // std::memcpy

#include "quiver/kernels/kernel_set.hpp"
#include "quiver/types/sparse.hpp"

namespace quiver::page {

inline constexpr size_t kSparseHead = sizeof(uint32_t);
inline constexpr size_t kSparseElement = sizeof(I32) + sizeof(F32);

constexpr size_t sparse_own_bytes(uint32_t nonzeros) {
    return kSparseHead + size_t{nonzeros} * kSparseElement;
}

// What a vector of so many dimensions can have.
constexpr uint32_t most_nonzeros(uint32_t dims) {
    return std::min(dims, static_cast<uint32_t>(kMaxNonzeros));
}

// As the bytes say, which may be damaged: never trust it to be within most_nonzeros().
inline uint32_t nonzeros_of(const std::byte* own) {
    uint32_t count;
    std::memcpy(&count, own, sizeof count);
    return count;
}

// before: the bytes of the whole vector are there, up to those of `most` elements.
inline kernels::SparseArg sparse_arg(const std::byte* own, uint32_t most) {
    const uint32_t count = std::min(nonzeros_of(own), most);
    const auto* indices = reinterpret_cast<const I32*>(own + kSparseHead);
    return {indices, reinterpret_cast<const F32*>(indices + count), count};
}

}  // namespace quiver::page

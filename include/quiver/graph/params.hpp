// What a graph is made of: ids, levels, parameters. The words are explained in the README of this
// folder.
#pragma once

#include <cstddef>  // size_t
#include <cstdint>  // uint32_t, uint64_t

#include "quiver/base/rng.hpp"
#include "quiver/page/tid.hpp"

namespace quiver::graph {

using NodeId = uint32_t;
inline constexpr NodeId kNoNode = 0xffffffffu;

using Level = uint32_t;
// Out of reach: with the smallest m, one node in 2^48 has it.
inline constexpr Level kMaxLevel = 16;

using page::HeapTid;

// One node in so many is also on the next layer. HNSW takes m. Every upper record has a vector of
// its own, so fewer of them save memory. In many dimensions a path on the base layer is so short
// that layers do not pay at all: 30,000 x 768, and 20,000 x 768 in 200 clusters, need two to five
// pages less for the same recall without any than with 64 m, and so the index is no larger than its
// base pages. Vectors of a few dimensions, where the path is long, are short.
// vector_bytes: 0 where each vector has a length of its own.
constexpr uint32_t layer_ratio(uint32_t m, size_t vector_bytes) {
    constexpr size_t kLong = 1024;  // a few records fill a page
    return (vector_bytes < kLong ? 4 : 65536) * m;
}

struct Params {
    uint32_t m = 16;
    uint32_t ef_construction = 64;
    uint32_t vector_bytes = 0;  // of what is kept; of vectors that vary, on average
    uint32_t measured_at = 0;   // where in it the part begins that distances read
    bool varying = false;       // whether each vector has a length of its own
    uint64_t seed = 0;

    // Edges a list has room for.
    uint32_t degree(Level layer) const { return layer == 0 ? 2 * m : m; }
    // Bytes of the stored form, without what is kept behind it to measure by.
    uint32_t stored_bytes() const { return measured_at != 0 ? measured_at : vector_bytes; }
    uint32_t ratio() const { return layer_ratio(m, varying ? 0 : stored_bytes()); }
};

// floor(-ln(U) / ln(ratio)) for U uniform in (0, 1], without the logarithm: it is at least l
// exactly when U <= ratio^-l.
inline Level draw_level(uint64_t random, uint32_t ratio) noexcept {
    uint64_t threshold = ~uint64_t{0} / ratio;
    Level level = 0;
    while (level < kMaxLevel && random < threshold) {
        threshold /= ratio;
        ++level;
    }
    return level;
}

// The level of a row's node: from the TID, so that it does not depend on who inserts what when.
inline Level level_of(HeapTid tid, uint64_t seed, uint32_t ratio) noexcept {
    const uint64_t row = uint64_t{tid.block_hi} << 32 | uint64_t{tid.block_lo} << 16 | tid.offset;
    return draw_level(mix64(seed ^ mix64(row)), ratio);
}

}  // namespace quiver::graph

// The table of a sparse vector that is compared with many others.
//
// A cell for each element and none for two: that needs no search, only a multiplier that happens to
// send all indices to different cells, which a few attempts find in a table of some 30 times as
// many cells as elements. As soon as the table has as many cells as there are dimensions, the index
// itself will do.
#pragma once

#include <cmath>  // std::fabs

#include "quiver/base/arena.hpp"
#include "quiver/base/rng.hpp"
#include "quiver/kernels/kernel_set.hpp"

namespace quiver::kernels {

namespace detail {

// 256 KB: beyond, making the table takes longer than it saves.
inline constexpr uint32_t kMostCells = 1u << 15;
inline constexpr uint32_t kMultipliers = 8;

// False when two elements have the same cell.
inline bool place_all(SparseArg vector, SparseTable& table, SparseCell* cells) {
    const size_t count = size_t{table.mask} + 1;
    for (size_t i = 0; i < count; i++) cells[i] = {{-1}, {0.0f}};
    for (size_t i = 0; i < vector.n; i++) {
        SparseCell& cell = cells[table.cell_of(vector.indices[i].value)];
        if (cell.index.value != -1) return false;
        cell = {vector.indices[i], vector.values[i]};
    }
    return true;
}

}  // namespace detail

// False when the vector is too long for one; then it has to be merged. The cells are the arena's,
// the vector is not needed any more.
inline bool make_sparse_table(SparseArg vector, uint32_t dims, Arena arena, SparseTable& out) {
    uint32_t cells = 64;
    uint32_t log2 = 6;
    const auto grow = [&] {
        cells *= 2;
        log2++;
    };
    while (cells < 4 * vector.n) grow();
    out.squares = out.magnitude = 0;
    for (size_t i = 0; i < vector.n; i++) {
        const double value = vector.values[i].value;
        out.squares += value * value;
        out.magnitude += std::fabs(value);
    }
    // Two of n indices meet in a table of c cells about n^2 / 2c times.
    while (cells < dims && uint64_t{2} * cells < uint64_t{vector.n} * vector.n / 2) grow();
    for (SparseCell* room = nullptr; cells <= detail::kMostCells; grow()) {
        room = arena.array<SparseCell>(cells);
        out.cells = room;
        out.mask = cells - 1;
        if (cells >= dims) {
            out.multiplier = 1;
            out.shift = 0;
            if (detail::place_all(vector, out, room)) return true;
        }
        out.shift = 32 - log2;
        for (uint32_t i = 0; i < detail::kMultipliers; i++) {
            out.multiplier = static_cast<uint32_t>(mix64(i + 1)) | 1;
            if (detail::place_all(vector, out, room)) return true;
        }
    }
    return false;
}

}  // namespace quiver::kernels

// A random orthogonal map, the same for every vector of an index: P of quant/README.md.
#pragma once

#include <cstddef>  // size_t
#include <cstdint>  // uint64_t

#include "quiver/base/number.hpp"
#include "quiver/kernels/kernel_set.hpp"
#include "quiver/kernels/quant_shared.hpp"

namespace quiver::quant {

// Coordinates of a rotated vector: dims rounded up to a multiple of 8.
constexpr size_t rotated_dims(size_t dims) { return kernels::quant::padded(dims); }

// Needs no memory: the signs are computed from the seed as they are used. Results have the same
// bits on every instruction set, so an index may move between machines.
struct Rotation {
    uint64_t seed;
    uint32_t dims;  // 1 .. 64000

    // out[0 .. rotated_dims(dims)) = P in. It must not overlap the input.
    void apply(const kernels::QuantKernels& k, const F32* in, float* out) const noexcept {
        k.rotate(seed, dims, in, nullptr, out);
    }

    // P (a - b), with one rounding of the difference: for residuals and for coordinates about a
    // centre.
    void apply_difference(const kernels::QuantKernels& k, const F32* a, const F32* b,
                          float* out) const noexcept {
        k.rotate(seed, dims, a, b, out);
    }
};

}  // namespace quiver::quant

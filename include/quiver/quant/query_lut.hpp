// The query's side of edge codes: a table built once per query, and the estimates of all edges of a
// node.
#pragma once

#include <cfloat>   // FLT_MAX
#include <cstddef>  // size_t
#include <cstdint>  // uint8_t

#include "quiver/kernels/kernel_set.hpp"
#include "quiver/quant/edge_code.hpp"
#include "quiver/quant/scale.hpp"

namespace quiver::quant {

struct QueryLut {
    const uint8_t* table;
    float step;     // one unit of the table
    int32_t total;  // sum of the magnitudes of the query's coordinates, in units

    static constexpr size_t size(int code_dims) { return static_cast<size_t>(code_dims) * 4; }
};

// pq: the first code_dims coordinates of P(q - centre). memory: QueryLut::size(code_dims) bytes at
// any address, best on a cache line. Serves codes of any number of bits.
inline QueryLut build_lut(const kernels::QuantKernels& k, const float* pq, int code_dims,
                          uint8_t* memory) noexcept {
    const kernels::LutFactors factors = k.build_lut(pq, static_cast<size_t>(code_dims), memory);
    return {memory, factors.step, factors.total};
}

// The edges of a node as its page has them; add and scale have shape.edges elements.
struct EdgeBlock {
    const uint8_t* codes;
    const F32* add;
    const F16* scale;
    int8_t exponent;
};

// out[0 .. edges): for every slot, used or not, the estimated distance from the query; base is the
// exact distance of the node itself (squared for l2, negative for the inner product). A slot with
// add = scale = 0 gets exactly base. Never a NaN, and at most FLT_MAX.
inline void estimate(const kernels::QuantKernels& k, const CodeShape& s, const EdgeBlock& edges,
                     const QueryLut& lut, float base, float* out) noexcept {
    const kernels::CodeView view{edges.codes, static_cast<uint32_t>(code_rows(s)),
                                 static_cast<uint32_t>(s.bits), static_cast<uint32_t>(s.edges)};
    // <x, Pq> = step * (S - (2^bits - 1) / 2 * total). The kernel doubles S and keeps the
    // difference an integer.
    const double factor = lut.step * 0.5 * detail::power_of_two(edges.exponent);
    const int32_t levels = (1 << s.bits) - 1;
    k.estimate(view, lut.table,
               {.add = edges.add,
                .scale = edges.scale,
                .base = base,
                .factor = detail::finite_float(factor),
                .bias = levels * lut.total},
               out);
}

// Estimates of inner products err in proportion to |q - u|, and are no worse for a multiple of the
// owner in its place: makes of out[0 .. edges), which are for u, those for share * u. The best
// share is <q, u> / |u|^2; one that is no number (u is zero, or too large) changes nothing. As
// above, never a NaN, and finite.
inline void shrink_owner(const F32* add, size_t edges, float share, float* out) noexcept {
    if (!(share >= -FLT_MAX && share <= FLT_MAX)) return;
    for (size_t j = 0; j < edges; ++j) {
        const float d = out[j] + (share - 1) * add[j];
        out[j] = d < FLT_MAX ? (d > -FLT_MAX ? d : -FLT_MAX) : FLT_MAX;
    }
}

}  // namespace quiver::quant

// Edge codes: a few bits per rotated coordinate that describe a neighbour relative to the node that
// stores them.
//
//   rotation.apply_difference(k, v, u, r);
//   const EdgeParts part = encode_edge(k, shape, j, {r, squared_length, pu}, codes);
//   ... of all edges, then once per node:
//   exponent = pick_exponent(largest |edge_scale(metric, part)|);
//   const EdgeFactors f = edge_factors(metric, part, constant, exponent);   // stored with the code
#pragma once

#include <cfloat>   // FLT_MAX
#include <cstddef>  // size_t
#include <cstdint>  // uint8_t

#include "quiver/kernels/kernel_set.hpp"
#include "quiver/quant/scale.hpp"

namespace quiver::quant {

inline constexpr int kMaxBits = 8;
inline constexpr int kMaxCodeDims = 64000;

struct CodeShape {
    int dims;       // of the vectors
    int code_dims;  // leading rotated coordinates that are coded: a multiple of 8, at most
                    // rotated_dims(dims)
    int bits;       // per coordinate, 1 .. kMaxBits
    int edges;      // room for neighbours, a multiple of 16
};

constexpr size_t code_rows(const CodeShape& s) { return static_cast<size_t>(s.code_dims) / 8; }
constexpr size_t code_bytes(const CodeShape& s) {
    return static_cast<size_t>(s.bits) * code_rows(s) * static_cast<size_t>(s.edges);
}

enum class EdgeMetric : uint8_t { l2, inner_product };

// What a code says of its residual r, before a metric is chosen. Both zero for a residual of zero.
struct EdgeParts {
    double gain;   // g = |r|^2 / <x, r>
    double along;  // <x, Pu>
};

// As stored: estimate = exact distance of the owner + add + scale * 2^exponent * <x, Pq>.
struct EdgeFactors {
    float add;
    F16 scale;
};

// A neighbour v as its owner u sees it.
struct Residual {
    const float* rotated;   // r = P(v - u)
    double squared_length;  // |v - u|^2 over all coordinates; double: no pair of finite vectors
                            // over- or underflows it
    const float* owner;     // P(u - centre), or null for zero
};

// Codes a residual as edge `slot`; no other edge's bytes change.
inline EdgeParts encode_edge(const kernels::QuantKernels& k, const CodeShape& s, size_t slot,
                             const Residual& residual, uint8_t* codes) noexcept {
    const kernels::CodeDots dots = k.encode({.residual = residual.rotated,
                                             .anchor = residual.owner,
                                             .dims = static_cast<uint32_t>(s.code_dims),
                                             .bits = static_cast<uint32_t>(s.bits),
                                             .column = codes + slot,
                                             .stride = static_cast<size_t>(s.edges)});
    // Also false for a NaN, which only numbers near the largest float can lead to. A code of the
    // leading coordinates says nothing of a residual that vanishes there.
    if (!(dots.residual > 0 && dots.residual <= FLT_MAX)) return {};
    if (!(dots.anchor >= -FLT_MAX && dots.anchor <= FLT_MAX)) return {};
    return {residual.squared_length / dots.residual, dots.anchor};
}

namespace detail {

inline float finite_float(double x) noexcept {
    return static_cast<float>(x > FLT_MAX ? FLT_MAX : x < -FLT_MAX ? -FLT_MAX : x);
}

}  // namespace detail

inline float edge_scale(EdgeMetric metric, const EdgeParts& part) noexcept {
    return detail::finite_float(metric == EdgeMetric::l2 ? -2 * part.gain : -part.gain);
}

// `constant` is the part of the estimate that is known exactly:
//   l2              |v - u|^2
//   inner_product   -<u, v - u>, or -<centre, v - u> if the residual's owner was null
// The scale is rounded first and its rounded value goes into add, so that the rounding costs a
// fraction of <x, P(q - u)> and not of <x, P(q - centre)>.
inline EdgeFactors edge_factors(EdgeMetric metric, const EdgeParts& part, double constant,
                                int8_t exponent) noexcept {
    const F16 scale = encode_scale(edge_scale(metric, part), exponent);
    const double rounded = to_float(scale) * detail::power_of_two(exponent);
    return {detail::finite_float(constant - rounded * part.along), scale};
}

}  // namespace quiver::quant

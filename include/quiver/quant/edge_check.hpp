// Edge codes read back: for checks of an index and for tests. Plain, and no instruction set's own.
#pragma once

#include <cmath>    // std::fabs
#include <cstddef>  // size_t
#include <cstdint>  // uint8_t

#include "quiver/kernels/kernel_set.hpp"
#include "quiver/quant/edge_code.hpp"

namespace quiver::quant {

namespace detail {

// The codes of 8 coordinates from 8 * row on, a byte each, the first one lowest.
inline uint64_t code_row(const CodeShape& s, const uint8_t* codes, size_t slot,
                         size_t row) noexcept {
    constexpr uint64_t kOnes = 0x0101010101010101;
    uint64_t row_codes = 0;
    for (size_t p = 0; p < static_cast<size_t>(s.bits); ++p) {
        const uint64_t byte = codes[(p * code_rows(s) + row) * static_cast<size_t>(s.edges) + slot];
        // Bit i in byte i, wherever in the byte, and then as its lowest.
        const uint64_t spread = byte * kOnes & 0x8040201008040201;
        row_codes |= ((spread + 0x7f * kOnes) >> 7 & kOnes) << p;
    }
    return row_codes;
}

inline double grid_of(const CodeShape& s, uint64_t row_codes, size_t i) noexcept {
    const auto code = static_cast<int>(row_codes >> 8 * i & 0xff);
    return code - ((1 << s.bits) - 1) / 2.0;
}

}  // namespace detail

// Grid point x of an edge, coordinate i.
inline double grid_point(const CodeShape& s, const uint8_t* codes, size_t slot, size_t i) noexcept {
    return detail::grid_of(s, detail::code_row(s, codes, slot, i / 8), i % 8);
}

// An edge as a node's page has it.
struct StoredEdge {
    const uint8_t* codes;  // of the whole node
    size_t slot;
    EdgeFactors factors;
    int8_t exponent;
};

// The estimate by its formula, from the query's rotated coordinates themselves.
inline double estimate_reference(const CodeShape& s, const StoredEdge& edge, double base,
                                 const float* pq) noexcept {
    double dot = 0;
    for (size_t i = 0; i < static_cast<size_t>(s.code_dims); ++i)
        dot += grid_point(s, edge.codes, edge.slot, i) * pq[i];
    const double scale = to_float(edge.factors.scale) * detail::power_of_two(edge.exponent);
    return base + edge.factors.add + scale * dot;
}

enum class EdgeCheck : uint8_t {
    ok,
    code,     // describes the residual worse than a code made from it now
    factors,  // do not follow from the code and the residual
};

namespace detail {

struct CodeSums {
    double xr = 0;            // <x, r>
    double xx = 0;            // <x, x>
    double xu = 0;            // <x, Pu>
    double xu_magnitude = 0;  // sum |x_i Pu_i|
};

inline CodeSums code_sums(const CodeShape& s, const uint8_t* codes, size_t slot,
                          const Residual& residual) noexcept {
    CodeSums sums;
    for (size_t row = 0; row < code_rows(s); ++row) {
        const uint64_t row_codes = code_row(s, codes, slot, row);
        const float* const r = residual.rotated + 8 * row;
        for (size_t i = 0; i < 8; ++i) {
            const double x = grid_of(s, row_codes, i);
            sums.xr += x * r[i];
            sums.xx += x * x;
            if (residual.owner == nullptr) continue;
            const double along = x * residual.owner[8 * row + i];
            sums.xu += along;
            sums.xu_magnitude += std::fabs(along);
        }
    }
    return sums;
}

// Whether an edge has just the code that is in `alone`, where there is no other edge.
inline bool is_code(const CodeShape& s, const uint8_t* codes, size_t slot,
                    const uint8_t* alone) noexcept {
    const size_t rows = static_cast<size_t>(s.bits) * code_rows(s);
    for (size_t i = 0; i < rows; ++i)
        if (codes[i * static_cast<size_t>(s.edges) + slot] != alone[i]) return false;
    return true;
}

}  // namespace detail

// Recomputes an edge and compares; `constant` as for edge_factors. Codes need not be equal: another
// instruction set may have found another of two equally good grid steps. They must be as good.
// scratch has room for bits * code_dims / 8 bytes.
inline EdgeCheck check_edge(const kernels::QuantKernels& k, const CodeShape& s,
                            const StoredEdge& edge, EdgeMetric metric, const Residual& residual,
                            double constant, uint8_t* scratch) noexcept {
    constexpr double kRounding = 1e-4;
    const double unit = detail::power_of_two(edge.exponent);
    const double scale = to_float(edge.factors.scale) * unit;

    CodeShape alone = s;
    alone.edges = 1;
    const EdgeParts fresh = encode_edge(k, alone, 0, residual, scratch);
    const detail::CodeSums then = detail::code_sums(s, edge.codes, edge.slot, residual);
    EdgeParts expected{};
    if (fresh.gain != 0) {
        // Nearly always it is the same code.
        const detail::CodeSums now = detail::is_code(s, edge.codes, edge.slot, scratch)
                                         ? then
                                         : detail::code_sums(alone, scratch, 0, residual);
        if (!(then.xr / std::sqrt(then.xx) >= now.xr / std::sqrt(now.xx) * (1 - 1e-3)))
            return EdgeCheck::code;
        expected = {residual.squared_length / then.xr, then.xu};
    }
    const double expected_scale =
        decode_scale(encode_scale(edge_scale(metric, expected), edge.exponent), edge.exponent);
    // A unit in the last place of a binary16, or of the subnormal ones.
    if (!(std::fabs(scale - expected_scale) <=
          std::fabs(expected_scale) * 0x1p-10 + unit * 0x1p-24))
        return EdgeCheck::factors;
    const double expected_add = detail::finite_float(constant - scale * expected.along);
    const double size = std::fabs(constant) + std::fabs(scale) * then.xu_magnitude;
    if (!(std::fabs(edge.factors.add - expected_add) <= kRounding * size))
        return EdgeCheck::factors;
    return EdgeCheck::ok;
}

}  // namespace quiver::quant

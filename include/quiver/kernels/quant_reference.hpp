// The specification of the quantisation kernels: plain loops. The scalar set runs them; the unit
// tests hold every instruction set to them. Nothing here may be called from a file compiled for one
// instruction set.
#pragma once

#include <cfloat>   // FLT_MAX
#include <cstddef>  // size_t
#include <cstdint>  // uint32_t

#include "quiver/kernels/kernel_set.hpp"
#include "quiver/kernels/quant_shared.hpp"

namespace quiver::kernels::reference {

// The Hadamard matrix of order n, a power of two, divided by sqrt(n). Scaling comes first, so that
// no intermediate result exceeds the norm of the input.
template <class T>
void hadamard(T* x, size_t n) noexcept {
    const T scale = quant::inverse_sqrt<T>(n);
    for (size_t i = 0; i < n; ++i) x[i] *= scale;
    for (size_t h = 1; h < n; h *= 2)
        for (size_t base = 0; base < n; base += 2 * h)
            for (size_t i = base; i < base + h; ++i) {
                const T a = x[i];
                const T b = x[i + h];
                x[i] = a + b;
                x[i + h] = a - b;
            }
}

template <class T>
void mix_halves(T* x, size_t half) noexcept {
    for (size_t i = 0; i < half; ++i) {
        const T a = x[i];
        const T b = x[i + half];
        x[i] = (a + b) * quant::kHalfSqrt<T>;
        x[i + half] = (a - b) * quant::kHalfSqrt<T>;
    }
}

template <class T>
void flip_signs(T* x, size_t n, uint64_t seed, uint32_t round) noexcept {
    for (size_t i = 0; i < n; ++i)
        if (quant::sign_word(seed, round, i / 64) >> (i % 64) & 1) x[i] = -x[i];
}

// Rounds of random signs and a Hadamard matrix. A size that is no power of two has it on the
// leading and the trailing block by turns. Half way, each coordinate of the first half is mixed
// with one of the second: the blocks may overlap by as little as 8 coordinates, too little to
// exchange what they hold. Not earlier: what one block left out must not move to where the next one
// leaves it out again. And with random signs on both sides: without them, the mixing undoes part of
// what a Hadamard matrix before or after it does.
template <class T>
void rotate(uint64_t seed, size_t n, const F32* a, const F32* b, T* out) noexcept {
    const size_t size = quant::padded(n);
    const size_t block = quant::power_within(size);
    for (size_t i = 0; i < size; ++i) {
        out[i] = i < n ? T(a[i].value) : T(0);
        if (b != nullptr && i < n) out[i] -= T(b[i].value);
    }
    for (uint32_t round = 0; round < quant::kRotationRounds; ++round) {
        if (block != size && round == quant::kMixBefore) {
            flip_signs(out, size, seed, quant::kRotationRounds);
            mix_halves(out, size / 2);
        }
        flip_signs(out, size, seed, round);
        hadamard(round % 2 == 0 ? out : out + (size - block), block);
    }
}

// Level of a coordinate above or below zero: 0 is the grid point nearest to zero.
inline uint32_t grid_level(float magnitude, float inverse_step, uint32_t bits) noexcept {
    const float limit = static_cast<float>((1u << (bits - 1)) - 1);
    const float steps = magnitude * inverse_step;
    return static_cast<uint32_t>(steps < limit ? steps : limit);
}

inline float magnitude(float x) noexcept { return __builtin_fabsf(x); }

// 1 / step of the grid tried that has the largest cosine with r. Zero puts every coordinate on the
// innermost level.
inline float inverse_grid_step(const float* r, size_t n, uint32_t bits) noexcept {
    float sum = 0;
    for (size_t i = 0; i < n; ++i) sum += magnitude(r[i]);
    const float step = sum / static_cast<float>(n) * quant::kGridStep[bits];
    if (bits == 1 || !(step >= quant::kSmallest && sum <= quant::kLargest)) return 0;
    float best = 0;
    double best_quality = -1;
    for (const float factor : quant::kStepFactor) {
        const float inverse = 1 / (step * factor);
        float xr = 0;
        float xx = 0;
        for (size_t i = 0; i < n; ++i) {
            const float x = static_cast<float>(grid_level(magnitude(r[i]), inverse, bits)) + 0.5f;
            xr += x * magnitude(r[i]);
            xx += x * x;
        }
        const double quality = static_cast<double>(xr) * xr / xx;
        if (quality > best_quality) {
            best_quality = quality;
            best = inverse;
        }
    }
    return best;
}

inline float residual(const int16_t* a, float step, const float* b, float* out, size_t n) noexcept {
    float squared = 0;
    for (size_t i = 0; i < n; ++i) {
        out[i] = step * static_cast<float>(a[i]) - b[i];
        squared += out[i] * out[i];
    }
    return squared;
}

// A negative coordinate has the complement of the code of its magnitude.
inline CodeDots encode(const EncodeArgs& args) noexcept {
    const float inverse = inverse_grid_step(args.residual, args.dims, args.bits);
    const uint32_t top = 1u << (args.bits - 1);
    const size_t plane = args.dims / 8 * args.stride;
    CodeDots dots{};
    for (size_t row = 0; row < args.dims / 8; ++row) {
        uint8_t bytes[8] = {};
        for (size_t k = 0; k < 8; ++k) {
            const float r = args.residual[8 * row + k];
            const uint32_t level = grid_level(magnitude(r), inverse, args.bits);
            const bool negative = __builtin_signbit(r);
            const uint32_t code = negative ? top - 1 - level : top + level;
            const float x = __builtin_copysignf(static_cast<float>(level) + 0.5f, r);
            dots.residual += x * r;
            if (args.anchor != nullptr) dots.anchor += x * args.anchor[8 * row + k];
            for (uint32_t p = 0; p < args.bits; ++p)
                bytes[p] = static_cast<uint8_t>(bytes[p] | (code >> p & 1) << k);
        }
        for (uint32_t p = 0; p < args.bits; ++p)
            args.column[p * plane + row * args.stride] = bytes[p];
    }
    return dots;
}

// 1 / (half a step) of the integers for q, or 0 when they are all to be zero; writes the step.
inline float inverse_half_step(float largest_sum, float* step) noexcept {
    const bool usable = largest_sum >= quant::kSmallest && largest_sum <= quant::kLargest;
    *step = usable ? largest_sum / quant::kLutRange : 0;
    return usable ? 2 * quant::kLutRange / largest_sum : 0;
}

inline LutFactors build_lut(const float* q, size_t n, uint8_t* lut) noexcept {
    float largest = 0;
    for (size_t i = 0; i < n; i += 4) {
        const float sum =
            (magnitude(q[i]) + magnitude(q[i + 1])) + (magnitude(q[i + 2]) + magnitude(q[i + 3]));
        largest = sum <= largest ? largest : sum;  // a NaN stays
        if (!(sum <= quant::kLargest)) break;
    }
    LutFactors factors{};
    const float inverse = inverse_half_step(largest, &factors.step);
    for (size_t i = 0; i < n; i += 4) {
        int32_t steps[4] = {};
        if (inverse != 0)
            for (size_t k = 0; k < 4; ++k) {
                // Half steps, cut off, then rounded to steps: nothing here that a compiler could
                // fuse.
                const int32_t size = (static_cast<int32_t>(magnitude(q[i + k]) * inverse) + 1) >> 1;
                steps[k] = __builtin_signbit(q[i + k]) ? -size : size;
                factors.total += size;
            }
        quant::nibble_table(steps, lut + 4 * i);
    }
    return factors;
}

// Of the 16 edges from `first` on.
inline void code_sums(const CodeView& view, const uint8_t* lut, size_t first,
                      uint32_t* sums) noexcept {
    for (size_t j = 0; j < 16; ++j) sums[j] = 0;
    for (uint32_t p = 0; p < view.planes; ++p)
        for (size_t r = 0; r < view.rows; ++r) {
            const uint8_t* row = view.codes + (size_t{p} * view.rows + r) * view.edges + first;
            const uint8_t* table = lut + 32 * r;
            for (size_t j = 0; j < 16; ++j)
                sums[j] += static_cast<uint32_t>(table[row[j] & 15] + table[16 + (row[j] >> 4)])
                           << p;
        }
}

inline void code_sums(const CodeView& view, const uint8_t* lut, uint32_t* out) noexcept {
    for (size_t first = 0; first < view.edges; first += 16)
        code_sums(view, lut, first, out + first);
}

// The comparison that a NaN fails makes it the largest number: an estimate that overflowed is a far
// neighbour.
inline float edge_estimate(uint32_t sum, float add, float scale, const EdgeTerms& terms) noexcept {
    const int32_t centred = static_cast<int32_t>(2 * sum - static_cast<uint32_t>(terms.bias));
    const float estimate = terms.base + add + scale * terms.factor * static_cast<float>(centred);
    return estimate < FLT_MAX ? estimate : FLT_MAX;
}

inline void estimate(const CodeView& view, const uint8_t* lut, const EdgeTerms& terms,
                     float* out) noexcept {
    uint32_t sums[16];
    for (size_t first = 0; first < view.edges; first += 16) {
        code_sums(view, lut, first, sums);
        for (size_t j = 0; j < 16; ++j)
            out[first + j] = edge_estimate(sums[j], terms.add[first + j].value,
                                           to_float(terms.scale[first + j]), terms);
    }
}

}  // namespace quiver::kernels::reference

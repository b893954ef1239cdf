// The table of SIMD kernels: one field per kernel, one table per instruction set.
//
// All pointers may be unaligned. Every length may be 0, unless a kernel says otherwise. No kernel
// reads past its inputs. Sums are accumulated in float32 in an order that differs between
// instruction sets; the error against exact arithmetic is bounded by
//   (n + 8) * 2^-24 * sum(|terms|) + n * 2^-149
// (the second part is for terms below float32's smallest number) and is asserted by the unit tests.
// A sum that exceeds float32 is an infinity, never NaN, unless its terms overflow with both signs.
// Integer kernels are exact.
#pragma once

#include <cstddef>  // size_t
#include <cstdint>  // uint64_t

#include "quiver/base/number.hpp"

namespace quiver::kernels {

// Instruction sets in ascending order of preference within one architecture.
enum class Isa : uint8_t {
    scalar,      // the reference, compiled without SIMD intrinsics
    sse2,        // baseline of every x86-64
    avx2,        // AVX2, FMA, F16C, POPCNT
    avx512,      // AVX-512 F, CD, BW, DQ, VL
    avx512vnni,  // avx512 plus VNNI, VPOPCNTDQ
    neon,        // baseline of every aarch64
};
inline constexpr int kIsaCount = 6;

// Everything cosine needs from one pass: <a,b>, <a,a>, <b,b>.
struct CosineParts {
    float dot;
    float norm_a;
    float norm_b;
};

// Everything Jaccard needs from one pass: population counts of a AND b, and of a OR b.
struct BitOverlap {
    uint64_t both;
    uint64_t any;
};

// Distances between vectors of n elements of types A and B (F32 or F16; F16 elements are widened to
// float32 exactly). B may be Affine8: then a row is its header and n bytes, and its elements are
// what affine_to_float() says.
template <class A, class B>
struct FloatKernels {
    // sum (a[i] - b[i])^2
    float (*l2_squared)(const A* a, const B* b, size_t n) noexcept;
    // sum a[i] * b[i]
    float (*inner_product)(const A* a, const B* b, size_t n) noexcept;
    CosineParts (*cosine_parts)(const A* a, const B* b, size_t n) noexcept;
    // sum |a[i] - b[i]|
    float (*l1)(const A* a, const B* b, size_t n) noexcept;

    // One query against `count` rows of n elements: out[r] = kernel(query, rows[r], n), to the bit.
    // Sharing the loads of the query makes these faster than `count` calls.
    void (*l2_squared_many)(const A* query, const B* const* rows, size_t count, size_t n,
                            float* out) noexcept;
    void (*inner_product_many)(const A* query, const B* const* rows, size_t count, size_t n,
                               float* out) noexcept;
    void (*l1_many)(const A* query, const B* const* rows, size_t count, size_t n,
                    float* out) noexcept;
};

// Bit strings as bytes. Bits beyond the length of the string must be zero (core bit strings
// guarantee it).
struct BitKernels {
    uint64_t (*hamming)(const uint8_t* a, const uint8_t* b, size_t bytes) noexcept;
    BitOverlap (*overlap)(const uint8_t* a, const uint8_t* b, size_t bytes) noexcept;
    void (*hamming_many)(const uint8_t* query, const uint8_t* const* rows, size_t count,
                         size_t bytes, uint64_t* out) noexcept;
};

// A sparse vector: n strictly ascending indices and their values.
struct SparseArg {
    const I32* indices;
    const F32* values;
    size_t n;
};

// An element of a sparse vector in a table; index -1: none, and the value is 0.
struct SparseCell {
    I32 index;
    F32 value;
};

// A sparse vector to which many others are compared (sparse_table.hpp): each of its elements has a
// cell of its own, so that no merge is needed.
struct SparseTable {
    const SparseCell* cells;  // mask + 1
    uint32_t multiplier;
    uint32_t shift;
    uint32_t mask;
    double squares;    // sum of the squares of its values
    double magnitude;  // sum of their absolute values

    constexpr uint32_t cell_of(int32_t index) const noexcept {
        return static_cast<uint32_t>(index) * multiplier >> shift & mask;
    }
};

// Of two sparse vectors; an index that only one side has counts as zero on the other.
//
// The first three merge. The others look every element of b up in the table of a: what a has alone
// is then what of all its elements was not found, a difference of float64 sums, so to the bound
// comes 2^-40 of the sum over a.
struct SparseKernels {
    float (*l2_squared)(SparseArg a, SparseArg b) noexcept;
    float (*inner_product)(SparseArg a, SparseArg b) noexcept;
    float (*l1)(SparseArg a, SparseArg b) noexcept;
    float (*l2_squared_table)(const SparseTable& a, SparseArg b) noexcept;
    float (*inner_product_table)(const SparseTable& a, SparseArg b) noexcept;
    float (*l1_table)(const SparseTable& a, SparseArg b) noexcept;
};

// Vectors of 8-bit codes; exact for n <= 32768.
struct Int8Kernels {
    int32_t (*l2_squared)(const int8_t* a, const int8_t* b, size_t n) noexcept;
    int32_t (*inner_product)(const int8_t* a, const int8_t* b, size_t n) noexcept;
    void (*inner_product_many)(const int8_t* query, const int8_t* const* rows, size_t count,
                               size_t n, int32_t* out) noexcept;
};

// Numbers, none of which is NaN.
struct OrderKernels {
    // The place of the smallest of n > 0; of equal ones, the first.
    size_t (*smallest)(const F32* v, size_t n) noexcept;
    // How many are x or less.
    size_t (*count_at_most)(const F32* v, size_t n, float x) noexcept;
};

struct ConvertKernels {
    // Exact widening.
    void (*half_to_float)(const F16* in, F32* out, size_t n) noexcept;
    // Round to nearest even; overflow becomes infinity (the caller checks).
    void (*float_to_half)(const F32* in, F16* out, size_t n) noexcept;
    // The elements of a row of n, to the bit the same on every instruction set if the step has at
    // most 16 significant bits.
    void (*affine_to_float)(const Affine8* in, F32* out, size_t n) noexcept;
};

// Edge codes of one node, as they lie in its slot: `planes` bit planes of `rows` rows of `edges`
// bytes; bit k of byte (p * rows + r) * edges + j is bit p of coordinate 8 * r + k of edge j. edges
// is a multiple of 16; at most 8 planes of 8000 rows.
struct CodeView {
    const uint8_t* codes;
    uint32_t rows;
    uint32_t planes;
    uint32_t edges;
};

// A residual to be coded as one byte column (its bytes are `stride` apart).
struct EncodeArgs {
    const float* residual;
    const float* anchor;  // rotated owner, or null for zero
    uint32_t dims;        // coordinates coded, a multiple of 8
    uint32_t bits;        // 1 .. 8
    uint8_t* column;
    size_t stride;
};

// Inner products of the grid point x that was chosen, in units of its step: levels -(2^bits - 1)/2
// .. (2^bits - 1)/2.
struct CodeDots {
    float residual;  // <x, residual>
    float anchor;    // <x, anchor>
};

// q as integers: q[i] is about step * n[i], total is sum |n[i]|. All zero when q is zero or not
// finite.
struct LutFactors {
    float step;
    int32_t total;
};

// What turns code sums S[j] into estimates: min(base + add[j] + scale[j] * factor * (2 * S[j] -
// bias), FLT_MAX).
struct EdgeTerms {
    const F32* add;
    const F16* scale;
    float base;
    float factor;
    int32_t bias;
};

// Rotation and edge codes; quant/README.md has the mathematics. rotate, residual, build_lut and
// sums give the same bits on every instruction set.
struct QuantKernels {
    // out[0 .. round_up(n, 8)) = P(a - b), where P is the rotation of (seed, n) and b is zero when
    // null.
    void (*rotate)(uint64_t seed, size_t n, const F32* a, const F32* b, float* out) noexcept;
    // The code that has about the largest cosine with the residual.
    CodeDots (*encode)(const EncodeArgs& args) noexcept;
    // 32 bytes per 8 coordinates: 16 subset sums of the first 4, 16 of the last 4.
    LutFactors (*build_lut)(const float* q, size_t n, uint8_t* lut) noexcept;
    // out[j] = sum over planes p of 2^p * (sum of the table entries of edge j's nibbles)
    void (*sums)(const CodeView& view, const uint8_t* lut, uint32_t* out) noexcept;
    void (*estimate)(const CodeView& view, const uint8_t* lut, const EdgeTerms& terms,
                     float* out) noexcept;
    // out = step * a - b, and its squared length. step is a power of two and n a multiple of 8, so
    // out has the same bits everywhere; the length is a sum like others.
    float (*residual)(const int16_t* a, float step, const float* b, float* out, size_t n) noexcept;
};

struct KernelSet {
    Isa isa;
    FloatKernels<F32, F32> f32;
    FloatKernels<F16, F16> f16;
    FloatKernels<F32, F16> f32_f16;  // float32 query, float16 rows
    FloatKernels<F32, Affine8> f32_affine8;
    // sum a[i]^2, accumulated in float64
    double (*squared_norm_f32)(const F32* a, size_t n) noexcept;
    double (*squared_norm_f16)(const F16* a, size_t n) noexcept;
    BitKernels bits;
    SparseKernels sparse;
    Int8Kernels int8;
    OrderKernels order;
    ConvertKernels convert;
    QuantKernels quant;
};

// The FloatKernels of a set for the element types of the caller.
template <class A, class B>
constexpr const FloatKernels<A, B>& float_kernels(const KernelSet& set);
template <>
constexpr const FloatKernels<F32, F32>& float_kernels(const KernelSet& set) {
    return set.f32;
}
template <>
constexpr const FloatKernels<F16, F16>& float_kernels(const KernelSet& set) {
    return set.f16;
}
template <>
constexpr const FloatKernels<F32, F16>& float_kernels(const KernelSet& set) {
    return set.f32_f16;
}
template <>
constexpr const FloatKernels<F32, Affine8>& float_kernels(const KernelSet& set) {
    return set.f32_affine8;
}

}  // namespace quiver::kernels

// Stored numbers: float32, float16 and int32 as they lie in a varlena, at any address.
//
// A short varlena has a 1-byte header, so the elements of a small vector start at an odd address.
// Reading them in place, instead of copying the datum to an aligned buffer, is what keeps a
// distance call free of palloc. The packed structs below have alignment 1, so the compiler emits
// loads that are legal everywhere.
#pragma once

#include <bit>      // std::bit_cast
#include <cstddef>  // size_t
#include <cstdint>  // uint16_t, uint32_t

namespace quiver {

struct [[gnu::packed]] F32 {
    float value;
    operator float() const { return value; }
    F32& operator=(float v) {
        value = v;
        return *this;
    }
};

struct [[gnu::packed]] I32 {
    int32_t value;
    operator int32_t() const { return value; }
    I32& operator=(int32_t v) {
        value = v;
        return *this;
    }
};

// IEEE 754 binary16 as raw bits: 1 sign, 5 exponent (bias 15), 10 fraction bits.
struct [[gnu::packed]] F16 {
    uint16_t bits;
};

// A row of n numbers in 8 bits each: this header and n code bytes. Element i is lo + step *
// code[i]. A writer keeps to steps of 16 significant bits: the product is then exact, and the
// element has the same bits with and without fused multiplication.
struct [[gnu::packed]] Affine8 {
    float lo;
    float step;
};

static_assert(sizeof(F32) == 4 && alignof(F32) == 1);
static_assert(sizeof(I32) == 4 && alignof(I32) == 1);
static_assert(sizeof(F16) == 2 && alignof(F16) == 1);
static_assert(sizeof(Affine8) == 8 && alignof(Affine8) == 1);

// Exact: every binary16 value is a binary32 value. NaN stays NaN (quiet).
inline float to_float(F16 h) {
    const uint32_t sign = static_cast<uint32_t>(h.bits & 0x8000u) << 16;
    const uint32_t rest = h.bits & 0x7fffu;
    if (rest >= 0x7c00u) {  // infinity or NaN
        const uint32_t quiet = rest > 0x7c00u ? 0x00400000u : 0u;
        return std::bit_cast<float>(sign | 0x7f800000u | quiet | ((rest & 0x3ffu) << 13));
    }
    // Put the 15 bits where binary32 has them and correct the bias by a multiplication, which is
    // exact and also normalises subnormals: 2^(127 - 15) = 2^112.
    const float scaled = std::bit_cast<float>(rest << 13) * 0x1p112f;
    return std::bit_cast<float>(sign | std::bit_cast<uint32_t>(scaled));
}

inline float to_float(F32 f) { return f.value; }

// Element i of a row.
inline float element(const F32* row, size_t i) { return row[i].value; }
inline float element(const F16* row, size_t i) { return to_float(row[i]); }
inline float element(const Affine8* row, size_t i) {
    return row->lo + row->step * reinterpret_cast<const uint8_t*>(row + 1)[i];
}

// Rounds to nearest, ties to even, as VCVTPS2PH and FCVT do. Magnitudes of 65520 and above become
// infinity.
inline F16 to_half(float f) {
    const uint32_t in = std::bit_cast<uint32_t>(f);
    const uint16_t sign = static_cast<uint16_t>((in >> 16) & 0x8000u);
    const uint32_t rest = in & 0x7fffffffu;
    if (rest > 0x7f800000u)  // NaN: keep the payload's top bits, make it quiet
        return {static_cast<uint16_t>(sign | 0x7e00u | ((rest >> 13) & 0x3ffu))};
    if (rest >=
        0x477ff000u)  // 65520, the midpoint between the largest half and the next power of two
        return {static_cast<uint16_t>(sign | 0x7c00u)};
    if (rest < 0x38800000u) {  // below 2^-14: a subnormal half
        // Adding 0.5 aligns the unit of the sum's last place with the half's: 2^-24. The FPU does
        // the rounding.
        const float sum = std::bit_cast<float>(rest) + 0.5f;
        return {static_cast<uint16_t>(sign | (std::bit_cast<uint32_t>(sum) - 0x3f000000u))};
    }
    const uint32_t odd = (rest >> 13) & 1u;
    return {static_cast<uint16_t>(sign | ((rest - 0x38000000u + 0xfffu + odd) >> 13))};
}

inline bool is_nan(F16 h) { return (h.bits & 0x7fffu) > 0x7c00u; }
inline bool is_inf(F16 h) { return (h.bits & 0x7fffu) == 0x7c00u; }

}  // namespace quiver

// What quant.inl asks of NEON.
#pragma once

#include <arm_neon.h>

#include "kernels/quant.inl"

namespace quiver::kernels {

template <>
struct QuantLanes<arch::Neon> {
    using Floats = xsimd::batch<float, xsimd::neon64>;
    using Words = int32x4_t;
    static constexpr size_t kMaxEdges = 32;

    template <size_t kStride>
    [[gnu::always_inline]] static Floats swap(Floats x) noexcept {
        if constexpr (kStride == 1) return vrev64q_f32(x);
        if constexpr (kStride == 2) return vextq_f32(x, x, 2);
    }
    [[gnu::always_inline]] static Floats flip(Floats x, uint32_t bits) noexcept {
        constexpr int32_t kToSign[4] = {31, 30, 29, 28};
        const uint32x4_t shifted = vshlq_u32(vdupq_n_u32(bits), vld1q_s32(kToSign));
        const uint32x4_t signs = vandq_u32(shifted, vdupq_n_u32(0x80000000u));
        return vreinterpretq_f32_u32(veorq_u32(vreinterpretq_u32_f32(x), signs));
    }
    // The lowest bit of each lane, as bits.
    [[gnu::always_inline]] static uint32_t gather(uint32x4_t x) noexcept {
        constexpr int32_t kToPlace[4] = {0, 1, 2, 3};
        return vaddvq_u32(vshlq_u32(vandq_u32(x, vdupq_n_u32(1)), vld1q_s32(kToPlace)));
    }
    [[gnu::always_inline]] static uint32_t negative(Floats x) noexcept {
        return gather(vshrq_n_u32(vreinterpretq_u32_f32(x), 31));
    }
    [[gnu::always_inline]] static uint32_t bit(Words x, uint32_t p) noexcept {
        return gather(vshlq_u32(vreinterpretq_u32_s32(x), vdupq_n_s32(-static_cast<int32_t>(p))));
    }
    [[gnu::always_inline]] static Words zero() noexcept { return vdupq_n_s32(0); }
    [[gnu::always_inline]] static Words truncate(Floats x) noexcept { return vcvtq_s32_f32(x); }
    [[gnu::always_inline]] static Floats floats(Words x) noexcept { return vcvtq_f32_s32(x); }
    [[gnu::always_inline]] static void store(int32_t* p, Words x) noexcept {
        vst1q_u8(reinterpret_cast<uint8_t*>(p), vreinterpretq_u8_s32(x));
    }
    [[gnu::always_inline]] static Words add(Words x, Words y) noexcept { return vaddq_s32(x, y); }
    [[gnu::always_inline]] static Words halve_up(Words x) noexcept { return vrshrq_n_s32(x, 1); }
    [[gnu::always_inline]] static Words with_sign(Words x, Floats sign) noexcept {
        const int32x4_t negative = vshrq_n_s32(vreinterpretq_s32_f32(sign), 31);
        return vsubq_s32(veorq_s32(x, negative), negative);
    }
    [[gnu::always_inline]] static Words twice_minus(Words x, int32_t y) noexcept {
        return vsubq_s32(vaddq_s32(x, x), vdupq_n_s32(y));
    }

    // Two halves of 8 sums.
    [[gnu::always_inline]] static void add_table(uint16x8_t* sums, uint8x16_t table,
                                                 uint8x16_t index) noexcept {
        const uint8x16_t entries = vqtbl1q_u8(table, index);
        sums[0] = vaddw_u8(sums[0], vget_low_u8(entries));
        sums[1] = vaddw_high_u8(sums[1], entries);
    }
    [[gnu::always_inline]] static void widen(Words* totals, uint16x8_t sums,
                                             uint32_t shift) noexcept {
        const int32x4_t by = vdupq_n_s32(static_cast<int32_t>(shift));
        const uint32x4_t low = vshlq_u32(vmovl_u16(vget_low_u16(sums)), by);
        const uint32x4_t high = vshlq_u32(vmovl_high_u16(sums), by);
        totals[0] = vaddq_s32(totals[0], vreinterpretq_s32_u32(low));
        totals[1] = vaddq_s32(totals[1], vreinterpretq_s32_u32(high));
    }

    template <size_t E>
    [[gnu::always_inline]] static void add_rows(CodeTotals<arch::Neon, E>& totals,
                                                const uint8_t* codes, size_t stride, size_t rows,
                                                const uint8_t* lut, uint32_t shift) noexcept {
        uint16x8_t low[E / 8];
        uint16x8_t high[E / 8];
        for (size_t v = 0; v < E / 8; ++v) low[v] = high[v] = vdupq_n_u16(0);
        for (size_t r = 0; r < rows; ++r, codes += stride, lut += 32) {
            const uint8x16_t low_table = vld1q_u8(lut);
            const uint8x16_t high_table = vld1q_u8(lut + 16);
            for (size_t v = 0; v < E / 8; v += 2) {
                const uint8x16_t code = vld1q_u8(codes + 8 * v);
                add_table(low + v, low_table, vandq_u8(code, vdupq_n_u8(15)));
                add_table(high + v, high_table, vshrq_n_u8(code, 4));
            }
        }
        // Only the sum of both needs all of the 16 bits, and it fits them.
        for (size_t v = 0; v < E / 8; ++v)
            widen(totals.words + 2 * v, vaddq_u16(low[v], high[v]), shift);
    }
};

}  // namespace quiver::kernels

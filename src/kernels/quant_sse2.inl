// What quant.inl asks of SSE2. Without a byte shuffle there is no table lookup, but the tables hold
// subset sums: an entry is entry 0 plus one number for each bit that is set, modulo 256.
#pragma once

#include <immintrin.h>

#include "kernels/quant.inl"

namespace quiver::kernels {

template <>
struct QuantLanes<arch::Sse2> {
    using Floats = xsimd::batch<float, xsimd::sse2>;
    using Words = __m128i;
    static constexpr size_t kMaxEdges = 16;

    template <size_t kStride>
    [[gnu::always_inline]] static Floats swap(Floats x) noexcept {
        if constexpr (kStride == 1) return _mm_shuffle_ps(x, x, 0xb1);
        if constexpr (kStride == 2) return _mm_shuffle_ps(x, x, 0x4e);
    }
    [[gnu::always_inline]] static Floats flip(Floats x, uint32_t bits) noexcept {
        const __m128i lane = _mm_setr_epi32(1, 2, 4, 8);
        const __m128i wanted = _mm_and_si128(_mm_set1_epi32(static_cast<int>(bits)), lane);
        const __m128 mask = _mm_castsi128_ps(_mm_cmpeq_epi32(wanted, lane));
        return _mm_xor_ps(x, _mm_and_ps(mask, _mm_set1_ps(-0.0f)));
    }
    [[gnu::always_inline]] static uint32_t negative(Floats x) noexcept {
        return static_cast<uint32_t>(_mm_movemask_ps(x));
    }
    [[gnu::always_inline]] static uint32_t bit(Words x, uint32_t p) noexcept {
        return negative(_mm_castsi128_ps(_mm_slli_epi32(x, static_cast<int>(31 - p))));
    }
    [[gnu::always_inline]] static Words zero() noexcept { return _mm_setzero_si128(); }
    [[gnu::always_inline]] static Words truncate(Floats x) noexcept { return _mm_cvttps_epi32(x); }
    [[gnu::always_inline]] static Floats floats(Words x) noexcept { return _mm_cvtepi32_ps(x); }
    [[gnu::always_inline]] static void store(int32_t* p, Words x) noexcept {
        _mm_storeu_si128(reinterpret_cast<__m128i*>(p), x);
    }
    [[gnu::always_inline]] static Words add(Words x, Words y) noexcept {
        return _mm_add_epi32(x, y);
    }
    [[gnu::always_inline]] static Words halve_up(Words x) noexcept {
        return _mm_srai_epi32(_mm_add_epi32(x, _mm_set1_epi32(1)), 1);
    }
    [[gnu::always_inline]] static Words with_sign(Words x, Floats sign) noexcept {
        const __m128i negative = _mm_srai_epi32(_mm_castps_si128(sign), 31);
        return _mm_sub_epi32(_mm_xor_si128(x, negative), negative);
    }
    [[gnu::always_inline]] static Words twice_minus(Words x, int32_t y) noexcept {
        return _mm_sub_epi32(_mm_add_epi32(x, x), _mm_set1_epi32(y));
    }

    // 16 codes against the table of their bits `first` .. `first` + 3.
    [[gnu::always_inline]] static __m128i entries(__m128i codes, const uint8_t* table,
                                                  int first) noexcept {
        __m128i sum = _mm_set1_epi8(static_cast<char>(table[0]));
        for (int k = 0; k < 4; ++k) {
            const __m128i bit = _mm_set1_epi8(static_cast<char>(1 << (first + k)));
            const __m128i is_set = _mm_cmpeq_epi8(_mm_and_si128(codes, bit), bit);
            const __m128i part = _mm_set1_epi8(static_cast<char>(table[1 << k] - table[0]));
            sum = _mm_add_epi8(sum, _mm_and_si128(is_set, part));
        }
        return sum;
    }

    template <size_t E>
    [[gnu::always_inline]] static void add_rows(CodeTotals<arch::Sse2, E>& totals,
                                                const uint8_t* codes, size_t stride, size_t rows,
                                                const uint8_t* lut, uint32_t shift) noexcept {
        static_assert(E == 16);
        const __m128i none = _mm_setzero_si128();
        __m128i first = none;
        __m128i last = none;
        for (size_t r = 0; r < rows; ++r, codes += stride, lut += 32) {
            const __m128i code = _mm_loadu_si128(reinterpret_cast<const __m128i*>(codes));
            const __m128i low = entries(code, lut, 0);
            const __m128i high = entries(code, lut + 16, 4);
            first = _mm_add_epi16(first, _mm_unpacklo_epi8(low, none));
            last = _mm_add_epi16(last, _mm_unpackhi_epi8(low, none));
            first = _mm_add_epi16(first, _mm_unpacklo_epi8(high, none));
            last = _mm_add_epi16(last, _mm_unpackhi_epi8(high, none));
        }
        const auto widen = [&](Words & total, __m128i sums) __attribute__((always_inline)) {
            total = _mm_add_epi32(total, _mm_slli_epi32(sums, static_cast<int>(shift)));
        };
        widen(totals.words[0], _mm_unpacklo_epi16(first, none));
        widen(totals.words[1], _mm_unpackhi_epi16(first, none));
        widen(totals.words[2], _mm_unpacklo_epi16(last, none));
        widen(totals.words[3], _mm_unpackhi_epi16(last, none));
    }
};

}  // namespace quiver::kernels

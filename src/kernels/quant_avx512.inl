// What quant.inl asks of AVX-512.
#pragma once

#include <immintrin.h>

#include "kernels/quant.inl"

namespace quiver::kernels {

template <>
struct QuantLanes<arch::Avx512> {
    using Floats = xsimd::batch<float, xsimd::avx512bw>;
    using Words = __m512i;
    static constexpr size_t kMaxEdges = 64;

    template <size_t kStride>
    [[gnu::always_inline]] static Floats swap(Floats x) noexcept {
        if constexpr (kStride == 1) return _mm512_permute_ps(x, 0xb1);
        if constexpr (kStride == 2) return _mm512_permute_ps(x, 0x4e);
        if constexpr (kStride == 4) return _mm512_shuffle_f32x4(x, x, 0xb1);
        if constexpr (kStride == 8) return _mm512_shuffle_f32x4(x, x, 0x4e);
    }
    [[gnu::always_inline]] static Floats flip(Floats x, uint32_t bits) noexcept {
        return _mm512_mask_xor_ps(x, static_cast<__mmask16>(bits), x, _mm512_set1_ps(-0.0f));
    }
    [[gnu::always_inline]] static uint32_t negative(Floats x) noexcept {
        return _mm512_movepi32_mask(_mm512_castps_si512(x));
    }
    [[gnu::always_inline]] static uint32_t bit(Words x, uint32_t p) noexcept {
        return _mm512_test_epi32_mask(x, _mm512_set1_epi32(1 << p));
    }
    [[gnu::always_inline]] static void store_tail(float* p, Floats x, size_t r) noexcept {
        _mm512_mask_storeu_ps(p, static_cast<__mmask16>((1u << r) - 1), x);
    }
    [[gnu::always_inline]] static Words zero() noexcept { return _mm512_setzero_si512(); }
    [[gnu::always_inline]] static Words truncate(Floats x) noexcept {
        return _mm512_cvttps_epi32(x);
    }
    [[gnu::always_inline]] static Floats floats(Words x) noexcept { return _mm512_cvtepi32_ps(x); }
    [[gnu::always_inline]] static void store(int32_t* p, Words x) noexcept {
        _mm512_storeu_si512(p, x);
    }
    [[gnu::always_inline]] static Words add(Words x, Words y) noexcept {
        return _mm512_add_epi32(x, y);
    }
    [[gnu::always_inline]] static Words halve_up(Words x) noexcept {
        return _mm512_srai_epi32(_mm512_add_epi32(x, _mm512_set1_epi32(1)), 1);
    }
    [[gnu::always_inline]] static Words with_sign(Words x, Floats sign) noexcept {
        const __m512i negative = _mm512_srai_epi32(_mm512_castps_si512(sign), 31);
        return _mm512_sub_epi32(_mm512_xor_si512(x, negative), negative);
    }
    [[gnu::always_inline]] static Words twice_minus(Words x, int32_t y) noexcept {
        return _mm512_sub_epi32(_mm512_add_epi32(x, x), _mm512_set1_epi32(y));
    }

    // As in quant_avx2.inl.
    struct Pairs {
        __m512i all = _mm512_setzero_si512();
        __m512i odd = _mm512_setzero_si512();

        [[gnu::always_inline]] void add(__m512i codes, __m512i low_table,
                                        __m512i high_table) noexcept {
            const __m512i nibble = _mm512_set1_epi8(0x0f);
            const __m512i low = _mm512_shuffle_epi8(low_table, _mm512_and_si512(codes, nibble));
            const __m512i high = _mm512_shuffle_epi8(
                high_table, _mm512_and_si512(_mm512_srli_epi16(codes, 4), nibble));
            all = _mm512_add_epi16(all, _mm512_add_epi16(low, high));
            odd = _mm512_add_epi16(
                odd, _mm512_add_epi16(_mm512_srli_epi16(low, 8), _mm512_srli_epi16(high, 8)));
        }
        [[gnu::always_inline]] __m512i even() const noexcept {
            return _mm512_sub_epi16(all, _mm512_slli_epi16(odd, 8));
        }
        // Of the 16 edges of each 128-bit lane, the first and the last 8.
        [[gnu::always_inline]] __m512i first() const noexcept {
            return _mm512_unpacklo_epi16(even(), odd);
        }
        [[gnu::always_inline]] __m512i last() const noexcept {
            return _mm512_unpackhi_epi16(even(), odd);
        }
    };

    [[gnu::always_inline]] static __m128i load16(const uint8_t* p) noexcept {
        return _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
    }
    [[gnu::always_inline]] static __m256i load32(const uint8_t* p) noexcept {
        return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
    }
    [[gnu::always_inline]] static __m256i lower(__m512i x) noexcept {
        return _mm512_castsi512_si256(x);
    }
    [[gnu::always_inline]] static __m256i upper(__m512i x) noexcept {
        return _mm512_extracti64x4_epi64(x, 1);
    }
    [[gnu::always_inline]] static __m512i join(__m256i low, __m256i high) noexcept {
        return _mm512_inserti64x4(_mm512_castsi256_si512(low), high, 1);
    }
    [[gnu::always_inline]] static void widen(Words& total, __m256i sums, uint32_t shift) noexcept {
        total = _mm512_add_epi32(total, _mm512_slli_epi32(_mm512_cvtepu16_epi32(sums), shift));
    }
    // Sums of 32 edges, of which `first` and `last` have 8 of 16 in each lane.
    [[gnu::always_inline]] static void widen(Words* totals, __m256i first, __m256i last,
                                             uint32_t shift) noexcept {
        widen(totals[0], _mm256_permute2x128_si256(first, last, 0x20), shift);
        widen(totals[1], _mm256_permute2x128_si256(first, last, 0x31), shift);
    }

    // 64 edges: one row.
    template <size_t E>
    [[gnu::always_inline]] static void add_rows(CodeTotals<arch::Avx512, E>& totals,
                                                const uint8_t* codes, size_t stride, size_t rows,
                                                const uint8_t* lut, uint32_t shift) noexcept {
        static_assert(E == 64);
        Pairs sums;
        for (size_t r = 0; r < rows; ++r, codes += stride, lut += 32)
            sums.add(_mm512_loadu_si512(codes), _mm512_broadcast_i32x4(load16(lut)),
                     _mm512_broadcast_i32x4(load16(lut + 16)));
        widen(totals.words, lower(sums.first()), lower(sums.last()), shift);
        widen(totals.words + 2, upper(sums.first()), upper(sums.last()), shift);
    }
};

// 32 edges: two rows side by side.
template <>
[[gnu::always_inline]] inline void QuantLanes<arch::Avx512>::add_rows<32>(
    CodeTotals<arch::Avx512, 32>& totals, const uint8_t* codes, size_t stride, size_t rows,
    const uint8_t* lut, uint32_t shift) noexcept {
    Pairs sums;
    for (; rows >= 2; rows -= 2, codes += 2 * stride, lut += 64) {
        const __m512i tables = _mm512_loadu_si512(lut);
        sums.add(join(load32(codes), load32(codes + stride)),
                 _mm512_shuffle_i64x2(tables, tables, 0xa0),
                 _mm512_shuffle_i64x2(tables, tables, 0xf5));
    }
    if (rows != 0)
        sums.add(_mm512_zextsi256_si512(load32(codes)),
                 _mm512_zextsi256_si512(_mm256_broadcastsi128_si256(load16(lut))),
                 _mm512_zextsi256_si512(_mm256_broadcastsi128_si256(load16(lut + 16))));
    const auto both = [](__m512i x) __attribute__((always_inline)) {
        return _mm256_add_epi16(lower(x), upper(x));
    };
    widen(totals.words, both(sums.first()), both(sums.last()), shift);
}

// 16 edges: four rows side by side.
template <>
[[gnu::always_inline]] inline void QuantLanes<arch::Avx512>::add_rows<16>(
    CodeTotals<arch::Avx512, 16>& totals, const uint8_t* codes, size_t stride, size_t rows,
    const uint8_t* lut, uint32_t shift) noexcept {
    Pairs sums;
    for (; rows >= 4; rows -= 4, codes += 4 * stride, lut += 128) {
        const __m512i tables01 = _mm512_loadu_si512(lut);
        const __m512i tables23 = _mm512_loadu_si512(lut + 64);
        const __m256i codes01 = _mm256_set_m128i(load16(codes + stride), load16(codes));
        const __m256i codes23 =
            _mm256_set_m128i(load16(codes + 3 * stride), load16(codes + 2 * stride));
        sums.add(join(codes01, codes23), _mm512_shuffle_i64x2(tables01, tables23, 0x88),
                 _mm512_shuffle_i64x2(tables01, tables23, 0xdd));
    }
    for (; rows != 0; --rows, codes += stride, lut += 32)
        sums.add(_mm512_zextsi128_si512(load16(codes)), _mm512_zextsi128_si512(load16(lut)),
                 _mm512_zextsi128_si512(load16(lut + 16)));
    const auto all = [](__m512i x) __attribute__((always_inline)) {
        const __m256i y = _mm256_add_epi16(lower(x), upper(x));
        return _mm_add_epi16(_mm256_castsi256_si128(y), _mm256_extracti128_si256(y, 1));
    };
    widen(totals.words[0], _mm256_set_m128i(all(sums.last()), all(sums.first())), shift);
}

}  // namespace quiver::kernels

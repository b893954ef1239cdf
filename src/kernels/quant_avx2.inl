// What quant.inl asks of AVX2.
#pragma once

#include <immintrin.h>

#include "kernels/quant.inl"

namespace quiver::kernels {

template <>
struct QuantLanes<arch::Avx2> {
    using Floats = xsimd::batch<float, xsimd::fma3<xsimd::avx2>>;
    using Words = __m256i;
    static constexpr size_t kMaxEdges = 64;

    template <size_t kStride>
    [[gnu::always_inline]] static Floats swap(Floats x) noexcept {
        if constexpr (kStride == 1) return _mm256_permute_ps(x, 0xb1);
        if constexpr (kStride == 2) return _mm256_permute_ps(x, 0x4e);
        if constexpr (kStride == 4) return _mm256_permute2f128_ps(x, x, 1);
    }
    [[gnu::always_inline]] static Floats flip(Floats x, uint32_t bits) noexcept {
        const __m256i to_sign = _mm256_setr_epi32(31, 30, 29, 28, 27, 26, 25, 24);
        const __m256i shifted =
            _mm256_sllv_epi32(_mm256_set1_epi32(static_cast<int>(bits)), to_sign);
        return _mm256_xor_ps(x, _mm256_and_ps(_mm256_castsi256_ps(shifted), _mm256_set1_ps(-0.0f)));
    }
    [[gnu::always_inline]] static uint32_t negative(Floats x) noexcept {
        return static_cast<uint32_t>(_mm256_movemask_ps(x));
    }
    [[gnu::always_inline]] static uint32_t bit(Words x, uint32_t p) noexcept {
        return negative(_mm256_castsi256_ps(_mm256_slli_epi32(x, static_cast<int>(31 - p))));
    }
    [[gnu::always_inline]] static void store_tail(float* p, Floats x, size_t r) noexcept {
        const __m256i lane = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
        _mm256_maskstore_ps(p, _mm256_cmpgt_epi32(_mm256_set1_epi32(static_cast<int>(r)), lane), x);
    }
    [[gnu::always_inline]] static Words zero() noexcept { return _mm256_setzero_si256(); }
    [[gnu::always_inline]] static Words truncate(Floats x) noexcept {
        return _mm256_cvttps_epi32(x);
    }
    [[gnu::always_inline]] static Floats floats(Words x) noexcept { return _mm256_cvtepi32_ps(x); }
    [[gnu::always_inline]] static void store(int32_t* p, Words x) noexcept {
        _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), x);
    }
    [[gnu::always_inline]] static Words add(Words x, Words y) noexcept {
        return _mm256_add_epi32(x, y);
    }
    [[gnu::always_inline]] static Words halve_up(Words x) noexcept {
        return _mm256_srai_epi32(_mm256_add_epi32(x, _mm256_set1_epi32(1)), 1);
    }
    [[gnu::always_inline]] static Words with_sign(Words x, Floats sign) noexcept {
        const __m256i negative = _mm256_srai_epi32(_mm256_castps_si256(sign), 31);
        return _mm256_sub_epi32(_mm256_xor_si256(x, negative), negative);
    }
    [[gnu::always_inline]] static Words twice_minus(Words x, int32_t y) noexcept {
        return _mm256_sub_epi32(_mm256_add_epi32(x, x), _mm256_set1_epi32(y));
    }

    // Sums of bytes as 16-bit numbers, without separating them at every step: `all` adds pairs of
    // bytes as they lie and `odd` the upper ones. The lower ones are all - 256 * odd, modulo 2^16,
    // in which they fit.
    struct Pairs {
        __m256i all = _mm256_setzero_si256();
        __m256i odd = _mm256_setzero_si256();

        [[gnu::always_inline]] void add(__m256i codes, __m256i low_table,
                                        __m256i high_table) noexcept {
            const __m256i nibble = _mm256_set1_epi8(0x0f);
            const __m256i low = _mm256_shuffle_epi8(low_table, _mm256_and_si256(codes, nibble));
            const __m256i high = _mm256_shuffle_epi8(
                high_table, _mm256_and_si256(_mm256_srli_epi16(codes, 4), nibble));
            all = _mm256_add_epi16(all, _mm256_add_epi16(low, high));
            odd = _mm256_add_epi16(
                odd, _mm256_add_epi16(_mm256_srli_epi16(low, 8), _mm256_srli_epi16(high, 8)));
        }
        [[gnu::always_inline]] __m256i even() const noexcept {
            return _mm256_sub_epi16(all, _mm256_slli_epi16(odd, 8));
        }
        // Of the 16 edges of each 128-bit lane, the first and the last 8.
        [[gnu::always_inline]] __m256i first() const noexcept {
            return _mm256_unpacklo_epi16(even(), odd);
        }
        [[gnu::always_inline]] __m256i last() const noexcept {
            return _mm256_unpackhi_epi16(even(), odd);
        }
    };

    [[gnu::always_inline]] static __m128i load16(const uint8_t* p) noexcept {
        return _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
    }
    [[gnu::always_inline]] static __m256i load32(const uint8_t* p) noexcept {
        return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
    }
    [[gnu::always_inline]] static void widen(Words& total, __m128i sums, uint32_t shift) noexcept {
        total = _mm256_add_epi32(
            total, _mm256_slli_epi32(_mm256_cvtepu16_epi32(sums), static_cast<int>(shift)));
    }

    template <size_t E>
    [[gnu::always_inline]] static void add_rows(CodeTotals<arch::Avx2, E>& totals,
                                                const uint8_t* codes, size_t stride, size_t rows,
                                                const uint8_t* lut, uint32_t shift) noexcept {
        Pairs sums[E / 32];
        for (size_t r = 0; r < rows; ++r, codes += stride, lut += 32) {
            const __m256i low = _mm256_broadcastsi128_si256(load16(lut));
            const __m256i high = _mm256_broadcastsi128_si256(load16(lut + 16));
            for (size_t v = 0; v < E / 32; ++v) sums[v].add(load32(codes + 32 * v), low, high);
        }
        for (size_t v = 0; v < E / 32; ++v) {
            const __m256i first = sums[v].first();
            const __m256i last = sums[v].last();
            widen(totals.words[4 * v], _mm256_castsi256_si128(first), shift);
            widen(totals.words[4 * v + 1], _mm256_castsi256_si128(last), shift);
            widen(totals.words[4 * v + 2], _mm256_extracti128_si256(first, 1), shift);
            widen(totals.words[4 * v + 3], _mm256_extracti128_si256(last, 1), shift);
        }
    }
};

// Two rows of 16 edges side by side.
template <>
[[gnu::always_inline]] inline void QuantLanes<arch::Avx2>::add_rows<16>(
    CodeTotals<arch::Avx2, 16>& totals, const uint8_t* codes, size_t stride, size_t rows,
    const uint8_t* lut, uint32_t shift) noexcept {
    Pairs sums;
    for (; rows >= 2; rows -= 2, codes += 2 * stride, lut += 64) {
        const __m256i even = load32(lut);
        const __m256i odd = load32(lut + 32);
        sums.add(_mm256_set_m128i(load16(codes + stride), load16(codes)),
                 _mm256_permute2x128_si256(even, odd, 0x20),
                 _mm256_permute2x128_si256(even, odd, 0x31));
    }
    if (rows != 0)
        sums.add(_mm256_zextsi128_si256(load16(codes)), _mm256_zextsi128_si256(load16(lut)),
                 _mm256_zextsi128_si256(load16(lut + 16)));
    const auto both = [](__m256i x) __attribute__((always_inline)) {
        return _mm_add_epi16(_mm256_castsi256_si128(x), _mm256_extracti128_si256(x, 1));
    };
    widen(totals.words[0], both(sums.first()), shift);
    widen(totals.words[1], both(sums.last()), shift);
}

}  // namespace quiver::kernels

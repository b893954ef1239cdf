// AVX-512 F, CD, BW, DQ, VL: what kernels_avx512.cpp and kernels_avx512vnni.cpp have in common. A
// template, so that each of the two objects has its own functions.
#pragma once

#include <immintrin.h>

#include "kernels/families.hpp"
#include "kernels/xsimd_shim.hpp"

namespace quiver::kernels {

template <class Arch>
struct Avx512Lanes {
    using Floats = xsimd::batch<float, xsimd::avx512bw>;
    using Doubles = xsimd::batch<double, xsimd::avx512bw>;
    static constexpr size_t kWidth = 16;

    [[gnu::always_inline]] static __mmask16 first(size_t r) noexcept {
        return static_cast<__mmask16>((1u << r) - 1);
    }

    [[gnu::always_inline]] static Floats load(const F32* p) noexcept { return _mm512_loadu_ps(p); }
    [[gnu::always_inline]] static Floats load_tail(const F32* p, size_t r) noexcept {
        return _mm512_maskz_loadu_ps(first(r), p);
    }
    [[gnu::always_inline]] static Floats load(const F16* p) noexcept {
        return _mm512_cvtph_ps(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)));
    }
    [[gnu::always_inline]] static Floats load_tail(const F16* p, size_t r) noexcept {
        return _mm512_cvtph_ps(_mm256_maskz_loadu_epi16(first(r), p));
    }
    [[gnu::always_inline]] static Floats load(const uint8_t* p) noexcept {
        return widen_bytes(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)));
    }
    [[gnu::always_inline]] static Floats load(const int16_t* p) noexcept {
        const __m256i x = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
        return _mm512_cvtepi32_ps(_mm512_cvtepi16_epi32(x));
    }
    [[gnu::always_inline]] static Floats load_tail(const uint8_t* p, size_t r) noexcept {
        return widen_bytes(_mm_maskz_loadu_epi8(first(r), p));
    }
    [[gnu::always_inline]] static __m512 widen_bytes(__m128i x) noexcept {
        return _mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(x));
    }
    [[gnu::always_inline]] static Floats keep(Floats x) noexcept { return x; }
    [[gnu::always_inline]] static void store(F32* p, Floats x) noexcept { _mm512_storeu_ps(p, x); }
    [[gnu::always_inline]] static void store(F16* p, Floats x) noexcept {
        _mm256_storeu_si256(reinterpret_cast<__m256i*>(p),
                            _mm512_cvtps_ph(x, _MM_FROUND_TO_NEAREST_INT));
    }

    // Not xsimd's: its sum is built from AVX2 batches, which the AVX2 object also has.
    [[gnu::always_inline]] static float sum(Floats x) noexcept { return _mm512_reduce_add_ps(x); }
    [[gnu::always_inline]] static double sum(Doubles x) noexcept { return _mm512_reduce_add_pd(x); }
    [[gnu::always_inline]] static Doubles low(Floats x) noexcept {
        return _mm512_cvtps_pd(_mm512_castps512_ps256(x));
    }
    [[gnu::always_inline]] static Doubles high(Floats x) noexcept {
        return _mm512_cvtps_pd(_mm512_extractf32x8_ps(x, 1));
    }

    [[gnu::always_inline]] static Floats smaller(Floats x, Floats y) noexcept {
        return _mm512_min_ps(x, y);
    }
    [[gnu::always_inline]] static float smallest(Floats x) noexcept {
        const __m256 y = _mm256_min_ps(_mm512_castps512_ps256(x), _mm512_extractf32x8_ps(x, 1));
        __m128 z = _mm_min_ps(_mm256_castps256_ps128(y), _mm256_extractf128_ps(y, 1));
        z = _mm_min_ps(z, _mm_movehl_ps(z, z));
        return _mm_cvtss_f32(_mm_min_ss(z, _mm_movehdup_ps(z)));
    }
    [[gnu::always_inline]] static size_t first_equal(Floats x, float y) noexcept {
        const unsigned mask = _mm512_cmp_ps_mask(x, _mm512_set1_ps(y), _CMP_EQ_OQ);
        return static_cast<size_t>(__builtin_ctz(mask | 1u << kWidth));
    }
    [[gnu::always_inline]] static Floats add_if_at_most(Floats counts, Floats x, float y) noexcept {
        const __mmask16 wanted = _mm512_cmp_ps_mask(x, _mm512_set1_ps(y), _CMP_LE_OQ);
        return _mm512_mask_add_ps(counts, wanted, counts, _mm512_set1_ps(1));
    }

    using Indices = __m512i;
    using Mask = __mmask16;
    [[gnu::always_inline]] static Indices load(const I32* p) noexcept {
        return _mm512_loadu_si512(p);
    }
    [[gnu::always_inline]] static Mask equal(Indices x, int32_t y) noexcept {
        return _mm512_cmpeq_epi32_mask(x, _mm512_set1_epi32(y));
    }
    [[gnu::always_inline]] static Floats choose(Mask mask, Floats yes, Floats no) noexcept {
        return _mm512_mask_blend_ps(mask, no, yes);
    }
    [[gnu::always_inline]] static bool any(Mask mask) noexcept { return mask != 0; }

    [[gnu::always_inline]] static Floats find(const SparseTable& table, const I32* p) noexcept {
        return find(table, _mm512_loadu_si512(p));
    }
    [[gnu::always_inline]] static Floats find_tail(const SparseTable& table, const I32* p,
                                                   size_t r) noexcept {
        return find(table, _mm512_mask_loadu_epi32(_mm512_set1_epi32(-1), first(r), p));
    }
    // Whole cells, because a gather costs by the number of its loads.
    [[gnu::always_inline]] static Floats find(const SparseTable& table, __m512i indices) noexcept {
        const __m512i product =
            _mm512_mullo_epi32(indices, _mm512_set1_epi32(static_cast<int>(table.multiplier)));
        const __m512i at = _mm512_and_si512(
            _mm512_srl_epi32(product, _mm_cvtsi32_si128(static_cast<int>(table.shift))),
            _mm512_set1_epi32(static_cast<int>(table.mask)));
        const __m512i low = _mm512_i32gather_epi64(_mm512_castsi512_si256(at), table.cells, 8);
        const __m512i high =
            _mm512_i32gather_epi64(_mm512_extracti64x4_epi64(at, 1), table.cells, 8);
        const __m512i even =
            _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
        const __m512i odd = _mm512_add_epi32(even, _mm512_set1_epi32(1));
        const __m512i found = _mm512_permutex2var_epi32(low, even, high);
        const __m512i values = _mm512_permutex2var_epi32(low, odd, high);
        return _mm512_castsi512_ps(
            _mm512_maskz_mov_epi32(_mm512_cmpeq_epi32_mask(found, indices), values));
    }

    using Bytes = __m512i;
    using Counts = __m512i;
    using Total = __m512i;
    using Ints = __m512i;
    static constexpr size_t kBytes = 64;

    [[gnu::always_inline]] static Bytes load_bytes(const void* p) noexcept {
        return _mm512_loadu_si512(p);
    }
    [[gnu::always_inline]] static Bytes load_bytes_tail(const void* p, size_t r) noexcept {
        return _mm512_maskz_loadu_epi8(static_cast<__mmask64>((uint64_t{1} << r) - 1), p);
    }
    [[gnu::always_inline]] static Bytes bit_and(Bytes x, Bytes y) noexcept {
        return _mm512_and_si512(x, y);
    }
    [[gnu::always_inline]] static Bytes bit_or(Bytes x, Bytes y) noexcept {
        return _mm512_or_si512(x, y);
    }
    [[gnu::always_inline]] static Bytes bit_xor(Bytes x, Bytes y) noexcept {
        return _mm512_xor_si512(x, y);
    }
    [[gnu::always_inline]] static Total zero_total() noexcept { return _mm512_setzero_si512(); }
    [[gnu::always_inline]] static uint64_t sum_total(Total x) noexcept {
        return static_cast<uint64_t>(_mm512_reduce_add_epi64(x));
    }

    [[gnu::always_inline]] static Bytes abs_difference(Bytes x, Bytes y) noexcept {
        return _mm512_sub_epi8(_mm512_max_epi8(x, y), _mm512_min_epi8(x, y));
    }
    // Bytes at even and at odd positions as 16-bit numbers, by shifts instead of shuffles: order
    // does not matter.
    [[gnu::always_inline]] static __m512i even_unsigned(Bytes x) noexcept {
        return _mm512_and_si512(x, _mm512_set1_epi16(0xff));
    }
    [[gnu::always_inline]] static __m512i odd_unsigned(Bytes x) noexcept {
        return _mm512_srli_epi16(x, 8);
    }
    [[gnu::always_inline]] static int32_t reduce_ints(__m512i x) noexcept {
        return _mm512_reduce_add_epi32(x);
    }
};

}  // namespace quiver::kernels

// AVX2 with FMA and F16C: x86-64 since 2013 (Intel) and 2015 (AMD).
#if defined(__x86_64__)

#include <immintrin.h>

#include "kernels/bits.inl"
#include "kernels/convert.inl"
#include "kernels/float.inl"
#include "kernels/int8.inl"
#include "kernels/order.inl"
#include "kernels/quant_avx2.inl"
#include "kernels/sparse.inl"
#include "quiver/base/no_postgres.hpp"

namespace quiver::kernels {

template <>
struct Lanes<arch::Avx2> {
    using Floats = xsimd::batch<float, xsimd::fma3<xsimd::avx2>>;
    using Doubles = xsimd::batch<double, xsimd::fma3<xsimd::avx2>>;
    static constexpr size_t kWidth = 8;

    [[gnu::always_inline]] static __m128i partial(const void* p, size_t bytes) noexcept {
        const auto words = Partial<arch::Avx2>::load(p, bytes);
        return _mm_set_epi64x(static_cast<long long>(words.high),
                              static_cast<long long>(words.low));
    }

    // Through void: F32 has alignment 1, and so have the loads and stores that these pointers go
    // to.
    [[gnu::always_inline]] static const float* floats(const void* p) noexcept {
        return static_cast<const float*>(p);
    }
    [[gnu::always_inline]] static float* floats(void* p) noexcept { return static_cast<float*>(p); }

    [[gnu::always_inline]] static Floats load(const F32* p) noexcept {
        return _mm256_loadu_ps(floats(p));
    }
    [[gnu::always_inline]] static Floats load_tail(const F32* p, size_t r) noexcept {
        const __m256i lane = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
        const __m256i wanted = _mm256_cmpgt_epi32(_mm256_set1_epi32(static_cast<int>(r)), lane);
        return _mm256_maskload_ps(floats(p), wanted);
    }
    [[gnu::always_inline]] static Floats load(const F16* p) noexcept {
        return _mm256_cvtph_ps(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)));
    }
    [[gnu::always_inline]] static Floats load_tail(const F16* p, size_t r) noexcept {
        return _mm256_cvtph_ps(partial(p, r * sizeof(F16)));
    }
    [[gnu::always_inline]] static Floats load(const uint8_t* p) noexcept {
        return widen_bytes(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(p)));
    }
    [[gnu::always_inline]] static Floats load(const int16_t* p) noexcept {
        const __m128i x = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
        return _mm256_cvtepi32_ps(_mm256_cvtepi16_epi32(x));
    }
    [[gnu::always_inline]] static Floats load_tail(const uint8_t* p, size_t r) noexcept {
        return widen_bytes(partial(p, r));
    }
    [[gnu::always_inline]] static __m256 widen_bytes(__m128i x) noexcept {
        return _mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(x));
    }
    [[gnu::always_inline]] static Floats keep(Floats x) noexcept {
        __asm__("" : "+x"(x.data));
        return x;
    }
    [[gnu::always_inline]] static void store(F32* p, Floats x) noexcept {
        _mm256_storeu_ps(floats(p), x);
    }
    [[gnu::always_inline]] static void store(F16* p, Floats x) noexcept {
        _mm_storeu_si128(reinterpret_cast<__m128i*>(p),
                         _mm256_cvtps_ph(x, _MM_FROUND_TO_NEAREST_INT));
    }

    // Not xsimd's, whose horizontal additions take three times the instructions: noticed at 3
    // dimensions.
    [[gnu::always_inline]] static float sum(Floats x) noexcept {
        __m128 y = _mm_add_ps(_mm256_castps256_ps128(x), _mm256_extractf128_ps(x, 1));
        y = _mm_add_ps(y, _mm_movehl_ps(y, y));
        return _mm_cvtss_f32(_mm_add_ss(y, _mm_movehdup_ps(y)));
    }
    [[gnu::always_inline]] static double sum(Doubles x) noexcept {
        return reduce_add<arch::Avx2>(x);
    }
    [[gnu::always_inline]] static Doubles low(Floats x) noexcept {
        return _mm256_cvtps_pd(_mm256_castps256_ps128(x));
    }
    [[gnu::always_inline]] static Doubles high(Floats x) noexcept {
        return _mm256_cvtps_pd(_mm256_extractf128_ps(x, 1));
    }

    [[gnu::always_inline]] static Floats smaller(Floats x, Floats y) noexcept {
        return _mm256_min_ps(x, y);
    }
    [[gnu::always_inline]] static float smallest(Floats x) noexcept {
        __m128 y = _mm_min_ps(_mm256_castps256_ps128(x), _mm256_extractf128_ps(x, 1));
        y = _mm_min_ps(y, _mm_movehl_ps(y, y));
        return _mm_cvtss_f32(_mm_min_ss(y, _mm_movehdup_ps(y)));
    }
    [[gnu::always_inline]] static size_t first_equal(Floats x, float y) noexcept {
        return first_bit(_mm256_movemask_ps(_mm256_cmp_ps(x, _mm256_set1_ps(y), _CMP_EQ_OQ)));
    }
    [[gnu::always_inline]] static size_t first_bit(int mask) noexcept {
        return static_cast<size_t>(__builtin_ctz(static_cast<unsigned>(mask) | 1u << kWidth));
    }
    [[gnu::always_inline]] static Floats add_if_at_most(Floats counts, Floats x, float y) noexcept {
        const __m256 wanted = _mm256_cmp_ps(x, _mm256_set1_ps(y), _CMP_LE_OQ);
        return _mm256_add_ps(counts, _mm256_and_ps(wanted, _mm256_set1_ps(1)));
    }

    using Indices = __m256i;
    using Mask = __m256i;
    [[gnu::always_inline]] static Indices load(const I32* p) noexcept { return load_bytes(p); }
    [[gnu::always_inline]] static Mask equal(Indices x, int32_t y) noexcept {
        return _mm256_cmpeq_epi32(x, _mm256_set1_epi32(y));
    }
    [[gnu::always_inline]] static Floats choose(Mask mask, Floats yes, Floats no) noexcept {
        return _mm256_blendv_ps(no, yes, _mm256_castsi256_ps(mask));
    }
    [[gnu::always_inline]] static bool any(Mask mask) noexcept {
        return !_mm256_testz_si256(mask, mask);
    }

    [[gnu::always_inline]] static Floats find(const SparseTable& table, const I32* p) noexcept {
        return find(table, load(p));
    }
    [[gnu::always_inline]] static Floats find_tail(const SparseTable& table, const I32* p,
                                                   size_t r) noexcept {
        const __m256i lane = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
        const __m256i wanted = _mm256_cmpgt_epi32(_mm256_set1_epi32(static_cast<int>(r)), lane);
        const __m256i there = _mm256_castps_si256(_mm256_maskload_ps(floats(p), wanted));
        return find(table, _mm256_blendv_epi8(_mm256_set1_epi32(-1), there, wanted));
    }
    // Whole cells, because a gather costs by the number of its loads.
    [[gnu::always_inline]] static Floats find(const SparseTable& table, __m256i indices) noexcept {
        const __m256i product =
            _mm256_mullo_epi32(indices, _mm256_set1_epi32(static_cast<int>(table.multiplier)));
        const __m256i at = _mm256_and_si256(
            _mm256_srl_epi32(product, _mm_cvtsi32_si128(static_cast<int>(table.shift))),
            _mm256_set1_epi32(static_cast<int>(table.mask)));
        const long long* const cells = whole(table.cells);
        const __m256 low =
            _mm256_castsi256_ps(_mm256_i32gather_epi64(cells, _mm256_castsi256_si128(at), 8));
        const __m256 high =
            _mm256_castsi256_ps(_mm256_i32gather_epi64(cells, _mm256_extracti128_si256(at, 1), 8));
        // Within halves of 128 bits, so the quarters are in the order 0, 2, 1, 3 afterwards.
        const __m256i found = in_order(_mm256_shuffle_ps(low, high, _MM_SHUFFLE(2, 0, 2, 0)));
        const __m256i values = in_order(_mm256_shuffle_ps(low, high, _MM_SHUFFLE(3, 1, 3, 1)));
        return _mm256_castsi256_ps(_mm256_and_si256(_mm256_cmpeq_epi32(found, indices), values));
    }
    [[gnu::always_inline]] static const long long* whole(const void* cells) noexcept {
        return static_cast<const long long*>(cells);
    }
    [[gnu::always_inline]] static __m256i in_order(__m256 x) noexcept {
        return _mm256_permute4x64_epi64(_mm256_castps_si256(x), _MM_SHUFFLE(3, 1, 2, 0));
    }

    using Bytes = __m256i;
    using Counts = __m256i;
    using Total = __m256i;
    using Ints = __m256i;
    static constexpr size_t kBytes = 32;

    [[gnu::always_inline]] static Bytes load_bytes(const void* p) noexcept {
        return _mm256_loadu_si256(static_cast<const __m256i*>(p));
    }
    [[gnu::always_inline]] static Bytes load_bytes_tail(const void* p, size_t r) noexcept {
        if (r < 16) return _mm256_zextsi128_si256(partial(p, r));
        const __m128i low = _mm_loadu_si128(static_cast<const __m128i*>(p));
        return _mm256_set_m128i(partial(static_cast<const __m128i*>(p) + 1, r - 16), low);
    }
    [[gnu::always_inline]] static Bytes bit_and(Bytes x, Bytes y) noexcept {
        return _mm256_and_si256(x, y);
    }
    [[gnu::always_inline]] static Bytes bit_or(Bytes x, Bytes y) noexcept {
        return _mm256_or_si256(x, y);
    }
    [[gnu::always_inline]] static Bytes bit_xor(Bytes x, Bytes y) noexcept {
        return _mm256_xor_si256(x, y);
    }

    // Per byte: the counts of both nibbles by table.
    [[gnu::always_inline]] static Counts count(Bytes x) noexcept {
        const __m256i table = _mm256_broadcastsi128_si256(
            _mm_setr_epi8(0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4));
        const __m256i nibble = _mm256_set1_epi8(0x0f);
        const __m256i low = _mm256_shuffle_epi8(table, _mm256_and_si256(x, nibble));
        const __m256i high =
            _mm256_shuffle_epi8(table, _mm256_and_si256(_mm256_srli_epi16(x, 4), nibble));
        return _mm256_add_epi8(low, high);
    }
    [[gnu::always_inline]] static Counts add(Counts x, Counts y) noexcept {
        return _mm256_add_epi8(x, y);
    }
    [[gnu::always_inline]] static Total zero_total() noexcept { return _mm256_setzero_si256(); }
    [[gnu::always_inline]] static Total fold(Total total, Counts x) noexcept {
        return _mm256_add_epi64(total, _mm256_sad_epu8(x, _mm256_setzero_si256()));
    }
    [[gnu::always_inline]] static uint64_t sum_total(Total x) noexcept {
        const __m128i y = _mm_add_epi64(_mm256_castsi256_si128(x), _mm256_extracti128_si256(x, 1));
        return static_cast<uint64_t>(_mm_cvtsi128_si64(_mm_add_epi64(y, _mm_unpackhi_epi64(y, y))));
    }

    // Bytes at even and at odd positions as 16-bit numbers, by shifts instead of shuffles: order
    // does not matter.
    [[gnu::always_inline]] static __m256i even(Bytes x) noexcept {
        return _mm256_srai_epi16(_mm256_slli_epi16(x, 8), 8);
    }
    [[gnu::always_inline]] static __m256i odd(Bytes x) noexcept { return _mm256_srai_epi16(x, 8); }
    [[gnu::always_inline]] static Ints zero_ints() noexcept { return _mm256_setzero_si256(); }
    [[gnu::always_inline]] static Ints dot_step(Ints sum, Bytes x, Bytes y) noexcept {
        const __m256i products = _mm256_madd_epi16(even(x), even(y));
        return _mm256_add_epi32(sum, _mm256_add_epi32(products, _mm256_madd_epi16(odd(x), odd(y))));
    }
    // The absolute difference fits 8 unsigned bits.
    [[gnu::always_inline]] static Ints l2_step(Ints sum, Bytes x, Bytes y) noexcept {
        const __m256i d = _mm256_sub_epi8(_mm256_max_epi8(x, y), _mm256_min_epi8(x, y));
        const __m256i d0 = _mm256_and_si256(d, _mm256_set1_epi16(0xff));
        const __m256i d1 = _mm256_srli_epi16(d, 8);
        return _mm256_add_epi32(
            sum, _mm256_add_epi32(_mm256_madd_epi16(d0, d0), _mm256_madd_epi16(d1, d1)));
    }
    [[gnu::always_inline]] static int32_t sum_ints(Ints x, Ints y) noexcept {
        x = _mm256_add_epi32(x, y);
        __m128i z = _mm_add_epi32(_mm256_castsi256_si128(x), _mm256_extracti128_si256(x, 1));
        z = _mm_add_epi32(z, _mm_shuffle_epi32(z, 0x4e));
        z = _mm_add_epi32(z, _mm_shuffle_epi32(z, 0xb1));
        return _mm_cvtsi128_si32(z);
    }
};

constinit const KernelSet avx2_set = make_set<arch::Avx2>(Isa::avx2);

}  // namespace quiver::kernels

#endif

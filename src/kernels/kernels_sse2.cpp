// SSE2: what every x86-64 has. No fused multiply-add, no binary16, no population count: the last
// two are integer arithmetic here.
#if defined(__x86_64__)

#include <immintrin.h>

#include "kernels/bits.inl"
#include "kernels/convert.inl"
#include "kernels/float.inl"
#include "kernels/int8.inl"
#include "kernels/order.inl"
#include "kernels/quant_sse2.inl"
#include "kernels/sparse.inl"
#include "quiver/base/no_postgres.hpp"

namespace quiver::kernels {

template <>
struct Lanes<arch::Sse2> {
    using Floats = xsimd::batch<float, xsimd::sse2>;
    using Doubles = xsimd::batch<double, xsimd::sse2>;
    static constexpr size_t kWidth = 4;

    [[gnu::always_inline]] static __m128i partial(const void* p, size_t bytes) noexcept {
        const auto words = Partial<arch::Sse2>::load(p, bytes);
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
        return _mm_loadu_ps(floats(p));
    }
    [[gnu::always_inline]] static Floats load_tail(const F32* p, size_t r) noexcept {
        return _mm_castsi128_ps(partial(p, r * sizeof(F32)));
    }
    [[gnu::always_inline]] static Floats load(const F16* p) noexcept {
        return widen(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(p)));
    }
    [[gnu::always_inline]] static Floats load_tail(const F16* p, size_t r) noexcept {
        return widen(partial(p, r * sizeof(F16)));
    }
    [[gnu::always_inline]] static Floats load(const uint8_t* p) noexcept {
        return widen_bytes(
            _mm_cvtsi32_si128(static_cast<int>(Partial<arch::Sse2>::word<uint32_t>(p))));
    }
    [[gnu::always_inline]] static Floats load(const int16_t* p) noexcept {
        const __m128i x = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(p));
        return _mm_cvtepi32_ps(_mm_srai_epi32(_mm_unpacklo_epi16(x, x), 16));
    }
    [[gnu::always_inline]] static Floats load_tail(const uint8_t* p, size_t r) noexcept {
        return widen_bytes(partial(p, r));
    }
    [[gnu::always_inline]] static __m128 widen_bytes(__m128i x) noexcept {
        const __m128i zero = _mm_setzero_si128();
        return _mm_cvtepi32_ps(_mm_unpacklo_epi16(_mm_unpacklo_epi8(x, zero), zero));
    }
    [[gnu::always_inline]] static Floats keep(Floats x) noexcept { return x; }
    [[gnu::always_inline]] static void store(F32* p, Floats x) noexcept {
        _mm_storeu_ps(floats(p), x);
    }
    [[gnu::always_inline]] static void store(F16* p, Floats x) noexcept {
        _mm_storel_epi64(reinterpret_cast<__m128i*>(p), narrow(x));
    }

    // to_float() of base/number.hpp, four at a time.
    [[gnu::always_inline]] static __m128 widen(__m128i halves) noexcept {
        const __m128i h = _mm_unpacklo_epi16(halves, _mm_setzero_si128());
        const __m128i rest = _mm_and_si128(h, _mm_set1_epi32(0x7fff));
        const __m128i sign = _mm_slli_epi32(_mm_xor_si128(h, rest), 16);
        const __m128 scaled =
            _mm_mul_ps(_mm_castsi128_ps(_mm_slli_epi32(rest, 13)), _mm_set1_ps(0x1p112f));
        const __m128i special = _mm_cmpgt_epi32(rest, _mm_set1_epi32(0x7bff));
        const __m128i nan = _mm_cmpgt_epi32(rest, _mm_set1_epi32(0x7c00));
        const __m128i exponent = _mm_and_si128(special, _mm_set1_epi32(0x7f800000));
        const __m128i quiet = _mm_and_si128(nan, _mm_set1_epi32(0x00400000));
        const __m128i extra = _mm_or_si128(_mm_or_si128(exponent, quiet), sign);
        return _mm_or_ps(scaled, _mm_castsi128_ps(extra));
    }

    // to_half() of base/number.hpp, four at a time: all cases, then the choice.
    [[gnu::always_inline]] static __m128i narrow(__m128 x) noexcept {
        const __m128i in = _mm_castps_si128(x);
        const __m128i rest = _mm_and_si128(in, _mm_set1_epi32(0x7fffffff));
        const __m128i sign = _mm_and_si128(_mm_srli_epi32(in, 16), _mm_set1_epi32(0x8000));
        const __m128i fraction = _mm_srli_epi32(rest, 13);
        const __m128i odd = _mm_and_si128(fraction, _mm_set1_epi32(1));
        const __m128i bias = _mm_set1_epi32(0xfff - 0x38000000);
        const __m128i normal = _mm_srli_epi32(_mm_add_epi32(_mm_add_epi32(rest, bias), odd), 13);
        const __m128 aligned = _mm_add_ps(_mm_castsi128_ps(rest), _mm_set1_ps(0.5f));
        const __m128i subnormal =
            _mm_sub_epi32(_mm_castps_si128(aligned), _mm_set1_epi32(0x3f000000));
        const __m128i payload = _mm_and_si128(fraction, _mm_set1_epi32(0x3ff));
        const __m128i nan = _mm_or_si128(payload, _mm_set1_epi32(0x7e00));

        __m128i out = choose(_mm_cmplt_epi32(rest, _mm_set1_epi32(0x38800000)), subnormal, normal);
        out =
            choose(_mm_cmpgt_epi32(rest, _mm_set1_epi32(0x477fefff)), _mm_set1_epi32(0x7c00), out);
        out = choose(_mm_cmpgt_epi32(rest, _mm_set1_epi32(0x7f800000)), nan, out);
        out = _mm_or_si128(out, sign);
        // The only 32-to-16-bit pack saturates signed numbers; sign extension makes it harmless.
        out = _mm_srai_epi32(_mm_slli_epi32(out, 16), 16);
        return _mm_packs_epi32(out, out);
    }
    [[gnu::always_inline]] static __m128i choose(__m128i mask, __m128i yes, __m128i no) noexcept {
        return _mm_or_si128(_mm_and_si128(mask, yes), _mm_andnot_si128(mask, no));
    }

    [[gnu::always_inline]] static float sum(Floats x) noexcept { return reduce_add<arch::Sse2>(x); }
    [[gnu::always_inline]] static double sum(Doubles x) noexcept {
        return reduce_add<arch::Sse2>(x);
    }
    [[gnu::always_inline]] static Doubles low(Floats x) noexcept { return _mm_cvtps_pd(x); }
    [[gnu::always_inline]] static Doubles high(Floats x) noexcept {
        return _mm_cvtps_pd(_mm_movehl_ps(x, x));
    }

    [[gnu::always_inline]] static Floats smaller(Floats x, Floats y) noexcept {
        return _mm_min_ps(x, y);
    }
    [[gnu::always_inline]] static float smallest(Floats x) noexcept {
        const __m128 y = _mm_min_ps(x, _mm_movehl_ps(x, x));
        return _mm_cvtss_f32(_mm_min_ss(y, _mm_shuffle_ps(y, y, 1)));
    }
    [[gnu::always_inline]] static size_t first_equal(Floats x, float y) noexcept {
        return first_bit(_mm_movemask_ps(_mm_cmpeq_ps(x, _mm_set1_ps(y))));
    }
    [[gnu::always_inline]] static size_t first_bit(int mask) noexcept {
        return static_cast<size_t>(__builtin_ctz(static_cast<unsigned>(mask) | 1u << kWidth));
    }
    [[gnu::always_inline]] static Floats add_if_at_most(Floats counts, Floats x, float y) noexcept {
        const __m128 wanted = _mm_cmple_ps(x, _mm_set1_ps(y));
        return _mm_add_ps(counts, _mm_and_ps(wanted, _mm_set1_ps(1)));
    }

    using Indices = __m128i;
    using Mask = __m128i;
    [[gnu::always_inline]] static Indices load(const I32* p) noexcept { return load_bytes(p); }
    [[gnu::always_inline]] static Mask equal(Indices x, int32_t y) noexcept {
        return _mm_cmpeq_epi32(x, _mm_set1_epi32(y));
    }
    [[gnu::always_inline]] static Floats choose(Mask mask, Floats yes, Floats no) noexcept {
        const __m128 m = _mm_castsi128_ps(mask);
        return _mm_or_ps(_mm_and_ps(m, yes), _mm_andnot_ps(m, no));
    }
    [[gnu::always_inline]] static bool any(Mask mask) noexcept {
        return _mm_movemask_epi8(mask) != 0;
    }

    [[gnu::always_inline]] static Floats find(const SparseTable& table, const I32* p) noexcept {
        return find_one_by_one<arch::Sse2>(table, p, kWidth);
    }
    [[gnu::always_inline]] static Floats find_tail(const SparseTable& table, const I32* p,
                                                   size_t r) noexcept {
        return find_one_by_one<arch::Sse2>(table, p, r);
    }

    using Bytes = __m128i;
    using Counts = __m128i;
    using Total = __m128i;
    using Ints = __m128i;
    static constexpr size_t kBytes = 16;

    [[gnu::always_inline]] static Bytes load_bytes(const void* p) noexcept {
        return _mm_loadu_si128(static_cast<const __m128i*>(p));
    }
    [[gnu::always_inline]] static Bytes load_bytes_tail(const void* p, size_t r) noexcept {
        return partial(p, r);
    }
    [[gnu::always_inline]] static Bytes bit_and(Bytes x, Bytes y) noexcept {
        return _mm_and_si128(x, y);
    }
    [[gnu::always_inline]] static Bytes bit_or(Bytes x, Bytes y) noexcept {
        return _mm_or_si128(x, y);
    }
    [[gnu::always_inline]] static Bytes bit_xor(Bytes x, Bytes y) noexcept {
        return _mm_xor_si128(x, y);
    }

    // Per byte: counts of 2, then 4, then 8 bits side by side.
    [[gnu::always_inline]] static Counts count(Bytes x) noexcept {
        const __m128i by1 = _mm_set1_epi8(0x55);
        const __m128i by2 = _mm_set1_epi8(0x33);
        const __m128i by4 = _mm_set1_epi8(0x0f);
        x = _mm_sub_epi8(x, _mm_and_si128(_mm_srli_epi64(x, 1), by1));
        x = _mm_add_epi8(_mm_and_si128(x, by2), _mm_and_si128(_mm_srli_epi64(x, 2), by2));
        return _mm_and_si128(_mm_add_epi8(x, _mm_srli_epi64(x, 4)), by4);
    }
    [[gnu::always_inline]] static Counts add(Counts x, Counts y) noexcept {
        return _mm_add_epi8(x, y);
    }
    [[gnu::always_inline]] static Total zero_total() noexcept { return _mm_setzero_si128(); }
    [[gnu::always_inline]] static Total fold(Total total, Counts x) noexcept {
        return _mm_add_epi64(total, _mm_sad_epu8(x, _mm_setzero_si128()));
    }
    [[gnu::always_inline]] static uint64_t sum_total(Total x) noexcept {
        return static_cast<uint64_t>(_mm_cvtsi128_si64(_mm_add_epi64(x, _mm_unpackhi_epi64(x, x))));
    }

    // Bytes at even and at odd positions as 16-bit numbers, by shifts instead of shuffles: order
    // does not matter.
    [[gnu::always_inline]] static __m128i even(Bytes x) noexcept {
        return _mm_srai_epi16(_mm_slli_epi16(x, 8), 8);
    }
    [[gnu::always_inline]] static __m128i odd(Bytes x) noexcept { return _mm_srai_epi16(x, 8); }
    [[gnu::always_inline]] static Ints zero_ints() noexcept { return _mm_setzero_si128(); }
    [[gnu::always_inline]] static Ints dot_step(Ints sum, Bytes x, Bytes y) noexcept {
        const __m128i products = _mm_madd_epi16(even(x), even(y));
        return _mm_add_epi32(sum, _mm_add_epi32(products, _mm_madd_epi16(odd(x), odd(y))));
    }
    [[gnu::always_inline]] static Ints l2_step(Ints sum, Bytes x, Bytes y) noexcept {
        const __m128i d0 = _mm_sub_epi16(even(x), even(y));
        const __m128i d1 = _mm_sub_epi16(odd(x), odd(y));
        return _mm_add_epi32(sum, _mm_add_epi32(_mm_madd_epi16(d0, d0), _mm_madd_epi16(d1, d1)));
    }
    [[gnu::always_inline]] static int32_t sum_ints(Ints x, Ints y) noexcept {
        x = _mm_add_epi32(x, y);
        x = _mm_add_epi32(x, _mm_shuffle_epi32(x, 0x4e));
        x = _mm_add_epi32(x, _mm_shuffle_epi32(x, 0xb1));
        return _mm_cvtsi128_si32(x);
    }
};

constinit const KernelSet sse2_set = make_set<arch::Sse2>(Isa::sse2);

}  // namespace quiver::kernels

#endif

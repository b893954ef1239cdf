// AVX-512 with VNNI and VPOPCNTDQ: Intel since Ice Lake, AMD since Zen 4. Only bits and int8 gain
// from them; the other families are those of kernels_avx512.cpp.
#if defined(__x86_64__)

#include "kernels/bits.inl"
#include "kernels/int8.inl"
#include "kernels/lanes_avx512.inl"
#include "quiver/base/no_postgres.hpp"

namespace quiver::kernels {

template <>
struct Lanes<arch::Avx512Vnni> : Avx512Lanes<arch::Avx512Vnni> {
    // Per 64 bits: counts and totals are the same thing.
    [[gnu::always_inline]] static Counts count(Bytes x) noexcept { return _mm512_popcnt_epi64(x); }
    [[gnu::always_inline]] static Counts add(Counts x, Counts y) noexcept {
        return _mm512_add_epi64(x, y);
    }
    [[gnu::always_inline]] static Total fold(Total total, Counts x) noexcept {
        return _mm512_add_epi64(total, x);
    }

    // VPDPBUSD multiplies unsigned by signed bytes. x + 128 is unsigned, and
    //   sum x*y = sum (x + 128)*y - 128 * sum y.
    // All modulo 2^32, in which the true sum fits. Its 16-bit sibling saturates nothing either.
    struct Ints {
        __m512i shifted;  // sum (x + 128) * y, or of the squared differences
        __m512i plain;    // sum y
    };
    [[gnu::always_inline]] static Ints zero_ints() noexcept {
        return {_mm512_setzero_si512(), _mm512_setzero_si512()};
    }
    [[gnu::always_inline]] static Ints dot_step(Ints sum, Bytes x, Bytes y) noexcept {
        return {_mm512_dpbusd_epi32(sum.shifted, _mm512_xor_si512(x, _mm512_set1_epi8(-128)), y),
                _mm512_dpbusd_epi32(sum.plain, _mm512_set1_epi8(1), y)};
    }
    [[gnu::always_inline]] static Ints l2_step(Ints sum, Bytes x, Bytes y) noexcept {
        const __m512i d = abs_difference(x, y);
        const __m512i d0 = even_unsigned(d);
        const __m512i d1 = odd_unsigned(d);
        return {_mm512_dpwssd_epi32(_mm512_dpwssd_epi32(sum.shifted, d0, d0), d1, d1), sum.plain};
    }
    [[gnu::always_inline]] static int32_t sum_ints(Ints x, Ints y) noexcept {
        const __m512i plain = _mm512_slli_epi32(_mm512_add_epi32(x.plain, y.plain), 7);
        return reduce_ints(_mm512_sub_epi32(_mm512_add_epi32(x.shifted, y.shifted), plain));
    }
};

constinit const KernelSet avx512vnni_set =
    make_set<arch::Avx512, arch::Avx512Vnni>(Isa::avx512vnni);

}  // namespace quiver::kernels

#endif

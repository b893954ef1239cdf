// AVX-512 F, CD, BW, DQ, VL: Intel servers since 2017, AMD since Zen 4.
#if defined(__x86_64__)

#include "kernels/bits.inl"
#include "kernels/convert.inl"
#include "kernels/float.inl"
#include "kernels/int8.inl"
#include "kernels/order.inl"
#include "kernels/lanes_avx512.inl"
#include "kernels/quant_avx512.inl"
#include "kernels/sparse.inl"
#include "quiver/base/no_postgres.hpp"

namespace quiver::kernels {

template <>
struct Lanes<arch::Avx512> : Avx512Lanes<arch::Avx512> {
    // Per byte: the counts of both nibbles by table.
    [[gnu::always_inline]] static Counts count(Bytes x) noexcept {
        const __m512i table =
            _mm512_broadcast_i32x4(_mm_setr_epi8(0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4));
        const __m512i nibble = _mm512_set1_epi8(0x0f);
        const __m512i low = _mm512_shuffle_epi8(table, _mm512_and_si512(x, nibble));
        const __m512i high =
            _mm512_shuffle_epi8(table, _mm512_and_si512(_mm512_srli_epi16(x, 4), nibble));
        return _mm512_add_epi8(low, high);
    }
    [[gnu::always_inline]] static Counts add(Counts x, Counts y) noexcept {
        return _mm512_add_epi8(x, y);
    }
    [[gnu::always_inline]] static Total fold(Total total, Counts x) noexcept {
        return _mm512_add_epi64(total, _mm512_sad_epu8(x, _mm512_setzero_si512()));
    }

    [[gnu::always_inline]] static __m512i even(Bytes x) noexcept {
        return _mm512_srai_epi16(_mm512_slli_epi16(x, 8), 8);
    }
    [[gnu::always_inline]] static __m512i odd(Bytes x) noexcept { return _mm512_srai_epi16(x, 8); }
    [[gnu::always_inline]] static Ints zero_ints() noexcept { return _mm512_setzero_si512(); }
    [[gnu::always_inline]] static Ints dot_step(Ints sum, Bytes x, Bytes y) noexcept {
        const __m512i products = _mm512_madd_epi16(even(x), even(y));
        return _mm512_add_epi32(sum, _mm512_add_epi32(products, _mm512_madd_epi16(odd(x), odd(y))));
    }
    // The absolute difference fits 8 unsigned bits.
    [[gnu::always_inline]] static Ints l2_step(Ints sum, Bytes x, Bytes y) noexcept {
        const __m512i d = abs_difference(x, y);
        const __m512i d0 = even_unsigned(d);
        const __m512i d1 = odd_unsigned(d);
        return _mm512_add_epi32(
            sum, _mm512_add_epi32(_mm512_madd_epi16(d0, d0), _mm512_madd_epi16(d1, d1)));
    }
    [[gnu::always_inline]] static int32_t sum_ints(Ints x, Ints y) noexcept {
        return reduce_ints(_mm512_add_epi32(x, y));
    }
};

// kernels_avx512vnni.cpp takes the addresses of these.
template struct Float<arch::Avx512, F32, F32>;
template struct Float<arch::Avx512, F16, F16>;
template struct Float<arch::Avx512, F32, F16>;
template struct SquaredNorm<arch::Avx512, F32>;
template struct SquaredNorm<arch::Avx512, F16>;
template struct Sparse<arch::Avx512>;
template struct Convert<arch::Avx512>;
template struct Quant<arch::Avx512>;

constinit const KernelSet avx512_set = make_set<arch::Avx512>(Isa::avx512);

}  // namespace quiver::kernels

#endif

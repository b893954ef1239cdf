// NEON: what every aarch64 has, conversions from and to binary16 included.
#if defined(__aarch64__)

#include <arm_neon.h>

#include "kernels/bits.inl"
#include "kernels/convert.inl"
#include "kernels/float.inl"
#include "kernels/int8.inl"
#include "kernels/order.inl"
#include "kernels/quant_neon.inl"
#include "kernels/sparse.inl"
#include "quiver/base/no_postgres.hpp"

namespace quiver::kernels {

template <>
struct Lanes<arch::Neon> {
    using Floats = xsimd::batch<float, xsimd::neon64>;
    using Doubles = xsimd::batch<double, xsimd::neon64>;
    static constexpr size_t kWidth = 4;

    // Loads and stores are of bytes: a load of floats would let the compiler assume a float's
    // alignment.
    [[gnu::always_inline]] static uint8x16_t load16(const void* p) noexcept {
        return vld1q_u8(static_cast<const uint8_t*>(p));
    }
    [[gnu::always_inline]] static uint8x16_t partial(const void* p, size_t bytes) noexcept {
        const auto words = Partial<arch::Neon>::load(p, bytes);
        return vreinterpretq_u8_u64(vcombine_u64(vcreate_u64(words.low), vcreate_u64(words.high)));
    }

    [[gnu::always_inline]] static Floats load(const F32* p) noexcept {
        return vreinterpretq_f32_u8(load16(p));
    }
    [[gnu::always_inline]] static Floats load_tail(const F32* p, size_t r) noexcept {
        return vreinterpretq_f32_u8(partial(p, r * sizeof(F32)));
    }
    [[gnu::always_inline]] static Floats load(const F16* p) noexcept {
        return vcvt_f32_f16(vreinterpret_f16_u8(vld1_u8(reinterpret_cast<const uint8_t*>(p))));
    }
    [[gnu::always_inline]] static Floats load_tail(const F16* p, size_t r) noexcept {
        return vcvt_f32_f16(vreinterpret_f16_u8(vget_low_u8(partial(p, r * sizeof(F16)))));
    }
    [[gnu::always_inline]] static Floats load(const uint8_t* p) noexcept {
        return widen_bytes(vcreate_u8(Partial<arch::Neon>::word<uint32_t>(p)));
    }
    [[gnu::always_inline]] static Floats load(const int16_t* p) noexcept {
        return vcvtq_f32_s32(vmovl_s16(vld1_s16(p)));
    }
    [[gnu::always_inline]] static Floats load_tail(const uint8_t* p, size_t r) noexcept {
        return widen_bytes(vget_low_u8(partial(p, r)));
    }
    [[gnu::always_inline]] static float32x4_t widen_bytes(uint8x8_t x) noexcept {
        return vcvtq_f32_u32(vmovl_u16(vget_low_u16(vmovl_u8(x))));
    }
    [[gnu::always_inline]] static Floats keep(Floats x) noexcept { return x; }
    [[gnu::always_inline]] static void store(F32* p, Floats x) noexcept {
        vst1q_u8(reinterpret_cast<uint8_t*>(p), vreinterpretq_u8_f32(x));
    }
    [[gnu::always_inline]] static void store(F16* p, Floats x) noexcept {
        vst1_u8(reinterpret_cast<uint8_t*>(p), vreinterpret_u8_f16(vcvt_f16_f32(x)));
    }

    [[gnu::always_inline]] static float sum(Floats x) noexcept { return reduce_add<arch::Neon>(x); }
    [[gnu::always_inline]] static double sum(Doubles x) noexcept {
        return reduce_add<arch::Neon>(x);
    }
    [[gnu::always_inline]] static Doubles low(Floats x) noexcept {
        return vcvt_f64_f32(vget_low_f32(x));
    }
    [[gnu::always_inline]] static Doubles high(Floats x) noexcept { return vcvt_high_f64_f32(x); }

    [[gnu::always_inline]] static Floats smaller(Floats x, Floats y) noexcept {
        return vminq_f32(x, y);
    }
    [[gnu::always_inline]] static float smallest(Floats x) noexcept { return vminvq_f32(x); }
    [[gnu::always_inline]] static size_t first_equal(Floats x, float y) noexcept {
        // 16 bits a lane.
        const uint16x4_t lanes = vmovn_u32(vceqq_f32(x, vdupq_n_f32(y)));
        const uint64_t mask = vget_lane_u64(vreinterpret_u64_u16(lanes), 0);
        return mask == 0 ? kWidth : static_cast<size_t>(__builtin_ctzll(mask)) / 16;
    }
    [[gnu::always_inline]] static Floats add_if_at_most(Floats counts, Floats x, float y) noexcept {
        const uint32x4_t wanted = vcleq_f32(x, vdupq_n_f32(y));
        const uint32x4_t one = vreinterpretq_u32_f32(vdupq_n_f32(1));
        return vaddq_f32(counts, vreinterpretq_f32_u32(vandq_u32(wanted, one)));
    }

    using Indices = int32x4_t;
    using Mask = uint32x4_t;
    [[gnu::always_inline]] static Indices load(const I32* p) noexcept {
        return vreinterpretq_s32_u8(load16(p));
    }
    [[gnu::always_inline]] static Mask equal(Indices x, int32_t y) noexcept {
        return vceqq_s32(x, vdupq_n_s32(y));
    }
    [[gnu::always_inline]] static Floats choose(Mask mask, Floats yes, Floats no) noexcept {
        return vbslq_f32(mask, yes, no);
    }
    [[gnu::always_inline]] static bool any(Mask mask) noexcept { return vmaxvq_u32(mask) != 0; }

    [[gnu::always_inline]] static Floats find(const SparseTable& table, const I32* p) noexcept {
        return find_one_by_one<arch::Neon>(table, p, kWidth);
    }
    [[gnu::always_inline]] static Floats find_tail(const SparseTable& table, const I32* p,
                                                   size_t r) noexcept {
        return find_one_by_one<arch::Neon>(table, p, r);
    }

    using Bytes = uint8x16_t;
    using Counts = uint8x16_t;
    using Total = uint64x2_t;
    using Ints = int32x4_t;
    static constexpr size_t kBytes = 16;

    [[gnu::always_inline]] static Bytes load_bytes(const void* p) noexcept { return load16(p); }
    [[gnu::always_inline]] static Bytes load_bytes_tail(const void* p, size_t r) noexcept {
        return partial(p, r);
    }
    [[gnu::always_inline]] static Bytes bit_and(Bytes x, Bytes y) noexcept {
        return vandq_u8(x, y);
    }
    [[gnu::always_inline]] static Bytes bit_or(Bytes x, Bytes y) noexcept { return vorrq_u8(x, y); }
    [[gnu::always_inline]] static Bytes bit_xor(Bytes x, Bytes y) noexcept {
        return veorq_u8(x, y);
    }
    [[gnu::always_inline]] static Counts count(Bytes x) noexcept { return vcntq_u8(x); }
    [[gnu::always_inline]] static Counts add(Counts x, Counts y) noexcept { return vaddq_u8(x, y); }
    [[gnu::always_inline]] static Total zero_total() noexcept { return vdupq_n_u64(0); }
    [[gnu::always_inline]] static Total fold(Total total, Counts x) noexcept {
        return vpadalq_u32(total, vpaddlq_u16(vpaddlq_u8(x)));
    }
    [[gnu::always_inline]] static uint64_t sum_total(Total x) noexcept { return vaddvq_u64(x); }

    [[gnu::always_inline]] static Ints zero_ints() noexcept { return vdupq_n_s32(0); }
    [[gnu::always_inline]] static Ints dot_step(Ints sum, Bytes x, Bytes y) noexcept {
        const int8x16_t a = vreinterpretq_s8_u8(x);
        const int8x16_t b = vreinterpretq_s8_u8(y);
        sum = vpadalq_s16(sum, vmull_s8(vget_low_s8(a), vget_low_s8(b)));
        return vpadalq_s16(sum, vmull_high_s8(a, b));
    }
    // The absolute difference fits 8 unsigned bits and its square 16.
    [[gnu::always_inline]] static Ints l2_step(Ints sum, Bytes x, Bytes y) noexcept {
        const uint8x16_t d =
            vreinterpretq_u8_s8(vabdq_s8(vreinterpretq_s8_u8(x), vreinterpretq_s8_u8(y)));
        uint32x4_t total = vreinterpretq_u32_s32(sum);
        total = vpadalq_u16(total, vmull_u8(vget_low_u8(d), vget_low_u8(d)));
        return vreinterpretq_s32_u32(vpadalq_u16(total, vmull_high_u8(d, d)));
    }
    [[gnu::always_inline]] static int32_t sum_ints(Ints x, Ints y) noexcept {
        return vaddvq_s32(vaddq_s32(x, y));
    }
};

constinit const KernelSet neon_set = make_set<arch::Neon>(Isa::neon);

}  // namespace quiver::kernels

#endif

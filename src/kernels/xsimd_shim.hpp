// xsimd as the families use it: one include, and the names that differ between its versions.
//
// Vectors of float and double come from xsimd. What it lacks (binary16, partial loads, bytes and
// their population counts) is in Lanes<Arch>, which every instruction set's file specialises with
// intrinsics:
//
// - Floats and Doubles are xsimd batches; kWidth is the number of floats.
// - load: kWidth elements of F32, F16, uint8_t or int16_t, as Floats, or of I32. load_tail: the
//   first r < kWidth elements, then zeros; not of int16_t. store: Floats as F32 or F16.
// - sum: horizontal. low, high: the halves of Floats as Doubles.
// - smaller: of each two numbers. smallest: horizontal. first_equal: the first lane that is equal
// to
//   a number, kWidth when none is. add_if_at_most: 1 more in each lane that is a number or less.
// - keep: the same Floats, in a register from now on.
// - equal: which of kWidth indices are equal to a number, as a Mask. choose(mask, yes, no). any.
// - find, find_tail: what a SparseTable has at kWidth, or r < kWidth, indices; else 0.
// - Bytes is a register of kBytes bytes: load_bytes, load_bytes_tail, bit_and, bit_or, bit_xor.
// - count: the set bits of Bytes as Counts, of which up to 8 may be added with add before fold adds
//   them to a Total. zero_total, sum_total.
// - dot_step and l2_step add the products, or squared differences, of two Bytes of int8 to Ints.
//   zero_ints, sum_ints.
#pragma once

#include <xsimd/xsimd.hpp>

#include <cstddef>  // size_t
#include <cstdint>  // uint64_t

namespace quiver::kernels {

template <class Arch>
struct Lanes;

template <class Arch, class Batch>
[[gnu::always_inline]] inline auto reduce_add(Batch x) noexcept {
#if XSIMD_VERSION_MAJOR >= 9
    return xsimd::reduce_add(x);
#else
    return xsimd::hadd(x);
#endif
}

// Up to 15 bytes in a 16-byte register, without reading past them and without a loop: two loads
// that overlap and agree where they do. Shifts by up to 64 are made of two halves, because a shift
// by the full width is undefined.
template <class Arch>
struct Partial {
    uint64_t low;
    uint64_t high;

    template <class Word>
    [[gnu::always_inline]] static uint64_t word(const unsigned char* p) noexcept {
        Word w;
        __builtin_memcpy(&w, p, sizeof(w));
        return w;
    }

    [[gnu::always_inline]] static Partial load(const void* from, size_t bytes) noexcept {
        const unsigned char* p = static_cast<const unsigned char*>(from);
        if (bytes >= 8) {
            const size_t half_shift = 4 * (16 - bytes);
            return {word<uint64_t>(p), word<uint64_t>(p + bytes - 8) >> half_shift >> half_shift};
        }
        if (bytes >= 4)
            return {word<uint32_t>(p) | word<uint32_t>(p + bytes - 4) << (8 * (bytes - 4)), 0};
        if (bytes == 0) return {0, 0};
        const size_t middle = bytes / 2;
        const size_t last = bytes - 1;
        return {word<uint8_t>(p) | word<uint8_t>(p + middle) << (8 * middle) |
                    word<uint8_t>(p + last) << (8 * last),
                0};
    }
};

}  // namespace quiver::kernels

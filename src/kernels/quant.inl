// Rotation, edge codes, query tables and estimates. Included by the quant_<isa>.inl files.
//
// What the vector classes lack is in QuantLanes<Arch>, which those files specialise:
//
//   swap<h>(x)              lane l of the result is lane l ^ h of x
//   flip(x, bits)           negates the lanes whose bit is set
//   negative(x)             the sign bits of the lanes, as bits
//   bit(words, p)           bit p of each lane, as bits
//   store_tail(p, x, r)     the first r < kWidth lanes
//   Words                   kWidth int32: truncate(x), floats(words), store, zero, add, halve_up(w)
//   = (w + 1) >> 1,
//                           twice_minus(w, n) = 2 * w - n, with_sign(w, x) = w negated where x is
//                           negative
//   kMaxEdges               the most edges that add_rows takes at once: 16, 32 or 64
//   add_rows<E>(totals, codes, stride, rows, lut, shift)
//                           adds 2^shift times the code sums of E edges over at most kFlushRows
//                           rows
//
// rotate, build_lut and sums must give the bits of reference.hpp: only operations whose result IEEE
// 754 fixes, in its order, and none that a compiler may fuse with another.
#pragma once

#include "kernels/families.hpp"
#include "kernels/xsimd_shim.hpp"
#include "quiver/kernels/quant_shared.hpp"

namespace quiver::kernels {

template <class Arch>
struct QuantLanes;

// 128 rows of two table entries of at most 255 fit 16 bits.
inline constexpr size_t kFlushRows = 128;

// Code sums of E edges, in edge order.
template <class Arch, size_t E>
struct CodeTotals {
    using Words = typename QuantLanes<Arch>::Words;
    static constexpr size_t kCount = E * sizeof(uint32_t) / sizeof(Words);
    Words words[kCount];
};

[[gnu::always_inline]] inline F32* stored(float* p) noexcept { return reinterpret_cast<F32*>(p); }
[[gnu::always_inline]] inline const F32* stored(const float* p) noexcept {
    return reinterpret_cast<const F32*>(p);
}

// The stages of a Hadamard transform within one register.
template <class Arch, size_t kStride, size_t kEnd>
[[gnu::always_inline]] inline auto hadamard_lanes(typename Lanes<Arch>::Floats x) noexcept {
    if constexpr (kStride >= kEnd) {
        return x;
    } else {
        uint32_t second = 0;
        for (uint32_t l = 0; l < Lanes<Arch>::kWidth; ++l) second |= (l & kStride ? 1u : 0u) << l;
        using Q = QuantLanes<Arch>;
        return hadamard_lanes<Arch, 2 * kStride, kEnd>(Q::template swap<kStride>(x) +
                                                       Q::flip(x, second));
    }
}

template <class Arch>
[[gnu::always_inline]] inline void hadamard(float* x, size_t n) noexcept {
    using L = Lanes<Arch>;
    using Floats = typename L::Floats;
    constexpr size_t kW = L::kWidth;
    const Floats scale(quant::inverse_sqrt<float>(n));
    if constexpr (kW > 8) {
        if (n < kW) {
            const Floats y = hadamard_lanes<Arch, 1, 8>(L::load_tail(stored(x), n) * scale);
            return QuantLanes<Arch>::store_tail(x, y, n);
        }
    }
    for (size_t i = 0; i < n; i += kW)
        L::store(stored(x + i), hadamard_lanes<Arch, 1, kW>(L::load(stored(x + i)) * scale));

    // Two stages in one pass over memory, after a single one when their number is odd.
    size_t h = kW;
    if (__builtin_ctzll(n / kW) % 2 != 0) {
        for (size_t base = 0; base < n; base += 2 * h)
            for (size_t i = base; i < base + h; i += kW) {
                const Floats a = L::load(stored(x + i));
                const Floats b = L::load(stored(x + i + h));
                L::store(stored(x + i), a + b);
                L::store(stored(x + i + h), a - b);
            }
        h *= 2;
    }
    for (; h < n; h *= 4)
        for (size_t base = 0; base < n; base += 4 * h)
            for (size_t i = base; i < base + h; i += kW) {
                const Floats a = L::load(stored(x + i));
                const Floats b = L::load(stored(x + i + h));
                const Floats c = L::load(stored(x + i + 2 * h));
                const Floats d = L::load(stored(x + i + 3 * h));
                const Floats a_plus_b = a + b;
                const Floats a_minus_b = a - b;
                const Floats c_plus_d = c + d;
                const Floats c_minus_d = c - d;
                L::store(stored(x + i), a_plus_b + c_plus_d);
                L::store(stored(x + i + h), a_minus_b + c_minus_d);
                L::store(stored(x + i + 2 * h), a_plus_b - c_plus_d);
                L::store(stored(x + i + 3 * h), a_minus_b - c_minus_d);
            }
}

// f(values, index) for every register of n floats, its result stored back. n is a multiple of 4, or
// of kWidth / 2.
template <class Arch, class F>
[[gnu::always_inline]] inline void transform(float* x, size_t n, F f) noexcept {
    using L = Lanes<Arch>;
    constexpr size_t kW = L::kWidth;
    size_t i = 0;
    for (; i + kW <= n; i += kW) L::store(stored(x + i), f(L::load(stored(x + i)), i));
    if constexpr (kW > 4) {
        if (i < n)
            QuantLanes<Arch>::store_tail(x + i, f(L::load_tail(stored(x + i), n - i), i), n - i);
    }
}

template <class Arch>
[[gnu::always_inline]] inline void flip_signs(float* x, size_t n, uint64_t seed,
                                              uint32_t round) noexcept {
    using Floats = typename Lanes<Arch>::Floats;
    for (size_t i = 0; i < n; i += 64) {
        const uint64_t signs = quant::sign_word(seed, round, i / 64);
        transform<Arch>(
            x + i, n - i < 64 ? n - i : 64, [&](Floats y, size_t j) __attribute__((always_inline)) {
                return QuantLanes<Arch>::flip(y, static_cast<uint32_t>(signs >> j));
            });
    }
}

template <class Arch>
[[gnu::always_inline]] inline void mix_halves(float* x, size_t half) noexcept {
    using L = Lanes<Arch>;
    using Floats = typename L::Floats;
    constexpr size_t kW = L::kWidth;
    const Floats scale(quant::kHalfSqrt<float>);
    size_t i = 0;
    for (; i + kW <= half; i += kW) {
        const Floats a = L::load(stored(x + i));
        const Floats b = L::load(stored(x + i + half));
        L::store(stored(x + i), (a + b) * scale);
        L::store(stored(x + i + half), (a - b) * scale);
    }
    if constexpr (kW > 4) {
        if (const size_t r = half - i; r != 0) {
            const Floats a = L::load_tail(stored(x + i), r);
            const Floats b = L::load_tail(stored(x + i + half), r);
            QuantLanes<Arch>::store_tail(x + i, (a + b) * scale, r);
            QuantLanes<Arch>::store_tail(x + i + half, (a - b) * scale, r);
        }
    }
}

template <class Arch>
void Quant<Arch>::rotate(uint64_t seed, size_t n, const F32* a, const F32* b, float* out) noexcept {
    using L = Lanes<Arch>;
    constexpr size_t kW = L::kWidth;
    const size_t size = quant::padded(n);
    const size_t block = quant::power_within(size);
    size_t i = 0;
    for (; i + kW <= n; i += kW)
        L::store(stored(out + i), b == nullptr ? L::load(a + i) : L::load(a + i) - L::load(b + i));
    for (; i < size; ++i) {
        const float y = b == nullptr || i >= n ? 0.0f : b[i].value;
        out[i] = i < n ? a[i].value - y : 0.0f;
    }
    for (uint32_t round = 0; round < quant::kRotationRounds; ++round) {
        if (block != size && round == quant::kMixBefore) {
            flip_signs<Arch>(out, size, seed, quant::kRotationRounds);
            mix_halves<Arch>(out, size / 2);
        }
        flip_signs<Arch>(out, size, seed, round);
        hadamard<Arch>(round % 2 == 0 ? out : out + (size - block), block);
    }
}

template <class Arch>
float Quant<Arch>::residual(const int16_t* a, float step, const float* b, float* out,
                            size_t n) noexcept {
    using L = Lanes<Arch>;
    using Floats = typename L::Floats;
    constexpr size_t kW = L::kWidth;
    const Floats steps(step);
    Floats even(0.0f);
    Floats odd(0.0f);
    size_t i = 0;
    for (; i + 2 * kW <= n; i += 2 * kW) {
        const Floats x = L::load(a + i) * steps - L::load(stored(b + i));
        const Floats y = L::load(a + i + kW) * steps - L::load(stored(b + i + kW));
        L::store(stored(out + i), x);
        L::store(stored(out + i + kW), y);
        even = xsimd::fma(x, x, even);
        odd = xsimd::fma(y, y, odd);
    }
    float squared = L::sum(even + odd);
    for (; i < n; ++i) {
        const float x = step * static_cast<float>(a[i]) - b[i];
        out[i] = x;
        squared += x * x;
    }
    return squared;
}

// Registers of coordinates, as many as make whole bytes of code.
template <class Arch>
struct CodeStep {
    using Floats = typename Lanes<Arch>::Floats;
    static constexpr size_t kWidth = Lanes<Arch>::kWidth;
    static constexpr size_t kDims = kWidth < 8 ? 8 : kWidth;
    static constexpr size_t kCount = kDims / kWidth;

    // n coordinates are left, a multiple of 8.
    [[gnu::always_inline]] static Floats load(const float* p, size_t v, size_t n) noexcept {
        if constexpr (kWidth > 8) {
            if (n < kWidth) return Lanes<Arch>::load_tail(stored(p), n);
        }
        return Lanes<Arch>::load(stored(p + v * kWidth));
    }
};

template <class Arch>
[[gnu::always_inline]] inline float inverse_grid_step(const float* r, size_t n,
                                                      uint32_t bits) noexcept {
    using L = Lanes<Arch>;
    using Q = QuantLanes<Arch>;
    using Step = CodeStep<Arch>;
    using Floats = typename L::Floats;
    Floats sums(0.0f);
    for (size_t i = 0; i < n; i += Step::kDims)
        for (size_t v = 0; v < Step::kCount; ++v)
            sums = sums + xsimd::abs(Step::load(r + i, v, n - i));
    const float sum = L::sum(sums);
    const float step = sum / static_cast<float>(n) * quant::kGridStep[bits];
    if (!(step >= quant::kSmallest && sum <= quant::kLargest)) return 0;

    const Floats limit(static_cast<float>((1u << (bits - 1)) - 1));
    const Floats half(0.5f);
    float inverse[quant::kStepTries];
    Floats xr[quant::kStepTries];
    Floats xx[quant::kStepTries];
    for (int t = 0; t < quant::kStepTries; ++t) {
        inverse[t] = 1 / (step * quant::kStepFactor[t]);
        xr[t] = xx[t] = Floats(0.0f);
    }
    for (size_t i = 0; i < n; i += Step::kDims)
        for (size_t v = 0; v < Step::kCount; ++v) {
            const Floats size = xsimd::abs(Step::load(r + i, v, n - i));
#pragma GCC unroll 5
            for (int t = 0; t < quant::kStepTries; ++t) {
                const Floats level =
                    Q::floats(Q::truncate(xsimd::min(size * Floats(inverse[t]), limit)));
                const Floats x = level + half;
                xr[t] = xsimd::fma(x, size, xr[t]);
                xx[t] = xsimd::fma(x, x, xx[t]);
            }
        }
    float best = 0;
    double best_quality = -1;
    // The zeros that fill up the last register have the level 1/2.
    const float padding = static_cast<float>((Step::kDims - n % Step::kDims) % Step::kDims) * 0.25f;
    for (int t = 0; t < quant::kStepTries; ++t) {
        const double product = L::sum(xr[t]);
        const double quality = product * product / (L::sum(xx[t]) - padding);
        if (quality > best_quality) {
            best_quality = quality;
            best = inverse[t];
        }
    }
    return best;
}

template <class Arch>
CodeDots Quant<Arch>::encode(const EncodeArgs& args) noexcept {
    using L = Lanes<Arch>;
    using Q = QuantLanes<Arch>;
    using Step = CodeStep<Arch>;
    using Floats = typename L::Floats;
    const uint32_t bits = args.bits;
    const float inverse = bits == 1 ? 0 : inverse_grid_step<Arch>(args.residual, args.dims, bits);
    const Floats limit(static_cast<float>((1u << (bits - 1)) - 1));
    const size_t plane = args.dims / 8 * args.stride;
    constexpr uint32_t kAllLanes = (1u << L::kWidth) - 1;
    Floats residual_dot(0.0f);
    Floats anchor_dot(0.0f);
    uint8_t* row = args.column;
    for (size_t i = 0; i < args.dims; i += Step::kDims) {
        const size_t left = args.dims - i;
        uint32_t planes[8] = {};
        for (size_t v = 0; v < Step::kCount; ++v) {
            const size_t shift = v * Step::kWidth;
            const Floats r = Step::load(args.residual + i, v, left);
            const uint32_t negative = Q::negative(r);
            Floats x(0.5f);
            if (bits > 1) {
                const auto level = Q::truncate(xsimd::min(xsimd::abs(r) * Floats(inverse), limit));
                x = x + Q::floats(level);
                for (uint32_t p = 0; p + 1 < bits; ++p)
                    planes[p] |= (Q::bit(level, p) ^ negative) << shift;
            }
            planes[bits - 1] |= (negative ^ kAllLanes) << shift;
            residual_dot = xsimd::fma(x, xsimd::abs(r), residual_dot);
            if (args.anchor != nullptr)
                anchor_dot = xsimd::fma(Q::flip(x, negative), Step::load(args.anchor + i, v, left),
                                        anchor_dot);
        }
        const size_t rows = (left < Step::kDims ? left : Step::kDims) / 8;
        for (size_t k = 0; k < rows; ++k, row += args.stride)
            for (uint32_t p = 0; p < bits; ++p)
                row[p * plane] = static_cast<uint8_t>(planes[p] >> (8 * k));
    }
    return {L::sum(residual_dot), L::sum(anchor_dot)};
}

template <class Arch>
LutFactors Quant<Arch>::build_lut(const float* q, size_t n, uint8_t* lut) noexcept {
    using L = Lanes<Arch>;
    using Q = QuantLanes<Arch>;
    using Step = CodeStep<Arch>;
    using Floats = typename L::Floats;
    // Sums of four neighbours, each lane adding in its own order of pairs: (a + b) + (c + d)
    // commutes to the same bits.
    Floats largest(0.0f);
    Floats invalid(0.0f);
    for (size_t i = 0; i < n; i += Step::kDims)
        for (size_t v = 0; v < Step::kCount; ++v) {
            const Floats size = xsimd::abs(Step::load(q + i, v, n - i));
            const Floats pairs = size + Q::template swap<1>(size);
            const Floats sums = pairs + Q::template swap<2>(pairs);
            largest = xsimd::max(largest, sums);
            invalid = invalid + (sums - sums);  // zero, or NaN once there was an infinity or a NaN
        }
    float lanes[L::kWidth];
    L::store(stored(lanes), largest);
    float most = 0;
    for (const float lane : lanes) most = lane > most ? lane : most;
    const bool usable = most >= quant::kSmallest && most <= quant::kLargest && L::sum(invalid) == 0;

    LutFactors factors{};
    const float inverse = usable ? 2 * quant::kLutRange / most : 0;
    factors.step = usable ? most / quant::kLutRange : 0;
    auto total = Q::zero();
    for (size_t i = 0; i < n; i += Step::kDims) {
        int32_t steps[Step::kDims];
        const size_t left = n - i;
        for (size_t v = 0; v < Step::kCount; ++v) {
            const Floats x = usable ? Step::load(q + i, v, left) : Floats(0.0f);
            const auto size = Q::halve_up(Q::truncate(xsimd::abs(x) * Floats(inverse)));
            total = Q::add(total, size);
            Q::store(steps + v * Step::kWidth, Q::with_sign(size, x));
        }
        for (size_t k = 0; k < (left < Step::kDims ? left : Step::kDims); k += 4)
            quant::nibble_table(steps + k, lut + 4 * (i + k));
    }
    int32_t totals[L::kWidth];
    Q::store(totals, total);
    for (const int32_t part : totals) factors.total += part;
    return factors;
}

template <class Arch, size_t E>
[[gnu::always_inline]] inline CodeTotals<Arch, E> code_totals(const CodeView& view,
                                                              const uint8_t* lut,
                                                              size_t first) noexcept {
    using Q = QuantLanes<Arch>;
    CodeTotals<Arch, E> totals;
    for (auto& words : totals.words) words = Q::zero();
    const uint8_t* codes = view.codes + first;
    for (uint32_t p = 0; p < view.planes; ++p)
        for (size_t r = 0; r < view.rows; r += kFlushRows) {
            const size_t rows = view.rows - r < kFlushRows ? view.rows - r : kFlushRows;
            Q::template add_rows<E>(totals, codes, view.edges, rows, lut + 32 * r, p);
            codes += rows * view.edges;
        }
    return totals;
}

// f(totals, first edge) with the sums of all edges, the widest blocks first.
template <class Arch, class F>
[[gnu::always_inline]] inline void for_each_block(const CodeView& view, const uint8_t* lut,
                                                  F f) noexcept {
    constexpr size_t kMost = QuantLanes<Arch>::kMaxEdges;
    size_t first = 0;
    if constexpr (kMost >= 64) {
        for (; first + 64 <= view.edges; first += 64)
            f(code_totals<Arch, 64>(view, lut, first), first);
    }
    if constexpr (kMost >= 32) {
        for (; first + 32 <= view.edges; first += 32)
            f(code_totals<Arch, 32>(view, lut, first), first);
    }
    for (; first + 16 <= view.edges; first += 16) f(code_totals<Arch, 16>(view, lut, first), first);
}

template <class Arch>
void Quant<Arch>::sums(const CodeView& view, const uint8_t* lut, uint32_t* out) noexcept {
    for_each_block<Arch>(
        view, lut, [&](const auto& totals, size_t first) __attribute__((always_inline)) {
            for (size_t v = 0; v < totals.kCount; ++v)
                QuantLanes<Arch>::store(
                    reinterpret_cast<int32_t*>(out) + first + v * Lanes<Arch>::kWidth,
                    totals.words[v]);
        });
}

template <class Arch>
void Quant<Arch>::estimate(const CodeView& view, const uint8_t* lut, const EdgeTerms& terms,
                           float* out) noexcept {
    using L = Lanes<Arch>;
    using Q = QuantLanes<Arch>;
    using Floats = typename L::Floats;
    const Floats base(terms.base);
    const Floats factor(terms.factor);
    const Floats most(__FLT_MAX__);
    for_each_block<Arch>(
        view, lut, [&](const auto& totals, size_t first) __attribute__((always_inline)) {
#pragma GCC unroll 16
            for (size_t v = 0; v < totals.kCount; ++v) {
                const size_t j = first + v * L::kWidth;
                const Floats centred = Q::floats(Q::twice_minus(totals.words[v], terms.bias));
                const Floats at_zero = base + L::load(terms.add + j);
                const Floats estimate =
                    xsimd::fma(L::load(terms.scale + j) * factor, centred, at_zero);
                L::store(stored(out + j), xsimd::select(estimate < most, estimate, most));
            }
        });
}

}  // namespace quiver::kernels

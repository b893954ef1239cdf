// The specification of every kernel: the plain loop, in the accumulator type of the caller.
//
// The scalar set runs these with float; the unit tests run them with double and hold every
// instruction set to the result. Nothing here may be called from a file compiled for one
// instruction set (see src/kernels/README.md).
#pragma once

#include <cstddef>  // size_t
#include <cstdint>  // uint64_t
#include <cstring>  // std::memcpy

#include "quiver/kernels/kernel_set.hpp"

namespace quiver::kernels::reference {

template <class Acc, class A, class B>
Acc l2_squared(const A* a, const B* b, size_t n) noexcept {
    Acc sum = 0;
    for (size_t i = 0; i < n; ++i) {
        const Acc d = static_cast<Acc>(element(a, i)) - static_cast<Acc>(element(b, i));
        sum += d * d;
    }
    return sum;
}

template <class Acc, class A, class B>
Acc inner_product(const A* a, const B* b, size_t n) noexcept {
    Acc sum = 0;
    for (size_t i = 0; i < n; ++i)
        sum += static_cast<Acc>(element(a, i)) * static_cast<Acc>(element(b, i));
    return sum;
}

template <class Acc, class A, class B>
Acc l1(const A* a, const B* b, size_t n) noexcept {
    Acc sum = 0;
    for (size_t i = 0; i < n; ++i) {
        const Acc d = static_cast<Acc>(element(a, i)) - static_cast<Acc>(element(b, i));
        sum += d < 0 ? -d : d;
    }
    return sum;
}

// CosineParts in the accumulator's type.
template <class Acc>
struct CosineSums {
    Acc dot;
    Acc norm_a;
    Acc norm_b;
};

template <class Acc, class A, class B>
CosineSums<Acc> cosine_parts(const A* a, const B* b, size_t n) noexcept {
    CosineSums<Acc> sums{};
    for (size_t i = 0; i < n; ++i) {
        const Acc x = element(a, i);
        const Acc y = element(b, i);
        sums.dot += x * y;
        sums.norm_a += x * x;
        sums.norm_b += y * y;
    }
    return sums;
}

template <class A>
double squared_norm(const A* a, size_t n) noexcept {
    double sum = 0;
    for (size_t i = 0; i < n; ++i) {
        const double x = element(a, i);
        sum += x * x;
    }
    return sum;
}

// Bits set in a word: counts of 2, 4 and 8 bits side by side, then their sum by one multiplication.
// No population count instruction is assumed.
inline uint64_t popcount(uint64_t x) noexcept {
    x -= (x >> 1) & 0x5555555555555555u;
    x = (x & 0x3333333333333333u) + ((x >> 2) & 0x3333333333333333u);
    x = (x + (x >> 4)) & 0x0f0f0f0f0f0f0f0fu;
    return (x * 0x0101010101010101u) >> 56;
}

// Calls f(x, y) with successive 8-byte words of a and b, the last one padded with zeros.
template <class F>
void for_each_word(const uint8_t* a, const uint8_t* b, size_t bytes, F f) noexcept {
    uint64_t x;
    uint64_t y;
    size_t i = 0;
    for (; i + 8 <= bytes; i += 8) {
        std::memcpy(&x, a + i, 8);
        std::memcpy(&y, b + i, 8);
        f(x, y);
    }
    if (i < bytes) {
        x = y = 0;
        std::memcpy(&x, a + i, bytes - i);
        std::memcpy(&y, b + i, bytes - i);
        f(x, y);
    }
}

inline uint64_t hamming(const uint8_t* a, const uint8_t* b, size_t bytes) noexcept {
    uint64_t count = 0;
    for_each_word(a, b, bytes, [&](uint64_t x, uint64_t y) { count += popcount(x ^ y); });
    return count;
}

inline BitOverlap overlap(const uint8_t* a, const uint8_t* b, size_t bytes) noexcept {
    BitOverlap count{};
    for_each_word(a, b, bytes, [&](uint64_t x, uint64_t y) {
        count.both += popcount(x & y);
        count.any += popcount(x | y);
    });
    return count;
}

// Calls f(x, y) for every index that a or b has, in ascending order, with 0 for the side that lacks
// it.
template <class Acc, class F>
void for_each_union(SparseArg a, SparseArg b, F f) noexcept {
    size_t i = 0;
    size_t j = 0;
    while (i < a.n && j < b.n) {
        const int32_t ia = a.indices[i];
        const int32_t ib = b.indices[j];
        f(ia <= ib ? Acc(to_float(a.values[i])) : Acc(0),
          ib <= ia ? Acc(to_float(b.values[j])) : Acc(0));
        i += ia <= ib;
        j += ib <= ia;
    }
    for (; i < a.n; ++i) f(Acc(to_float(a.values[i])), Acc(0));
    for (; j < b.n; ++j) f(Acc(0), Acc(to_float(b.values[j])));
}

template <class Acc>
Acc sparse_l2_squared(SparseArg a, SparseArg b) noexcept {
    Acc sum = 0;
    for_each_union<Acc>(a, b, [&](Acc x, Acc y) { sum += (x - y) * (x - y); });
    return sum;
}

template <class Acc>
Acc sparse_inner_product(SparseArg a, SparseArg b) noexcept {
    Acc sum = 0;
    size_t i = 0;
    size_t j = 0;
    while (i < a.n && j < b.n) {
        const int32_t ia = a.indices[i];
        const int32_t ib = b.indices[j];
        // Not a product with zero: an index that only one side has contributes nothing, even if it
        // is infinite.
        if (ia == ib) sum += Acc(to_float(a.values[i])) * Acc(to_float(b.values[j]));
        i += ia <= ib;
        j += ib <= ia;
    }
    return sum;
}

template <class Acc>
Acc sparse_l1(SparseArg a, SparseArg b) noexcept {
    Acc sum = 0;
    for_each_union<Acc>(a, b, [&](Acc x, Acc y) { sum += x < y ? y - x : x - y; });
    return sum;
}

// Calls f(x, y) for every element y of b, with what the table has at its index, or 0.
template <class F>
void for_each_found(const SparseTable& a, SparseArg b, F f) noexcept {
    for (size_t i = 0; i < b.n; ++i) {
        const SparseCell& cell = a.cells[a.cell_of(b.indices[i])];
        f(cell.index == b.indices[i] ? to_float(cell.value) : 0.0f, to_float(b.values[i]));
    }
}

// What is left of a sum when a part of it was found; nothing, where that is rounding.
inline float rest_of(double sum, double found) noexcept {
    return sum - found > sum * 0x1p-40 ? static_cast<float>(sum - found) : 0.0f;
}

inline float sparse_l2_squared_table(const SparseTable& a, SparseArg b) noexcept {
    float sum = 0;
    double found = 0;
    for_each_found(a, b, [&](float x, float y) {
        sum += (x - y) * (x - y);
        found += double{x} * x;
    });
    return sum + rest_of(a.squares, found);
}

inline float sparse_inner_product_table(const SparseTable& a, SparseArg b) noexcept {
    float sum = 0;
    for_each_found(a, b, [&](float x, float y) { sum += x * y; });
    return sum;
}

inline float sparse_l1_table(const SparseTable& a, SparseArg b) noexcept {
    float sum = 0;
    double found = 0;
    for_each_found(a, b, [&](float x, float y) {
        sum += x < y ? y - x : x - y;
        found += x < 0 ? -x : x;
    });
    return sum + rest_of(a.magnitude, found);
}

inline int32_t int8_l2_squared(const int8_t* a, const int8_t* b, size_t n) noexcept {
    int32_t sum = 0;
    for (size_t i = 0; i < n; ++i) sum += (a[i] - b[i]) * (a[i] - b[i]);
    return sum;
}

inline int32_t int8_inner_product(const int8_t* a, const int8_t* b, size_t n) noexcept {
    int32_t sum = 0;
    for (size_t i = 0; i < n; ++i) sum += a[i] * b[i];
    return sum;
}

inline size_t smallest(const F32* v, size_t n) noexcept {
    size_t at = 0;
    for (size_t i = 1; i < n; ++i)
        if (v[i].value < v[at].value) at = i;
    return at;
}

inline size_t count_at_most(const F32* v, size_t n, float x) noexcept {
    size_t count = 0;
    for (size_t i = 0; i < n; ++i) count += v[i].value <= x;
    return count;
}

inline void half_to_float(const F16* in, F32* out, size_t n) noexcept {
    for (size_t i = 0; i < n; ++i) out[i] = to_float(in[i]);
}

inline void float_to_half(const F32* in, F16* out, size_t n) noexcept {
    for (size_t i = 0; i < n; ++i) out[i] = to_half(in[i].value);
}

inline void affine_to_float(const Affine8* in, F32* out, size_t n) noexcept {
    for (size_t i = 0; i < n; ++i) out[i] = element(in, i);
}

}  // namespace quiver::kernels::reference

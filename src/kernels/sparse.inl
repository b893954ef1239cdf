// Merges of sparse vectors. Included by the files of instruction sets.
//
// A merge of two sorted lists mispredicts a branch, or waits for a load, at every element. Here the
// larger list is read in blocks of kWidth: each element of the smaller one is compared with a whole
// block at once, and only the step to the next block is a branch. What remains of the larger list,
// less than a block, is merged one by one.
//
// One vector against many is laid out as a table instead: then the other is read once, kWidth
// elements at a time, and the only memory that depends on it is a cell for each.
#pragma once

#include "kernels/families.hpp"
#include "kernels/xsimd_shim.hpp"

namespace quiver::kernels {

template <class Arch>
struct SparseL2 {
    using Floats = typename Lanes<Arch>::Floats;
    [[gnu::always_inline]] static Floats term(Floats x, Floats y) noexcept {
        return (x - y) * (x - y);
    }
    [[gnu::always_inline]] static float term(float x, float y) noexcept {
        return (x - y) * (x - y);
    }
};

template <class Arch>
struct SparseL1 {
    using Floats = typename Lanes<Arch>::Floats;
    [[gnu::always_inline]] static Floats term(Floats x, Floats y) noexcept {
        return xsimd::abs(x - y);
    }
    [[gnu::always_inline]] static float term(float x, float y) noexcept {
        return __builtin_fabsf(x - y);
    }
};

// Sum of term(x, y) over every index that a or b has. The term is symmetric.
template <class Arch, class Op>
[[gnu::always_inline]] inline float sparse_union(SparseArg a, SparseArg b) noexcept {
    using L = Lanes<Arch>;
    using Floats = typename L::Floats;
    constexpr size_t kWidth = L::kWidth;
    if (a.n > b.n) {
        const SparseArg swapped = a;
        a = b;
        b = swapped;
    }
    const Floats zero(0.0f);
    Floats sum = zero;
    float alone = 0;         // elements of a that b lacks, and what is merged one by one
    Floats partners = zero;  // what a has at the indices of b's current block
    size_t i = 0;
    size_t j = 0;
    const auto finish_block = [&]() __attribute__((always_inline)) {
        sum = sum + Op::term(L::load(b.values + j), partners);
        partners = zero;
        j += kWidth;
    };
    for (; i < a.n; ++i) {
        const int32_t index = a.indices[i].value;
        while (j + kWidth <= b.n && b.indices[j + kWidth - 1].value < index) finish_block();
        if (j + kWidth > b.n) break;
        const float value = a.values[i].value;
        const auto found = L::equal(L::load(b.indices + j), index);
        partners = L::choose(found, Floats(value), partners);
        alone += L::any(found) ? 0.0f : Op::term(value, 0.0f);
    }
    while (j + kWidth <= b.n) finish_block();
    while (i < a.n && j < b.n) {
        const int32_t ia = a.indices[i].value;
        const int32_t ib = b.indices[j].value;
        alone += Op::term(ia <= ib ? a.values[i].value : 0.0f, ib <= ia ? b.values[j].value : 0.0f);
        i += ia <= ib;
        j += ib <= ia;
    }
    for (; i < a.n; ++i) alone += Op::term(a.values[i].value, 0.0f);
    for (; j < b.n; ++j) alone += Op::term(b.values[j].value, 0.0f);
    return L::sum(sum) + alone;
}

// Where, from j on in whole blocks, the first block begins that ends with an index not below
// `index`; past the last whole block when there is none. Steps double: if one vector has a few
// elements and the other thousands, most blocks are never looked at.
template <class Arch>
[[gnu::always_inline]] inline size_t sparse_skip(SparseArg b, size_t j, int32_t index) noexcept {
    constexpr size_t kWidth = Lanes<Arch>::kWidth;
    size_t step = kWidth;
    while (j + step <= b.n && b.indices[j + step - 1].value < index) {
        j += step;
        step *= 2;
    }
    while (step > kWidth) {
        step /= 2;
        if (j + step <= b.n && b.indices[j + step - 1].value < index) j += step;
    }
    return j;
}

template <class Arch>
float Sparse<Arch>::l2_squared(SparseArg a, SparseArg b) noexcept {
    return sparse_union<Arch, SparseL2<Arch>>(a, b);
}

template <class Arch>
float Sparse<Arch>::l1(SparseArg a, SparseArg b) noexcept {
    return sparse_union<Arch, SparseL1<Arch>>(a, b);
}

template <class Arch>
float Sparse<Arch>::inner_product(SparseArg a, SparseArg b) noexcept {
    using L = Lanes<Arch>;
    using Floats = typename L::Floats;
    constexpr size_t kWidth = L::kWidth;
    if (a.n > b.n) {
        const SparseArg swapped = a;
        a = b;
        b = swapped;
    }
    Floats sum(0.0f);
    size_t i = 0;
    size_t j = 0;
    for (; i < a.n; ++i) {
        const int32_t index = a.indices[i].value;
        j = sparse_skip<Arch>(b, j, index);
        if (j + kWidth > b.n) break;
        // Chosen after the product: a product with 0 would be NaN where the other factor is
        // infinite.
        const Floats product = L::load(b.values + j) * Floats(a.values[i].value);
        sum = sum + L::choose(L::equal(L::load(b.indices + j), index), product, Floats(0.0f));
    }
    float rest = 0;
    while (i < a.n && j < b.n) {
        const int32_t ia = a.indices[i].value;
        const int32_t ib = b.indices[j].value;
        if (ia == ib) rest += a.values[i].value * b.values[j].value;
        i += ia <= ib;
        j += ib <= ia;
    }
    return L::sum(sum) + rest;
}

// What the table has at r <= kWidth indices, for sets without a gather.
template <class Arch>
[[gnu::always_inline]] inline typename Lanes<Arch>::Floats find_one_by_one(const SparseTable& table,
                                                                           const I32* indices,
                                                                           size_t r) noexcept {
    F32 found[Lanes<Arch>::kWidth] = {};
    for (size_t i = 0; i < r; ++i) {
        const int32_t index = indices[i].value;
        const SparseCell& cell =
            table
                .cells[static_cast<uint32_t>(index) * table.multiplier >> table.shift & table.mask];
        found[i].value = cell.index.value == index ? cell.value.value : 0.0f;
    }
    return Lanes<Arch>::load(found);
}

// Calls f(x, y) with kWidth values y of b at a time, and what the table has at their indices, or 0;
// at the end zeros follow.
template <class Arch, class F>
[[gnu::always_inline]] inline void for_each_found(const SparseTable& a, SparseArg b, F f) noexcept {
    using L = Lanes<Arch>;
    size_t i = 0;
    for (; i + L::kWidth <= b.n; i += L::kWidth)
        f(L::find(a, b.indices + i), L::load(b.values + i));
    if (i < b.n) f(L::find_tail(a, b.indices + i, b.n - i), L::load_tail(b.values + i, b.n - i));
}

// See reference.hpp.
template <class Arch>
[[gnu::always_inline]] inline float rest_of(double sum, double found) noexcept {
    return sum - found > sum * 0x1p-40 ? static_cast<float>(sum - found) : 0.0f;
}

template <class Arch>
float Sparse<Arch>::l2_squared_table(const SparseTable& a, SparseArg b) noexcept {
    using L = Lanes<Arch>;
    typename L::Floats sum(0.0f);
    typename L::Doubles found(0.0);
    for_each_found<Arch>(
        a, b, [&](auto x, auto y) __attribute__((always_inline)) {
            sum = sum + (x - y) * (x - y);
            const auto low = L::low(x);
            const auto high = L::high(x);
            found = found + low * low + high * high;
        });
    return L::sum(sum) + rest_of<Arch>(a.squares, L::sum(found));
}

template <class Arch>
float Sparse<Arch>::inner_product_table(const SparseTable& a, SparseArg b) noexcept {
    using L = Lanes<Arch>;
    typename L::Floats sum(0.0f);
    for_each_found<Arch>(
        a, b, [&](auto x, auto y) __attribute__((always_inline)) { sum = sum + x * y; });
    return L::sum(sum);
}

template <class Arch>
float Sparse<Arch>::l1_table(const SparseTable& a, SparseArg b) noexcept {
    using L = Lanes<Arch>;
    typename L::Floats sum(0.0f);
    typename L::Doubles found(0.0);
    for_each_found<Arch>(
        a, b, [&](auto x, auto y) __attribute__((always_inline)) {
            sum = sum + xsimd::abs(x - y);
            const auto size = xsimd::abs(x);
            found = found + L::low(size) + L::high(size);
        });
    return L::sum(sum) + rest_of<Arch>(a.magnitude, L::sum(found));
}

}  // namespace quiver::kernels

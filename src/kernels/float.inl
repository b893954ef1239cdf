// Distances between vectors of float32 and float16, and squared norms. Included by the files of
// instruction sets.
//
// The loop keeps four independent accumulators: an addition takes about four cycles and one or two
// start in each, so fewer would wait for themselves instead of for the loads. The one-to-many forms
// run two rows side by side, each with its own four, in the same order as a row alone: a row's
// result is the same to the bit either way.
//
// Floats(0.0f), never Floats{0.0f}: braces would choose xsimd's initialiser list, which reads
// kWidth values from it.
#pragma once

#include "kernels/families.hpp"
#include "kernels/rows.inl"
#include "kernels/xsimd_shim.hpp"

namespace quiver::kernels {

template <class Arch>
struct L2Sum {
    using Floats = typename Lanes<Arch>::Floats;
    using Result = float;
    Floats sum = Floats(0.0f);

    [[gnu::always_inline]] void add(Floats x, Floats y) noexcept {
        const Floats d = x - y;
        sum = xsimd::fma(d, d, sum);
    }
    [[gnu::always_inline]] void merge(const L2Sum& other) noexcept { sum = sum + other.sum; }
    [[gnu::always_inline]] float result() const noexcept { return Lanes<Arch>::sum(sum); }
};

template <class Arch>
struct InnerProductSum {
    using Floats = typename Lanes<Arch>::Floats;
    using Result = float;
    Floats sum = Floats(0.0f);

    [[gnu::always_inline]] void add(Floats x, Floats y) noexcept { sum = xsimd::fma(x, y, sum); }
    [[gnu::always_inline]] void merge(const InnerProductSum& other) noexcept {
        sum = sum + other.sum;
    }
    [[gnu::always_inline]] float result() const noexcept { return Lanes<Arch>::sum(sum); }
};

template <class Arch>
struct L1Sum {
    using Floats = typename Lanes<Arch>::Floats;
    using Result = float;
    Floats sum = Floats(0.0f);

    [[gnu::always_inline]] void add(Floats x, Floats y) noexcept { sum = sum + xsimd::abs(x - y); }
    [[gnu::always_inline]] void merge(const L1Sum& other) noexcept { sum = sum + other.sum; }
    [[gnu::always_inline]] float result() const noexcept { return Lanes<Arch>::sum(sum); }
};

template <class Arch>
struct CosineSum {
    using Floats = typename Lanes<Arch>::Floats;
    using Result = CosineParts;
    Floats dot = Floats(0.0f);
    Floats norm_a = Floats(0.0f);
    Floats norm_b = Floats(0.0f);

    [[gnu::always_inline]] void add(Floats x, Floats y) noexcept {
        dot = xsimd::fma(x, y, dot);
        norm_a = xsimd::fma(x, x, norm_a);
        norm_b = xsimd::fma(y, y, norm_b);
    }
    [[gnu::always_inline]] void merge(const CosineSum& other) noexcept {
        dot = dot + other.dot;
        norm_a = norm_a + other.norm_a;
        norm_b = norm_b + other.norm_b;
    }
    [[gnu::always_inline]] CosineParts result() const noexcept {
        using L = Lanes<Arch>;
        return {L::sum(dot), L::sum(norm_a), L::sum(norm_b)};
    }
};

// The sums of one row. block() takes the next 4 * kWidth elements; finish() the rest, fewer than
// that.
template <class Arch, class Sum, class A, class Row>
struct RowSums {
    using L = Lanes<Arch>;
    static constexpr size_t kWidth = L::kWidth;
    Sum s0, s1, s2, s3;

    [[gnu::always_inline]] void block(const A* a, Row b) noexcept {
        s0.add(L::load(a), load_row<Arch>(b));
        s1.add(L::load(a + kWidth), load_row<Arch>(b + kWidth));
        s2.add(L::load(a + 2 * kWidth), load_row<Arch>(b + 2 * kWidth));
        s3.add(L::load(a + 3 * kWidth), load_row<Arch>(b + 3 * kWidth));
    }

    // The same for two rows. keep() makes the compiler load the query once: left alone it folds the
    // load into both subtractions, four loads for two rows instead of three.
    [[gnu::always_inline]] static void block2(RowSums& row0, RowSums& row1, const A* a, Row b,
                                              Row c) noexcept {
        const auto x0 = L::keep(L::load(a));
        row0.s0.add(x0, load_row<Arch>(b));
        row1.s0.add(x0, load_row<Arch>(c));
        const auto x1 = L::keep(L::load(a + kWidth));
        row0.s1.add(x1, load_row<Arch>(b + kWidth));
        row1.s1.add(x1, load_row<Arch>(c + kWidth));
        const auto x2 = L::keep(L::load(a + 2 * kWidth));
        row0.s2.add(x2, load_row<Arch>(b + 2 * kWidth));
        row1.s2.add(x2, load_row<Arch>(c + 2 * kWidth));
        const auto x3 = L::keep(L::load(a + 3 * kWidth));
        row0.s3.add(x3, load_row<Arch>(b + 3 * kWidth));
        row1.s3.add(x3, load_row<Arch>(c + 3 * kWidth));
    }

    [[gnu::always_inline]] typename Sum::Result finish(const A* a, Row b, size_t n) noexcept {
        if (n & (2 * kWidth)) {
            s0.add(L::load(a), load_row<Arch>(b));
            s1.add(L::load(a + kWidth), load_row<Arch>(b + kWidth));
            a += 2 * kWidth;
            b += 2 * kWidth;
        }
        if (n & kWidth) {
            s2.add(L::load(a), load_row<Arch>(b));
            a += kWidth;
            b += kWidth;
        }
        const size_t tail = n % kWidth;
        if (tail != 0) s3.add(L::load_tail(a, tail), load_row_tail<Arch>(b, tail));
        s0.merge(s1);
        s2.merge(s3);
        s0.merge(s2);
        return s0.result();
    }
};

template <class Arch, class Sum, class A, class Row>
[[gnu::always_inline]] inline typename Sum::Result one(const A* a, Row b, size_t n) noexcept {
    using L = Lanes<Arch>;
    constexpr size_t kBlock = 4 * L::kWidth;
    if (n <= L::kWidth) {  // no accumulators to merge
        Sum sum;
        if (n == L::kWidth) {
            sum.add(L::load(a), load_row<Arch>(b));
        } else if (n != 0) {
            sum.add(L::load_tail(a, n), load_row_tail<Arch>(b, n));
        }
        return sum.result();
    }
    RowSums<Arch, Sum, A, Row> row;
    for (; n >= kBlock; n -= kBlock, a += kBlock, b += kBlock) row.block(a, b);
    return row.finish(a, b, n);
}

template <class Arch, class Sum, class A, class B>
[[gnu::always_inline]] inline void many(const A* query, const B* const* rows, size_t count,
                                        size_t n, float* out) noexcept {
    constexpr size_t kBlock = 4 * Lanes<Arch>::kWidth;
    size_t r = 0;
    if (n >= kBlock) {
        for (; r + 2 <= count; r += 2) {
            const A* a = query;
            auto b = row_at<Arch>(rows[r]);
            auto c = row_at<Arch>(rows[r + 1]);
            size_t left = n;
            RowSums<Arch, Sum, A, decltype(b)> row0;
            RowSums<Arch, Sum, A, decltype(b)> row1;
            for (; left >= kBlock; left -= kBlock, a += kBlock, b += kBlock, c += kBlock) {
                decltype(row0)::block2(row0, row1, a, b, c);
            }
            out[r] = row0.finish(a, b, left);
            out[r + 1] = row1.finish(a, c, left);
        }
    }
    for (; r < count; ++r) out[r] = one<Arch, Sum>(query, row_at<Arch>(rows[r]), n);
}

template <class Arch, class A, class B>
float Float<Arch, A, B>::l2_squared(const A* a, const B* b, size_t n) noexcept {
    return one<Arch, L2Sum<Arch>>(a, row_at<Arch>(b), n);
}

template <class Arch, class A, class B>
float Float<Arch, A, B>::inner_product(const A* a, const B* b, size_t n) noexcept {
    return one<Arch, InnerProductSum<Arch>>(a, row_at<Arch>(b), n);
}

template <class Arch, class A, class B>
CosineParts Float<Arch, A, B>::cosine_parts(const A* a, const B* b, size_t n) noexcept {
    return one<Arch, CosineSum<Arch>>(a, row_at<Arch>(b), n);
}

template <class Arch, class A, class B>
float Float<Arch, A, B>::l1(const A* a, const B* b, size_t n) noexcept {
    return one<Arch, L1Sum<Arch>>(a, row_at<Arch>(b), n);
}

template <class Arch, class A, class B>
void Float<Arch, A, B>::l2_squared_many(const A* query, const B* const* rows, size_t count,
                                        size_t n, float* out) noexcept {
    many<Arch, L2Sum<Arch>>(query, rows, count, n, out);
}

template <class Arch, class A, class B>
void Float<Arch, A, B>::inner_product_many(const A* query, const B* const* rows, size_t count,
                                           size_t n, float* out) noexcept {
    many<Arch, InnerProductSum<Arch>>(query, rows, count, n, out);
}

template <class Arch, class A, class B>
void Float<Arch, A, B>::l1_many(const A* query, const B* const* rows, size_t count, size_t n,
                                float* out) noexcept {
    many<Arch, L1Sum<Arch>>(query, rows, count, n, out);
}

template <class Arch, class A>
double SquaredNorm<Arch, A>::squared_norm(const A* a, size_t n) noexcept {
    using L = Lanes<Arch>;
    auto low = typename L::Doubles(0.0);
    auto high = typename L::Doubles(0.0);
    for (; n >= L::kWidth; n -= L::kWidth, a += L::kWidth) {
        const auto x = L::load(a);
        low = xsimd::fma(L::low(x), L::low(x), low);
        high = xsimd::fma(L::high(x), L::high(x), high);
    }
    if (n != 0) {
        const auto x = L::load_tail(a, n);
        low = xsimd::fma(L::low(x), L::low(x), low);
        high = xsimd::fma(L::high(x), L::high(x), high);
    }
    return L::sum(low + high);
}

}  // namespace quiver::kernels

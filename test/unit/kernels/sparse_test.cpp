// Merges of sparse vectors, on every instruction set, against a dense computation in double.
#include <algorithm>  // std::sort, std::unique
#include <map>        // std::map

#include "kernels/guarded_buffer.hpp"
#include "kernels/inputs.hpp"
#include "quiver/kernels/reference.hpp"
#include "quiver/kernels/sparse_table.hpp"
#include "support/heap_arena.hpp"
#include "support/isa_fixture.hpp"

namespace quiver::test {
namespace {

using kernels::SparseArg;
namespace reference = kernels::reference;

struct SparseVector {
    std::vector<I32> indices;
    std::vector<F32> values;
    SparseArg arg() const { return {indices.data(), values.data(), indices.size()}; }
};

// n elements among `dim`, in a narrow part of it when n is close to dim.
SparseVector draw_sparse(Kind kind, size_t n, size_t dim, unsigned seed) {
    std::mt19937 random(seed);
    std::vector<int32_t> drawn;
    while (drawn.size() < n) {
        while (drawn.size() < n) drawn.push_back(static_cast<int32_t>(random() % dim));
        std::sort(drawn.begin(), drawn.end());
        drawn.erase(std::unique(drawn.begin(), drawn.end()), drawn.end());
    }
    SparseVector vector;
    for (const int32_t index : drawn) vector.indices.push_back({index});
    vector.values = draw<F32>(kind, n, seed + 1);
    return vector;
}

struct Sums {
    double l2 = 0;
    double l1 = 0;
    double dot = 0;
    double dot_magnitude = 0;
};

// By way of a map from index to both values: no merge, so nothing in common with what it checks.
Sums sums_of(SparseArg a, SparseArg b) {
    std::map<int32_t, std::pair<double, double>> both;
    for (size_t i = 0; i < a.n; ++i) both[a.indices[i]].first = to_float(a.values[i]);
    for (size_t i = 0; i < b.n; ++i) both[b.indices[i]].second = to_float(b.values[i]);
    Sums sums;
    for (const auto& [index, values] : both) {
        const auto [x, y] = values;
        sums.l2 += (x - y) * (x - y);
        sums.l1 += std::fabs(x - y);
        sums.dot += x * y;
        sums.dot_magnitude += std::fabs(x * y);
    }
    return sums;
}

class SparseKernel : public IsaTest {
protected:
    static void expect_close(SparseArg a, SparseArg b) {
        SCOPED_TRACE(::testing::Message() << a.n << " with " << b.n << " elements");
        const Sums want = sums_of(a, b);
        const size_t n = a.n + b.n;
        const auto& sparse = set().sparse;
        EXPECT_TRUE(within_bound(sparse.l2_squared(a, b), want.l2, want.l2, n)) << "l2_squared";
        EXPECT_TRUE(within_bound(sparse.l1(a, b), want.l1, want.l1, n)) << "l1";
        if (want.dot_magnitude < FLT_MAX) {
            EXPECT_TRUE(within_bound(sparse.inner_product(a, b), want.dot, want.dot_magnitude, n))
                << "inner_product";
        }
    }
    // The same from the table of a.
    static void expect_close_by_table(SparseArg a, SparseArg b, uint32_t dim) {
        SCOPED_TRACE(::testing::Message() << a.n << " with " << b.n << " elements of " << dim);
        HeapArena memory;
        kernels::SparseTable table;
        ASSERT_TRUE(kernels::make_sparse_table(a, dim, memory.arena(), table));
        const Sums want = sums_of(a, b);
        const Sums own = sums_of(a, {});
        const size_t n = a.n + b.n;
        const auto& sparse = set().sparse;
        const auto rest = [](double of) { return of * 0x1p-40; };
        EXPECT_TRUE(within_bound(sparse.l2_squared_table(table, b), want.l2,
                                 want.l2 + rest(own.l2) * 0x1p24, n))
            << "l2_squared";
        EXPECT_TRUE(
            within_bound(sparse.l1_table(table, b), want.l1, want.l1 + rest(own.l1) * 0x1p24, n))
            << "l1";
        if (want.dot_magnitude < FLT_MAX) {
            EXPECT_TRUE(
                within_bound(sparse.inner_product_table(table, b), want.dot, want.dot_magnitude, n))
                << "inner_product";
        }
    }
    static void expect_close_both_ways(SparseArg a, SparseArg b) {
        expect_close(a, b);
        expect_close(b, a);
    }
};
QUIVER_INSTANTIATE_PER_ISA(SparseKernel);

TEST_P(SparseKernel, is_within_the_bound_at_every_pair_of_sizes) {
    for (const size_t na : {0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 64, 100})
        for (const size_t nb : {0, 1, 3, 4, 5, 8, 15, 16, 17, 32, 47, 48, 49, 200})
            for (const size_t dim : {200, 1000})
                expect_close_both_ways(draw_sparse(Kind::ordinary, na, dim, 1).arg(),
                                       draw_sparse(Kind::ordinary, nb, dim, 3).arg());
}

TEST_P(SparseKernel, takes_every_kind_of_value) {
    for (const Kind kind : kKinds)
        for (const size_t n : {5, 40, 300})
            expect_close(draw_sparse(kind, n, 500, 5).arg(), draw_sparse(kind, n, 500, 7).arg());
}

// Small dimensions, where indices are their own cells, and large ones, where they are scattered.
TEST_P(SparseKernel, looks_up_every_pair_of_sizes) {
    for (const size_t na : {0, 1, 2, 7, 8, 15, 16, 17, 40, 100})
        for (const size_t nb : {0, 1, 3, 4, 5, 8, 15, 16, 17, 31, 32, 33, 120})
            for (const uint32_t dim : {130u, 1000u, 1000000000u})
                expect_close_by_table(draw_sparse(Kind::ordinary, na, dim, 1).arg(),
                                      draw_sparse(Kind::ordinary, nb, dim, 3).arg(), dim);
    for (const Kind kind : kKinds)
        for (const size_t n : {5, 40, 300})
            expect_close_by_table(draw_sparse(kind, n, 500, 5).arg(),
                                  draw_sparse(kind, n, 500, 7).arg(), 500);
}

TEST_P(SparseKernel, looks_up_what_is_the_same) {
    for (const uint32_t dim : {1500u, 100000000u}) {
        const SparseVector a = draw_sparse(Kind::ordinary, 90, dim, 9);
        HeapArena memory;
        kernels::SparseTable table;
        ASSERT_TRUE(kernels::make_sparse_table(a.arg(), dim, memory.arena(), table));
        EXPECT_EQ(set().sparse.l2_squared_table(table, a.arg()), 0.0f);
        EXPECT_EQ(set().sparse.l1_table(table, a.arg()), 0.0f);
        const SparseVector i = draw_sparse(Kind::integers, 70, dim, 11);
        const SparseVector j = draw_sparse(Kind::integers, 140, dim, 13);
        const Sums want = sums_of(i.arg(), j.arg());
        ASSERT_TRUE(kernels::make_sparse_table(i.arg(), dim, memory.arena(), table));
        EXPECT_EQ(set().sparse.l2_squared_table(table, j.arg()), want.l2);
        EXPECT_EQ(set().sparse.l1_table(table, j.arg()), want.l1);
        EXPECT_EQ(set().sparse.inner_product_table(table, j.arg()), want.dot);
    }
}

TEST_P(SparseKernel, looks_up_inside_its_inputs_at_any_alignment) {
    HeapArena memory;
    const SparseVector a = draw_sparse(Kind::ordinary, 40, 150, 29);
    kernels::SparseTable table;
    ASSERT_TRUE(kernels::make_sparse_table(a.arg(), 150, memory.arena(), table));
    GuardedBuffer indices(600), values(600);
    for (size_t n = 0; n <= 70; ++n) {
        const SparseVector b = draw_sparse(Kind::ordinary, n, 150, 31);
        const SparseArg arg{indices.at_end(b.indices.data(), n), values.at_end(b.values.data(), n),
                            n};
        const Sums want = sums_of(a.arg(), b.arg());
        EXPECT_TRUE(
            within_bound(set().sparse.l2_squared_table(table, arg), want.l2, want.l2, 40 + n));
    }
    // Indices as a damaged page may have them find something or nothing, in the table.
    SparseVector damaged = draw_sparse(Kind::ordinary, 37, 150, 33);
    for (size_t i = 0; i < damaged.indices.size(); ++i)
        damaged.indices[i] = static_cast<int32_t>(0x9e3779b9u * i);
    EXPECT_GT(set().sparse.l1_table(table, damaged.arg()), 0.0f);
}

TEST(SparseTable, IsNotMadeOfWhatNeedsTooMuch) {
    HeapArena memory;
    kernels::SparseTable table;
    EXPECT_TRUE(kernels::make_sparse_table(draw_sparse(Kind::ordinary, 8000, 30000, 1).arg(), 30000,
                                           memory.arena(), table));
    EXPECT_FALSE(kernels::make_sparse_table(draw_sparse(Kind::ordinary, 8000, 60000, 1).arg(),
                                            60000, memory.arena(), table));
    SparseVector twice = draw_sparse(Kind::ordinary, 3, 100, 1);
    twice.indices[1] = twice.indices[0];
    EXPECT_FALSE(kernels::make_sparse_table(twice.arg(), 100, memory.arena(), table));
}

TEST_P(SparseKernel, treats_empty_identical_and_disjoint_vectors) {
    for (const size_t n : {1, 4, 16, 33, 1000}) {
        const SparseVector a = draw_sparse(Kind::ordinary, n, 5000, 9);
        SparseVector after = a;
        for (I32& index : after.indices) index = index + 5000;
        SparseVector between = a;  // strictly between the indices of a
        for (size_t i = 0; i < n; ++i) between.indices[i] = static_cast<int32_t>(2 * i + 1);
        SparseVector even = a;
        for (size_t i = 0; i < n; ++i) even.indices[i] = static_cast<int32_t>(2 * i);

        expect_close_both_ways(a.arg(), SparseVector{}.arg());
        expect_close_both_ways(a.arg(), a.arg());
        EXPECT_EQ(set().sparse.l2_squared(a.arg(), a.arg()), 0.0f);
        EXPECT_EQ(set().sparse.l1(a.arg(), a.arg()), 0.0f);
        expect_close_both_ways(a.arg(), after.arg());
        EXPECT_EQ(set().sparse.inner_product(a.arg(), after.arg()), 0.0f);
        expect_close_both_ways(even.arg(), between.arg());
        EXPECT_EQ(set().sparse.inner_product(even.arg(), between.arg()), 0.0f);
    }
}

TEST_P(SparseKernel, is_exact_on_small_integers) {
    for (const size_t n : {3, 50, 700}) {
        const SparseVector a = draw_sparse(Kind::integers, n, 1500, 11);
        const SparseVector b = draw_sparse(Kind::integers, 2 * n, 1500, 13);
        const Sums want = sums_of(a.arg(), b.arg());
        EXPECT_EQ(set().sparse.l2_squared(a.arg(), b.arg()), want.l2);
        EXPECT_EQ(set().sparse.l1(a.arg(), b.arg()), want.l1);
        EXPECT_EQ(set().sparse.inner_product(a.arg(), b.arg()), want.dot);
    }
}

TEST_P(SparseKernel, takes_very_unequal_sizes_and_the_greatest) {
    const SparseVector large = draw_sparse(Kind::ordinary, 16000, 60000, 15);
    const SparseVector other = draw_sparse(Kind::ordinary, 16000, 60000, 17);
    expect_close(large.arg(), other.arg());
    for (const size_t n : {1, 2, 17, 150}) {
        expect_close_both_ways(large.arg(), draw_sparse(Kind::ordinary, n, 60000, 19).arg());
        // Clusters at the ends: the skip must neither stop short of them nor pass them.
        SparseVector ends = draw_sparse(Kind::ordinary, n, 60000, 21);
        for (size_t i = 0; i < n; ++i) ends.indices[i] = large.indices[i];
        expect_close_both_ways(large.arg(), ends.arg());
        for (size_t i = 0; i < n; ++i) ends.indices[i] = large.indices[16000 - n + i];
        expect_close_both_ways(large.arg(), ends.arg());
    }
}

TEST_P(SparseKernel, finds_a_single_element_anywhere) {
    for (const size_t n : {1, 4, 9, 16, 40, 130}) {
        SparseVector large = draw_sparse(Kind::ordinary, n, 1000, 23);
        for (size_t i = 0; i < n; ++i) {
            SparseVector one;
            one.indices.push_back(large.indices[i]);
            one.values.push_back({2.0f});
            EXPECT_EQ(set().sparse.inner_product(large.arg(), one.arg()),
                      2 * to_float(large.values[i]))
                << i << " of " << n;
            one.indices[0] = large.indices[i] + 1;
            if (i + 1 < n && large.indices[i + 1] == large.indices[i] + 1) continue;
            EXPECT_EQ(set().sparse.inner_product(large.arg(), one.arg()), 0.0f) << i << " of " << n;
        }
    }
}

TEST_P(SparseKernel, ignores_alignment) {
    const SparseVector a = draw_sparse(Kind::ordinary, 50, 100, 25);
    const SparseVector b = draw_sparse(Kind::ordinary, 70, 100, 27);
    for (size_t offset = 0; offset < 64; ++offset) {
        const Misaligned<I32> indices_a(a.indices, offset);
        const Misaligned<F32> values_a(a.values, (offset + 13) % 64);
        const Misaligned<I32> indices_b(b.indices, (offset + 29) % 64);
        const Misaligned<F32> values_b(b.values, (offset + 42) % 64);
        expect_close({indices_a.data(), values_a.data(), 50},
                     {indices_b.data(), values_b.data(), 70});
    }
}

TEST_P(SparseKernel, stays_inside_its_inputs) {
    GuardedBuffer indices_a(600), values_a(600), indices_b(600), values_b(600);
    for (size_t n = 0; n <= 70; ++n) {
        const SparseVector a = draw_sparse(Kind::ordinary, n, 150, 29);
        const SparseVector b = draw_sparse(Kind::ordinary, 70 - n, 150, 31);
        expect_close(
            {indices_a.at_end(a.indices.data(), n), values_a.at_end(a.values.data(), n), n},
            {indices_b.at_end(b.indices.data(), 70 - n), values_b.at_end(b.values.data(), 70 - n),
             70 - n});
    }
}

}  // namespace
}  // namespace quiver::test

// Distances of float32 and float16 vectors, on every instruction set, against the reference in
// double.
#include <algorithm>  // std::fill

#include "kernels/guarded_buffer.hpp"
#include "kernels/inputs.hpp"
#include "quiver/kernels/reference.hpp"
#include "support/isa_fixture.hpp"

namespace quiver::test {
namespace {

using kernels::CosineParts;
using kernels::FloatKernels;
namespace reference = kernels::reference;

// Runs a check for each of the three pairs of element types.
template <class Check>
void for_each_pair(Check check) {
    check(F32{}, F32{}, "f32");
    check(F16{}, F16{}, "f16");
    check(F32{}, F16{}, "f32_f16");
}

template <class A, class B>
double product_magnitude(const A* a, const B* b, size_t n) {
    double sum = 0;
    for (size_t i = 0; i < n; ++i)
        sum += std::fabs(static_cast<double>(to_float(a[i])) * static_cast<double>(to_float(b[i])));
    return sum;
}

template <class A, class B>
void expect_close_to_reference(const FloatKernels<A, B>& kernels, const A* a, const B* b,
                               size_t n) {
    const double l2 = reference::l2_squared<double>(a, b, n);
    EXPECT_TRUE(within_bound(kernels.l2_squared(a, b, n), l2, l2, n)) << "l2_squared";

    const double l1 = reference::l1<double>(a, b, n);
    EXPECT_TRUE(within_bound(kernels.l1(a, b, n), l1, l1, n)) << "l1";

    // An inner product whose terms overflow with both signs has no meaningful float32 value.
    const double magnitude = product_magnitude(a, b, n);
    const double dot = reference::inner_product<double>(a, b, n);
    const auto want = reference::cosine_parts<double>(a, b, n);
    const CosineParts got = kernels.cosine_parts(a, b, n);
    if (magnitude < FLT_MAX) {
        EXPECT_TRUE(within_bound(kernels.inner_product(a, b, n), dot, magnitude, n))
            << "inner_product";
        EXPECT_TRUE(within_bound(got.dot, want.dot, magnitude, n)) << "cosine_parts.dot";
    }
    EXPECT_TRUE(within_bound(got.norm_a, want.norm_a, want.norm_a, n)) << "cosine_parts.norm_a";
    EXPECT_TRUE(within_bound(got.norm_b, want.norm_b, want.norm_b, n)) << "cosine_parts.norm_b";
}

class FloatKernel : public IsaTest {};
QUIVER_INSTANTIATE_PER_ISA(FloatKernel);

TEST_P(FloatKernel, is_within_the_bound_at_every_length_and_kind_of_value) {
    for_each_pair([](auto a0, auto b0, const char* pair) {
        using A = decltype(a0);
        using B = decltype(b0);
        for (const Kind kind : kKinds) {
            for (const size_t n : lengths()) {
                SCOPED_TRACE(::testing::Message()
                             << pair << ", " << kind_name(kind) << ", n = " << n);
                const auto a = draw<A>(kind, n, 1);
                const auto b = draw<B>(kind, n, 2);
                expect_close_to_reference(kernels::float_kernels<A, B>(set()), a.data(), b.data(),
                                          n);
            }
        }
    });
}

TEST_P(FloatKernel, overflow_of_same_signs_is_infinity) {
    for (const size_t n : lengths()) {
        if (n == 0) continue;
        const std::vector<F32> a(n, F32{3e38f});
        const std::vector<F32> b(n, F32{-3e38f});
        const float inf = std::numeric_limits<float>::infinity();
        EXPECT_EQ(set().f32.inner_product(a.data(), a.data(), n), inf) << n;
        EXPECT_EQ(set().f32.inner_product(a.data(), b.data(), n), -inf) << n;
        EXPECT_EQ(set().f32.l2_squared(a.data(), b.data(), n), inf) << n;
        EXPECT_EQ(set().f32.l1(a.data(), b.data(), n), inf) << n;
    }
}

TEST_P(FloatKernel, is_exact_on_small_integers) {
    for_each_pair([](auto a0, auto b0, const char* pair) {
        using A = decltype(a0);
        using B = decltype(b0);
        const auto& kernels = kernels::float_kernels<A, B>(set());
        for (const size_t n : lengths()) {
            SCOPED_TRACE(::testing::Message() << pair << ", n = " << n);
            const auto a = draw<A>(Kind::integers, n, 3);
            const auto b = draw<B>(Kind::integers, n, 4);
            EXPECT_EQ(kernels.l2_squared(a.data(), b.data(), n),
                      reference::l2_squared<double>(a.data(), b.data(), n));
            EXPECT_EQ(kernels.inner_product(a.data(), b.data(), n),
                      reference::inner_product<double>(a.data(), b.data(), n));
            EXPECT_EQ(kernels.l1(a.data(), b.data(), n),
                      reference::l1<double>(a.data(), b.data(), n));
            const CosineParts got = kernels.cosine_parts(a.data(), b.data(), n);
            const auto want = reference::cosine_parts<double>(a.data(), b.data(), n);
            EXPECT_EQ(got.dot, want.dot);
            EXPECT_EQ(got.norm_a, want.norm_a);
            EXPECT_EQ(got.norm_b, want.norm_b);
        }
    });
}

TEST_P(FloatKernel, ignores_alignment) {
    for_each_pair([](auto a0, auto b0, const char* pair) {
        using A = decltype(a0);
        using B = decltype(b0);
        const auto& kernels = kernels::float_kernels<A, B>(set());
        for (const size_t n : {3, 17, 100}) {
            const auto a = draw<A>(Kind::ordinary, n, 5);
            const auto b = draw<B>(Kind::ordinary, n, 6);
            const float want = kernels.l2_squared(a.data(), b.data(), n);
            for (size_t offset_a = 0; offset_a < 64; offset_a += offset_a < 4 ? 1 : 7) {
                for (size_t offset_b = 0; offset_b < 64; offset_b += offset_b < 4 ? 1 : 7) {
                    SCOPED_TRACE(::testing::Message() << pair << ", n = " << n << ", at "
                                                      << offset_a << ", " << offset_b);
                    const Misaligned<A> moved_a(a, offset_a);
                    const Misaligned<B> moved_b(b, offset_b);
                    EXPECT_EQ(kernels.l2_squared(moved_a.data(), moved_b.data(), n), want);
                    expect_close_to_reference(kernels, moved_a.data(), moved_b.data(), n);
                }
            }
        }
    });
}

TEST_P(FloatKernel, stays_inside_its_inputs) {
    for_each_pair([](auto a0, auto b0, const char* pair) {
        using A = decltype(a0);
        using B = decltype(b0);
        const auto& kernels = kernels::float_kernels<A, B>(set());
        GuardedBuffer memory_a(16000 * sizeof(A));
        GuardedBuffer memory_b(16000 * sizeof(B));
        for (size_t n = 0; n <= 150; ++n) {
            SCOPED_TRACE(::testing::Message() << pair << ", n = " << n);
            const auto a = draw<A>(Kind::ordinary, n, 7);
            const auto b = draw<B>(Kind::ordinary, n, 8);
            expect_close_to_reference(kernels, memory_a.at_start(a.data(), n),
                                      memory_b.at_start(b.data(), n), n);
            const A* last_a = memory_a.at_end(a.data(), n);
            const B* last_b = memory_b.at_end(b.data(), n);
            expect_close_to_reference(kernels, last_a, last_b, n);
            const B* rows[] = {last_b, last_b, last_b};
            float out[3];
            kernels.l2_squared_many(last_a, rows, 3, n, out);
            EXPECT_EQ(out[2], kernels.l2_squared(last_a, last_b, n));
        }
    });
}

template <class A, class B>
void expect_rows_as_alone(float (*one)(const A*, const B*, size_t) noexcept,
                          void (*many)(const A*, const B* const*, size_t, size_t, float*) noexcept,
                          size_t n) {
    constexpr size_t kMost = 9;
    const auto query = draw<A>(Kind::ordinary, n, 9);
    std::vector<std::vector<B>> rows;
    for (unsigned r = 0; r < kMost; ++r) rows.push_back(draw<B>(Kind::ordinary, n, 10 + r));
    for (size_t count = 0; count <= kMost; ++count) {
        for (size_t first = 0; first < kMost; first += 4) {
            const B* pointers[kMost];
            for (size_t r = 0; r < count; ++r) pointers[r] = rows[(first + r) % kMost].data();
            float out[kMost + 1];
            std::fill(out, out + kMost + 1, -1.0f);
            many(query.data(), pointers, count, n, out);
            for (size_t r = 0; r < count; ++r)
                EXPECT_EQ(out[r], one(query.data(), pointers[r], n))
                    << "row " << r << " of " << count;
            EXPECT_EQ(out[count], -1.0f) << "wrote beyond " << count << " rows";
        }
    }
}

TEST_P(FloatKernel, one_to_many_gives_each_row_what_it_gets_alone) {
    for_each_pair([](auto a0, auto b0, const char* pair) {
        using A = decltype(a0);
        using B = decltype(b0);
        const auto& kernels = kernels::float_kernels<A, B>(set());
        for (const size_t n : lengths()) {
            if (n > 1000) continue;
            SCOPED_TRACE(::testing::Message() << pair << ", n = " << n);
            expect_rows_as_alone(kernels.l2_squared, kernels.l2_squared_many, n);
            expect_rows_as_alone(kernels.inner_product, kernels.inner_product_many, n);
            expect_rows_as_alone(kernels.l1, kernels.l1_many, n);
        }
    });
}

template <class A>
void expect_squared_norm(double (*kernel)(const A*, size_t) noexcept) {
    GuardedBuffer memory(16000 * sizeof(A));
    for (const Kind kind : kKinds) {
        for (const size_t n : lengths()) {
            const auto a = draw<A>(kind, n, 20);
            const double want = reference::squared_norm(a.data(), n);
            const double bound = static_cast<double>(n + 8) * 0x1p-53 * want;
            EXPECT_NEAR(kernel(memory.at_end(a.data(), n), n), want, bound)
                << kind_name(kind) << ", n = " << n;
            EXPECT_NEAR(kernel(Misaligned<A>(a, 1).data(), n), want, bound)
                << kind_name(kind) << ", n = " << n;
        }
    }
}

TEST_P(FloatKernel, squared_norm_is_accumulated_in_double) {
    expect_squared_norm(set().squared_norm_f32);
    expect_squared_norm(set().squared_norm_f16);
}

}  // namespace
}  // namespace quiver::test

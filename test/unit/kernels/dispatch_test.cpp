#include "quiver/kernels/dispatch.hpp"

#include <gtest/gtest.h>

#include <set>     // std::set
#include <string>  // std::string

namespace quiver::kernels {
namespace {

// Restores the set in use: other tests of the process may rely on it.
class Dispatch : public ::testing::Test {
protected:
    const KernelSet* before_ = active_set;
    ~Dispatch() override { active_set = before_; }
};

Isa isa_at(int i) { return static_cast<Isa>(i); }

TEST_F(Dispatch, names_every_set_differently) {
    std::set<std::string> names;
    for (int i = 0; i < kIsaCount; ++i) {
        names.insert(isa_name(isa_at(i)));
        EXPECT_STRNE(isa_requirements(isa_at(i)), "");
    }
    EXPECT_EQ(names,
              (std::set<std::string>{"scalar", "sse2", "avx2", "avx512", "avx512vnni", "neon"}));
}

TEST_F(Dispatch, compiles_the_sets_of_its_architecture_only) {
    for (int i = 0; i < kIsaCount; ++i) {
        const Isa isa = isa_at(i);
        bool expected = isa == Isa::scalar;
#if defined(__x86_64__)
        expected = isa != Isa::neon;
#elif defined(__aarch64__)
        expected = expected || isa == Isa::neon;
#endif
        EXPECT_EQ(compiled(isa) != nullptr, expected) << isa_name(isa);
        if (compiled(isa) != nullptr) {
            EXPECT_EQ(compiled(isa)->isa, isa);
        }
    }
}

TEST_F(Dispatch, supports_the_baseline_and_each_set_with_those_below_it) {
    EXPECT_TRUE(supported(Isa::scalar));
#if defined(__x86_64__)
    EXPECT_TRUE(supported(Isa::sse2));
    EXPECT_FALSE(supported(Isa::neon));
    EXPECT_GE(supported(Isa::avx2), supported(Isa::avx512));
    EXPECT_GE(supported(Isa::avx512), supported(Isa::avx512vnni));
#elif defined(__aarch64__)
    EXPECT_TRUE(supported(Isa::neon));
    EXPECT_FALSE(supported(Isa::sse2));
#endif
}

#if defined(__x86_64__)
// A second opinion: the compiler's runtime reads CPUID and XGETBV too.
TEST_F(Dispatch, agrees_with_the_compiler_about_the_cpu) {
    EXPECT_EQ(supported(Isa::avx2), __builtin_cpu_supports("avx2") &&
                                        __builtin_cpu_supports("fma") &&
                                        __builtin_cpu_supports("popcnt"));
    EXPECT_EQ(supported(Isa::avx512),
              __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                  __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
                  __builtin_cpu_supports("avx512cd"));
    EXPECT_EQ(supported(Isa::avx512vnni), supported(Isa::avx512) &&
                                              __builtin_cpu_supports("avx512vnni") &&
                                              __builtin_cpu_supports("avx512vpopcntdq"));
}
#endif

TEST_F(Dispatch, best_is_the_last_that_is_compiled_and_supported) {
    Isa last = Isa::scalar;
    for (int i = 0; i < kIsaCount; ++i)
        if (compiled(isa_at(i)) != nullptr && supported(isa_at(i))) last = isa_at(i);
    EXPECT_EQ(best().isa, last);
    select_best();
    EXPECT_EQ(active().isa, last);
}

TEST_F(Dispatch, selects_what_can_run_and_refuses_the_rest_without_a_change) {
    int refused = 0;
    for (int i = 0; i < kIsaCount; ++i) {
        const Isa isa = isa_at(i);
        ASSERT_TRUE(select(Isa::scalar));
        const bool can_run = compiled(isa) != nullptr && supported(isa);
        EXPECT_EQ(select(isa), can_run) << isa_name(isa);
        EXPECT_EQ(active().isa, can_run ? isa : Isa::scalar);
        refused += !can_run;
    }
    EXPECT_GT(refused, 0) << "no binary has the sets of two architectures";
}

TEST_F(Dispatch, fills_every_field_of_every_set) {
    for (int i = 0; i < kIsaCount; ++i) {
        const KernelSet* set = compiled(isa_at(i));
        if (set == nullptr) continue;
        const auto filled = [&](const auto& f) {
            return f.l2_squared && f.inner_product && f.cosine_parts && f.l1 && f.l2_squared_many &&
                   f.inner_product_many && f.l1_many;
        };
        EXPECT_TRUE(filled(set->f32) && filled(set->f16) && filled(set->f32_f16))
            << isa_name(isa_at(i));
        EXPECT_TRUE(set->squared_norm_f32 && set->squared_norm_f16) << isa_name(isa_at(i));
        EXPECT_TRUE(set->bits.hamming && set->bits.overlap && set->bits.hamming_many)
            << isa_name(isa_at(i));
        EXPECT_TRUE(set->sparse.l2_squared && set->sparse.inner_product && set->sparse.l1)
            << isa_name(isa_at(i));
        EXPECT_TRUE(set->int8.l2_squared && set->int8.inner_product && set->int8.inner_product_many)
            << isa_name(isa_at(i));
        EXPECT_TRUE(set->convert.half_to_float && set->convert.float_to_half)
            << isa_name(isa_at(i));
    }
}

}  // namespace
}  // namespace quiver::kernels

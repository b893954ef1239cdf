// Runs a suite once per instruction set, and says which ones this machine could not run and why.
//
//   class Foo : public IsaTest {};
//   TEST_P(Foo, bar) { kernels().l2_squared(...); }
//   QUIVER_INSTANTIATE_PER_ISA(Foo);
#pragma once

#include <gtest/gtest.h>

#include <string>  // std::string

#include "quiver/kernels/dispatch.hpp"

namespace quiver::test {

class IsaTest : public ::testing::TestWithParam<kernels::Isa> {
protected:
    void SetUp() override {
        const kernels::Isa isa = GetParam();
        const std::string name = kernels::isa_name(isa);
        if (kernels::compiled(isa) == nullptr)
            GTEST_SKIP() << name << ": not compiled for this architecture";
        if (!kernels::supported(isa))
            GTEST_SKIP() << name << ": this machine lacks " << kernels::isa_requirements(isa);
    }

    static const kernels::KernelSet& set() { return *kernels::compiled(GetParam()); }
};

inline auto all_isas() {
    using kernels::Isa;
    return ::testing::Values(Isa::scalar, Isa::sse2, Isa::avx2, Isa::avx512, Isa::avx512vnni,
                             Isa::neon);
}

inline std::string isa_param_name(const ::testing::TestParamInfo<kernels::Isa>& info) {
    return kernels::isa_name(info.param);
}

}  // namespace quiver::test

#define QUIVER_INSTANTIATE_PER_ISA(Suite) \
    INSTANTIATE_TEST_SUITE_P(isa, Suite, ::quiver::test::all_isas(), ::quiver::test::isa_param_name)

// Runs the tests with the kernels that every machine of this architecture has, so that what a
// graph looks like does not depend on the machine. kernels/ tests all sets.
#include <gtest/gtest.h>

#include <cstdio>   // std::fprintf
#include <cstdlib>  // std::getenv
#include <cstring>  // std::strcmp

#include "quiver/kernels/dispatch.hpp"

namespace {

// QUIVER_ISA is the name of another set.
bool select_kernels() {
    using quiver::kernels::Isa;
    const char* const wanted = std::getenv("QUIVER_ISA");
    if (wanted == nullptr)
        return quiver::kernels::select(Isa::neon) || quiver::kernels::select(Isa::sse2) ||
               quiver::kernels::select(Isa::scalar);
    for (int i = 0; i < quiver::kernels::kIsaCount; ++i) {
        const auto isa = static_cast<Isa>(i);
        if (std::strcmp(quiver::kernels::isa_name(isa), wanted) == 0)
            return quiver::kernels::select(isa);
    }
    return false;
}

}  // namespace

int main(int argc, char** argv) {
    ::testing::InitGoogleTest(&argc, argv);
    if (!select_kernels()) {
        std::fprintf(stderr, "QUIVER_ISA: no such instruction set here\n");
        return 2;
    }
    return RUN_ALL_TESTS();
}

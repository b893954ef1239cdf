// Choosing the instruction set, once, when the library is loaded.
#pragma once

#include "quiver/kernels/kernel_set.hpp"

namespace quiver::kernels {

// "scalar", "sse2", "avx2", "avx512", "avx512vnni", "neon"
const char* isa_name(Isa isa) noexcept;

// What the instruction set asks of the CPU, for people: "AVX2, FMA, F16C, POPCNT".
const char* isa_requirements(Isa isa) noexcept;

// The kernels of an instruction set, or nullptr when this binary has none (another architecture's).
const KernelSet* compiled(Isa isa) noexcept;

// Whether this CPU and operating system can run it (CPUID and XGETBV on x86). Does not say that it
// is compiled in.
bool supported(Isa isa) noexcept;

// The best set that is compiled in and supported. Never fails: scalar runs everywhere.
const KernelSet& best() noexcept;

// The set in use: best() after load(), or what select() chose. One load, no branch: for hot paths.
extern constinit const KernelSet* active_set;
inline const KernelSet& active() noexcept { return *active_set; }

// False, and nothing changes, when the set is not compiled in or not supported.
bool select(Isa isa) noexcept;
void select_best() noexcept;

}  // namespace quiver::kernels

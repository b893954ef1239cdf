#include "quiver/kernels/dispatch.hpp"

#if defined(__x86_64__)
#include <cpuid.h>  // __get_cpuid, __get_cpuid_count
#endif

#include "kernels/families.hpp"
#include "quiver/base/no_postgres.hpp"

namespace quiver::kernels {

namespace {

// What this CPU runs and this operating system saves on a context switch. CPUID and XGETBV are
// asked directly: the compiler's __builtin_cpu_supports would read a table that libgcc fills in a
// static initialiser.
struct Features {
    bool avx2 = false;
    bool avx512 = false;
    bool avx512vnni = false;
};

#if defined(__x86_64__)

// The register sets that the operating system has enabled, as bits of XCR0.
uint64_t enabled_state() noexcept {
    uint32_t low;
    uint32_t high;
    // The mnemonic of an instruction that exists whenever CPUID says OSXSAVE; its intrinsic would
    // need -mxsave.
    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return (static_cast<uint64_t>(high) << 32) | low;
}

constexpr bool all(uint64_t word, uint64_t bits) { return (word & bits) == bits; }
constexpr uint64_t bit(int n) { return uint64_t{1} << n; }

Features detect() noexcept {
    constexpr uint64_t kOsxsave = bit(27);
    constexpr uint64_t kAvxFmaF16cPopcnt = bit(28) | bit(12) | bit(29) | bit(23);     // leaf 1, ecx
    constexpr uint64_t kAvx2 = bit(5);                                                // leaf 7, ebx
    constexpr uint64_t kFDqCdBwVl = bit(16) | bit(17) | bit(28) | bit(30) | bit(31);  // leaf 7, ebx
    constexpr uint64_t kVnniVpopcntdq = bit(11) | bit(14);                            // leaf 7, ecx
    constexpr uint64_t kYmmState = bit(1) | bit(2);  // XCR0: SSE, AVX
    constexpr uint64_t kZmmState =
        kYmmState | bit(5) | bit(6) | bit(7);  // opmask, ZMM0-15, ZMM16-31

    Features found;
    uint32_t eax, ebx, ecx, edx;
    if (!__get_cpuid(1, &eax, &ebx, &ecx, &edx)) return found;
    if (!all(ecx, kOsxsave | kAvxFmaF16cPopcnt)) return found;
    const uint64_t state = enabled_state();
    if (!__get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx)) return found;
    found.avx2 = all(state, kYmmState) && all(ebx, kAvx2);
    found.avx512 = found.avx2 && all(state, kZmmState) && all(ebx, kFDqCdBwVl);
    found.avx512vnni = found.avx512 && all(ecx, kVnniVpopcntdq);
    return found;
}

#else

Features detect() noexcept { return {}; }

#endif

bool runs_on(const Features& found, Isa isa) noexcept {
    switch (isa) {
        case Isa::scalar:
            return true;
        case Isa::sse2:
#if defined(__x86_64__)
            return true;
#else
            return false;
#endif
        case Isa::avx2:
            return found.avx2;
        case Isa::avx512:
            return found.avx512;
        case Isa::avx512vnni:
            return found.avx512vnni;
        case Isa::neon:
#if defined(__aarch64__)
            return true;
#else
            return false;
#endif
    }
    return false;
}

struct Description {
    const char* name;
    const char* requirements;
};

constexpr Description kDescriptions[kIsaCount] = {
    {"scalar", "nothing"},
    {"sse2", "SSE2"},
    {"avx2", "AVX2, FMA, F16C, POPCNT"},
    {"avx512", "AVX-512 F, CD, BW, DQ, VL"},
    {"avx512vnni", "AVX-512 F, CD, BW, DQ, VL, VNNI, VPOPCNTDQ"},
    {"neon", "NEON"},
};

}  // namespace

constinit const KernelSet* active_set = &scalar_set;

const char* isa_name(Isa isa) noexcept { return kDescriptions[static_cast<int>(isa)].name; }

const char* isa_requirements(Isa isa) noexcept {
    return kDescriptions[static_cast<int>(isa)].requirements;
}

const KernelSet* compiled(Isa isa) noexcept {
    switch (isa) {
        case Isa::scalar:
            return &scalar_set;
#if defined(__x86_64__)
        case Isa::sse2:
            return &sse2_set;
        case Isa::avx2:
            return &avx2_set;
        case Isa::avx512:
            return &avx512_set;
        case Isa::avx512vnni:
            return &avx512vnni_set;
#elif defined(__aarch64__)
        case Isa::neon:
            return &neon_set;
#endif
        default:
            return nullptr;
    }
}

bool supported(Isa isa) noexcept { return runs_on(detect(), isa); }

const KernelSet& best() noexcept {
    const Features found = detect();
    for (int i = kIsaCount - 1; i > 0; --i) {
        const Isa isa = static_cast<Isa>(i);
        const KernelSet* set = compiled(isa);
        if (set != nullptr && runs_on(found, isa)) return *set;
    }
    return scalar_set;
}

bool select(Isa isa) noexcept {
    const KernelSet* set = compiled(isa);
    if (set == nullptr || !supported(isa)) return false;
    active_set = set;
    return true;
}

void select_best() noexcept { active_set = &best(); }

}  // namespace quiver::kernels

#include "pg/guc.hpp"

#include "pg/postgres.hpp"

#include "pg/compat.hpp"
#include "pg/fault_point.hpp"
#include "quiver/kernels/dispatch.hpp"

namespace quiver::pg {

namespace {

using kernels::Isa;

constexpr int kAutoIsa = -1;
int isa_setting = kAutoIsa;

constexpr int as_int(Isa isa) { return static_cast<int>(isa); }

constexpr config_enum_entry kIsaOptions[] = {
    {"auto", kAutoIsa, false},
    {"scalar", as_int(Isa::scalar), false},
    {"sse2", as_int(Isa::sse2), false},
    {"avx2", as_int(Isa::avx2), false},
    {"avx512", as_int(Isa::avx512), false},
    {"avx512vnni", as_int(Isa::avx512vnni), false},
    {"neon", as_int(Isa::neon), false},
    {nullptr, 0, false},
};

extern "C" bool check_isa(int* newval, void**, GucSource) {
    if (*newval == kAutoIsa) return true;
    const Isa isa = static_cast<Isa>(*newval);
    if (kernels::compiled(isa) == nullptr) {
        GUC_check_errdetail("Instruction set \"%s\" belongs to another architecture.",
                            kernels::isa_name(isa));
        return false;
    }
    if (!kernels::supported(isa)) {
        GUC_check_errdetail("Instruction set \"%s\" needs %s, which this CPU does not have.",
                            kernels::isa_name(isa), kernels::isa_requirements(isa));
        return false;
    }
    return true;
}

extern "C" void assign_isa(int newval, void*) {
    if (newval == kAutoIsa)
        kernels::select_best();
    else
        (void)kernels::select(static_cast<Isa>(newval));  // check_isa has accepted it
}

}  // namespace

void define_settings() {
    kernels::select_best();
    DefineCustomEnumVariable(
        "quiver.isa", "Instruction set of the distance kernels.",
        "\"auto\" takes the best one the CPU has; a lower one is for tests and bug "
        "reports. quiver_simd() shows what is available.",
        &isa_setting, kAutoIsa, kIsaOptions, PGC_SUSET, 0, check_isa, assign_isa, nullptr);
    define_fault_points();
    reserve_guc_prefix("quiver");
}

}  // namespace quiver::pg

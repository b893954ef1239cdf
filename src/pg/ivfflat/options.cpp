#include "pg/ivfflat/options.hpp"

#include "pg/compat.hpp"
#include "pg/ivfflat/am.hpp"
#include "quiver/ivf/layout.hpp"

namespace quiver::pg::ivfflat {

namespace {

constexpr int kDefaultLists = 100;
constexpr int kDefaultProbes = 1;
constexpr int kMostLists = static_cast<int>(ivf::kMostLists);

// What build_reloptions fills: a varlena.
struct StoredOptions {
    int32 vl_len_;
    int lists;
};

relopt_kind reloption_kind;

int probes_setting = kDefaultProbes;
int iterative_scan_setting;
int max_probes_setting;

const config_enum_entry iterative_scan_options[] = {
    {"off", static_cast<int>(IterativeScan::off), false},
    {"relaxed_order", static_cast<int>(IterativeScan::relaxed), false},
    {nullptr, 0, false},
};

}  // namespace

extern "C" bytea* ivfflat_options(Datum reloptions, bool validate) {
    // By field, because newer servers have more of them.
    relopt_parse_elt table[1]{};
    table[0].optname = "lists";
    table[0].opttype = RELOPT_TYPE_INT;
    table[0].offset = offsetof(StoredOptions, lists);
    return static_cast<bytea*>(build_reloptions(reloptions, validate, reloption_kind,
                                                sizeof(StoredOptions), table, lengthof(table)));
}

int lists_of(Relation index) {
    if (index->rd_options == nullptr) return kDefaultLists;
    return reinterpret_cast<const StoredOptions*>(index->rd_options)->lists;
}

int probes() { return probes_setting; }
IterativeScan iterative_scan() { return static_cast<IterativeScan>(iterative_scan_setting); }
int max_probes() { return Max(probes_setting, max_probes_setting); }

void define_ivfflat_settings() {
    reloption_kind = add_reloption_kind();
    add_int_reloption(reloption_kind, "lists", "Number of inverted lists", kDefaultLists, 1,
                      kMostLists, AccessExclusiveLock);

    DefineCustomIntVariable("ivfflat.probes", "Sets the number of probes",
                            "More lists are searched: that finds more of the nearest rows and "
                            "takes longer. As many as there are lists is exact.",
                            &probes_setting, kDefaultProbes, 1, kMostLists, PGC_USERSET, 0, nullptr,
                            nullptr, nullptr);
    DefineCustomEnumVariable(
        "ivfflat.iterative_scan", "Sets the mode for iterative scans",
        "What happens when a query wants more rows than the first lists have: \"off\" returns no "
        "more, \"relaxed_order\" searches further lists.",
        &iterative_scan_setting, static_cast<int>(IterativeScan::off), iterative_scan_options,
        PGC_USERSET, 0, nullptr, nullptr, nullptr);
    DefineCustomIntVariable(
        "ivfflat.max_probes", "Sets the max number of probes for iterative scans",
        "If this is lower than ivfflat.probes, ivfflat.probes is used.", &max_probes_setting,
        kMostLists, 1, kMostLists, PGC_USERSET, 0, nullptr, nullptr, nullptr);
    reserve_guc_prefix("ivfflat");
}

}  // namespace quiver::pg::ivfflat

#include "pg/hnsw/options.hpp"

#include "pg/compat.hpp"
#include "pg/hnsw/am.hpp"

namespace quiver::pg::hnsw {

namespace {

constexpr int kDefaultM = 16;
constexpr int kDefaultEfConstruction = 64;
constexpr int kDefaultEfSearch = 40;
constexpr int kMaxEf = 1'000'000;

// What build_reloptions fills: a varlena.
struct StoredOptions {
    int32 vl_len_;
    int m;
    int ef_construction;
    int ef_search;
    int fit;
};

// By field, because newer servers have more of them.
constexpr relopt_parse_elt option(const char* name, relopt_type type, int offset) {
    relopt_parse_elt element{};
    element.optname = name;
    element.opttype = type;
    element.offset = offset;
    return element;
}

relopt_kind reloption_kind;

relopt_enum_elt_def fit_members[] = {
    {"compact", static_cast<int>(page::Fit::compact)},
    {"fast", static_cast<int>(page::Fit::fast)},
    {nullptr, 0},
};

int ef_search_setting = kDefaultEfSearch;
bool ef_search_chosen = false;
int iterative_scan_setting;
int max_scan_tuples_setting;
double scan_mem_multiplier_setting;

const config_enum_entry iterative_scan_options[] = {
    {"off", static_cast<int>(IterativeScan::off), false},
    {"relaxed_order", static_cast<int>(IterativeScan::relaxed), false},
    {"strict_order", static_cast<int>(IterativeScan::strict), false},
    {nullptr, 0, false},
};

// Whether somebody chose hnsw.ef_search for this role, database or session: then it overrides the
// options of indexes, which themselves override the configuration of the server. Only check hooks
// are told where a value comes from; it travels with the value, also back when SET LOCAL ends.
bool note_ef_search_source(int*, void** extra, GucSource source) {
    auto* chosen = static_cast<bool*>(setting_extra(sizeof(bool)));
    if (chosen == nullptr) return false;
    *chosen = source > PGC_S_ARGV;
    *extra = chosen;
    return true;
}

void assign_ef_search(int, void* extra) { ef_search_chosen = *static_cast<const bool*>(extra); }

}  // namespace

extern "C" bytea* hnsw_options(Datum reloptions, bool validate) {
    static constexpr relopt_parse_elt kTable[] = {
        option("m", RELOPT_TYPE_INT, offsetof(StoredOptions, m)),
        option("ef_construction", RELOPT_TYPE_INT, offsetof(StoredOptions, ef_construction)),
        option("ef_search", RELOPT_TYPE_INT, offsetof(StoredOptions, ef_search)),
        option("layout", RELOPT_TYPE_ENUM, offsetof(StoredOptions, fit)),
    };
    return static_cast<bytea*>(build_reloptions(reloptions, validate, reloption_kind,
                                                sizeof(StoredOptions), kTable, lengthof(kTable)));
}

Options options_of(Relation index) {
    if (index->rd_options == nullptr)
        return {kDefaultM, kDefaultEfConstruction, 0, page::Fit::compact};
    const auto* stored = reinterpret_cast<const StoredOptions*>(index->rd_options);
    return {stored->m, stored->ef_construction, stored->ef_search,
            static_cast<page::Fit>(stored->fit)};
}

int ef_search(const Options& options) {
    return options.ef_search > 0 && !ef_search_chosen ? options.ef_search : ef_search_setting;
}

IterativeScan iterative_scan() { return static_cast<IterativeScan>(iterative_scan_setting); }
int max_scan_tuples() { return max_scan_tuples_setting; }
size_t scan_memory() {
    return static_cast<size_t>(work_mem * scan_mem_multiplier_setting * 1024.0);
}

void define_hnsw_settings() {
    reloption_kind = add_reloption_kind();
    add_int_reloption(reloption_kind, "m", "Max number of connections", kDefaultM, 2, 100,
                      AccessExclusiveLock);
    add_int_reloption(reloption_kind, "ef_construction",
                      "Size of the dynamic candidate list for construction", kDefaultEfConstruction,
                      4, 1000, AccessExclusiveLock);
    add_int_reloption(reloption_kind, "ef_search",
                      "Size of the dynamic candidate list for search, 0: hnsw.ef_search", 0, 0,
                      kMaxEf, ShareUpdateExclusiveLock);
    add_enum_reloption(reloption_kind, "layout", "How edge codes are fitted into pages",
                       fit_members, static_cast<int>(page::Fit::compact),
                       "Valid values are \"compact\" and \"fast\".", AccessExclusiveLock);

    DefineCustomIntVariable("hnsw.ef_search",
                            "Sets the size of the dynamic candidate list for search",
                            "A larger list finds more of the nearest rows and takes longer.",
                            &ef_search_setting, kDefaultEfSearch, 1, kMaxEf, PGC_USERSET, 0,
                            note_ef_search_source, assign_ef_search, nullptr);
    DefineCustomEnumVariable(
        "hnsw.iterative_scan", "Sets the mode for iterative scans",
        "What happens when a query wants more rows than the first search found: \"off\" "
        "returns no more, the others search on.",
        &iterative_scan_setting, static_cast<int>(IterativeScan::strict), iterative_scan_options,
        PGC_USERSET, 0, nullptr, nullptr, nullptr);
    DefineCustomIntVariable(
        "hnsw.max_scan_tuples", "Sets the max number of tuples to visit for iterative scans",
        "Approximate, and not applied to the first search.", &max_scan_tuples_setting, INT_MAX, 1,
        INT_MAX, PGC_USERSET, 0, nullptr, nullptr, nullptr);
    DefineCustomRealVariable("hnsw.scan_mem_multiplier",
                             "Sets the multiple of work_mem to use for iterative scans", nullptr,
                             &scan_mem_multiplier_setting, 1, 1, 1000, PGC_USERSET, 0, nullptr,
                             nullptr, nullptr);
    reserve_guc_prefix("hnsw");
}

}  // namespace quiver::pg::hnsw

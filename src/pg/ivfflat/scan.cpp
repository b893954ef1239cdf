// ambeginscan ... amendscan: rows in order of distance.
#include "pg/postgres.hpp"

#include "pg/distance_bounds.hpp"
#include "pg/ivfflat/am.hpp"
#include "pg/ivfflat/options.hpp"
#include "pg/ivfflat/row.hpp"
#include "pg/kept_memory.hpp"
#include "pg/last_scan.hpp"
#include "quiver/ivf/scan.hpp"

#include <cmath>  // std::sqrt

namespace quiver::pg::ivfflat {

namespace {

// What a scan needs, whatever the metric; ScanOf has the rest.
struct AnyScan {
    bool (*next)(AnyScan*, ivf::Row&);
    float (*following)(AnyScan*);
    float (*largest_error)(AnyScan*);
    ivf::Walked (*walked)(AnyScan*);
};

template <class Metric>
struct ScanOf : AnyScan {
    template <class... Args>
    explicit ScanOf(Args&&... args)
        : AnyScan{[](AnyScan* any, ivf::Row& out) { return of(any).next(out); },
                  [](AnyScan* any) { return of(any).following(); },
                  [](AnyScan* any) { return of(any).largest_error(); },
                  [](AnyScan* any) { return of(any).walked(); }},
          scan(args...) {}

    static auto& of(AnyScan* any) { return static_cast<ScanOf*>(any)->scan; }

    ivf::Scan<BufferPages, Metric> scan;
};

struct ScanState {
    KeptMemory* memory;  // reset by every rescan
    BufferPages* pages;
    AnyScan* scan;  // null before the first tuple
    bool finished;
    ivf::ScanCounters counters;
    double query_norm;   // inner product: what an error of a vector is multiplied with; else 1
    double last_length;  // of the row before
};

ivf::ScanLimits limits() {
    const auto in_a_batch = static_cast<uint32_t>(probes());
    return {.probes = in_a_batch,
            .most_probes = iterative_scan() == IterativeScan::off
                               ? in_a_batch
                               : static_cast<uint32_t>(max_probes()),
            .room = std::max<size_t>(
                size_t{1024} * static_cast<size_t>(work_mem) / sizeof(ivf::Row), 1024)};
}

// The query in the form that the metric wants. Without a direction every order is as good as
// another: then it is the origin.
template <class Metric>
const typename Metric::Query* query_of(ScanKey key, const MetricInfo& info,
                                       const ivf::Format& format) {
    const page::Profile profile = ivf::profile_of(format);
    auto* reader = new (palloc(sizeof(ValueReader))) ValueReader(info, profile);
    const bool null_query = (key->sk_flags & SK_ISNULL) != 0;
    if constexpr (std::is_same_v<typename Metric::Query, F32>) {
        auto* floats = const_cast<float*>(reader->floats());
        if (null_query || !reader->read_floats(key->sk_argument))
            memset(floats, 0, sizeof(float) * format.dims);
        return reinterpret_cast<const F32*>(floats);
    } else {
        if (null_query)
            memset(const_cast<std::byte*>(reader->record()), 0, store::own_record_bytes(profile));
        else
            (void)reader->read_record(key->sk_argument);
        return reinterpret_cast<const uint8_t*>(reader->record());
    }
}

void start(IndexScanDesc scan, ScanState* state) {
    const ivf::Format& format = format_of(scan->indexRelation);
    const MemoryContext caller = MemoryContextSwitchTo(state->memory->context());
    state->query_norm = 1;
    state->last_length = -get_float8_infinity();
    state->pages = new (palloc(sizeof(BufferPages))) BufferPages(scan->indexRelation);
    ivf::with_metric(format, [&](const auto& metric) {
        using Metric = std::remove_cvref_t<decltype(metric)>;
        const auto* query =
            query_of<Metric>(&scan->orderByData[0], *metric_of(scan->indexRelation), format);
        if constexpr (std::is_same_v<typename Metric::Query, F32>)
            if (format.metric == page::Metric::inner_product)
                state->query_norm =
                    std::sqrt(kernels::active().squared_norm_f32(query, format.dims));
        state->scan = new (palloc(sizeof(ScanOf<Metric>)))
            ScanOf<Metric>(state->memory->arena(), *state->pages, format, metric, query, limits(),
                           state->counters);
    });
    MemoryContextSwitchTo(caller);
}

// Vectors that were rounded may be in a wrong order where their lengths are closer than twice the
// error. Only there does the executor have to fetch the row and compute the operator's own value;
// where the order is certain, the value just has to keep it.
void set_order(IndexScanDesc scan, ScanState* state, const ivf::Row& row) {
    const page::Profile profile = ivf::profile_of(format_of(scan->indexRelation));
    const double length = as_length(profile.metric, row.distance);
    const double following = as_length(profile.metric, state->scan->following(state->scan));
    // The largest error of all, so that bounds are in the order of the lengths.
    const double error = state->scan->largest_error(state->scan) * state->query_norm;
    const bool exact =
        error == 0 || (length - state->last_length > 2 * error && following - length > 2 * error);
    state->last_length = length;
    scan->xs_recheck = false;
    scan->xs_recheckorderby = !exact;
    scan->xs_orderbyvals[0] = Float8GetDatum(exact ? operator_value(profile.metric, length)
                                                   : lower_bound(profile, length, error));
    scan->xs_orderbynulls[0] = false;
}

void note_scan(ScanState* state) {
    store::Counters counters;
    counters.hops = state->counters.lists;
    counters.exact = state->counters.distances;
    counters.rounds = state->counters.batches;
    note_last_scan({counters, state->pages->pages_read()});
}

}  // namespace

extern "C" IndexScanDesc ivfflat_begin_scan(Relation index, int nkeys, int norderbys) {
    IndexScanDesc scan = RelationGetIndexScan(index, nkeys, norderbys);
    auto* state = new (palloc0(sizeof(ScanState))) ScanState{};
    state->memory = KeptMemory::take(CurrentMemoryContext);
    scan->opaque = state;
    if (norderbys > 0) {
        scan->xs_orderbyvals =
            static_cast<Datum*>(palloc0(sizeof(Datum) * static_cast<size_t>(norderbys)));
        scan->xs_orderbynulls =
            static_cast<bool*>(palloc0(sizeof(bool) * static_cast<size_t>(norderbys)));
    }
    return scan;
}

extern "C" void ivfflat_rescan(IndexScanDesc scan, ScanKey keys, int, ScanKey orderbys, int) {
    auto* state = static_cast<ScanState*>(scan->opaque);
    KeptMemory* const memory = state->memory;
    memory->reset();
    *state = ScanState{};
    state->memory = memory;
    if (keys != nullptr && scan->numberOfKeys > 0)
        memmove(scan->keyData, keys, sizeof(ScanKeyData) * static_cast<size_t>(scan->numberOfKeys));
    if (orderbys != nullptr && scan->numberOfOrderBys > 0)
        memmove(scan->orderByData, orderbys,
                sizeof(ScanKeyData) * static_cast<size_t>(scan->numberOfOrderBys));
}

extern "C" bool ivfflat_get_tuple(IndexScanDesc scan, ScanDirection) {
    auto* state = static_cast<ScanState*>(scan->opaque);
    if (state->scan == nullptr) {
        if (scan->orderByData == nullptr || scan->numberOfOrderBys == 0)
            elog(ERROR, "cannot scan ivfflat index without order");
        if (!IsMVCCSnapshot(scan->xs_snapshot))
            elog(ERROR, "non-MVCC snapshots are not supported with ivfflat");
        pgstat_count_index_scan(scan->indexRelation);
        start(scan, state);
    }
    if (state->finished) return false;

    const MemoryContext caller = MemoryContextSwitchTo(state->memory->context());
    ivf::Row row;
    state->finished = !state->scan->next(state->scan, row);
    MemoryContextSwitchTo(caller);
    note_scan(state);
    if (state->finished) {
        check_walked(scan->indexRelation, state->scan->walked(state->scan));
        return false;
    }
    memcpy(&scan->xs_heaptid, &row.tid, sizeof row.tid);
    set_order(scan, state, row);
    return true;
}

extern "C" void ivfflat_end_scan(IndexScanDesc scan) {
    auto* state = static_cast<ScanState*>(scan->opaque);
    state->memory->give_back();
    pfree(state);
    scan->opaque = nullptr;
}

}  // namespace quiver::pg::ivfflat

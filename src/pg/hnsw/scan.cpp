// ambeginscan ... amendscan: rows in order of distance, one heap TID at a time.
#include "pg/postgres.hpp"

#include "pg/distance_bounds.hpp"
#include "pg/hnsw/am.hpp"
#include "pg/hnsw/meta.hpp"
#include "pg/hnsw/options.hpp"
#include "pg/kept_memory.hpp"
#include "pg/last_scan.hpp"
#include "pg/value.hpp"
#include "quiver/store/model.hpp"
#include "quiver/store/scan.hpp"
#include "quiver/store/tids.hpp"

#include <cmath>  // std::sqrt

namespace quiver::pg::hnsw {

namespace {

// Whether a query is floats, and not what a node stores.
template <class Model>
constexpr bool kDense = requires(const Model& model, const float* q, Arena arena) {
    model.make_query(q, arena);
};

// The heap TIDs of the node that is being handed out.
struct TidQueue {
    page::HeapTid tids[page::kTidsPerChunk];
    int count = 0;
    int at = 0;
    store::ChainReader chain;
};

// What a scan needs, whatever the model; ScanOf has the rest.
struct AnyScan {
    bool (*next)(AnyScan*, store::Found&);
    float (*following)(AnyScan*);
    float (*largest_error)(AnyScan*);
};

template <class Model>
struct ScanOf : AnyScan {
    using Query = typename Model::Query;

    ScanOf(const Model& m, const Query& q, Arena arena, BufferPages& pages,
           store::Counters& counters, size_t ef, size_t room, bool widen)
        : AnyScan{[](AnyScan* any, store::Found& out) { return of(any).next(out); },
                  [](AnyScan* any) { return of(any).following(); },
                  [](AnyScan* any) { return of(any).largest_error(); }},
          model(m),
          query(q),
          scan(arena, pages, query, page::layouts(model.profile()), counters, ef, room, widen) {}

    static auto& of(AnyScan* any) { return static_cast<ScanOf*>(any)->scan; }

    Model model;
    Query query;
    store::Scan<BufferPages, Query> scan;
};

struct ScanState {
    KeptMemory* memory;  // reset by every rescan
    BufferPages* pages;
    AnyScan* scan;  // null before the first tuple
    bool finished;
    store::Counters counters;
    TidQueue queue;
    double distance;     // of the node being handed out, as the operator returns it
    bool exact;          // whether its place is certain; else distance is a lower bound
    double query_norm;   // inner product: what an error of a vector is multiplied with; else 1
    double last_length;  // of the node before
    int64 handed_out;
};

void start(IndexScanDesc scan, ScanState* state) {
    const IndexFormat& format = format_of(scan->indexRelation);
    const Options options = options_of(scan->indexRelation);
    const MetricInfo& metric = *metric_of(scan->indexRelation);
    const MemoryContext caller = MemoryContextSwitchTo(state->memory->context());
    const Arena arena = state->memory->arena();
    const ScanKey key = &scan->orderByData[0];
    const size_t ef = static_cast<size_t>(ef_search(options));
    const size_t room = std::max<size_t>(scan_memory() / sizeof(store::Found), 64);
    const bool widen = iterative_scan() != IterativeScan::off;

    state->query_norm = 1;
    state->last_length = -get_float8_infinity();
    state->pages = new (palloc(sizeof(BufferPages))) BufferPages(scan->indexRelation);
    store::with_model(format.profile, format.rotation_seed, [&](const auto& model) {
        using Model = std::remove_cvref_t<decltype(model)>;
        auto* reader = new (palloc(sizeof(ValueReader))) ValueReader(metric, format.profile);
        const bool null_query = (key->sk_flags & SK_ISNULL) != 0;
        const auto begin = [&](const typename Model::Query& query) {
            state->scan = new (palloc(sizeof(ScanOf<Model>)))
                ScanOf<Model>(model, query, arena, *state->pages, state->counters, ef, room, widen);
        };
        if constexpr (!kDense<Model>) {
            // Without a direction every order is as good as another: search around the origin,
            // which the record is as long as nothing was read, or only the zero vector.
            if (!null_query) (void)reader->read_record(key->sk_argument);
            begin(model.make_query(reader->record(), arena));
        } else {
            auto* floats = const_cast<float*>(reader->floats());
            if (null_query || !reader->read_floats(key->sk_argument))
                memset(floats, 0, sizeof(float) * format.profile.dims);
            if (metric.metric == page::Metric::inner_product)
                state->query_norm = std::sqrt(kernels::active().squared_norm_f32(
                    reinterpret_cast<const F32*>(floats), format.profile.dims));
            begin(model.make_query(static_cast<const float*>(floats), arena));
        }
    });
    MemoryContextSwitchTo(caller);
}

// Takes up the TIDs of the next node. False at the end.
bool next_node(IndexScanDesc scan, ScanState* state) {
    if (state->handed_out >= max_scan_tuples() && state->counters.rounds > 1) return false;
    store::Found node;
    if (!state->scan->next(state->scan, node)) return false;
    const page::Profile& profile = format_of(scan->indexRelation).profile;
    const page::Metric metric = profile.metric;
    // Rounded vectors may be in a wrong order where their lengths are closer than twice the error.
    // Only there does the executor have to fetch the row and compute the operator's own value;
    // where the order is certain, the value just has to keep it.
    const double length = as_length(metric, node.dist);
    const double following = as_length(metric, state->scan->following(state->scan));
    const double error = state->scan->largest_error(state->scan) * state->query_norm;
    state->exact =
        error == 0 || (length - state->last_length > 2 * error && following - length > 2 * error);
    state->distance = state->exact
                          ? operator_value(metric, length)
                          : lower_bound(profile, length, node.own_error * state->query_norm);
    state->last_length = length;
    state->queue = {};
    memcpy(state->queue.tids, node.tids, sizeof node.tids);
    state->queue.count = node.tid_count;
    state->queue.chain = {{node.id, node.generation}, node.more_tids};
    return true;
}

// The next heap TID of the node that is being handed out.
bool next_tid(ScanState* state, const page::SlotLayout& base, page::HeapTid& out) {
    TidQueue& queue = state->queue;
    while (queue.at == queue.count) {
        if (!queue.chain.more()) return false;
        state->pages->point(store::Point::scan_chunk);
        page::TidChunk chunk;
        if (!queue.chain.next(*state->pages, base, chunk)) return false;
        memcpy(queue.tids, chunk.tids, sizeof chunk.tids);
        queue.count = chunk.count;
        queue.at = 0;
    }
    out = queue.tids[queue.at++];
    return true;
}

}  // namespace

extern "C" IndexScanDesc hnsw_begin_scan(Relation index, int nkeys, int norderbys) {
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

extern "C" void hnsw_rescan(IndexScanDesc scan, ScanKey keys, int, ScanKey orderbys, int) {
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

extern "C" bool hnsw_get_tuple(IndexScanDesc scan, ScanDirection) {
    auto* state = static_cast<ScanState*>(scan->opaque);
    if (state->scan == nullptr) {
        if (scan->orderByData == nullptr || scan->numberOfOrderBys == 0)
            elog(ERROR, "cannot scan hnsw index without order");
        if (!IsMVCCSnapshot(scan->xs_snapshot))
            elog(ERROR, "non-MVCC snapshots are not supported with hnsw");
        pgstat_count_index_scan(scan->indexRelation);
        start(scan, state);
    }
    if (state->finished) return false;

    const MemoryContext caller = MemoryContextSwitchTo(state->memory->context());
    page::HeapTid tid;
    bool found = true;
    const page::SlotLayout base = page::layouts(format_of(scan->indexRelation).profile).base;
    while (found && !next_tid(state, base, tid)) found = next_node(scan, state);
    MemoryContextSwitchTo(caller);
    note_last_scan({state->counters, state->pages->pages_read()});
    if (!found) {
        state->finished = true;
        return false;
    }
    state->handed_out++;
    memcpy(&scan->xs_heaptid, &tid, sizeof tid);
    scan->xs_recheck = false;
    scan->xs_recheckorderby = !state->exact;
    scan->xs_orderbyvals[0] = Float8GetDatum(state->distance);
    scan->xs_orderbynulls[0] = false;
    return true;
}

extern "C" void hnsw_end_scan(IndexScanDesc scan) {
    auto* state = static_cast<ScanState*>(scan->opaque);
    state->memory->give_back();
    pfree(state);
    scan->opaque = nullptr;
}

}  // namespace quiver::pg::hnsw

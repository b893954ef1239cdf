// The assignment phase: each row of the heap to the list with the nearest center.
#include "pg/ivfflat/build_shared.hpp"

#include "pg/ivfflat/row.hpp"
#include "pg/memory.hpp"
#include "quiver/ivf/directory.hpp"

namespace quiver::pg::ivfflat {

namespace {

template <class Metric>
class Assignment {
public:
    Assignment(Role role, BuildShared* shared, RowSort& sort, const MetricInfo& info,
               const ivf::CenterTable<Metric>& centers)
        : role_(role),
          shared_(shared),
          sort_(sort),
          reader_(info, shared->format),
          centers_(centers),
          row_context_(AllocSetContextCreateInternal(CurrentMemoryContext, "ivfflat build row",
                                                     ALLOCSET_DEFAULT_SIZES)) {}

    static void row_callback(Relation, ItemPointer tid, Datum* values, bool* isnull, bool,
                             void* state) {
        if (!isnull[0]) static_cast<Assignment*>(state)->row(tid, values[0]);
    }

    uint64 rows() const { return rows_; }

private:
    void row(ItemPointer heap_tid, Datum value) {
        const MemoryContext caller = MemoryContextSwitchTo(row_context_);
        if (reader_.read(value)) {
            ivf::NewRow row = {{}, reader_.record()};
            memcpy(&row.tid, heap_tid, sizeof row.tid);
            sort_.put(centers_.nearest(reader_.template query<Metric>()), row);
            rows_++;
            const uint64 done = pg_atomic_fetch_add_u64(&shared_->rows, 1) + 1;
            if (role_ == Role::leader)
                pgstat_progress_update_param(PROGRESS_CREATEIDX_TUPLES_DONE,
                                             static_cast<int64>(done));
        }
        MemoryContextSwitchTo(caller);
        MemoryContextReset(row_context_);
        fault_point(store::Point::build_row);
    }

    Role role_;
    BuildShared* shared_;
    RowSort& sort_;
    RowReader reader_;
    ivf::CenterTable<Metric> centers_;
    MemoryContext row_context_;
    uint64 rows_ = 0;
};

}  // namespace

void assign_rows(Role role, Relation heap, Relation index, IndexInfo* info, BuildShared* shared,
                 TableScanDesc scan, RowSort& sort) {
    in_temporary_context("ivfflat assignment", [&](MemoryContext context) {
        const ivf::Format& format = shared->format;
        const ivf::ListLayout layout = ivf::ListLayout::of(format);
        Arena arena = arena_in(context);
        auto* bytes = arena.array<std::byte>(size_t{format.lists} * layout.stride);
        BufferPages pages(index);
        const uint32_t count = ivf::read_centers(pages, format, bytes);
        ivf::with_metric(format, [&](const auto& metric) {
            using Metric = std::remove_cvref_t<decltype(metric)>;
            const ivf::CenterTable<Metric> centers(arena, metric, bytes, layout.stride, count);
            auto* state = new (palloc(sizeof(Assignment<Metric>)))
                Assignment<Metric>(role, shared, sort, *metric_of(index), centers);
            const double heap_rows =
                table_index_build_scan(heap, index, info, true, role == Role::leader,
                                       &Assignment<Metric>::row_callback, state, scan);
            sort.perform();
            shared->process_is_done(heap_rows, static_cast<double>(state->rows()),
                                    info->ii_BrokenHotChain);
        });
    });
}

}  // namespace quiver::pg::ivfflat

// The part of one process in a build: its scan of the heap, its rows into the graph or onto pages;
// and what only the leader does.
#pragma once

#include "pg/postgres.hpp"

#include "pg/compat.hpp"
#include "pg/hnsw/am.hpp"
#include "pg/hnsw/build_shared.hpp"
#include "pg/hnsw/build_size.hpp"
#include "pg/memory.hpp"
#include "pg/unlogged_pages.hpp"
#include "pg/value.hpp"
#include "quiver/graph/finish.hpp"
#include "quiver/graph/group.hpp"
#include "quiver/store/bulk_write.hpp"
#include "quiver/store/free_space.hpp"
#include "quiver/store/insert.hpp"
#include "quiver/store/model.hpp"

namespace quiver::pg::hnsw {

enum class Role { leader, worker };

template <class Model>
class BuildProcess {
public:
    using Metric = typename Model::BuildMetric;

    BuildProcess(Role role, Relation heap, Relation index, IndexInfo* info, BuildShared* shared,
                 graph::MemoryGraph graph, const Model& model, MemoryContext context)
        : role_(role),
          heap_(heap),
          index_(index),
          info_(info),
          shared_(shared),
          model_(model),
          context_(context),
          row_context_(
              AllocSetContextCreateInternal(context, "hnsw build row", ALLOCSET_DEFAULT_SIZES)),
          arena_(arena_in(context)),
          reader_(*metric_of(index), shared->format.profile),
          metric_(model.build_metric(graph.params())),
          pages_(index),
          graph_(graph),
          inserter_(graph_, metric_, arena_, Host{}) {}

    // All rows of the scan; null: of the heap. Afterwards this process is outside the graph.
    void load(TableScanDesc scan) {
        inside_ = shared_->enter(Stage::graph);
        if (!inside_) wait_for_pages();
        const double tuples = table_index_build_scan(
            heap_, index_, info_, true, role_ == Role::leader, &row_callback, this, scan);
        if (inside_) shared_->leave();
        inside_ = false;
        shared_->scan_is_done(tuples, info_->ii_BrokenHotChain);
    }

    // Leader, after load(): waits for the workers and writes the graph if that is still to be done.
    void finish(int workers) {
        ConditionVariablePrepareToSleep(&shared_->changed);
        while (shared_->workers_finished() < workers) {
            if (shared_->current_stage() == Stage::leaving && shared_->nobody_inside()) {
                ConditionVariableCancelSleep();
                write_full_graph();
                continue;
            }
            // The time limit is for the progress view.
            (void)ConditionVariableTimedSleep(&shared_->changed, 500,
                                              WAIT_EVENT_PARALLEL_CREATE_INDEX_SCAN);
            report_progress();
        }
        ConditionVariableCancelSleep();
        fault_point(store::Point::build_scanned);
        if (shared_->current_stage() != Stage::pages) write_graph();
    }

    // Worker, after load(): writes its share of the pages.
    void help() { wait_for_pages(); }

private:
    // Interrupts for the core.
    struct Host {
        void poll() { CHECK_FOR_INTERRUPTS(); }
        void wait() { pg_usleep(10); }
    };

    static void row_callback(Relation, ItemPointer tid, Datum* values, bool* isnull, bool,
                             void* state) {
        static_cast<BuildProcess*>(state)->row(tid, values, isnull);
    }

    void row(ItemPointer heap_tid, Datum* values, const bool* isnull) {
        if (isnull[0]) return;
        const MemoryContext caller = MemoryContextSwitchTo(row_context_);
        if (reader_.read_record(values[0])) {
            add(heap_tid);
            pg_atomic_fetch_add_u64(&shared_->index_tuples, 1);
            if (role_ == Role::leader) report_progress();
        }
        MemoryContextSwitchTo(caller);
        MemoryContextReset(row_context_);
        fault_point(store::Point::build_row);
    }

    void add(ItemPointer heap_tid) {
        page::HeapTid tid;
        memcpy(&tid, heap_tid, sizeof tid);
        if (inside_) {
            if (shared_->current_stage() == Stage::graph) {
                if (inserter_.insert(reader_.record(), tid) != graph::Inserted::full) return;
                shared_->graph_is_full();
            }
            shared_->leave();
            inside_ = false;
            wait_for_pages();
        }
        store::PageInserter inserter(pages_, model_, arena_in(row_context_), counters_);
        inserter.insert(reader_.record(), tid, shared_->format.rotation_seed,
                        shared_->format.profile.ef_construction);
    }

    // Before: outside the graph, which is being left. After: there are pages.
    void wait_for_pages() {
        ConditionVariablePrepareToSleep(&shared_->changed);
        while (shared_->current_stage() != Stage::pages) {
            if (role_ == Role::leader && shared_->nobody_inside()) {
                ConditionVariableCancelSleep();
                write_full_graph();
                return;
            }
            if (role_ == Role::worker && !helped_ && shared_->enter(Stage::writing)) {
                ConditionVariableCancelSleep();
                helped_ = true;
                with_writer([&](auto& writer) { write_base_pages(writer); });
                shared_->leave();
                ConditionVariablePrepareToSleep(&shared_->changed);
                continue;
            }
            ConditionVariableSleep(&shared_->changed, WAIT_EVENT_PARALLEL_CREATE_INDEX_SCAN);
        }
        ConditionVariableCancelSleep();
    }

    void write_full_graph() {
        report_full_graph(shared_);
        fault_point(store::Point::build_full);
        write_graph();
        pgstat_progress_update_param(PROGRESS_CREATEIDX_SUBPHASE, kPhaseLoading);
        pgstat_progress_update_param(PROGRESS_CREATEIDX_TUPLES_TOTAL,
                                     shared_->room.expected_tuples);
        report_progress();
    }

    // before: nobody is inside.
    void write_graph() {
        pgstat_progress_update_param(PROGRESS_CREATEIDX_SUBPHASE, kPhaseFilling);
        graph::fill_lists(inserter_);
        in_temporary_context("hnsw build order", [&](MemoryContext context) {
            Arena arena = arena_in(context);
            auto* const order = arena.array<graph::NodeId>(graph_.size() + size_t{1});
            (void)graph::order_nodes(inserter_, order);
            const page::Layouts layouts = page::layouts(shared_->format.profile);
            graph::group_nodes(graph_, layouts.base.per_page, order, arena, inserter_.host());
        });
        pgstat_progress_update_param(PROGRESS_CREATEIDX_SUBPHASE, kPhaseWriting);
        pgstat_progress_update_param(PROGRESS_CREATEIDX_TUPLES_DONE, 0);
        pgstat_progress_update_param(PROGRESS_CREATEIDX_TUPLES_TOTAL, graph_.size());
        shared_->begin(Stage::writing);
        with_writer([&](auto& writer) {
            write_base_pages(writer);
            ConditionVariablePrepareToSleep(&shared_->changed);
            while (!shared_->nobody_inside())
                ConditionVariableSleep(&shared_->changed, WAIT_EVENT_PARALLEL_CREATE_INDEX_SCAN);
            ConditionVariableCancelSleep();
            const store::Written written = writer.write_rest();
            fault_point(store::Point::build_written);
            store::publish(pages_, written);
        });
        shared_->begin(Stage::pages);
    }

    // f(writer), in memory that is free again afterwards.
    template <class F>
    void with_writer(F f) {
        in_temporary_context("hnsw build pages", [&](MemoryContext context) {
            auto encoder = model_.make_encoder(graph_, cache_bytes(), arena_in(context));
            store::BulkWriter writer(pages_, graph_, shared_->format.profile, encoder,
                                     arena_in(context));
            f(writer);
        });
    }

    // For the encoder: this process's part of what the graph has left over.
    size_t cache_bytes() const {
        const size_t allowed = static_cast<size_t>(maintenance_work_mem) * 1024;
        const size_t used = graph_.bytes_used();
        const size_t left = std::max(allowed > used ? allowed - used : 0, allowed / 16);
        return left / static_cast<size_t>(shared_->processes);
    }

    // before: inside in the stage `writing`, or the leader.
    template <class Writer>
    void write_base_pages(Writer& writer) {
        const uint64 pages = writer.base_pages();
        const uint64 per_page = page::layouts(shared_->format.profile).base.per_page;
        for (uint64 page; (page = pg_atomic_fetch_add_u64(&shared_->next_page, 1)) < pages;) {
            CHECK_FOR_INTERRUPTS();
            pages_.extend_next(page::PageKind::base, [&](page::BlockId block, std::byte* bytes) {
                writer.fill_base_page(block, bytes);
            });
            if (role_ == Role::leader)
                pgstat_progress_update_param(
                    PROGRESS_CREATEIDX_TUPLES_DONE,
                    static_cast<int64>(std::min<uint64>(page * per_page, graph_.size())));
        }
    }

    void report_progress() {
        pgstat_progress_update_param(
            PROGRESS_CREATEIDX_TUPLES_DONE,
            static_cast<int64>(pg_atomic_read_u64(&shared_->index_tuples)));
    }

    Role role_;
    Relation heap_;
    Relation index_;
    IndexInfo* info_;
    BuildShared* shared_;
    Model model_;
    MemoryContext context_;
    MemoryContext row_context_;
    Arena arena_;
    ValueReader reader_;
    Metric metric_;
    UnloggedPages pages_;
    graph::MemoryGraph graph_;
    graph::Inserter<Metric, Host> inserter_;
    store::Counters counters_;
    bool inside_ = false;
    bool helped_ = false;
};

// A process of a build, in the memory context that ends with it.
template <class Model>
inline auto* new_build_process(Role role, Relation heap, Relation index, IndexInfo* info,
                               BuildShared* shared, graph::MemoryGraph graph, const Model& model) {
    return new (palloc(sizeof(BuildProcess<Model>)))
        BuildProcess<Model>(role, heap, index, info, shared, graph, model, CurrentMemoryContext);
}

}  // namespace quiver::pg::hnsw

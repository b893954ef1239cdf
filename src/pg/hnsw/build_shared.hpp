// What the processes of one build share, and how they agree on when the graph becomes pages.
//
// Every process is inside the graph while it may touch it. Who finds the graph full changes the
// stage to `leaving`; the others see that before their next row, leave and wait. When nobody is
// inside, or all scans are done, the leader completes the graph and changes the stage to `writing`.
// Now processes are inside while they write base pages: whoever takes a number from next_page adds
// the next block of the relation and fills it. When there are no numbers left and nobody is inside,
// the leader writes the rest and changes the stage to `pages`, and all go on there. A process that
// starts late never enters the graph. A serial build is the leader alone.
#pragma once

#include "pg/postgres.hpp"

#include "pg/hnsw/meta.hpp"
#include "quiver/graph/memory_graph.hpp"
#include "quiver/store/own.hpp"

namespace quiver::pg::hnsw {

// Memory for the graph of a build.
struct GraphRoom {
    graph::Params params;
    size_t bytes;    // to be set aside: enough for all rows, if there are not many more
    size_t allowed;  // by maintenance_work_mem
    size_t refused;  // the system had no such block, so there is a smaller one; 0: it had
    int64 expected_tuples;
};

enum class Stage : uint32 { graph, leaving, writing, pages };

struct BuildShared {
    Oid heap;
    Oid index;
    bool concurrent;
    IndexFormat format;

    pg_atomic_uint64 index_tuples;  // so far
    pg_atomic_uint64 next_page;     // base pages that somebody writes or wrote
    pg_atomic_uint32 stage;         // written under mutex, read without
    int processes;                  // at most, the leader included
    GraphRoom room;                 // of the graph

    ConditionVariable changed;  // stage, inside or finished
    slock_t mutex;
    int inside;             // processes in the graph
    int finished;           // workers whose scan is done
    double heap_tuples;     // of the finished scans
    bool broken_hot_chain;  // in one of them

    void init(Oid heap_id, Oid index_id, bool is_concurrent, const IndexFormat& index_format,
              int most_processes, const GraphRoom& graph_room) {
        heap = heap_id;
        index = index_id;
        concurrent = is_concurrent;
        format = index_format;
        pg_atomic_init_u64(&index_tuples, 0);
        pg_atomic_init_u64(&next_page, 0);
        processes = most_processes;
        room = graph_room;
        pg_atomic_init_u32(&stage, static_cast<uint32>(Stage::graph));
        ConditionVariableInit(&changed);
        SpinLockInit(&mutex);
        inside = 0;
        finished = 0;
        heap_tuples = 0;
        broken_hot_chain = false;
    }

    Stage current_stage() { return static_cast<Stage>(pg_atomic_read_u32(&stage)); }

    // True when the caller is inside afterwards: when it is this stage.
    bool enter(Stage wanted) {
        SpinLockAcquire(&mutex);
        const bool entered = current_stage() == wanted;
        if (entered) inside++;
        SpinLockRelease(&mutex);
        return entered;
    }

    void leave() {
        SpinLockAcquire(&mutex);
        inside--;
        SpinLockRelease(&mutex);
        ConditionVariableBroadcast(&changed);
    }

    bool nobody_inside() {
        SpinLockAcquire(&mutex);
        const bool empty = inside == 0;
        SpinLockRelease(&mutex);
        return empty;
    }

    // True for the first who finds the graph full.
    bool graph_is_full() {
        SpinLockAcquire(&mutex);
        const bool first = current_stage() == Stage::graph;
        if (first) pg_atomic_write_u32(&stage, static_cast<uint32>(Stage::leaving));
        SpinLockRelease(&mutex);
        return first;
    }

    // By the leader, with nobody inside.
    void begin(Stage next) {
        SpinLockAcquire(&mutex);
        pg_atomic_write_u32(&stage, static_cast<uint32>(next));
        SpinLockRelease(&mutex);
        ConditionVariableBroadcast(&changed);
    }

    void scan_is_done(double tuples, bool broken) {
        SpinLockAcquire(&mutex);
        heap_tuples += tuples;
        broken_hot_chain |= broken;
        SpinLockRelease(&mutex);
    }

    void worker_is_finished() {
        SpinLockAcquire(&mutex);
        finished++;
        SpinLockRelease(&mutex);
        ConditionVariableBroadcast(&changed);
    }

    int workers_finished() {
        SpinLockAcquire(&mutex);
        const int count = finished;
        SpinLockRelease(&mutex);
        return count;
    }
};

}  // namespace quiver::pg::hnsw

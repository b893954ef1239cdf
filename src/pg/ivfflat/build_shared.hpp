// What the processes of one build share. Each scans part of the heap and sorts its rows; when all
// are done, the leader merges what they have sorted.
#pragma once

#include "pg/postgres.hpp"

#include "pg/ivfflat/build_sort.hpp"
#include "pg/ivfflat/meta.hpp"

namespace quiver::pg::ivfflat {

struct BuildShared {
    Oid heap;
    Oid index;
    bool concurrent;
    int processes;  // at most, the leader included
    ivf::Format format;

    pg_atomic_uint64 rows;  // assigned so far

    ConditionVariable changed;  // finished
    slock_t mutex;
    int finished;           // processes whose sort is done
    double heap_tuples;     // of the finished scans
    double index_tuples;    // the same
    bool broken_hot_chain;  // in one of them

    void init(Oid heap_id, Oid index_id, bool is_concurrent, int most_processes,
              const ivf::Format& index_format) {
        heap = heap_id;
        index = index_id;
        concurrent = is_concurrent;
        processes = most_processes;
        format = index_format;
        pg_atomic_init_u64(&rows, 0);
        ConditionVariableInit(&changed);
        SpinLockInit(&mutex);
        finished = 0;
        heap_tuples = 0;
        index_tuples = 0;
        broken_hot_chain = false;
    }

    void process_is_done(double heap_rows, double index_rows, bool broken) {
        SpinLockAcquire(&mutex);
        finished++;
        heap_tuples += heap_rows;
        index_tuples += index_rows;
        broken_hot_chain |= broken;
        SpinLockRelease(&mutex);
        ConditionVariableBroadcast(&changed);
    }

    int processes_done() {
        SpinLockAcquire(&mutex);
        const int count = finished;
        SpinLockRelease(&mutex);
        return count;
    }
};

enum class Role { leader, worker };

// The part of one process: all rows of the scan (null: of the heap) into the sort.
void assign_rows(Role role, Relation heap, Relation index, IndexInfo* info, BuildShared* shared,
                 TableScanDesc scan, RowSort& sort);

}  // namespace quiver::pg::ivfflat

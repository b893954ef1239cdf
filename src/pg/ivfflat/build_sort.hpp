// Rows of a build on their way from the heap to their lists: sorted by list and heap TID, on disk
// if maintenance_work_mem is not enough.
#pragma once

#include "pg/postgres.hpp"

#include "pg/ivfflat/meta.hpp"
#include "quiver/ivf/rows.hpp"

namespace quiver::pg::ivfflat {

class RowSort {
public:
    // coordinate: of a parallel sort, or null. before: the current context outlives the sort.
    RowSort(const ivf::Format& format, int kilobytes, SortCoordinate coordinate);

    void put(uint32_t list, const ivf::NewRow& row);
    // After the last put().
    void perform() { tuplesort_performsort(sort_); }
    // The next row; its record is there until the next call. False when there is none.
    bool get(uint32_t& list, ivf::NewRow& row);
    void end() { tuplesort_end(sort_); }

private:
    size_t record_bytes_;
    TupleDesc desc_;
    Tuplesortstate* sort_;
    TupleTableSlot* in_;
    TupleTableSlot* out_;
    struct varlena* record_;
};

}  // namespace quiver::pg::ivfflat

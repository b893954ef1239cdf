// SQL functions that show what the index does.
#include "pg/postgres.hpp"

#include "pg/hnsw/scan.hpp"

namespace hnsw = quiver::pg::hnsw;

QUIVER_FUNCTION(last_scan) {
    TupleDesc row;
    if (get_call_result_type(fcinfo, nullptr, &row) != TYPEFUNC_COMPOSITE)
        elog(ERROR, "return type must be a row type");
    const hnsw::LastScan& last = hnsw::last_scan();
    Datum values[] = {Int64GetDatum(static_cast<int64>(last.pages_read)),
                      Int64GetDatum(static_cast<int64>(last.counters.hops)),
                      Int64GetDatum(static_cast<int64>(last.counters.estimates)),
                      Int64GetDatum(static_cast<int64>(last.counters.rounds)),
                      Int64GetDatum(static_cast<int64>(last.counters.stale))};
    bool nulls[lengthof(values)] = {};
    return HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(row), values, nulls));
}

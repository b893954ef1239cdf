// quiver_last_scan(): what the last scan of this session did.
#include "pg/postgres.hpp"

#include "pg/last_scan.hpp"

namespace quiver::pg {

namespace {

constinit LastScan last{};

}  // namespace

void note_last_scan(const LastScan& scan) { last = scan; }

}  // namespace quiver::pg

QUIVER_FUNCTION(last_scan) {
    TupleDesc row;
    if (get_call_result_type(fcinfo, nullptr, &row) != TYPEFUNC_COMPOSITE)
        elog(ERROR, "return type must be a row type");
    const quiver::pg::LastScan& last = quiver::pg::last;
    const quiver::store::Counters& did = last.counters;
    const uint64 numbers[] = {
        last.pages_read, did.hops,  did.estimates,  did.rounds,
        did.stale,       did.exact, did.candidates, did.rounds - (did.rounds > 0)};
    Datum values[lengthof(numbers)];
    for (size_t i = 0; i < lengthof(numbers); i++)
        values[i] = Int64GetDatum(static_cast<int64>(numbers[i]));
    bool nulls[lengthof(values)] = {};
    return HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(row), values, nulls));
}

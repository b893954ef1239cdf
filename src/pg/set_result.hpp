// The result of a function that returns a set of rows, collected before the function returns.
#pragma once

#include "pg/postgres.hpp"

namespace quiver::pg {

class SetResult {
public:
    SetResult(Tuplestorestate* store, TupleDesc desc) : store_(store), desc_(desc) {}

    void put(Datum* values, bool* nulls) { tuplestore_putvalues(store_, desc_, values, nulls); }

private:
    Tuplestorestate* store_;
    TupleDesc desc_;
};

// Prepares an empty result; the entry point then returns 0.
SetResult begin_set(FunctionCallInfo fcinfo);

}  // namespace quiver::pg

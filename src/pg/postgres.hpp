// The server's headers, in the only file that includes postgres.h.
//
// Include this first in every file of src/pg: the server's headers are C, must come before the
// system's, and define macros (Min, Max, Assert, ERROR, printf ...) that core headers therefore
// never use as names.
#pragma once

extern "C" {
#include "postgres.h"

#include "catalog/pg_type.h"
#include "common/hashfn.h"
#include "common/shortest_dec.h"
#include "executor/execExpr.h"
#include "fmgr.h"
#include "funcapi.h"
#include "lib/stringinfo.h"
#include "libpq/pqformat.h"
#include "nodes/nodeFuncs.h"
#include "nodes/subscripting.h"
#include "parser/parse_coerce.h"
#include "parser/parse_expr.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/float.h"
#include "utils/fmgrprotos.h"
#include "utils/guc.h"
#include "utils/varbit.h"
#if PG_VERSION_NUM >= 160000
#include "nodes/miscnodes.h"
#include "varatt.h"
#endif
}

// Declares an SQL-callable C function and opens its definition: QUIVER_FUNCTION(vector_in) { ... }
// defines the symbol quiver_vector_in. Entry points only unpack arguments, call and pack the
// result.
#define QUIVER_FUNCTION(name)           \
    extern "C" {                        \
    PG_FUNCTION_INFO_V1(quiver_##name); \
    }                                   \
    extern "C" Datum quiver_##name(FunctionCallInfo fcinfo)

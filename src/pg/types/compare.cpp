// Comparison operators and the support functions of the btree operator classes.
#include "pg/postgres.hpp"

#include "pg/datum.hpp"
#include "quiver/types/compare.hpp"

namespace {

template <class View>
int compare_args(FunctionCallInfo fcinfo) {
    return quiver::pg::with_args<View>(fcinfo,
                                       [](View a, View b) { return quiver::compare(a, b); });
}

}  // namespace

// The six operators and the comparison of one type.
#define QUIVER_COMPARISONS(type, View)                                                   \
    QUIVER_FUNCTION(type##_lt) { return BoolGetDatum(compare_args<View>(fcinfo) < 0); }  \
    QUIVER_FUNCTION(type##_le) { return BoolGetDatum(compare_args<View>(fcinfo) <= 0); } \
    QUIVER_FUNCTION(type##_eq) { return BoolGetDatum(compare_args<View>(fcinfo) == 0); } \
    QUIVER_FUNCTION(type##_ne) { return BoolGetDatum(compare_args<View>(fcinfo) != 0); } \
    QUIVER_FUNCTION(type##_ge) { return BoolGetDatum(compare_args<View>(fcinfo) >= 0); } \
    QUIVER_FUNCTION(type##_gt) { return BoolGetDatum(compare_args<View>(fcinfo) > 0); }  \
    QUIVER_FUNCTION(type##_cmp) { return Int32GetDatum(compare_args<View>(fcinfo)); }

QUIVER_COMPARISONS(vector, quiver::VectorView)
QUIVER_COMPARISONS(halfvec, quiver::HalfvecView)
QUIVER_COMPARISONS(sparsevec, quiver::SparseView)

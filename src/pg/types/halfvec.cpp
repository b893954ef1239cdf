// halfvec: text and binary input and output.
#include "pg/postgres.hpp"

#include "pg/types/dense_io.hpp"

using quiver::F16;
namespace pg = quiver::pg;

QUIVER_FUNCTION(halfvec_in) { return pg::dense_in<F16>(fcinfo); }
QUIVER_FUNCTION(halfvec_out) { return pg::dense_out<F16>(fcinfo); }
QUIVER_FUNCTION(halfvec_typmod_in) { return pg::dense_typmod_in<F16>(fcinfo); }
QUIVER_FUNCTION(halfvec_recv) { return pg::dense_recv<F16>(fcinfo); }
QUIVER_FUNCTION(halfvec_send) { return pg::dense_send<F16>(fcinfo); }

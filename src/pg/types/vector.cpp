// vector: text and binary input and output.
#include "pg/postgres.hpp"

#include "pg/types/dense_io.hpp"

using quiver::F32;
namespace pg = quiver::pg;

QUIVER_FUNCTION(vector_in) { return pg::dense_in<F32>(fcinfo); }
QUIVER_FUNCTION(vector_out) { return pg::dense_out<F32>(fcinfo); }
QUIVER_FUNCTION(vector_typmod_in) { return pg::dense_typmod_in<F32>(fcinfo); }
QUIVER_FUNCTION(vector_recv) { return pg::dense_recv<F32>(fcinfo); }
QUIVER_FUNCTION(vector_send) { return pg::dense_send<F32>(fcinfo); }

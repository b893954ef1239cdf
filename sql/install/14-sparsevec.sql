-- The type sparsevec: single precision, 8 bytes per dimension that is not zero.

CREATE TYPE sparsevec;

CREATE FUNCTION sparsevec_in(cstring, oid, integer) RETURNS sparsevec
    AS 'MODULE_PATHNAME', 'quiver_sparsevec_in'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION sparsevec_in(cstring, oid, integer) IS
    'input from text, {1:2,5:7}/9';

CREATE FUNCTION sparsevec_out(sparsevec) RETURNS cstring
    AS 'MODULE_PATHNAME', 'quiver_sparsevec_out'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION sparsevec_out(sparsevec) IS
    'output as text, {1:2,5:7}/9';

CREATE FUNCTION sparsevec_typmod_in(cstring[]) RETURNS integer
    AS 'MODULE_PATHNAME', 'quiver_sparsevec_typmod_in'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION sparsevec_typmod_in(cstring[]) IS
    'reads the n of sparsevec(n): the number of dimensions';

CREATE FUNCTION sparsevec_recv(internal, oid, integer) RETURNS sparsevec
    AS 'MODULE_PATHNAME', 'quiver_sparsevec_recv'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION sparsevec_recv(internal, oid, integer) IS
    'input from the binary wire format';

CREATE FUNCTION sparsevec_send(sparsevec) RETURNS bytea
    AS 'MODULE_PATHNAME', 'quiver_sparsevec_send'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION sparsevec_send(sparsevec) IS
    'output in the binary wire format';

CREATE FUNCTION sparsevec_subscript_handler(internal) RETURNS internal
    AS 'MODULE_PATHNAME', 'quiver_sparsevec_subscript_handler'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION sparsevec_subscript_handler(internal) IS
    'element access: x[i] is element i as real, counted from 1, NULL outside';

CREATE TYPE sparsevec (
    INPUT = sparsevec_in,
    OUTPUT = sparsevec_out,
    RECEIVE = sparsevec_recv,
    SEND = sparsevec_send,
    TYPMOD_IN = sparsevec_typmod_in,
    ALIGNMENT = int4,
    STORAGE = external,
    SUBSCRIPT = sparsevec_subscript_handler
);

COMMENT ON TYPE sparsevec IS
    '4-byte floats that are not zero, 1 to 1000000000 dimensions, at most 16000 values';

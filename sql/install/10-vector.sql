-- The type vector: single precision, 4 bytes per dimension.
-- Storage is external, not extended: compressing floats costs time and gains nothing.

CREATE TYPE vector;

CREATE FUNCTION vector_in(cstring, oid, integer) RETURNS vector
    AS 'MODULE_PATHNAME', 'quiver_vector_in'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION vector_in(cstring, oid, integer) IS
    'input from text, [1,2,3]';

CREATE FUNCTION vector_out(vector) RETURNS cstring
    AS 'MODULE_PATHNAME', 'quiver_vector_out'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION vector_out(vector) IS
    'output as text, [1,2,3]';

CREATE FUNCTION vector_typmod_in(cstring[]) RETURNS integer
    AS 'MODULE_PATHNAME', 'quiver_vector_typmod_in'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION vector_typmod_in(cstring[]) IS
    'reads the n of vector(n): the number of dimensions';

CREATE FUNCTION vector_recv(internal, oid, integer) RETURNS vector
    AS 'MODULE_PATHNAME', 'quiver_vector_recv'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION vector_recv(internal, oid, integer) IS
    'input from the binary wire format';

CREATE FUNCTION vector_send(vector) RETURNS bytea
    AS 'MODULE_PATHNAME', 'quiver_vector_send'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION vector_send(vector) IS
    'output in the binary wire format';

CREATE FUNCTION vector_subscript_handler(internal) RETURNS internal
    AS 'MODULE_PATHNAME', 'quiver_vector_subscript_handler'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION vector_subscript_handler(internal) IS
    'element access: x[i] is element i as real, counted from 1, NULL outside';

CREATE TYPE vector (
    INPUT = vector_in,
    OUTPUT = vector_out,
    RECEIVE = vector_recv,
    SEND = vector_send,
    TYPMOD_IN = vector_typmod_in,
    ALIGNMENT = int4,
    STORAGE = external,
    SUBSCRIPT = vector_subscript_handler
);

COMMENT ON TYPE vector IS
    'list of 4-byte floats, 1 to 16000 dimensions';

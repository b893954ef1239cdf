-- Functions of one vector, and element by element arithmetic.
-- Absent on purpose, since pgvector has no such names: l2_norm(vector), vector_norm(halfvec),
-- vector_dims(sparsevec).

-- vector

CREATE FUNCTION vector_dims(vector) RETURNS integer
    AS 'MODULE_PATHNAME', 'quiver_vector_dims'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION vector_dims(vector) IS
    'number of dimensions';

CREATE FUNCTION vector_norm(vector) RETURNS double precision
    AS 'MODULE_PATHNAME', 'quiver_vector_norm'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION vector_norm(vector) IS
    'Euclidean length';

CREATE FUNCTION l2_normalize(vector) RETURNS vector
    AS 'MODULE_PATHNAME', 'quiver_l2_normalize'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION l2_normalize(vector) IS
    'same direction with Euclidean length 1; zero stays zero';

CREATE FUNCTION binary_quantize(vector) RETURNS bit
    AS 'MODULE_PATHNAME', 'quiver_binary_quantize'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION binary_quantize(vector) IS
    'one bit per dimension: 1 where the element is above zero';

CREATE FUNCTION binary_quantize_mean(vector) RETURNS bit
    AS 'MODULE_PATHNAME', 'quiver_binary_quantize_mean'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION binary_quantize_mean(vector) IS
    'one bit per dimension: 1 where the element is above the mean of this vector';

CREATE FUNCTION subvector(vector, integer, integer) RETURNS vector
    AS 'MODULE_PATHNAME', 'quiver_subvector'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION subvector(vector, integer, integer) IS
    'part of the vector: first element, counted from 1, and how many';

CREATE FUNCTION vector_add(vector, vector) RETURNS vector
    AS 'MODULE_PATHNAME', 'quiver_vector_add'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION vector_add(vector, vector) IS
    'implementation of + operator';

CREATE FUNCTION vector_sub(vector, vector) RETURNS vector
    AS 'MODULE_PATHNAME', 'quiver_vector_sub'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION vector_sub(vector, vector) IS
    'implementation of - operator';

CREATE FUNCTION vector_mul(vector, vector) RETURNS vector
    AS 'MODULE_PATHNAME', 'quiver_vector_mul'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION vector_mul(vector, vector) IS
    'implementation of * operator';

CREATE FUNCTION vector_concat(vector, vector) RETURNS vector
    AS 'MODULE_PATHNAME', 'quiver_vector_concat'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION vector_concat(vector, vector) IS
    'implementation of || operator';

CREATE OPERATOR + (
    LEFTARG = vector,
    RIGHTARG = vector,
    FUNCTION = vector_add,
    COMMUTATOR = +
);

COMMENT ON OPERATOR + (vector, vector) IS
    'sum of the elements in pairs';

CREATE OPERATOR - (
    LEFTARG = vector,
    RIGHTARG = vector,
    FUNCTION = vector_sub
);

COMMENT ON OPERATOR - (vector, vector) IS
    'difference of the elements in pairs';

CREATE OPERATOR * (
    LEFTARG = vector,
    RIGHTARG = vector,
    FUNCTION = vector_mul,
    COMMUTATOR = *
);

COMMENT ON OPERATOR * (vector, vector) IS
    'product of the elements in pairs';

CREATE OPERATOR || (
    LEFTARG = vector,
    RIGHTARG = vector,
    FUNCTION = vector_concat
);

COMMENT ON OPERATOR || (vector, vector) IS
    'the elements of both, one after the other';

-- halfvec

CREATE FUNCTION vector_dims(halfvec) RETURNS integer
    AS 'MODULE_PATHNAME', 'quiver_halfvec_vector_dims'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION vector_dims(halfvec) IS
    'number of dimensions';

CREATE FUNCTION l2_norm(halfvec) RETURNS double precision
    AS 'MODULE_PATHNAME', 'quiver_halfvec_l2_norm'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION l2_norm(halfvec) IS
    'Euclidean length';

CREATE FUNCTION l2_normalize(halfvec) RETURNS halfvec
    AS 'MODULE_PATHNAME', 'quiver_halfvec_l2_normalize'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION l2_normalize(halfvec) IS
    'same direction with Euclidean length 1; zero stays zero';

CREATE FUNCTION binary_quantize(halfvec) RETURNS bit
    AS 'MODULE_PATHNAME', 'quiver_halfvec_binary_quantize'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION binary_quantize(halfvec) IS
    'one bit per dimension: 1 where the element is above zero';

CREATE FUNCTION binary_quantize_mean(halfvec) RETURNS bit
    AS 'MODULE_PATHNAME', 'quiver_halfvec_binary_quantize_mean'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION binary_quantize_mean(halfvec) IS
    'one bit per dimension: 1 where the element is above the mean of this vector';

CREATE FUNCTION subvector(halfvec, integer, integer) RETURNS halfvec
    AS 'MODULE_PATHNAME', 'quiver_halfvec_subvector'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION subvector(halfvec, integer, integer) IS
    'part of the vector: first element, counted from 1, and how many';

CREATE FUNCTION halfvec_add(halfvec, halfvec) RETURNS halfvec
    AS 'MODULE_PATHNAME', 'quiver_halfvec_add'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION halfvec_add(halfvec, halfvec) IS
    'implementation of + operator';

CREATE FUNCTION halfvec_sub(halfvec, halfvec) RETURNS halfvec
    AS 'MODULE_PATHNAME', 'quiver_halfvec_sub'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION halfvec_sub(halfvec, halfvec) IS
    'implementation of - operator';

CREATE FUNCTION halfvec_mul(halfvec, halfvec) RETURNS halfvec
    AS 'MODULE_PATHNAME', 'quiver_halfvec_mul'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION halfvec_mul(halfvec, halfvec) IS
    'implementation of * operator';

CREATE FUNCTION halfvec_concat(halfvec, halfvec) RETURNS halfvec
    AS 'MODULE_PATHNAME', 'quiver_halfvec_concat'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION halfvec_concat(halfvec, halfvec) IS
    'implementation of || operator';

CREATE OPERATOR + (
    LEFTARG = halfvec,
    RIGHTARG = halfvec,
    FUNCTION = halfvec_add,
    COMMUTATOR = +
);

COMMENT ON OPERATOR + (halfvec, halfvec) IS
    'sum of the elements in pairs';

CREATE OPERATOR - (
    LEFTARG = halfvec,
    RIGHTARG = halfvec,
    FUNCTION = halfvec_sub
);

COMMENT ON OPERATOR - (halfvec, halfvec) IS
    'difference of the elements in pairs';

CREATE OPERATOR * (
    LEFTARG = halfvec,
    RIGHTARG = halfvec,
    FUNCTION = halfvec_mul,
    COMMUTATOR = *
);

COMMENT ON OPERATOR * (halfvec, halfvec) IS
    'product of the elements in pairs';

CREATE OPERATOR || (
    LEFTARG = halfvec,
    RIGHTARG = halfvec,
    FUNCTION = halfvec_concat
);

COMMENT ON OPERATOR || (halfvec, halfvec) IS
    'the elements of both, one after the other';

-- sparsevec

CREATE FUNCTION l2_norm(sparsevec) RETURNS double precision
    AS 'MODULE_PATHNAME', 'quiver_sparsevec_l2_norm'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION l2_norm(sparsevec) IS
    'Euclidean length';

CREATE FUNCTION l2_normalize(sparsevec) RETURNS sparsevec
    AS 'MODULE_PATHNAME', 'quiver_sparsevec_l2_normalize'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION l2_normalize(sparsevec) IS
    'same direction with Euclidean length 1; zero stays zero';

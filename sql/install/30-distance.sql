-- Distances and their operators.
-- Sums are made in single precision, as in pgvector; the result is widened at the end.

-- vector

CREATE FUNCTION l2_distance(vector, vector) RETURNS double precision
    AS 'MODULE_PATHNAME', 'quiver_l2_distance'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION l2_distance(vector, vector) IS
    'Euclidean distance, 0 or more';

CREATE FUNCTION inner_product(vector, vector) RETURNS double precision
    AS 'MODULE_PATHNAME', 'quiver_inner_product'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION inner_product(vector, vector) IS
    'inner product';

CREATE FUNCTION cosine_distance(vector, vector) RETURNS double precision
    AS 'MODULE_PATHNAME', 'quiver_cosine_distance'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION cosine_distance(vector, vector) IS
    '1 minus the cosine of the angle, 0 to 2; NaN if a vector is zero';

CREATE FUNCTION l1_distance(vector, vector) RETURNS double precision
    AS 'MODULE_PATHNAME', 'quiver_l1_distance'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION l1_distance(vector, vector) IS
    'sum of the absolute differences, 0 or more';

CREATE FUNCTION vector_l2_squared_distance(vector, vector) RETURNS double precision
    AS 'MODULE_PATHNAME', 'quiver_vector_l2_squared_distance'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION vector_l2_squared_distance(vector, vector) IS
    'square of the Euclidean distance, for index support';

CREATE FUNCTION vector_negative_inner_product(vector, vector) RETURNS double precision
    AS 'MODULE_PATHNAME', 'quiver_vector_negative_inner_product'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION vector_negative_inner_product(vector, vector) IS
    'implementation of <#> operator';

CREATE FUNCTION vector_spherical_distance(vector, vector) RETURNS double precision
    AS 'MODULE_PATHNAME', 'quiver_vector_spherical_distance'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION vector_spherical_distance(vector, vector) IS
    'angle between unit vectors divided by pi, 0 to 1, for index support';

CREATE OPERATOR <-> (
    LEFTARG = vector,
    RIGHTARG = vector,
    FUNCTION = l2_distance,
    COMMUTATOR = <->
);

COMMENT ON OPERATOR <-> (vector, vector) IS
    'Euclidean distance';

CREATE OPERATOR <#> (
    LEFTARG = vector,
    RIGHTARG = vector,
    FUNCTION = vector_negative_inner_product,
    COMMUTATOR = <#>
);

COMMENT ON OPERATOR <#> (vector, vector) IS
    'inner product with the sign changed, so that nearest sorts first';

CREATE OPERATOR <=> (
    LEFTARG = vector,
    RIGHTARG = vector,
    FUNCTION = cosine_distance,
    COMMUTATOR = <=>
);

COMMENT ON OPERATOR <=> (vector, vector) IS
    'cosine distance, 0 to 2';

CREATE OPERATOR <+> (
    LEFTARG = vector,
    RIGHTARG = vector,
    FUNCTION = l1_distance,
    COMMUTATOR = <+>
);

COMMENT ON OPERATOR <+> (vector, vector) IS
    'taxicab (L1) distance';

-- halfvec

CREATE FUNCTION l2_distance(halfvec, halfvec) RETURNS double precision
    AS 'MODULE_PATHNAME', 'quiver_halfvec_l2_distance'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION l2_distance(halfvec, halfvec) IS
    'Euclidean distance, 0 or more';

CREATE FUNCTION inner_product(halfvec, halfvec) RETURNS double precision
    AS 'MODULE_PATHNAME', 'quiver_halfvec_inner_product'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION inner_product(halfvec, halfvec) IS
    'inner product';

CREATE FUNCTION cosine_distance(halfvec, halfvec) RETURNS double precision
    AS 'MODULE_PATHNAME', 'quiver_halfvec_cosine_distance'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION cosine_distance(halfvec, halfvec) IS
    '1 minus the cosine of the angle, 0 to 2; NaN if a vector is zero';

CREATE FUNCTION l1_distance(halfvec, halfvec) RETURNS double precision
    AS 'MODULE_PATHNAME', 'quiver_halfvec_l1_distance'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION l1_distance(halfvec, halfvec) IS
    'sum of the absolute differences, 0 or more';

CREATE FUNCTION halfvec_l2_squared_distance(halfvec, halfvec) RETURNS double precision
    AS 'MODULE_PATHNAME', 'quiver_halfvec_l2_squared_distance'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION halfvec_l2_squared_distance(halfvec, halfvec) IS
    'square of the Euclidean distance, for index support';

CREATE FUNCTION halfvec_negative_inner_product(halfvec, halfvec) RETURNS double precision
    AS 'MODULE_PATHNAME', 'quiver_halfvec_negative_inner_product'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION halfvec_negative_inner_product(halfvec, halfvec) IS
    'implementation of <#> operator';

CREATE FUNCTION halfvec_spherical_distance(halfvec, halfvec) RETURNS double precision
    AS 'MODULE_PATHNAME', 'quiver_halfvec_spherical_distance'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION halfvec_spherical_distance(halfvec, halfvec) IS
    'angle between unit vectors divided by pi, 0 to 1, for index support';

CREATE OPERATOR <-> (
    LEFTARG = halfvec,
    RIGHTARG = halfvec,
    FUNCTION = l2_distance,
    COMMUTATOR = <->
);

COMMENT ON OPERATOR <-> (halfvec, halfvec) IS
    'Euclidean distance';

CREATE OPERATOR <#> (
    LEFTARG = halfvec,
    RIGHTARG = halfvec,
    FUNCTION = halfvec_negative_inner_product,
    COMMUTATOR = <#>
);

COMMENT ON OPERATOR <#> (halfvec, halfvec) IS
    'inner product with the sign changed, so that nearest sorts first';

CREATE OPERATOR <=> (
    LEFTARG = halfvec,
    RIGHTARG = halfvec,
    FUNCTION = cosine_distance,
    COMMUTATOR = <=>
);

COMMENT ON OPERATOR <=> (halfvec, halfvec) IS
    'cosine distance, 0 to 2';

CREATE OPERATOR <+> (
    LEFTARG = halfvec,
    RIGHTARG = halfvec,
    FUNCTION = l1_distance,
    COMMUTATOR = <+>
);

COMMENT ON OPERATOR <+> (halfvec, halfvec) IS
    'taxicab (L1) distance';

-- sparsevec

CREATE FUNCTION l2_distance(sparsevec, sparsevec) RETURNS double precision
    AS 'MODULE_PATHNAME', 'quiver_sparsevec_l2_distance'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION l2_distance(sparsevec, sparsevec) IS
    'Euclidean distance, 0 or more';

CREATE FUNCTION inner_product(sparsevec, sparsevec) RETURNS double precision
    AS 'MODULE_PATHNAME', 'quiver_sparsevec_inner_product'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION inner_product(sparsevec, sparsevec) IS
    'inner product';

CREATE FUNCTION cosine_distance(sparsevec, sparsevec) RETURNS double precision
    AS 'MODULE_PATHNAME', 'quiver_sparsevec_cosine_distance'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION cosine_distance(sparsevec, sparsevec) IS
    '1 minus the cosine of the angle, 0 to 2; NaN if a vector is zero';

CREATE FUNCTION l1_distance(sparsevec, sparsevec) RETURNS double precision
    AS 'MODULE_PATHNAME', 'quiver_sparsevec_l1_distance'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION l1_distance(sparsevec, sparsevec) IS
    'sum of the absolute differences, 0 or more';

CREATE FUNCTION sparsevec_l2_squared_distance(sparsevec, sparsevec) RETURNS double precision
    AS 'MODULE_PATHNAME', 'quiver_sparsevec_l2_squared_distance'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION sparsevec_l2_squared_distance(sparsevec, sparsevec) IS
    'square of the Euclidean distance, for index support';

CREATE FUNCTION sparsevec_negative_inner_product(sparsevec, sparsevec) RETURNS double precision
    AS 'MODULE_PATHNAME', 'quiver_sparsevec_negative_inner_product'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION sparsevec_negative_inner_product(sparsevec, sparsevec) IS
    'implementation of <#> operator';

CREATE OPERATOR <-> (
    LEFTARG = sparsevec,
    RIGHTARG = sparsevec,
    FUNCTION = l2_distance,
    COMMUTATOR = <->
);

COMMENT ON OPERATOR <-> (sparsevec, sparsevec) IS
    'Euclidean distance';

CREATE OPERATOR <#> (
    LEFTARG = sparsevec,
    RIGHTARG = sparsevec,
    FUNCTION = sparsevec_negative_inner_product,
    COMMUTATOR = <#>
);

COMMENT ON OPERATOR <#> (sparsevec, sparsevec) IS
    'inner product with the sign changed, so that nearest sorts first';

CREATE OPERATOR <=> (
    LEFTARG = sparsevec,
    RIGHTARG = sparsevec,
    FUNCTION = cosine_distance,
    COMMUTATOR = <=>
);

COMMENT ON OPERATOR <=> (sparsevec, sparsevec) IS
    'cosine distance, 0 to 2';

CREATE OPERATOR <+> (
    LEFTARG = sparsevec,
    RIGHTARG = sparsevec,
    FUNCTION = l1_distance,
    COMMUTATOR = <+>
);

COMMENT ON OPERATOR <+> (sparsevec, sparsevec) IS
    'taxicab (L1) distance';

-- bit

CREATE FUNCTION hamming_distance(bit, bit) RETURNS double precision
    AS 'MODULE_PATHNAME', 'quiver_hamming_distance'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION hamming_distance(bit, bit) IS
    'number of bits that differ';

CREATE FUNCTION jaccard_distance(bit, bit) RETURNS double precision
    AS 'MODULE_PATHNAME', 'quiver_jaccard_distance'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION jaccard_distance(bit, bit) IS
    '1 minus common bits over bits set in either, 0 to 1; 1 if none is common';

CREATE OPERATOR <~> (
    LEFTARG = bit,
    RIGHTARG = bit,
    FUNCTION = hamming_distance,
    COMMUTATOR = <~>
);

COMMENT ON OPERATOR <~> (bit, bit) IS
    'Hamming distance: number of bits that differ';

CREATE OPERATOR <%> (
    LEFTARG = bit,
    RIGHTARG = bit,
    FUNCTION = jaccard_distance,
    COMMUTATOR = <%>
);

COMMENT ON OPERATOR <%> (bit, bit) IS
    'Jaccard distance, 0 to 1';

-- The access method ivfflat.

CREATE FUNCTION ivfflathandler(internal) RETURNS index_am_handler
    AS 'MODULE_PATHNAME', 'quiver_ivfflathandler'
    LANGUAGE C VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE;

COMMENT ON FUNCTION ivfflathandler(internal) IS
    'handler of the ivfflat access method';

CREATE ACCESS METHOD ivfflat TYPE INDEX HANDLER ivfflathandler;

COMMENT ON ACCESS METHOD ivfflat IS
    'inverted lists for nearest neighbours: ORDER BY column <-> value LIMIT n';

CREATE FUNCTION ivfflat_vector_l2_metric(internal) RETURNS internal
    AS 'MODULE_PATHNAME', 'quiver_ivfflat_vector_l2_metric'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION ivfflat_vector_l2_metric(internal) IS
    'what ivfflat has to know of vector and its Euclidean distance';

CREATE OPERATOR CLASS vector_l2_ops
    DEFAULT FOR TYPE vector USING ivfflat AS
    OPERATOR 1 <-> (vector, vector) FOR ORDER BY float_ops,
    FUNCTION 1 vector_l2_squared_distance(vector, vector),
    FUNCTION 3 l2_distance(vector, vector),
    FUNCTION 6 ivfflat_vector_l2_metric(internal);

COMMENT ON OPERATOR CLASS vector_l2_ops USING ivfflat IS
    'Euclidean distance of vector';

COMMENT ON OPERATOR FAMILY vector_l2_ops USING ivfflat IS
    'Euclidean distance of vector';

CREATE FUNCTION ivfflat_vector_ip_metric(internal) RETURNS internal
    AS 'MODULE_PATHNAME', 'quiver_ivfflat_vector_ip_metric'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION ivfflat_vector_ip_metric(internal) IS
    'what ivfflat has to know of vector and its inner product';

CREATE OPERATOR CLASS vector_ip_ops
    FOR TYPE vector USING ivfflat AS
    OPERATOR 1 <#> (vector, vector) FOR ORDER BY float_ops,
    FUNCTION 1 vector_negative_inner_product(vector, vector),
    FUNCTION 3 vector_spherical_distance(vector, vector),
    FUNCTION 4 vector_norm(vector),
    FUNCTION 6 ivfflat_vector_ip_metric(internal);

COMMENT ON OPERATOR CLASS vector_ip_ops USING ivfflat IS
    'inner product of vector';

COMMENT ON OPERATOR FAMILY vector_ip_ops USING ivfflat IS
    'inner product of vector';

CREATE FUNCTION ivfflat_vector_cosine_metric(internal) RETURNS internal
    AS 'MODULE_PATHNAME', 'quiver_ivfflat_vector_cosine_metric'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION ivfflat_vector_cosine_metric(internal) IS
    'what ivfflat has to know of vector and its cosine distance';

CREATE OPERATOR CLASS vector_cosine_ops
    FOR TYPE vector USING ivfflat AS
    OPERATOR 1 <=> (vector, vector) FOR ORDER BY float_ops,
    FUNCTION 1 vector_negative_inner_product(vector, vector),
    FUNCTION 2 vector_norm(vector),
    FUNCTION 3 vector_spherical_distance(vector, vector),
    FUNCTION 4 vector_norm(vector),
    FUNCTION 6 ivfflat_vector_cosine_metric(internal);

COMMENT ON OPERATOR CLASS vector_cosine_ops USING ivfflat IS
    'cosine distance of vector';

COMMENT ON OPERATOR FAMILY vector_cosine_ops USING ivfflat IS
    'cosine distance of vector';

CREATE FUNCTION ivfflat_halfvec_l2_metric(internal) RETURNS internal
    AS 'MODULE_PATHNAME', 'quiver_ivfflat_halfvec_l2_metric'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION ivfflat_halfvec_l2_metric(internal) IS
    'what ivfflat has to know of halfvec and its Euclidean distance';

CREATE OPERATOR CLASS halfvec_l2_ops
    FOR TYPE halfvec USING ivfflat AS
    OPERATOR 1 <-> (halfvec, halfvec) FOR ORDER BY float_ops,
    FUNCTION 1 halfvec_l2_squared_distance(halfvec, halfvec),
    FUNCTION 3 l2_distance(halfvec, halfvec),
    FUNCTION 6 ivfflat_halfvec_l2_metric(internal);

COMMENT ON OPERATOR CLASS halfvec_l2_ops USING ivfflat IS
    'Euclidean distance of halfvec';

COMMENT ON OPERATOR FAMILY halfvec_l2_ops USING ivfflat IS
    'Euclidean distance of halfvec';

CREATE FUNCTION ivfflat_halfvec_ip_metric(internal) RETURNS internal
    AS 'MODULE_PATHNAME', 'quiver_ivfflat_halfvec_ip_metric'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION ivfflat_halfvec_ip_metric(internal) IS
    'what ivfflat has to know of halfvec and its inner product';

CREATE OPERATOR CLASS halfvec_ip_ops
    FOR TYPE halfvec USING ivfflat AS
    OPERATOR 1 <#> (halfvec, halfvec) FOR ORDER BY float_ops,
    FUNCTION 1 halfvec_negative_inner_product(halfvec, halfvec),
    FUNCTION 3 halfvec_spherical_distance(halfvec, halfvec),
    FUNCTION 4 l2_norm(halfvec),
    FUNCTION 6 ivfflat_halfvec_ip_metric(internal);

COMMENT ON OPERATOR CLASS halfvec_ip_ops USING ivfflat IS
    'inner product of halfvec';

COMMENT ON OPERATOR FAMILY halfvec_ip_ops USING ivfflat IS
    'inner product of halfvec';

CREATE FUNCTION ivfflat_halfvec_cosine_metric(internal) RETURNS internal
    AS 'MODULE_PATHNAME', 'quiver_ivfflat_halfvec_cosine_metric'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION ivfflat_halfvec_cosine_metric(internal) IS
    'what ivfflat has to know of halfvec and its cosine distance';

CREATE OPERATOR CLASS halfvec_cosine_ops
    FOR TYPE halfvec USING ivfflat AS
    OPERATOR 1 <=> (halfvec, halfvec) FOR ORDER BY float_ops,
    FUNCTION 1 halfvec_negative_inner_product(halfvec, halfvec),
    FUNCTION 2 l2_norm(halfvec),
    FUNCTION 3 halfvec_spherical_distance(halfvec, halfvec),
    FUNCTION 4 l2_norm(halfvec),
    FUNCTION 6 ivfflat_halfvec_cosine_metric(internal);

COMMENT ON OPERATOR CLASS halfvec_cosine_ops USING ivfflat IS
    'cosine distance of halfvec';

COMMENT ON OPERATOR FAMILY halfvec_cosine_ops USING ivfflat IS
    'cosine distance of halfvec';

CREATE FUNCTION ivfflat_bit_hamming_metric(internal) RETURNS internal
    AS 'MODULE_PATHNAME', 'quiver_ivfflat_bit_hamming_metric'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION ivfflat_bit_hamming_metric(internal) IS
    'what ivfflat has to know of bit and its Hamming distance';

CREATE OPERATOR CLASS bit_hamming_ops
    FOR TYPE bit USING ivfflat AS
    OPERATOR 1 <~> (bit, bit) FOR ORDER BY float_ops,
    FUNCTION 1 hamming_distance(bit, bit),
    FUNCTION 3 hamming_distance(bit, bit),
    FUNCTION 6 ivfflat_bit_hamming_metric(internal);

COMMENT ON OPERATOR CLASS bit_hamming_ops USING ivfflat IS
    'Hamming distance of bit';

COMMENT ON OPERATOR FAMILY bit_hamming_ops USING ivfflat IS
    'Hamming distance of bit';

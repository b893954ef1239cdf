-- The access method hnsw.

CREATE FUNCTION hnswhandler(internal) RETURNS index_am_handler
    AS 'MODULE_PATHNAME', 'quiver_hnswhandler'
    LANGUAGE C VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE;

COMMENT ON FUNCTION hnswhandler(internal) IS
    'handler of the hnsw access method';

CREATE ACCESS METHOD hnsw TYPE INDEX HANDLER hnswhandler;

COMMENT ON ACCESS METHOD hnsw IS
    'graph index for nearest neighbours: ORDER BY column <-> value LIMIT n';

CREATE FUNCTION hnsw_vector_l2_metric(internal) RETURNS internal
    AS 'MODULE_PATHNAME', 'quiver_hnsw_vector_l2_metric'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION hnsw_vector_l2_metric(internal) IS
    'what hnsw has to know of vector and its Euclidean distance';

CREATE OPERATOR CLASS vector_l2_ops
    DEFAULT FOR TYPE vector USING hnsw AS
    OPERATOR 1 <-> (vector, vector) FOR ORDER BY float_ops,
    FUNCTION 1 vector_l2_squared_distance(vector, vector),
    FUNCTION 4 hnsw_vector_l2_metric(internal);

COMMENT ON OPERATOR CLASS vector_l2_ops USING hnsw IS
    'Euclidean distance of vector';

COMMENT ON OPERATOR FAMILY vector_l2_ops USING hnsw IS
    'Euclidean distance of vector';

CREATE FUNCTION hnsw_vector_ip_metric(internal) RETURNS internal
    AS 'MODULE_PATHNAME', 'quiver_hnsw_vector_ip_metric'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION hnsw_vector_ip_metric(internal) IS
    'what hnsw has to know of vector and its inner product';

CREATE OPERATOR CLASS vector_ip_ops
    FOR TYPE vector USING hnsw AS
    OPERATOR 1 <#> (vector, vector) FOR ORDER BY float_ops,
    FUNCTION 1 vector_negative_inner_product(vector, vector),
    FUNCTION 4 hnsw_vector_ip_metric(internal);

COMMENT ON OPERATOR CLASS vector_ip_ops USING hnsw IS
    'inner product of vector';

COMMENT ON OPERATOR FAMILY vector_ip_ops USING hnsw IS
    'inner product of vector';

CREATE FUNCTION hnsw_vector_cosine_metric(internal) RETURNS internal
    AS 'MODULE_PATHNAME', 'quiver_hnsw_vector_cosine_metric'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION hnsw_vector_cosine_metric(internal) IS
    'what hnsw has to know of vector and its cosine distance';

CREATE OPERATOR CLASS vector_cosine_ops
    FOR TYPE vector USING hnsw AS
    OPERATOR 1 <=> (vector, vector) FOR ORDER BY float_ops,
    FUNCTION 1 vector_negative_inner_product(vector, vector),
    FUNCTION 2 vector_norm(vector),
    FUNCTION 4 hnsw_vector_cosine_metric(internal);

COMMENT ON OPERATOR CLASS vector_cosine_ops USING hnsw IS
    'cosine distance of vector';

COMMENT ON OPERATOR FAMILY vector_cosine_ops USING hnsw IS
    'cosine distance of vector';

CREATE FUNCTION hnsw_vector_l1_metric(internal) RETURNS internal
    AS 'MODULE_PATHNAME', 'quiver_hnsw_vector_l1_metric'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION hnsw_vector_l1_metric(internal) IS
    'what hnsw has to know of vector and its taxicab distance';

CREATE OPERATOR CLASS vector_l1_ops
    FOR TYPE vector USING hnsw AS
    OPERATOR 1 <+> (vector, vector) FOR ORDER BY float_ops,
    FUNCTION 1 l1_distance(vector, vector),
    FUNCTION 4 hnsw_vector_l1_metric(internal);

COMMENT ON OPERATOR CLASS vector_l1_ops USING hnsw IS
    'taxicab distance of vector';

COMMENT ON OPERATOR FAMILY vector_l1_ops USING hnsw IS
    'taxicab distance of vector';

CREATE FUNCTION hnsw_halfvec_l2_metric(internal) RETURNS internal
    AS 'MODULE_PATHNAME', 'quiver_hnsw_halfvec_l2_metric'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION hnsw_halfvec_l2_metric(internal) IS
    'what hnsw has to know of halfvec and its Euclidean distance';

CREATE OPERATOR CLASS halfvec_l2_ops
    FOR TYPE halfvec USING hnsw AS
    OPERATOR 1 <-> (halfvec, halfvec) FOR ORDER BY float_ops,
    FUNCTION 1 halfvec_l2_squared_distance(halfvec, halfvec),
    FUNCTION 4 hnsw_halfvec_l2_metric(internal);

COMMENT ON OPERATOR CLASS halfvec_l2_ops USING hnsw IS
    'Euclidean distance of halfvec';

COMMENT ON OPERATOR FAMILY halfvec_l2_ops USING hnsw IS
    'Euclidean distance of halfvec';

CREATE FUNCTION hnsw_halfvec_ip_metric(internal) RETURNS internal
    AS 'MODULE_PATHNAME', 'quiver_hnsw_halfvec_ip_metric'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION hnsw_halfvec_ip_metric(internal) IS
    'what hnsw has to know of halfvec and its inner product';

CREATE OPERATOR CLASS halfvec_ip_ops
    FOR TYPE halfvec USING hnsw AS
    OPERATOR 1 <#> (halfvec, halfvec) FOR ORDER BY float_ops,
    FUNCTION 1 halfvec_negative_inner_product(halfvec, halfvec),
    FUNCTION 4 hnsw_halfvec_ip_metric(internal);

COMMENT ON OPERATOR CLASS halfvec_ip_ops USING hnsw IS
    'inner product of halfvec';

COMMENT ON OPERATOR FAMILY halfvec_ip_ops USING hnsw IS
    'inner product of halfvec';

CREATE FUNCTION hnsw_halfvec_cosine_metric(internal) RETURNS internal
    AS 'MODULE_PATHNAME', 'quiver_hnsw_halfvec_cosine_metric'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION hnsw_halfvec_cosine_metric(internal) IS
    'what hnsw has to know of halfvec and its cosine distance';

CREATE OPERATOR CLASS halfvec_cosine_ops
    FOR TYPE halfvec USING hnsw AS
    OPERATOR 1 <=> (halfvec, halfvec) FOR ORDER BY float_ops,
    FUNCTION 1 halfvec_negative_inner_product(halfvec, halfvec),
    FUNCTION 2 l2_norm(halfvec),
    FUNCTION 4 hnsw_halfvec_cosine_metric(internal);

COMMENT ON OPERATOR CLASS halfvec_cosine_ops USING hnsw IS
    'cosine distance of halfvec';

COMMENT ON OPERATOR FAMILY halfvec_cosine_ops USING hnsw IS
    'cosine distance of halfvec';

CREATE FUNCTION hnsw_halfvec_l1_metric(internal) RETURNS internal
    AS 'MODULE_PATHNAME', 'quiver_hnsw_halfvec_l1_metric'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION hnsw_halfvec_l1_metric(internal) IS
    'what hnsw has to know of halfvec and its taxicab distance';

CREATE OPERATOR CLASS halfvec_l1_ops
    FOR TYPE halfvec USING hnsw AS
    OPERATOR 1 <+> (halfvec, halfvec) FOR ORDER BY float_ops,
    FUNCTION 1 l1_distance(halfvec, halfvec),
    FUNCTION 4 hnsw_halfvec_l1_metric(internal);

COMMENT ON OPERATOR CLASS halfvec_l1_ops USING hnsw IS
    'taxicab distance of halfvec';

COMMENT ON OPERATOR FAMILY halfvec_l1_ops USING hnsw IS
    'taxicab distance of halfvec';

CREATE FUNCTION hnsw_sparsevec_l2_metric(internal) RETURNS internal
    AS 'MODULE_PATHNAME', 'quiver_hnsw_sparsevec_l2_metric'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION hnsw_sparsevec_l2_metric(internal) IS
    'what hnsw has to know of sparsevec and its Euclidean distance';

CREATE OPERATOR CLASS sparsevec_l2_ops
    FOR TYPE sparsevec USING hnsw AS
    OPERATOR 1 <-> (sparsevec, sparsevec) FOR ORDER BY float_ops,
    FUNCTION 1 sparsevec_l2_squared_distance(sparsevec, sparsevec),
    FUNCTION 4 hnsw_sparsevec_l2_metric(internal);

COMMENT ON OPERATOR CLASS sparsevec_l2_ops USING hnsw IS
    'Euclidean distance of sparsevec';

COMMENT ON OPERATOR FAMILY sparsevec_l2_ops USING hnsw IS
    'Euclidean distance of sparsevec';

CREATE FUNCTION hnsw_sparsevec_ip_metric(internal) RETURNS internal
    AS 'MODULE_PATHNAME', 'quiver_hnsw_sparsevec_ip_metric'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION hnsw_sparsevec_ip_metric(internal) IS
    'what hnsw has to know of sparsevec and its inner product';

CREATE OPERATOR CLASS sparsevec_ip_ops
    FOR TYPE sparsevec USING hnsw AS
    OPERATOR 1 <#> (sparsevec, sparsevec) FOR ORDER BY float_ops,
    FUNCTION 1 sparsevec_negative_inner_product(sparsevec, sparsevec),
    FUNCTION 4 hnsw_sparsevec_ip_metric(internal);

COMMENT ON OPERATOR CLASS sparsevec_ip_ops USING hnsw IS
    'inner product of sparsevec';

COMMENT ON OPERATOR FAMILY sparsevec_ip_ops USING hnsw IS
    'inner product of sparsevec';

CREATE FUNCTION hnsw_sparsevec_cosine_metric(internal) RETURNS internal
    AS 'MODULE_PATHNAME', 'quiver_hnsw_sparsevec_cosine_metric'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION hnsw_sparsevec_cosine_metric(internal) IS
    'what hnsw has to know of sparsevec and its cosine distance';

CREATE OPERATOR CLASS sparsevec_cosine_ops
    FOR TYPE sparsevec USING hnsw AS
    OPERATOR 1 <=> (sparsevec, sparsevec) FOR ORDER BY float_ops,
    FUNCTION 1 sparsevec_negative_inner_product(sparsevec, sparsevec),
    FUNCTION 2 l2_norm(sparsevec),
    FUNCTION 4 hnsw_sparsevec_cosine_metric(internal);

COMMENT ON OPERATOR CLASS sparsevec_cosine_ops USING hnsw IS
    'cosine distance of sparsevec';

COMMENT ON OPERATOR FAMILY sparsevec_cosine_ops USING hnsw IS
    'cosine distance of sparsevec';

CREATE FUNCTION hnsw_sparsevec_l1_metric(internal) RETURNS internal
    AS 'MODULE_PATHNAME', 'quiver_hnsw_sparsevec_l1_metric'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION hnsw_sparsevec_l1_metric(internal) IS
    'what hnsw has to know of sparsevec and its taxicab distance';

CREATE OPERATOR CLASS sparsevec_l1_ops
    FOR TYPE sparsevec USING hnsw AS
    OPERATOR 1 <+> (sparsevec, sparsevec) FOR ORDER BY float_ops,
    FUNCTION 1 l1_distance(sparsevec, sparsevec),
    FUNCTION 4 hnsw_sparsevec_l1_metric(internal);

COMMENT ON OPERATOR CLASS sparsevec_l1_ops USING hnsw IS
    'taxicab distance of sparsevec';

COMMENT ON OPERATOR FAMILY sparsevec_l1_ops USING hnsw IS
    'taxicab distance of sparsevec';

CREATE FUNCTION hnsw_bit_hamming_metric(internal) RETURNS internal
    AS 'MODULE_PATHNAME', 'quiver_hnsw_bit_hamming_metric'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION hnsw_bit_hamming_metric(internal) IS
    'what hnsw has to know of bit and its Hamming distance';

CREATE OPERATOR CLASS bit_hamming_ops
    FOR TYPE bit USING hnsw AS
    OPERATOR 1 <~> (bit, bit) FOR ORDER BY float_ops,
    FUNCTION 1 hamming_distance(bit, bit),
    FUNCTION 4 hnsw_bit_hamming_metric(internal);

COMMENT ON OPERATOR CLASS bit_hamming_ops USING hnsw IS
    'Hamming distance of bit';

COMMENT ON OPERATOR FAMILY bit_hamming_ops USING hnsw IS
    'Hamming distance of bit';

CREATE FUNCTION hnsw_bit_jaccard_metric(internal) RETURNS internal
    AS 'MODULE_PATHNAME', 'quiver_hnsw_bit_jaccard_metric'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION hnsw_bit_jaccard_metric(internal) IS
    'what hnsw has to know of bit and its Jaccard distance';

CREATE OPERATOR CLASS bit_jaccard_ops
    FOR TYPE bit USING hnsw AS
    OPERATOR 1 <%> (bit, bit) FOR ORDER BY float_ops,
    FUNCTION 1 jaccard_distance(bit, bit),
    FUNCTION 4 hnsw_bit_jaccard_metric(internal);

COMMENT ON OPERATOR CLASS bit_jaccard_ops USING hnsw IS
    'Jaccard distance of bit';

COMMENT ON OPERATOR FAMILY bit_jaccard_ops USING hnsw IS
    'Jaccard distance of bit';


-- The same answers with the index and without: random small integers, so that there are many ties.
-- What is compared are the distances of the ten nearest; ef_search is large for the number of rows.

SELECT setseed(0.25);
CREATE TABLE result (class text, dims integer, query integer, indexed boolean, distances numeric[]);
CREATE FUNCTION random_value(type text, dims integer) RETURNS text LANGUAGE sql VOLATILE AS $$
    SELECT CASE WHEN type = 'bit' THEN string_agg(round(random())::text, '')
        ELSE '[' || string_agg((1 + floor(random() * 7) - 3 * (j % 2))::text, ',') || ']' END
    FROM generate_series(1, dims) AS j
$$;
CREATE PROCEDURE compare(class text, type text, operator text, dims integer) LANGUAGE plpgsql AS $$
DECLARE
    cast_to text := format('%s(%s)', type, dims);
BEGIN
    EXECUTE format('CREATE TABLE t (id serial, v %s)', cast_to);
    EXECUTE format('CREATE TABLE q (id serial, v %s)', cast_to);
    EXECUTE format('INSERT INTO t (v) SELECT random_value(%L, %s + 0 * i)::%s FROM generate_series(1, 400) AS i',
                   type, dims, cast_to);
    EXECUTE format('CREATE INDEX t_v_idx ON t USING hnsw (v %I)', class);
    EXECUTE format('INSERT INTO q (v) SELECT random_value(%L, %s + 0 * i)::%s FROM generate_series(1, 20) AS i',
                   type, dims, cast_to);
    FOR indexed IN 0 .. 1 LOOP
        PERFORM set_config('enable_seqscan', (indexed = 0)::text, true);
        PERFORM set_config('enable_sort', (indexed = 0)::text, true);
        PERFORM set_config('enable_indexscan', (indexed = 1)::text, true);
        EXECUTE format(
            'INSERT INTO result SELECT %L, %s, q.id, %L, array_agg(round(near.d::numeric, 4) ORDER BY near.d)
             FROM q CROSS JOIN LATERAL (SELECT t.v %s q.v AS d FROM t ORDER BY t.v %s q.v LIMIT 10) AS near
             GROUP BY q.id', class, dims, indexed = 1, operator, operator);
    END LOOP;
    DROP TABLE t, q;
END
$$;
SET hnsw.ef_search = 300;
CALL compare('vector_l2_ops', 'vector', '<->', 3);
CALL compare('vector_ip_ops', 'vector', '<#>', 3);
CALL compare('vector_cosine_ops', 'vector', '<=>', 3);
CALL compare('halfvec_l2_ops', 'halfvec', '<->', 3);
CALL compare('halfvec_ip_ops', 'halfvec', '<#>', 3);
CALL compare('halfvec_cosine_ops', 'halfvec', '<=>', 3);
CALL compare('vector_l2_ops', 'vector', '<->', 5);
CALL compare('vector_ip_ops', 'vector', '<#>', 5);
CALL compare('vector_cosine_ops', 'vector', '<=>', 5);
CALL compare('halfvec_l2_ops', 'halfvec', '<->', 5);
CALL compare('halfvec_ip_ops', 'halfvec', '<#>', 5);
CALL compare('halfvec_cosine_ops', 'halfvec', '<=>', 5);
CALL compare('vector_l2_ops', 'vector', '<->', 8);
CALL compare('vector_ip_ops', 'vector', '<#>', 8);
CALL compare('vector_cosine_ops', 'vector', '<=>', 8);
CALL compare('halfvec_l2_ops', 'halfvec', '<->', 8);
CALL compare('halfvec_ip_ops', 'halfvec', '<#>', 8);
CALL compare('halfvec_cosine_ops', 'halfvec', '<=>', 8);
CALL compare('bit_hamming_ops', 'bit', '<~>', 8);
CALL compare('bit_jaccard_ops', 'bit', '<%>', 8);
CALL compare('bit_hamming_ops', 'bit', '<~>', 21);
CALL compare('bit_jaccard_ops', 'bit', '<%>', 21);
CALL compare('bit_hamming_ops', 'bit', '<~>', 64);
CALL compare('bit_jaccard_ops', 'bit', '<%>', 64);
RESET hnsw.ef_search;
SELECT class, dims, count(*) AS queries,
    count(*) FILTER (WHERE array_length(a.distances, 1) = 10 AND a.distances = b.distances) AS same
FROM result AS a JOIN result AS b USING (class, dims, query)
WHERE a.indexed AND NOT b.indexed
GROUP BY class, dims ORDER BY class COLLATE "C", dims;
DROP TABLE result;
DROP PROCEDURE compare;
DROP FUNCTION random_value;
-- inner products of vectors of all lengths, built at once and row by row: the longest are nearest to most others,
-- and the rest has to be found, too
CREATE FUNCTION part(i integer, by integer) RETURNS real LANGUAGE sql IMMUTABLE AS
    $$ SELECT (i * by::bigint % 1009) * (i * (by::bigint + 7) % 1013) / 1e6::real $$;
CREATE TABLE lengths AS
    SELECT i AS id, ARRAY[part(i, 7919), part(i, 6101), part(i, 104729)]::vector(3) AS v FROM generate_series(1, 8000) AS i;
CREATE TABLE directions AS
    SELECT i AS id, ARRAY[i * 37 % 101, i * 53 % 103, i * 71 % 107]::vector(3) AS q FROM generate_series(1, 25) AS i;
SET enable_indexscan = off;
CREATE TABLE truth AS SELECT d.id, near.distance
    FROM directions AS d, LATERAL (SELECT v <#> d.q AS distance FROM lengths ORDER BY 1 OFFSET 19 LIMIT 1) AS near;
RESET enable_indexscan;
CREATE FUNCTION good_recall() RETURNS boolean LANGUAGE sql AS $$
    SELECT count(*) FILTER (WHERE near.distance <= t.distance) >= 0.9 * count(*) AND count(*) = 500
    FROM directions AS d JOIN truth AS t USING (id),
         LATERAL (SELECT l.v <#> d.q AS distance FROM lengths AS l ORDER BY l.v <#> d.q LIMIT 20) AS near $$;
SET enable_seqscan = off;
SET hnsw.ef_search = 100;
CREATE INDEX lengths_v ON lengths USING hnsw (v vector_ip_ops);
SELECT good_recall() AS built;
CREATE TABLE copied AS SELECT * FROM lengths;
TRUNCATE lengths;
INSERT INTO lengths SELECT * FROM copied;
SELECT good_recall() AS inserted;
DELETE FROM lengths WHERE id % 2 = 0;
REINDEX INDEX lengths_v;
INSERT INTO lengths SELECT * FROM copied WHERE id % 2 = 0;
SELECT good_recall() AS both;
RESET enable_seqscan;
RESET hnsw.ef_search;
DROP FUNCTION good_recall(), part(integer, integer);
DROP TABLE lengths, directions, truth, copied;

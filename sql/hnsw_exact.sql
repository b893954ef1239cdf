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

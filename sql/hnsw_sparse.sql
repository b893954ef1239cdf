-- Sparse vectors: indexes without edge codes, whose nodes are as long as their vectors. The answers
-- are those of a sequential scan, in the same order, while rows come and go.
SELECT setseed(0.25);
CREATE FUNCTION random_value(dims integer, nonzeros integer) RETURNS sparsevec LANGUAGE sql VOLATILE AS $$
    SELECT ('{' || coalesce(string_agg(i || ':' || 1 + floor(random() * 40), ','), '') || '}/' || dims)::sparsevec
    FROM (SELECT DISTINCT 1 + floor(random() * dims)::integer AS i FROM generate_series(1, nonzeros)) AS indices
$$;
CREATE TABLE tried (n serial, class text, operator text, type text, value text);
INSERT INTO tried (class, operator, type, value)
SELECT class, operator, format('sparsevec(%s)', dims), format('random_value(%s, %s + i * 7 %% %s)', dims, least, spread)
FROM (VALUES ('sparsevec_l2_ops', '<->', 50, 1, 20), ('sparsevec_ip_ops', '<#>', 50, 1, 20),
    ('sparsevec_cosine_ops', '<=>', 50, 1, 20), ('sparsevec_l1_ops', '<+>', 50, 1, 20),
    ('sparsevec_l2_ops', '<->', 1000000000, 1, 30), ('sparsevec_cosine_ops', '<=>', 30000, 10, 1500),
    ('sparsevec_l1_ops', '<+>', 3, 1, 3)) AS what (class, operator, dims, least, spread);
CREATE TABLE answer (n integer, stage text, distances text, findings text);
CREATE FUNCTION nearest(tried, indexed boolean) RETURNS SETOF numeric[] LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('enable_seqscan', (NOT indexed)::text, true);
    PERFORM set_config('enable_sort', (NOT indexed)::text, true);
    PERFORM set_config('enable_indexscan', indexed::text, true);
    RETURN QUERY EXECUTE format(
        'SELECT (SELECT array_agg(round(near.d::numeric, 4))
                 FROM (SELECT t.v %2$s q.v AS d FROM t_%1$s AS t ORDER BY t.v %2$s q.v LIMIT 10) AS near)
         FROM q_%1$s AS q ORDER BY id', $1.n, $1.operator);
END
$$;
CREATE PROCEDURE compare(stage text) LANGUAGE sql AS $$
    INSERT INTO answer
    SELECT tried.n, stage,
           CASE WHEN (SELECT array_agg(d) FROM nearest(tried, true) AS d)
                   = (SELECT array_agg(d) FROM nearest(tried, false) AS d)
               THEN 'the same' ELSE 'others' END,
           (SELECT string_agg(DISTINCT f.code, ', ')
            FROM quiver_index_check(format('t_%s_v_idx', tried.n)::regclass, true) AS f
            WHERE severity = 'error')
    FROM tried
$$;
-- %s of a statement: the number of what is tried.
CREATE PROCEDURE for_each(statement text) LANGUAGE plpgsql AS $$
DECLARE
    t tried;
BEGIN
    FOR t IN SELECT * FROM tried ORDER BY n LOOP
        EXECUTE replace(replace(replace(replace(statement, '%s', t.n::text),
            '%type', t.type), '%value', t.value), '%class', t.class);
    END LOOP;
END
$$;
CALL for_each('CREATE TABLE t_%s (id serial, v %type); CREATE TABLE q_%s (id serial, v %type)');
CALL for_each('INSERT INTO q_%s (v) SELECT %value FROM generate_series(1, 5) AS i');
CALL for_each('INSERT INTO t_%s (v) SELECT %value FROM generate_series(1, 100) AS i');
CALL for_each('CREATE INDEX ON t_%s USING hnsw (v %class)');
SET hnsw.ef_search = 300;
CALL compare('built');
CALL for_each('INSERT INTO t_%s (v) SELECT %value FROM generate_series(1, 80) AS i');
CALL for_each('INSERT INTO t_%s (v) VALUES (NULL); DELETE FROM t_%s WHERE id % 3 = 0');
CALL compare('inserted and deleted');
VACUUM t_1, t_2, t_3, t_4, t_5, t_6, t_7;
CALL compare('vacuumed');
CALL for_each('INSERT INTO t_%s (v) SELECT %value FROM generate_series(1, 60) AS i');
CALL compare('slots used again');
SELECT stage, distances, findings, count(*), array_agg(n ORDER BY n) FILTER (WHERE distances <> 'the same')
FROM answer GROUP BY 1, 2, 3 ORDER BY 1, 2, 3;
-- Most vectors fit into their slots, whatever the data.
SELECT type, i.metric, i.own_precision, i.code_bits, i.dimensions, i.nodes_per_page > 1 AS several_on_a_page,
       i.tail_bytes <= i.total_bytes / 2 AS few_tails
FROM tried, quiver_index_info(format('t_%s_v_idx', n)::regclass) AS i ORDER BY n;
CALL for_each('DROP TABLE t_%s, q_%s');
DROP TABLE tried, answer CASCADE;
DROP PROCEDURE compare(text);
DROP PROCEDURE for_each(text);
DROP FUNCTION random_value(integer, integer);

-- What is not indexed: NULL, and by cosine the zero vector. By other distances it is a row as any.
CREATE TABLE t (id serial, v sparsevec(4));
INSERT INTO t (v) VALUES ('{}/4'), (NULL), ('{1:1}/4'), ('{2:2,3:1}/4'), ('{1:1}/4');
SET enable_seqscan = off;
CREATE INDEX t_idx ON t USING hnsw (v sparsevec_cosine_ops);
SELECT id, v <=> '{1:1}/4' AS d FROM t ORDER BY v <=> '{1:1}/4' LIMIT 9;
SELECT count(*) FROM (SELECT FROM t ORDER BY v <=> '{}/4') AS around_the_origin;
SELECT * FROM quiver_index_check('t_idx', true);
DROP INDEX t_idx;
CREATE INDEX t_idx ON t USING hnsw (v sparsevec_l2_ops);
SELECT id, round((v <-> '{}/4')::numeric, 4) AS d FROM t ORDER BY v <-> '{}/4' LIMIT 9;
SELECT count(*) FROM (SELECT FROM t ORDER BY v <-> (SELECT NULL::sparsevec)) AS all_rows;
INSERT INTO t (v) VALUES ('{}/4');
SELECT id, v FROM t ORDER BY v <-> '{}/4' LIMIT 2;
SELECT id FROM t ORDER BY v <-> '{1:1}/5' LIMIT 1;
SELECT * FROM quiver_index_check('t_idx', true);
DROP INDEX t_idx;
-- Of the column's type, and of the class's options.
CREATE INDEX ON t USING hnsw (v sparsevec_l2_ops) WITH (layout = fast);
CREATE INDEX ON t USING hnsw (v);
ALTER TABLE t ALTER v TYPE sparsevec;
CREATE INDEX ON t USING hnsw (v sparsevec_l2_ops);
DROP TABLE t;
-- As many elements as a value can have; an index that was made empty.
CREATE TABLE t (id serial, v sparsevec(20000));
CREATE INDEX t_idx ON t USING hnsw (v sparsevec_l2_ops);
CREATE FUNCTION full_value(value integer, n integer) RETURNS sparsevec LANGUAGE sql IMMUTABLE AS $$
    SELECT ('{' || coalesce(string_agg(i || ':' || value, ','), '') || '}/20000')::sparsevec FROM generate_series(1, n) AS i
$$;
INSERT INTO t (v) SELECT full_value(1, n) FROM unnest(ARRAY[0, 1, 200, 1000, 1001, 1300, 5000, 15999, 16000]) AS n;
SELECT id, round((v <-> '{1:1}/20000')::numeric, 2) AS d FROM t ORDER BY v <-> '{1:1}/20000';
SELECT * FROM quiver_index_check('t_idx', true);
DELETE FROM t WHERE id > 2;
VACUUM t;
INSERT INTO t (v) SELECT full_value(2, n) FROM unnest(ARRAY[16000, 3000, 40, 2000, 900]) AS n;
SELECT id, round((v <-> '{1:1}/20000')::numeric, 2) AS d FROM t ORDER BY v <-> '{1:1}/20000';
SELECT * FROM quiver_index_check('t_idx', true);
REINDEX INDEX t_idx;
SELECT * FROM quiver_index_check('t_idx', true);
DROP TABLE t;
DROP FUNCTION full_value(integer, integer);

-- The taxicab distance: indexes without edge codes. The answers are those of a sequential scan, in
-- the same order, while rows come and go.
SELECT setseed(0.5);
CREATE FUNCTION random_value(dims integer, i integer) RETURNS text LANGUAGE sql VOLATILE AS $$
    SELECT '[' || string_agg(floor(random() * 99 - 40)::text, ',') || ']' FROM generate_series(1, dims)
$$;
CREATE TABLE tried (n serial, class text, operator text DEFAULT '<+>', type text, value text);
INSERT INTO tried (class, type, value)
SELECT kind || '_l1_ops)' || options, format('%s(%s)', kind, dims), format('random_value(%s, i)::%s', dims, kind)
FROM (VALUES ('vector', 1, ''), ('vector', 3, ''), ('vector', 64, ' WITH (m = 4, ef_construction = 40)'),
    ('vector', 65, ''), ('vector', 2000, ''), ('vector', 16000, ''),
    ('vector', 300, ' WITH (m = 100, ef_construction = 200)'),
    ('halfvec', 5, ''), ('halfvec', 700, ''), ('halfvec', 4000, ''), ('halfvec', 16000, '')
    ) AS what (kind, dims, options);
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
CALL for_each('CREATE INDEX ON t_%s USING hnsw (v %class');
SET hnsw.ef_search = 300;
CALL compare('built');
CALL for_each('INSERT INTO t_%s (v) SELECT %value FROM generate_series(1, 80) AS i');
CALL for_each('INSERT INTO t_%s (v) VALUES (NULL); DELETE FROM t_%s WHERE id % 3 = 0');
CALL compare('inserted and deleted');
VACUUM t_1, t_2, t_3, t_4, t_5, t_6, t_7, t_8, t_9, t_10, t_11;
CALL compare('vacuumed');
CALL for_each('INSERT INTO t_%s (v) SELECT %value FROM generate_series(1, 60) AS i');
CALL compare('slots used again');
SELECT stage, distances, findings, count(*), array_agg(n ORDER BY n) FILTER (WHERE distances <> 'the same')
FROM answer GROUP BY 1, 2, 3 ORDER BY 1, 2, 3;
SELECT type, i.metric, i.own_precision, i.code_bits, i.nodes_per_page, i.tail_bytes > 0 AS has_tails
FROM tried, quiver_index_info(format('t_%s_v_idx', n)::regclass) AS i ORDER BY n;
-- Rows without a vector are in no index; a query without one gets all others.
SET enable_seqscan = off;
SELECT count(*) = (SELECT count(v) FROM t_2) FROM (SELECT FROM t_2 ORDER BY v <+> (SELECT NULL::vector)) AS all_rows;
SELECT id FROM t_2 ORDER BY v <+> '[1,2]' LIMIT 1;
-- An option that says how codes are stored has no meaning here.
CREATE INDEX ON t_2 USING hnsw (v vector_l1_ops) WITH (layout = fast);
CREATE INDEX ON t_2 USING hnsw (v vector_l1_ops) WITH (layout = compact);
CALL for_each('DROP TABLE t_%s, q_%s');
DROP TABLE tried, answer CASCADE;
DROP PROCEDURE compare(text);
DROP PROCEDURE for_each(text);
DROP FUNCTION random_value(integer, integer);

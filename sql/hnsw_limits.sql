-- Large dimensions: own vectors of 8 bits in the node's page, or on pages of their own. The answers
-- are those of a sequential scan, in the same order, while rows come and go.
SELECT setseed(0.5);
CREATE FUNCTION random_value(type text, dims integer) RETURNS text LANGUAGE sql VOLATILE AS $$
    SELECT CASE WHEN type = 'bit' THEN string_agg(round(random())::text, '')
        ELSE '[' || string_agg(floor(random() * 99 - 40)::text, ',') || ']' END
    FROM generate_series(1, dims) AS j
$$;
-- What is tried: table t_<n> with queries q_<n>.
CREATE TABLE tried (n serial, class text, type text, operator text, dims integer, options text);
INSERT INTO tried (class, type, operator, dims, options) VALUES
    ('vector_l2_ops', 'vector', '<->', 2001, ''),
    ('vector_cosine_ops', 'vector', '<=>', 4000, ''),
    ('vector_ip_ops', 'vector', '<#>', 6000, ''),
    ('vector_l2_ops', 'vector', '<->', 16000, ''),
    ('vector_l2_ops', 'vector', '<->', 2000, 'WITH (m = 100, ef_construction = 200)'),
    ('halfvec_l2_ops', 'halfvec', '<->', 4000, ''),
    ('halfvec_cosine_ops', 'halfvec', '<=>', 16000, 'WITH (m = 4)'),
    ('bit_hamming_ops', 'bit', '<~>', 64000, ''),
    ('bit_jaccard_ops', 'bit', '<%>', 41000, 'WITH (m = 100, ef_construction = 200)');
CREATE TABLE answer (n integer, stage text, distances text, findings text);

-- Distances of the ten nearest to each query, in the order in which they come.
CREATE FUNCTION nearest(tried, indexed boolean) RETURNS SETOF double precision[]
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('enable_seqscan', (NOT indexed)::text, true);
    PERFORM set_config('enable_sort', (NOT indexed)::text, true);
    PERFORM set_config('enable_indexscan', indexed::text, true);
    RETURN QUERY EXECUTE format(
        'SELECT (SELECT array_agg(near.d)
                 FROM (SELECT t.v %2$s q.v AS d FROM t_%1$s AS t ORDER BY t.v %2$s q.v LIMIT 10) AS near)
         FROM q_%1$s AS q ORDER BY id', $1.n, $1.operator);
END
$$;
CREATE PROCEDURE compare(stage text) LANGUAGE sql AS $$
    INSERT INTO answer
    SELECT tried.n, stage,
           CASE WHEN (SELECT array_agg(d) FROM nearest(tried, true) AS d)
                   = (SELECT array_agg(d) FROM nearest(tried, false) AS d)
               THEN 'same' ELSE 'different' END,
           (SELECT string_agg(DISTINCT code, ' ')
            FROM quiver_index_check(('t_' || tried.n || '_v')::regclass) WHERE severity = 'error')
    FROM tried ORDER BY n
$$;
CREATE FUNCTION add_rows(tried, name text, count integer) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('INSERT INTO %s (v) SELECT random_value(%L, %s + 0 * i)::%s(%s) FROM generate_series(1, %s) AS i',
                   $2, $1.type, $1.dims, $1.type, $1.dims, $3);
END
$$;
SELECT format('CREATE TABLE t_%s (id serial, v %s(%s))', n, type, dims),
       format('CREATE TABLE q_%s (id serial, v %s(%s))', n, type, dims)
FROM tried ORDER BY n
\gexec
SELECT count(add_rows(tried, 't_' || n, 16)), count(add_rows(tried, 'q_' || n, 3)) FROM tried;
SELECT format('CREATE INDEX t_%1$s_v ON t_%1$s USING hnsw (v %2$s) %3$s', n, class, options)
FROM tried ORDER BY n
\gexec
CALL compare('built');
SELECT count(add_rows(tried, 't_' || n, 14)) FROM tried;
CALL compare('inserted');
SELECT format('DELETE FROM t_%s WHERE id %% 4 = 0', n), format('VACUUM (INDEX_CLEANUP on) t_%s', n)
FROM tried ORDER BY n
\gexec
CALL compare('vacuumed');
SELECT count(add_rows(tried, 't_' || n, 10)) FROM tried;
CALL compare('filled');
SELECT n, class, dims, options, own_precision AS own, tail_bytes > 0 AS tails, nodes_per_page AS per_page,
       (SELECT array_agg(DISTINCT distances) FROM answer WHERE answer.n = tried.n) AS distances,
       (SELECT string_agg(findings, ' ') FROM answer WHERE answer.n = tried.n) AS findings
FROM tried, quiver_index_info(('t_' || n || '_v')::regclass) AS info
ORDER BY n;
SELECT format('DROP TABLE t_%1$s, q_%1$s', n) FROM tried ORDER BY n
\gexec
DROP PROCEDURE compare;
DROP FUNCTION nearest, add_rows, random_value;
DROP TABLE tried, answer;

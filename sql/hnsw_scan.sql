-- What a scan returns: all of it, in order, however it is asked.

CREATE TABLE t (id integer PRIMARY KEY, kind integer, v vector(3));
INSERT INTO t SELECT i, i % 100, ARRAY[i % 10, i / 10 % 10, i / 100]::vector FROM generate_series(0, 2999) AS i;
INSERT INTO t VALUES (5000, 7, NULL), (5001, 8, NULL);
CREATE INDEX t_v_idx ON t USING hnsw (v);
SET enable_seqscan = off;
SET enable_sort = off;
-- LIMIT beyond ef_search, up to the whole index, which has no NULLs
SHOW hnsw.ef_search;
SELECT n, count(*), count(DISTINCT id)
FROM unnest(ARRAY[0, 1, 39, 40, 41, 500, 2999, 3000, 9999]) AS n
CROSS JOIN LATERAL (SELECT id FROM t ORDER BY v <-> '[4,5,6]' LIMIT n) AS found
GROUP BY n ORDER BY n;
SELECT count(*) FROM (SELECT id FROM t ORDER BY v <-> '[4,5,6]' OFFSET 2990) AS found;
SET hnsw.ef_search = 1;
SELECT count(*), count(DISTINCT id) FROM (SELECT id FROM t ORDER BY v <-> '[4,5,6]' LIMIT 9999) AS found;
SET hnsw.ef_search = 1000000;
SELECT count(*), count(DISTINCT id) FROM (SELECT id FROM t ORDER BY v <-> '[4,5,6]' LIMIT 9999) AS found;
RESET hnsw.ef_search;
-- in order: no row is nearer than the one before it
SELECT count(*) FROM (
    SELECT v <-> '[4,5,6]' AS d, lag(v <-> '[4,5,6]') OVER () AS before
    FROM (SELECT v FROM t ORDER BY v <-> '[4,5,6]' LIMIT 40) AS found
) AS found WHERE d < before;
-- the same distances as without the index
CREATE FUNCTION distances(query vector, n integer) RETURNS numeric[] LANGUAGE sql AS $$
    SELECT array_agg(round((v <-> query)::numeric, 3)) FROM (SELECT v FROM t ORDER BY v <-> query LIMIT n) AS found
$$;
CREATE TABLE near AS
SELECT query, distances(query, 30) FROM unnest(ARRAY['[0,0,0]', '[4.1,5.3,6.2]', '[9,9,40]']::vector[]) AS query;
SET enable_indexscan = off;
RESET enable_seqscan;
RESET enable_sort;
SELECT query, distances(query, 30) = near.distances AS same FROM near;
RESET enable_indexscan;
SET enable_seqscan = off;
SET enable_sort = off;
-- filters: all that match, near or far
SELECT count(*) FROM (SELECT id FROM t WHERE kind = 42 ORDER BY v <-> '[4,5,6]' LIMIT 30) AS found;
SELECT count(*) FROM (SELECT id FROM t WHERE kind = 42 ORDER BY v <-> '[4,5,6]' LIMIT 31) AS found;
SELECT count(*), min(v <-> '[4,5,6]') FROM (
    SELECT v FROM t WHERE v <-> '[4,5,6]' > 23 ORDER BY v <-> '[4,5,6]' LIMIT 9999) AS found;
SELECT count(*), min(v <-> '[4,5,6]') FROM t WHERE v <-> '[4,5,6]' > 23;
SELECT id FROM t WHERE kind = 7 AND v IS NOT NULL ORDER BY v <-> '[7,0,0]' LIMIT 1;
SELECT count(*) FROM (SELECT id FROM t WHERE kind = -1 ORDER BY v <-> '[4,5,6]' LIMIT 3) AS found;
EXPLAIN (COSTS OFF) SELECT id FROM t WHERE v <-> '[4,5,6]' < 2 ORDER BY v <-> '[4,5,6]' LIMIT 40;
SELECT count(*) FROM (SELECT id FROM t WHERE v <-> '[4,5,6]' < 2 ORDER BY v <-> '[4,5,6]' LIMIT 40) AS found;
-- relaxed_order returns as much
SET hnsw.iterative_scan = relaxed_order;
SELECT count(*), count(DISTINCT id) FROM (SELECT id FROM t ORDER BY v <-> '[4,5,6]' LIMIT 9999) AS found;
SELECT count(*) FROM (SELECT id FROM t WHERE kind = 42 ORDER BY v <-> '[4,5,6]' LIMIT 31) AS found;
-- off returns what the first search saw: at least ef_search rows, and not many times that
SET hnsw.iterative_scan = off;
SELECT count(*) BETWEEN 40 AND 400 AS first_search FROM (SELECT id FROM t ORDER BY v <-> '[4,5,6]' LIMIT 9999) AS found;
SELECT count(*) < 10 AS few FROM (SELECT id FROM t WHERE kind = 42 ORDER BY v <-> '[4,5,6]' LIMIT 31) AS found;
RESET hnsw.iterative_scan;
-- max_scan_tuples ends a scan that goes on, but not its first search
SET hnsw.max_scan_tuples = 500;
SELECT count(*) BETWEEN 500 AND 2000 AS bounded FROM (SELECT id FROM t ORDER BY v <-> '[4,5,6]' LIMIT 9999) AS found;
SET hnsw.max_scan_tuples = 1;
SELECT count(*) BETWEEN 40 AND 400 AS bounded FROM (SELECT id FROM t ORDER BY v <-> '[4,5,6]' LIMIT 9999) AS found;
RESET hnsw.max_scan_tuples;
-- little memory: more passes, the same rows
SET work_mem = '64kB';
SELECT count(*), count(DISTINCT id) FROM (SELECT id FROM t ORDER BY v <-> '[4,5,6]' LIMIT 9999) AS found;
RESET work_mem;
-- what the scan did
SELECT count(*) FROM (SELECT id FROM t ORDER BY v <-> '[4,5,6]' LIMIT 10) AS found;
SELECT pages > 0 AS pages, hops BETWEEN 40 AND 1000 AS hops, estimates >= hops AS estimates, rounds, stale
FROM quiver_last_scan();
SELECT exact_distances = hops AS exact, candidates BETWEEN hops AND estimates AS candidates, resumes FROM quiver_last_scan();
SELECT count(*) FROM (SELECT id FROM t ORDER BY v <-> '[4,5,6]' LIMIT 1000) AS found;
SELECT rounds > 1 AS resumed, resumes = rounds - 1 AS resumes FROM quiver_last_scan();
-- a cursor: in steps, to the end, and again
BEGIN;
DECLARE c CURSOR FOR SELECT v <-> '[0,0,0]' AS distance FROM t ORDER BY v <-> '[0,0,0]';
FETCH 3 FROM c;
FETCH 4 FROM c;
MOVE 2000 FROM c;
MOVE 2000 FROM c;
FETCH 1 FROM c;
CLOSE c;
DECLARE s SCROLL CURSOR FOR SELECT v <-> '[0,0,0]' AS distance FROM t ORDER BY v <-> '[0,0,0]';
FETCH 2 FROM s;
FETCH BACKWARD 1 FROM s;
FETCH 2 FROM s;
MOVE ABSOLUTE 2999 FROM s;
FETCH ALL FROM s;
COMMIT;
-- a cursor does not see what is inserted or deleted after it was opened
BEGIN;
DECLARE c CURSOR FOR SELECT id FROM t ORDER BY v <-> '[100,100,100]' LIMIT 3;
INSERT INTO t VALUES (6000, 1, '[100,100,100]');
DELETE FROM t WHERE id = 2999;
FETCH 1 FROM c;
SELECT id FROM t ORDER BY v <-> '[100,100,100]' LIMIT 1;
ROLLBACK;
-- rescans: one search for every outer row
SELECT q.id, array_agg(found.id ORDER BY found.d, found.id)
FROM (VALUES (1, '[1,1,1]'::vector), (2, '[2,2,2]'), (3, '[3,3,3]'), (4, NULL)) AS q (id, v)
CROSS JOIN LATERAL (
    SELECT t.id, t.v <-> q.v AS d FROM t ORDER BY t.v <-> q.v LIMIT 1
) AS found
WHERE q.v IS NOT NULL
GROUP BY q.id ORDER BY q.id;
SELECT count(*), sum(found.d) FROM t AS q
CROSS JOIN LATERAL (SELECT t.v <-> q.v AS d FROM t ORDER BY t.v <-> q.v LIMIT 1) AS found
WHERE q.id < 500;
SELECT id, (SELECT o.id FROM t AS o ORDER BY o.v <-> t.v LIMIT 1) AS nearest FROM t WHERE id IN (5, 77, 2999) ORDER BY id;
-- a NULL query: no order is wrong, all rows are there
SELECT count(*), count(DISTINCT id), count(d) FROM (
    SELECT id, v <-> (SELECT NULL::vector) AS d FROM t ORDER BY v <-> (SELECT NULL::vector) LIMIT 9999) AS found;
-- other queries with the plan prepared once
PREPARE nearest (vector) AS SELECT id FROM t ORDER BY v <-> $1 LIMIT 1;
SET plan_cache_mode = force_generic_plan;
EXPLAIN (COSTS OFF) EXECUTE nearest ('[1,2,3]');
EXECUTE nearest ('[1,2,3]');
EXECUTE nearest ('[9,9,29]');
EXECUTE nearest ('{3,3,3}'::real[]);
SELECT error_of($$EXECUTE nearest ('[1,2]')$$);
RESET plan_cache_mode;
DEALLOCATE nearest;
-- dimensions of the query: the operator's message, with and without the index
SELECT error_of($$SELECT id FROM t ORDER BY v <-> '[1,2]' LIMIT 1$$);
SET enable_indexscan = off;
SELECT error_of($$SELECT id FROM t ORDER BY v <-> '[1,2]' LIMIT 1$$);
RESET enable_indexscan;
DROP TABLE t, near;
CREATE TABLE t (h halfvec(2), b bit(3));
INSERT INTO t VALUES ('[1,2]', B'101');
CREATE INDEX ON t USING hnsw (h halfvec_l2_ops);
CREATE INDEX ON t USING hnsw (b bit_hamming_ops);
SELECT error_of($$SELECT * FROM t ORDER BY h <-> '[1]' LIMIT 1$$);
SELECT error_of($$SELECT * FROM t ORDER BY b <~> B'10' LIMIT 1$$);
DROP TABLE t;
-- an empty index, one row, one row that is gone
CREATE TABLE t (v vector(2));
CREATE INDEX ON t USING hnsw (v);
SELECT * FROM t ORDER BY v <-> '[1,2]' LIMIT 3;
INSERT INTO t VALUES (NULL);
SELECT * FROM t ORDER BY v <-> '[1,2]' LIMIT 3;
INSERT INTO t VALUES ('[5,5]');
SELECT * FROM t ORDER BY v <-> '[1,2]' LIMIT 3;
DELETE FROM t;
SELECT * FROM t ORDER BY v <-> '[1,2]' LIMIT 3;
VACUUM t;
SELECT * FROM t ORDER BY v <-> '[1,2]' LIMIT 3;
INSERT INTO t VALUES ('[6,6]');
SELECT * FROM t ORDER BY v <-> '[1,2]' LIMIT 3;
DROP TABLE t;
-- fifty rows with one vector: all are returned, before the others
CREATE TABLE t (id integer, v halfvec(4), b bit(70));
INSERT INTO t SELECT i, ARRAY[1, 2, 3, 4]::halfvec, repeat('10', 35)::bit(70) FROM generate_series(1, 25) AS i;
INSERT INTO t SELECT i, ARRAY[i % 9, 2, 8, i / 9]::halfvec, (repeat('0', i % 70) || repeat('1', 70))::bit(70)
FROM generate_series(100, 300) AS i;
CREATE INDEX ON t USING hnsw (v halfvec_cosine_ops);
CREATE INDEX ON t USING hnsw (b bit_jaccard_ops);
INSERT INTO t SELECT i, ARRAY[1, 2, 3, 4]::halfvec, repeat('10', 35)::bit(70) FROM generate_series(26, 50) AS i;
SELECT count(*), count(DISTINCT id), min(id), max(id)
FROM (SELECT id FROM t ORDER BY v <=> '[2,4,6,8]' LIMIT 50) AS found;
SELECT count(*), count(DISTINCT id), min(id), max(id)
FROM (SELECT id FROM t ORDER BY b <%> repeat('10', 35)::bit(70) LIMIT 50) AS found;
SELECT count(*), count(DISTINCT id) FROM (SELECT id FROM t ORDER BY v <=> '[2,4,6,8]' LIMIT 999) AS found;
DROP TABLE t;
RESET enable_seqscan;
RESET enable_sort;

-- the distance that a query is ordered by is computed only where somebody reads it
CREATE TABLE t (id int, v vector(3));
INSERT INTO t SELECT i, ARRAY[i % 10, i / 10 % 10, i / 100] FROM generate_series(0, 999) i;
CREATE INDEX t_v ON t USING hnsw (v vector_l2_ops);
SET enable_seqscan = off;
-- nobody
EXPLAIN (VERBOSE, COSTS OFF) SELECT id FROM t ORDER BY v <-> '[1,2,3]' LIMIT 3;
EXPLAIN (VERBOSE, COSTS OFF) SELECT count(*) FROM (SELECT id FROM t ORDER BY v <-> '[1,2,3]' LIMIT 3) AS found;
-- the query, the comparison of ties, the sort above
EXPLAIN (VERBOSE, COSTS OFF) SELECT id, v <-> '[1,2,3]' FROM t ORDER BY v <-> '[1,2,3]' LIMIT 3;
EXPLAIN (VERBOSE, COSTS OFF) SELECT id FROM t ORDER BY v <-> '[1,2,3]' FETCH FIRST 3 ROWS WITH TIES;
EXPLAIN (VERBOSE, COSTS OFF) SELECT id FROM t ORDER BY v <-> '[1,2,3]', id LIMIT 3;
-- the same rows in all of them
SELECT id FROM t ORDER BY v <-> '[1.1,2.2,3.4]' LIMIT 3;
SELECT ARRAY(SELECT id FROM t ORDER BY v <-> '[1.1,2.2,3.4]' LIMIT 3);
SELECT id, round((v <-> '[1.1,2.2,3.4]')::numeric, 3) AS distance FROM t ORDER BY v <-> '[1.1,2.2,3.4]' LIMIT 3;
SELECT q, found.* FROM generate_series(0, 200, 100) AS q,
    LATERAL (SELECT id FROM t ORDER BY v <-> ARRAY[0, 0.1, q / 100]::vector LIMIT 2) AS found;
CREATE TABLE nearest AS SELECT id FROM t ORDER BY v <-> '[1.1,2.2,3.4]' LIMIT 3;
SELECT * FROM nearest;
SELECT array_agg(id ORDER BY id) FROM (SELECT id FROM t ORDER BY v <-> '[1,1.5,3]' FETCH FIRST 1 ROW WITH TIES) AS ties;
DROP TABLE t, nearest;

-- When the planner takes the index: for a small LIMIT on a table of some size, and not otherwise.
-- Nothing is switched off here.

CREATE TABLE t (id integer PRIMARY KEY, kind integer, v vector(16));
SELECT setseed(0.5);
INSERT INTO t
SELECT i, i % 5000, (SELECT array_agg(round(100 * random()) ORDER BY j) FROM generate_series(1, 16) AS j WHERE i > 0)::vector
FROM generate_series(1, 10000) AS i;
CREATE INDEX t_v_idx ON t USING hnsw (v) WITH (m = 8, ef_construction = 16);
CREATE INDEX t_kind_idx ON t (kind);
VACUUM ANALYZE t;
CREATE FUNCTION plan(query text) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY EXECUTE 'EXPLAIN (COSTS OFF) ' || regexp_replace(query, '\mQ\M', '''[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16]''', 'g');
END
$$;
-- the index
SELECT plan('SELECT id FROM t ORDER BY v <-> Q LIMIT 10');
SELECT plan('SELECT id, v <-> Q AS distance FROM t ORDER BY distance LIMIT 1');
SELECT plan('SELECT id FROM t ORDER BY v <-> Q LIMIT 100');
SELECT plan('SELECT id FROM t WHERE kind < 2500 ORDER BY v <-> (SELECT v FROM t WHERE id = 5) LIMIT 10');
SELECT plan('SELECT q.id, n.id FROM t AS q CROSS JOIN LATERAL (SELECT id FROM t ORDER BY v <-> q.v LIMIT 5) AS n WHERE q.id < 10');
SELECT plan('SELECT id FROM t ORDER BY v <-> Q, id LIMIT 10');
-- the index, too, where the plan is made before the number of rows is known: generic plans (and bodies of
-- functions), cursors
SET plan_cache_mode = force_generic_plan;
PREPARE nearest(integer) AS SELECT id FROM t ORDER BY v <-> '[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16]' LIMIT $1;
EXPLAIN (COSTS OFF) EXECUTE nearest(10);
PREPARE passing(integer, integer) AS
SELECT id FROM t WHERE kind < 2500 ORDER BY v <-> '[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16]' LIMIT $1 OFFSET $2;
EXPLAIN (COSTS OFF) EXECUTE passing(10, 10);
RESET plan_cache_mode;
SELECT plan('DECLARE c CURSOR FOR SELECT id FROM t ORDER BY v <-> Q');
-- not the index: every row is wanted, or there is no order, or another one
SELECT plan('SELECT id FROM t ORDER BY v <-> Q');
SELECT plan('SELECT count(*) FROM t WHERE v <-> Q < 100');
SELECT plan('SELECT id FROM t ORDER BY v <=> Q LIMIT 10');
SELECT plan('SELECT id FROM t ORDER BY v <-> Q DESC LIMIT 10');
SELECT plan('SELECT id FROM t ORDER BY id LIMIT 10');
-- not the index: a filter leaves few rows, and another index finds them
SELECT plan('SELECT id FROM t WHERE kind = 42 ORDER BY v <-> Q LIMIT 10');
SELECT plan('SELECT id FROM t WHERE id = 42 ORDER BY v <-> Q LIMIT 10');
-- not the index: few rows pass, so a search would go through a tenth of the table, which takes longer than to read it
DROP INDEX t_kind_idx;
SELECT plan('SELECT id FROM t WHERE kind < 100 ORDER BY v <-> Q LIMIT 20');
PREPARE few(integer) AS
SELECT id FROM t WHERE kind < 100 ORDER BY v <-> '[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16]' LIMIT $1;
SET plan_cache_mode = force_generic_plan;
EXPLAIN (COSTS OFF) EXECUTE few(20);
RESET plan_cache_mode;
-- the index: it does not go on, or not far
SET hnsw.iterative_scan = off;
SELECT plan('SELECT id FROM t WHERE kind < 100 ORDER BY v <-> Q LIMIT 20');
RESET hnsw.iterative_scan;
SET hnsw.max_scan_tuples = 100;
SELECT plan('SELECT id FROM t WHERE kind < 100 ORDER BY v <-> Q LIMIT 20');
RESET hnsw.max_scan_tuples;
-- not the index: a table of a few pages
CREATE TABLE tiny (id integer, v vector(16));
INSERT INTO tiny SELECT id, v FROM t WHERE id <= 20;
CREATE INDEX ON tiny USING hnsw (v);
VACUUM ANALYZE tiny;
SELECT plan('SELECT id FROM tiny ORDER BY v <-> Q LIMIT 10');
DROP TABLE tiny;
-- What EXPLAIN ANALYZE counts is what the scan handed out.
EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF)
SELECT id FROM t ORDER BY v <-> (SELECT v FROM t WHERE id = 5) LIMIT 10;
DROP TABLE t;

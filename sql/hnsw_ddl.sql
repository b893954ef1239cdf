-- CREATE INDEX USING hnsw and what can be done to the index afterwards: errors, options, settings,
-- and the kinds of table and index.

-- columns
CREATE TABLE t (id integer, v vector, v3 vector(3), b bit, b3 bit(3), vb varbit(3));
SELECT error_of('CREATE INDEX ON t USING hnsw (v vector_l2_ops)');
SELECT error_of('CREATE INDEX ON t USING hnsw ((v3::halfvec) halfvec_l2_ops)');
-- bit without a length has one
CREATE INDEX ON t USING hnsw (b bit_hamming_ops);
SELECT error_of('CREATE INDEX ON t USING hnsw (vb bit_hamming_ops)');
SELECT error_of('CREATE INDEX ON t USING hnsw ((vb::bit(64001)) bit_hamming_ops)');
CREATE INDEX ON t USING hnsw ((vb::bit(3)) bit_hamming_ops);
SELECT error_of('CREATE INDEX ON t USING hnsw (v3 vector_l2_ops, id)');
SELECT error_of('CREATE INDEX ON t USING hnsw (v3 vector_l2_ops) INCLUDE (id)');
SELECT error_of('CREATE UNIQUE INDEX ON t USING hnsw (v3 vector_l2_ops)');
SELECT error_of('CREATE INDEX ON t USING hnsw (v3 vector_l2_ops DESC)');
SELECT error_of('ALTER TABLE t ADD EXCLUDE USING hnsw (v3 vector_l2_ops WITH =)');
DROP TABLE t;
-- dimensions
CREATE TABLE most (v vector(16000), h halfvec(16000), b bit(64000), too_many bit(64001));
CREATE INDEX ON most USING hnsw (v vector_l2_ops);
CREATE INDEX ON most USING hnsw (v vector_ip_ops) WITH (m = 100, ef_construction = 200);
CREATE INDEX ON most USING hnsw (h halfvec_cosine_ops);
CREATE INDEX ON most USING hnsw (b bit_hamming_ops) WITH (m = 2);
INSERT INTO most VALUES
    (array_fill(1, ARRAY[16000])::vector, array_fill(2, ARRAY[16000])::halfvec, repeat('01', 32000)::bit(64000)),
    (array_fill(3, ARRAY[16000])::vector, array_fill(1, ARRAY[16000])::halfvec, repeat('10', 32000)::bit(64000));
SELECT error_of('CREATE INDEX ON most USING hnsw (too_many bit_hamming_ops)');
DROP TABLE most;
-- options
CREATE TABLE t (id integer, v vector(2));
SELECT error_of('CREATE INDEX ON t USING hnsw (v) WITH (m = 1)');
SELECT error_of('CREATE INDEX ON t USING hnsw (v) WITH (m = 101)');
SELECT error_of('CREATE INDEX ON t USING hnsw (v) WITH (m = many)');
SELECT error_of('CREATE INDEX ON t USING hnsw (v) WITH (ef_construction = 3)');
SELECT error_of('CREATE INDEX ON t USING hnsw (v) WITH (ef_construction = 1001)');
SELECT error_of('CREATE INDEX ON t USING hnsw (v) WITH (m = 16, ef_construction = 31)');
SELECT error_of('CREATE INDEX ON t USING hnsw (v) WITH (m = 33)');
SELECT error_of('CREATE INDEX ON t USING hnsw (v) WITH (ef_search = -1)');
SELECT error_of('CREATE INDEX ON t USING hnsw (v) WITH (ef_search = 1000001)');
SELECT error_of('CREATE INDEX ON t USING hnsw (v) WITH (layout = loose)');
SELECT error_of('CREATE INDEX ON t USING hnsw (v) WITH (lists = 100)');
CREATE INDEX t_v_idx ON t USING hnsw (v)
    WITH (m = 2, ef_construction = 4, ef_search = 1000000, layout = fast);
CREATE INDEX t_v_idx1 ON t USING hnsw (v) WITH (m = 100, ef_construction = 1000, layout = compact);
CREATE INDEX t_v_idx2 ON t USING hnsw (v) WITH (m = 16, ef_construction = 32);
-- as pg_dump would write it
SELECT pg_get_indexdef(indexrelid) FROM pg_index WHERE indrelid = 't'::regclass ORDER BY indexrelid;
DROP INDEX t_v_idx1, t_v_idx2;
-- changed afterwards
ALTER INDEX t_v_idx SET (ef_search = 80);
ALTER INDEX t_v_idx RESET (layout);
SELECT error_of('ALTER INDEX t_v_idx SET (ef_search = 1000001)');
SELECT error_of('ALTER INDEX t_v_idx SET (fillfactor = 90)');
SELECT reloptions FROM pg_class WHERE oid = 't_v_idx'::regclass;
DROP TABLE t;
-- settings
SHOW hnsw.ef_search;
SELECT error_of('SET hnsw.ef_search = 0'), error_of('SET hnsw.ef_search = 1000001');
SHOW hnsw.iterative_scan;
SELECT error_of('SET hnsw.iterative_scan = on');
SHOW hnsw.max_scan_tuples;
SELECT error_of('SET hnsw.max_scan_tuples = 0');
SHOW hnsw.scan_mem_multiplier;
SELECT error_of('SET hnsw.scan_mem_multiplier = 0'), error_of('SET hnsw.scan_mem_multiplier = 1001');
SELECT error_of('SET hnsw.iterative_scam = off');
SELECT name, context FROM pg_settings WHERE name LIKE 'hnsw.%' ORDER BY name;
-- ef_search of the index holds where the session has not chosen one
CREATE TABLE t (id integer, v vector(2));
INSERT INTO t SELECT i, ARRAY[i % 50, i / 50]::vector FROM generate_series(0, 2499) AS i;
CREATE INDEX t_v_idx ON t USING hnsw (v) WITH (ef_search = 400);
SET enable_seqscan = off;
SET hnsw.iterative_scan = off;
CREATE FUNCTION found() RETURNS bigint LANGUAGE sql AS
    $$ SELECT count(*) FROM (SELECT FROM t ORDER BY v <-> '[25,25]' LIMIT 2500) AS f $$;
SELECT found() BETWEEN 400 AND 2000 AS "by the index";
ALTER INDEX t_v_idx SET (ef_search = 20);
SELECT found() BETWEEN 20 AND 200 AS "by the altered index";
SET hnsw.ef_search = 400;
SELECT found() BETWEEN 400 AND 2000 AS "by the session";
RESET hnsw.ef_search;
ALTER INDEX t_v_idx SET (ef_search = 1000);
BEGIN;
SET LOCAL hnsw.ef_search = 40;
SELECT found() BETWEEN 40 AND 300 AS "by the transaction, which chose the default";
COMMIT;
SELECT found() BETWEEN 1000 AND 2500 AS "by the index again";
RESET hnsw.iterative_scan;
-- an index that was there before the data has what an index has that was built on the data
CREATE TABLE u (LIKE t);
CREATE INDEX ON u USING hnsw (v);
INSERT INTO u SELECT * FROM t;
COPY t FROM stdin;
2500	[100,3]
2501	[101,3]
2502	[102,3]
2503	[103,3]
\.
COPY u FROM stdin;
2500	[100,3]
2501	[101,3]
2502	[102,3]
2503	[103,3]
\.
SELECT count(*) FROM u;
SELECT count(*), sum(id) FROM (SELECT id FROM t WHERE v <-> '[101,3]' < 9 ORDER BY v <-> '[101,3]' LIMIT 99) AS f;
SELECT count(*), sum(id) FROM (SELECT id FROM u WHERE v <-> '[101,3]' < 9 ORDER BY v <-> '[101,3]' LIMIT 99) AS f;
DROP TABLE u;
-- concurrently
DROP INDEX t_v_idx;
CREATE INDEX CONCURRENTLY t_v_idx ON t USING hnsw (v);
SELECT id FROM t ORDER BY v <-> '[25.1,25.2]' LIMIT 3;
REINDEX INDEX CONCURRENTLY t_v_idx;
REINDEX INDEX t_v_idx;
REINDEX TABLE t;
SELECT indisvalid FROM pg_index WHERE indexrelid = 't_v_idx'::regclass;
SELECT id FROM t ORDER BY v <-> '[25.1,25.2]' LIMIT 3;
-- the table rewritten and emptied
VACUUM FULL t;
SELECT id FROM t ORDER BY v <-> '[25.1,25.2]' LIMIT 3;
SELECT error_of('CLUSTER t USING t_v_idx');
ALTER TABLE t ALTER v TYPE vector(2) USING v + '[1,0]';
SELECT id FROM t ORDER BY v <-> '[26.1,25.2]' LIMIT 3;
TRUNCATE t;
SELECT id FROM t ORDER BY v <-> '[25.1,25.2]' LIMIT 3;
INSERT INTO t VALUES (1, '[1,1]');
SELECT id FROM t ORDER BY v <-> '[25.1,25.2]' LIMIT 3;
-- The type may lose its dimensions, but not the index.
ALTER TABLE t ALTER v TYPE vector;
SELECT error_of($$INSERT INTO t VALUES (2, '[1,2,3]')$$);
INSERT INTO t VALUES (3, '[3,3]');
SELECT id FROM t ORDER BY v <-> '[25.1,25.2]' LIMIT 3;
SELECT error_of('REINDEX TABLE t');
ALTER TABLE t ALTER v TYPE vector(3) USING v || '[0]';
SELECT * FROM t ORDER BY v <-> '[25,25,1]' LIMIT 3;
DROP TABLE t;
-- temporary and unlogged tables, in a transaction
CREATE TEMPORARY TABLE t (v vector(2)) ON COMMIT DELETE ROWS;
CREATE INDEX ON t USING hnsw (v);
BEGIN;
INSERT INTO t SELECT ARRAY[i, 0]::vector FROM generate_series(1, 300) AS i;
SELECT v FROM t ORDER BY v <-> '[7,1]' LIMIT 2;
COMMIT;
SELECT v FROM t ORDER BY v <-> '[7,1]' LIMIT 2;
DROP TABLE t;
CREATE UNLOGGED TABLE t (v vector(2));
INSERT INTO t SELECT ARRAY[i, 0]::vector FROM generate_series(1, 300) AS i;
CREATE INDEX ON t USING hnsw (v);
CREATE INDEX ON t USING hnsw (v vector_cosine_ops);
INSERT INTO t VALUES ('[7,1]');
SELECT v FROM t ORDER BY v <-> '[7,1]' LIMIT 2;
SELECT v FROM t ORDER BY v <=> '[7,1]' LIMIT 2;
ALTER TABLE t SET LOGGED;
SELECT v FROM t ORDER BY v <-> '[7,1]' LIMIT 2;
DROP TABLE t;
-- a partial index
CREATE TABLE t (id integer, kind text, v vector(2), w halfvec(2));
INSERT INTO t SELECT i, CASE WHEN i % 10 = 0 THEN 'a' ELSE 'b' END, ARRAY[i, 0], ARRAY[0, -i]
FROM generate_series(1, 400) AS i;
CREATE INDEX t_v_idx ON t USING hnsw (v) WHERE kind = 'a';
EXPLAIN (COSTS OFF) SELECT id FROM t WHERE kind = 'a' ORDER BY v <-> '[34,0]' LIMIT 3;
SELECT id FROM t WHERE kind = 'a' ORDER BY v <-> '[34,0]' LIMIT 3;
SELECT count(*) FROM (SELECT id FROM t WHERE kind = 'a' ORDER BY v <-> '[34,0]' LIMIT 99) AS f;
EXPLAIN (COSTS OFF) SELECT id FROM t ORDER BY v <-> '[34,0]' LIMIT 3;
UPDATE t SET kind = 'a' WHERE id = 34;
SELECT id FROM t WHERE kind = 'a' ORDER BY v <-> '[34,0]' LIMIT 3;
-- indexes on expressions
CREATE INDEX t_half_idx ON t USING hnsw ((v::halfvec(2)) halfvec_l2_ops);
EXPLAIN (COSTS OFF) SELECT id FROM t ORDER BY v::halfvec(2) <-> '[34,0]' LIMIT 3;
SELECT id FROM t ORDER BY v::halfvec(2) <-> '[34.1,0]' LIMIT 3;
CREATE INDEX t_bit_idx ON t USING hnsw ((binary_quantize(v)::bit(2)) bit_hamming_ops);
SELECT count(*) FROM (
    SELECT id FROM t ORDER BY binary_quantize(v)::bit(2) <~> binary_quantize('[1,0]'::vector) LIMIT 999
) AS f;
-- two columns, two indexes
CREATE INDEX t_w_idx ON t USING hnsw (w halfvec_l2_ops);
EXPLAIN (COSTS OFF) SELECT id FROM t ORDER BY w <-> '[0,-70]' LIMIT 2;
SELECT id FROM t ORDER BY w <-> '[0,-70.1]' LIMIT 2;
DROP TABLE t;
-- partitions: one index each, merged by distance
CREATE TABLE t (id integer, v vector(2)) PARTITION BY RANGE (id);
CREATE TABLE t_1 PARTITION OF t FOR VALUES FROM (0) TO (200);
CREATE TABLE t_2 PARTITION OF t FOR VALUES FROM (200) TO (1000);
CREATE INDEX t_v_idx ON t USING hnsw (v) WITH (m = 8);
INSERT INTO t SELECT i, ARRAY[i, 0] FROM generate_series(0, 399) AS i;
EXPLAIN (COSTS OFF) SELECT id FROM t ORDER BY v <-> '[200,0]' LIMIT 4;
SELECT id FROM t ORDER BY v <-> '[199.8,0]' LIMIT 4;
CREATE TABLE t_3 PARTITION OF t FOR VALUES FROM (1000) TO (1100);
INSERT INTO t VALUES (1000, '[199.7,0]');
UPDATE t SET id = 1001 WHERE id = 199;
SELECT id FROM t ORDER BY v <-> '[199.8,0]' LIMIT 4;
SELECT reloptions FROM pg_class WHERE oid = 't_3_v_idx'::regclass;
DROP TABLE t;
-- a materialized view
CREATE MATERIALIZED VIEW t AS
    SELECT i AS id, ARRAY[i, 0]::vector(2) AS v FROM generate_series(1, 300) AS i;
CREATE INDEX ON t USING hnsw (v);
SELECT id FROM t ORDER BY v <-> '[34.1,0]' LIMIT 2;
REFRESH MATERIALIZED VIEW t;
SELECT id FROM t ORDER BY v <-> '[34.1,0]' LIMIT 2;
DROP MATERIALIZED VIEW t;
-- a build that needs more memory than it may use
CREATE TABLE t (id integer, v vector(64));
INSERT INTO t
SELECT i, (SELECT array_agg((i * 7919 + j * j * i) % 101 ORDER BY j) FROM generate_series(1, 64) AS j)
FROM generate_series(1, 2500) AS i;
SET maintenance_work_mem = '1MB';
SET client_min_messages = warning;  -- how much would be enough: test/tap/020_build.pl
CREATE INDEX ON t USING hnsw (v) WITH (m = 4, ef_construction = 16);
RESET client_min_messages;
RESET maintenance_work_mem;
SELECT count(DISTINCT id) FROM (SELECT id FROM t ORDER BY v <-> (SELECT v FROM t WHERE id = 9) LIMIT 5000) AS f;
DROP TABLE t;
-- what the index is for
SELECT amname, pg_indexam_has_property(oid, 'can_order') AS can_order,
    pg_indexam_has_property(oid, 'can_unique') AS can_unique,
    pg_indexam_has_property(oid, 'can_multi_col') AS can_multi_col,
    pg_indexam_has_property(oid, 'can_exclude') AS can_exclude,
    pg_indexam_has_property(oid, 'can_include') AS can_include
FROM pg_am WHERE amname = 'hnsw';
CREATE TABLE t (v vector(2));
CREATE INDEX t_v_idx ON t USING hnsw (v);
SELECT name, pg_index_has_property('t_v_idx', name) AS index, pg_index_column_has_property('t_v_idx', 1, name) AS column
FROM unnest(ARRAY['clusterable', 'index_scan', 'bitmap_scan', 'backward_scan', 'distance_orderable',
                  'orderable', 'returnable', 'search_array', 'search_nulls']) AS name;
DROP TABLE t;
RESET enable_seqscan;

-- Rows that come, change and go under an hnsw index: transactions, VACUUM, HOT chains.

SET enable_seqscan = off;
SET enable_sort = off;
CREATE TABLE t (id integer, note text, v vector(2)) WITH (fillfactor = 50);
CREATE INDEX t_v_idx ON t USING hnsw (v);
-- What the index holds is asked for with a scan that is drained, so that nothing depends on how good
-- a search is: all rows, and the nearest of all rows.
CREATE FUNCTION indexed() RETURNS bigint LANGUAGE sql AS
    $$ SELECT count(*) FROM (SELECT id FROM t ORDER BY v <-> '[0,0]' LIMIT 1000000) AS found $$;
CREATE FUNCTION nearest(query vector, n integer) RETURNS integer[] LANGUAGE sql AS $$
    SELECT (array_agg(id ORDER BY v <-> query, id))[1:n]
    FROM (SELECT id, v FROM t ORDER BY v <-> query LIMIT 1000000) AS found
$$;
-- into an empty index, one by one and many at once
INSERT INTO t VALUES (1, 'first', '[1,0]');
SELECT indexed(), nearest('[9,9]', 2);
INSERT INTO t SELECT i, 'many', ARRAY[i, 0] FROM generate_series(2, 500) AS i;
SELECT indexed(), nearest('[250.1,0]', 3);
-- a transaction that aborts leaves nothing that can be seen
BEGIN;
INSERT INTO t SELECT 1000 + i, 'aborted', ARRAY[i, 0.1] FROM generate_series(1, 300) AS i;
SELECT indexed(), nearest('[250,0.1]', 1);
ROLLBACK;
SELECT indexed(), nearest('[250,0.1]', 1);
BEGIN;
INSERT INTO t VALUES (2001, 'kept', '[0,50]');
SAVEPOINT s;
INSERT INTO t VALUES (2002, 'not kept', '[0,51]');
SELECT nearest('[0,51]', 2);
ROLLBACK TO s;
INSERT INTO t VALUES (2003, 'kept', '[0,52]');
COMMIT;
SELECT indexed(), nearest('[0,51.1]', 2);
-- a statement that fails half-way
ALTER TABLE t ADD CONSTRAINT small CHECK (id < 5000);
SELECT left(error_of($$INSERT INTO t SELECT 4990 + i, 'failed', ARRAY[i, 5] FROM generate_series(1, 20) AS i$$), 5);
SELECT indexed(), nearest('[3,5]', 1);
-- an index that is made and filled in one transaction, and taken back
BEGIN;
CREATE TABLE u (v vector(2));
CREATE INDEX u_v_idx ON u USING hnsw (v);
INSERT INTO u SELECT ARRAY[i, i] FROM generate_series(1, 50) AS i;
SELECT v FROM u ORDER BY v <-> '[7.2,7]' LIMIT 1;
ROLLBACK;
-- updates: to another place, and of another column
UPDATE t SET v = '[-7,-7]' WHERE id = 250;
SELECT indexed(), nearest('[250,0]', 1) <> '{250}' AS moved, nearest('[-7,-8]', 1);
UPDATE t SET v = v + '[0,1]' WHERE id BETWEEN 300 AND 400;
SELECT indexed(), nearest('[350,1]', 1), nearest('[350,0]', 1);
UPDATE t SET note = 'not moved';
UPDATE t SET note = 'not moved', id = id WHERE id % 2 = 0;
SELECT indexed(), nearest('[450,0]', 1);
-- set to NULL and back
UPDATE t SET v = NULL WHERE id = 450;
SELECT indexed(), nearest('[450,0]', 1) <> '{450}' AS gone;
UPDATE t SET v = '[450,0]' WHERE id = 450;
SELECT indexed(), nearest('[450,0]', 1);
-- a HOT update leaves the index alone, and the row is found through the chain
CREATE TABLE hot (id integer, note text, v vector(2)) WITH (fillfactor = 10);
CREATE INDEX hot_v_idx ON hot USING hnsw (v);
INSERT INTO hot SELECT i, '', ARRAY[i, 0] FROM generate_series(1, 100) AS i;
VACUUM hot;
CREATE TABLE size_before AS SELECT pg_relation_size('hot_v_idx') AS bytes;
UPDATE hot SET note = 'a';
UPDATE hot SET note = 'b' WHERE id < 50;
SELECT pg_relation_size('hot_v_idx') = bytes AS unchanged FROM size_before;
SELECT note, count(*), count(DISTINCT id)
FROM (SELECT id, note FROM hot ORDER BY v <-> '[42.1,0]' LIMIT 999) AS found GROUP BY note ORDER BY note;
SELECT count(*), count(DISTINCT id) FROM (SELECT id FROM hot ORDER BY v <-> '[0,0]' LIMIT 999) AS found;
VACUUM hot;
SELECT count(*), count(DISTINCT id) FROM (SELECT id FROM hot ORDER BY v <-> '[0,0]' LIMIT 999) AS found;
DROP TABLE hot, size_before;
-- deletes, before and after VACUUM
DELETE FROM t WHERE id BETWEEN 100 AND 199;
SELECT indexed(), nearest('[150,0]', 2);
VACUUM t;
SELECT indexed(), nearest('[150,0]', 2);
-- The rows that come take the places of those that went in the table, and are not taken for them.
INSERT INTO t SELECT 3000 + i, 'new', ARRAY[-100, i] FROM generate_series(1, 200) AS i;
SELECT indexed(), nearest('[-100,77]', 1), nearest('[150,0]', 2);
-- most of it
DELETE FROM t WHERE id % 10 <> 3;
VACUUM t;
SELECT indexed() = count(*) AS all_found FROM t WHERE v IS NOT NULL;
SELECT nearest('[433.2,0]', 3);
-- the entry point and everything else
DELETE FROM t;
SELECT indexed();
VACUUM t;
SELECT indexed(), nearest('[1,1]', 1);
VACUUM t;
INSERT INTO t SELECT i, 'again', ARRAY[i, 0] FROM generate_series(1, 300) AS i;
SELECT indexed(), nearest('[123.2,0]', 3);
VACUUM (INDEX_CLEANUP off) t;
DELETE FROM t WHERE id > 250;
VACUUM (INDEX_CLEANUP on, FREEZE) t;
SELECT indexed(), nearest('[290,0]', 1);
-- what VACUUM reports
ANALYZE t;
SELECT reltuples FROM pg_class WHERE oid = 't_v_idx'::regclass;
-- equal vectors share a node: its tuples come and go one by one
TRUNCATE t;
INSERT INTO t SELECT i, 'same', '[1,1]' FROM generate_series(1, 100) AS i;
SELECT pg_relation_size('t_v_idx') / 8192 < 6 AS small;
DELETE FROM t WHERE id % 3 = 0;
VACUUM t;
SELECT indexed(), (SELECT count(*) FROM t) AS rows;
INSERT INTO t SELECT i, 'same', '[1,1]' FROM generate_series(101, 150) AS i;
SELECT indexed(), (SELECT count(*) FROM t) AS rows;
DELETE FROM t;
VACUUM t;
INSERT INTO t SELECT i, 'same', '[1,1]' FROM generate_series(1, 30) AS i;
SELECT indexed();
-- INSERT ... ON CONFLICT, and changes of rows that the index finds
ALTER TABLE t ADD UNIQUE (id);
INSERT INTO t VALUES (1, 'one', '[5,5]') ON CONFLICT (id) DO UPDATE SET v = excluded.v RETURNING id, v;
SELECT indexed(), nearest('[5,5]', 1);
UPDATE t SET note = 'far' WHERE id = (SELECT id FROM t ORDER BY v <-> '[100,100]' LIMIT 1) RETURNING id, note;
DELETE FROM t WHERE id IN (SELECT id FROM t ORDER BY v <-> '[100,100]' LIMIT 1) RETURNING id;
SELECT indexed();
DROP TABLE t;
-- zero vectors and NULLs under cosine never enter, and VACUUM does not miss them
CREATE TABLE t (id integer, v vector(2));
CREATE INDEX ON t USING hnsw (v vector_cosine_ops);
INSERT INTO t VALUES (1, '[0,0]'), (2, NULL), (3, '[1,0]'), (4, '[-0,0]');
UPDATE t SET v = '[0,2]' WHERE id = 1;
UPDATE t SET v = '[0,0]' WHERE id = 3;
DELETE FROM t WHERE id IN (2, 4);
VACUUM t;
SELECT id, v <=> '[1,0]' AS distance FROM t ORDER BY v <=> '[1,0]' LIMIT 9;
DROP TABLE t;
-- places of deleted rows are taken by others: the index does not grow by turnover
CREATE TABLE t (id integer, v vector(3)) WITH (autovacuum_enabled = off);
CREATE INDEX t_v_idx ON t USING hnsw (v);
CREATE FUNCTION put(first integer) RETURNS void LANGUAGE sql AS $$
    INSERT INTO t SELECT i, ARRAY[i * 7 % 97, i * 5 % 89, i % 83] FROM generate_series(first, first + 999, 2) AS i;
    INSERT INTO t SELECT first, '[1,1,1]' FROM generate_series(1, 100)
$$;
SELECT put(0), put(1);
SELECT pg_relation_size('t_v_idx') AS size \gset
DELETE FROM t WHERE id % 2 = 0;
VACUUM (INDEX_CLEANUP on) t;
SELECT live_nodes = (SELECT count(DISTINCT v::text) FROM t) AS live, dead_nodes FROM quiver_index_info('t_v_idx');
SELECT put(2000);
DELETE FROM t WHERE id % 2 = 1;
VACUUM (INDEX_CLEANUP on) t;
SELECT put(2001);
SELECT pg_relation_size('t_v_idx') <= :size + 8192 AS stable;
SELECT * FROM quiver_index_check('t_v_idx', true);
SELECT (SELECT count(*) FROM (SELECT id FROM t ORDER BY v <-> '[0,0,0]' LIMIT 1000000) AS found) AS indexed,
       (SELECT count(*) FROM t) AS rows;
-- and when all rows go
DELETE FROM t;
VACUUM (INDEX_CLEANUP on) t;
SELECT (SELECT count(*) FROM (SELECT id FROM t ORDER BY v <-> '[0,0,0]' LIMIT 1000000) AS found) AS indexed;
SELECT put(0), put(1);
SELECT pg_relation_size('t_v_idx') <= :size + 8192 AS stable;
SELECT (SELECT count(*) FROM (SELECT id FROM t ORDER BY v <-> '[0,0,0]' LIMIT 1000000) AS found) AS indexed,
       (SELECT count(*) FROM t) AS rows;
DROP TABLE t;
DROP FUNCTION put;
RESET enable_seqscan;
RESET enable_sort;

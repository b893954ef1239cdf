-- The access method ivfflat: what it accepts, what it finds, what happens to rows that come and go.

SET enable_seqscan = off;
SET enable_sort = off;
SET client_min_messages = warning;
-- every class: as many probes as lists is exact
CREATE TABLE t (id integer, v vector(3), h halfvec(3), b bit(8));
INSERT INTO t
SELECT i, ARRAY[i % 10, i / 10 % 10, i / 100], ARRAY[i % 10, i / 10 % 10, i / 100], i::bit(10)::bit(8)
FROM generate_series(1, 999) AS i;
INSERT INTO t VALUES (1000, NULL, NULL, NULL);
CREATE FUNCTION finds_all(class text, col text, op text, query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    by_index float8[];
    by_table float8[];
    how text;
BEGIN
    EXECUTE format('CREATE INDEX ON t USING ivfflat (%s %s) WITH (lists = 7)', col, class);
    SET LOCAL ivfflat.probes = 7;
    EXECUTE format('SELECT array_agg(d) FROM (SELECT %s %s %L AS d FROM t ORDER BY %1$s %2$s %3$L LIMIT 200) AS x',
        col, op, query) INTO by_index;
    EXECUTE format('EXPLAIN (COSTS OFF) SELECT %s %s %L AS d FROM t ORDER BY %1$s %2$s %3$L LIMIT 200', col, op, query)
        INTO how;
    EXECUTE format('DROP INDEX t_%s_idx', col);
    EXECUTE format('SELECT array_agg(d) FROM (SELECT %s %s %L AS d FROM t WHERE %1$s IS NOT NULL ORDER BY 1 LIMIT 200) AS x',
        col, op, query) INTO by_table;
    RETURN class || CASE WHEN by_index = by_table THEN ': same' ELSE ': different' END;
END
$$;
SELECT finds_all('vector_l2_ops', 'v', '<->', '[3.1,4.2,5.3]');
SELECT finds_all('vector_ip_ops', 'v', '<#>', '[3,-4,5]');
SELECT finds_all('vector_cosine_ops', 'v', '<=>', '[3,4,-5]');
SELECT finds_all('halfvec_l2_ops', 'h', '<->', '[3,4,5]');
SELECT finds_all('halfvec_ip_ops', 'h', '<#>', '[3,-4,5]');
SELECT finds_all('bit_hamming_ops', 'b', '<~>', '10101010');
-- cosine of half precision: stored vectors are rounded, and the executor puts them in order
SELECT finds_all('halfvec_cosine_ops', 'h', '<=>', '[3,4,-5]');
-- one probe finds a part, a wider one more
CREATE INDEX t_v_idx ON t USING ivfflat (v) WITH (lists = 7);
SELECT count(*) BETWEEN 1 AND 998 AS part FROM (SELECT FROM t ORDER BY v <-> '[5,5,5]') AS x;
SELECT hops, rounds FROM quiver_last_scan();
SET ivfflat.probes = 3;
SELECT count(*) < 999 AS part FROM (SELECT FROM t ORDER BY v <-> '[5,5,5]') AS x;
SELECT hops, rounds FROM quiver_last_scan();
RESET ivfflat.probes;
-- an iterative scan goes on, as far as max_probes
SET ivfflat.iterative_scan = relaxed_order;
SELECT count(*) FROM (SELECT FROM t ORDER BY v <-> '[5,5,5]') AS x;
SELECT hops, rounds FROM quiver_last_scan();
SET ivfflat.max_probes = 4;
SELECT count(*) < 999 AS part FROM (SELECT FROM t ORDER BY v <-> '[5,5,5]') AS x;
SELECT hops, rounds FROM quiver_last_scan();
SET ivfflat.probes = 5;
SELECT count(*) < 999 AS part FROM (SELECT FROM t ORDER BY v <-> '[5,5,5]') AS x;
SELECT hops, rounds FROM quiver_last_scan();
-- five rows that match, however far
RESET ivfflat.max_probes;
RESET ivfflat.probes;
SELECT count(*) FROM (SELECT id FROM t WHERE id % 200 = 7 ORDER BY v <-> '[9,9,9]' LIMIT 5) AS x;
RESET ivfflat.iterative_scan;
-- rows that do not fit into work_mem are read again: none is lost, none comes twice
CREATE TABLE many (id integer, v vector(2));
INSERT INTO many SELECT i, ARRAY[i % 1000, i / 1000] FROM generate_series(0, 19999) AS i;
CREATE INDEX ON many USING ivfflat (v) WITH (lists = 2);
SET ivfflat.probes = 2;
SET work_mem = '64kB';
SELECT count(*), count(DISTINCT id), bool_and(d >= before) AS in_order
FROM (SELECT id, v <-> '[0,0]' AS d, lag(v <-> '[0,0]', 1, 0) OVER () AS before
      FROM (SELECT id, v FROM many ORDER BY v <-> '[0,0]') AS found) AS x;
RESET work_mem;
-- insertion, deletion, places used again
SELECT pg_relation_size('many_v_idx') AS size \gset
DELETE FROM many WHERE id % 2 = 0;
VACUUM many;
SELECT count(*) FROM (SELECT FROM many ORDER BY v <-> '[0,0]') AS x;
INSERT INTO many SELECT i, ARRAY[i % 1000, i / 1000] FROM generate_series(0, 19999, 2) AS i;
SELECT pg_relation_size('many_v_idx') = :size AS same_size;
SELECT count(*), count(DISTINCT id) FROM (SELECT id FROM many ORDER BY v <-> '[0,0]') AS x;
SELECT * FROM quiver_index_check('many_v_idx');
DELETE FROM many;
VACUUM many;
SELECT count(*) FROM (SELECT FROM many ORDER BY v <-> '[0,0]') AS x;
SELECT * FROM quiver_index_check('many_v_idx');
DROP TABLE many;
RESET ivfflat.probes;
-- an index without rows: the first ones become centers
TRUNCATE t;
SELECT * FROM t ORDER BY v <-> '[1,2,3]';
INSERT INTO t SELECT i, ARRAY[i, i, i] FROM generate_series(1, 5) AS i;
SELECT id FROM t ORDER BY v <-> '[3.1,3,3]';
-- one probe reads the list of an equal row, too
INSERT INTO t SELECT 10 + i, ARRAY[i, i, i] FROM generate_series(1, 5) AS i;
SELECT id FROM t ORDER BY v <-> '[4.1,4,4]', id;
SET ivfflat.probes = 7;
SELECT id FROM t ORDER BY v <-> '[4.1,4,4]', id;
-- more rows than lists
INSERT INTO t SELECT 100 + i, ARRAY[i, -i, i % 7] FROM generate_series(1, 500) AS i;
SELECT count(*) FROM (SELECT FROM t ORDER BY v <-> '[4.1,4,4]') AS x;
SELECT hops FROM quiver_last_scan();
SELECT * FROM quiver_index_check('t_v_idx');
-- what it holds
DELETE FROM t WHERE id BETWEEN 150 AND 170;
VACUUM (INDEX_CLEANUP on) t;
SELECT format_version, metric, element_type, own_precision, dimensions, m, nodes_per_page, lists, empty_lists,
       largest_list BETWEEN live_nodes / lists AND live_nodes AS largest_list, live_nodes = (SELECT count(*) FROM t) AS live,
       heap_tids = live_nodes AS heap_tids, free_places
FROM quiver_index_info('t_v_idx');
SELECT meta_bytes, list_bytes, row_bytes >= 7 * 8192 AS rows, other_bytes,
       meta_bytes + list_bytes + row_bytes + other_bytes = total_bytes AS bytes, total_bytes = pg_relation_size('t_v_idx') AS size,
       base_bytes, tail_bytes
FROM quiver_index_info('t_v_idx');
-- a NULL query: any order
SELECT count(*) FROM (SELECT FROM t ORDER BY v <-> NULL::vector) AS x;
DROP TABLE t;
-- zero vectors have no direction: not indexed by cosine, in a list by inner product
CREATE TABLE z (id integer, v vector(2));
CREATE INDEX z_cosine ON z USING ivfflat (v vector_cosine_ops) WITH (lists = 3);
INSERT INTO z VALUES (1, '[0,0]'), (2, '[1,0]'), (3, '[0,1]'), (4, '[0,0]');
SELECT id FROM z ORDER BY v <=> '[1,0]';
SELECT count(*) FROM (SELECT FROM z ORDER BY v <=> '[0,0]') AS x;
REINDEX INDEX z_cosine;
SELECT id FROM z ORDER BY v <=> '[1,0]';
SELECT * FROM quiver_index_check('z_cosine');
DROP INDEX z_cosine;
CREATE INDEX z_ip ON z USING ivfflat (v vector_ip_ops) WITH (lists = 3);
SELECT id, v <#> '[2,1]' AS d FROM z ORDER BY v <#> '[2,1]', id;
INSERT INTO z VALUES (5, '[0,0]'), (6, '[3,3]');
SELECT id, v <#> '[2,1]' AS d FROM z ORDER BY v <#> '[2,1]', id;
SELECT * FROM quiver_index_check('z_ip');
TRUNCATE z;
INSERT INTO z VALUES (1, '[0,0]'), (2, '[1,0]');
SELECT id, v <#> '[2,1]' AS d FROM z ORDER BY v <#> '[2,1]', id;
SELECT * FROM quiver_index_check('z_ip');
DROP TABLE z;
RESET ivfflat.probes;
-- rounding to float16 where it does, float32 where that would be too coarse
CREATE TABLE wide (id integer, v vector(80));
INSERT INTO wide SELECT i, array_agg((i * 37 % 101 + j) * 1e6) FROM generate_series(1, 100) AS i, generate_series(1, 80) AS j GROUP BY i;
CREATE INDEX wide_v_idx ON wide USING ivfflat (v) WITH (lists = 1);
SELECT pg_relation_size('wide_v_idx') / current_setting('block_size')::int AS blocks_of_float32;
SELECT count(*), bool_and(d >= before) AS in_order
FROM (SELECT d, lag(d, 1, 0) OVER () AS before
      FROM (SELECT v <-> (SELECT v FROM wide WHERE id = 50) AS d FROM wide ORDER BY v <-> (SELECT v FROM wide WHERE id = 50)) AS found) AS x;
UPDATE wide SET v = v * (SELECT array_agg(1e-6)::vector FROM generate_series(1, 80));
REINDEX INDEX wide_v_idx;
SELECT pg_relation_size('wide_v_idx') / current_setting('block_size')::int AS blocks_of_float16;
SELECT count(*), bool_and(d >= before) AS in_order
FROM (SELECT d, lag(d, 1, 0) OVER () AS before
      FROM (SELECT v <-> (SELECT v FROM wide WHERE id = 50) AS d FROM wide ORDER BY v <-> (SELECT v FROM wide WHERE id = 50)) AS found) AS x;
DROP TABLE wide;
-- unlogged, temporary, concurrently, partial, by an expression
CREATE UNLOGGED TABLE u (v vector(2));
INSERT INTO u VALUES ('[1,2]'), ('[3,4]');
CREATE INDEX u_v_idx ON u USING ivfflat (v) WITH (lists = 1);
SELECT * FROM u ORDER BY v <-> '[3,3]';
DROP TABLE u;
CREATE TEMPORARY TABLE tt (v vector(2), c integer);
INSERT INTO tt VALUES ('[1,2]', 1), ('[3,4]', 2), (NULL, 3);
CREATE INDEX CONCURRENTLY tt_v_idx ON tt USING ivfflat ((v::halfvec(2)) halfvec_l2_ops) WITH (lists = 1) WHERE c > 1;
INSERT INTO tt VALUES ('[3,3]', 3), ('[3,3]', 0);
SELECT * FROM tt WHERE c > 1 ORDER BY v::halfvec(2) <-> '[3,3]';
REINDEX INDEX CONCURRENTLY tt_v_idx;
SELECT * FROM tt WHERE c > 1 ORDER BY v::halfvec(2) <-> '[3,3]';
DROP TABLE tt;

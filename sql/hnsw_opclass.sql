-- Every operator class of hnsw: the same answers in the same order as without the index.
--
-- Tables are tiny, so that results can be checked by eye; the planner would not use an index on them.

SET enable_seqscan = off;
-- vector, Euclidean distance, which is the default class
CREATE TABLE t (id serial, v vector(3));
INSERT INTO t (v) VALUES ('[0,0,0]'), ('[1,2,3]'), ('[1,1,1]'), (NULL), ('[-1,5,2]');
CREATE INDEX t_v_idx ON t USING hnsw (v);
SELECT pg_get_indexdef('t_v_idx'::regclass);
INSERT INTO t (v) VALUES ('[1,2,4]'), (NULL);
EXPLAIN (COSTS OFF) SELECT * FROM t ORDER BY v <-> '[3,3,3]' LIMIT 9;
SELECT *, round((v <-> '[3,3,3]')::numeric, 4) AS distance
FROM t ORDER BY v <-> '[3,3,3]' LIMIT 9;
SELECT v FROM t ORDER BY v <-> '[0,0,0]', id DESC LIMIT 2;
DROP TABLE t;
-- vector, inner product
CREATE TABLE t (id serial, v vector(3));
INSERT INTO t (v) VALUES ('[0,0,0]'), ('[1,2,3]'), ('[1,1,1]'), (NULL), ('[-1,5,2]'), ('[-3,0,0]');
CREATE INDEX ON t USING hnsw (v vector_ip_ops);
INSERT INTO t (v) VALUES ('[1,2,4]');
EXPLAIN (COSTS OFF) SELECT * FROM t ORDER BY v <#> '[3,3,4]' LIMIT 9;
SELECT v, v <#> '[3,3,4]' AS distance FROM t ORDER BY v <#> '[3,3,4]' LIMIT 9;
SELECT v, v <#> '[-3,0,0]' AS distance FROM t ORDER BY v <#> '[-3,0,0]' LIMIT 2;
DROP TABLE t;
-- vector, cosine: the zero vector has no direction and is not in the index
CREATE TABLE t (id serial, v vector(3));
INSERT INTO t (v) VALUES ('[0,0,0]'), ('[1,2,3]'), ('[10,10,10]'), (NULL), ('[-1,5,2]'), ('[-1,0,0]');
CREATE INDEX ON t USING hnsw (v vector_cosine_ops);
INSERT INTO t (v) VALUES ('[1,2,4]'), ('[0,0,0]');
EXPLAIN (COSTS OFF) SELECT * FROM t ORDER BY v <=> '[3,3,3]' LIMIT 9;
SELECT v, round((v <=> '[3,3,3]')::numeric, 4) AS distance
FROM t ORDER BY v <=> '[3,3,3]' LIMIT 9;
SELECT v, v <=> '[5,0,0]' AS distance FROM t WHERE v = '[-1,0,0]' ORDER BY v <=> '[5,0,0]' LIMIT 1;
-- A zero query has no direction either: every row is returned, in some order.
SELECT count(*), count(DISTINCT v), count(nullif(v <=> '[0,0,0]', 'NaN'))
FROM (SELECT v FROM t ORDER BY v <=> '[0,0,0]' LIMIT 9) AS found;
DROP TABLE t;
-- halfvec: the same three
CREATE TABLE t (id serial, v halfvec(3));
INSERT INTO t (v) VALUES ('[0,0,0]'), ('[1,2,3]'), ('[1,1,1]'), (NULL), ('[-1,5,2]');
CREATE INDEX ON t USING hnsw (v halfvec_l2_ops);
INSERT INTO t (v) VALUES ('[1,2,4]');
EXPLAIN (COSTS OFF) SELECT * FROM t ORDER BY v <-> '[3,3,3]' LIMIT 9;
SELECT v, round((v <-> '[3,3,3]')::numeric, 4) AS distance
FROM t ORDER BY v <-> '[3,3,3]' LIMIT 9;
DROP TABLE t;
CREATE TABLE t (id serial, v halfvec(3));
INSERT INTO t (v) VALUES ('[0,0,0]'), ('[1,2,3]'), ('[1,1,1]'), (NULL), ('[-1,5,2]');
CREATE INDEX ON t USING hnsw (v halfvec_ip_ops);
INSERT INTO t (v) VALUES ('[1,2,4]');
EXPLAIN (COSTS OFF) SELECT * FROM t ORDER BY v <#> '[3,3,4]' LIMIT 9;
SELECT v, v <#> '[3,3,4]' AS distance FROM t ORDER BY v <#> '[3,3,4]' LIMIT 9;
DROP TABLE t;
CREATE TABLE t (id serial, v halfvec(3));
INSERT INTO t (v) VALUES ('[0,0,0]'), ('[1,2,3]'), ('[10,10,10]'), (NULL), ('[-1,5,2]');
CREATE INDEX ON t USING hnsw (v halfvec_cosine_ops);
INSERT INTO t (v) VALUES ('[1,2,4]'), ('[0,0,0]');
EXPLAIN (COSTS OFF) SELECT * FROM t ORDER BY v <=> '[3,3,3]' LIMIT 9;
SELECT v, round((v <=> '[3,3,3]')::numeric, 4) AS distance
FROM t ORDER BY v <=> '[3,3,3]' LIMIT 9;
DROP TABLE t;
-- bit
CREATE TABLE t (id serial, b bit(5));
INSERT INTO t (b) VALUES (B'00000'), (B'10000'), (B'11111'), (NULL), (B'11100');
CREATE INDEX ON t USING hnsw (b bit_hamming_ops);
INSERT INTO t (b) VALUES (B'11110');
EXPLAIN (COSTS OFF) SELECT * FROM t ORDER BY b <~> B'11111' LIMIT 9;
SELECT b, b <~> B'11111' AS distance FROM t ORDER BY b <~> B'11111' LIMIT 9;
DROP TABLE t;
CREATE TABLE t (id serial, b bit(5));
INSERT INTO t (b) VALUES (B'00001'), (B'10000'), (B'11111'), (NULL), (B'11100');
CREATE INDEX ON t USING hnsw (b bit_jaccard_ops);
INSERT INTO t (b) VALUES (B'11110');
EXPLAIN (COSTS OFF) SELECT * FROM t ORDER BY b <%> B'11110' LIMIT 4;
SELECT b, round((b <%> B'11110')::numeric, 4) AS distance
FROM t WHERE b <> B'00001' ORDER BY b <%> B'11110' LIMIT 4;
DROP TABLE t;
-- Only the first of halfvec and bit classes: they have no default.
CREATE TABLE t (h halfvec(3), b bit(3), s sparsevec(3), a real[]);
SELECT error_of('CREATE INDEX ON t USING hnsw (h)');
SELECT error_of('CREATE INDEX ON t USING hnsw (b)');
SELECT error_of('CREATE INDEX ON t USING hnsw (s)');
SELECT error_of('CREATE INDEX ON t USING hnsw (a vector_l2_ops)');
SELECT error_of('CREATE INDEX ON t USING hnsw (h vector_l2_ops)');
DROP TABLE t;
-- An index serves its own operator only.
CREATE TABLE t (v vector(2));
INSERT INTO t VALUES ('[1,1]'), ('[2,0]');
CREATE INDEX t_l2 ON t USING hnsw (v vector_l2_ops);
CREATE INDEX t_cosine ON t USING hnsw (v vector_cosine_ops);
EXPLAIN (COSTS OFF) SELECT v FROM t ORDER BY v <-> '[3,0]' LIMIT 1;
EXPLAIN (COSTS OFF) SELECT v FROM t ORDER BY v <=> '[3,0]' LIMIT 1;
EXPLAIN (COSTS OFF) SELECT v FROM t ORDER BY v <#> '[3,0]' LIMIT 1;
EXPLAIN (COSTS OFF) SELECT v FROM t ORDER BY v <-> '[3,0]' DESC LIMIT 1;
EXPLAIN (COSTS OFF) SELECT v FROM t ORDER BY '[3,0]' <-> v LIMIT 1;
SELECT v FROM t ORDER BY '[3,0]' <-> v LIMIT 1;
DROP TABLE t;
-- Numbers at the edge of what halves can hold are stored rounded and still found in order.
CREATE TABLE t (id integer, v vector(70));
INSERT INTO t SELECT i, array_fill((65504 + i)::real, ARRAY[70])::vector FROM generate_series(1, 40) AS i;
INSERT INTO t SELECT 100 + i, array_fill((1e-8 * i)::real, ARRAY[70])::vector FROM generate_series(1, 9) AS i;
CREATE INDEX ON t USING hnsw (v vector_l2_ops);
SELECT array_agg(id) FROM (
    SELECT id FROM t ORDER BY v <-> array_fill(65515::real, ARRAY[70])::vector, id LIMIT 5) AS near;
SELECT array_agg(id) FROM (
    SELECT id FROM t ORDER BY v <-> array_fill(1e-8::real, ARRAY[70])::vector, id LIMIT 3) AS near;
DROP TABLE t;
RESET enable_seqscan;

-- hashes: equal vectors have equal hashes, so that grouping, DISTINCT and hash joins work

CREATE TABLE hashed (id integer, v vector, h halfvec, s sparsevec);
INSERT INTO hashed SELECT i, v, v, v
FROM (VALUES
    (1, '[0,1]'::vector),
    (2, '[-0,1]'),
    (3, '[0,1,0]'),
    (4, '[1,0]'),
    (5, '[0]'),
    (6, '[-0]'),
    (7, '[0,0]'),
    (8, '[2,-3,4]')
) AS t (i, v);
-- equal hashes where and only where the vectors are equal (other pairs could collide, these do not)
SELECT count(*) AS pairs,
    count(*) FILTER (WHERE a.v = b.v) AS equal,
    bool_and((a.v = b.v) = (vector_hash(a.v) = vector_hash(b.v))) AS vector,
    bool_and((a.h = b.h) = (halfvec_hash(a.h) = halfvec_hash(b.h))) AS halfvec,
    bool_and((a.s = b.s) = (sparsevec_hash(a.s) = sparsevec_hash(b.s))) AS sparsevec,
    bool_and((a.v = b.v) = (vector_hash_extended(a.v, 7) = vector_hash_extended(b.v, 7)))
        AS vector_extended,
    bool_and((a.h = b.h) = (halfvec_hash_extended(a.h, 7) = halfvec_hash_extended(b.h, 7)))
        AS halfvec_extended,
    bool_and((a.s = b.s) = (sparsevec_hash_extended(a.s, 7) = sparsevec_hash_extended(b.s, 7)))
        AS sparsevec_extended
FROM hashed AS a, hashed AS b;
-- with the seed 0 the low half is the plain hash; another seed gives another hash
SELECT bool_and(vector_hash_extended(v, 0)::bit(64) << 32 = vector_hash(v)::bigint::bit(64) << 32)
        AS vector,
    bool_and(halfvec_hash_extended(h, 0)::bit(64) << 32 = halfvec_hash(h)::bigint::bit(64) << 32)
        AS halfvec,
    bool_and(
        sparsevec_hash_extended(s, 0)::bit(64) << 32 = sparsevec_hash(s)::bigint::bit(64) << 32)
        AS sparsevec,
    bool_or(vector_hash_extended(v, 0) = vector_hash_extended(v, 1)) AS vector_seed,
    bool_or(halfvec_hash_extended(h, 0) = halfvec_hash_extended(h, 1)) AS halfvec_seed,
    bool_or(sparsevec_hash_extended(s, 0) = sparsevec_hash_extended(s, 1)) AS sparsevec_seed
FROM hashed;
-- the hashes of many vectors spread
SELECT count(DISTINCT vector_hash(v)) > 9990 AS vector,
    count(DISTINCT halfvec_hash(v)) > 9990 AS halfvec,
    count(DISTINCT sparsevec_hash(v)) > 9990 AS sparsevec
FROM (SELECT ARRAY[i % 100, i / 100, 1]::vector AS v FROM generate_series(1, 10000) AS i) AS t;
-- grouping and DISTINCT, by hash and by sorting
SET enable_sort = off;
EXPLAIN (COSTS OFF) SELECT v, count(*) FROM hashed GROUP BY v;
SELECT array_agg(ids ORDER BY ids COLLATE "C")
FROM (SELECT array_agg(id ORDER BY id)::text AS ids FROM hashed GROUP BY v) AS t;
SELECT array_agg(ids ORDER BY ids COLLATE "C")
FROM (SELECT array_agg(id ORDER BY id)::text AS ids FROM hashed GROUP BY h) AS t;
SELECT array_agg(ids ORDER BY ids COLLATE "C")
FROM (SELECT array_agg(id ORDER BY id)::text AS ids FROM hashed GROUP BY s) AS t;
-- Rows that contain vectors can be hashed too.
SELECT count(*) FROM (SELECT DISTINCT ROW(v, h, s) FROM hashed) AS t;
RESET enable_sort;
SET enable_hashagg = off;
SELECT array_agg(ids ORDER BY ids COLLATE "C")
FROM (SELECT array_agg(id ORDER BY id)::text AS ids FROM hashed GROUP BY v) AS t;
SELECT count(*) FROM (SELECT DISTINCT h FROM hashed) AS t;
RESET enable_hashagg;
SELECT count(DISTINCT v), count(DISTINCT h), count(DISTINCT s) FROM hashed;
SELECT count(*) FROM (SELECT v FROM hashed UNION SELECT h::vector FROM hashed) AS t;
SELECT count(*) FROM (SELECT v FROM hashed EXCEPT SELECT '[-0,1]') AS t;
SELECT count(*) FROM hashed WHERE v IN ('[0,1]', '[0]', '[9]');
SELECT count(*) FROM hashed WHERE v NOT IN (SELECT v FROM hashed WHERE id <= 6);
-- joins: hash, merge and nested loop find the same pairs
SET enable_nestloop = off;
SET enable_mergejoin = off;
EXPLAIN (COSTS OFF) SELECT count(*) FROM hashed AS a JOIN hashed AS b ON a.v = b.v;
SELECT count(*) FROM hashed AS a JOIN hashed AS b ON a.v = b.v;
SELECT count(*) FROM hashed AS a JOIN hashed AS b ON a.h = b.h;
SELECT count(*) FROM hashed AS a JOIN hashed AS b ON a.s = b.s;
SET enable_hashjoin = off;
SET enable_mergejoin = on;
EXPLAIN (COSTS OFF) SELECT count(*) FROM hashed AS a JOIN hashed AS b ON a.v = b.v;
SELECT count(*) FROM hashed AS a JOIN hashed AS b ON a.v = b.v;
SELECT count(*) FROM hashed AS a JOIN hashed AS b ON a.h = b.h;
SELECT count(*) FROM hashed AS a JOIN hashed AS b ON a.s = b.s;
SET enable_mergejoin = off;
SET enable_nestloop = on;
SELECT count(*) FROM hashed AS a JOIN hashed AS b ON a.v = b.v;
RESET enable_hashjoin;
RESET enable_mergejoin;
RESET enable_nestloop;
-- hash indexes
CREATE INDEX hashed_v ON hashed USING hash (v);
CREATE INDEX hashed_h ON hashed USING hash (h halfvec_ops);
CREATE INDEX hashed_s ON hashed USING hash (s);
SET enable_seqscan = off;
SET enable_bitmapscan = off;
EXPLAIN (COSTS OFF) SELECT id FROM hashed WHERE v = '[-0,1]';
SELECT array_agg(id ORDER BY id) FROM hashed WHERE v = '[-0,1]';
SELECT array_agg(id ORDER BY id) FROM hashed WHERE h = '[-0]';
SELECT array_agg(id ORDER BY id) FROM hashed WHERE s = '{2:1}/2';
RESET enable_seqscan;
RESET enable_bitmapscan;
DROP TABLE hashed;
-- hash partitioning
CREATE TABLE parted (v vector) PARTITION BY HASH (v);
CREATE TABLE parted_0 PARTITION OF parted FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE parted_1 PARTITION OF parted FOR VALUES WITH (MODULUS 2, REMAINDER 1);
INSERT INTO parted SELECT ARRAY[i % 10, 0]::vector FROM generate_series(1, 100) AS i;
INSERT INTO parted VALUES ('[0,-0]'), ('[-0,0]');
SELECT count(*), min(n), max(n)
FROM (SELECT v, count(*) AS n, count(DISTINCT tableoid) AS homes FROM parted GROUP BY v) AS t
WHERE homes = 1;
SELECT count(*) FROM parted WHERE v = '[0,0]';
DROP TABLE parted;

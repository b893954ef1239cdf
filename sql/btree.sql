-- order and equality: operators, the functions behind them, btree operator classes

CREATE TABLE comparison (a vector, b vector);
INSERT INTO comparison VALUES
    ('[1,2,3]', '[1,2,3]'),
    ('[1,2,3]', '[1,2,4]'),
    ('[2]', '[1,9,9]'),
    ('[1,2]', '[1,2,0]'),
    ('[1,2]', '[1,2,-5]'),
    ('[-1]', '[1]'),
    ('[0,-0]', '[-0,0]'),
    ('[-0]', '[0]');
-- all seven functions and six operators
SELECT a, b, a < b AS "<", a <= b AS "<=", a = b AS "=", a <> b AS "<>", a >= b AS ">=",
    a > b AS ">", vector_cmp(a, b) AS cmp,
    vector_cmp(b, a) AS reverse
FROM comparison;
SELECT count(*) AS pairs,
    bool_and(vector_lt(a, b) = (vector_cmp(a, b) < 0)) AS lt,
    bool_and(vector_le(a, b) = (vector_cmp(a, b) <= 0)) AS le,
    bool_and(vector_eq(a, b) = (vector_cmp(a, b) = 0)) AS eq,
    bool_and(vector_ne(a, b) = (vector_cmp(a, b) <> 0)) AS ne,
    bool_and(vector_ge(a, b) = (vector_cmp(a, b) >= 0)) AS ge,
    bool_and(vector_gt(a, b) = (vector_cmp(a, b) > 0)) AS gt
FROM comparison;
SELECT count(*) AS pairs,
    bool_and(halfvec_cmp(a::halfvec, b::halfvec) = vector_cmp(a, b)) AS cmp,
    bool_and(halfvec_lt(a, b) = (a < b) AND (a::halfvec < b::halfvec) = (a < b)) AS lt,
    bool_and(halfvec_le(a, b) = (a <= b) AND (a::halfvec <= b::halfvec) = (a <= b)) AS le,
    bool_and(halfvec_eq(a, b) = (a = b) AND (a::halfvec = b::halfvec) = (a = b)) AS eq,
    bool_and(halfvec_ne(a, b) = (a <> b) AND (a::halfvec <> b::halfvec) = (a <> b)) AS ne,
    bool_and(halfvec_ge(a, b) = (a >= b) AND (a::halfvec >= b::halfvec) = (a >= b)) AS ge,
    bool_and(halfvec_gt(a, b) = (a > b) AND (a::halfvec > b::halfvec) = (a > b)) AS gt
FROM comparison;
SELECT count(*) AS pairs,
    bool_and(sparsevec_cmp(a::sparsevec, b::sparsevec) = vector_cmp(a, b)) AS cmp,
    bool_and(sparsevec_lt(a, b) = (a < b) AND (a::sparsevec < b::sparsevec) = (a < b)) AS lt,
    bool_and(sparsevec_le(a, b) = (a <= b) AND (a::sparsevec <= b::sparsevec) = (a <= b)) AS le,
    bool_and(sparsevec_eq(a, b) = (a = b) AND (a::sparsevec = b::sparsevec) = (a = b)) AS eq,
    bool_and(sparsevec_ne(a, b) = (a <> b) AND (a::sparsevec <> b::sparsevec) = (a <> b)) AS ne,
    bool_and(sparsevec_ge(a, b) = (a >= b) AND (a::sparsevec >= b::sparsevec) = (a >= b)) AS ge,
    bool_and(sparsevec_gt(a, b) = (a > b) AND (a::sparsevec > b::sparsevec) = (a > b)) AS gt
FROM comparison;
DROP TABLE comparison;
-- A sparsevec is ordered as the dense vector would be: an absent value is zero.
SELECT a, b, sparsevec_cmp(a, b) AS cmp, sparsevec_cmp(b, a) AS reverse,
    vector_cmp(a::vector, b::vector) AS dense
FROM (VALUES
    ('{1:1}/3'::sparsevec, '{2:1}/3'::sparsevec),
    ('{1:-1}/3', '{2:1}/3'),
    ('{2:-1}/3', '{}/3'),
    ('{2:1}/3', '{}/3'),
    ('{}/2', '{}/3'),
    ('{}/2', '{3:1}/3'),
    ('{}/2', '{3:-1}/3'),
    ('{1:1}/2', '{1:1,3:-1}/3'),
    ('{2:1}/2', '{1:1}/1'),
    ('{1:1,3:1}/3', '{1:1,2:1}/3'),
    ('{1:1,3:-1}/3', '{1:1,2:-1}/3'),
    ('{1:1,2:2,3:3}/3', '{1:1,2:2,3:3}/3')
) AS t (a, b);
-- every pair of short vectors over {-1, 0, 1}: the order is total and the three types agree
WITH value AS (
    SELECT ARRAY[x]::vector AS v FROM generate_series(-1, 1) AS x
    UNION ALL SELECT ARRAY[x, y]::vector
        FROM generate_series(-1, 1) AS x, generate_series(-1, 1) AS y
    UNION ALL SELECT ARRAY[x, y, z]::vector
        FROM generate_series(-1, 1) AS x, generate_series(-1, 1) AS y, generate_series(-1, 1) AS z
)
SELECT count(*) AS pairs,
    count(*) FILTER (WHERE vector_cmp(a.v, b.v) = 0) AS equal,
    bool_and(vector_cmp(a.v, b.v) = -vector_cmp(b.v, a.v)) AS antisymmetric,
    bool_and(vector_cmp(a.v, b.v) = btarraycmp(a.v::real[], b.v::real[])) AS as_arrays,
    bool_and(vector_cmp(a.v, b.v) = halfvec_cmp(a.v, b.v)) AS halfvec,
    bool_and(vector_cmp(a.v, b.v) = sparsevec_cmp(a.v, b.v)) AS sparsevec
FROM value AS a, value AS b;
-- sorting, with NULLs
SELECT v FROM (VALUES ('[2]'::vector), ('[1,2]'), (NULL), ('[-1]'), ('[1]'), ('[1,1,1]')) AS t (v)
ORDER BY v;
SELECT v FROM (VALUES ('[2]'::halfvec), ('[1,2]'), (NULL), ('[-1]'), ('[1]'), ('[1,1,1]')) AS t (v)
ORDER BY v DESC;
SELECT v FROM (VALUES ('{1:2}/1'::sparsevec), ('{2:2}/2'), (NULL), ('{}/3'), ('{1:-1}/2')) AS t (v)
ORDER BY v USING <;
-- an index answers equality and ranges as a sequential scan does
CREATE TABLE btree_table (id integer, v vector(2), h halfvec(2), s sparsevec(2));
INSERT INTO btree_table SELECT i, v, v, v
FROM (SELECT i, ARRAY[i % 10, i / 10]::vector AS v FROM generate_series(0, 99) AS i) AS t;
INSERT INTO btree_table VALUES (100);
CREATE INDEX btree_v ON btree_table (v);
CREATE INDEX btree_h ON btree_table (h DESC NULLS LAST);
CREATE INDEX btree_s ON btree_table USING btree (s sparsevec_ops);
SET enable_seqscan = off;
SET enable_bitmapscan = off;
SET enable_sort = off;
EXPLAIN (COSTS OFF) SELECT id FROM btree_table WHERE v = '[3,7]';
SELECT id FROM btree_table WHERE v = '[3,7]';
SELECT id FROM btree_table WHERE h = '[3,7]';
SELECT id FROM btree_table WHERE s = '{1:3,2:7}/2';
EXPLAIN (COSTS OFF) SELECT id FROM btree_table WHERE v >= '[9,7]' ORDER BY v;
SELECT id, v FROM btree_table WHERE v >= '[9,7]' ORDER BY v;
SELECT id, h FROM btree_table WHERE h < '[0,2]' ORDER BY h DESC NULLS LAST;
SELECT id, s FROM btree_table WHERE s > '{1:9,2:7}/2' AND s <= '{1:9,2:8}/2' ORDER BY s;
SELECT id, v FROM btree_table WHERE v < '[0.5]' AND v > '[0,7]' ORDER BY v;
SELECT count(*) FROM btree_table WHERE v IS NULL;
RESET enable_seqscan;
RESET enable_bitmapscan;
RESET enable_sort;
SELECT count(*), count(*) FILTER (WHERE v < '[5]'), count(*) FILTER (WHERE v <> '[5,5]')
FROM btree_table;
DROP TABLE btree_table;
-- unique: -0 is 0
CREATE TABLE btree_unique (v vector UNIQUE, h halfvec UNIQUE, s sparsevec UNIQUE);
INSERT INTO btree_unique VALUES ('[0,1]', '[0,1]', '{2:1}/2'), ('[0]', '[0]', '{2:1}/3');
SELECT error_of($$INSERT INTO btree_unique (v) VALUES ('[-0,1]')$$);
SELECT error_of($$INSERT INTO btree_unique (h) VALUES ('[-0,1]')$$);
SELECT error_of($$INSERT INTO btree_unique (s) VALUES ('{1:-0,2:1}/2')$$);
INSERT INTO btree_unique (v) VALUES ('[0,1]') ON CONFLICT DO NOTHING;
SELECT count(*) FROM btree_unique;
DROP TABLE btree_unique;
-- There is no min and max; ORDER BY and LIMIT do the same.
SELECT left(error_of($$SELECT max('[1]'::vector)$$), 5);

-- v[i]: one element, counted from 1

CREATE TABLE subscripted (id integer, v vector, h halfvec, s sparsevec);
INSERT INTO subscripted VALUES
    (1, '[1,2.5,-3]', '[1,2.5,-3]', '{1:1,3:-3}/4'),
    (2, '[7]', '[7]', '{}/1'),
    (3, NULL, NULL, NULL);
SELECT id, v[1] AS "v[1]", v[3] AS "v[3]", h[1] AS "h[1]", h[3] AS "h[3]", s[1] AS "s[1]",
    s[2] AS "s[2]", s[3] AS "s[3]", s[4] AS "s[4]"
FROM subscripted ORDER BY id;
SELECT pg_typeof(v[1]), pg_typeof(h[1]), pg_typeof(s[1]) FROM subscripted WHERE id = 1;
-- outside the vector, and with NULL: NULL, as for arrays
SELECT i, v[i], h[i], s[i], (v::real[])[i] AS array FROM subscripted,
    (VALUES (0), (-1), (4), (5), (2147483647), (-2147483648), (NULL)) AS t (i)
WHERE id = 1;
-- of any expression, in any expression
SELECT ('[1,2,3]'::vector)[2], ('[1,2]'::vector + '[3,4]')[2], (ARRAY[5,6]::halfvec)[1],
    ('{}/1000000000'::sparsevec)[1000000000];
SELECT (subvector(v, 2, 2))[1], v[vector_dims(v)], v[id::smallint], v['2'] FROM subscripted
WHERE id = 1;
SELECT id FROM subscripted WHERE v[1] > 5;
SELECT id, v[1] FROM subscripted ORDER BY v[1] DESC NULLS LAST;
SELECT sum(v[1]), count(s[1]) FROM subscripted;
-- every element of vectors of every kind is what the array has
SELECT count(*) AS elements, bool_and(v[i] = (v::real[])[i]) AS vector,
    bool_and((v::halfvec)[i] = (v::real[])[i]) AS halfvec,
    bool_and((v::sparsevec)[i] = (v::real[])[i]) AS sparsevec
FROM (SELECT array_agg(k % 3)::vector AS v FROM generate_series(1, 50) AS n,
    generate_series(1, n) AS k GROUP BY n) AS t,
    generate_series(1, 50) AS i
WHERE i <= vector_dims(v);
-- a toasted value too
CREATE TABLE subscripted_large (v vector);
INSERT INTO subscripted_large SELECT array_agg(i)::vector FROM generate_series(1, 4000) AS i;
SELECT v[1], v[2000], v[4000], v[4001] FROM subscripted_large;
DROP TABLE subscripted_large;
-- an element can be indexed, generated, checked and shown
CREATE TABLE subscripted_more (v vector(2) CHECK (v[1] >= 0),
    first real GENERATED ALWAYS AS (v[1]) STORED);
CREATE INDEX subscripted_element ON subscripted_more ((v[2]));
INSERT INTO subscripted_more VALUES ('[1,2]');
SELECT left(error_of($$INSERT INTO subscripted_more VALUES ('[-1,2]')$$), 5);
SELECT v, first FROM subscripted_more;
SELECT pg_get_indexdef('subscripted_element'::regclass);
CREATE VIEW subscripted_view AS SELECT v[1] AS a, (v + v)[2] AS b FROM subscripted_more;
DO $$ BEGIN
    EXECUTE 'CREATE VIEW subscripted_again AS ' || pg_get_viewdef('subscripted_view'::regclass);
END $$;
SELECT * FROM subscripted_again;
DROP VIEW subscripted_view, subscripted_again;
DROP TABLE subscripted_more;
-- in PL/pgSQL
DO $$
DECLARE
    v vector := '[1,2,3]';
    total real := 0;
BEGIN
    FOR i IN 1 .. vector_dims(v) LOOP
        total := total + v[i];
    END LOOP;
    RAISE NOTICE 'total %', total;
END
$$;
-- what is not there: assignment, slices, more than one subscript, subscripts that are not integers
SELECT statement, error_of(statement)
FROM (VALUES
    ('UPDATE subscripted SET v[1] = 0'),
    ('UPDATE subscripted SET h[1] = 0'),
    ('UPDATE subscripted SET s[1] = 0'),
    ('INSERT INTO subscripted (v[1]) VALUES (0)'),
    ('SELECT v[1:2] FROM subscripted'),
    ('SELECT v[:] FROM subscripted'),
    ('SELECT h[1:2] FROM subscripted'),
    ('SELECT s[1:2] FROM subscripted'),
    ('SELECT v[1][1] FROM subscripted'),
    ('SELECT v[''a''] FROM subscripted'),
    ('SELECT v[true] FROM subscripted'),
    ('SELECT v[now()] FROM subscripted')
) AS t (statement);
SELECT error_of($$DO 'DECLARE v vector := ''[1]''; BEGIN v[1] := 2; END'$$);
DROP TABLE subscripted;

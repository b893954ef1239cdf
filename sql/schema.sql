-- The extension in a schema that is not in the search path.

CREATE SCHEMA elsewhere;
ALTER EXTENSION quiver SET SCHEMA elsewhere;
SELECT left(error_of($$SELECT '[1]'::vector$$), 5);
CREATE TABLE away (id integer, v elsewhere.vector(2), h elsewhere.halfvec(2),
    s elsewhere.sparsevec(2));
INSERT INTO away VALUES (1, '[1,2]', '[1,2]', '{1:1}/2'), (2, '[-0,0]', '[-0,0]', '{}/2'),
    (3, '[0,-0]', '[0,-0]', '{}/2');
SELECT id, v OPERATOR(elsewhere.<->) '[4,6]' AS distance, v[1], elsewhere.vector_dims(v) AS dims
FROM away ORDER BY id;
-- Sorting, grouping, joining and set operations find their operators without the path.
SELECT id FROM away ORDER BY v DESC, id;
SELECT count(*) FROM away GROUP BY v ORDER BY count(*);
SELECT count(DISTINCT v), count(DISTINCT h), count(DISTINCT s) FROM away;
SELECT count(*) FROM (SELECT v FROM away UNION SELECT v FROM away) AS t;
SELECT elsewhere.avg(v), elsewhere.sum(h) FROM away WHERE id < 3;
CREATE UNIQUE INDEX ON away (v, id);
CREATE INDEX ON away USING hash (s);
-- Casts need no path either; assignment and implicit casts are found.
INSERT INTO away SELECT 4, ARRAY[5,6], ARRAY[5,6]::real[], ARRAY[0,6]::float8[];
SELECT v::real[], h::elsewhere.vector(2), s::elsewhere.halfvec FROM away WHERE id = 4;
ALTER TABLE away ALTER v SET DEFAULT '[8,9]';
SELECT format_type('elsewhere.vector'::regtype, 5), pg_get_expr(adbin, adrelid)
FROM pg_attrdef WHERE adrelid = 'away'::regclass;
SELECT count(*) FROM elsewhere.quiver_simd() WHERE used;
DROP TABLE away;
ALTER EXTENSION quiver SET SCHEMA public;
DROP SCHEMA elsewhere;
SELECT '[1]'::vector;

-- casts between the types and from and to arrays

-- every cast, written out
SELECT '[1,2,3]'::vector::vector(3), '[1,2,3]'::halfvec::halfvec(3),
    '{1:1}/3'::sparsevec::sparsevec(3);
SELECT '[1,-2,0.5]'::vector::real[], '[1,-2,0.5]'::halfvec::real[];
SELECT '[1,-2,0.5]'::vector::halfvec, '[1,-2,0.5]'::halfvec::vector;
SELECT '[1,0,-2]'::vector::sparsevec, '{1:1,3:-2}/3'::sparsevec::vector;
SELECT '[1,0,-2]'::halfvec::sparsevec, '{1:1,3:-2}/3'::sparsevec::halfvec;
SELECT ARRAY[1,0,-2]::vector, ARRAY[1,0,-2]::halfvec, ARRAY[1,0,-2]::sparsevec;
SELECT ARRAY[1,0,-2]::real[]::vector, ARRAY[1,0,-2]::real[]::halfvec,
    ARRAY[1,0,-2]::real[]::sparsevec;
SELECT ARRAY[1,0,-2]::float8[]::vector, ARRAY[1,0,-2]::float8[]::halfvec,
    ARRAY[1,0,-2]::float8[]::sparsevec;
SELECT ARRAY[1,0,-2]::numeric[]::vector, ARRAY[1,0,-2]::numeric[]::halfvec,
    ARRAY[1,0,-2]::numeric[]::sparsevec;
-- every cast checks the dimensions of its target
SELECT expression, error_of('SELECT ' || expression)
FROM (VALUES
    ('''[1,2,3]''::vector::vector(2)'),
    ('''[1,2,3]''::halfvec::halfvec(2)'),
    ('''{1:1}/3''::sparsevec::sparsevec(2)'),
    ('''[1,2,3]''::vector::halfvec(2)'),
    ('''[1,2,3]''::halfvec::vector(2)'),
    ('''[1,2,3]''::vector::sparsevec(2)'),
    ('''{1:1}/3''::sparsevec::vector(2)'),
    ('''[1,2,3]''::halfvec::sparsevec(2)'),
    ('''{1:1}/3''::sparsevec::halfvec(2)'),
    ('''{1,2,3}''::integer[]::vector(2)'),
    ('''{1,2,3}''::real[]::vector(2)'),
    ('''{1,2,3}''::float8[]::vector(2)'),
    ('''{1,2,3}''::numeric[]::vector(2)'),
    ('''{1,2,3}''::integer[]::halfvec(2)'),
    ('''{1,2,3}''::real[]::halfvec(2)'),
    ('''{1,2,3}''::float8[]::halfvec(2)'),
    ('''{1,2,3}''::numeric[]::halfvec(2)'),
    ('''{1,2,3}''::integer[]::sparsevec(2)'),
    ('''{1,2,3}''::real[]::sparsevec(2)'),
    ('''{1,2,3}''::float8[]::sparsevec(2)'),
    ('''{1,2,3}''::numeric[]::sparsevec(2)')
) AS t (expression);
-- rounding to half precision, and zeros
SELECT '[2049,2051,0.1,0x1p-25]'::vector::halfvec;
SELECT '{1:2049,3:0.1,4:1e-10}/5'::sparsevec::halfvec;
SELECT ARRAY[2049,2051,0.1]::real[]::halfvec, ARRAY[2049,2051,0.1]::numeric[]::halfvec;
SELECT '[0,-0,1]'::vector::sparsevec, '[0,-0]'::halfvec::sparsevec,
    ARRAY[0,-0.0,1]::float8[]::sparsevec;
SELECT '[0,-0]'::vector::real[], '[0,-0]'::vector::halfvec, '[0,-0]'::halfvec::vector;
SELECT '{1e-46,1}'::float8[]::vector, '{1e-46,1}'::float8[]::halfvec,
    '{1e-46,1}'::float8[]::sparsevec;
SELECT error_of($$SELECT '{1e-46}'::numeric[]::vector$$);
SELECT '{}/3'::sparsevec::vector, '{}/3'::sparsevec::halfvec, '[0]'::vector::sparsevec;
-- values that the target cannot hold
SELECT expression, error_of('SELECT ' || expression)
FROM (VALUES
    ('''[65520]''::vector::halfvec'),
    ('''[1,-1e10]''::vector::halfvec'),
    ('''{2:65520}/3''::sparsevec::halfvec'),
    ('''{65520}''::integer[]::halfvec'),
    ('''{65520}''::real[]::halfvec'),
    ('''{65520}''::float8[]::halfvec'),
    ('''{65520}''::numeric[]::halfvec'),
    ('''{1e39}''::float8[]::vector'),
    ('''{1e39}''::float8[]::halfvec'),
    ('''{-1e39}''::float8[]::sparsevec'),
    ('''{1e39}''::numeric[]::vector'),
    ('''{1e39}''::numeric[]::halfvec'),
    ('''{1e39}''::numeric[]::sparsevec'),
    ('''{NaN}''::real[]::vector'),
    ('''{NaN}''::real[]::halfvec'),
    ('''{NaN}''::real[]::sparsevec'),
    ('''{1,NaN}''::float8[]::vector'),
    ('''{1,NaN}''::float8[]::halfvec'),
    ('''{1,NaN}''::float8[]::sparsevec'),
    ('''{NaN}''::numeric[]::vector'),
    ('''{NaN}''::numeric[]::halfvec'),
    ('''{NaN}''::numeric[]::sparsevec'),
    ('''{Infinity}''::real[]::vector'),
    ('''{Infinity}''::real[]::halfvec'),
    ('''{Infinity}''::real[]::sparsevec'),
    ('''{1,-Infinity}''::float8[]::vector'),
    ('''{1,-Infinity}''::float8[]::halfvec'),
    ('''{1,-Infinity}''::float8[]::sparsevec')
) AS t (expression);
-- arrays that are not vectors
SELECT type, element, value, error_of(format('SELECT %L::%s[]::%s', value, element, type))
FROM (VALUES ('vector'), ('halfvec'), ('sparsevec')) AS t (type),
    (VALUES ('integer'), ('real'), ('double precision'), ('numeric')) AS e (element),
    (VALUES ('{}'), ('{NULL}'), ('{1,NULL}'), ('{{1,2},{3,4}}'), ('{{1}}')) AS v (value)
WHERE element = 'real' OR value = '{1,NULL}'
ORDER BY type COLLATE "C", element COLLATE "C", value COLLATE "C";
SELECT type, element, error_of(format('SELECT array_fill(1::%s, ARRAY[16001])::%s', element, type))
FROM (VALUES ('vector'), ('halfvec'), ('sparsevec')) AS t (type),
    (VALUES ('integer'), ('real'), ('double precision'), ('numeric')) AS e (element)
ORDER BY type COLLATE "C", element COLLATE "C";
-- A sparsevec counts only what is not zero, so a longer array can fit.
SELECT (array_fill(0, ARRAY[20000]) || 7)::sparsevec;
SELECT (array_fill(1, ARRAY[16000]) || 0)::sparsevec
    = ('{' || string_agg(i || ':1', ',') || '}/16001')::sparsevec
FROM generate_series(1, 16000) AS i;
SELECT error_of($$SELECT '{1:1}/16001'::sparsevec::vector$$);
SELECT error_of($$SELECT '{1:1}/16001'::sparsevec::halfvec$$);
SELECT vector_dims('{1:1}/16000'::sparsevec::vector),
    vector_dims('{1:1}/16000'::sparsevec::halfvec);
-- lower bounds do not matter
SELECT '[5:7]={1,2,3}'::integer[]::vector, '[0:1]={4,5}'::real[]::halfvec,
    '[-3:-2]={0,6}'::float8[]::sparsevec;
-- array types the functions are not declared for
CREATE FUNCTION text_to_vector(text[], integer, boolean) RETURNS vector
    AS '$libdir/quiver', 'quiver_array_to_vector' LANGUAGE C IMMUTABLE STRICT;
CREATE FUNCTION text_to_halfvec(text[], integer, boolean) RETURNS halfvec
    AS '$libdir/quiver', 'quiver_array_to_halfvec' LANGUAGE C IMMUTABLE STRICT;
CREATE FUNCTION text_to_sparsevec(text[], integer, boolean) RETURNS sparsevec
    AS '$libdir/quiver', 'quiver_array_to_sparsevec' LANGUAGE C IMMUTABLE STRICT;
SELECT error_of($$SELECT text_to_vector('{a}', -1, false)$$);
SELECT error_of($$SELECT text_to_halfvec('{a}', -1, false)$$);
SELECT error_of($$SELECT text_to_sparsevec('{a}', -1, false)$$);
DROP FUNCTION text_to_vector, text_to_halfvec, text_to_sparsevec;
-- assignment: all 23 casts work when storing
CREATE TABLE cast_target (v vector(3), h halfvec(3), s sparsevec(3), r real[]);
INSERT INTO cast_target (v, h, s, r) VALUES
    ('[1,0,2]'::vector, '[1,0,2]'::vector, '[1,0,2]'::vector, '[1,0,2]'::vector),
    ('[1,0,2]'::halfvec, '[1,0,2]'::halfvec, '[1,0,2]'::halfvec, '[1,0,2]'::halfvec);
INSERT INTO cast_target (v, h, s) VALUES
    ('{1:1,3:2}/3'::sparsevec, '{1:1,3:2}/3'::sparsevec, '{1:1,3:2}/3'::sparsevec),
    ('{1,0,2}'::integer[], '{1,0,2}'::integer[], '{1,0,2}'::integer[]),
    ('{1,0,2}'::real[], '{1,0,2}'::real[], '{1,0,2}'::real[]),
    ('{1,0,2}'::float8[], '{1,0,2}'::float8[], '{1,0,2}'::float8[]),
    ('{1,0,2}'::numeric[], '{1,0,2}'::numeric[], '{1,0,2}'::numeric[]);
SELECT v, h, s, r, count(*) FROM cast_target GROUP BY v, h, s, r ORDER BY r NULLS LAST;
SELECT error_of($$INSERT INTO cast_target (v) VALUES ('[1,2]'::vector)$$);
SELECT error_of($$INSERT INTO cast_target (v) VALUES ('[1,2]'::halfvec)$$);
SELECT error_of($$INSERT INTO cast_target (h) VALUES ('[1,2]'::vector)$$);
SELECT error_of($$INSERT INTO cast_target (s) VALUES ('{1,2}'::integer[])$$);
SELECT error_of($$INSERT INTO cast_target (r) VALUES ('{1:1}/3'::sparsevec)$$);
SELECT error_of($$UPDATE cast_target SET v = '[1,2,3,4]'$$);
DROP TABLE cast_target;
-- implicit: operators between types have one reading, functions of real[] take a vector
SELECT '[0,0]'::vector <-> '[3,4]'::halfvec AS "vector halfvec",
    '[0,0]'::halfvec <-> '[3,4]'::vector AS "halfvec vector",
    '[0,0]'::vector <-> '{1:3,2:4}/2'::sparsevec AS "vector sparsevec",
    '{1:3,2:4}/2'::sparsevec <-> '[0,0]'::halfvec AS "sparsevec halfvec";
SELECT pg_typeof('[1]'::vector + '[1]'::halfvec), pg_typeof('[1]'::halfvec || '[1]'::vector);
CREATE FUNCTION last_of(real[]) RETURNS real LANGUAGE sql AS 'SELECT $1[array_length($1, 1)]';
SELECT last_of('[1,2,3]'::vector), last_of('[1,2,3]'::halfvec::real[]);
SELECT unnest('[1,2]'::vector::real[]);
-- not implicit: these need a cast or have none
SELECT expression, left(error_of('SELECT ' || expression), 5)
FROM (VALUES
    ('last_of(''[1]''::halfvec)'),
    ('last_of(''{1:1}/1''::sparsevec)'),
    ('vector_norm(''[1]''::halfvec)'),
    ('vector_norm(''{1:1}/1''::sparsevec)'),
    ('halfvec_send(''{1:1}/1''::sparsevec)'),
    ('vector_norm(''{1}''::real[])'),
    ('''[1]''::vector <-> ARRAY[1]::integer[]'),
    ('''{1:1}/1''::sparsevec::real[]'),
    ('''[1]''::vector::integer[]'),
    ('''[1]''::vector::double precision[]'),
    ('''[1]''::vector::bit'),
    ('B''1''::vector')
) AS t (expression);
DROP FUNCTION last_of;
-- names that are absent on purpose
SELECT expression, left(error_of('SELECT ' || expression), 5)
FROM (VALUES
    ('subvector(''{1:1}/1''::sparsevec, 1, 1)'),
    ('vector_dims(''{1:1}/1''::sparsevec)'),
    ('binary_quantize(''{1:1}/1''::sparsevec)'),
    ('''{1:1}/1''::sparsevec + ''{1:1}/1''::sparsevec'),
    ('''{1:1}/1''::sparsevec || ''{1:1}/1''::sparsevec'),
    ('avg(''{1:1}/1''::sparsevec)'),
    ('sum(''{1:1}/1''::sparsevec)')
) AS t (expression);
-- l2_norm of a vector is ambiguous between halfvec and sparsevec
SELECT left(error_of($$SELECT l2_norm('[3,4]'::vector)$$), 5);

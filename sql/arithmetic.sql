-- functions of one vector, and arithmetic element by element

-- operators, with their functions
SELECT '[1,2,3]'::vector + '[4,5,-6]', '[1,2,3]'::vector - '[4,5,-6]',
    '[1,2,3]'::vector * '[4,5,-6]', '[1,2]'::vector || '[3]';
SELECT vector_add('[1,2,3]', '[4,5,-6]'), vector_sub('[1,2,3]', '[4,5,-6]'),
    vector_mul('[1,2,3]', '[4,5,-6]'), vector_concat('[1,2]', '[3]');
SELECT '[1,2,3]'::halfvec + '[4,5,-6]', '[1,2,3]'::halfvec - '[4,5,-6]',
    '[1,2,3]'::halfvec * '[4,5,-6]', '[1,2]'::halfvec || '[3]';
SELECT halfvec_add('[1,2,3]', '[4,5,-6]'), halfvec_sub('[1,2,3]', '[4,5,-6]'),
    halfvec_mul('[1,2,3]', '[4,5,-6]'), halfvec_concat('[1,2]', '[3]');
-- signed zeros follow IEEE arithmetic
SELECT '[0,-0,1]'::vector + '[0,-0,-1]', '[0,-0]'::vector - '[0,0]', '[-1,0]'::vector * '[0,-0]';
SELECT '[0,-0,1]'::halfvec + '[0,-0,-1]', '[0,-0]'::halfvec - '[0,0]', '[-1,0]'::halfvec * '[0,-0]';
-- rounding of halves
SELECT '[2048,2048]'::halfvec + '[1,3]', '[2048]'::halfvec - '[0.5]', '[45]'::halfvec * '[45.5]';
-- every length around the widths of vector registers
SELECT count(*) AS lengths,
    bool_and((a + b)::real[] = sums) AS "+",
    bool_and((b - a)::real[] = threes) AS "-",
    bool_and((a * b)::real[] = products) AS "*",
    bool_and((a::halfvec + b::halfvec)::real[] = sums) AS "half +",
    bool_and((b::halfvec - a::halfvec)::real[] = threes) AS "half -",
    bool_and((a::halfvec * t::halfvec)::real[] = tripled) AS "half *"
FROM (
    SELECT array_agg(i)::vector AS a, array_agg(i + 3)::vector AS b, array_agg(3)::vector AS t,
        array_agg(2 * i + 3)::real[] AS sums, array_agg(3)::real[] AS threes,
        array_agg(i * (i + 3))::real[] AS products, array_agg(3 * i)::real[] AS tripled
    FROM generate_series(1, 130) AS n, generate_series(1, n) AS i GROUP BY n
) AS s;
-- results that the type cannot hold
SELECT expression, error_of('SELECT ' || expression)
FROM (VALUES
    ('''[3e38]''::vector + ''[3e38]'''),
    ('''[1,-3e38]''::vector - ''[0,3e38]'''),
    ('''[1e20]''::vector * ''[1e20]'''),
    ('''[1e-30]''::vector * ''[1e-30]'''),
    ('''[1,-1e-45]''::vector * ''[1,0.4]'''),
    ('''[65504]''::halfvec + ''[65504]'''),
    ('''[1,-65504]''::halfvec - ''[0,65504]'''),
    ('''[256]''::halfvec * ''[256]'''),
    ('''[1e-4]''::halfvec * ''[1e-4]''')
) AS t (expression);
-- a sum may underflow to zero, and a product with zero is zero
SELECT '[1e-45]'::vector - '[1e-45]', '[0,1e-45]'::vector * '[1e-45,0]',
    '[0,1]'::halfvec * '[1e-4,0]';
-- dimensions
SELECT type, call, error_of(format('SELECT ' || call, type))
FROM (VALUES ('vector'), ('halfvec')) AS t (type),
    (VALUES
        ('''[1,2]''::%1$s + ''[3]'''),
        ('''[1,2]''::%1$s - ''[3]'''),
        ('''[1,2]''::%1$s * ''[3]'''),
        ('%1$s_add(''[1]'', ''[2,3]'')'),
        ('%1$s_sub(''[1]'', ''[2,3]'')'),
        ('%1$s_mul(''[1]'', ''[2,3]'')')
    ) AS c (call)
ORDER BY type COLLATE "C", call COLLATE "C";
SELECT vector_dims(v || v), vector_dims(v::halfvec || v::halfvec)
FROM (SELECT array_fill(1, ARRAY[8000])::vector AS v) AS t;
SELECT error_of($$
    SELECT array_fill(1, ARRAY[8001])::vector || array_fill(1, ARRAY[8000])::vector$$);
SELECT error_of($$
    SELECT array_fill(1, ARRAY[8001])::halfvec || array_fill(1, ARRAY[8000])::halfvec$$);
-- length of a vector
SELECT vector_norm('[3,4]'), vector_norm('[0,0]'), vector_norm('[-2]'),
    vector_norm('[3e38,3e38]') > 4e38 AS large;
SELECT l2_norm('[3,4]'::halfvec), l2_norm('[0,0]'::halfvec), l2_norm('[-2]'::halfvec),
    l2_norm('[65504,65504]'::halfvec) > 9e4 AS large;
SELECT l2_norm('{1:3,3:4}/5'::sparsevec), l2_norm('{}/5'::sparsevec),
    l2_norm('{5:-2}/5'::sparsevec), l2_norm('{1:3e38,2:3e38}/2'::sparsevec) > 4e38 AS large;
-- direction of a vector; zero has none and stays
SELECT l2_normalize('[3,4]'::vector), l2_normalize('[0,0]'::vector), l2_normalize('[-7]'::vector),
    l2_normalize('[3e38]'::vector);
SELECT l2_normalize('[0,8]'::halfvec), l2_normalize('[0,0]'::halfvec),
    l2_normalize('[-7]'::halfvec), l2_normalize('[65504]'::halfvec);
SELECT l2_normalize('{1:3,3:4}/5'::sparsevec), l2_normalize('{}/5'::sparsevec),
    l2_normalize('{5:-7}/5'::sparsevec), l2_normalize('{1:3e38}/2'::sparsevec);
SELECT count(*) AS lengths,
    bool_and(abs(vector_norm(l2_normalize(v)) - 1) < 1e-6) AS vector,
    bool_and(abs(l2_norm(l2_normalize(v::halfvec)) - 1) < 1e-2) AS halfvec,
    bool_and(abs(l2_norm(l2_normalize(v::sparsevec)) - 1) < 1e-6) AS sparsevec
FROM (SELECT array_agg(i)::vector AS v FROM generate_series(1, 130) AS n, generate_series(1, n) AS i
    GROUP BY n) AS t;
-- What rounds to zero is dropped, so that a sparsevec never stores one.
SELECT l2_normalize('{1:1e-45,2:3e38}/3'::sparsevec);
-- part of a vector: counted from 1, cut at both ends
SELECT start, count,
    error_of(format('SELECT subvector(''[1,2,3,4,5]''::vector, %s, %s)', start, count)),
    CASE WHEN start < 6 AND count > 0 AND start::bigint + count > 1
        THEN subvector('[1,2,3,4,5]'::vector, start, count) END AS vector,
    CASE WHEN start < 6 AND count > 0 AND start::bigint + count > 1
        THEN subvector('[1,2,3,4,5]'::halfvec, start, count) END AS halfvec
FROM (VALUES
    (1, 5),
    (1, 1),
    (2, 3),
    (5, 1),
    (4, 100),
    (0, 3),
    (-1, 3),
    (-3, 5),
    (1, 2147483647),
    (5, 2147483647),
    (-2147483648, 2147483647),
    (-2147483644, 2147483647),
    (6, 1),
    (1, 0),
    (1, -1),
    (0, 1),
    (-4, 5),
    (-2147483648, 1),
    (2147483647, 1),
    (2147483647, 2147483647),
    (1, -2147483648)
) AS t (start, count);
SELECT error_of($$SELECT subvector('[1,2]'::halfvec, 3, 1)$$);
SELECT error_of($$SELECT subvector('[1,2]'::halfvec, 1, 0)$$);
-- NULL in, NULL out
SELECT '[1]'::vector + NULL, NULL || '[1]'::halfvec, subvector('[1]'::vector, NULL, 1),
    l2_normalize(NULL::sparsevec);

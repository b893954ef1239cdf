-- distance functions and operators on vector, halfvec and sparsevec

CREATE TABLE distance_pair (a vector, b vector);
INSERT INTO distance_pair VALUES
    ('[0,0]', '[3,4]'),
    ('[1,2]', '[1,2]'),
    ('[1,2]', '[-1,-2]'),
    ('[1,0]', '[0,2]'),
    ('[3]', '[-2]'),
    ('[1,1,1,1,1,1,1,1,1]', '[1,2,3,4,5,6,7,8,9]'),
    ('[1,0,2,0,3]', '[0,4,0,5,6]'),
    ('[0,0]', '[0,0]'),
    ('[-0,1]', '[0,1]');
-- functions, on each type
SELECT a, b, l2_distance(a, b) AS l2, inner_product(a, b) AS ip,
    round(cosine_distance(a, b)::numeric, 5) AS cosine,
    l1_distance(a, b) AS l1, vector_l2_squared_distance(a, b) AS squared,
    vector_negative_inner_product(a, b) AS nip
FROM distance_pair WHERE vector_norm(a) > 0;
SELECT a::halfvec, b::halfvec, l2_distance(a::halfvec, b::halfvec) AS l2,
    inner_product(a::halfvec, b::halfvec) AS ip,
    round(cosine_distance(a::halfvec, b::halfvec)::numeric, 5) AS cosine,
    l1_distance(a::halfvec, b::halfvec) AS l1,
    halfvec_l2_squared_distance(a, b) AS squared, halfvec_negative_inner_product(a, b) AS nip
FROM distance_pair WHERE vector_norm(a) > 0;
SELECT a::sparsevec, b::sparsevec, l2_distance(a::sparsevec, b::sparsevec) AS l2,
    inner_product(a::sparsevec, b::sparsevec) AS ip,
    round(cosine_distance(a::sparsevec, b::sparsevec)::numeric, 5) AS cosine,
    l1_distance(a::sparsevec, b::sparsevec) AS l1,
    sparsevec_l2_squared_distance(a, b) AS squared, sparsevec_negative_inner_product(a, b) AS nip
FROM distance_pair WHERE vector_norm(a) > 0;
-- operators are the functions, in both directions
SELECT count(*) AS pairs,
    bool_and(a <-> b = l2_distance(a, b) AND a <-> b = b <-> a) AS "<->",
    bool_and(a <#> b = -inner_product(a, b) AND a <#> b = b <#> a) AS "<#>",
    bool_and(a <=> b = cosine_distance(a, b) AND a <=> b = b <=> a) AS "<=>",
    bool_and(a <+> b = l1_distance(a, b) AND a <+> b = b <+> a) AS "<+>",
    bool_and(sqrt(vector_l2_squared_distance(a, b)) = a <-> b) AS squared
FROM distance_pair;
SELECT count(*) AS pairs,
    bool_and(a <-> b = l2_distance(a, b) AND a <-> b = b <-> a) AS "<->",
    bool_and(a <#> b = -inner_product(a, b) AND a <#> b = b <#> a) AS "<#>",
    bool_and(a <=> b = cosine_distance(a, b) AND a <=> b = b <=> a) AS "<=>",
    bool_and(a <+> b = l1_distance(a, b) AND a <+> b = b <+> a) AS "<+>",
    bool_and(sqrt(halfvec_l2_squared_distance(a, b)) = a <-> b) AS squared
FROM (SELECT a::halfvec, b::halfvec FROM distance_pair) AS t;
SELECT count(*) AS pairs,
    bool_and(a <-> b = l2_distance(a, b) AND a <-> b = b <-> a) AS "<->",
    bool_and(a <#> b = -inner_product(a, b) AND a <#> b = b <#> a) AS "<#>",
    bool_and(a <=> b = cosine_distance(a, b) AND a <=> b = b <=> a) AS "<=>",
    bool_and(a <+> b = l1_distance(a, b) AND a <+> b = b <+> a) AS "<+>",
    bool_and(sqrt(sparsevec_l2_squared_distance(a, b)) = a <-> b) AS squared
FROM (SELECT a::sparsevec, b::sparsevec FROM distance_pair) AS t;
DROP TABLE distance_pair;
-- cosine distance with a zero vector is NaN; -0 is zero
SELECT '[0,0]'::vector <=> '[1,2]' AS vector, '[0,0]'::halfvec <=> '[1,2]' AS halfvec,
    '{}/2'::sparsevec <=> '{1:1}/2' AS sparsevec;
SELECT '[0,0]'::vector <=> '[0,0]' AS vector, '[-0]'::halfvec <=> '[1]' AS halfvec,
    '{}/2'::sparsevec <=> '{}/2' AS sparsevec;
-- cosine distance stays within 0 to 2, of parallel and of very long vectors
SELECT '[1,1]'::vector <=> '[2,2]', '[1,1]'::vector <=> '[-1,-1]',
    round(('[1e18,1e18]'::vector <=> '[1e-18,1e-18]')::numeric, 5);
SELECT count(*) FILTER (WHERE v <=> v < 0 OR v <=> (v * m) > 2) AS outside
FROM (SELECT ARRAY[i, i + 1, 3 * i]::vector AS v, '[-1,-1,-1]'::vector AS m
    FROM generate_series(1, 1000) AS i) AS t;
-- sums that overflow a float are infinite, not errors
SELECT '[3e38]'::vector <-> '[-3e38]' AS l2, inner_product('[1e20]'::vector, '[1e20]') AS ip,
    '[1e20]'::vector <#> '[1e20]' AS nip,
    '[3e38]'::vector <+> '[-3e38]' AS l1, vector_l2_squared_distance('[1e20]', '[0]') AS squared;
SELECT '{1:3e38}/1'::sparsevec <-> '{1:-3e38}/1' AS l2,
    inner_product('{1:1e20}/1'::sparsevec, '{1:1e20}/1') AS ip,
    '{1:1e20}/1'::sparsevec <#> '{1:1e20}/1' AS nip,
    '{1:3e38}/1'::sparsevec <+> '{1:-3e38}/1' AS l1;
SELECT '[65504]'::halfvec <-> '[-65504]' AS l2, '[65504]'::halfvec <#> '[65504]' AS nip,
    '[65504]'::halfvec <+> '[-65504]' AS l1;
-- the spherical distance of unit vectors: the angle, in units of pi
SELECT vector_spherical_distance('[1,0]', '[1,0]'), vector_spherical_distance('[1,0]', '[0,1]'),
    vector_spherical_distance('[1,0]', '[-1,0]'), vector_spherical_distance('[2,0]', '[2,0]'),
    vector_spherical_distance('[2,0]', '[-2,0]');
SELECT halfvec_spherical_distance('[1,0]', '[1,0]'), halfvec_spherical_distance('[1,0]', '[0,1]'),
    halfvec_spherical_distance('[1,0]', '[-1,0]'), halfvec_spherical_distance('[2,0]', '[2,0]'),
    halfvec_spherical_distance('[2,0]', '[-2,0]');
-- all lengths around the widths of vector registers, in every type
SELECT count(*) AS lengths,
    bool_and(a <-> b = sqrt(n)) AS "<->",
    bool_and(a <#> b = -n * (n + 1) * (n + 2) / 3) AS "<#>",
    bool_and(a <+> b = n) AS "<+>",
    bool_and(a::halfvec <-> b::halfvec = sqrt(n)) AS "half <->",
    bool_and(a::halfvec <#> b::halfvec = -n * (n + 1) * (n + 2) / 3) AS "half <#>",
    bool_and(a::halfvec <+> b::halfvec = n) AS "half <+>",
    bool_and(a::sparsevec <-> b::sparsevec = sqrt(n)) AS "sparse <->",
    bool_and(a::sparsevec <#> b::sparsevec = -n * (n + 1) * (n + 2) / 3) AS "sparse <#>",
    bool_and(a::sparsevec <+> b::sparsevec = n) AS "sparse <+>"
FROM (
    SELECT n::float8, array_agg(i)::vector AS a, array_agg(i + 1)::vector AS b
    FROM generate_series(1, 130) AS n, generate_series(1, n) AS i GROUP BY n
) AS t;
-- sparse vectors whose indices meet, alternate and do not meet
SELECT a, b, a <-> b AS "<->", a <#> b AS "<#>", a <+> b AS "<+>",
    round((a <=> b)::numeric, 5) AS "<=>"
FROM (VALUES
    ('{1:2,3:2}/6'::sparsevec, '{1:2,3:2}/6'::sparsevec),
    ('{1:2,3:2}/6', '{2:2,4:2}/6'),
    ('{1:2,2:2}/6', '{5:2,6:2}/6'),
    ('{5:2,6:2}/6', '{1:2,2:2}/6'),
    ('{1:4}/6', '{1:4,6:3}/6'),
    ('{}/6', '{1:3,6:4}/6'),
    ('{1:1,1000000000:2}/1000000000', '{1000000000:2}/1000000000')
) AS t (a, b);
-- dimensions must agree: every function and operator
SELECT type, call, error_of(format('SELECT ' || call, a, type, b))
FROM (VALUES ('vector', '[1,2]', '[3]'), ('halfvec', '[1,2]', '[3]'),
    ('sparsevec', '{1:1}/2', '{1:3}/1')) AS t (type, a, b),
    (VALUES
        ('l2_distance(%1$L::%2$s, %3$L)'),
        ('inner_product(%1$L::%2$s, %3$L)'),
        ('cosine_distance(%1$L::%2$s, %3$L)'),
        ('l1_distance(%1$L::%2$s, %3$L)'),
        ('%2$s_l2_squared_distance(%1$L, %3$L)'),
        ('%2$s_negative_inner_product(%1$L, %3$L)'),
        ('%2$s_spherical_distance(%1$L, %3$L)'),
        ('%1$L::%2$s <-> %3$L'),
        ('%1$L::%2$s <#> %3$L'),
        ('%1$L::%2$s <=> %3$L'),
        ('%1$L::%2$s <+> %3$L')
    ) AS c (call)
WHERE (type, call) <> ('sparsevec', '%2$s_spherical_distance(%1$L, %3$L)')
ORDER BY type COLLATE "C", call COLLATE "C";
-- NULL in, NULL out
SELECT '[1]'::vector <-> NULL, NULL::halfvec <=> '[1]', '{1:1}/1'::sparsevec <#> NULL,
    NULL::vector <+> NULL;
-- exact nearest neighbours without an index
CREATE TABLE nearest (id integer, v vector(3));
INSERT INTO nearest SELECT i, ARRAY[i, 2 * i, 0] FROM generate_series(1, 100) AS i;
SELECT id, v <-> '[10,20,1]' AS distance FROM nearest ORDER BY v <-> '[10,20,1]', id LIMIT 1;
SELECT id FROM nearest ORDER BY v <#> '[1,1,1]' LIMIT 3;
SELECT id FROM nearest ORDER BY v <+> '[50,100,0]' LIMIT 1;
SELECT array_agg(id ORDER BY id) FROM nearest WHERE v <-> '[10,20,0]' < 5;
DROP TABLE nearest;

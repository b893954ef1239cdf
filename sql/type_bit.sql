-- bit as the binary vector: Hamming and Jaccard distance

SELECT a, b, hamming_distance(a, b), round(jaccard_distance(a, b)::numeric, 5) AS jaccard_distance
FROM (VALUES
    (B'1', B'1'),
    (B'1', B'0'),
    (B'1010', B'1010'),
    (B'1010', B'0101'),
    (B'1100', B'1010'),
    (B'1111', B'1000'),
    (B'11111111', B'00000000'),
    (B'111111110', B'111111111'),
    (B'0000000000000001', B'1000000000000001'),
    (B'', B'')
) AS t (a, b);
-- Two strings without a common bit are as far apart as can be, also when both are zero.
SELECT jaccard_distance(B'0000', B'0000'), jaccard_distance(B'1000', B'0001'),
    jaccard_distance(B'1000', B'0000');
-- operators are the functions, in both directions
SELECT a <~> b, b <~> a, a <%> b, b <%> a
FROM (VALUES (B'1110', B'0111'), (B'1111', B'1111')) AS t (a, b);
-- every length around bytes, words and registers: alternate bits against all bits
SELECT count(*) AS lengths,
    bool_and(hamming_distance(ones, half) = n / 2) AS hamming,
    bool_and(hamming_distance(ones, none) = n) AS all_differ,
    bool_and(hamming_distance(ones, ones) = 0) AS none_differs,
    bool_and(abs(jaccard_distance(ones, half) - (n / 2) / n::float8) < 1e-9) AS jaccard,
    bool_and(jaccard_distance(ones, ones) = 0) AS same
FROM (
    SELECT n, repeat('1', n)::varbit AS ones,
        left(repeat('10', n), n)::varbit AS half, repeat('0', n)::varbit AS none
    FROM generate_series(1, 1300) AS n
) AS t;
SELECT hamming_distance(repeat('1', 64000)::varbit, repeat('01', 32000)::varbit),
    jaccard_distance(repeat('1', 64000)::varbit, repeat('01', 32000)::varbit);
-- varbit is accepted, its length counts
SELECT hamming_distance(B'101'::varbit(5), B'100'),
    round(jaccard_distance(B'110'::varbit, B'011'::varbit(3))::numeric, 5);
-- lengths must agree
SELECT expression, error_of('SELECT ' || expression)
FROM (VALUES
    ('hamming_distance(B''111'', B''00'')'),
    ('jaccard_distance(B''1'', B'''')'),
    ('B''111'' <~> B''00'''),
    ('B''1'' <%> B''11'''),
    ('hamming_distance(B''11111111'', B''1111111'')')
) AS t (expression);
SELECT B'1' <~> NULL, NULL::bit <%> B'1';
-- neighbours
CREATE TABLE bit_neighbour (id integer, b bit(8));
INSERT INTO bit_neighbour SELECT i, i::bit(8) FROM generate_series(0, 255) AS i;
SELECT id, b, b <~> B'11110000' AS distance FROM bit_neighbour
ORDER BY b <~> B'11110000', id LIMIT 4;
SELECT id, b, round((b <%> B'11110000')::numeric, 5) AS distance FROM bit_neighbour
ORDER BY b <%> B'11110000', id LIMIT 4;
SELECT b <~> B'11110000' AS distance, count(*) FROM bit_neighbour GROUP BY 1 ORDER BY 1;
DROP TABLE bit_neighbour;

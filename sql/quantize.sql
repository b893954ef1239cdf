-- binary_quantize: bits of a vector by its signs, or by its mean

-- one bit per element, 1 above zero
SELECT binary_quantize('[1,0,-1,-0,2]'::vector), binary_quantize('[1,0,-1,-0,2]'::halfvec);
SELECT binary_quantize('[1e-45,-1e-45]'::vector), binary_quantize('[0x1p-24,-0x1p-24]'::halfvec);
SELECT binary_quantize('[0]'::vector), binary_quantize('[1]'::vector),
    binary_quantize('[1,1,1,1,1,1,1,1]'::vector),
    binary_quantize('[1,-1,1,-1,1,-1,1,-1,1]'::vector);
-- one bit per element, 1 above the mean of the vector itself
SELECT binary_quantize_mean('[1,2,3,4]'::vector), binary_quantize_mean('[1,2,3,4]'::halfvec);
SELECT binary_quantize_mean('[-4,-3,-2,-1]'::vector),
    binary_quantize_mean('[-4,-3,-2,-1]'::halfvec);
SELECT binary_quantize_mean('[5,5,5]'::vector), binary_quantize_mean('[5]'::vector),
    binary_quantize_mean('[0,0]'::halfvec);
SELECT binary_quantize_mean('[1,2,3]'::vector), binary_quantize_mean('[0,0,0,9]'::vector),
    binary_quantize_mean('[-9,0,0,0]'::halfvec);
-- The sum does not overflow.
SELECT binary_quantize_mean('[3e38,3e38,-3e38,3.1e38]'::vector),
    binary_quantize_mean('[65504,65504,-65504,65504]'::halfvec);
-- With a mean of zero both are the same.
SELECT binary_quantize_mean('[3,-1,2,-4]'::vector) = binary_quantize('[3,-1,2,-4]'::vector);
-- the result is a bit string as long as the vector, without a length of its own
SELECT pg_typeof(binary_quantize('[1,-1]'::vector)), binary_quantize('[1,-1]'::vector)::bit(2),
    length(binary_quantize('[1,-1,1]'::halfvec));
-- every length around bytes and registers
SELECT count(*) AS lengths,
    bool_and(binary_quantize(v)::text = expected) AS vector,
    bool_and(binary_quantize(v::halfvec)::text = expected) AS halfvec,
    bool_and(binary_quantize_mean(v + s)::text = expected) AS vector_mean,
    bool_and(binary_quantize_mean(v::halfvec + s::halfvec)::text = expected) AS halfvec_mean
FROM (
    SELECT array_agg(CASE WHEN i % 3 = 0 THEN 2 ELSE -1 END)::vector AS v,
        array_agg(100)::vector AS s,
        string_agg(CASE WHEN i % 3 = 0 THEN '1' ELSE '0' END, '' ORDER BY i) AS expected
    FROM generate_series(3, 300) AS n, generate_series(1, n) AS i GROUP BY n
) AS t;
-- The pad bits of the last byte are zero: the value equals the same bits read from text.
SELECT binary_quantize('[1,1,1]'::vector) = B'111', bit_send(binary_quantize('[1,1,1]'::vector)),
    bit_send(binary_quantize_mean('[1,9,9]'::halfvec));
SELECT length(binary_quantize(array_fill(1, ARRAY[16000])::vector)),
    length(binary_quantize_mean(array_fill(1, ARRAY[16000])::halfvec));
-- distances of what comes out
SELECT binary_quantize('[1,2,-1]'::vector) <~> binary_quantize('[1,-2,-1]'::vector),
    binary_quantize('[1,2,-1]'::vector) <%> binary_quantize('[1,-2,-1]'::vector);
SELECT binary_quantize(NULL::vector), binary_quantize_mean(NULL::halfvec);

-- Stored forms: however a value is stored, functions read the same. Sizes are part of the format.

-- size in memory, with a 4-byte header: 8 + 4 per dimension, 8 + 2 per dimension, 16 + 8 per value
SELECT pg_column_size('[1,2,3]'::vector), pg_column_size('[1,2,3]'::halfvec),
    pg_column_size('{1:1,3:3}/5'::sparsevec), pg_column_size('{}/5'::sparsevec),
    pg_column_size(binary_quantize('[1,2,3,4,5,6,7,8,9]'::vector));
-- on disk: small values have a 1-byte header, large ones lie outside the row
CREATE TABLE stored (dim integer, v vector, h halfvec, s sparsevec);
INSERT INTO stored SELECT dim, v, v, v
FROM (
    SELECT dim, array_agg(i % 7 + 1)::vector AS v
    FROM unnest(ARRAY[1, 3, 14, 30, 31, 60, 61, 100, 128, 2000]) AS dim,
        generate_series(1, dim) AS i
    GROUP BY dim
) AS t;
SELECT dim, pg_column_size(v) AS vector, pg_column_size(h) AS halfvec,
    pg_column_size(s) AS sparsevec FROM stored ORDER BY dim;
-- external storage does not compress, not even what would compress well
SELECT pg_column_size(v) = 4 + 4 * dim AS vector, pg_column_size(h) = 4 + 2 * dim AS halfvec,
    pg_column_size(s) = 12 + 8 * dim AS sparsevec
FROM stored WHERE dim = 2000;
SELECT attname, attstorage, attcompression, attalign FROM pg_attribute
WHERE attrelid = 'stored'::regclass AND attnum > 1 ORDER BY attnum;
-- the same values forced into other forms: compressed out of line, compressed in line
CREATE TABLE stored_extended (dim integer, v vector, h halfvec, s sparsevec);
CREATE TABLE stored_main (LIKE stored_extended);
ALTER TABLE stored_extended
    ALTER v SET STORAGE extended, ALTER h SET STORAGE extended, ALTER s SET STORAGE extended;
ALTER TABLE stored_main
    ALTER v SET STORAGE main, ALTER h SET STORAGE main, ALTER s SET STORAGE main;
INSERT INTO stored_extended SELECT dim, v + v - v, h + h - h, v + v - v FROM stored;
INSERT INTO stored_main SELECT dim, v + v - v, h + h - h, v + v - v FROM stored;
-- that the forms differ
SELECT (SELECT pg_column_size(v) FROM stored WHERE dim = 3) = 17 AS one_byte_header,
    (SELECT pg_column_size(v) FROM stored WHERE dim = 128) = 520 AS four_byte_header,
    (SELECT pg_column_size(v) FROM stored WHERE dim = 2000) = 8004 AS out_of_line,
    (SELECT pg_column_size(v) FROM stored_extended WHERE dim = 2000) < 2000 AS compressed,
    (SELECT pg_column_size(v) FROM stored_main WHERE dim = 2000) < 2000 AS compressed_in_line;
-- that the results do not: every function that reads a vector
CREATE FUNCTION digest_of(v vector, h halfvec, s sparsevec) RETURNS text LANGUAGE sql AS $$
    SELECT md5(concat_ws(' ',
        v, h, s, vector_send(v), halfvec_send(h), sparsevec_send(s),
        v <-> v * v, v <#> v, v <+> v * v, v <=> v, v::real[], v::halfvec, v::sparsevec,
        vector_dims(v), vector_norm(v), l2_normalize(v) <-> v > 0, binary_quantize(v),
        binary_quantize_mean(v), subvector(v, 1, 2), v + v, v - v, v * v, v || v,
        v < v, v <= v, v = v, v <> v, v >= v, v > v, vector_cmp(v, v),
        vector_hash(v), vector_hash_extended(v, 1), v[vector_dims(v)],
        h <-> h + h, h <#> h, h <+> h + h, h <=> h, h::real[], h::vector, h::sparsevec,
        vector_dims(h), l2_norm(h), l2_normalize(h) <-> h > 0, binary_quantize(h),
        binary_quantize_mean(h), subvector(h, 1, 2), h + h, h - h, h * h, h || h,
        h < h, h <= h, h = h, h <> h, h >= h, h > h, halfvec_cmp(h, h),
        halfvec_hash(h), halfvec_hash_extended(h, 1), h[vector_dims(h)],
        s <-> v * v, s <#> s, s <+> v * v, s <=> s, s::vector, s::halfvec,
        l2_norm(s), l2_normalize(s) <-> s > 0,
        s < s, s <= s, s = s, s <> s, s >= s, s > s, sparsevec_cmp(s, s),
        sparsevec_hash(s), sparsevec_hash_extended(s, 1), s[1]))
$$;
SELECT dim,
    digest_of(a.v, a.h, a.s)
        = digest_of(a.v::text::vector, a.h::text::halfvec, a.s::text::sparsevec) AS in_memory,
    digest_of(a.v, a.h, a.s) = digest_of(e.v, e.h, e.s) AS extended,
    digest_of(a.v, a.h, a.s) = digest_of(m.v, m.h, m.s) AS main
FROM stored AS a JOIN stored_extended AS e USING (dim) JOIN stored_main AS m USING (dim)
ORDER BY dim;
SELECT avg(a.v) = avg(e.v) AND sum(a.v) = sum(m.v) AND avg(a.h) = avg(e.h)
    AND sum(a.h) = sum(m.h) AS aggregates
FROM stored AS a JOIN stored_extended AS e USING (dim) JOIN stored_main AS m USING (dim)
GROUP BY dim HAVING dim = 2000;
-- bit strings of every form
CREATE TABLE stored_bit (bits integer, b varbit, c varbit);
INSERT INTO stored_bit SELECT n, repeat('10', n / 2)::varbit, repeat('1', n)::varbit
FROM unnest(ARRAY[8, 800, 8000, 64000]) AS n;
SELECT bits, b <~> c AS hamming, b <%> c AS jaccard FROM stored_bit ORDER BY bits;
DROP FUNCTION digest_of;
DROP TABLE stored, stored_extended, stored_main, stored_bit;

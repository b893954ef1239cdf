-- The stored bytes, seen and forged through casts to and from bytea, as a damaged page could hold.

CREATE CAST (vector AS bytea) WITHOUT FUNCTION;
CREATE CAST (halfvec AS bytea) WITHOUT FUNCTION;
CREATE CAST (sparsevec AS bytea) WITHOUT FUNCTION;
CREATE CAST (bytea AS vector) WITHOUT FUNCTION;
CREATE CAST (bytea AS halfvec) WITHOUT FUNCTION;
CREATE CAST (bytea AS sparsevec) WITHOUT FUNCTION;
-- The format: int16 dimensions, int16 zero, elements; for sparsevec int32 dimensions, int32 number
-- of values, int32 zero, int32 indices from 0, values. The byte order is the machine's; the bytes
-- below are those of a little-endian one.
SELECT '[1,-2]'::vector::bytea AS vector, '[1,-2]'::halfvec::bytea AS halfvec;
SELECT '{1:1,300:-2}/65537'::sparsevec::bytea AS sparsevec, '{}/1'::sparsevec::bytea AS empty;
SELECT '\x020000000000803f000000c0'::bytea::vector, '\x02000000003c00c0'::bytea::halfvec,
    '\x0500000001000000000000000400000000000040'::bytea::sparsevec;
-- Every function that reads a vector notices when its size is not what its header says.
CREATE TABLE forged (type text, note text, value bytea);
INSERT INTO forged VALUES
    ('vector', 'empty', '\x'),
    ('vector', 'half a header', '\x0100'),
    ('vector', 'no elements', '\x01000000'),
    ('vector', 'one element missing', '\x020000000000803f'),
    ('vector', 'one element too many', '\x010000000000803f0000803f'),
    ('vector', 'half an element', '\x010000000000'),
    ('vector', 'no dimensions', '\x00000000'),
    ('vector', 'negative dimensions', '\xffff0000'),
    ('halfvec', 'empty', '\x'),
    ('halfvec', 'half a header', '\x0100'),
    ('halfvec', 'no elements', '\x01000000'),
    ('halfvec', 'one element missing', '\x02000000003c'),
    ('halfvec', 'one element too many', '\x01000000003c003c'),
    ('halfvec', 'no dimensions', '\x00000000'),
    ('halfvec', 'negative dimensions', '\xffff0000'),
    ('sparsevec', 'empty', '\x'),
    ('sparsevec', 'half a header', '\x010000000000'),
    ('sparsevec', 'no dimensions', '\x000000000000000000000000'),
    ('sparsevec', 'negative dimensions', '\xffffffff0000000000000000'),
    ('sparsevec', 'no values', '\x050000000100000000000000'),
    ('sparsevec', 'one value missing', '\x0500000002000000000000000000000000000040'),
    ('sparsevec', 'one value too many', '\x0500000000000000000000000000000000000040'),
    ('sparsevec', 'negative number of values', '\x05000000ffffffff00000000'),
    ('sparsevec', 'more values than dimensions',
        '\x01000000020000000000000000000000010000000000803f0000803f');
INSERT INTO forged VALUES
    ('vector', 'too many dimensions', '\x813e0000' || decode(repeat('0000803f', 16001), 'hex'));
CREATE TABLE reader (type text, call text);
INSERT INTO reader
SELECT type, replace(call, 'TYPE', type)
FROM (VALUES ('vector'), ('halfvec'), ('sparsevec')) AS t (type),
    (VALUES ('v::text'), ('TYPE_send(v)'), ('v <-> v'), ('v <#> v'), ('v <=> v'), ('v <+> v'),
        ('TYPE_l2_squared_distance(v, v)'), ('l2_normalize(v)'), ('v < v'), ('v <= v'), ('v = v'),
        ('v <> v'), ('v >= v'), ('v > v'), ('TYPE_cmp(v, v)'), ('TYPE_hash(v)'),
        ('TYPE_hash_extended(v, 1)'), ('v[1]'), ('v::TYPE(1)')) AS c (call)
UNION ALL
SELECT type, replace(call, 'TYPE', type)
FROM (VALUES ('vector'), ('halfvec')) AS t (type),
    (VALUES ('v + v'), ('v - v'), ('v * v'), ('v || v'), ('vector_dims(v)'), ('binary_quantize(v)'),
        ('binary_quantize_mean(v)'), ('subvector(v, 1, 1)'), ('TYPE_spherical_distance(v, v)'),
        ('avg(v)'), ('v::real[]'), ('v::sparsevec')) AS c (call)
UNION ALL VALUES
    ('vector', 'vector_norm(v)'), ('vector', 'v::halfvec'),
    ('halfvec', 'l2_norm(v)'), ('halfvec', 'v::vector'),
    ('sparsevec', 'l2_norm(v)'), ('sparsevec', 'v::vector'), ('sparsevec', 'v::halfvec');
CREATE FUNCTION read_of(call text, value bytea, type text) RETURNS text LANGUAGE sql AS $$
    SELECT error_of(format('SELECT %s FROM (SELECT %L::bytea::%s AS v) AS t', call, value, type))
$$;
SELECT type, note, count(*) AS functions, error
FROM (
    SELECT type, note, split_part(read_of(call, value, type), ' DETAIL', 1) AS error
    FROM forged JOIN reader USING (type)
) AS t
GROUP BY type, note, error ORDER BY type COLLATE "C", note COLLATE "C", error COLLATE "C";
-- An index that is not below the number of dimensions must not be followed.
SELECT call, read_of(call, '\x0200000001000000000000000700000000000040', type)
FROM reader WHERE type = 'sparsevec' AND call IN ('v::vector', 'v::halfvec');
DROP FUNCTION read_of;
DROP TABLE forged, reader;
DROP CAST (vector AS bytea);
DROP CAST (halfvec AS bytea);
DROP CAST (sparsevec AS bytea);
DROP CAST (bytea AS vector);
DROP CAST (bytea AS halfvec);
DROP CAST (bytea AS sparsevec);

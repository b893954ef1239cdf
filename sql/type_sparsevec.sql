-- sparsevec: text and binary form, type modifier, limits

-- text in, text out: indices count from 1, are sorted; zeros are not kept
SELECT input AS given, input_of(input, 'sparsevec')
FROM (VALUES
    ('{1:1,3:2,5:-3}/5'),
    ('{5:3,1:1,3:2}/5'),
    ('{}/5'),
    ('{1:1}/1'),
    ('{1:0,2:-0,3:4}/3'),
    ('{1:0}/1'),
    ('{1:.5,2:-2.25,3:3.,4:1e3,5:+1}/5'),
    ('{1:0x10,2:0x1p3}/2'),
    ('{001:1}/003'),
    ('{+1:1}/+3'),
    ('{1:1,1000000000:2}/1000000000'),
    ('{1:3.4028235e38,2:1e-45}/2')
) AS t (input);
-- white space: anywhere but inside a number
SELECT format('%1$s{%1$s1%1$s:%1$s1%1$s,%1$s3%1$s:%1$s-2%1$s}%1$s/%1$s3%1$s', w)::sparsevec
FROM (VALUES (' '), (E'\t'), (E'\n'), (E'\r'), (E'\x0b'), (E'\f'), (E' \t\n\r\x0b\f ')) AS t (w);
SELECT format('{%1$s}%1$s/%1$s3%1$s', ' ')::sparsevec;
-- text that is refused
SELECT input_of(input, 'sparsevec')
FROM (VALUES
    (''),
    (' '),
    ('1'),
    ('[1,2]'),
    ('{'),
    ('{ '),
    ('{}'),
    ('{}/'),
    ('{} 3'),
    ('{}/a'),
    ('{}/3x'),
    ('{}/3,'),
    ('{}/3 x'),
    ('{}/1.5'),
    ('{,}/3'),
    ('{:}/3'),
    ('{:1}/3'),
    ('{1}/3'),
    ('{1:}/3'),
    ('{1:1'),
    ('{1:1,'),
    ('{1:1,}/3'),
    ('{,1:1}/3'),
    ('{1:1,,2:1}/3'),
    ('{1:1 2:1}/3'),
    ('{1:1;2:1}/3'),
    ('{1:1}'),
    ('{1:1}/'),
    ('{1:1}3'),
    ('{1:1}}/3'),
    ('{a:1}/3'),
    ('{1:a}/3'),
    ('{1:1a}/3'),
    ('{1a:1}/3'),
    ('{1.5:1}/3'),
    ('{1:- 1}/3'),
    ('{1:1:1}/3'),
    ('{{1:1}}/3')
) AS t (input);
-- indices and dimensions that are out of range
SELECT input AS given, input_of(input, 'sparsevec')
FROM (VALUES
    ('{0:1}/3'),
    ('{-1:1}/3'),
    ('{4:1}/3'),
    ('{4:0}/3'),
    ('{1:1,1:2}/3'),
    ('{2:1,1:1,2:2}/3'),
    ('{1:0,1:1}/3'),
    ('{1:1,2:1}/1'),
    ('{}/0'),
    ('{}/-1'),
    ('{}/1000000001'),
    ('{}/2147483648'),
    ('{}/-2147483649'),
    ('{}/99999999999999999999'),
    ('{2147483647:1}/3'),
    ('{2147483648:1}/3'),
    ('{-2147483648:1}/3'),
    ('{4294967297:1}/3'),
    ('{99999999999999999999:1}/3')
) AS t (input);
-- NaN, infinity, what is too large for a float and, other than for vector, what is too small
SELECT input AS given, input_of(input, 'sparsevec')
FROM (VALUES
    ('{1:nan}/3'),
    ('{1:1,2:-NaN}/3'),
    ('{1:inf}/3'),
    ('{1:1,2:-Infinity}/3'),
    ('{1:1e39}/3'),
    ('{1:-3.5e38}/3'),
    ('{1:1e-46}/3'),
    ('{1:-1e-46}/3'),
    ('{1:1e400}/3'),
    ('{1:1e-400}/3')
) AS t (input);
-- type modifier
SELECT '{1:1}/3'::sparsevec(3), '{1:1}/3'::sparsevec(3)::sparsevec;
SELECT input_of('{1:1}/3', 'sparsevec(2)');
SELECT input_of('{1:1}/3', 'sparsevec(4)');
SELECT error_of($$SELECT '{1:1}/3'::sparsevec::sparsevec(2)$$);
SELECT type, input_of('{}/1', type)
FROM (VALUES
    ('sparsevec(1)'),
    ('sparsevec(0)'),
    ('sparsevec(-1)'),
    ('sparsevec(1000000000)'),
    ('sparsevec(1000000001)'),
    ('sparsevec(1,2)'),
    ('sparsevec(a)')
) AS t (type);
SELECT format_type('sparsevec'::regtype, 3), format_type('sparsevec'::regtype, -1);
-- number of values: the commas are counted before anything is parsed, zeros too
SELECT length(('{' || string_agg(i || ':1', ',' ORDER BY i) || '}/20000')::sparsevec::text)
FROM generate_series(1, 16000) AS i;
SELECT error_of(format('SELECT %L::sparsevec',
    '{' || string_agg(i || ':1', ',' ORDER BY i) || '}/20000'))
FROM generate_series(1, 16001) AS i;
SELECT error_of(format('SELECT %L::sparsevec',
    '{' || string_agg(i || ':0', ',' ORDER BY i) || '}/20000'))
FROM generate_series(1, 16001) AS i;
SELECT error_of(format('SELECT %L::sparsevec', '{' || repeat(',', 16000)));
-- binary out: int32 dimensions, int32 values, int32 zero, indices from 0, float4 values
SELECT sparsevec_send('{1:1,3:-2}/5');
SELECT sparsevec_send('{}/1000000000');
-- binary in
SELECT message, received(message, 'sparsevec')
FROM (VALUES
    ('\x00000005000000020000000000000000000000023f800000c0000000'::bytea),
    ('\x3b9aca000000000000000000'),
    ('\x0000000100000001000000000000000000000001')
) AS t (message);
-- binary in that is refused
SELECT note, received(message, 'sparsevec')
FROM (VALUES
    ('no dimensions', '\x000000000000000000000000'::bytea),
    ('negative dimensions', '\xffffffff0000000000000000'),
    ('too many dimensions', '\x3b9aca010000000000000000'),
    ('negative number of values', '\x00000005ffffffff00000000'),
    ('too many values', '\x0001000000003e8100000000'),
    ('more values than dimensions', '\x000000010000000200000000'),
    ('unused is not zero', '\x000000050000000000000001'),
    ('index is negative', '\x000000050000000100000000ffffffff3f800000'),
    ('index is too large', '\x000000050000000100000000000000053f800000'),
    ('indices descend', '\x00000005000000020000000000000002000000003f8000003f800000'),
    ('indices repeat', '\x00000005000000020000000000000002000000023f8000003f800000'),
    ('value is zero', '\x0000000500000001000000000000000000000000'),
    ('value is negative zero', '\x0000000500000001000000000000000080000000'),
    ('NaN', '\x000000050000000100000000000000007fc00000'),
    ('infinity', '\x000000050000000100000000000000007f800000'),
    ('negative infinity', '\x00000005000000010000000000000000ff800000'),
    ('empty', '\x'),
    ('half a header', '\x000000050000'),
    ('no indices', '\x000000050000000100000000'),
    ('no values', '\x00000005000000010000000000000000'),
    ('half a value', '\x000000050000000100000000000000003f80'),
    ('one byte too many', '\x000000050000000100000000000000003f80000000')
) AS t (note, message);
SELECT received('\x000000050000000000000000', 'sparsevec(5)');
SELECT received('\x000000050000000000000000', 'sparsevec(6)');
-- every value survives both forms
WITH value AS (
    SELECT ('{' || string_agg(i * 7 || ':' || (-1) ^ i * (i * 10.0 ^ (i % 30 - 15))::real, ',')
        || '}/5000')::sparsevec AS v
    FROM generate_series(1, 500) AS i
)
SELECT v::text::sparsevec = v AS text, received(sparsevec_send(v), 'sparsevec') = v::text AS binary
FROM value;

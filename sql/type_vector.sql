-- vector: text and binary form, type modifier, limits

-- text in, text out
SELECT input AS given, input_of(input, 'vector')
FROM (VALUES
    ('[1,2,3]'),
    ('[-1,0,+2]'),
    ('[1.5,.5,-2.25,3.]'),
    ('[1e3,1E3,1e+3,1e-3]'),
    ('[0x10,0x1p3]'),
    ('[1]'),
    ('[0,-0,0.0,-0.0]'),
    ('[16777216,16777217]'),
    ('[3.4028235e38,-3.4028235e38]'),
    ('[1.17549435e-38,1e-45]'),
    ('[1e-46,-1e-46]'),
    ('[0.1,0.30000001,123456789]'),
    ('[00001,1.0000000000000000000000000000000000000000000000000000000000000001]')
) AS t (input);
-- white space: anywhere but inside a number
SELECT error_of(format('SELECT %L::vector', format('%1$s[%1$s1%1$s,%1$s-2%1$s]%1$s', w))),
    format('%1$s[%1$s1%1$s,%1$s-2%1$s]%1$s', w)::vector
FROM (VALUES (' '), (E'\t'), (E'\n'), (E'\r'), (E'\x0b'), (E'\f'), (E' \t\n\r\x0b\f ')) AS t (w);
SELECT input_of('[- 1]', 'vector'), input_of('[1 2,3]', 'vector');
-- text that is refused
SELECT input_of(input, 'vector')
FROM (VALUES
    (''),
    (' '),
    ('1'),
    ('1,2,3'),
    ('(1,2,3)'),
    ('{1,2,3}'),
    ('hello'),
    ('['),
    ('[]'),
    ('[ ]'),
    (']'),
    ('[,'),
    ('[,]'),
    ('[1'),
    ('[1,'),
    ('[1,2'),
    ('[1,]'),
    ('[,1]'),
    ('[1,,2]'),
    ('[1 2]'),
    ('[1;2]'),
    ('[1,a]'),
    ('[1a]'),
    ('[1.2.3]'),
    ('[--1]'),
    ('[+-1]'),
    ('[-]'),
    ('[+]'),
    ('[.]'),
    ('[e5]'),
    ('[1e]'),
    ('[0x]'),
    ('[1_000]'),
    ('[[1]]'),
    ('[1]]'),
    ('[1],'),
    ('[1] x'),
    ('[1][2]'),
    ('["1"]'),
    ('[NULL]')
) AS t (input);
-- NaN, infinity and what is too large for a float
SELECT input AS given, input_of(input, 'vector')
FROM (VALUES
    ('[nan]'),
    ('[1,NaN]'),
    ('[-NAN]'),
    ('[inf]'),
    ('[1,-Infinity]'),
    ('[+INF]'),
    ('[1e39]'),
    ('[1,-1e39,2]'),
    ('[3.5e38]'),
    ('[1e400]')
) AS t (input);
-- type modifier
SELECT '[1,2,3]'::vector(3), '[1,2,3]'::vector(3)::vector;
SELECT input_of('[1,2,3]', 'vector(2)');
SELECT input_of('[1,2,3]', 'vector(4)');
SELECT error_of($$SELECT '[1,2,3]'::vector::vector(2)$$);
SELECT type, input_of('[1]', type)
FROM (VALUES
    ('vector(1)'),
    ('vector(0)'),
    ('vector(-1)'),
    ('vector(16000)'),
    ('vector(16001)'),
    ('vector(2147483648)'),
    ('vector(1,2)'),
    ('vector(a)'),
    ('vector()')
) AS t (type);
SELECT format_type('vector'::regtype, 3), format_type('vector'::regtype, -1);
-- number of dimensions
SELECT vector_dims('[1,2,3]'::vector), vector_dims('[1]'::vector);
SELECT vector_dims(('[1' || repeat(',1', 15999) || ']')::vector);
SELECT error_of($$SELECT ('[1' || repeat(',1', 16000) || ']')::vector$$);
-- The limit is found before the end of the text is looked at.
SELECT error_of($$SELECT ('[1' || repeat(',1', 16000) || 'x')::vector$$);
-- binary out: int16 dimensions, int16 zero, float4 elements, all big-endian
SELECT vector_send('[1,-2,0.5]');
SELECT vector_send('[-0]');
SELECT vector_send('[1e-45]');
-- binary in
SELECT message, received(message, 'vector')
FROM (VALUES
    ('\x000100003f800000'::bytea),
    ('\x000300003f800000c00000003f000000'),
    ('\x0001000080000000'),
    ('\x0001000000000001')
) AS t (message);
-- binary in that is refused
SELECT note, received(message, 'vector')
FROM (VALUES
    ('no dimensions', '\x00000000'::bytea),
    ('negative dimensions', '\xffff0000'),
    ('too many dimensions', '\x3e810000'),
    ('unused is not zero', '\x000100013f800000'),
    ('unused is negative', '\x0001ffff3f800000'),
    ('NaN', '\x000100007fc00000'),
    ('negative NaN', '\x00010000ffc00000'),
    ('signalling NaN', '\x000100007f800001'),
    ('infinity', '\x000100007f800000'),
    ('negative infinity', '\x00010000ff800000'),
    ('infinity comes second', '\x000200003f800000ff800000'),
    ('empty', '\x'),
    ('half a header', '\x0001'),
    ('no elements', '\x00010000'),
    ('half an element', '\x000100003f80'),
    ('one element missing', '\x000200003f800000'),
    ('one byte too many', '\x000100003f80000000')
) AS t (note, message);
SELECT received('\x000200003f80000040000000', 'vector(2)');
SELECT received('\x000200003f80000040000000', 'vector(3)');
-- The dimensions are checked against the type before the elements are.
SELECT received('\x000200007fc000007fc00000', 'vector(3)');
SELECT received('\x000000017fc00000', 'vector(3)');
-- every value survives both forms
WITH value AS (
    SELECT array_agg((-1) ^ i * i * 10.0 ^ (i % 30 - 15))::vector AS v
    FROM generate_series(1, 500) AS i
)
SELECT v::text::vector = v AS text, received(vector_send(v), 'vector') = v::text AS binary
FROM value;
-- The message of the largest vector is read too.
SELECT length(received('\x3e800000'::bytea || decode(repeat('3f800000', 16000), 'hex'), 'vector'));

-- halfvec: text and binary form, type modifier, limits

-- text in, text out: numbers are rounded to half precision, ties to even
SELECT input AS given, input_of(input, 'halfvec')
FROM (VALUES
    ('[1,2,3]'),
    ('[-1,0,+2]'),
    ('[1.5,.5,-2.25,3.]'),
    ('[1e3,1E3,1e+3]'),
    ('[0x10,0x1p3]'),
    ('[0,-0]'),
    ('[2048,2049,2050,2051]'),
    ('[65504,-65504]'),
    ('[65519,-65519.99]'),
    ('[0x1p-14,0x1p-24,0x1.8p-24]'),
    ('[0x1p-25,-0x1p-25,0x1.8p-25]'),
    ('[1e-46,-1e-46]'),
    ('[0.1,0.2,3.14159]')
) AS t (input);
-- white space: anywhere but inside a number
SELECT format('%1$s[%1$s1%1$s,%1$s-2%1$s]%1$s', w)::halfvec
FROM (VALUES (' '), (E'\t'), (E'\n'), (E'\r'), (E'\x0b'), (E'\f'), (E' \t\n\r\x0b\f ')) AS t (w);
-- text that is refused
SELECT input_of(input, 'halfvec')
FROM (VALUES
    (''),
    (' '),
    ('1,2'),
    ('{1,2}'),
    ('['),
    ('[]'),
    ('[ ]'),
    ('[,]'),
    ('[1'),
    ('[1,'),
    ('[1,]'),
    ('[1,,2]'),
    ('[1 2]'),
    ('[1a]'),
    ('[- 1]'),
    ('[.]'),
    ('[1]]'),
    ('[1],'),
    ('[1] x')
) AS t (input);
-- NaN, infinity and what is too large for a half
SELECT input AS given, input_of(input, 'halfvec')
FROM (VALUES
    ('[nan]'),
    ('[1,-NaN]'),
    ('[inf]'),
    ('[1,-Infinity]'),
    ('[65520]'),
    ('[1,-65520,2]'),
    ('[1e5]'),
    ('[1e39]'),
    ('[1e400]')
) AS t (input);
-- type modifier
SELECT '[1,2,3]'::halfvec(3), '[1,2,3]'::halfvec(3)::halfvec;
SELECT input_of('[1,2,3]', 'halfvec(2)');
SELECT input_of('[1,2,3]', 'halfvec(4)');
SELECT error_of($$SELECT '[1,2,3]'::halfvec::halfvec(2)$$);
SELECT type, input_of('[1]', type)
FROM (VALUES
    ('halfvec(1)'),
    ('halfvec(0)'),
    ('halfvec(-1)'),
    ('halfvec(16000)'),
    ('halfvec(16001)'),
    ('halfvec(1,2)'),
    ('halfvec(a)')
) AS t (type);
SELECT format_type('halfvec'::regtype, 3), format_type('halfvec'::regtype, -1);
-- number of dimensions
SELECT vector_dims('[1,2,3]'::halfvec), vector_dims('[1]'::halfvec);
SELECT vector_dims(('[1' || repeat(',1', 15999) || ']')::halfvec);
SELECT error_of($$SELECT ('[1' || repeat(',1', 16000) || ']')::halfvec$$);
-- binary out: int16 dimensions, int16 zero, the 16 bits of each half, all big-endian
SELECT halfvec_send('[1,-2,0.5]');
SELECT halfvec_send('[-0]');
SELECT halfvec_send('[65504,0x1p-24]');
-- binary in
SELECT message, received(message, 'halfvec')
FROM (VALUES
    ('\x000100003c00'::bytea),
    ('\x000300003c00c0003800'),
    ('\x000100008000'),
    ('\x000200007bff0001')
) AS t (message);
-- binary in that is refused
SELECT note, received(message, 'halfvec')
FROM (VALUES
    ('no dimensions', '\x00000000'::bytea),
    ('negative dimensions', '\xffff0000'),
    ('too many dimensions', '\x3e810000'),
    ('unused is not zero', '\x000100013c00'),
    ('unused is negative', '\x0001ffff3c00'),
    ('NaN', '\x000100007e00'),
    ('negative NaN', '\x00010000fe00'),
    ('signalling NaN', '\x000100007c01'),
    ('infinity', '\x000100007c00'),
    ('negative infinity', '\x00010000fc00'),
    ('infinity comes second', '\x000200003c00fc00'),
    ('empty', '\x'),
    ('half a header', '\x0001'),
    ('no elements', '\x00010000'),
    ('half an element', '\x000100003c'),
    ('one element missing', '\x000200003c00'),
    ('one byte too many', '\x000100003c0000')
) AS t (note, message);
SELECT received('\x000200003c004000', 'halfvec(2)');
SELECT received('\x000200003c004000', 'halfvec(3)');
-- The dimensions are checked against the type before the elements are.
SELECT received('\x000200007e007e00', 'halfvec(3)');
SELECT received('\x000000017e00', 'halfvec(3)');
-- Every finite half survives both forms: all 15-bit patterns below infinity, with both signs.
WITH value AS (
    SELECT sign, start, bytea '\x3e000000'
        || string_agg(decode(lpad(to_hex(sign + start + i), 4, '0'), 'hex'), '' ORDER BY i)
        AS message
    FROM (VALUES (0), (32768)) AS s (sign), (VALUES (0), (15872)) AS b (start),
        generate_series(0, 15871) AS i
    GROUP BY sign, start
)
SELECT sign, start, halfvec_send(received(message, 'halfvec')::halfvec) = message AS same FROM value
ORDER BY 1, 2;

-- COPY in text, CSV and binary form

CREATE TABLE copied (id integer, v vector(3), h halfvec(3), s sparsevec(3), b bit(3));
COPY copied FROM stdin;
1	[1,2,3]	[1,2,3]	{1:1,3:3}/3	101
2	[ 0.5, -0, 1e3 ]	[ 0.5, -0, 1e3 ]	{ 3 : 1e3 , 1 : 0.5 } / 3	000
3	\N	\N	\N	\N
\.
COPY copied FROM stdin (FORMAT csv);
4,"[4,5,6]","[4,5,6]",{2:5}/3,111
5,,,,
\.
COPY copied TO stdout;
COPY copied TO stdout (FORMAT csv);
-- errors say where
COPY copied (v) FROM stdin;
[1,2,3]
[1,2]
\.
COPY copied (v) FROM stdin;
[1,2,x]
\.
COPY copied (h) FROM stdin;
[1,2,70000]
\.
COPY copied (s) FROM stdin;
{1:1,1:2}/3
\.
SELECT count(*) FROM copied;
-- binary: rows as the send functions make them are read by the receive functions
CREATE TABLE copied_binary (LIKE copied);
DO $$
DECLARE
    rows bytea;
BEGIN
    -- the file that COPY TO would write
    SELECT bytea '\x5047434f50590aff0d0a000000000000000000'
        || string_agg(
            int2send(5::int2) || int4send(4) || int4send(id)
            || coalesce(int4send(length(vector_send(v))) || vector_send(v), int4send(-1))
            || coalesce(int4send(length(halfvec_send(h))) || halfvec_send(h), int4send(-1))
            || coalesce(int4send(length(sparsevec_send(s))) || sparsevec_send(s), int4send(-1))
            || coalesce(int4send(length(bit_send(b))) || bit_send(b), int4send(-1)), ''
            ORDER BY id)
        || bytea '\xffff'
    INTO rows FROM copied;
    EXECUTE format('COPY copied_binary FROM PROGRAM %L (FORMAT binary)',
        format('echo %s | base64 -d', replace(encode(rows, 'base64'), E'\n', '')));
END
$$;
SELECT count(*) AS rows,
    count(*) FILTER (WHERE c IS NOT DISTINCT FROM r) AS same
FROM copied AS c JOIN copied_binary AS r USING (id);
SELECT * FROM copied_binary ORDER BY id;
DROP TABLE copied, copied_binary;

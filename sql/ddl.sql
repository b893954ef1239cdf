-- vectors in tables: defaults, constraints, generated columns, views, domains, arrays, statistics

CREATE TABLE used (
    id integer PRIMARY KEY,
    v vector(3) NOT NULL DEFAULT '[1,2,3]' CHECK (vector_norm(v) < 100),
    h halfvec(3) GENERATED ALWAYS AS (v::halfvec(3)) STORED,
    b bit(3) GENERATED ALWAYS AS (binary_quantize(v)::bit(3)) STORED,
    s sparsevec(3) DEFAULT ARRAY[0,0,1]
);
INSERT INTO used (id) VALUES (1);
INSERT INTO used (id, v, s) VALUES (2, '[-4,0,5]', '{1:9}/3');
SELECT * FROM used ORDER BY id;
SELECT left(error_of($$INSERT INTO used (id, v) VALUES (3, '[99,99,99]')$$), 5);
SELECT error_of($$INSERT INTO used (id, v) VALUES (3, '[1,2]')$$);
-- Definitions are shown so that they can be read back.
SELECT attname, format_type(atttypid, atttypmod), pg_get_expr(adbin, adrelid)
FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
WHERE attrelid = 'used'::regclass AND attnum > 0 ORDER BY attnum;
SELECT pg_get_constraintdef(oid) FROM pg_constraint
WHERE conrelid = 'used'::regclass AND contype = 'c';
-- other types made of vectors
CREATE DOMAIN unit_vector AS vector(2) CHECK (abs(vector_norm(VALUE) - 1) < 0.001);
SELECT '[0,1]'::unit_vector, left(error_of($$SELECT '[1,1]'::unit_vector$$), 5),
    error_of($$SELECT '[1]'::unit_vector$$);
SELECT '[0,1]'::unit_vector <-> '[0,3]';
SELECT ARRAY['[1,2]'::vector, '[3]'], '{"[1,2]","[3,4]"}'::vector(2)[], array_agg(v) FROM used;
SELECT '{"[1,2]","[3,4]"}'::halfvec[] @> ARRAY['[3,4]'::halfvec],
    '[1]'::vector = ANY (ARRAY['[0]', '[1]']::vector[]);
SELECT error_of($$SELECT '{"[1,2]","[3]"}'::vector(2)[]$$);
CREATE TYPE labelled AS (label text, v vector);
SELECT ROW('a', '[1,2]')::labelled, (ROW('a', '[1,2]')::labelled).v <-> '[1,2]',
    ROW('a', '[1]')::labelled < ROW('a', '[2]')::labelled;
DROP TYPE labelled;
DROP DOMAIN unit_vector;
-- to and from JSON, by text
SELECT to_jsonb(v), jsonb_build_object('v', v) FROM used WHERE id = 1;
SELECT * FROM jsonb_to_record('{"v": "[1,2]", "s": "{1:5}/2"}') AS t (v vector(2), s sparsevec);
-- expression indexes
CREATE INDEX used_norm ON used (vector_norm(v));
CREATE INDEX used_bits ON used ((binary_quantize(v)::bit(3)));
SELECT pg_get_indexdef('used_norm'::regclass);
-- views and materialized views are stored and shown with the operators
CREATE VIEW used_view AS
    SELECT id, v <-> '[0,0,0]' AS l2, v <#> '[1,1,1]' AS nip, v <=> '[1,1,1]' AS cosine,
        v <+> '[0,0,0]' AS l1, b <~> B'111' AS hamming, b <%> B'111' AS jaccard,
        v + v AS twice, v::halfvec || h AS both, s FROM used;
CREATE MATERIALIZED VIEW used_copy AS SELECT * FROM used_view;
DO $$ BEGIN
    EXECUTE 'CREATE VIEW used_again AS ' || pg_get_viewdef('used_view'::regclass);
END $$;
SELECT id, l1, nip, hamming, twice, "both", s FROM used_again ORDER BY id;
SELECT count(*) FROM used_view JOIN used_copy USING (id, l2, cosine, jaccard, twice, s);
DROP MATERIALIZED VIEW used_copy;
DROP VIEW used_view, used_again;
-- prepared statements take vectors as parameters
PREPARE near (vector) AS SELECT id FROM used ORDER BY v <-> $1, id LIMIT 1;
EXECUTE near('[-4,0,4]');
EXECUTE near(ARRAY[1,2,4]::real[]);
DEALLOCATE near;
-- changing a column's type
ALTER TABLE used ADD COLUMN w vector DEFAULT '[7,8]';
ALTER TABLE used ALTER w DROP DEFAULT, ALTER w TYPE halfvec(2);
SELECT w, pg_typeof(w) FROM used WHERE id = 1;
SELECT error_of($$ALTER TABLE used ALTER w TYPE sparsevec(3)$$);
ALTER TABLE used ALTER w TYPE real[];
SELECT w FROM used WHERE id = 1;
DROP TABLE used;
-- list and range partitions, by the order of vectors
CREATE TABLE ranged (v vector) PARTITION BY RANGE (v);
CREATE TABLE ranged_low PARTITION OF ranged FOR VALUES FROM (MINVALUE) TO ('[5]');
CREATE TABLE ranged_high PARTITION OF ranged FOR VALUES FROM ('[5]') TO (MAXVALUE);
INSERT INTO ranged VALUES ('[4,9]'), ('[5]'), ('[5,0]');
SELECT tableoid::regclass, v FROM ranged ORDER BY v;
SELECT pg_get_expr(relpartbound, oid) FROM pg_class WHERE relname = 'ranged_high';
DROP TABLE ranged;
-- statistics: dimensions may differ, NULLs are counted, and no rows are no problem
CREATE TABLE analyzed (v vector, h halfvec, s sparsevec);
ANALYZE analyzed;
INSERT INTO analyzed SELECT v, v, v
FROM (SELECT CASE WHEN i % 4 = 0 THEN NULL ELSE array_fill(i % 3, ARRAY[1 + i % 2]) END::vector AS v
    FROM generate_series(1, 1200) AS i) AS t;
ANALYZE analyzed;
SELECT attname, null_frac, n_distinct FROM pg_stats WHERE tablename = 'analyzed' ORDER BY attname;
SELECT count(*) FROM analyzed WHERE v = '[0]';
TRUNCATE analyzed;
-- values too wide for statistics are left out
INSERT INTO analyzed (v) SELECT array_fill(i, ARRAY[2000])::vector FROM generate_series(1, 20) AS i;
ANALYZE analyzed;
SELECT attname, null_frac, most_common_vals IS NULL AS no_common_values FROM pg_stats
WHERE tablename = 'analyzed' AND attname = 'v';
DROP TABLE analyzed;

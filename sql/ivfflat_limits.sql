-- What ivfflat refuses, and the messages: those of pgvector.

SET client_min_messages = warning;
CREATE TABLE t (v vector(3), one vector(1), bare vector, h halfvec(3), b bit(3), vb varbit(3));
-- options
SELECT error_of('CREATE INDEX ON t USING ivfflat (v) WITH (lists = 0)');
SELECT error_of('CREATE INDEX ON t USING ivfflat (v) WITH (lists = 32769)');
SELECT error_of('CREATE INDEX ON t USING ivfflat (v) WITH (m = 16)');
SELECT error_of('CREATE INDEX ON t USING ivfflat (v) WITH (lists = 32768)');
-- settings
SELECT name, setting, boot_val, min_val, max_val, enumvals, context FROM pg_settings WHERE name LIKE 'ivfflat.%' ORDER BY name;
SELECT error_of('SET ivfflat.probes = 0'), error_of('SET ivfflat.probes = 32769');
SELECT error_of('SET ivfflat.max_probes = 0'), error_of('SET ivfflat.max_probes = 32769');
SELECT error_of('SET ivfflat.iterative_scan = on'), error_of('SET ivfflat.iterative_scan = strict_order');
-- columns
SELECT error_of('CREATE INDEX ON t USING ivfflat (bare)');
SELECT error_of('CREATE INDEX ON t USING ivfflat (one vector_ip_ops)');
SELECT error_of('CREATE INDEX ON t USING ivfflat (one vector_cosine_ops)');
SELECT error_of('CREATE INDEX ON t USING ivfflat (one vector_l2_ops)');
SELECT error_of('CREATE INDEX ON t USING ivfflat (h)');
SELECT error_of('CREATE INDEX ON t USING ivfflat (vb bit_hamming_ops)');
SELECT error_of('CREATE INDEX ON t USING ivfflat (v, v)');
SELECT error_of('CREATE UNIQUE INDEX ON t USING ivfflat (v)');
SELECT error_of('CREATE INDEX ON t USING ivfflat ((bare::vector(2000)))');
SELECT error_of('CREATE INDEX ON t USING ivfflat ((bare::vector(2001)))');
SELECT error_of('CREATE INDEX ON t USING ivfflat ((bare::halfvec(4000)) halfvec_l2_ops)');
SELECT error_of('CREATE INDEX ON t USING ivfflat ((bare::halfvec(4001)) halfvec_l2_ops)');
SELECT error_of('CREATE INDEX ON t USING ivfflat ((b::bit(64000)) bit_hamming_ops)');
SELECT error_of('CREATE INDEX ON t USING ivfflat ((b::bit(64001)) bit_hamming_ops)');
DROP TABLE t;
-- values of other dimensions
CREATE TABLE t (id integer, v vector(3), b bit(3));
CREATE INDEX t_v ON t USING ivfflat (v) WITH (lists = 1);
CREATE INDEX t_b ON t USING ivfflat (b bit_hamming_ops) WITH (lists = 1);
INSERT INTO t VALUES (1, '[1,2,3]', '101');
SET enable_seqscan = off;
SELECT error_of($$SELECT * FROM t ORDER BY v <-> '[1,2]'$$);
SELECT error_of($$SELECT * FROM t ORDER BY b <~> '10'$$);
-- the largest vectors
CREATE TABLE large (v vector(2000), h halfvec(4000), b bit(64000));
CREATE INDEX large_v ON large USING ivfflat (v) WITH (lists = 2);
CREATE INDEX large_h ON large USING ivfflat (h halfvec_cosine_ops) WITH (lists = 2);
CREATE INDEX large_b ON large USING ivfflat (b bit_hamming_ops) WITH (lists = 2);
INSERT INTO large
SELECT array_fill(i, ARRAY[2000])::vector, (array_fill(1, ARRAY[3999]) || i)::halfvec, repeat(i::text, 64000)::bit(64000)
FROM generate_series(0, 1) AS i;
SET ivfflat.probes = 2;
SELECT v <-> array_fill(1, ARRAY[2000])::vector AS d FROM large ORDER BY v <-> array_fill(1, ARRAY[2000])::vector;
SELECT count(*) FROM (SELECT FROM large ORDER BY h <=> array_fill(1, ARRAY[4000])::halfvec) AS x;
SELECT b <~> repeat('1', 64000)::bit(64000) AS d FROM large ORDER BY b <~> repeat('1', 64000)::bit(64000);
REINDEX TABLE large;
SELECT v <-> array_fill(1, ARRAY[2000])::vector AS d FROM large ORDER BY v <-> array_fill(1, ARRAY[2000])::vector;
SELECT c.relname, f.* FROM pg_class AS c, quiver_index_check(c.oid) AS f WHERE relname LIKE 'large\_%' AND relkind = 'i';
DROP TABLE large;
RESET ivfflat.probes;
-- k-means needs memory for its sample
SET maintenance_work_mem = '1MB';
CREATE TABLE big AS SELECT array_agg(sin(i * j))::vector(200) AS v FROM generate_series(1, 3000) AS i, generate_series(1, 200) AS j GROUP BY i;
SELECT error_of('CREATE INDEX ON big USING ivfflat (v) WITH (lists = 100)');
RESET maintenance_work_mem;
DROP TABLE big;
-- little data
RESET client_min_messages;
CREATE INDEX ON t USING ivfflat (v);
DROP TABLE t;

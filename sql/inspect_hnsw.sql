-- quiver_index_info() and quiver_index_check(): what an hnsw index holds, and that nothing is wrong.

-- The same vectors everywhere.
CREATE FUNCTION made_up(n integer, dims integer) RETURNS vector
LANGUAGE sql IMMUTABLE AS $$
    SELECT array_agg(((n * 7919 + i * 104729) * 31 % 2003) / 2003.0 ORDER BY i)::vector
    FROM generate_series(1, dims) AS i
$$;
-- What the check finds wrong, by code. A node that no edge leads to is a warning, and which nodes
-- end up so depends on the vectors.
CREATE FUNCTION findings(index regclass) RETURNS TABLE (code text, n bigint)
LANGUAGE sql AS $$
    SELECT code, count(*) FROM quiver_index_check(index) WHERE severity = 'error' GROUP BY code ORDER BY code
$$;

-- An empty index.
CREATE TABLE inspected (id integer, v vector(8));
CREATE INDEX inspected_v ON inspected USING hnsw (v vector_l2_ops) WITH (m = 4, ef_construction = 16);
SELECT format_version, metric, element_type, own_precision, dimensions, m, ef_construction, entry_level,
       live_nodes, dead_nodes, upper_records, levels, average_degree, heap_tids, total_bytes
FROM quiver_index_info('inspected_v');
SELECT * FROM findings('inspected_v');
-- Rows inserted one by one, among them what is not indexed and what shares a node.
INSERT INTO inspected SELECT i, made_up(i, 8) FROM generate_series(1, 300) AS i;
INSERT INTO inspected SELECT 1000 + i, made_up(7, 8) FROM generate_series(1, 30) AS i;
INSERT INTO inspected VALUES (2000, NULL);
SELECT live_nodes, dead_nodes, heap_tids, levels[1] + coalesce(levels[2], 0) > 200 AS levels,
       cardinality(levels) = entry_level + 1 AS highest, upper_records > 0 AS upper,
       average_degree BETWEEN 1 AND 8 AS degree, average_fillers <= average_degree AS fillers,
       meta_bytes + base_bytes + upper_bytes + tid_bytes + tail_bytes + other_bytes = total_bytes AS bytes,
       total_bytes = pg_relation_size('inspected_v') AS size
FROM quiver_index_info('inspected_v');
SELECT * FROM findings('inspected_v');
-- Built at once.
REINDEX INDEX inspected_v;
SELECT live_nodes, heap_tids, tid_bytes FROM quiver_index_info('inspected_v');
SELECT * FROM findings('inspected_v');
-- Deleted, vacuumed, updated (also in place, as HOT chains), filled again.
DELETE FROM inspected WHERE id % 3 = 0;
SELECT * FROM findings('inspected_v');
VACUUM (INDEX_CLEANUP on) inspected;
SELECT live_nodes, dead_nodes FROM quiver_index_info('inspected_v');
SELECT * FROM findings('inspected_v');
UPDATE inspected SET id = id + 1 WHERE id % 2 = 0;
INSERT INTO inspected SELECT i, made_up(i, 8) FROM generate_series(301, 400) AS i;
SELECT * FROM findings('inspected_v');

-- Every element type and metric, an expression and a predicate.
CREATE TABLE kinds (id integer, v vector(70), h halfvec(70), b bit(70), s real[]);
INSERT INTO kinds
SELECT i, made_up(i, 70), made_up(i, 70)::halfvec, binary_quantize(made_up(i, 70) - made_up(5, 70)),
       made_up(i, 8)::real[]
FROM generate_series(1, 200) AS i;
INSERT INTO kinds (id, v, h) SELECT 0, array_fill(0, ARRAY[70])::vector, array_fill(0, ARRAY[70])::halfvec;
CREATE INDEX k1 ON kinds USING hnsw (v vector_l2_ops);
CREATE INDEX k2 ON kinds USING hnsw (v vector_ip_ops);
CREATE INDEX k3 ON kinds USING hnsw (v vector_cosine_ops);
CREATE INDEX k4 ON kinds USING hnsw (h halfvec_l2_ops);
CREATE INDEX k5 ON kinds USING hnsw (h halfvec_ip_ops);
CREATE INDEX k6 ON kinds USING hnsw (h halfvec_cosine_ops);
CREATE INDEX k7 ON kinds USING hnsw (b bit_hamming_ops);
CREATE INDEX k8 ON kinds USING hnsw (b bit_jaccard_ops);
CREATE INDEX k9 ON kinds USING hnsw ((s::vector(8)) vector_l2_ops) WHERE id > 100;
INSERT INTO kinds
SELECT i, made_up(i, 70), made_up(i, 70)::halfvec, binary_quantize(made_up(i, 70) - made_up(5, 70)),
       made_up(i, 8)::real[]
FROM generate_series(201, 260) AS i;
SELECT c.relname, i.metric, i.element_type, i.own_precision, i.dimensions, i.live_nodes > 0 AS nodes, i.heap_tids,
       (SELECT count(*) FROM quiver_index_check(c.oid) WHERE severity = 'error') AS errors
FROM pg_class AS c, quiver_index_info(c.oid) AS i WHERE c.relname ~ '^k[0-9]$' ORDER BY 1;

-- What is missing is found: a transaction that makes rows without the index knowing.
BEGIN;
UPDATE pg_index SET indisready = false, indisvalid = false WHERE indexrelid = 'k9'::regclass;
INSERT INTO kinds (id, s) VALUES (500, made_up(500, 8)::real[]);
UPDATE pg_index SET indisready = true, indisvalid = true WHERE indexrelid = 'k9'::regclass;
SELECT severity, code, block, slot, detail ~ '^heap tuple \(\d+,\d+\) is not in the index$' AS detail
FROM quiver_index_check('k9') WHERE severity = 'error';
SELECT count(*) FROM quiver_index_check('k9', heap => false) WHERE severity = 'error';
ROLLBACK;
-- What is too much is found: the table became shorter behind the index's back.
BEGIN;
CREATE TABLE other (LIKE kinds);
INSERT INTO other SELECT * FROM kinds LIMIT 1;
UPDATE pg_index SET indrelid = 'other'::regclass WHERE indexrelid = 'k1'::regclass;
SELECT severity, code, count(*) > 10 AS many, min(detail) ~ 'lies beyond the heap$' AS detail
FROM quiver_index_check('k1') WHERE severity = 'error' GROUP BY 1, 2;
ROLLBACK;

-- What cannot be looked into.
CREATE TABLE parts (v vector(3)) PARTITION BY RANGE (v);
CREATE INDEX parts_v ON parts USING hnsw (v vector_l2_ops);
CREATE INDEX kinds_id ON kinds (id);
SELECT f, o, error_of(format('SELECT * FROM %s(%L::regclass)', f, o))
FROM unnest(ARRAY['quiver_index_info', 'quiver_index_check']) AS f,
     unnest(ARRAY['parts_v', 'kinds_id', 'kinds']) AS o;
SELECT regexp_replace(error_of('SELECT * FROM quiver_index_check(1)'), '"1"', 'OID');
SELECT error_of('SELECT * FROM quiver_index_check(NULL)');
BEGIN;
UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'k1'::regclass;
SELECT error_of('SELECT * FROM quiver_index_check(''k1'')');
ROLLBACK;

-- Who may.
CREATE ROLE regress_quiver_owner;
CREATE ROLE regress_quiver_monitor IN ROLE pg_monitor;
CREATE ROLE regress_quiver_other;
ALTER TABLE inspected OWNER TO regress_quiver_owner;
SET ROLE regress_quiver_owner;
SELECT live_nodes > 0 AS info, (SELECT count(*) FROM findings('inspected_v')) FROM quiver_index_info('inspected_v');
SET ROLE regress_quiver_monitor;
SELECT live_nodes > 0 AS info FROM quiver_index_info('inspected_v');
SELECT error_of('SELECT * FROM quiver_index_check(''inspected_v'')');
SET ROLE regress_quiver_other;
SELECT error_of('SELECT * FROM quiver_index_info(''inspected_v'')');
SELECT error_of('SELECT * FROM quiver_index_check(''inspected_v'')');
RESET ROLE;

DROP TABLE inspected, kinds, parts;
DROP ROLE regress_quiver_owner, regress_quiver_monitor, regress_quiver_other;
DROP FUNCTION made_up, findings;

-- CREATE INDEX with parallel workers: the index is complete whoever put which row in.
SET min_parallel_table_scan_size = 0;
SET max_parallel_maintenance_workers = 2;
SET maintenance_work_mem = '64MB';

CREATE TABLE parallel_rows (id int, v vector(4)) WITH (parallel_workers = 2, autovacuum_enabled = off);
INSERT INTO parallel_rows
    SELECT i, ARRAY[i % 97, i % 89, i % 83, i % 79]::vector FROM generate_series(1, 20000) i;
-- Many rows with one vector, and rows that have none.
INSERT INTO parallel_rows SELECT 20000 + i, '[1000,1000,1000,1000]' FROM generate_series(1, 300) i;
INSERT INTO parallel_rows SELECT 30000 + i, NULL FROM generate_series(1, 10) i;

-- Rows that a search of the index finds when it goes on to the end, and how many of the nearest of
-- 20 queries it has.
CREATE FUNCTION check_index(OUT seen bigint, OUT twice bigint, OUT nearest bigint)
LANGUAGE plpgsql
SET enable_seqscan = off SET hnsw.iterative_scan = relaxed_order SET hnsw.max_scan_tuples = 1000000
SET hnsw.scan_mem_multiplier = 100 AS $$
DECLARE
    ids int[];
    q vector;
BEGIN
    SELECT array_agg(id) INTO ids
        FROM (SELECT id FROM parallel_rows ORDER BY v <-> '[40,40,40,40]') s;
    seen := cardinality(ids);
    twice := seen - (SELECT count(DISTINCT i) FROM unnest(ids) i);
    nearest := 0;
    FOR q IN SELECT v FROM parallel_rows WHERE id % 1000 = 0 AND id <= 20000 LOOP
        nearest := nearest + (SELECT count(*) FROM
            (SELECT v <-> q AS d FROM parallel_rows ORDER BY v <-> q LIMIT 1) s WHERE d = 0);
    END LOOP;
END $$;

-- the leader says how many helped
SET client_min_messages = debug1;
CREATE INDEX parallel_index ON parallel_rows USING hnsw (v vector_l2_ops);
RESET client_min_messages;
SELECT * FROM check_index();
DROP INDEX parallel_index;

-- The graph does not fit: the rest goes onto pages, whoever reads it. How many rows fitted depends
-- on who was faster.
\set VERBOSITY terse
SET client_min_messages = warning;
SET maintenance_work_mem = '1MB';
CREATE INDEX parallel_index ON parallel_rows USING hnsw (v vector_l2_ops);
RESET client_min_messages;
\set VERBOSITY default
SELECT seen, twice, nearest >= 18 AS near FROM check_index();

-- a cancelled build leaves nothing
SET statement_timeout = 100;
SET client_min_messages = warning;
DO $$ BEGIN
    CREATE INDEX cancelled_index ON parallel_rows USING hnsw (v vector_l2_ops)
        WITH (m = 32, ef_construction = 1000);
    RAISE WARNING 'the build was not cancelled';
EXCEPTION WHEN query_canceled THEN
    NULL;
END $$;
RESET client_min_messages;
RESET statement_timeout;
SELECT count(*) FROM pg_class WHERE relname = 'cancelled_index';
SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%cancelled_index%' AND pid <> pg_backend_pid();
DROP INDEX parallel_index;

SET maintenance_work_mem = '64MB';
-- while others may write
CREATE INDEX CONCURRENTLY parallel_index ON parallel_rows USING hnsw (v vector_l2_ops);
SELECT * FROM check_index();
REINDEX INDEX parallel_index;
SELECT * FROM check_index();
DROP INDEX parallel_index;

-- temporary tables are this session's own
CREATE TEMP TABLE parallel_temp AS SELECT * FROM parallel_rows LIMIT 100;
ALTER TABLE parallel_temp SET (parallel_workers = 2);
SET client_min_messages = debug1;
CREATE INDEX ON parallel_temp USING hnsw (v vector_l2_ops);
RESET client_min_messages;

DROP FUNCTION check_index;
DROP TABLE parallel_rows;

-- The hnsw index over the demo's data. Run by scripts/demo.sh after demo.sql; by hand the same way.

\set ON_ERROR_STOP on
\pset border 2
\pset linestyle unicode
\pset footer off
\pset title
SET client_min_messages = warning;

\echo
\echo '7. An index'
\echo '-----------'
\echo '    CREATE INDEX packages_embedding_idx ON packages USING hnsw (embedding vector_cosine_ops);'
\echo

CREATE INDEX packages_embedding_idx ON packages USING hnsw (embedding vector_cosine_ops);
ANALYZE packages;
SELECT embedding AS kate FROM packages WHERE package = 'kate' \gset

SELECT pg_size_pretty(pg_relation_size('packages')) AS "table",
       pg_size_pretty(pg_relation_size('packages_embedding_idx')) AS "index";

\echo 'The planner takes it for a LIMIT by itself ($1 is the embedding of kate):'
\echo

PREPARE nearest (vector, int) AS
SELECT package, section, round((embedding <=> $1)::numeric, 3) AS distance
FROM packages ORDER BY embedding <=> $1 LIMIT $2;
SET plan_cache_mode = force_generic_plan;
EXPLAIN (COSTS OFF) EXECUTE nearest (:'kate', 8);
EXECUTE nearest (:'kate', 8);

\echo 'What that scan did: a fraction of the table was looked at.'
\echo

SELECT hops AS "nodes visited", pages AS "pages read", rounds FROM quiver_last_scan();

\echo
\echo 'LIMIT is a promise: the scan goes on until there are as many rows as were asked for, also with a filter.'
\echo

SELECT count(*) AS "rows of LIMIT 1500" FROM (SELECT FROM packages ORDER BY embedding <=> :'kate' LIMIT 1500) AS found;

\echo
\echo '8. Recall'
\echo '---------'
\echo 'An index is allowed to miss a neighbour. How many of the true 10 nearest of 200 packages does it find?'
\echo

CREATE TEMPORARY TABLE query AS SELECT package, embedding FROM packages ORDER BY md5(package) LIMIT 200;
SET enable_indexscan = off;
CREATE TEMPORARY TABLE truth AS
SELECT query.package AS anchor, near.package
FROM query CROSS JOIN LATERAL (
    SELECT other.package FROM packages AS other ORDER BY other.embedding <=> query.embedding LIMIT 10
) AS near;
RESET enable_indexscan;
SET enable_seqscan = off;

SET hnsw.ef_search = 10;
CREATE TEMPORARY TABLE found AS
SELECT 10 AS ef_search, query.package AS anchor, near.package
FROM query CROSS JOIN LATERAL (
    SELECT other.package FROM packages AS other ORDER BY other.embedding <=> query.embedding LIMIT 10
) AS near;
SET hnsw.ef_search = 40;
INSERT INTO found
SELECT 40, query.package, near.package
FROM query CROSS JOIN LATERAL (
    SELECT other.package FROM packages AS other ORDER BY other.embedding <=> query.embedding LIMIT 10
) AS near;
SET hnsw.ef_search = 200;
INSERT INTO found
SELECT 200, query.package, near.package
FROM query CROSS JOIN LATERAL (
    SELECT other.package FROM packages AS other ORDER BY other.embedding <=> query.embedding LIMIT 10
) AS near;

SELECT ef_search AS "hnsw.ef_search", round(100.0 * count(truth.anchor) / (SELECT count(*) FROM truth), 1) AS "found, %"
FROM found LEFT JOIN truth USING (anchor, package)
GROUP BY ef_search ORDER BY ef_search;

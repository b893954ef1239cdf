-- Exact nearest neighbours over real text embeddings. Run by scripts/demo.sh, which starts in the root of the checkout;
-- by hand: psql -f demo/demo.sql in a database that may lose a table called packages.

\set ON_ERROR_STOP on
\pset border 2
\pset linestyle unicode
\pset footer off
\pset title
SET client_min_messages = warning;

\echo
\echo '1. What the library found on this machine'
\echo '-----------------------------------------'
\echo 'One binary carries the code for several instruction sets and picks the best when it is loaded.'
\echo

CREATE EXTENSION IF NOT EXISTS quiver;
SELECT * FROM quiver_simd();

\echo
\echo '2. The data'
\echo '-----------'
\echo '2,000 Debian packages. Each has an embedding: 128 numbers computed from its description, so that packages'
\echo 'about the same thing point in about the same direction (demo/README.md).'
\echo

DROP TABLE IF EXISTS packages;
CREATE TABLE packages (
    package text PRIMARY KEY,
    section text NOT NULL,
    installed_kb bigint NOT NULL,
    embedding vector(128) NOT NULL
);
\copy packages FROM PROGRAM 'gzip -dc demo/packages.tsv.gz'
ANALYZE packages;

SELECT count(*) AS packages,
       count(DISTINCT section) AS sections,
       min(vector_dims(embedding)) AS dimensions,
       pg_size_pretty(sum(pg_column_size(embedding))) AS "size of the vectors"
FROM packages;

\echo
\echo '3. Nearest neighbours'
\echo '---------------------'
\echo 'Which packages are most like the text editor kate? <=> is the cosine distance: 0 is the same direction.'
\echo
\echo '    SELECT package, section, embedding <=> (SELECT embedding FROM packages WHERE package = ''kate'') AS distance'
\echo '    FROM packages ORDER BY distance LIMIT 8;'
\echo

SELECT package, section,
       round((embedding <=> (SELECT embedding FROM packages WHERE package = 'kate'))::numeric, 3) AS distance
FROM packages
ORDER BY embedding <=> (SELECT embedding FROM packages WHERE package = 'kate')
LIMIT 8;

\echo
\echo 'The same question for a database server, an image viewer, a document converter, a music player, a program for'
\echo 'DNA sequences and a chess program:'
\echo

SELECT anchor.package,
       string_agg(format('%s (%s)', near.package, round(near.distance::numeric, 2)), ', ' ORDER BY near.distance, near.package)
           AS "nearest, with distance"
FROM unnest(ARRAY['postgresql', 'feh', 'pandoc', 'cmus', 'dotter', 'gnuchess']) WITH ORDINALITY AS wanted(package, position)
JOIN packages AS anchor USING (package)
CROSS JOIN LATERAL (
    SELECT other.package, other.embedding <=> anchor.embedding AS distance
    FROM packages AS other
    WHERE other.package <> anchor.package
    ORDER BY other.embedding <=> anchor.embedding
    LIMIT 3
) AS near
GROUP BY wanted.position, anchor.package
ORDER BY wanted.position;

\echo
\echo '4. It is SQL: filter, join, aggregate'
\echo '-------------------------------------'
\echo 'Near kate, but in another section than editors, and smaller than 500 kB:'
\echo

SELECT package, section, installed_kb,
       round((embedding <=> (SELECT embedding FROM packages WHERE package = 'kate'))::numeric, 3) AS distance
FROM packages
WHERE section <> 'editors' AND installed_kb < 500
ORDER BY embedding <=> (SELECT embedding FROM packages WHERE package = 'kate')
LIMIT 5;

\echo
\echo 'avg() of vectors is the centre of a group. Which sections are the nearest to the centre of the games?'
\echo

WITH centre AS (SELECT section, avg(embedding) AS middle FROM packages GROUP BY section)
SELECT other.section, round((other.middle <=> games.middle)::numeric, 3) AS distance
FROM centre AS games
JOIN centre AS other ON other.section <> games.section
WHERE games.section = 'games'
ORDER BY other.middle <=> games.middle
LIMIT 5;

\echo
\echo '5. Smaller vectors'
\echo '------------------'
\echo 'halfvec needs half the bytes, a bit per dimension a thirty-second. How many of the true 10 nearest of 50 packages'
\echo 'does each find? The last line takes 50 candidates by their bits and ranks them by the full vectors.'
\echo

CREATE TEMPORARY TABLE small AS
SELECT package, embedding, embedding::halfvec(128) AS half, binary_quantize(embedding)::bit(128) AS bits
FROM packages;

CREATE TEMPORARY TABLE query AS
SELECT * FROM small ORDER BY md5(package) LIMIT 50;

CREATE TEMPORARY TABLE truth AS
SELECT query.package AS anchor, near.package
FROM query CROSS JOIN LATERAL (
    SELECT package FROM small ORDER BY small.embedding <=> query.embedding, package LIMIT 10
) AS near;

WITH found AS (
    SELECT 'vector' AS method, query.package AS anchor, near.package
    FROM query CROSS JOIN LATERAL (
        SELECT package FROM small ORDER BY small.embedding <=> query.embedding, package LIMIT 10
    ) AS near
    UNION ALL
    SELECT 'halfvec', query.package, near.package
    FROM query CROSS JOIN LATERAL (
        SELECT package FROM small ORDER BY small.half <=> query.half, package LIMIT 10
    ) AS near
    UNION ALL
    SELECT 'bit', query.package, near.package
    FROM query CROSS JOIN LATERAL (
        SELECT package FROM small ORDER BY small.bits <~> query.bits, package LIMIT 10
    ) AS near
    UNION ALL
    SELECT 'bit, then vector', query.package, near.package
    FROM query CROSS JOIN LATERAL (
        SELECT candidate.package
        FROM (
            SELECT package, embedding FROM small ORDER BY small.bits <~> query.bits, package LIMIT 50
        ) AS candidate
        ORDER BY candidate.embedding <=> query.embedding, candidate.package LIMIT 10
    ) AS near
), bytes AS (
    SELECT avg(pg_column_size(embedding))::int AS vector, avg(pg_column_size(half))::int AS halfvec,
           avg(pg_column_size(bits))::int AS bit
    FROM small
)
SELECT method,
       CASE method WHEN 'vector' THEN bytes.vector WHEN 'halfvec' THEN bytes.halfvec ELSE bytes.bit END
           AS "bytes searched per row",
       round(100.0 * count(truth.anchor) / (SELECT count(*) FROM truth), 1) AS "found, %"
FROM found
LEFT JOIN truth USING (anchor, package)
CROSS JOIN bytes
GROUP BY method, bytes.vector, bytes.halfvec, bytes.bit
ORDER BY 2 DESC, 3 DESC;

\echo
\echo '6. How long it takes'
\echo '--------------------'
\echo 'All pairs: 4 million cosine distances, without an index. Not a benchmark, only a feeling (bench/ has those).'
\echo

\timing on
SELECT count(*) AS pairs, round(avg(a.embedding <=> b.embedding)::numeric, 3) AS "mean distance"
FROM packages AS a CROSS JOIN packages AS b;
\timing off

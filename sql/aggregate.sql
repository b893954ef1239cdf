-- avg and sum, and the functions behind them

SELECT avg(v), sum(v), count(v) FROM (VALUES ('[1,2,3]'::vector), ('[3,6,-3]'), (NULL)) AS t (v);
SELECT avg(v), sum(v), count(v) FROM (VALUES ('[1,2,3]'::halfvec), ('[3,6,-3]'), (NULL)) AS t (v);
SELECT avg(v), sum(v) FROM (VALUES ('[7]'::vector)) AS t (v);
-- no rows, or only NULL: NULL
SELECT avg(v), sum(v) FROM (SELECT NULL::vector WHERE false) AS t (v);
SELECT avg(v), sum(v) FROM (SELECT NULL::halfvec) AS t (v);
SELECT pg_typeof(avg(v)), pg_typeof(sum(v)), pg_typeof(avg(v::halfvec)), pg_typeof(sum(v::halfvec))
FROM (VALUES ('[1]'::vector)) AS t (v);
-- by group, with FILTER, DISTINCT, ORDER BY, as a window
SELECT i % 3 AS class, avg(v), sum(v), avg(v::halfvec), sum(v::halfvec)
FROM (SELECT i, ARRAY[i, -i]::vector AS v FROM generate_series(1, 9) AS i) AS t GROUP BY 1
ORDER BY 1;
SELECT avg(v) FILTER (WHERE i > 7), sum(DISTINCT v), sum(v ORDER BY i DESC)
FROM (SELECT i, ARRAY[i % 3, 1]::vector AS v FROM generate_series(1, 9) AS i) AS t;
SELECT i, sum(v) OVER w, avg(v) OVER w
FROM (SELECT i, ARRAY[i, 1]::vector AS v FROM generate_series(1, 5) AS i) AS t
WINDOW w AS (ORDER BY i ROWS BETWEEN 1 PRECEDING AND CURRENT ROW);
SELECT i, avg(v) OVER (ORDER BY i)
FROM (SELECT i, ARRAY[2 * i, 1]::halfvec AS v FROM generate_series(1, 3) AS i) AS t;
SELECT i, j, sum(v), avg(v)
FROM (
    SELECT i, j, ARRAY[i, j]::vector AS v
    FROM generate_series(1, 2) AS i, generate_series(1, 2) AS j
) AS t
GROUP BY ROLLUP (i, j) ORDER BY i, j;
-- avg adds up in double precision: the sum may exceed the type as long as the mean does not
SELECT avg(v) FROM (VALUES ('[3e38]'::vector), ('[3e38]'), ('[3e38]')) AS t (v);
SELECT avg(v) FROM (VALUES ('[65504]'::halfvec), ('[65504]'), ('[65504]')) AS t (v);
SELECT avg(v) FROM (VALUES ('[16777216]'::vector), ('[1]'), ('[-16777216]'), ('[3]')) AS t (v);
SELECT avg(v) FROM (VALUES ('[2048]'::halfvec), ('[1]'), ('[-2048]'), ('[3]')) AS t (v);
SELECT error_of($$SELECT sum(v) FROM (VALUES ('[3e38]'::vector), ('[3e38]')) AS t (v)$$);
SELECT error_of($$SELECT sum(v) FROM (VALUES ('[65504]'::halfvec), ('[65504]')) AS t (v)$$);
-- dimensions
SELECT error_of($$SELECT avg(v) FROM (VALUES ('[1,2]'::vector), ('[3]')) AS t (v)$$);
SELECT error_of($$SELECT avg(v) FROM (VALUES ('[1,2]'::halfvec), ('[3]')) AS t (v)$$);
SELECT error_of($$SELECT sum(v) FROM (VALUES ('[1,2]'::vector), ('[3]')) AS t (v)$$);
SELECT error_of($$SELECT sum(v) FROM (VALUES ('[1,2]'::halfvec), ('[3]')) AS t (v)$$);
SELECT vector_dims(avg(v)), vector_dims(sum(v))
FROM (SELECT array_fill(1, ARRAY[16000])::vector AS v) AS t;
-- the functions behind avg, called by hand: state is the count, then the sums
SELECT vector_accum('{0}', '[1,2]'), vector_accum('{2,3,4}', '[1,2]');
SELECT halfvec_accum('{0}', '[1,2]'), halfvec_accum('{2,3,4}', '[1,2]');
SELECT vector_combine('{0}', '{0}'), vector_combine('{2,3,4}', '{0}'),
    vector_combine('{0}', '{2,3,4}'), vector_combine('{2,3,4}', '{1,10,20}');
SELECT halfvec_combine('{0}', '{0}'), halfvec_combine('{2,3,4}', '{0}'),
    halfvec_combine('{0}', '{2,3,4}'), halfvec_combine('{2,3,4}', '{1,10,20}');
SELECT vector_avg('{0}'), vector_avg('{2,3,4}'), halfvec_avg('{0}'), halfvec_avg('{2,3,4}');
-- Called by hand they leave their argument alone.
WITH state AS MATERIALIZED (SELECT '{2,3,4}'::float8[] AS s)
SELECT vector_accum(s, '[1,1]'), vector_combine(s, s), s FROM state;
SELECT call, error_of('SELECT ' || call)
FROM (VALUES
    ('vector_accum(''{}'', ''[1]'')'),
    ('vector_accum(''{NULL}'', ''[1]'')'),
    ('vector_accum(''{{0}}'', ''[1]'')'),
    ('vector_accum(''{1,2}'', ''[1,2]'')'),
    ('vector_accum(''{1,1e308}'', ''[1]'')'),
    ('vector_accum(''{1,Infinity}'', ''[1]'')'),
    ('halfvec_accum(''{}'', ''[1]'')'),
    ('halfvec_accum(''{1,NULL}'', ''[1]'')'),
    ('halfvec_accum(''{1,2,3}'', ''[1]'')'),
    ('vector_combine(''{}'', ''{0}'')'),
    ('vector_combine(''{0}'', ''{}'')'),
    ('vector_combine(''{1,1,2}'', ''{1,1}'')'),
    ('vector_combine(''{1,1e308}'', ''{1,1e308}'')'),
    ('halfvec_combine(''{NULL}'', ''{0}'')'),
    ('vector_avg(''{}'')'),
    ('vector_avg(''{NULL}'')'),
    ('vector_avg(''{{1,2}}'')'),
    ('vector_avg(''{1}'')'),
    ('vector_avg(''{1,1e39}'')'),
    ('vector_avg(''{1,NaN}'')'),
    ('halfvec_avg(''{}'')'),
    ('halfvec_avg(''{1}'')'),
    ('halfvec_avg(''{1,65520}'')'),
    ('halfvec_avg(''{1,NaN}'')')
) AS t (call);
SELECT error_of($$SELECT vector_avg(array_fill(1::float8, ARRAY[16002]))$$);
-- in parallel workers the result is the same
CREATE TABLE aggregated (class integer, v vector(3), h halfvec(3)) WITH (parallel_workers = 2);
INSERT INTO aggregated SELECT i % 4, v, v
FROM (SELECT i, ARRAY[i % 5 - 2, i % 2, 1]::vector AS v FROM generate_series(1, 2000) AS i) AS t;
INSERT INTO aggregated SELECT 4 FROM generate_series(1, 100);
ANALYZE aggregated;
CREATE TABLE serial_result AS
    SELECT class, avg(v) AS avg_v, sum(v) AS sum_v, avg(h) AS avg_h, sum(h) AS sum_h FROM aggregated
    GROUP BY ROLLUP (class);
SELECT * FROM serial_result ORDER BY class;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET max_parallel_workers_per_gather = 2;
EXPLAIN (COSTS OFF) SELECT avg(v), sum(v), avg(h), sum(h) FROM aggregated;
SELECT avg(v) = avg_v AND sum(v) = sum_v AND avg(h) = avg_h AND sum(h) = sum_h AS same
FROM aggregated, serial_result AS r WHERE r.class IS NULL GROUP BY avg_v, sum_v, avg_h, sum_h;
SELECT count(*) AS classes,
    count(*) FILTER (
        WHERE (p.avg_v, p.sum_v, p.avg_h, p.sum_h)
            IS NOT DISTINCT FROM (r.avg_v, r.sum_v, r.avg_h, r.sum_h)) AS same
FROM (SELECT class, avg(v) AS avg_v, sum(v) AS sum_v, avg(h) AS avg_h, sum(h) AS sum_h
    FROM aggregated GROUP BY class) AS p
    JOIN serial_result AS r USING (class);
-- distances are computed in the workers
EXPLAIN (COSTS OFF) SELECT count(*) FROM aggregated WHERE v <-> '[0,0,1]' < 1;
SELECT count(*) FROM aggregated WHERE v <-> '[0,0,1]' < 1;
RESET parallel_setup_cost;
RESET parallel_tuple_cost;
RESET min_parallel_table_scan_size;
RESET max_parallel_workers_per_gather;
SELECT count(*) FROM aggregated WHERE v <-> '[0,0,1]' < 1;
DROP TABLE aggregated, serial_result;

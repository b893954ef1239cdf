-- quiver_simd() and the setting quiver.isa. What a machine has is not printed: it differs.

SELECT count(*) FILTER (WHERE used) AS used,
    bool_and(supported OR NOT used) AS used_is_supported,
    bool_and(compiled OR NOT supported) AS supported_is_compiled,
    count(*) = count(DISTINCT isa) AS names_differ,
    bool_and(isa <> '' AND requires <> '') AS described
FROM quiver_simd();
SELECT isa, compiled, supported FROM quiver_simd() WHERE isa = 'scalar';
-- forcing an instruction set
SET quiver.isa = 'scalar';
SELECT isa FROM quiver_simd() WHERE used;
SELECT '[0,0]'::vector <-> '[3,4]', '[0,0]'::halfvec <-> '[3,4]',
    '{}/2'::sparsevec <-> '{1:3,2:4}/2', B'110' <~> B'011';
SET quiver.isa = 'auto';
SHOW quiver.isa;
-- A local setting ends with its transaction, and then the best one is used again.
CREATE TABLE simd_best AS SELECT isa FROM quiver_simd() WHERE used;
BEGIN;
SET LOCAL quiver.isa = 'scalar';
SELECT isa FROM quiver_simd() WHERE used;
ROLLBACK;
SHOW quiver.isa;
SELECT count(*) FROM quiver_simd() JOIN simd_best USING (isa) WHERE used;
DROP TABLE simd_best;
SELECT error_of($$SET quiver.isa = 'mmx'$$);
SELECT error_of($$SET quiver.isa = ''$$);
-- One that the machine does not have is refused, with a reason.
SELECT count(*) > 0 AS tried, bool_and(error_of(format('SET quiver.isa = %L', isa)) LIKE
    '22023 invalid value for parameter "quiver.isa": "' || isa || '" DETAIL: %') AS refused
FROM quiver_simd() WHERE NOT supported;
SELECT context, vartype, boot_val FROM pg_settings WHERE name = 'quiver.isa';
-- No other setting can take the prefix, from PostgreSQL 15 on.
SELECT current_setting('server_version_num')::integer < 150000
    OR error_of($$SET quiver.unknown = 1$$) LIKE '42602 %' AS reserved;
-- a setting for superusers, a function for everybody
CREATE ROLE regress_quiver_user;
SET ROLE regress_quiver_user;
SET quiver.isa = 'scalar';
SELECT count(*) FROM quiver_simd() WHERE used;
SELECT '[0,0]'::vector <-> '[3,4]' AS distance;
RESET ROLE;
DROP ROLE regress_quiver_user;
-- every instruction set of the machine gives the same results on small integers
CREATE TABLE simd_result (isa text, n integer, result text);
DO $$
DECLARE
    name text;
BEGIN
    FOR name IN SELECT isa FROM quiver_simd() WHERE supported LOOP
        PERFORM set_config('quiver.isa', name, false);
        INSERT INTO simd_result
        SELECT (SELECT isa FROM quiver_simd() WHERE used), n,
            concat_ws(' ', a <-> b, a <#> b, a <+> b, round((a <=> b)::numeric, 5), vector_norm(a),
                ha <-> hb, ha <#> hb, ha <+> hb, round((ha <=> hb)::numeric, 5), l2_norm(ha),
                sa <-> sb, sa <#> sb, sa <+> sb, round((sa <=> sb)::numeric, 5), l2_norm(sa),
                binary_quantize(a) <~> binary_quantize(b),
                binary_quantize(a) <%> binary_quantize(b),
                a + b, a - b, a * b, ha + hb, ha - hb, ha * hb, vector_cmp(a, b),
                halfvec_cmp(ha, hb))
        FROM (
            SELECT n, a, b, a::halfvec AS ha, b::halfvec AS hb,
                a::sparsevec AS sa, b::sparsevec AS sb
            FROM (
                SELECT n, array_agg(i % 5 - 2)::vector AS a, array_agg(i % 3)::vector AS b
                FROM generate_series(2, 150) AS n, generate_series(1, n) AS i GROUP BY n
            ) AS v
        ) AS t;
    END LOOP;
    PERFORM set_config('quiver.isa', 'auto', false);
END
$$;
SELECT count(DISTINCT isa) = (SELECT count(*) FROM quiver_simd() WHERE supported) AS all_tried,
    count(DISTINCT n) AS lengths, count(DISTINCT (n, result)) AS results
FROM simd_result;
DROP TABLE simd_result;

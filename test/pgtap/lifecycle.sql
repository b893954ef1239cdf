-- Creating, moving, dropping and recreating the extension.
\set ECHO none
\set QUIET 1
\pset format unaligned
\pset tuples_only on
\pset pager off
\set ON_ERROR_STOP on

BEGIN;
SET LOCAL client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pgtap;
DROP EXTENSION IF EXISTS quiver CASCADE;

SELECT plan(15);

-- How many rows the catalogues have that an extension can write to.
CREATE TEMPORARY VIEW catalogue AS
    SELECT 'pg_am' AS name, count(*) AS n FROM pg_am
    UNION ALL SELECT 'pg_amop', count(*) FROM pg_amop
    UNION ALL SELECT 'pg_amproc', count(*) FROM pg_amproc
    UNION ALL SELECT 'pg_cast', count(*) FROM pg_cast
    UNION ALL SELECT 'pg_depend', count(*) FROM pg_depend
    UNION ALL SELECT 'pg_description', count(*) FROM pg_description
    UNION ALL SELECT 'pg_extension', count(*) FROM pg_extension
    UNION ALL SELECT 'pg_opclass', count(*) FROM pg_opclass
    UNION ALL SELECT 'pg_operator', count(*) FROM pg_operator
    UNION ALL SELECT 'pg_opfamily', count(*) FROM pg_opfamily
    UNION ALL SELECT 'pg_proc', count(*) FROM pg_proc
    UNION ALL SELECT 'pg_type', count(*) FROM pg_type;
CREATE TEMPORARY TABLE seen (at text, name text, n bigint);

CREATE SCHEMA first_home;
CREATE SCHEMA second_home;
INSERT INTO seen SELECT 'before', * FROM catalogue;

CREATE EXTENSION quiver SCHEMA first_home;
INSERT INTO seen SELECT 'created', * FROM catalogue;

SELECT is_empty(
    $$
    SELECT name FROM seen WHERE at IN ('before', 'created')
    GROUP BY name HAVING min(n) = max(n)
    $$,
    'every watched catalogue grows when the extension is created');

SELECT is_empty(
    $$
    SELECT pg_describe_object(classid, objid, 0)
    FROM pg_depend d, LATERAL pg_identify_object(classid, objid, 0) i
    WHERE refclassid = 'pg_extension'::regclass AND deptype = 'e'
        AND refobjid = (SELECT oid FROM pg_extension WHERE extname = 'quiver')
        AND i.type NOT IN ('cast', 'access method') AND i.identity !~ 'first_home\.'
    $$,
    'every object is in the schema that was asked for');

SELECT hasnt_type('public', 'vector', 'nothing is left in public');

SELECT is(
    first_home.l2_distance('[0,0]'::first_home.vector, '[3,4]'::first_home.vector),
    5::double precision,
    'functions work from outside the search path');

SELECT is(
    '[0,0]'::first_home.vector OPERATOR(first_home.<->) '[3,4]'::first_home.vector,
    5::double precision,
    'operators work from outside the search path');

SELECT results_eq(
    $$
    SELECT first_home.avg(v)::text FROM (VALUES ('[1,2]'::first_home.vector), ('[3,4]')) AS t (v)
    $$,
    $$ VALUES ('[2,3]') $$,
    'aggregates work from outside the search path');

SELECT results_eq(
    $$
    SELECT count(DISTINCT v)::int
    FROM (VALUES ('[0,1]'::first_home.vector), ('[-0,1]'), ('[1,1]')) AS t (v)
    $$,
    $$ VALUES (2) $$,
    'DISTINCT works from outside the search path');

SELECT is(
    ('[1,2]'::first_home.vector)[2], 2::real,
    'elements can be read from outside the search path');

CREATE TABLE kept (v first_home.vector(2));
INSERT INTO kept VALUES ('[1,2]');
SELECT lives_ok('ALTER EXTENSION quiver SET SCHEMA second_home', 'the extension is relocatable');

SELECT results_eq(
    $$ SELECT format_type(atttypid, atttypmod), v::text
       FROM kept, pg_attribute WHERE attrelid = 'kept'::regclass AND attname = 'v' $$,
    $$ VALUES ('second_home.vector(2)', '[1,2]') $$,
    'columns follow the extension to its new schema');

SELECT throws_ok(
    'DROP EXTENSION quiver', '2BP01', NULL,
    'a column in use protects the extension');
DROP TABLE kept;

SELECT lives_ok('DROP EXTENSION quiver', 'the extension can be dropped');
INSERT INTO seen SELECT 'dropped', * FROM catalogue;

SELECT is_empty(
    $$
    SELECT name, b.n AS before, d.n AS dropped
    FROM seen b JOIN seen d USING (name)
    WHERE b.at = 'before' AND d.at = 'dropped' AND b.n <> d.n
    $$,
    'nothing is left behind');

SELECT lives_ok('CREATE EXTENSION quiver SCHEMA first_home', 'the extension can be created again');

SELECT is(
    '[1,2,3]'::first_home.vector(3)::text, '[1,2,3]',
    'and it works');

SELECT * FROM finish();
ROLLBACK;

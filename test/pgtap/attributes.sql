-- Facts that hold for every object of the extension, whatever it is called.
\set ECHO none
\set QUIET 1
\pset format unaligned
\pset tuples_only on
\pset pager off
\set ON_ERROR_STOP on

BEGIN;
SET LOCAL client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS quiver;

CREATE TEMPORARY VIEW member AS
    SELECT classid, objid
    FROM pg_depend
    WHERE refclassid = 'pg_extension'::regclass AND deptype = 'e'
        AND refobjid = (SELECT oid FROM pg_extension WHERE extname = 'quiver');

CREATE TEMPORARY VIEW function AS
    SELECT p.* FROM member JOIN pg_proc p ON classid = 'pg_proc'::regclass AND objid = p.oid;

CREATE TEMPORARY VIEW operator AS
    SELECT o.*
    FROM member JOIN pg_operator o ON classid = 'pg_operator'::regclass AND objid = o.oid;

SELECT plan(22);

-- A misspelt extension name would make every query below empty and every test pass.
SELECT cmp_ok((SELECT count(*) FROM member), '>', 190::bigint, 'the extension has members');

-- functions

SELECT results_eq(
    $$
    SELECT oid::regprocedure::text COLLATE "default", provolatile::text FROM function
    WHERE provolatile <> 'i' ORDER BY proname COLLATE "C"
    $$,
    $$ VALUES ('hnswhandler(internal)', 'v'), ('ivfflathandler(internal)', 'v'), ('quiver_foreign_indexes()', 'v'), ('quiver_index_check(regclass,boolean)', 'v'), ('quiver_index_info(regclass)', 'v'),
        ('quiver_last_scan()', 'v'), ('quiver_simd()', 's') $$,
    'every function is IMMUTABLE, except handlers and those that read settings or what was done');

SELECT results_eq(
    $$ SELECT oid::regprocedure::text FROM function WHERE prokind = 'f' AND NOT proisstrict ORDER BY 1 $$,
    $$ VALUES ('hnswhandler(internal)'), ('ivfflathandler(internal)') $$,
    'every function but the handlers is STRICT');

SELECT results_eq(
    $$
    SELECT oid::regprocedure::text COLLATE "default", proparallel::text FROM function
    WHERE proparallel <> 's' ORDER BY proname COLLATE "C"
    $$,
    $$ VALUES ('hnswhandler(internal)', 'u'), ('ivfflathandler(internal)', 'u'), ('quiver_foreign_indexes()', 'r'), ('quiver_index_check(regclass,boolean)', 'r'), ('quiver_index_info(regclass)', 'r'),
        ('quiver_last_scan()', 'r') $$,
    'every function and aggregate is PARALLEL SAFE, except what belongs to one backend');

SELECT is_empty(
    $$
    SELECT oid::regprocedure FROM function
    WHERE prosecdef OR proleakproof OR proconfig IS NOT NULL
    $$,
    'no function changes privileges or settings, or claims to be leakproof');

SELECT is_empty(
    $$
    SELECT oid::regprocedure FROM function
    WHERE prokind = 'f'
        AND (prolang <> (SELECT oid FROM pg_language WHERE lanname = 'c')
             OR probin <> '$libdir/quiver' OR prosrc !~ '^quiver_')
    $$,
    'every function is in the library, under a name with the prefix');

SELECT results_eq(
    $$ SELECT oid::regprocedure::text FROM function WHERE proretset ORDER BY 1 $$,
    $$ VALUES ('quiver_foreign_indexes()'), ('quiver_index_check(regclass,boolean)'), ('quiver_simd()') $$,
    'set-returning functions');

SELECT is_empty(
    $$
    SELECT oid::regprocedure FROM function
    WHERE NOT has_function_privilege('public', oid, 'EXECUTE')
    $$,
    'PUBLIC may execute every function');

SELECT is_empty(
    $$
    SELECT t.oid::regtype
    FROM member JOIN pg_type t ON classid = 'pg_type'::regclass AND objid = t.oid
    WHERE NOT has_type_privilege('public', t.oid, 'USAGE')
    $$,
    'PUBLIC may use every type');

-- comments

SELECT is_empty(
    $$
    SELECT pg_describe_object(classid, objid, 0) FROM member
    WHERE coalesce(obj_description(objid, classid::regclass::name), '') = ''
    $$,
    'every object has a comment');

SELECT is_empty(
    $$
    SELECT pg_describe_object(classid, objid, 0), obj_description(objid, classid::regclass::name)
    FROM member
    WHERE obj_description(objid, classid::regclass::name) ~ '\.$|^\s|\s$|\n'
    $$,
    'comments are single phrases without a full stop');

-- types

SELECT results_eq(
    $$
    SELECT typname::text COLLATE "default", typlen::int, typbyval, typalign::text, typstorage::text,
        typcategory::text, typispreferred, typdelim::text, typelem::int
    FROM member JOIN pg_type t ON classid = 'pg_type'::regclass AND objid = t.oid
    ORDER BY typname COLLATE "C"
    $$,
    $$
    VALUES
        ('halfvec', -1, false, 'i', 'e', 'U', false, ',', 0),
        ('sparsevec', -1, false, 'i', 'e', 'U', false, ',', 0),
        ('vector', -1, false, 'i', 'e', 'U', false, ',', 0)
    $$,
    'types are variable-length, int4 aligned, stored externally');

SELECT is_empty(
    $$
    SELECT typname FROM member JOIN pg_type t ON classid = 'pg_type'::regclass AND objid = t.oid
    WHERE typinput::text <> typname || '_in' OR typoutput::text <> typname || '_out'
        OR typreceive::text <> typname || '_recv' OR typsend::text <> typname || '_send'
        OR typmodin::text <> typname || '_typmod_in' OR typmodout <> 0
        OR typsubscript::text <> typname || '_subscript_handler' OR typanalyze <> 0
    $$,
    'every type has its own input, output, receive, send, typmod and subscript functions');

-- operators

SELECT is_empty(
    $$
    SELECT o.oid::regoperator FROM operator o JOIN pg_operator c ON c.oid = o.oprcom
    WHERE c.oprcom <> o.oid OR c.oprleft <> o.oprright OR c.oprright <> o.oprleft
    $$,
    'the commutator of the commutator is the operator');

SELECT is_empty(
    $$
    SELECT o.oid::regoperator FROM operator o JOIN pg_operator n ON n.oid = o.oprnegate
    WHERE n.oprnegate <> o.oid OR n.oprleft <> o.oprleft OR n.oprright <> o.oprright
    $$,
    'the negator of the negator is the operator');

SELECT is_empty(
    $$
    SELECT oid::regoperator FROM operator
    WHERE oprresult = 'boolean'::regtype
        AND (oprcom = 0 OR oprnegate = 0 OR oprrest = 0 OR oprjoin = 0)
    $$,
    'every comparison has a commutator, a negator and selectivity estimates');

SELECT results_eq(
    $$
    SELECT oprname::text COLLATE "default" FROM operator WHERE oprcom = 0 GROUP BY oprname
    ORDER BY oprname COLLATE "C"
    $$,
    $$ VALUES ('-'), ('||') $$,
    'only difference and concatenation have no commutator');

SELECT is_empty(
    $$
    SELECT oid::regoperator FROM pg_operator
    WHERE oprcode = 0
        AND (oprleft IN ('vector'::regtype, 'halfvec'::regtype, 'sparsevec'::regtype)
             OR oprright IN ('vector'::regtype, 'halfvec'::regtype, 'sparsevec'::regtype))
    $$,
    'no operator is a shell');

SELECT is_empty(
    $$
    SELECT o.oid::regoperator
    FROM operator o
    WHERE oprcanhash
        AND NOT EXISTS (
            SELECT FROM pg_amop JOIN pg_am am ON am.oid = amopmethod
            WHERE amopopr = o.oid AND amname = 'hash')
        OR oprcanmerge
        AND NOT EXISTS (
            SELECT FROM pg_amop JOIN pg_am am ON am.oid = amopmethod
            WHERE amopopr = o.oid AND amname = 'btree' AND amopstrategy = 3)
    $$,
    'operators that can hash or merge have the operator class to do so');

-- operator classes

SELECT is_empty(
    $$
    SELECT opcname, amname
    FROM member JOIN pg_opclass c ON classid = 'pg_opclass'::regclass AND objid = c.oid
        JOIN pg_am am ON am.oid = opcmethod
    WHERE NOT amvalidate(c.oid)
    $$,
    'operator classes are valid for their access method');

SELECT is_empty(
    $$
    SELECT opfname, amname
    FROM member JOIN pg_opfamily f ON classid = 'pg_opfamily'::regclass AND objid = f.oid
        JOIN pg_am am ON am.oid = opfmethod
    WHERE (SELECT count(*) FROM pg_amop WHERE amopfamily = f.oid)
            <> CASE amname WHEN 'btree' THEN 5 ELSE 1 END
        OR (SELECT count(*) FROM pg_amproc WHERE amprocfamily = f.oid)
            <> CASE amname
                WHEN 'btree' THEN 1
                WHEN 'hash' THEN 2
                WHEN 'hnsw' THEN CASE WHEN opfname LIKE '%cosine%' THEN 3 ELSE 2 END
                WHEN 'ivfflat' THEN CASE WHEN opfname LIKE '%cosine%' THEN 5 WHEN opfname LIKE '%ip%' THEN 4 ELSE 3 END
            END
    $$,
    'operator families have all strategies and support functions');

-- casts

SELECT is_empty(
    $$
    SELECT castsource::regtype, casttarget::regtype
    FROM member JOIN pg_cast c ON classid = 'pg_cast'::regclass AND objid = c.oid
        JOIN pg_proc p ON p.oid = castfunc
    WHERE castmethod <> 'f' OR p.pronargs <> 3 OR p.prorettype <> casttarget
        OR p.proargtypes[0] <> castsource OR p.proargtypes[1] <> 'integer'::regtype
        OR p.proargtypes[2] <> 'boolean'::regtype
    $$,
    'every cast uses a function of value, typmod and explicitness');

SELECT * FROM finish();
ROLLBACK;

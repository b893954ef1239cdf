-- Everything the catalogue says about the extension quiver or vector, one fact per line, without what differs from one
-- database to the next (oids, owners, schemas). Two installations are the same when this prints the same.
\set QUIET 1
\pset format unaligned
\pset tuples_only on
\set ON_ERROR_STOP on

-- Names without their schema.
SELECT format('SET search_path = %I', extnamespace::regnamespace)
FROM pg_extension WHERE extname IN ('quiver', 'vector') \gexec

CREATE TEMPORARY TABLE member AS
SELECT classid, objid
FROM pg_depend
WHERE refclassid = 'pg_extension'::regclass AND deptype = 'e'
    AND refobjid = (SELECT oid FROM pg_extension WHERE extname IN ('quiver', 'vector'));

CREATE TEMPORARY TABLE owned AS
SELECT classid, objid FROM member
UNION ALL
SELECT 'pg_amop'::regclass, a.oid FROM member JOIN pg_amop AS a ON amopfamily = objid AND classid = 'pg_opfamily'::regclass
UNION ALL
SELECT 'pg_amproc'::regclass, a.oid FROM member JOIN pg_amproc AS a ON amprocfamily = objid AND classid = 'pg_opfamily'::regclass;

CREATE TEMPORARY TABLE fact (fact text);

INSERT INTO fact
SELECT format('member %s: %s', pg_describe_object(classid, objid, 0), obj_description(objid, classid::regclass::name))
FROM member;

INSERT INTO fact
SELECT format('depend %s -> %s %s', pg_describe_object(o.classid, o.objid, 0),
    replace(pg_describe_object(refclassid, refobjid, 0), 'extension quiver', 'extension vector'), deptype)
FROM owned AS o JOIN pg_depend AS d ON d.classid = o.classid AND d.objid = o.objid
WHERE refclassid <> 'pg_namespace'::regclass;

INSERT INTO fact
SELECT format('function %s: %s', p.oid::regprocedure,
    to_jsonb(p) - '{oid,proowner,pronamespace,prorettype,proargtypes,proallargtypes,proargdefaults}'::text[]
    || jsonb_build_object('prorettype', prorettype::regtype, 'proargtypes', proargtypes::regtype[],
        'proallargtypes', proallargtypes::regtype[], 'proargdefaults', pg_get_expr(proargdefaults, 0)))
FROM member JOIN pg_proc AS p ON p.oid = objid AND classid = 'pg_proc'::regclass;

INSERT INTO fact
SELECT format('aggregate %s: %s', p.aggfnoid::regprocedure,
    to_jsonb(p) - '{aggfnoid,aggtranstype,aggsortop,aggmtranstype}'::text[]
    || jsonb_build_object('aggtranstype', aggtranstype::regtype, 'aggsortop', aggsortop::regoper,
        'aggmtranstype', aggmtranstype::regtype))
FROM member JOIN pg_aggregate AS p ON p.aggfnoid::oid = objid AND classid = 'pg_proc'::regclass;

INSERT INTO fact
SELECT format('type %s: %s', t.oid::regtype,
    to_jsonb(t) - '{oid,typowner,typnamespace,typarray}'::text[] || jsonb_build_object('typarray', typarray::regtype))
FROM member JOIN pg_type AS t ON t.oid = objid AND classid = 'pg_type'::regclass;

INSERT INTO fact
SELECT format('operator %s: %s', o.oid::regoperator,
    to_jsonb(o) - '{oid,oprowner,oprnamespace,oprleft,oprright,oprresult,oprcom,oprnegate,oprcode}'::text[]
    || jsonb_build_object('oprcode', oprcode::regprocedure, 'oprresult', oprresult::regtype, 'oprcom', oprcom::regoperator, 'oprnegate', oprnegate::regoperator))
FROM member JOIN pg_operator AS o ON o.oid = objid AND classid = 'pg_operator'::regclass;

INSERT INTO fact
SELECT format('cast %s -> %s: %s %s %s', castsource::regtype, casttarget::regtype, castfunc::regprocedure, castcontext, castmethod)
FROM member JOIN pg_cast AS c ON c.oid = objid AND classid = 'pg_cast'::regclass;

INSERT INTO fact
SELECT format('access method %s: %s %s', amname, amhandler, amtype)
FROM member JOIN pg_am AS a ON a.oid = objid AND classid = 'pg_am'::regclass;

INSERT INTO fact
SELECT format('operator class %s %s: %s %s %s %s', opcname, amname, opcintype::regtype, opcdefault, opckeytype::regtype,
    pg_describe_object('pg_opfamily'::regclass, opcfamily, 0))
FROM member JOIN pg_opclass AS o ON o.oid = objid AND classid = 'pg_opclass'::regclass JOIN pg_am AS a ON a.oid = opcmethod;

INSERT INTO fact
SELECT format('operator in %s: %s %s %s %s %s %s %s', pg_describe_object('pg_opfamily'::regclass, amopfamily, 0),
    amopstrategy, amoppurpose, amopopr::regoperator, amoplefttype::regtype, amoprighttype::regtype, amopmethod = opfmethod,
    pg_describe_object('pg_opfamily'::regclass, nullif(amopsortfamily, 0), 0))
FROM member JOIN pg_amop AS a ON amopfamily = objid AND classid = 'pg_opfamily'::regclass JOIN pg_opfamily AS f ON f.oid = objid;

INSERT INTO fact
SELECT format('function in %s: %s %s %s %s', pg_describe_object('pg_opfamily'::regclass, amprocfamily, 0),
    amprocnum, amproc::regprocedure, amproclefttype::regtype, amprocrighttype::regtype)
FROM member JOIN pg_amproc AS a ON amprocfamily = objid AND classid = 'pg_opfamily'::regclass;

INSERT INTO fact
SELECT format('extension: %s %s', extrelocatable, obj_description(oid, 'pg_extension'))
FROM pg_extension WHERE extname IN ('quiver', 'vector');

SELECT fact FROM fact ORDER BY fact COLLATE "C";

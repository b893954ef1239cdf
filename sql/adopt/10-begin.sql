-- From any version of pgvector, or of quiver, to this one, without touching a table.
--
-- The script that follows is the install script, each statement in a form that creates the object if it is missing and
-- otherwise makes it what it is in a new installation. Objects keep their oids, so columns, indexes, views and
-- privileges that refer to them stay as they are. PostgreSQL has no command for some of the changes (flags of an
-- operator before 17, support functions of an operator class in use): those are written into the catalogue, which
-- is why the extension wants a superuser.
\echo Use "ALTER EXTENSION vector UPDATE" to load this file. \quit

-- Names are looked up in the schema of the extension too, where others may create objects, and there a function or an
-- operator for just these types would be preferred to one of pg_catalog for any. So functions that take any type are
-- called as pg_catalog's, those of this script with arguments of exactly their types, and oids are compared as oids.

-- For sql/return, which refuses to run in the same transaction.
DO LANGUAGE plpgsql $$
BEGIN
    PERFORM pg_catalog.set_config('vector.adopted_in', pg_catalog.pg_current_xact_id()::text, false);
END
$$;

-- Every object of ours has a comment. So when all comments are removed now, the objects without one at the end are those
-- that this version does not have (90-end.sql).
DELETE FROM pg_catalog.pg_description AS d
USING pg_catalog.pg_depend AS member
WHERE member.refclassid = 'pg_catalog.pg_extension'::regclass::oid AND member.deptype = 'e'
    AND member.refobjid = (SELECT oid FROM pg_catalog.pg_extension WHERE extname = 'vector')
    AND d.classoid = member.classid AND d.objoid = member.objid;

-- Refuses to take over what somebody else has created under a name of ours.
CREATE FUNCTION quiver_adopt_member(class regclass, object oid) RETURNS void
LANGUAGE plpgsql AS $adopt$
BEGIN
    IF NOT EXISTS (
        SELECT FROM pg_depend
        WHERE classid = class::oid AND objid = object AND deptype = 'e'
            AND refclassid = 'pg_extension'::regclass::oid
            AND refobjid = (SELECT oid FROM pg_extension WHERE extname = 'vector'))
    THEN
        RAISE EXCEPTION USING
            ERRCODE = 'duplicate_object',
            MESSAGE = pg_catalog.format('%s exists and is not part of extension "vector"',
                pg_catalog.pg_describe_object(class, object, 0)),
            HINT = 'Rename or drop it.';
    END IF;
END
$adopt$;

CREATE FUNCTION quiver_adopt_type(statement text) RETURNS void
LANGUAGE plpgsql AS $adopt$
DECLARE
    type regtype := substring(statement FROM '^CREATE TYPE (\w+)')::regtype;
    properties text := (
        SELECT pg_catalog.string_agg(p[1] || ' = ' || p[2], ', ')
        FROM pg_catalog.regexp_matches(statement, '(\w+) = (\w+)', 'g') AS p
        -- The functions keep their oids, and the alignment has always been this one.
        WHERE p[1] NOT IN ('INPUT', 'OUTPUT', 'ALIGNMENT'));
BEGIN
    PERFORM quiver_adopt_member('pg_type'::regclass, type::oid);
    -- Null for a shell.
    IF properties IS NOT NULL THEN
        EXECUTE pg_catalog.format('ALTER TYPE %s SET (%s)', type, properties);
    END IF;
END
$adopt$;

CREATE FUNCTION quiver_adopt_cast(statement text) RETURNS void
LANGUAGE plpgsql AS $adopt$
DECLARE
    part text[] := pg_catalog.regexp_match(statement,
        '^CREATE CAST \(([^()]+) AS ([^()]+)\)\s+WITH FUNCTION (\w+\([^)]*\)) AS (ASSIGNMENT|IMPLICIT)');
    found pg_cast;
BEGIN
    SELECT * INTO STRICT found FROM pg_cast
    WHERE castsource = part[1]::regtype::oid AND casttarget = part[2]::regtype::oid;
    PERFORM quiver_adopt_member('pg_cast'::regclass, found.oid);
    IF found.castfunc <> part[3]::regprocedure::oid OR found.castcontext::text <> lower(left(part[4], 1)) THEN
        EXECUTE pg_catalog.format('DROP CAST (%s AS %s)', part[1], part[2]);
        EXECUTE statement;
    END IF;
END
$adopt$;

CREATE FUNCTION quiver_adopt_operator(statement text) RETURNS void
LANGUAGE plpgsql AS $adopt$
DECLARE
    name text := substring(statement FROM '^CREATE OPERATOR (\S+)');
    arguments text := substring(statement FROM 'LEFTARG = (\w+)') || ',' || substring(statement FROM 'RIGHTARG = (\w+)');
    operator regoperator := pg_catalog.format('%s(%s)', name, arguments)::regoperator;
    commutator text := substring(statement FROM 'COMMUTATOR = ([^\s,]+)');
    negator text := substring(statement FROM 'NEGATOR = ([^\s,]+)');
BEGIN
    PERFORM quiver_adopt_member('pg_operator'::regclass, operator::oid);
    IF (SELECT oprcode::oid FROM pg_operator WHERE oid = operator::oid)
        <> pg_catalog.format('%s(%s)', substring(statement FROM 'FUNCTION = (\w+)'), arguments)::regprocedure::oid
    THEN
        RAISE EXCEPTION 'operator % is implemented by another function', operator;
    END IF;
    UPDATE pg_operator
    SET oprcom = coalesce((commutator || '(' || arguments || ')')::regoperator::oid, 0),
        oprnegate = coalesce((negator || '(' || arguments || ')')::regoperator::oid, 0),
        oprrest = coalesce(substring(statement FROM 'RESTRICT = (\w+)'), '-')::regproc,
        oprjoin = coalesce(substring(statement FROM 'JOIN = (\w+)'), '-')::regproc,
        oprcanhash = statement ~ '\yHASHES\y',
        oprcanmerge = statement ~ '\yMERGES\y'
    WHERE oid = operator::oid;
END
$adopt$;

CREATE FUNCTION quiver_adopt_class(statement text) RETURNS void
LANGUAGE plpgsql AS $adopt$
DECLARE
    part text[] := pg_catalog.regexp_match(statement,
        '^CREATE OPERATOR CLASS (\w+)\s+(DEFAULT )?FOR TYPE (\w+) USING (\w+) AS');
    class pg_opclass;
    number smallint;
    function regprocedure;
    entry oid;
BEGIN
    SELECT c.* INTO STRICT class
    FROM pg_opclass AS c JOIN pg_am AS a ON a.oid = opcmethod
    WHERE opcname = part[1] AND amname = part[4] AND opcnamespace = current_schema()::regnamespace::oid;
    PERFORM quiver_adopt_member('pg_opclass'::regclass, class.oid);
    UPDATE pg_opclass SET opcdefault = part[2] IS NOT NULL WHERE oid = class.oid;

    FOR entry IN
        SELECT a.oid FROM pg_amproc AS a
        WHERE amprocfamily = class.opcfamily AND NOT EXISTS (
            SELECT FROM pg_catalog.regexp_matches(statement, 'FUNCTION (\d+) (\w+\([^)]*\))', 'g') AS wanted
            WHERE wanted[1]::smallint = amprocnum AND wanted[2]::regprocedure::oid = amproc::oid)
    LOOP
        DELETE FROM pg_amproc WHERE oid = entry;
        DELETE FROM pg_depend WHERE classid = 'pg_amproc'::regclass::oid AND objid = entry;
    END LOOP;

    FOR number, function IN
        SELECT wanted[1], wanted[2]
        FROM pg_catalog.regexp_matches(statement, 'FUNCTION (\d+) (\w+\([^)]*\))', 'g') AS wanted
        WHERE NOT EXISTS (
            SELECT FROM pg_amproc
            WHERE amprocfamily = class.opcfamily AND amprocnum = wanted[1]::smallint)
    LOOP
        EXECUTE pg_catalog.format('ALTER OPERATOR FAMILY %I USING %I ADD FUNCTION %s (%s, %4$s) %5$s',
            part[1], part[4], number, part[3], function);
        -- CREATE OPERATOR CLASS ties its members to the class, and ALTER OPERATOR FAMILY, loosely, to the family.
        SELECT oid INTO STRICT entry FROM pg_amproc
        WHERE amprocfamily = class.opcfamily AND amprocnum = number;
        UPDATE pg_depend SET deptype = 'n'
        WHERE classid = 'pg_amproc'::regclass::oid AND objid = entry AND refclassid <> 'pg_opfamily'::regclass::oid;
        UPDATE pg_depend SET deptype = 'i', refclassid = 'pg_opclass'::regclass, refobjid = class.oid
        WHERE classid = 'pg_amproc'::regclass::oid AND objid = entry AND refclassid = 'pg_opfamily'::regclass::oid;
    END LOOP;

    IF EXISTS (
        SELECT FROM pg_catalog.regexp_matches(statement, 'OPERATOR (\d+)', 'g') AS wanted
        WHERE NOT EXISTS (
            SELECT FROM pg_amop
            WHERE amopfamily = class.opcfamily AND amopstrategy = wanted[1]::smallint))
    THEN
        RAISE EXCEPTION 'operator class % lacks an operator', part[1];
    END IF;
END
$adopt$;

CREATE FUNCTION quiver_adopt_access_method(statement text) RETURNS void
LANGUAGE plpgsql AS $adopt$
DECLARE
    part text[] := pg_catalog.regexp_match(statement, '^CREATE ACCESS METHOD (\w+) TYPE INDEX HANDLER (\w+)');
    method pg_am;
BEGIN
    SELECT * INTO STRICT method FROM pg_am WHERE amname = part[1];
    PERFORM quiver_adopt_member('pg_am'::regclass, method.oid);
    IF method.amhandler::oid <> (part[2] || '(internal)')::regprocedure::oid THEN
        RAISE EXCEPTION 'access method % has another handler', part[1];
    END IF;
END
$adopt$;

-- Creates the object; if there is one of that name, makes it what the statement says.
CREATE FUNCTION quiver_adopt(statement text) RETURNS void
LANGUAGE plpgsql AS $adopt$
BEGIN
    BEGIN
        EXECUTE statement;
        RETURN;
    EXCEPTION WHEN duplicate_object OR duplicate_function THEN
        NULL;
    END;
    CASE substring(statement FROM '^CREATE (TYPE|CAST|OPERATOR CLASS|OPERATOR|ACCESS METHOD) ')
        WHEN 'TYPE' THEN PERFORM quiver_adopt_type(statement);
        WHEN 'CAST' THEN PERFORM quiver_adopt_cast(statement);
        WHEN 'OPERATOR' THEN PERFORM quiver_adopt_operator(statement);
        WHEN 'OPERATOR CLASS' THEN PERFORM quiver_adopt_class(statement);
        WHEN 'ACCESS METHOD' THEN PERFORM quiver_adopt_access_method(statement);
    END CASE;
END
$adopt$;


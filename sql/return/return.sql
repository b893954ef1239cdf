-- From this version back to pgvector 0.8, without touching a table.
--
-- The opposite of sql/adopt, and shorter, because it starts from one known catalogue: what quiver has beyond pgvector goes,
-- what pgvector has beyond quiver (support functions of operator classes) comes, and everything else keeps its oid and gets
-- pgvector's library and C symbol, which is ours without its prefix. pgvector's library is not loaded by this script, because
-- ours is, and a process has room for one of them: so nothing of the extension is called once it is pgvector's.
\echo Use "ALTER EXTENSION vector UPDATE TO '0.8.6'" to load this file. \quit

-- ALTER EXTENSION takes the shortest path of scripts. From an old version of pgvector to a new one that can be the path
-- through quiver, which is not what anybody wants: then the handler was replaced by this very command.
DO LANGUAGE plpgsql $$
BEGIN
    IF EXISTS (
        SELECT FROM pg_proc
        WHERE oid = 'hnswhandler(internal)'::regprocedure AND xmin = pg_current_xact_id()::xid)
    THEN
        RAISE EXCEPTION USING
            ERRCODE = 'object_not_in_prerequisite_state',
            MESSAGE = 'this update of extension "vector" would lead through quiver and back',
            DETAIL = 'Nothing was changed.',
            HINT = 'To stay with pgvector, update by one of its releases at a time, or remove quiver''s files '
                '(make uninstall-vector) first.';
    END IF;
END
$$;

CREATE TEMPORARY VIEW quiver_member AS
SELECT classid, objid
FROM pg_depend
WHERE refclassid = 'pg_extension'::regclass AND deptype = 'e'
    AND refobjid = (SELECT oid FROM pg_extension WHERE extname = 'vector');

-- What is stored as a parsed expression and cannot work with pgvector is not found by its dependencies: v[i], which
-- depends on the type alone, and grouping by hash, a flag that the parser sets. Both are looked for where expressions are.
DO LANGUAGE plpgsql $$
DECLARE
    types text := (SELECT string_agg(objid::text, '|') FROM quiver_member WHERE classid = 'pg_type'::regclass);
    equal text := (
        SELECT string_agg(o.oid::text, '|')
        FROM quiver_member JOIN pg_operator AS o ON o.oid = objid AND classid = 'pg_operator'::regclass
        WHERE oprcanhash);
    place record;
    found text[] := '{}';
    users text[];
BEGIN
    FOR place IN
        SELECT attrelid::regclass AS catalog, attname AS expression,
            CASE attrelid WHEN 'pg_index'::regclass THEN 'indexrelid' WHEN 'pg_partitioned_table'::regclass THEN 'partrelid'
                ELSE 'oid' END AS key,
            CASE WHEN attrelid IN ('pg_index'::regclass, 'pg_partitioned_table'::regclass) THEN 'pg_class'::regclass
                ELSE attrelid::regclass END AS class
        FROM pg_attribute JOIN pg_class AS c ON c.oid = attrelid
        WHERE atttypid = 'pg_node_tree'::regtype AND relkind = 'r' AND relnamespace = 'pg_catalog'::regnamespace
    LOOP
        EXECUTE format(
            'SELECT array_agg(pg_describe_object(%L::regclass, %I, 0)) FROM %s WHERE %I::text ~ $1',
            place.class, place.key, place.catalog, place.expression)
        INTO users
        USING format('\{SUBSCRIPTINGREF :refcontainertype (%s) |\{SORTGROUPCLAUSE [^}]*:eqop (%s) [^}]*:hashable true', types, equal);
        found := found || users;
    END LOOP;
    IF found <> '{}' THEN
        RAISE EXCEPTION USING
            ERRCODE = 'dependent_objects_still_exist',
            MESSAGE = 'expressions use elements or hashes of vectors, which pgvector does not have',
            DETAIL = 'Nothing was changed. They are in: '
                || (SELECT string_agg(DISTINCT f, ', ' ORDER BY f) FROM unnest(found) AS f) || '.',
            HINT = 'Drop these, and create those that only group by a vector again afterwards.';
    END IF;
END
$$;

-- The handlers are still ours here, and are asked while the classes change. The functions are pgvector's at the end; CREATE
-- FUNCTION would load its library to see whether they are there.

CREATE FUNCTION hnsw_halfvec_support(internal) RETURNS internal
    AS '$libdir/quiver', 'quiver_hnswhandler'
    LANGUAGE C VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE;
CREATE FUNCTION hnsw_bit_support(internal) RETURNS internal
    AS '$libdir/quiver', 'quiver_hnswhandler'
    LANGUAGE C VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE;
CREATE FUNCTION hnsw_sparsevec_support(internal) RETURNS internal
    AS '$libdir/quiver', 'quiver_hnswhandler'
    LANGUAGE C VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE;
CREATE FUNCTION ivfflat_halfvec_support(internal) RETURNS internal
    AS '$libdir/quiver', 'quiver_hnswhandler'
    LANGUAGE C VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE;
CREATE FUNCTION ivfflat_bit_support(internal) RETURNS internal
    AS '$libdir/quiver', 'quiver_hnswhandler'
    LANGUAGE C VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE;

DO LANGUAGE plpgsql $$
DECLARE
    class record;
    entry oid;
    function regprocedure;
BEGIN
    FOR class IN
        SELECT o.oid, opcname, opcfamily, amname, opcintype::regtype AS type,
            CASE amname WHEN 'hnsw' THEN 4 ELSE 6 END AS ours, CASE amname WHEN 'hnsw' THEN 3 ELSE 5 END AS theirs
        FROM quiver_member JOIN pg_opclass AS o ON o.oid = objid AND classid = 'pg_opclass'::regclass
            JOIN pg_am AS a ON a.oid = opcmethod
        WHERE amname IN ('hnsw', 'ivfflat')
    LOOP
        SELECT oid INTO STRICT entry FROM pg_amproc WHERE amprocfamily = class.opcfamily AND amprocnum = class.ours;
        DELETE FROM pg_amproc WHERE oid = entry;
        DELETE FROM pg_depend WHERE classid = 'pg_amproc'::regclass AND objid = entry;

        -- What pgvector takes for granted without one.
        CONTINUE WHEN class.type = 'vector'::regtype;
        function := format('%s_%s_support(internal)', class.amname, class.type);
        EXECUTE format('ALTER OPERATOR FAMILY %I USING %I ADD FUNCTION %s (%s, %4$s) %5$s',
            class.opcname, class.amname, class.theirs, class.type, function);
        -- As CREATE OPERATOR CLASS ties it (sql/adopt/10-begin.sql).
        SELECT oid INTO STRICT entry FROM pg_amproc WHERE amprocfamily = class.opcfamily AND amprocnum = class.theirs;
        UPDATE pg_depend SET deptype = 'n'
        WHERE classid = 'pg_amproc'::regclass AND objid = entry AND refclassid <> 'pg_opfamily'::regclass;
        UPDATE pg_depend SET deptype = 'i', refclassid = 'pg_opclass'::regclass, refobjid = class.oid
        WHERE classid = 'pg_amproc'::regclass AND objid = entry AND refclassid = 'pg_opfamily'::regclass;
    END LOOP;
END
$$;

-- Indexes in our format are switched off, as those in pgvector's are on the way here: neither read nor written nor
-- vacuumed. Options that pgvector does not know would stop a dump.
UPDATE pg_class
SET reloptions = nullif(ARRAY(SELECT o FROM unnest(reloptions) AS o WHERE o !~ '^(ef_search|layout)='), '{}')
FROM pg_am AS a
WHERE a.oid = relam AND amname IN ('hnsw', 'ivfflat') AND relkind IN ('i', 'I') AND reloptions IS NOT NULL;

DO LANGUAGE plpgsql $$
DECLARE
    off text;
    n bigint;
    large text;
    drops text;
BEGIN
    WITH off AS (
        UPDATE pg_index SET indisvalid = false, indisready = false
        FROM pg_class AS c JOIN pg_am AS a ON a.oid = relam
        WHERE c.oid = indexrelid AND amname IN ('hnsw', 'ivfflat') AND relkind = 'i' AND indislive
        RETURNING indexrelid::regclass::text AS name
    )
    SELECT count(*), string_agg(name, ', ' ORDER BY name) INTO n, off FROM off;
    IF n > 0 THEN
        RAISE WARNING USING
            MESSAGE = format('%s %s out of use until rebuilt', n, CASE n WHEN 1 THEN 'index is' ELSE 'indexes are' END),
            DETAIL = 'The format of pgvector is another one: ' || off || '.',
            HINT = 'In a new connection, for each: REINDEX INDEX CONCURRENTLY name';
    END IF;
    SELECT string_agg(c.oid::regclass::text, ', ' ORDER BY c.oid::regclass::text),
        string_agg(format('DROP INDEX %s;', c.oid::regclass), ' ' ORDER BY c.oid::regclass::text)
    INTO large, drops
    FROM pg_class AS c JOIN pg_am AS a ON a.oid = relam JOIN pg_attribute ON attrelid = c.oid AND attnum = 1
    WHERE amname IN ('hnsw', 'ivfflat') AND relkind = 'i'
        AND atttypmod > CASE atttypid WHEN 'vector'::regtype THEN 2000 WHEN 'halfvec'::regtype THEN 4000 ELSE 1000000000 END;
    IF large IS NOT NULL THEN
        RAISE WARNING USING
            MESSAGE = 'pgvector cannot rebuild indexes of so many dimensions',
            DETAIL = 'More than 2000 of vector or 4000 of halfvec: ' || large || '.',
            HINT = drops;
    END IF;
END
$$;

-- What only quiver has. A hash index, a table partitioned by the hash of a vector, or a view with one of the functions
-- stops the update with the server's own message, which names them.

ALTER TYPE vector SET (SUBSCRIPT = NONE);
ALTER TYPE halfvec SET (SUBSCRIPT = NONE);
ALTER TYPE sparsevec SET (SUBSCRIPT = NONE);

DO LANGUAGE plpgsql $$
DECLARE
    dropped record;
BEGIN
    FOR dropped IN
        SELECT format('OPERATOR FAMILY %s USING hash', opfname) AS object
        FROM quiver_member JOIN pg_opfamily AS f ON f.oid = objid AND classid = 'pg_opfamily'::regclass
            JOIN pg_am AS a ON a.oid = opfmethod
        WHERE amname = 'hash'
        UNION ALL
        SELECT format('FUNCTION %s', p.oid::regprocedure)
        FROM quiver_member JOIN pg_proc AS p ON p.oid = objid AND classid = 'pg_proc'::regclass
        WHERE proname ~ '^quiver_|^(hnsw|ivfflat)_.*_metric$|_hash(_extended)?$|_subscript_handler$|^binary_quantize_mean$'
    LOOP
        EXECUTE 'DROP ' || dropped.object;
    END LOOP;
END
$$;

UPDATE pg_operator SET oprcanhash = false, oprcanmerge = false
FROM quiver_member WHERE oid = objid AND classid = 'pg_operator'::regclass;

DELETE FROM pg_description AS d
USING quiver_member AS m WHERE d.classoid = m.classid AND d.objoid = m.objid;
COMMENT ON ACCESS METHOD hnsw IS 'hnsw index access method';
COMMENT ON ACCESS METHOD ivfflat IS 'ivfflat index access method';
COMMENT ON EXTENSION vector IS NULL;

-- From here on, everything is pgvector's.
UPDATE pg_proc
SET probin = '$libdir/vector',
    prosrc = CASE WHEN proname ~ '^(hnsw|ivfflat)_.*_support$' THEN proname ELSE regexp_replace(prosrc, '^quiver_', '') END
FROM quiver_member, pg_language AS l
WHERE pg_proc.oid = objid AND classid = 'pg_proc'::regclass AND l.oid = prolang AND lanname = 'c';

DROP VIEW quiver_member;

-- From this version back to pgvector 0.8, without touching a table.
--
-- The opposite of sql/adopt, and shorter, because it starts from one known catalogue: what quiver has beyond pgvector goes,
-- what pgvector has beyond quiver (support functions of operator classes) comes, and everything else keeps its oid and gets
-- pgvector's library and C symbol, which is ours without its prefix. pgvector's library is not loaded by this script, because
-- ours is, and a process has room for one of them: so nothing of the extension is called once it is pgvector's.
\echo Use "ALTER EXTENSION vector UPDATE TO '0.8.6'" to load this file. \quit

-- Names are looked up in the schema of the extension too, where others may create objects, and there a function or an
-- operator for just these types would be preferred to one of pg_catalog for any. So functions that take any type are
-- called as pg_catalog's, arrays are not compared, and oids are compared as oids, not as regclass or regtype.

-- ALTER EXTENSION takes the shortest path of scripts. From an old version of pgvector to a new one that can be the path
-- through quiver, which is not what anybody wants: then the script that leads here has run in this transaction and left
-- its number (sql/adopt/10-begin.sql). xmin of what it has changed would not do, for within a savepoint it is another number.
DO LANGUAGE plpgsql $$
BEGIN
    IF pg_catalog.current_setting('vector.adopted_in', true) = pg_catalog.pg_current_xact_id()::text THEN
        RAISE EXCEPTION USING
            ERRCODE = 'object_not_in_prerequisite_state',
            MESSAGE = 'this update of extension "vector" would lead through quiver and back',
            DETAIL = 'Nothing was changed.',
            HINT = 'To stay with pgvector, update by one of its releases at a time, or remove quiver''s files '
                '(make uninstall-vector) first.';
    END IF;
END
$$;

CREATE TEMPORARY VIEW pg_temp.quiver_member AS
SELECT classid, objid
FROM pg_depend
WHERE refclassid = 'pg_extension'::regclass::oid AND deptype = 'e'
    AND refobjid = (SELECT oid FROM pg_extension WHERE extname = 'vector');

-- What is stored as a parsed expression and cannot work with pgvector is not found by its dependencies: v[i], which
-- depends on the type alone, and grouping by hash, a flag that the parser sets. Both are looked for where expressions are.
DO LANGUAGE plpgsql $$
DECLARE
    types text := (
        SELECT pg_catalog.string_agg(objid::text, '|')
        FROM pg_temp.quiver_member WHERE classid = 'pg_type'::regclass::oid);
    equal text := (
        SELECT pg_catalog.string_agg(o.oid::text, '|')
        FROM pg_temp.quiver_member JOIN pg_operator AS o ON o.oid = objid AND classid = 'pg_operator'::regclass::oid
        WHERE oprcanhash);
    place record;
    found text[] := '{}';
    users text[];
BEGIN
    FOR place IN
        SELECT attrelid::regclass AS catalog, attname AS expression,
            CASE relname WHEN 'pg_index' THEN 'indexrelid' WHEN 'pg_partitioned_table' THEN 'partrelid'
                ELSE 'oid' END AS key,
            CASE WHEN relname IN ('pg_index', 'pg_partitioned_table') THEN 'pg_class'::regclass
                ELSE attrelid::regclass END AS class
        FROM pg_attribute JOIN pg_class AS c ON c.oid = attrelid
        WHERE atttypid = 'pg_node_tree'::regtype::oid AND relkind = 'r'
            AND relnamespace = 'pg_catalog'::regnamespace::oid
    LOOP
        EXECUTE pg_catalog.format(
            'SELECT pg_catalog.array_agg(pg_catalog.pg_describe_object(%L::regclass, %I, 0)) FROM %s WHERE %I::text ~ $1',
            place.class, place.key, place.catalog, place.expression)
        INTO users
        USING pg_catalog.format(
            '\{SUBSCRIPTINGREF :refcontainertype (%s) |\{SORTGROUPCLAUSE [^}]*:eqop (%s) [^}]*:hashable true', types, equal);
        found := pg_catalog.array_cat(found, users);
    END LOOP;
    IF pg_catalog.cardinality(found) > 0 THEN
        RAISE EXCEPTION USING
            ERRCODE = 'dependent_objects_still_exist',
            MESSAGE = 'expressions use elements or hashes of vectors, which pgvector does not have',
            DETAIL = 'Nothing was changed. They are in: '
                || (SELECT pg_catalog.string_agg(DISTINCT f, ', ' ORDER BY f) FROM pg_catalog.unnest(found) AS f) || '.',
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
        SELECT o.oid, opcname, opcfamily, amname, opcintype, opcintype::regtype AS type,
            CASE amname WHEN 'hnsw' THEN 4 ELSE 6 END AS ours, CASE amname WHEN 'hnsw' THEN 3 ELSE 5 END AS theirs
        FROM pg_temp.quiver_member JOIN pg_opclass AS o ON o.oid = objid AND classid = 'pg_opclass'::regclass::oid
            JOIN pg_am AS a ON a.oid = opcmethod
        WHERE amname IN ('hnsw', 'ivfflat')
    LOOP
        SELECT oid INTO STRICT entry FROM pg_amproc WHERE amprocfamily = class.opcfamily AND amprocnum = class.ours;
        DELETE FROM pg_amproc WHERE oid = entry;
        DELETE FROM pg_depend WHERE classid = 'pg_amproc'::regclass::oid AND objid = entry;

        -- What pgvector takes for granted without one.
        CONTINUE WHEN class.opcintype = 'vector'::regtype::oid;
        function := pg_catalog.format('%s_%s_support(internal)', class.amname, class.type);
        EXECUTE pg_catalog.format('ALTER OPERATOR FAMILY %I USING %I ADD FUNCTION %s (%s, %4$s) %5$s',
            class.opcname, class.amname, class.theirs, class.type, function);
        -- As CREATE OPERATOR CLASS ties it (sql/adopt/10-begin.sql).
        SELECT oid INTO STRICT entry FROM pg_amproc WHERE amprocfamily = class.opcfamily AND amprocnum = class.theirs;
        UPDATE pg_depend SET deptype = 'n'
        WHERE classid = 'pg_amproc'::regclass::oid AND objid = entry AND refclassid <> 'pg_opfamily'::regclass::oid;
        UPDATE pg_depend SET deptype = 'i', refclassid = 'pg_opclass'::regclass, refobjid = class.oid
        WHERE classid = 'pg_amproc'::regclass::oid AND objid = entry AND refclassid = 'pg_opfamily'::regclass::oid;
    END LOOP;
END
$$;

-- Indexes in our format are switched off, as those in pgvector's are on the way here: neither read nor written nor
-- vacuumed. Options that pgvector does not know would stop a dump.
UPDATE pg_class
SET reloptions = (
    SELECT pg_catalog.array_agg(o) FROM pg_catalog.unnest(reloptions) AS o WHERE o !~ '^(ef_search|layout)=')
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
    SELECT count(*), pg_catalog.string_agg(name, ', ' ORDER BY name) INTO n, off FROM off;
    IF n > 0 THEN
        RAISE WARNING USING
            MESSAGE = pg_catalog.format('%s %s out of use until rebuilt', n,
                CASE n WHEN 1 THEN 'index is' ELSE 'indexes are' END),
            DETAIL = 'The format of pgvector is another one: ' || off || '.',
            HINT = 'In a new connection, for each: REINDEX INDEX CONCURRENTLY name';
    END IF;
    SELECT pg_catalog.string_agg(c.oid::regclass::text, ', ' ORDER BY c.oid::regclass::text),
        pg_catalog.string_agg(pg_catalog.format('DROP INDEX %s;', c.oid::regclass), ' ' ORDER BY c.oid::regclass::text)
    INTO large, drops
    FROM pg_class AS c JOIN pg_am AS a ON a.oid = relam JOIN pg_attribute ON attrelid = c.oid AND attnum = 1
    WHERE amname IN ('hnsw', 'ivfflat') AND relkind = 'i'
        AND atttypmod > CASE atttypid WHEN 'vector'::regtype::oid THEN 2000 WHEN 'halfvec'::regtype::oid THEN 4000
            ELSE 1000000000 END;
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
        SELECT pg_catalog.format('OPERATOR FAMILY %s USING hash', opfname) AS object
        FROM pg_temp.quiver_member JOIN pg_opfamily AS f ON f.oid = objid AND classid = 'pg_opfamily'::regclass::oid
            JOIN pg_am AS a ON a.oid = opfmethod
        WHERE amname = 'hash'
        UNION ALL
        SELECT pg_catalog.format('FUNCTION %s', p.oid::regprocedure)
        FROM pg_temp.quiver_member JOIN pg_proc AS p ON p.oid = objid AND classid = 'pg_proc'::regclass::oid
        WHERE proname::text ~ '^quiver_|^(hnsw|ivfflat)_.*_metric$|_hash(_extended)?$|_subscript_handler$|^binary_quantize_mean$'
    LOOP
        EXECUTE 'DROP ' || dropped.object;
    END LOOP;
END
$$;

UPDATE pg_operator SET oprcanhash = false, oprcanmerge = false
FROM pg_temp.quiver_member WHERE oid = objid AND classid = 'pg_operator'::regclass::oid;

DELETE FROM pg_description AS d
USING pg_temp.quiver_member AS m WHERE d.classoid = m.classid AND d.objoid = m.objid;
COMMENT ON ACCESS METHOD hnsw IS 'hnsw index access method';
COMMENT ON ACCESS METHOD ivfflat IS 'ivfflat index access method';
COMMENT ON EXTENSION vector IS NULL;

-- From here on, everything is pgvector's.
UPDATE pg_proc
SET probin = '$libdir/vector',
    prosrc = CASE WHEN proname::text ~ '^(hnsw|ivfflat)_.*_support$' THEN proname::text
        ELSE pg_catalog.regexp_replace(prosrc, '^quiver_', '') END
FROM pg_temp.quiver_member, pg_language AS l
WHERE pg_proc.oid = objid AND classid = 'pg_proc'::regclass::oid AND l.oid = prolang AND lanname = 'c';

DROP VIEW pg_temp.quiver_member;

DROP FUNCTION quiver_adopt(text);
DROP FUNCTION quiver_adopt_access_method(text);
DROP FUNCTION quiver_adopt_class(text);
DROP FUNCTION quiver_adopt_operator(text);
DROP FUNCTION quiver_adopt_cast(text);
DROP FUNCTION quiver_adopt_type(text);
DROP FUNCTION quiver_adopt_member(regclass, oid);

-- What is left is in the old version only. It goes, unless an index needs it: then nothing at all has happened.
DO LANGUAGE plpgsql $$
DECLARE
    extension oid := (SELECT oid FROM pg_extension WHERE extname = 'vector');
    needed text;
    drops text;
    leftover record;
BEGIN
    SELECT pg_catalog.string_agg(pg_catalog.format('%s (%s %s)', c.oid::regclass, amname, opcname), ', '
            ORDER BY c.oid::regclass::text),
        pg_catalog.string_agg(pg_catalog.format('DROP INDEX %s;', c.oid::regclass), ' ' ORDER BY c.oid::regclass::text)
            FILTER (WHERE NOT c.relispartition)
    INTO needed, drops
    FROM pg_index AS i JOIN pg_class AS c ON c.oid = indexrelid
        JOIN pg_opclass AS o ON o.oid = indclass[0] JOIN pg_am AS a ON a.oid = relam
        JOIN pg_depend AS member ON member.classid = 'pg_opclass'::regclass::oid AND member.objid = o.oid
            AND member.refobjid = extension AND member.deptype = 'e'
    WHERE pg_catalog.obj_description(o.oid, 'pg_opclass') IS NULL;
    IF needed IS NOT NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'feature_not_supported',
            MESSAGE = 'indexes use access methods or operator classes of pgvector that quiver does not have',
            DETAIL = 'Nothing was changed. The indexes: ' || needed || '.',
            HINT = 'To go on without them: ' || drops;
    END IF;

    FOR leftover IN
        SELECT i.type, i.identity
        FROM pg_depend AS member,
            LATERAL pg_catalog.pg_identify_object(member.classid, member.objid, 0) AS i
        WHERE member.refclassid = 'pg_extension'::regclass::oid AND member.refobjid = extension AND member.deptype = 'e'
            AND pg_catalog.obj_description(member.objid, (member.classid::regclass)::name) IS NULL
            -- Its class goes with a family.
            AND NOT (i.type = 'operator class' AND EXISTS (
                SELECT FROM pg_opclass AS o
                WHERE o.oid = member.objid AND pg_catalog.obj_description(o.opcfamily, 'pg_opfamily') IS NULL))
        ORDER BY pg_catalog.array_position(
            ARRAY['operator class', 'operator family', 'access method', 'cast', 'operator', 'aggregate'], i.type)
    LOOP
        EXECUTE pg_catalog.format('ALTER EXTENSION vector DROP %s %s', leftover.type, leftover.identity);
        EXECUTE pg_catalog.format('DROP %s %s', leftover.type, leftover.identity);
    END LOOP;
END
$$;

-- Indexes in another format are switched off: not read, not written, not vacuumed, so that their tables work as before,
-- only without the index. REINDEX switches them on again. (The update of pg_index also makes every session forget the
-- access method it has cached for them.)
DO LANGUAGE plpgsql $$
DECLARE
    old text;
    n bigint;
BEGIN
    WITH off AS (
        UPDATE pg_index SET indisvalid = false, indisready = false
        WHERE indexrelid IN (SELECT index::oid FROM quiver_foreign_indexes()) AND indislive
        RETURNING indexrelid::regclass::text AS name
    )
    SELECT count(*), pg_catalog.string_agg(name, ', ' ORDER BY name) INTO n, old FROM off;
    IF n > 0 THEN
        RAISE WARNING USING
            MESSAGE = pg_catalog.format('%s %s out of use until rebuilt', n,
                CASE n WHEN 1 THEN 'index is' ELSE 'indexes are' END),
            DETAIL = 'The format of pgvector is another one: ' || old || '.',
            HINT = 'In psql: SELECT command FROM quiver_foreign_indexes() \gexec';
    END IF;
END
$$;

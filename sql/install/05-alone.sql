-- The extension has two names, quiver and vector, and a database has room for one of them.

DO LANGUAGE plpgsql $$
BEGIN
    IF (SELECT count(*) FROM pg_catalog.pg_extension WHERE extname IN ('quiver', 'vector')) > 1 THEN
        RAISE EXCEPTION USING
            ERRCODE = 'duplicate_object',
            MESSAGE = 'extensions "quiver" and "vector" cannot be in one database',
            DETAIL = 'Both define types, operators and access methods of the same names.',
            HINT = 'To replace pgvector, install quiver as "vector" (make install-vector) and run '
                'ALTER EXTENSION vector UPDATE.';
    END IF;
END
$$;


-- What the library found on this machine.

CREATE FUNCTION quiver_simd(
    OUT isa text,
    OUT requires text,
    OUT compiled boolean,
    OUT supported boolean,
    OUT used boolean
) RETURNS SETOF record
    AS 'MODULE_PATHNAME', 'quiver_simd'
    LANGUAGE C STABLE STRICT PARALLEL SAFE ROWS 6;

COMMENT ON FUNCTION quiver_simd() IS
    'the instruction sets known to the library, and which one is used (setting quiver.isa)';

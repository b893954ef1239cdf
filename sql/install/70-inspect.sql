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

CREATE FUNCTION quiver_last_scan(
    OUT pages bigint,
    OUT hops bigint,
    OUT estimates bigint,
    OUT rounds bigint,
    OUT stale bigint,
    OUT exact_distances bigint,
    OUT candidates bigint,
    OUT resumes bigint
) RETURNS record
    AS 'MODULE_PATHNAME', 'quiver_last_scan'
    LANGUAGE C VOLATILE STRICT PARALLEL RESTRICTED;

COMMENT ON FUNCTION quiver_last_scan() IS
    'the last index scan of this session: pages pinned, nodes visited (ivfflat: lists), edges estimated, rounds, stale edges, exact distances, estimates near enough to be followed, rounds after the first';

-- Anyone may call these; they refuse whoever is neither the index's owner nor, for the numbers, a
-- member of pg_monitor.

CREATE FUNCTION quiver_index_info(
    index regclass,
    OUT format_version integer,
    OUT metric text,
    OUT element_type text,
    OUT own_precision text,
    OUT dimensions integer,
    OUT code_bits integer,
    OUT code_dimensions integer,
    OUT m integer,
    OUT ef_construction integer,
    OUT bytes_per_node integer,
    OUT nodes_per_page integer,
    OUT bytes_per_upper_record integer,
    OUT upper_records_per_page integer,
    OUT entry_level integer,
    OUT live_nodes bigint,
    OUT dead_nodes bigint,
    OUT upper_records bigint,
    OUT levels integer[],
    OUT average_degree double precision,
    OUT average_fillers double precision,
    OUT lists integer,
    OUT empty_lists integer,
    OUT largest_list bigint,
    OUT free_places bigint,
    OUT heap_tids bigint,
    OUT meta_bytes bigint,
    OUT base_bytes bigint,
    OUT upper_bytes bigint,
    OUT tid_bytes bigint,
    OUT tail_bytes bigint,
    OUT list_bytes bigint,
    OUT row_bytes bigint,
    OUT other_bytes bigint,
    OUT total_bytes bigint
) RETURNS record
    AS 'MODULE_PATHNAME', 'quiver_index_info'
    LANGUAGE C VOLATILE STRICT PARALLEL RESTRICTED;

COMMENT ON FUNCTION quiver_index_info(regclass) IS
    'what an hnsw or ivfflat index is and holds, from one pass over its pages (null: the other kind has it; ivfflat: a node is a row); for its owner and pg_monitor';

CREATE FUNCTION quiver_index_check(
    index regclass,
    heap boolean DEFAULT true,
    OUT severity text,
    OUT code text,
    OUT block bigint,
    OUT slot integer,
    OUT detail text
) RETURNS SETOF record
    AS 'MODULE_PATHNAME', 'quiver_index_check'
    LANGUAGE C VOLATILE STRICT PARALLEL RESTRICTED ROWS 10 COST 10000;

COMMENT ON FUNCTION quiver_index_check(regclass, boolean) IS
    'what is wrong with an hnsw or ivfflat index, no rows if nothing is; heap: compare it with its table, too; for its owner';

CREATE FUNCTION quiver_foreign_indexes(
    OUT index regclass,
    OUT "table" regclass,
    OUT built_by text,
    OUT valid boolean,
    OUT command text
) RETURNS SETOF record
    AS 'MODULE_PATHNAME', 'quiver_foreign_indexes'
    LANGUAGE C VOLATILE STRICT PARALLEL RESTRICTED ROWS 10 COST 1000;

COMMENT ON FUNCTION quiver_foreign_indexes() IS
    'indexes in another format than this version''s, pgvector''s included, with the command that rebuilds each';

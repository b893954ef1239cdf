-- The exact list of what the extension creates. Anything more, less or different fails here, so
-- that compatibility with pgvector is changed on purpose or not at all. The C symbol is listed
-- where it is not quiver_ followed by the SQL name.
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

SELECT plan(9);

SELECT set_eq(
    $$
    SELECT format(
        '%s(%s) -> %s%s',
        proname,
        (SELECT string_agg(format_type(t, NULL), ',' ORDER BY n)
         FROM unnest(proargtypes::oid[]) WITH ORDINALITY AS a (t, n)),
        pg_get_function_result(p.oid),
        CASE WHEN prosrc NOT IN (proname, 'quiver_' || proname, 'aggregate_dummy')
            THEN ' = ' || prosrc END)
    FROM member JOIN pg_proc p ON classid = 'pg_proc'::regclass AND objid = p.oid
    $$,
    ARRAY[
    -- as in pgvector
    'vector_in(cstring,oid,integer) -> vector',
    'vector_out(vector) -> cstring',
    'vector_typmod_in(cstring[]) -> integer',
    'vector_recv(internal,oid,integer) -> vector',
    'vector_send(vector) -> bytea',
    'l2_distance(vector,vector) -> double precision',
    'inner_product(vector,vector) -> double precision',
    'cosine_distance(vector,vector) -> double precision',
    'l1_distance(vector,vector) -> double precision',
    'vector_dims(vector) -> integer',
    'vector_norm(vector) -> double precision',
    'l2_normalize(vector) -> vector',
    'binary_quantize(vector) -> bit',
    'subvector(vector,integer,integer) -> vector',
    'vector_add(vector,vector) -> vector',
    'vector_sub(vector,vector) -> vector',
    'vector_mul(vector,vector) -> vector',
    'vector_concat(vector,vector) -> vector',
    'vector_lt(vector,vector) -> boolean',
    'vector_le(vector,vector) -> boolean',
    'vector_eq(vector,vector) -> boolean',
    'vector_ne(vector,vector) -> boolean',
    'vector_ge(vector,vector) -> boolean',
    'vector_gt(vector,vector) -> boolean',
    'vector_cmp(vector,vector) -> integer',
    'vector_l2_squared_distance(vector,vector) -> double precision',
    'vector_negative_inner_product(vector,vector) -> double precision',
    'vector_spherical_distance(vector,vector) -> double precision',
    'vector_accum(double precision[],vector) -> double precision[]',
    'vector_avg(double precision[]) -> vector',
    'vector_combine(double precision[],double precision[]) -> double precision[]',
    'vector(vector,integer,boolean) -> vector',
    'array_to_vector(integer[],integer,boolean) -> vector',
    'array_to_vector(real[],integer,boolean) -> vector',
    'array_to_vector(double precision[],integer,boolean) -> vector',
    'array_to_vector(numeric[],integer,boolean) -> vector',
    'vector_to_float4(vector,integer,boolean) -> real[]',
    'halfvec_in(cstring,oid,integer) -> halfvec',
    'halfvec_out(halfvec) -> cstring',
    'halfvec_typmod_in(cstring[]) -> integer',
    'halfvec_recv(internal,oid,integer) -> halfvec',
    'halfvec_send(halfvec) -> bytea',
    'l2_distance(halfvec,halfvec) -> double precision = quiver_halfvec_l2_distance',
    'inner_product(halfvec,halfvec) -> double precision = quiver_halfvec_inner_product',
    'cosine_distance(halfvec,halfvec) -> double precision = quiver_halfvec_cosine_distance',
    'l1_distance(halfvec,halfvec) -> double precision = quiver_halfvec_l1_distance',
    'vector_dims(halfvec) -> integer = quiver_halfvec_vector_dims',
    'l2_norm(halfvec) -> double precision = quiver_halfvec_l2_norm',
    'l2_normalize(halfvec) -> halfvec = quiver_halfvec_l2_normalize',
    'binary_quantize(halfvec) -> bit = quiver_halfvec_binary_quantize',
    'subvector(halfvec,integer,integer) -> halfvec = quiver_halfvec_subvector',
    'halfvec_add(halfvec,halfvec) -> halfvec',
    'halfvec_sub(halfvec,halfvec) -> halfvec',
    'halfvec_mul(halfvec,halfvec) -> halfvec',
    'halfvec_concat(halfvec,halfvec) -> halfvec',
    'halfvec_lt(halfvec,halfvec) -> boolean',
    'halfvec_le(halfvec,halfvec) -> boolean',
    'halfvec_eq(halfvec,halfvec) -> boolean',
    'halfvec_ne(halfvec,halfvec) -> boolean',
    'halfvec_ge(halfvec,halfvec) -> boolean',
    'halfvec_gt(halfvec,halfvec) -> boolean',
    'halfvec_cmp(halfvec,halfvec) -> integer',
    'halfvec_l2_squared_distance(halfvec,halfvec) -> double precision',
    'halfvec_negative_inner_product(halfvec,halfvec) -> double precision',
    'halfvec_spherical_distance(halfvec,halfvec) -> double precision',
    'halfvec_accum(double precision[],halfvec) -> double precision[]',
    'halfvec_avg(double precision[]) -> halfvec',
    'halfvec_combine(double precision[],double precision[]) -> double precision[]'
        ' = quiver_vector_combine',
    'halfvec(halfvec,integer,boolean) -> halfvec',
    'halfvec_to_vector(halfvec,integer,boolean) -> vector',
    'vector_to_halfvec(vector,integer,boolean) -> halfvec',
    'array_to_halfvec(integer[],integer,boolean) -> halfvec',
    'array_to_halfvec(real[],integer,boolean) -> halfvec',
    'array_to_halfvec(double precision[],integer,boolean) -> halfvec',
    'array_to_halfvec(numeric[],integer,boolean) -> halfvec',
    'halfvec_to_float4(halfvec,integer,boolean) -> real[]',
    'hamming_distance(bit,bit) -> double precision',
    'jaccard_distance(bit,bit) -> double precision',
    'sparsevec_in(cstring,oid,integer) -> sparsevec',
    'sparsevec_out(sparsevec) -> cstring',
    'sparsevec_typmod_in(cstring[]) -> integer',
    'sparsevec_recv(internal,oid,integer) -> sparsevec',
    'sparsevec_send(sparsevec) -> bytea',
    'l2_distance(sparsevec,sparsevec) -> double precision = quiver_sparsevec_l2_distance',
    'inner_product(sparsevec,sparsevec) -> double precision = quiver_sparsevec_inner_product',
    'cosine_distance(sparsevec,sparsevec) -> double precision = quiver_sparsevec_cosine_distance',
    'l1_distance(sparsevec,sparsevec) -> double precision = quiver_sparsevec_l1_distance',
    'l2_norm(sparsevec) -> double precision = quiver_sparsevec_l2_norm',
    'l2_normalize(sparsevec) -> sparsevec = quiver_sparsevec_l2_normalize',
    'sparsevec_lt(sparsevec,sparsevec) -> boolean',
    'sparsevec_le(sparsevec,sparsevec) -> boolean',
    'sparsevec_eq(sparsevec,sparsevec) -> boolean',
    'sparsevec_ne(sparsevec,sparsevec) -> boolean',
    'sparsevec_ge(sparsevec,sparsevec) -> boolean',
    'sparsevec_gt(sparsevec,sparsevec) -> boolean',
    'sparsevec_cmp(sparsevec,sparsevec) -> integer',
    'sparsevec_l2_squared_distance(sparsevec,sparsevec) -> double precision',
    'sparsevec_negative_inner_product(sparsevec,sparsevec) -> double precision',
    'sparsevec(sparsevec,integer,boolean) -> sparsevec',
    'vector_to_sparsevec(vector,integer,boolean) -> sparsevec',
    'sparsevec_to_vector(sparsevec,integer,boolean) -> vector',
    'halfvec_to_sparsevec(halfvec,integer,boolean) -> sparsevec',
    'sparsevec_to_halfvec(sparsevec,integer,boolean) -> halfvec',
    'array_to_sparsevec(integer[],integer,boolean) -> sparsevec',
    'array_to_sparsevec(real[],integer,boolean) -> sparsevec',
    'array_to_sparsevec(double precision[],integer,boolean) -> sparsevec',
    'array_to_sparsevec(numeric[],integer,boolean) -> sparsevec',
    -- aggregates
    'avg(vector) -> vector',
    'sum(vector) -> vector',
    'avg(halfvec) -> halfvec',
    'sum(halfvec) -> halfvec',
    'hnswhandler(internal) -> index_am_handler',
    'ivfflathandler(internal) -> index_am_handler',
    -- beyond pgvector
    'binary_quantize_mean(vector) -> bit',
    'binary_quantize_mean(halfvec) -> bit = quiver_halfvec_binary_quantize_mean',
    'vector_hash(vector) -> integer',
    'vector_hash_extended(vector,bigint) -> bigint',
    'vector_subscript_handler(internal) -> internal',
    'halfvec_hash(halfvec) -> integer',
    'halfvec_hash_extended(halfvec,bigint) -> bigint',
    'halfvec_subscript_handler(internal) -> internal',
    'sparsevec_hash(sparsevec) -> integer',
    'sparsevec_hash_extended(sparsevec,bigint) -> bigint',
    'sparsevec_subscript_handler(internal) -> internal',
    'hnsw_vector_l2_metric(internal) -> internal',
    'hnsw_vector_ip_metric(internal) -> internal',
    'hnsw_vector_cosine_metric(internal) -> internal',
    'hnsw_vector_l1_metric(internal) -> internal',
    'hnsw_halfvec_l2_metric(internal) -> internal',
    'hnsw_halfvec_ip_metric(internal) -> internal',
    'hnsw_halfvec_cosine_metric(internal) -> internal',
    'hnsw_halfvec_l1_metric(internal) -> internal',
    'hnsw_sparsevec_l2_metric(internal) -> internal',
    'hnsw_sparsevec_ip_metric(internal) -> internal',
    'hnsw_sparsevec_cosine_metric(internal) -> internal',
    'hnsw_sparsevec_l1_metric(internal) -> internal',
    'hnsw_bit_hamming_metric(internal) -> internal',
    'hnsw_bit_jaccard_metric(internal) -> internal',
    'ivfflat_vector_l2_metric(internal) -> internal',
    'ivfflat_vector_ip_metric(internal) -> internal',
    'ivfflat_vector_cosine_metric(internal) -> internal',
    'ivfflat_halfvec_l2_metric(internal) -> internal',
    'ivfflat_halfvec_ip_metric(internal) -> internal',
    'ivfflat_halfvec_cosine_metric(internal) -> internal',
    'ivfflat_bit_hamming_metric(internal) -> internal',
    'quiver_foreign_indexes() -> SETOF record',
    'quiver_index_check(regclass,boolean) -> SETOF record',
    'quiver_index_info(regclass) -> record',
    'quiver_last_scan() -> record',
    'quiver_simd() -> SETOF record'
    ],
    'functions and their C symbols');

SELECT set_eq(
    $$
    SELECT format(
        '%s %s %s -> %s = %s%s%s%s%s',
        oprname, oprleft::regtype, oprright::regtype, oprresult::regtype, p.proname,
        (SELECT format(' com %s', c.oprname) FROM pg_operator c
         WHERE c.oid = o.oprcom AND c.oprleft = o.oprright AND c.oprright = o.oprleft),
        (SELECT format(' neg %s', n.oprname) FROM pg_operator n
         WHERE n.oid = o.oprnegate AND n.oprleft = o.oprleft AND n.oprright = o.oprright),
        CASE WHEN oprrest <> 0 OR oprjoin <> 0 THEN format(' %s %s', oprrest, oprjoin) END,
        CASE WHEN oprcanhash THEN ' hash' END || CASE WHEN oprcanmerge THEN ' merge' END)
    FROM member JOIN pg_operator o ON classid = 'pg_operator'::regclass AND objid = o.oid
        JOIN pg_proc p ON p.oid = o.oprcode
    $$,
    ARRAY[
    '<-> vector vector -> double precision = l2_distance com <->',
    '<#> vector vector -> double precision = vector_negative_inner_product com <#>',
    '<=> vector vector -> double precision = cosine_distance com <=>',
    '<+> vector vector -> double precision = l1_distance com <+>',
    '<-> halfvec halfvec -> double precision = l2_distance com <->',
    '<#> halfvec halfvec -> double precision = halfvec_negative_inner_product com <#>',
    '<=> halfvec halfvec -> double precision = cosine_distance com <=>',
    '<+> halfvec halfvec -> double precision = l1_distance com <+>',
    '<-> sparsevec sparsevec -> double precision = l2_distance com <->',
    '<#> sparsevec sparsevec -> double precision = sparsevec_negative_inner_product com <#>',
    '<=> sparsevec sparsevec -> double precision = cosine_distance com <=>',
    '<+> sparsevec sparsevec -> double precision = l1_distance com <+>',
    '<~> bit bit -> double precision = hamming_distance com <~>',
    '<%> bit bit -> double precision = jaccard_distance com <%>',
    '+ vector vector -> vector = vector_add com +',
    '- vector vector -> vector = vector_sub',
    '* vector vector -> vector = vector_mul com *',
    '|| vector vector -> vector = vector_concat',
    '+ halfvec halfvec -> halfvec = halfvec_add com +',
    '- halfvec halfvec -> halfvec = halfvec_sub',
    '* halfvec halfvec -> halfvec = halfvec_mul com *',
    '|| halfvec halfvec -> halfvec = halfvec_concat',
    '< vector vector -> boolean = vector_lt com > neg >= scalarltsel scalarltjoinsel',
    '<= vector vector -> boolean = vector_le com >= neg > scalarlesel scalarlejoinsel',
    '= vector vector -> boolean = vector_eq com = neg <> eqsel eqjoinsel hash merge',
    '<> vector vector -> boolean = vector_ne com <> neg = eqsel eqjoinsel',
    '>= vector vector -> boolean = vector_ge com <= neg < scalargesel scalargejoinsel',
    '> vector vector -> boolean = vector_gt com < neg <= scalargtsel scalargtjoinsel',
    '< halfvec halfvec -> boolean = halfvec_lt com > neg >= scalarltsel scalarltjoinsel',
    '<= halfvec halfvec -> boolean = halfvec_le com >= neg > scalarlesel scalarlejoinsel',
    '= halfvec halfvec -> boolean = halfvec_eq com = neg <> eqsel eqjoinsel hash merge',
    '<> halfvec halfvec -> boolean = halfvec_ne com <> neg = eqsel eqjoinsel',
    '>= halfvec halfvec -> boolean = halfvec_ge com <= neg < scalargesel scalargejoinsel',
    '> halfvec halfvec -> boolean = halfvec_gt com < neg <= scalargtsel scalargtjoinsel',
    '< sparsevec sparsevec -> boolean = sparsevec_lt com > neg >= scalarltsel scalarltjoinsel',
    '<= sparsevec sparsevec -> boolean = sparsevec_le com >= neg > scalarlesel scalarlejoinsel',
    '= sparsevec sparsevec -> boolean = sparsevec_eq com = neg <> eqsel eqjoinsel hash merge',
    '<> sparsevec sparsevec -> boolean = sparsevec_ne com <> neg = eqsel eqjoinsel',
    '>= sparsevec sparsevec -> boolean = sparsevec_ge com <= neg < scalargesel scalargejoinsel',
    '> sparsevec sparsevec -> boolean = sparsevec_gt com < neg <= scalargtsel scalargtjoinsel'
    ],
    'operators with commutator, negator, selectivity and join methods');

SELECT set_eq(
    $$
    SELECT format(
        '%s -> %s %s', castsource::regtype, casttarget::regtype,
        CASE castcontext WHEN 'i' THEN 'implicit' WHEN 'a' THEN 'assignment' ELSE 'explicit' END)
    FROM member JOIN pg_cast c ON classid = 'pg_cast'::regclass AND objid = c.oid
    $$,
    ARRAY[
    'vector -> vector implicit',
    'halfvec -> halfvec implicit',
    'sparsevec -> sparsevec implicit',
    'vector -> real[] implicit',
    'vector -> halfvec implicit',
    'vector -> sparsevec implicit',
    'halfvec -> sparsevec implicit',
    'halfvec -> vector assignment',
    'sparsevec -> vector assignment',
    'sparsevec -> halfvec assignment',
    'halfvec -> real[] assignment',
    'integer[] -> vector assignment',
    'real[] -> vector assignment',
    'double precision[] -> vector assignment',
    'numeric[] -> vector assignment',
    'integer[] -> halfvec assignment',
    'real[] -> halfvec assignment',
    'double precision[] -> halfvec assignment',
    'numeric[] -> halfvec assignment',
    'integer[] -> sparsevec assignment',
    'real[] -> sparsevec assignment',
    'double precision[] -> sparsevec assignment',
    'numeric[] -> sparsevec assignment'
    ],
    'casts and their contexts');

SELECT is_empty(
    $$
    SELECT castsource::regtype, casttarget::regtype
    FROM pg_cast c
    WHERE (castsource IN ('vector'::regtype, 'halfvec'::regtype, 'sparsevec'::regtype)
            OR casttarget IN ('vector'::regtype, 'halfvec'::regtype, 'sparsevec'::regtype))
        AND c.oid NOT IN (SELECT objid FROM member WHERE classid = 'pg_cast'::regclass)
    $$,
    'no other cast of the types exists');

SELECT set_eq(
    $$
    SELECT format(
        '%s: %s -> %s, final %s, combine %s, state %s, start %s',
        aggfnoid::regprocedure, aggtransfn, p.prorettype::regtype, aggfinalfn, aggcombinefn,
        aggtranstype::regtype, coalesce(agginitval, 'NULL'))
    FROM member JOIN pg_aggregate a ON classid = 'pg_proc'::regclass AND objid = aggfnoid
        JOIN pg_proc p ON p.oid = aggfnoid
    $$,
    ARRAY[
    'avg(vector): vector_accum -> vector, final vector_avg, combine vector_combine,'
        ' state double precision[], start {0}',
    'avg(halfvec): halfvec_accum -> halfvec, final halfvec_avg, combine halfvec_combine,'
        ' state double precision[], start {0}',
    'sum(vector): vector_add -> vector, final -, combine vector_add, state vector, start NULL',
    'sum(halfvec): halfvec_add -> halfvec, final -, combine halfvec_add,'
        ' state halfvec, start NULL'
    ],
    'aggregates and their parts');

SELECT set_eq(
    $$
    SELECT format('%s %s %s%s', opcname, opcintype::regtype, amname,
                  CASE WHEN opcdefault THEN ' default' END)
    FROM member JOIN pg_opclass c ON classid = 'pg_opclass'::regclass AND objid = c.oid
        JOIN pg_am am ON am.oid = opcmethod
    $$,
    ARRAY[
    'vector_ops vector btree default',
    'vector_ops vector hash default',
    'halfvec_ops halfvec btree default',
    'halfvec_ops halfvec hash default',
    'sparsevec_ops sparsevec btree default',
    'sparsevec_ops sparsevec hash default',
    'vector_l2_ops vector hnsw default',
    'vector_ip_ops vector hnsw',
    'vector_cosine_ops vector hnsw',
    'vector_l1_ops vector hnsw',
    'halfvec_l2_ops halfvec hnsw',
    'halfvec_ip_ops halfvec hnsw',
    'halfvec_cosine_ops halfvec hnsw',
    'halfvec_l1_ops halfvec hnsw',
    'sparsevec_l2_ops sparsevec hnsw',
    'sparsevec_ip_ops sparsevec hnsw',
    'sparsevec_cosine_ops sparsevec hnsw',
    'sparsevec_l1_ops sparsevec hnsw',
    'bit_hamming_ops bit hnsw',
    'bit_jaccard_ops bit hnsw',
    'vector_l2_ops vector ivfflat default',
    'vector_ip_ops vector ivfflat',
    'vector_cosine_ops vector ivfflat',
    'halfvec_l2_ops halfvec ivfflat',
    'halfvec_ip_ops halfvec ivfflat',
    'halfvec_cosine_ops halfvec ivfflat',
    'bit_hamming_ops bit ivfflat'
    ],
    'operator classes');

SELECT set_eq(
    $$
    SELECT format(
        '%s: %s, %s', opcname,
        (SELECT string_agg(format('%s %s %s', amopstrategy, amoppurpose, amopopr::regoperator), ', '
                           ORDER BY amopstrategy)
         FROM pg_amop WHERE amopfamily = opcfamily),
        (SELECT string_agg(format('%s %s', amprocnum, p.proname), ', ' ORDER BY amprocnum)
         FROM pg_amproc JOIN pg_proc p ON p.oid = amproc WHERE amprocfamily = opcfamily))
    FROM member JOIN pg_opclass c ON classid = 'pg_opclass'::regclass AND objid = c.oid
        JOIN pg_am am ON am.oid = opcmethod
    WHERE amname = 'hnsw'
    $$,
    ARRAY[
    'vector_l2_ops: 1 o <->(vector,vector), 1 vector_l2_squared_distance, 4 hnsw_vector_l2_metric',
    'vector_ip_ops: 1 o <#>(vector,vector), 1 vector_negative_inner_product,'
        ' 4 hnsw_vector_ip_metric',
    'vector_cosine_ops: 1 o <=>(vector,vector), 1 vector_negative_inner_product, 2 vector_norm,'
        ' 4 hnsw_vector_cosine_metric',
    'halfvec_l2_ops: 1 o <->(halfvec,halfvec), 1 halfvec_l2_squared_distance,'
        ' 4 hnsw_halfvec_l2_metric',
    'halfvec_ip_ops: 1 o <#>(halfvec,halfvec), 1 halfvec_negative_inner_product,'
        ' 4 hnsw_halfvec_ip_metric',
    'halfvec_cosine_ops: 1 o <=>(halfvec,halfvec), 1 halfvec_negative_inner_product, 2 l2_norm,'
        ' 4 hnsw_halfvec_cosine_metric',
    'vector_l1_ops: 1 o <+>(vector,vector), 1 l1_distance, 4 hnsw_vector_l1_metric',
    'halfvec_l1_ops: 1 o <+>(halfvec,halfvec), 1 l1_distance, 4 hnsw_halfvec_l1_metric',
    'sparsevec_l2_ops: 1 o <->(sparsevec,sparsevec), 1 sparsevec_l2_squared_distance,'
        ' 4 hnsw_sparsevec_l2_metric',
    'sparsevec_ip_ops: 1 o <#>(sparsevec,sparsevec), 1 sparsevec_negative_inner_product,'
        ' 4 hnsw_sparsevec_ip_metric',
    'sparsevec_cosine_ops: 1 o <=>(sparsevec,sparsevec), 1 sparsevec_negative_inner_product, 2 l2_norm,'
        ' 4 hnsw_sparsevec_cosine_metric',
    'sparsevec_l1_ops: 1 o <+>(sparsevec,sparsevec), 1 l1_distance, 4 hnsw_sparsevec_l1_metric',
    'bit_hamming_ops: 1 o <~>(bit,bit), 1 hamming_distance, 4 hnsw_bit_hamming_metric',
    'bit_jaccard_ops: 1 o <%>(bit,bit), 1 jaccard_distance, 4 hnsw_bit_jaccard_metric'
    ],
    'what the operator classes of hnsw order by and call');

SELECT set_eq(
    $$
    SELECT format(
        '%s: %s, %s', opcname,
        (SELECT string_agg(format('%s %s %s', amopstrategy, amoppurpose, amopopr::regoperator), ', '
                           ORDER BY amopstrategy)
         FROM pg_amop WHERE amopfamily = opcfamily),
        (SELECT string_agg(format('%s %s', amprocnum, p.proname), ', ' ORDER BY amprocnum)
         FROM pg_amproc JOIN pg_proc p ON p.oid = amproc WHERE amprocfamily = opcfamily))
    FROM member JOIN pg_opclass c ON classid = 'pg_opclass'::regclass AND objid = c.oid
        JOIN pg_am am ON am.oid = opcmethod
    WHERE amname = 'ivfflat'
    $$,
    ARRAY[
    'vector_l2_ops: 1 o <->(vector,vector), 1 vector_l2_squared_distance, 3 l2_distance,'
        ' 6 ivfflat_vector_l2_metric',
    'vector_ip_ops: 1 o <#>(vector,vector), 1 vector_negative_inner_product,'
        ' 3 vector_spherical_distance, 4 vector_norm, 6 ivfflat_vector_ip_metric',
    'vector_cosine_ops: 1 o <=>(vector,vector), 1 vector_negative_inner_product, 2 vector_norm,'
        ' 3 vector_spherical_distance, 4 vector_norm, 6 ivfflat_vector_cosine_metric',
    'halfvec_l2_ops: 1 o <->(halfvec,halfvec), 1 halfvec_l2_squared_distance, 3 l2_distance,'
        ' 6 ivfflat_halfvec_l2_metric',
    'halfvec_ip_ops: 1 o <#>(halfvec,halfvec), 1 halfvec_negative_inner_product,'
        ' 3 halfvec_spherical_distance, 4 l2_norm, 6 ivfflat_halfvec_ip_metric',
    'halfvec_cosine_ops: 1 o <=>(halfvec,halfvec), 1 halfvec_negative_inner_product, 2 l2_norm,'
        ' 3 halfvec_spherical_distance, 4 l2_norm, 6 ivfflat_halfvec_cosine_metric',
    'bit_hamming_ops: 1 o <~>(bit,bit), 1 hamming_distance, 3 hamming_distance,'
        ' 6 ivfflat_bit_hamming_metric'
    ],
    'what the operator classes of ivfflat order by and call');

SELECT set_eq(
    $$
    SELECT classid::regclass::text || ' ' || count(*) FROM member GROUP BY classid
    $$,
    ARRAY[
    'pg_type 3', 'pg_proc 150', 'pg_operator 40', 'pg_cast 23', 'pg_am 2', 'pg_opclass 27',
    'pg_opfamily 27'
    ],
    'number of objects of each kind, and no other kind');

SELECT * FROM finish();
ROLLBACK;

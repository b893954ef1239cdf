# quiver under the name "vector": the same objects, dumps that say CREATE EXTENSION vector, the update from older
# versions on a catalogue that is made old by hand, and errors that say what to do. 031_migration.pl does the update with
# pgvector itself.

use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use VectorTest;

my $node = PostgreSQL::Test::Cluster->new('vector');
$node->init;
$node->append_conf('postgresql.conf', "jit = off\nautovacuum = off\n");
$node->start;

# Runs statements and returns the error, without its position and context.
sub error_of
{
	my ($database, $sql) = @_;
	my ($stdout, $stderr);
	$node->psql($database, $sql, stdout => \$stdout, stderr => \$stderr, on_error_stop => 1);
	return join("\n", map { s/^psql:<stdin>:\d+: //r } grep { !/^(CONTEXT|PL|SQL)/ } split(/\n/, $stderr));
}

# ---- one extension, two names ----

$node->safe_psql('postgres', "CREATE DATABASE $_") foreach qw(as_quiver as_vector restored old);
$node->safe_psql('as_quiver', 'CREATE EXTENSION quiver');
$node->safe_psql('as_vector', 'CREATE EXTENSION vector');
my $fresh = catalogue($node, 'as_vector');
# One fact is meant to differ: with a default class, a dump would leave out its name, and pgvector could not read it.
my $default = qr/^operator class vector_l2_ops hnsw: vector \Kt/m;
like(my $as_quiver = catalogue($node, 'as_quiver'), $default, 'quiver has a default class of hnsw');
same_catalogue($fresh, $as_quiver =~ s/$default/f/r, 'vector has the objects of quiver, without that default');
cmp_ok(scalar(() = $fresh =~ /^member /mg), '>', 190, 'and there are many');
my $version = $node->safe_psql('as_vector', q(SELECT extversion FROM pg_extension WHERE extname = 'vector'));
like($version, qr/^[1-9]\d*\.\d+\.\d+$/, 'the version is above those of pgvector');

foreach my $other ([ 'as_quiver', 'vector' ], [ 'as_vector', 'quiver' ])
{
	my ($database, $extension) = @$other;
	foreach my $schema ('public', 'elsewhere')
	{
		like(
			error_of($database, "CREATE SCHEMA IF NOT EXISTS elsewhere; CREATE EXTENSION $extension SCHEMA $schema"),
			qr/ERROR:  extensions "quiver" and "vector" cannot be in one database\n.*\nHINT:  .*ALTER EXTENSION vector UPDATE/,
			"$extension is refused in $database, schema $schema");
	}
}

# ---- dump and restore ----

my $tables = q(
	CREATE TABLE items (id int PRIMARY KEY, v vector(3), h halfvec(3), s sparsevec(3), b bit(3));
	INSERT INTO items
	SELECT i, ARRAY[i, i % 7, i % 11]::vector, ARRAY[i, i % 5, 1]::halfvec, ARRAY[i, 0, i % 3]::sparsevec,
		binary_quantize(ARRAY[i % 2, i % 3, i % 5]::vector)
	FROM generate_series(1, 500) AS i;
	CREATE INDEX items_v ON items USING hnsw (v vector_l2_ops) WITH (m = 8, ef_construction = 40);
	CREATE INDEX items_h ON items USING hnsw (h halfvec_cosine_ops);
	CREATE INDEX items_b ON items USING hnsw (b bit_hamming_ops);
	CREATE INDEX items_order ON items (v);
	CREATE VIEW near AS SELECT id, v <-> '[1,1,1]' AS d FROM items ORDER BY v <-> '[1,1,1]' LIMIT 10;
);
my $content = q(SELECT md5(string_agg(items::text, ';' ORDER BY id)), (SELECT string_agg(near::text, ';') FROM near) FROM items);
$node->safe_psql('as_vector', $tables);
my $dump = PostgreSQL::Test::Utils::tempdir() . '/dump.sql';
$node->command_ok([ 'pg_dump', '-f', $dump, $node->connstr('as_vector') ], 'a database is dumped');
like(slurp_file($dump), qr/^CREATE EXTENSION IF NOT EXISTS vector /m, 'the dump wants the extension vector');
$node->command_ok([ 'psql', '-Xq', '-v', 'ON_ERROR_STOP=1', '-f', $dump, $node->connstr('restored') ], 'and is restored');
is($node->safe_psql('restored', $content), $node->safe_psql('as_vector', $content), 'with the same content');
like(
	$node->safe_psql('restored', 'SET enable_seqscan = off; SET enable_sort = off; EXPLAIN SELECT * FROM near'),
	qr/Index Scan using items_v/, 'and its indexes');

# ---- a catalogue made old ----

# What an older version can have: other properties, fewer objects, more objects. Written by hand, in the direction
# opposite to the update; the update must not leave a trace of it.
$node->safe_psql('old', 'CREATE EXTENSION vector');
$node->safe_psql('old', $tables);
$node->safe_psql(
	'old', q(
	COMMENT ON EXTENSION vector IS 'old';
	COMMENT ON TYPE vector IS 'old';
	ALTER FUNCTION l2_distance(vector, vector) VOLATILE PARALLEL UNSAFE COST 7;
	ALTER TYPE vector SET (SUBSCRIPT = NONE, STORAGE = extended);
	ALTER OPERATOR <= (vector, vector) SET (RESTRICT = scalarltsel, JOIN = scalarltjoinsel);
	UPDATE pg_operator SET oprcom = oid WHERE oid = '- (vector, vector)'::regoperator;
	UPDATE pg_operator SET oprcanhash = false, oprcanmerge = false WHERE oid = '= (vector, vector)'::regoperator;
	UPDATE pg_opclass SET opcdefault = NOT opcdefault WHERE opcname = 'vector_l2_ops';
	UPDATE pg_cast SET castcontext = 'e' WHERE castsource = 'halfvec'::regtype AND casttarget = 'vector'::regtype;
	-- missing: a class with its functions, a cast, a whole type with what depends on it, a support function
	ALTER EXTENSION vector DROP OPERATOR FAMILY vector_ops USING hash;
	ALTER EXTENSION vector DROP OPERATOR CLASS vector_ops USING hash;
	DROP OPERATOR FAMILY vector_ops USING hash;
	ALTER EXTENSION vector DROP FUNCTION vector_hash(vector);
	DROP FUNCTION vector_hash(vector);
	ALTER EXTENSION vector DROP CAST (vector AS real[]);
	DROP CAST (vector AS real[]);
	CREATE TEMPORARY TABLE gone AS
	SELECT a.oid, amprocfamily, amproc::oid AS function FROM pg_amproc AS a JOIN pg_opfamily AS f ON f.oid = amprocfamily
	WHERE amprocnum = 4 AND opfname = 'vector_ip_ops';
	DELETE FROM pg_depend WHERE classid = 'pg_amproc'::regclass AND objid IN (SELECT oid FROM gone);
	DELETE FROM pg_amproc WHERE oid IN (SELECT oid FROM gone);
	-- more than there should be: a support function, a function, a class with an operator of its own
	CREATE FUNCTION old_support(internal) RETURNS internal
		AS '$libdir/quiver', 'quiver_hnsw_vector_l2_metric' LANGUAGE C;
	ALTER OPERATOR FAMILY vector_cosine_ops USING hnsw ADD FUNCTION 3 (vector, vector) old_support(internal);
	CREATE OPERATOR <@@> (LEFTARG = vector, RIGHTARG = vector, FUNCTION = l2_distance, COMMUTATOR = <@@>);
	CREATE OPERATOR CLASS old_ops FOR TYPE vector USING hnsw AS
		OPERATOR 1 <@@> (vector, vector) FOR ORDER BY float_ops,
		FUNCTION 1 vector_l2_squared_distance(vector, vector), FUNCTION 4 hnsw_vector_l2_metric(internal);
	ALTER EXTENSION vector ADD FUNCTION old_support(internal);
	ALTER EXTENSION vector ADD OPERATOR <@@> (vector, vector);
	ALTER EXTENSION vector ADD OPERATOR FAMILY old_ops USING hnsw;
	ALTER EXTENSION vector ADD OPERATOR CLASS old_ops USING hnsw;
	CREATE INDEX items_old ON items USING hnsw (v old_ops);
	UPDATE pg_extension SET extversion = '0.5.0' WHERE extname = 'vector';
));
isnt(catalogue($node, 'old'), $fresh, 'the catalogue is an old one');

# An index that needs what is not there any more stops the update before anything has happened.
my $before = catalogue($node, 'old');
like(
	error_of('old', 'ALTER EXTENSION vector UPDATE'),
	qr/ERROR:  indexes use .*\nDETAIL:  Nothing was changed\. The indexes: items_old \(hnsw old_ops\)\.\nHINT:  .*DROP INDEX items_old;/,
	'an index of a class that goes away is named');
same_catalogue(catalogue($node, 'old'), $before, 'and nothing was changed');
$node->safe_psql('old', 'DROP INDEX items_old');

# Nor does it take over what is somebody else's.
$node->safe_psql('old', q(CREATE FUNCTION vector_hash(vector) RETURNS integer LANGUAGE sql AS 'SELECT 1'));
like(
	error_of('old', 'ALTER EXTENSION vector UPDATE'),
	qr/ERROR:  function vector_hash\(vector\) is not a member of extension "vector"/, 'a function of the user stops the update');
$node->safe_psql('old', 'DROP FUNCTION vector_hash(vector)');
$node->safe_psql('old', 'CREATE CAST (vector AS real[]) WITH FUNCTION vector_to_float4(vector, integer, boolean)');
like(
	error_of('old', 'ALTER EXTENSION vector UPDATE'),
	qr/ERROR:  cast from vector to real\[\] exists and is not part of extension "vector"/, 'so does a cast of the user');
$node->safe_psql('old', 'DROP CAST (vector AS real[])');

my $files = q(SELECT string_agg(relname || ' ' || pg_relation_filenode(oid), ',' ORDER BY relname)
	FROM pg_class WHERE relname LIKE 'items%');
my $filenodes = $node->safe_psql('old', $files);
is(error_of('old', 'ALTER EXTENSION vector UPDATE'), '', 'the update runs');
same_catalogue(catalogue($node, 'old'), $fresh, 'the catalogue is that of a new installation');
is($node->safe_psql('old', $files), $filenodes, 'no table and no index was rewritten');
is($node->safe_psql('old', $content), $node->safe_psql('as_vector', $content), 'the content is the same');
is(foreign_indexes($node, 'old'), '', 'indexes in the format of this version stay in use');

# ---- an index in another format ----

# pgvector's magic number instead of ours, at the start of the metapage's contents.
sub forge
{
	my ($database, $index) = @_;
	my $file = $node->data_dir . '/' . $node->safe_psql($database, "SELECT pg_relation_filepath('$index')");
	$node->stop;
	open(my $handle, '+<:raw', $file) or die "$file: $!";
	seek($handle, 24, 0);
	print $handle pack('L', 0xA953A953);
	close($handle);
	$node->start;
}
forge('old', 'items_v');
my $listed = "items_v|items|pgvector|%s|REINDEX INDEX CONCURRENTLY public.items_v";
is(foreign_indexes($node, 'old'), sprintf($listed, 't'), 'an index in the format of pgvector is listed');
my $refusal = qr/ERROR:  hnsw index "items_v" cannot be read\nDETAIL:  .*pgvector.*\nHINT:  .*REINDEX INDEX CONCURRENTLY public\.items_v/;
my $by_index = q(SET enable_seqscan = off; SET enable_sort = off; SELECT id FROM items ORDER BY v <-> '[1,1,1]' LIMIT 3;);
my $insert = q(INSERT INTO items (id, v) VALUES (1000, '[1,1,1.5]'););
like(error_of('old', $by_index), $refusal, 'a scan of it is refused');
like(error_of('old', $insert), $refusal, 'an insertion, too');

$node->safe_psql('old', q(UPDATE pg_extension SET extversion = '0.8.0' WHERE extname = 'vector'));
like(
	error_of('old', 'ALTER EXTENSION vector UPDATE'),
	qr/^WARNING:  1 index is out of use until rebuilt\nDETAIL:  .*: items_v\.\nHINT:  .*\\gexec$/, 'the update warns of it');
is(foreign_indexes($node, 'old'), sprintf($listed, 'f'), 'and takes it out of use');
is(error_of('old', $insert), '', 'rows can be inserted without it');
is($node->safe_psql('old', $by_index), "1\n1000\n2", 'and found without it');
is(error_of('old', 'VACUUM items'), '', 'and vacuumed');
rebuild_foreign_indexes($node, 'old');
is(foreign_indexes($node, 'old'), '', 'the listed command rebuilds it');
like($node->safe_psql('old', "EXPLAIN $by_index" =~ s/EXPLAIN (.*;) SELECT/$1 EXPLAIN SELECT/r),
	qr/Index Scan using items_v/, 'it is in use again');
is($node->safe_psql('old', $by_index), "1\n1000\n2", 'with the row that came meanwhile');
is($node->safe_psql('old', q(SELECT * FROM quiver_index_check('items_v'))), '', 'and nothing is wrong with it');

# ---- the way back, as far as it goes without pgvector's library: nothing of the extension can be called there ----

$node->safe_psql('postgres', 'CREATE DATABASE there');
$node->safe_psql('there', 'CREATE EXTENSION vector');
$node->safe_psql('there', $tables);
# Not in one go: the way from an old version of pgvector to a newer one would be through quiver. Also where each update is
# within a savepoint, but not when the first of them has been undone.
my $way = "ALTER EXTENSION vector UPDATE; RELEASE a; SAVEPOINT b; ALTER EXTENSION vector UPDATE TO '0.8.6'";
my $made_old = q(UPDATE pg_extension SET extversion = '0.8.0' WHERE extname = 'vector');
foreach my $begin ("BEGIN; $made_old; SAVEPOINT a", "BEGIN; SAVEPOINT a; $made_old")
{
	like(error_of('there', "$begin; $way"), qr/^ERROR:  this update of extension "vector" would lead through quiver and back/,
		'back in the transaction of the way there is refused');
}
like(
	error_of('there', "BEGIN; SAVEPOINT a; $made_old; ALTER EXTENSION vector UPDATE; ROLLBACK TO a; ALTER EXTENSION vector UPDATE TO '0.8.6'; ROLLBACK"),
	qr/^WARNING:  3 indexes are out of use until rebuilt/, 'that one has been undone');

# Whoever may create objects in the schema of the extension gets nothing called or looked at by a superuser's update.
my $traps = q(
	CREATE TABLE trapped (n int);
	CREATE VIEW quiver_member AS SELECT 0::oid AS classid, 0::oid AS objid;
	CREATE FUNCTION trap() RETURNS void LANGUAGE sql AS 'INSERT INTO public.trapped VALUES (1)';
	CREATE FUNCTION format(text, text) RETURNS text LANGUAGE sql AS 'SELECT trap(); SELECT NULL::text';
	CREATE FUNCTION format(text, text, text) RETURNS text LANGUAGE sql AS 'SELECT trap(); SELECT NULL::text';
	CREATE FUNCTION format(text, regclass) RETURNS text LANGUAGE sql AS 'SELECT trap(); SELECT NULL::text';
	CREATE FUNCTION unnest(text[]) RETURNS SETOF text LANGUAGE sql AS 'SELECT trap(); SELECT NULL::text';
	CREATE FUNCTION pg_describe_object(regclass, oid, int) RETURNS text LANGUAGE sql AS 'SELECT trap(); SELECT NULL::text';
	CREATE FUNCTION obj_description(oid, text) RETURNS text LANGUAGE sql AS 'SELECT trap(); SELECT NULL::text';
	CREATE FUNCTION array_position(text[], text) RETURNS int LANGUAGE sql AS 'SELECT trap(); SELECT 1';
	CREATE FUNCTION quiver_adopt_member(text, regtype) RETURNS void LANGUAGE sql AS 'SELECT trap()');
foreach my $types ('oid, regclass', 'oid, regtype', 'oid, regprocedure', 'oid, regoperator', 'oid, regnamespace', 'regproc, regprocedure',
	'regtype, regtype', 'name, name', 'text[], text[]')
{
	my ($left, $right) = split(/, /, $types);
	$traps .= ";CREATE FUNCTION trap($types) RETURNS boolean LANGUAGE sql AS 'SELECT trap(); SELECT false'";
	foreach my $operator ($types eq 'name, name' ? '~' : ('=', '<>'))
	{
		$traps .= ";CREATE OPERATOR public.$operator (LEFTARG = $left, RIGHTARG = $right, FUNCTION = trap)";
	}
}
$node->safe_psql('postgres', 'CREATE DATABASE trapped TEMPLATE there');
$node->safe_psql('trapped', $traps);
$node->safe_psql('trapped', q(SELECT trap()));
is($node->safe_psql('trapped', q(SELECT 'pg_class'::regclass::oid = 'pg_class'::regclass; SELECT count(*) FROM trapped)), "f\n2", 'a trap works');
like(
	error_of('trapped', q(ALTER EXTENSION vector UPDATE TO '0.8.6')),
	qr/^WARNING:  3 indexes are out of use until rebuilt\n.*\nHINT: .*\z/, 'back to pgvector past traps');
is(error_of('trapped', 'ALTER EXTENSION vector UPDATE'), '', 'and to quiver');
is($node->safe_psql('trapped', 'SELECT count(*) FROM trapped'), '2', 'no trap was stepped into');
my $oids = q(SELECT md5(string_agg(objid::text, ' ' ORDER BY objid)) FROM pg_depend WHERE deptype = 'e'
	AND objid IN ('vector'::regtype, '<->(vector,vector)'::regoperator, 'l2_distance(vector,vector)'::regprocedure));
my $oids_before = $node->safe_psql('there', $oids);
like(
	error_of('there', q(ALTER EXTENSION vector UPDATE TO '0.8.6')),
	qr/^WARNING:  3 indexes are out of use until rebuilt\nDETAIL:  .*: items_b, items_h, items_v\.\nHINT:  .*REINDEX INDEX CONCURRENTLY/,
	'back to pgvector');
is($node->safe_psql('there', q(SELECT extversion, (SELECT string_agg(DISTINCT probin, ' ') FROM pg_proc WHERE probin ~ 'quiver|vector')
	FROM pg_extension WHERE extname = 'vector')), '0.8.6|$libdir/vector', 'all functions are in its library');
is($node->safe_psql('there', q(SELECT count(*) FROM pg_proc WHERE probin ~ 'vector' AND prosrc ~ 'quiver')), '0', 'under its names');
is($node->safe_psql('there', $oids), $oids_before, 'under the oids they had');
is(error_of('there', 'ALTER EXTENSION vector UPDATE'), '', 'and to quiver again');
same_catalogue(catalogue($node, 'there'), $fresh, 'the catalogue is that of a new installation');
is($node->safe_psql('there', $content), $node->safe_psql('as_vector', $content), 'the content is the same');

done_testing();

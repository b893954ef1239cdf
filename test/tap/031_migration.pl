# From each release of pgvector to quiver in place, with real libraries and full tables. Needs them installed beside quiver:
# PGVECTOR_SOURCE=checkout scripts/test.sh tap.

use strict;
use warnings FATAL => 'all';

use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use VectorTest;

# Their control files, which name the library (scripts/lib/pgvector.sh).
my ($share) = run_command([ 'pg_config', '--sharedir' ]);
my @versions = map { m{/vector--([\d.]+)\.control$} ? $1 : () } glob("$share/extension/vector--*.control");
plan skip_all => 'no pgvector beside quiver: set PGVECTOR_SOURCE to a checkout of it' unless @versions;
@versions = sort { version_number($a) <=> version_number($b) } @versions;

sub version_number
{
	my ($major, $minor, $patch) = split(/\./, shift);
	return ($major * 1000 + $minor) * 1000 + $patch;
}

my $node = PostgreSQL::Test::Cluster->new('migration');
$node->init;
$node->append_conf('postgresql.conf', "jit = off\nautovacuum = off\n");
$node->start;
$node->safe_psql('postgres', 'CREATE DATABASE fresh');
$node->safe_psql('fresh', 'CREATE EXTENSION vector');
my $fresh = catalogue($node, 'fresh');

# What a database of this version can hold: type of column => classes of hnsw; classes of ivfflat below.
sub columns_of
{
	my ($version) = @_;
	return () if $version < version_number('0.5.0');
	my %columns = (v => [ 'vector(3)', qw(vector_l2_ops vector_ip_ops vector_cosine_ops) ]);
	return %columns if $version < version_number('0.7.0');
	$columns{h} = [ 'halfvec(3)', qw(halfvec_l2_ops halfvec_ip_ops halfvec_cosine_ops) ];
	$columns{b} = [ 'bit(3)', qw(bit_hamming_ops bit_jaccard_ops) ];
	return %columns;
}

# Out and into another database, which has never seen pgvector.
sub dumped_and_restored
{
	my ($version, $when, $content) = @_;
	my $database = 'from_' . $version =~ s/\./_/gr;
	my $copy = "${when}_$database";
	my $dump = PostgreSQL::Test::Utils::tempdir() . "/$copy.sql";
	$node->safe_psql('postgres', "CREATE DATABASE $copy; ALTER DATABASE $copy SET search_path = public, ext");
	$node->command_ok([ 'pg_dump', '-f', $dump, $node->connstr($database) ], "$version: dumped $when the update");
	$node->command_ok(
		[ 'psql', '-Xq', '-v', 'ON_ERROR_STOP=1', '-f', $dump, $node->connstr($copy) ], "$version: restored");
	is($node->safe_psql($copy, $content), $node->safe_psql($database, $content), "$version: with the same content");
	is($node->safe_psql($copy, 'SELECT count(*) FROM pg_index WHERE indisvalid'),
		$node->safe_psql($database, 'SELECT count(*) FROM pg_index WHERE indisvalid'), "$version: and the same indexes");
}

foreach my $version (@versions)
{
	my $number = version_number($version);
	my %columns = columns_of($number);
	my $database = 'from_' . $version =~ s/\./_/gr;
	$node->safe_psql('postgres', "CREATE DATABASE $database");
	my $run = sub { return $node->safe_psql($database, shift) };
	my $error = sub {
		my ($stdout, $stderr);
		$node->psql($database, shift, stdout => \$stdout, stderr => \$stderr, on_error_stop => 1);
		return $stderr;
	};

	# Not in public, and with all that holds on to objects of the extension.
	$run->(
		qq(
		ALTER DATABASE $database SET search_path = public, ext;
		CREATE SCHEMA ext;
		CREATE EXTENSION vector VERSION '$version' SCHEMA ext;));
	$run->(
		q(
		CREATE TABLE items (id int PRIMARY KEY, v vector(3));
		INSERT INTO items SELECT i, ARRAY[i, i % 7, i % 11]::vector FROM generate_series(1, 1000) AS i;
		CREATE INDEX items_order ON items (v);
		CREATE VIEW near AS SELECT id, v <-> '[3,1,4]' AS d FROM items ORDER BY v <-> '[3,1,4]' LIMIT 10;
		CREATE TABLE derived (v vector, n double precision GENERATED ALWAYS AS (vector_norm(v)) STORED,
			other vector(2) DEFAULT '[1,2]', CHECK (vector_dims(v) < 100));
		INSERT INTO derived (v) SELECT v FROM items LIMIT 10;
		CREATE TABLE parts (id int, v vector(3)) PARTITION BY RANGE (id);
		CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM (0) TO (100);
		INSERT INTO parts SELECT id, v FROM items WHERE id < 100;
		CREATE FUNCTION nearest(vector) RETURNS int STABLE LANGUAGE sql
			AS 'SELECT id FROM items ORDER BY v <-> $1 LIMIT 1';
		CREATE ROLE some_) . $database . q(;
		REVOKE EXECUTE ON FUNCTION l2_distance(vector, vector) FROM public;
	));
	my %expected;
	if ($number >= version_number('0.7.0'))
	{
		$run->(q(
			ALTER TABLE items ADD h halfvec(3), ADD b bit(3), ADD s sparsevec(3);
			UPDATE items SET h = v::halfvec, b = binary_quantize(v - '[0,3,5]'), s = v::sparsevec;));
	}
	foreach my $column (sort keys %columns)
	{
		my ($type, @classes) = @{ $columns{$column} };
		foreach my $class (@classes)
		{
			$run->("CREATE INDEX items_$class ON items USING hnsw ($column $class)");
			$expected{"items_$class"} = 'items';
		}
	}
	if (%columns)
	{
		$run->('CREATE INDEX parts_v ON parts USING hnsw (v vector_l2_ops)');
		$expected{parts_1_v_idx} = 'parts_1';
		$run->('CREATE UNLOGGED TABLE "Un logged" (v vector(3)); CREATE INDEX "Un Idx" ON "Un logged" USING hnsw (v vector_l2_ops)');
		$expected{'"Un Idx"'} = '"Un logged"';
	}
	my %of_lists = (v => [qw(vector_l2_ops vector_ip_ops vector_cosine_ops)]);
	if ($number >= version_number('0.7.0'))
	{
		$of_lists{h} = [qw(halfvec_l2_ops halfvec_ip_ops halfvec_cosine_ops)];
		$of_lists{b} = ['bit_hamming_ops'];
	}
	foreach my $column (sort keys %of_lists)
	{
		foreach my $class (@{ $of_lists{$column} })
		{
			$run->("CREATE INDEX lists_$class ON items USING ivfflat ($column $class) WITH (lists = 3)");
			$expected{"lists_$class"} = 'items';
		}
	}
	$run->('VACUUM ANALYZE');
	# Without indexes: what they find is approximate before, and not theirs to say afterwards.
	my $content = 'SET enable_indexscan = off; SELECT md5(string_agg(items::text, chr(10) ORDER BY id)) FROM items
		UNION ALL SELECT string_agg(near::text, chr(10)) FROM near
		UNION ALL SELECT string_agg(derived::text, chr(10)) FROM derived
		UNION ALL SELECT string_agg(parts::text, chr(10)) FROM parts
		UNION ALL SELECT nearest($$[500,3,5]$$)::text
		UNION ALL SELECT string_agg(v::text, chr(10)) FROM (SELECT v FROM items ORDER BY v LIMIT 10) AS t';
	my $content_before = $run->($content);
	my $files = q(SELECT string_agg(relname || ' ' || pg_relation_filenode(oid), ',' ORDER BY relname)
		FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'i', 'm'));
	my $files_before = $run->($files);

	dumped_and_restored($version, 'before', $content);

	# Indexes of what is not there: refused as a whole, until they are gone.
	my @unknown = ([ 'ivfflat', 'v', 'vector_l2_ops' ]);
	push @unknown, [ 'hnsw', 'v', 'vector_l1_ops' ], [ 'hnsw', 's', 'sparsevec_l2_ops' ] if $number >= version_number('0.7.0');
	@unknown = grep { $fresh !~ /^member operator class $_->[2] for access method $_->[0]:/m } @unknown;
	$run->("CREATE INDEX not_ours_$_->[0]_$_->[2] ON items USING $_->[0] ($_->[1] $_->[2])") foreach @unknown;
	if (@unknown)
	{
		my $before = catalogue($node, $database);
		my $refusal = $error->('ALTER EXTENSION vector UPDATE');
		like($refusal, qr/DETAIL:  Nothing was changed\./, "$version: refused because of indexes");
		like($refusal, qr/HINT: .*DROP INDEX public\.not_ours_$_->[0]_$_->[2];/, "$version: names $_->[0] $_->[2]") foreach @unknown;
		same_catalogue(catalogue($node, $database), $before, "$version: nothing was changed");
		$run->("DROP INDEX not_ours_$_->[0]_$_->[2]") foreach @unknown;
	}
	like(
		$error->("SELECT '[1,2]'::vector; ALTER EXTENSION vector UPDATE"),
		qr/ERROR:  quiver cannot be loaded into a process that has loaded pgvector\n.*\n.*HINT:  Connect anew\./s,
		"$version: refused in a connection that has used pgvector");

	# A connection that has pgvector in its memory when the update happens: told to leave, whatever it does next.
	my $older = IPC::Run::start(
		[ 'psql', '-XqAt', '-d', $node->connstr($database) ],
		'<', \my $in, '>', \my $out, '2>', \my $err, IPC::Run::timeout(180));
	$in = "SELECT count(*) FROM near; \\echo ready\n";
	$older->pump until $out =~ /ready/;

	my $warning = $error->('ALTER EXTENSION vector UPDATE');
	like($warning, qr/^psql:<stdin>:1: WARNING:  \d+ indexes are out of use until rebuilt/, "$version: updated");
	unlike($warning, qr/ERROR/, "$version: without an error");
	$in = "SELECT count(*) FROM near;\n SELECT '[1]'::vector;\n INSERT INTO parts VALUES (51, '[1,2,3]');\n \\q\n";
	$older->finish;
	is(scalar(() = $err =~ /ERROR:  quiver cannot be loaded|HINT:  Connect anew/g), 6,
		"$version: a connection that has used pgvector before is told to connect anew, whatever it does");
	my $acl = qr/"proacl": "[^"]*"|"proacl": \[[^\]]*\]/;
	same_catalogue(catalogue($node, $database) =~ s/$acl/"proacl": null/r, $fresh, "$version: the catalogue is that of a new installation");
	is($run->("SELECT has_function_privilege('some_$database', 'l2_distance(vector, vector)', 'EXECUTE')"), 'f', "$version: privileges are kept");
	is($run->($files), $files_before, "$version: no table and no index was rewritten");
	is($run->($content), $content_before, "$version: the content is the same");

	my $listed = join("\n", map { "$_|$expected{$_}|pgvector|f|REINDEX INDEX CONCURRENTLY public.$_" } sort keys %expected);
	is(foreign_indexes($node, $database), $listed, "$version: the indexes of pgvector are listed, out of use");
	$run->(q(
		INSERT INTO items (id, v) VALUES (2000, '[3,1,4]');
		UPDATE items SET v = '[1,1,1]' WHERE id = 7;
		DELETE FROM items WHERE id % 10 = 0 AND id < 1000;
		INSERT INTO parts VALUES (50, '[3,1,4]');
		INSERT INTO derived (v) VALUES ('[3,4]');));
	$run->('VACUUM');
	is($run->(q(SELECT id FROM items ORDER BY v <-> '[3,1,4]' LIMIT 1)), '2000', "$version: tables are read and written");

	rebuild_foreign_indexes($node, $database);
	is(foreign_indexes($node, $database), '', "$version: all are rebuilt");
	foreach my $index (grep { !/"/ } sort keys %expected)
	{
		is($run->("SELECT count(*) FROM quiver_index_check('$index') WHERE severity = 'error'"), '0', "$version: $index is right");
	}
	$run->('DROP INDEX lists_vector_l2_ops');    # so that the planner takes the other one
	if (%columns)
	{
		my $query = q(SELECT id FROM items ORDER BY v <-> '[3,1,4]' LIMIT 1);
		like($run->("SET enable_seqscan = off; EXPLAIN $query"), qr/Index Scan using items_vector_l2_ops/, "$version: in use again");
		is($run->("SET enable_seqscan = off; $query"), '2000', "$version: and finds what was written meanwhile");
	}

	dumped_and_restored($version, 'after', $content);
}

done_testing();

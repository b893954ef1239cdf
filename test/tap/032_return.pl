# From quiver under the name "vector" back to pgvector in place, and forth again, with the releases themselves; and a dump
# that pgvector reads. Needs them installed beside quiver: PGVECTOR_SOURCE=checkout scripts/test.sh tap.

use strict;
use warnings FATAL => 'all';

use File::Copy qw(copy);
use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use VectorTest;

my ($share) = run_command([ 'pg_config', '--sharedir' ]);
my ($library) = run_command([ 'pg_config', '--pkglibdir' ]);
# Those with a script from quiver and a library.
my @versions = sort grep { -e "$share/extension/vector--$_.control" }
  map { m{/vector--returned--([\d.]+)\.sql$} ? $1 : () } glob("$share/extension/vector--returned--*.sql");
plan skip_all => 'no pgvector beside quiver: set PGVECTOR_SOURCE to a checkout of it' unless @versions;

my $node = PostgreSQL::Test::Cluster->new('return');
$node->init;
$node->append_conf('postgresql.conf', "jit = off\nautovacuum = off\n");
$node->start;
$node->safe_psql('postgres', 'CREATE DATABASE fresh');
$node->safe_psql('fresh', 'CREATE EXTENSION vector');
my $fresh = catalogue($node, 'fresh');

# pgvector's library under its own name, as `make install` of that version leaves it. Not written into: others have it in memory.
sub install_library
{
	my ($version) = @_;
	copy("$library/pgvector-$version.so", "$library/vector.so.new") or die $!;
	rename("$library/vector.so.new", "$library/vector.so") or die $!;
	return;
}
END { unlink("$library/vector.so") if @versions; }

# Of what a test installation has different from a real one: the name of the library, and its own comment.
sub of_pgvector
{
	my ($catalogue) = @_;
	$catalogue =~ s{\$libdir/pgvector-[\d.]+}{\$libdir/vector}g;
	$catalogue =~ s/^(extension: \w+).*/$1/mg;
	return $catalogue;
}

# Runs statements in a new connection and returns what is said, without positions and context.
sub said
{
	my ($database, $sql) = @_;
	my ($stdout, $stderr);
	$node->psql($database, $sql, stdout => \$stdout, stderr => \$stderr, on_error_stop => 1);
	return join("\n", map { s/^psql:<stdin>:\d+: //r } grep { !/^(CONTEXT|PL|SQL)/ } split(/\n/, $stderr));
}

my %classes = (
	hnsw => {
		v => [qw(vector_l2_ops vector_ip_ops vector_cosine_ops vector_l1_ops)],
		h => [qw(halfvec_l2_ops halfvec_ip_ops halfvec_cosine_ops halfvec_l1_ops)],
		s => [qw(sparsevec_l2_ops sparsevec_ip_ops sparsevec_cosine_ops sparsevec_l1_ops)],
		b => [qw(bit_hamming_ops bit_jaccard_ops)],
	},
	ivfflat => {
		v => [qw(vector_l2_ops vector_ip_ops vector_cosine_ops)],
		h => [qw(halfvec_l2_ops halfvec_ip_ops halfvec_cosine_ops)],
		b => [qw(bit_hamming_ops)],
	});

# A table of every type with an index of every class, and what holds on to objects of the extension.
sub fill
{
	my ($database) = @_;
	$node->safe_psql(
		$database, q(
		CREATE TABLE items (id int PRIMARY KEY, v vector(3), h halfvec(3), s sparsevec(3), b bit(3),
			n double precision GENERATED ALWAYS AS (vector_norm(v)) STORED, CHECK (vector_dims(v) < 100));
		INSERT INTO items (id, v) SELECT i, ARRAY[i, i % 7, i % 11]::vector FROM generate_series(1, 1000) AS i;
		UPDATE items SET h = v::halfvec, s = v::sparsevec, b = binary_quantize(v - '[0,3,5]');
		CREATE INDEX items_order ON items (v);
		CREATE VIEW near AS SELECT id, v <-> '[3,1,4]' AS d FROM items ORDER BY v <-> '[3,1,4]' LIMIT 10;
		CREATE TABLE parts (id int, v vector(3)) PARTITION BY RANGE (id);
		CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM (0) TO (100);
		INSERT INTO parts SELECT id, v FROM items WHERE id < 100;
		CREATE INDEX parts_v ON parts USING hnsw (v vector_l2_ops);
		CREATE UNLOGGED TABLE "Un logged" (v vector(3));
		CREATE INDEX "Un Idx" ON "Un logged" USING hnsw (v vector_l2_ops);
		REVOKE EXECUTE ON FUNCTION l2_distance(vector, vector) FROM public;));
	foreach my $method (sort keys %classes)
	{
		foreach my $column (sort keys %{ $classes{$method} })
		{
			my $options = $method eq 'ivfflat' ? 'WITH (lists = 3)' : 'WITH (m = 8)';
			$node->safe_psql($database, "CREATE INDEX ${method}_$_ ON items USING $method ($column $_) $options")
			  foreach @{ $classes{$method}{$column} };
		}
	}
	return;
}

my $content = 'SET enable_indexscan = off; SELECT md5(string_agg(items::text, chr(10) ORDER BY id)) FROM items
	UNION ALL SELECT string_agg(near::text, chr(10)) FROM near
	UNION ALL SELECT string_agg(parts::text, chr(10)) FROM parts
	UNION ALL SELECT string_agg(v::text, chr(10)) FROM (SELECT v FROM items ORDER BY v LIMIT 10) AS t';
my $files = q(SELECT string_agg(relname || ' ' || pg_relation_filenode(oid), ',' ORDER BY relname)
	FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'i', 'm'));
my $acl = qr/"proacl": "[^"]*"|"proacl": \[[^\]]*\]/;
# As docs/migration.md says.
my $rebuild = q(SELECT format('REINDEX INDEX CONCURRENTLY %s', indexrelid::regclass)
	FROM pg_index JOIN pg_class AS c ON c.oid = indexrelid JOIN pg_am AS a ON a.oid = relam
	WHERE amname IN ('hnsw', 'ivfflat') AND relkind = 'i' AND NOT indisvalid \gexec
);
my $nearest = q(SELECT id FROM items ORDER BY v <-> '[3,1,4.5]' LIMIT 1);

foreach my $version (@versions)
{
	my $database = 'from_' . $version =~ s/\./_/gr;
	my $run = sub { return $node->safe_psql($database, shift) };
	install_library($version);
	$node->safe_psql('postgres', "CREATE DATABASE $database");
	$run->("CREATE EXTENSION vector VERSION '$version'");
	my $theirs = of_pgvector(catalogue($node, $database));
	fill($database);
	my $ours = $run->(q(SELECT count(*) FROM pg_class JOIN pg_am AS a ON a.oid = relam WHERE amname IN ('hnsw', 'ivfflat') AND relkind = 'i'));
	my $content_before = $run->($content);

	unlike(said($database, 'ALTER EXTENSION vector UPDATE'), qr/ERROR/, "$version: to quiver");
	rebuild_foreign_indexes($node, $database);
	my $files_before = $run->($files);

	# A connection that has quiver in its memory when pgvector comes back.
	my $older = IPC::Run::start([ 'psql', '-XqAt', '-d', $node->connstr($database) ],
		'<', \my $in, '>', \my $out, '2>', \my $err, IPC::Run::timeout(180));
	$in = "SELECT count(*) FROM near; \\echo ready\n";
	$older->pump until $out =~ /ready/;
	my $warning = said($database, "ALTER EXTENSION vector UPDATE TO '$version'");
	like($warning, qr/\AWARNING:  $ours indexes are out of use until rebuilt\nDETAIL: .*\nHINT:  .*REINDEX INDEX CONCURRENTLY[^\n]*\z/,
		"$version: and back");
	$in = "SELECT count(*) FROM near;\n SELECT '[1]'::vector;\n INSERT INTO parts VALUES (51, '[1,2,3]');\n \\q\n";
	$older->finish;
	is(scalar(() = $err =~ /ERROR:  attempt to redefine parameter/g), 3, "$version: a connection that has used quiver before gets errors");

	same_catalogue(of_pgvector(catalogue($node, $database)) =~ s/$acl/"proacl": null/r, $theirs, "$version: the catalogue is pgvector's");
	is($run->(q(SELECT extversion FROM pg_extension WHERE extname = 'vector')), $version, "$version: so is its version");
	is($run->(q(SELECT count(*) FROM pg_proc WHERE probin LIKE '%quiver%')), '0', "$version: nothing needs quiver's library");
	is($run->($files), $files_before, "$version: no table and no index was rewritten");
	is($run->($content), $content_before, "$version: the content is the same");
	$run->(q(INSERT INTO items (id, v) VALUES (2000, '[3,1,4.5]'); DELETE FROM items WHERE id = 500; VACUUM));
	is($run->($nearest), '2000', "$version: tables are read and written");

	$run->($rebuild);
	is($run->('SELECT count(*) FROM pg_index WHERE NOT indisvalid OR NOT indisready'), '0', "$version: all indexes are rebuilt");
	foreach my $index (qw(hnsw_vector_l2_ops ivfflat_vector_l2_ops))
	{
		my ($method) = $index =~ /^([a-z]+)_/;
		my $others = join(', ', map { "${_}_vector_l2_ops" } grep { $_ ne $method } sort keys %classes);
		like($run->("BEGIN; DROP INDEX $others; SET LOCAL enable_seqscan = off; EXPLAIN $nearest; ROLLBACK"),
			qr/Index Scan using $index/, "$version: $index is in use");
		is($run->("BEGIN; DROP INDEX $others; SET LOCAL enable_seqscan = off; SET LOCAL ivfflat.probes = 3; $nearest; ROLLBACK"),
			'2000', "$version: and finds what was written meanwhile");
	}
	foreach my $operator ([ 'h', '<=>' ], [ 's', '<+>' ], [ 's', '<#>' ], [ 'b', '<%>' ])
	{
		my ($column, $sign) = @$operator;
		my $query = "SELECT count(*) FROM (SELECT id FROM items ORDER BY $column $sign (SELECT $column FROM items WHERE id = 7) LIMIT 5) AS t";
		is($run->("SET enable_seqscan = off; $query"), '5', "$version: a search by $sign of $column");
	}

	unlike(said($database, 'ALTER EXTENSION vector UPDATE'), qr/ERROR/, "$version: to quiver again");
	same_catalogue(catalogue($node, $database) =~ s/$acl/"proacl": null/r, $fresh, "$version: the catalogue is that of a new installation");
	rebuild_foreign_indexes($node, $database);
	is($run->(q(SELECT count(*) FROM pg_class JOIN pg_am AS a ON a.oid = relam, quiver_index_check(pg_class.oid)
		WHERE amname IN ('hnsw', 'ivfflat') AND relkind = 'i')), '0', "$version: and its indexes are right");
}

# ---- what is in the way, named before anything has changed ----

my $target = $versions[-1];
my $back = "ALTER EXTENSION vector UPDATE TO '$target'";
$node->safe_psql('postgres', 'CREATE DATABASE ours');
$node->safe_psql('ours', 'CREATE EXTENSION vector; CREATE TABLE items (id int, v vector(3), big vector(2001));');
my @own = (
	[ 'CREATE VIEW elements AS SELECT v[1] FROM items', 'DROP VIEW elements', qr/DETAIL: .* rule _RETURN on view elements\./ ],
	[ 'CREATE INDEX element ON items ((v[2]))', 'DROP INDEX element', qr/DETAIL: .* index element\./ ],
	[ 'ALTER TABLE items ADD CONSTRAINT positive CHECK (v[1] > 0)', 'ALTER TABLE items DROP CONSTRAINT positive',
		qr/DETAIL: .* constraint positive on table items\./ ],
	[ 'CREATE FUNCTION first(x vector) RETURNS real LANGUAGE sql RETURN x[1]', 'DROP FUNCTION first', qr/DETAIL: .* function first\(vector\)\./ ],
	[ 'CREATE VIEW grouped AS SELECT v, count(*) FROM items GROUP BY v', 'DROP VIEW grouped', qr/DETAIL: .* view grouped\./ ],
	[ 'CREATE VIEW united AS SELECT v FROM items UNION SELECT v FROM items', 'DROP VIEW united', qr/DETAIL: .* view united\./ ],
	[ 'CREATE INDEX hashed ON items USING hash (v)', 'DROP INDEX hashed', qr/DETAIL: .*index hashed depends on operator class/s ],
	[ 'CREATE TABLE spread (v vector(3)) PARTITION BY HASH (v)', 'DROP TABLE spread', qr/DETAIL: .*table spread depends on operator class/s ],
	[ 'CREATE VIEW mean AS SELECT binary_quantize_mean(v) FROM items', 'DROP VIEW mean', qr/DETAIL: .*view mean depends on function/s ]);
my $before = catalogue($node, 'ours');
foreach my $own (@own)
{
	my ($create, $drop, $detail) = @$own;
	$node->safe_psql('ours', $create);
	my $error = said('ours', $back);
	like($error, qr/^ERROR: /m, "refused: $create");
	like($error, $detail, 'with its name');
	$node->safe_psql('ours', $drop);
}
same_catalogue(catalogue($node, 'ours'), $before, 'and nothing was changed');

# Options and sizes that pgvector does not have.
$node->safe_psql(
	'ours', q(
	CREATE INDEX tuned ON items USING hnsw (v vector_l2_ops) WITH (m = 8, ef_search = 100, layout = fast);
	CREATE INDEX plain ON items USING hnsw (v vector_l1_ops) WITH (ef_search = 100);
	CREATE INDEX large ON items USING hnsw (big vector_l2_ops);));
like(said('ours', $back), qr/^WARNING:  pgvector cannot rebuild indexes of so many dimensions\n.*: large\.\nHINT:  DROP INDEX large;/m,
	'indexes that are too large are named');
is($node->safe_psql('ours', q(SELECT relname, reloptions FROM pg_class WHERE relname IN ('tuned', 'plain') ORDER BY 1)),
	"plain|\ntuned|{m=8}", 'options that are ours are gone');
$node->safe_psql('ours', 'DROP INDEX large');
$node->safe_psql('ours', $rebuild);
is($node->safe_psql('ours', 'SELECT count(*) FROM pg_index WHERE NOT indisvalid'), '0', 'the others are rebuilt');

# An update from one version of pgvector to another shall not take the way through quiver because it is shorter.
$node->safe_psql('postgres', 'CREATE DATABASE older');
my ($older) = map { m{/vector--(0\.[4-7]\.[\d.]+)\.control$} ? $1 : () } glob("$share/extension/vector--0.*.control");
if ($older)
{
	$node->safe_psql('older', "CREATE EXTENSION vector VERSION '$older'");
	my $old = catalogue($node, 'older');
	like(said('older', $back), qr/^ERROR:  this update of extension "vector" would lead through quiver and back\n/,
		"no way through quiver from $older to $target");
	like(said('older', "BEGIN; SAVEPOINT a; $back"), qr/^ERROR:  this update of extension "vector" would lead through quiver and back\n/,
		'nor within a savepoint');
	same_catalogue(catalogue($node, 'older'), $old, 'and nothing was changed');
}

# ---- a dump ----

# Made by quiver and restored into pgvector as it is: no operator class is left out as a default that pgvector does not have.
$node->safe_psql('postgres', "CREATE DATABASE dumped; CREATE DATABASE restored");
$node->safe_psql('dumped', 'CREATE EXTENSION vector');
fill('dumped');
$node->safe_psql('restored', "CREATE EXTENSION vector VERSION '$target'");
my $dump = PostgreSQL::Test::Utils::tempdir() . '/dump.sql';
$node->command_ok([ 'pg_dump', '--no-comments', '-f', $dump, $node->connstr('dumped') ], 'a database with quiver is dumped');
$node->command_ok([ 'psql', '-Xq', '-v', 'ON_ERROR_STOP=1', '-f', $dump, $node->connstr('restored') ], 'and restored into pgvector');
is($node->safe_psql('restored', $content), $node->safe_psql('dumped', $content), 'with the same content');
my $valid = 'SELECT count(*) FROM pg_index WHERE indisvalid';
is($node->safe_psql('restored', $valid), $node->safe_psql('dumped', $valid), 'and the same indexes');

done_testing();

# ivfflat on real data: recall for every class at several numbers of probes, built by one process and
# by several; then sessions that write at the same time, crashes, and a standby.

use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use QuiverTest;

my $node = started_node(
	'ivfflat',
	init => { allows_streaming => 1 },
	conf => [ "wal_consistency_checking = 'all'", 'autovacuum = off', 'max_connections = 20', 'wal_keep_size = 1GB' ]);
$node->backup('base');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($node, 'base', has_streaming => 1);
$standby->start;
load_packages($node);

my $lists = 20;
# class, type, operator, at least so much recall with 1, 4 and 10 probes. Centers depend on the oid of
# the index, so recall varies from run to run: the bounds lie that much below what was measured, which
# was 50, 88 and 98.7 or more (bits: 49, 86 and 97.5).
my @classes = (
	[ 'vector_l2_ops', 'vector(128)', '<->', 43, 83, 96 ],
	[ 'vector_ip_ops', 'vector(128)', '<#>', 43, 83, 96 ],
	[ 'vector_cosine_ops', 'vector(128)', '<=>', 43, 83, 96 ],
	[ 'halfvec_l2_ops', 'halfvec(128)', '<->', 43, 83, 96 ],
	[ 'halfvec_ip_ops', 'halfvec(128)', '<#>', 43, 83, 96 ],
	[ 'halfvec_cosine_ops', 'halfvec(128)', '<=>', 43, 83, 96 ],
	[ 'bit_hamming_ops', 'bit(128)', '<~>', 42, 80, 94 ],
);

sub recall_with
{
	my ($probes, @how) = @_;
	local $ENV{PGOPTIONS} = "-c ivfflat.probes=$probes";
	return recall($node, 't', @how, 40);
}

foreach (@classes)
{
	my ($class, $type, $operator, @bounds) = @$_;
	my $convert = $type =~ /^bit/ ? sub { "binary_quantize($_[0])::$type" } : sub { "$_[0]::$type" };
	my @how = ($operator, $convert->('q.v'));
	my $rows = 'SELECT id, ' . $convert->('embedding') . ' AS v FROM packages ORDER BY id';
	$node->safe_psql('postgres', "CREATE TABLE t AS $rows");
	foreach my $workers (0, 2)
	{
		my ($result, $stdout, $stderr) = $node->psql('postgres',
			"SET client_min_messages = debug1; SET max_parallel_maintenance_workers = $workers;
			SET min_parallel_table_scan_size = 0;
			CREATE INDEX t_v_idx ON t USING ivfflat (v $class) WITH (lists = $lists)");
		is($result, 0, "$class: built with $workers workers");
		if ($workers) { like($stderr, qr/using [12] parallel workers/, "$class: there were workers") }
		else { unlike($stderr, qr/parallel workers/, "$class: there were none") }
		foreach my $i (0 .. 2)
		{
			my $probes = (1, 4, 10)[$i];
			my $recall = recall_with($probes, @how);
			cmp_ok($recall, '>=', $bounds[$i], "$class, $workers workers, $probes probes: recall $recall %");
		}
		is(recall_with($lists, @how), '100.0', "$class, $workers workers: as many probes as lists are exact");
		is_clean($node, "$class, $workers workers");
		$node->safe_psql('postgres', 'DROP INDEX t_v_idx');
	}
	# An index that was there first has rows for centers.
	$node->safe_psql('postgres', "TRUNCATE t; CREATE INDEX t_v_idx ON t USING ivfflat (v $class) WITH (lists = $lists)");
	$node->safe_psql('postgres', "INSERT INTO t $rows");
	my $recall = recall_with(10, @how);
	cmp_ok($recall, '>=', $bounds[2] - 6, "$class, inserted, 10 probes: recall $recall %");
	is(recall_with($lists, @how), '100.0', "$class, inserted: as many probes as lists are exact");
	$node->safe_psql('postgres', 'DELETE FROM t WHERE id % 3 <> 0');
	$node->safe_psql('postgres', 'VACUUM t');
	is(recall_with($lists, @how), '100.0', "$class: exact after DELETE and VACUUM");
	is_clean($node, "$class, after VACUUM");
	$node->safe_psql('postgres', 'DROP TABLE t');
}

# ---- sessions at the same time ----

embeddings($node);
$node->safe_psql('postgres', q(
	CREATE TABLE w (id serial, v vector(16));
	CREATE INDEX w_v_idx ON w USING ivfflat (v) WITH (lists = 30);
	CREATE UNLOGGED TABLE u (id integer, v vector(16));
	CREATE INDEX u_v_idx ON u USING ivfflat (v) WITH (lists = 3);
	INSERT INTO u SELECT i, embedding(i, 0) FROM generate_series(1, 500) AS i;));
my $transactions = from_env('QUIVER_IVFFLAT_TRANSACTIONS', 300);
$node->pgbench(
	"--no-vacuum --client=6 --transactions=$transactions",
	0,
	[qr{actually processed}],
	[qr{^$}],
	'INSERT, DELETE, SELECT and VACUUM at once',
	{
		'insert@60' => 'INSERT INTO w (v) SELECT embedding(i, 0) FROM generate_series(1, 20) AS i;',
		'delete@30' => 'DELETE FROM w WHERE id IN (SELECT id FROM w ORDER BY random() LIMIT 5);',
		'select@30' => 'SELECT id FROM w ORDER BY v <-> (SELECT embedding(7, 1)) LIMIT 10;',
		'vacuum@2' => 'VACUUM w;'
	});
is_clean($node, 'after all of them');

# All ids, by the index.
sub ids
{
	my ($server, $table) = @_;
	local $ENV{PGOPTIONS} = '-c ivfflat.probes=32768';
	return join(' ', sort { $a <=> $b } split(' ', ids_by_index($server, $table, '[' . join(',', (25) x 16) . ']')));
}

sub complete
{
	my ($server, $name) = @_;
	is(ids($server, 'w'), $server->safe_psql('postgres', "SELECT string_agg(id::text, ' ' ORDER BY id) FROM w"),
		"$name: the index has every row of the table once");
}
complete($node, 'after all of them');
$node->wait_for_catchup($standby, 'replay', $node->lsn('insert'));
complete($standby, 'standby');
is_clean($standby, 'standby');

# ---- crashes ----

foreach my $round (1 .. from_env('QUIVER_IVFFLAT_CRASHES', 2))
{
	$node->safe_psql('postgres', q(
		INSERT INTO w (v) SELECT embedding(i, 2) FROM generate_series(1, 500) AS i;
		DELETE FROM w WHERE id % 7 = 0;
		VACUUM w;
		CREATE TABLE IF NOT EXISTS later (id integer, v vector(16));
		INSERT INTO later SELECT i, embedding(i, 1) FROM generate_series(1, 1000) AS i;
		DROP INDEX IF EXISTS later_v_idx;
		CREATE INDEX later_v_idx ON later USING ivfflat (v) WITH (lists = 10);));
	kill_server($node);
	start_again($node);
	complete($node, "crash $round");
	is_clean($node, "crash $round");
	is(scalar(split(' ', ids($node, 'later'))), 1000 * $round, "crash $round: the index that was just built has all rows");
}
is(ids($node, 'u'), '', 'an unlogged index is empty after a crash');
$node->safe_psql('postgres', 'INSERT INTO u SELECT i, embedding(i, 0) FROM generate_series(1, 500) AS i');
is(scalar(split(' ', ids($node, 'u'))), 500, 'and takes rows again');
is_clean($node, 'unlogged');

$node->wait_for_catchup($standby, 'replay', $node->lsn('insert'));
complete($standby, 'standby after the crashes');
unlike(slurp_file($standby->logfile), qr/inconsistent page/, 'no page differs on the standby');

$standby->stop;
$node->stop;
done_testing();

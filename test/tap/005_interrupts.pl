# Builds, insertions, vacuums and scans end soon when they are asked to, by a time limit, a cancel or a
# terminate, leave nothing behind that disturbs, and a small file system or memory is an error, not a crash.

use strict;
use warnings FATAL => 'all';

use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use QuiverTest;

my $node = started_node('interrupts', init => { extra => ['--wal-segsize=1'] }, conf => [ 'autovacuum = off', 'max_wal_size = 2GB' ]);
embeddings($node);
$node->safe_psql('postgres', q(
	CREATE TABLE few AS SELECT i AS id, embedding(i, i)::vector(16) AS v FROM generate_series(1, 3000) AS i;
	CREATE TABLE t (id integer, v vector(64));
	INSERT INTO t SELECT i, (SELECT array_agg(abs(hashint4(i * 64 + j) % 100)) FROM generate_series(1, 64) AS j)::vector
	FROM generate_series(1, 20000) AS i;
	CREATE INDEX few_v ON few USING hnsw (v vector_l2_ops) WITH (m = 8, ef_construction = 32);));

# What takes long, each with its own preparation.
my %long = (
	build => [ '', 'SET max_parallel_maintenance_workers = 0; CREATE INDEX t_v ON t USING hnsw (v vector_l2_ops) WITH (ef_construction = 1000)' ],
	'parallel build' => [ '', q(SET min_parallel_table_scan_size = 0; SET max_parallel_maintenance_workers = 2;
		SET maintenance_work_mem = '64MB'; CREATE INDEX t_v ON t USING hnsw (v vector_l2_ops) WITH (ef_construction = 1000)) ],
	'build beyond memory' => [ '', q(SET client_min_messages = error; SET max_parallel_maintenance_workers = 0;
		SET maintenance_work_mem = '1MB'; CREATE INDEX t_v ON t USING hnsw (v vector_l2_ops) WITH (ef_construction = 1000)) ],
	insertion => [ '', 'INSERT INTO few SELECT id + 100000, v FROM few, generate_series(1, 1000)' ],
	scan => [ '', index_only() . q(SELECT count(*) FROM generate_series(1, 10000) AS q,
		LATERAL (SELECT id FROM few ORDER BY v <-> embedding(q, 1) LIMIT 3000) AS found) ],
	vacuum => [ 'UPDATE few SET v = v', q(SET vacuum_cost_delay = 20; SET vacuum_cost_limit = 1; VACUUM (INDEX_CLEANUP on) few) ],
);

# Seconds until the session is gone or idle after $stop.
sub ends
{
	my ($name, $sql, $set, $stop, $expected) = @_;
	my ($out, $err) = ('', '');
	my $run = IPC::Run::start(
		[ 'psql', '-XAtq', '-d', $node->connstr('postgres') . " application_name='long'",
			map { ('-c', $_) } $set, split /;\s*/, $sql ],
		'<', '/dev/null', '>', \$out, '2>', \$err);
	if ($stop)
	{
		my $active = q(SELECT count(*) FROM pg_stat_activity WHERE application_name = 'long'
			AND backend_type = 'client backend' AND state = 'active' AND now() - query_start > interval '200 ms');
		until ($node->safe_psql('postgres', $active) eq '1')
		{
			$run->pump_nb;
			$run->pumpable or die "$name: it ended too soon: $err";
		}
		$node->safe_psql('postgres', "SELECT $stop(pid) FROM pg_stat_activity WHERE application_name = 'long' AND backend_type = 'client backend'");
	}
	my $asked = time;
	$run->finish;
	like($err, $expected, $name);
	# No bound on a time that a busy machine would miss: the operations themselves take far longer.
	cmp_ok(time - $asked, '<', 30, "$name: at once");
	return;
}

foreach my $what (sort keys %long)
{
	my ($prepare, $sql) = @{ $long{$what} };
	my $rows = $node->safe_psql('postgres', 'SELECT count(*) FROM few');
	$node->safe_psql('postgres', $prepare) if $prepare;
	ends("statement_timeout during $what", $sql, q(SET statement_timeout = '150ms'), '', qr/ERROR:  canceling statement due to statement timeout/);
	ends("pg_cancel_backend during $what", $sql, 'SELECT', 'pg_cancel_backend', qr/ERROR:  canceling statement due to user request/);
	ends("pg_terminate_backend during $what", $sql, 'SELECT', 'pg_terminate_backend', qr/FATAL:  terminating connection due to administrator command/);
	is($node->safe_psql('postgres', q(SELECT count(*) FROM pg_class WHERE relname = 't_v')), '0', "$what: no index is left");
	is($node->safe_psql('postgres', 'SELECT count(*) FROM few'), $rows, "$what: no row is left");
	is($node->safe_psql('postgres', q(SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'parallel worker')), '0', "$what: no worker is left");
	is_clean($node, $what);
}
$node->safe_psql('postgres', 'VACUUM (INDEX_CLEANUP on) few');
is_clean($node, 'vacuumed after all');
is(scalar(split(' ', ids_by_index($node, 'few', '[' . join(',', 1 .. 16) . ']'))), 3000, 'the index has every row');

# ---- a device that is full: files of the server cannot grow beyond a limit ----

# Vectors of one number each, so that the table is small, compressed, and the index is what does not fit.
my $megabytes = 4;
$node->safe_psql('postgres', q(
	CREATE TABLE wide (id integer, v vector(1000));
	ALTER TABLE wide ALTER v SET STORAGE EXTENDED;
	CREATE INDEX wide_v ON wide USING hnsw (v vector_l2_ops) WITH (m = 4, ef_construction = 16);
	CREATE TABLE half (id integer, v halfvec(1000));
	ALTER TABLE half ALTER v SET STORAGE EXTENDED;
	INSERT INTO half SELECT i, array_fill(i, ARRAY[1000])::halfvec FROM generate_series(1, 4000) AS i;));
my $index_file = $node->safe_psql('postgres', q(SELECT pg_relation_filepath('wide_v')));
$node->stop;
{
	# In units of 1024 bytes; segments of the log have 1 MB.
	my $limited = "ulimit -f " . $megabytes * 1024 . "; exec pg_ctl -w -D '" . $node->data_dir . "' -l '" . $node->logfile . "' start";
	system('bash', '-c', "trap '' XFSZ; $limited") == 0 or die 'the server does not start with a file size limit';
	$node->_update_pid(1);
}
my ($ret, $out, $err) = $node->psql('postgres', q(
	INSERT INTO wide SELECT i, array_fill(i, ARRAY[1000])::vector FROM generate_series(1, 5000) AS i));
like($err, qr/ERROR:  could not extend file "$index_file"/, 'an insertion into a full device is an error');
is_clean($node, 'full device');
is($node->safe_psql('postgres', 'SELECT count(*) FROM wide'), '0', 'full device: nothing of it is there');
$node->safe_psql('postgres', 'VACUUM (INDEX_CLEANUP on) wide');
$node->safe_psql('postgres', 'REINDEX INDEX wide_v');
$node->safe_psql('postgres', q(INSERT INTO wide SELECT 1, array_fill(1, ARRAY[1000])::vector));
is_clean($node, 'full device, vacuumed, rebuilt, and a row');
($ret, $out, $err) = $node->psql('postgres', q(
	CREATE INDEX half_v ON half USING hnsw (v halfvec_l2_ops) WITH (m = 4, ef_construction = 16)));
like($err, qr/ERROR:  could not extend file/, 'a build on a full device is an error');
is($node->safe_psql('postgres', q(SELECT count(*) FROM pg_class WHERE relname = 'half_v')), '0', 'full device: no index is left');
is($node->safe_psql('postgres', 'SELECT id FROM wide ORDER BY v <-> array_fill(1, ARRAY[1000])::vector LIMIT 5'), '1', 'the server goes on');

$node->stop;

# ---- little shared memory: 16 MB in /dev/shm, in a name space of the server's own ----

SKIP:
{
	my $small = q(mount -t tmpfs -o size=16m tmpfs /dev/shm && exec unshare --user --map-user=1000);
	skip 'this user may not make name spaces', 3
	  if system('unshare', '--map-root-user', '--mount', 'bash', '-c', "$small true 2>/dev/null") != 0;
	# Not as root, which the server refuses.
	system('unshare', '--map-root-user', '--mount', 'bash', '-c',
		"$small pg_ctl -w -D '" . $node->data_dir . "' -l '" . $node->logfile . "' start") == 0
	  or die 'the server does not start with a small /dev/shm';
	$node->_update_pid(1);
	($ret, $out, $err) = $node->psql('postgres', q(
		SET min_parallel_table_scan_size = 0; SET max_parallel_maintenance_workers = 2; SET maintenance_work_mem = '64MB';
		CREATE INDEX t_v ON t USING hnsw (v vector_l2_ops) WITH (m = 8, ef_construction = 16) WHERE id <= 500));
	like($err, qr/NOTICE:  not enough shared memory for a parallel build of index "t_v"/, 'a small /dev/shm is a notice');
	is($ret, 0, 'and the index is built');
	is_clean($node, 'small /dev/shm');
	$node->stop;
}

unlike(slurp_file($node->logfile), qr/PANIC|was terminated by signal/, 'nothing crashed');
done_testing();

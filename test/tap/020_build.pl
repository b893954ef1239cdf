# CREATE INDEX in circumstances: vectors in the TOAST table, little maintenance_work_mem, a small
# /dev/shm, somebody watching, somebody cancelling.

use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Utils;
use Test::More;
use QuiverTest;

my $node = started_node('build', conf => ['max_parallel_maintenance_workers = 2']);
load_packages($node);

# stderr of a command that succeeds
sub notices
{
	my ($sql) = @_;
	my ($result, $stdout, $stderr) = $node->psql('postgres', $sql);
	is($result, 0, "done: $sql") or diag($stderr);
	return $stderr;
}

sub clean
{
	my ($index, $name, $except) = @_;
	my $where = $except ? "WHERE code <> '$except'" : '';
	is($node->safe_psql('postgres', "SELECT * FROM quiver_index_check('$index') $where"), '', "$name: clean");
}

# 3,000 vectors of 3 KB each are all in the TOAST table, which nobody has counted: the heap itself
# has some 25 pages. The build gets workers and memory for what there really is.
$node->safe_psql(
	'postgres', q(
	CREATE TABLE long (id int, v vector(768)) WITH (autovacuum_enabled = off);
	INSERT INTO long SELECT i, (SELECT array_agg(sin(i * k)) FROM generate_series(1, 768) k)::vector
		FROM generate_series(1, 3000) i;));
my $stderr = notices('SET client_min_messages = debug1; CREATE INDEX long_v_idx ON long USING hnsw (v vector_l2_ops)');
like($stderr, qr/using [12] parallel workers/, 'workers for a table that is mostly TOAST');
unlike($stderr, qr/NOTICE/, 'nothing to complain about');
clean('long_v_idx', 'built by workers');
is($node->safe_psql('postgres',
	'SET enable_seqscan = off; SELECT count(*) FROM (SELECT FROM long ORDER BY v <-> (SELECT v FROM long WHERE id = 7)) s'),
	3000, 'every row is found');
$stderr = notices('SET client_min_messages = debug1; SET max_parallel_maintenance_workers = 0; REINDEX INDEX long_v_idx');
unlike($stderr, qr/parallel workers/, 'no workers when none are allowed');
$node->safe_psql('postgres', 'ALTER TABLE long SET (parallel_workers = 0)');
$stderr = notices('SET client_min_messages = debug1; REINDEX INDEX long_v_idx');
unlike($stderr, qr/parallel workers/, 'nor when the table has none');
$node->safe_psql('postgres', 'ALTER TABLE long RESET (parallel_workers)');

# A table that has become larger than its statistics say does not run out of memory that there is.
$node->safe_psql(
	'postgres', q(
	CREATE TABLE grown (v vector(3)) WITH (autovacuum_enabled = off, parallel_workers = 2);
	INSERT INTO grown SELECT ARRAY[1, 2, i]::vector FROM generate_series(1, 10) i;
	ANALYZE grown;
	INSERT INTO grown SELECT ARRAY[i % 7, i % 89, i]::vector FROM generate_series(1, 30000) i;));
unlike(notices('CREATE INDEX ON grown USING hnsw (v vector_l2_ops)'), qr/NOTICE/, 'statistics of a smaller table');

# A graph beyond 1 GB, which is more than the server allocates in one piece unless it is asked to. Three million
# rows are only what the statistics say, so next to nothing of the memory is used.
$node->safe_psql(
	'postgres', q(
	UPDATE pg_class SET reltuples = 3e6, relpages = pg_relation_size(oid) / current_setting('block_size')::integer
		WHERE oid = 'grown'::regclass;));
like(notices(q(SET max_parallel_maintenance_workers = 0; SET maintenance_work_mem = '1100MB';
		CREATE INDEX grown_large ON grown USING hnsw (v vector_l2_ops))),
	qr/needs about 1[2-9]\d\d MB .*\n.*fit into the 1100 MB it has/, 'a graph of more than 1 GB');
clean('grown_large', 'built with more than 1 GB');

# Nor less than the statistics say. A build by workers takes shared memory for so many rows only, one without takes what
# it may; the rest of the rows comes one by one.
$node->safe_psql('postgres', q(UPDATE pg_class SET reltuples = 10 WHERE oid = 'grown'::regclass));
like(notices('CREATE INDEX grown_few ON grown USING hnsw (v vector_l2_ops)'),
	qr/no longer fits into the memory set aside for it after \d+ tuples\n.*thought to have 10 rows/,
	'statistics of a table without rows');
clean('grown_few', 'built with the memory for fewer rows', 'unreachable');

# And a system that has less memory than is allowed: 14 MB, so that 8 are left of 1024 that were halved until they could be had.
{
	my $session = $node->background_psql('postgres', on_error_stop => 0);
	my $pid = $session->query_safe('SELECT pg_backend_pid()');
	$session->query_safe(q(SET maintenance_work_mem = '1GB'; SET max_parallel_maintenance_workers = 0;
		CREATE INDEX grown_first ON grown USING hnsw (v vector_l2_ops);
		UPDATE pg_class SET reltuples = 10 WHERE oid = 'grown'::regclass));
	my ($size) = slurp_file("/proc/$pid/status") =~ /^VmSize:\s+(\d+) kB/m;
	system_or_bail('prlimit', "--pid=$pid", '--as=' . ($size + 14 * 1024) * 1024);
	$session->query('CREATE INDEX grown_less ON grown USING hnsw (v vector_l2_ops)');
	like($session->{stderr},
		qr/no longer fits into the memory that the system gave for it after \d+ tuples\n.*There were 8 MB; 16 MB of the 1024 MB/,
		'less memory than is allowed');
	$session->quit;
	clean('grown_less', 'built with less memory than is allowed', 'unreachable');
}

# The memory it would take is named before it runs out. With a third of it: complete and good. (Rows
# that are inserted one by one may be left without a way to them, which is a warning.)
foreach my $workers (0, 2)
{
	$node->safe_psql('postgres', "ALTER TABLE packages SET (parallel_workers = $workers)");
	$stderr = notices(
		"SET maintenance_work_mem = '1MB'; CREATE INDEX packages_idx ON packages USING hnsw (embedding vector_l2_ops) WITH (m = 50, ef_construction = 100)");
	like($stderr,
		qr/NOTICE:  index "packages_idx" needs about 3 MB of maintenance_work_mem.*NOTICE:  hnsw graph no longer fits into maintenance_work_mem after \d+ tuples/s,
		"$workers workers: too little memory is said twice");
	clean('packages_idx', "$workers workers, too little memory", 'unreachable');
	$node->safe_psql('postgres', 'ALTER TABLE packages RENAME COLUMN embedding TO v');
	cmp_ok(recall($node, 'packages', '<->', 'q.v', 40), '>=', 98, "$workers workers, too little memory: recall");
	$node->safe_psql('postgres',
		'ALTER TABLE packages RENAME COLUMN v TO embedding; DROP INDEX packages_idx');
}

# The ends of what can be asked for, together: dimensions, m, workers, memory; rows that come and go then.
$node->safe_psql(
	'postgres', q(
	CREATE TABLE ends (one vector(1), most vector(16000), bits bit(64000)) WITH (autovacuum_enabled = off);
	INSERT INTO ends SELECT ARRAY[i]::vector, (SELECT array_agg(sin(i * k)) FROM generate_series(1, 16000) AS k)::vector,
		(SELECT string_agg((hashint4(i * 64000 + k) & 1)::text, '') FROM generate_series(1, 64000) AS k)::bit(64000)
		FROM generate_series(1, 20) AS i;));
foreach my $column ('one vector_l2_ops', 'most vector_ip_ops', 'bits bit_hamming_ops')
{
	foreach my $m (2, 100)
	{
		foreach my $memory ('1MB', '2147483647kB')
		{
			foreach my $workers (0, 2)
			{
				my $name = "$column, m = $m, $memory, $workers workers";
				my ($result, $stdout, $err) = $node->psql('postgres', qq(
					SET client_min_messages = warning; SET maintenance_work_mem = '$memory';
					ALTER TABLE ends SET (parallel_workers = $workers);
					CREATE INDEX ends_idx ON ends USING hnsw ($column) WITH (m = $m, ef_construction = @{[ 2 * $m ]})));
				is($err, '', "$name: built");
				$node->safe_psql('postgres', 'INSERT INTO ends SELECT one + one, most + most, ~bits FROM ends LIMIT 10');
				$node->safe_psql('postgres', 'DELETE FROM ends WHERE ctid IN (SELECT ctid FROM ends LIMIT 10)');
				$node->safe_psql('postgres', 'VACUUM (INDEX_CLEANUP on) ends');
				is($node->safe_psql('postgres', q(SELECT count(*) FROM quiver_index_check('ends_idx') WHERE severity = 'error')), '0', "$name: clean");
				$node->safe_psql('postgres', 'DROP INDEX ends_idx');
			}
		}
	}
}

# Rows that only an old snapshot sees, their vectors in the TOAST table.
$node->safe_psql(
	'postgres', q(
	CREATE TABLE old (id int, v vector(768)) WITH (autovacuum_enabled = off);
	INSERT INTO old SELECT id, v FROM long WHERE id <= 200;
	CREATE INDEX old_idx ON old USING hnsw (v vector_l2_ops)));
my $snapshot = $node->background_psql('postgres');
# It must not have touched the table, whose lock REINDEX would wait for.
$snapshot->query_safe('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT pg_current_snapshot();');
$node->safe_psql('postgres', 'UPDATE old SET v = v + v WHERE id % 2 = 0; DELETE FROM old WHERE id % 3 = 0; VACUUM old');
foreach my $rebuild ('REINDEX INDEX old_idx', 'REINDEX INDEX CONCURRENTLY old_idx')
{
	# The second waits for the old snapshot.
	$snapshot->query_safe('COMMIT;') if $rebuild =~ /CONCURRENTLY/;
	notices($rebuild);
	clean('old_idx', "$rebuild, rows that are dead but not gone");
	$node->safe_psql('postgres', 'UPDATE old SET v = v + v WHERE id % 5 = 0; DELETE FROM old WHERE id % 7 = 0');
}
$snapshot->quit;

# Whoever looks sees what is being done and how far it is; whoever cancels is heard.
my $build = $node->background_psql('postgres', on_error_stop => 0);
$build->query_until(qr/started/, q(\echo started
CREATE INDEX slow_idx ON long USING hnsw (v vector_l2_ops) WITH (m = 100, ef_construction = 1000);
));
ok( $node->poll_query_until(
		'postgres', q(SELECT EXISTS (SELECT FROM pg_stat_progress_create_index
			WHERE phase = 'building index: loading tuples' AND tuples_total BETWEEN 2000 AND 4000
			AND tuples_done BETWEEN 1 AND 3000))),
	'progress of loading');
$node->safe_psql('postgres', q(SELECT pg_cancel_backend(pid) FROM pg_stat_progress_create_index));
ok( $node->poll_query_until('postgres',
		q(SELECT NOT EXISTS (SELECT FROM pg_stat_activity WHERE query LIKE '%slow_idx%' AND state = 'active'
			AND pid <> pg_backend_pid()))),
	'cancelled, workers too');
is($node->safe_psql('postgres', q(SELECT to_regclass('slow_idx') IS NULL)), 't', 'nothing is left of it');
$build->quit;

# At whatever moment: the time limit grows until the build is done, so it hits every phase.
my $cancelled = 0;
for (my $limit = 20;; $limit = int($limit * 1.3))
{
	my ($result, $stdout, $err) = $node->psql('postgres',
		"SET statement_timeout = $limit; CREATE INDEX timed_idx ON long USING hnsw (v vector_l2_ops)");
	last if $result == 0;
	like($err, qr/canceling statement due to statement timeout/, "cancelled after $limit ms");
	$cancelled++;
}
cmp_ok($cancelled, '>', 0, "cancelled $cancelled times");
clean('timed_idx', 'built in the end');
$node->stop;

# A /dev/shm too small for the graph: the build is serial and says so.
SKIP:
{
	# A mount of one's own, then an identity that is not root again, which the server insists on.
	my @inside = ('unshare', '-rm', 'sh', '-c',
		'mount -t tmpfs -o size=12m tmpfs /dev/shm && exec unshare -U --map-user=1000 --map-group=1000 "$@"', 'sh');
	skip 'no private /dev/shm: unshare is not permitted here', 4
	  if system("@inside[0..3] 'mount -t tmpfs -o size=12m tmpfs /dev/shm && unshare -U --map-user=1000 true' 2>/dev/null") != 0;
	is(system(@inside, 'pg_ctl', '-w', '-D', $node->data_dir, '-l', $node->logfile, 'start'), 0, 'started with a small /dev/shm');
	$node->_update_pid(1);
	$stderr = notices('SET client_min_messages = debug1; REINDEX INDEX long_v_idx');
	like($stderr, qr/NOTICE:  not enough shared memory for a parallel build of index "long_v_idx"/, 'said');
	clean('long_v_idx', 'built without workers');
	$node->stop;
}

done_testing();

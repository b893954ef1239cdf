# Every fault point is reached, and at each of them an operation may fail, run out of memory, or die
# with the server: what was committed stays, the indexes stay in order, and life goes on.
#
# A point that include/quiver/store/points.def has and this file does not reach is a failure.
# QUIVER_CRASH_DEPTH: after how many writes of an operation the server dies, each in turn (3);
# QUIVER_FAULT_ACTIONS: what happens at a point ('error crash'; 'memory' is the third).

use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use QuiverTest;

my $depth = from_env('QUIVER_CRASH_DEPTH', 3);
my @actions = split ' ', from_env('QUIVER_FAULT_ACTIONS', 'error crash');
my %says = (
	error => qr/ERROR:  fault point /,
	memory => qr/ERROR:  out of memory/,
	crash => qr/server closed the connection|terminat/);
my $node = started_node('points', conf => [ 'autovacuum = off', 'restart_after_crash = on', 'max_wal_size = 4GB' ]);
my $names = $node->safe_psql('postgres', q(LOAD 'quiver'; SHOW quiver.fault_point_names));
BAIL_OUT('this server has no fault points: make FAULT_POINTS=1') unless $names =~ /insert_searched/;
embeddings($node);
$node->safe_psql('postgres', q(
	CREATE FUNCTION long_embedding(id integer) RETURNS vector LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
		'SELECT array_agg(abs(hashint4(id * 300 + i) % 50) ORDER BY i)::vector FROM generate_series(1, 300) AS i';
	CREATE TABLE big AS SELECT i AS id, embedding(i, i) AS v FROM generate_series(1, 6000) AS i;
	ALTER TABLE big ALTER v TYPE vector(16);
	CREATE TABLE small AS SELECT i AS id, embedding(i, 0) AS v FROM generate_series(1, 150) AS i;
	ALTER TABLE small ALTER v TYPE vector(16);
	INSERT INTO small SELECT 200 + i, embedding(1, 0) FROM generate_series(1, 20) AS i;));

# ---- how each point is reached: statements, what is done to the table before, and for a race what another session does
# meanwhile ----

my $insert = 'INSERT INTO t SELECT i, embedding(i, 1) FROM generate_series(1000, 1150) AS i';
my $insert_equal = 'INSERT INTO t SELECT 2000 + i, embedding(2, 0) FROM generate_series(1, 12) AS i';
my $vacuum = 'VACUUM (INDEX_CLEANUP on) t';
my $drain = index_only() . "SET hnsw.ef_search = 4; SELECT count(*) FROM (SELECT id FROM t ORDER BY v <-> embedding(1, 0) LIMIT 100000) AS x";
my $first = 'INSERT INTO empty VALUES (1, embedding(1, 0))';
# The same for inverted lists: of 300 dimensions, so that some rows fill a page; the lists of l are there, those of fresh come
# with its rows.
my $into_lists = 'INSERT INTO l SELECT i, long_embedding(i) FROM generate_series(1000, 1040) AS i';
my $into_fresh = 'INSERT INTO fresh SELECT i, long_embedding(i) FROM generate_series(1, 25) AS i';
my $vacuum_lists = 'VACUUM (INDEX_CLEANUP on) l';
my $reindex_lists = 'SET max_parallel_maintenance_workers = 0; REINDEX INDEX l_v';
my $drain_lists = index_only() . "SET ivfflat.probes = 4; SELECT count(*) FROM (SELECT id FROM l ORDER BY v <-> long_embedding(1)) AS x";
# The entry node dies, one other node lives.
my $entry_goes = q(DO $$
	DECLARE
		before integer;
		next_id integer := 5000;
	BEGIN
		DELETE FROM t;
		LOOP
			before := entry_level FROM quiver_index_info('t_v');
			INSERT INTO t SELECT next_id, array_fill(next_id, ARRAY[16])::vector;
			EXIT WHEN before = entry_level FROM quiver_index_info('t_v');
			DELETE FROM t WHERE id = next_id;
			next_id := next_id + 1;
		END LOOP;
	END $$);
# What a crash leaves of a page that was added and not filled.
my $zero_page = q(DO $$
	BEGIN
		EXECUTE format('COPY (SELECT) TO PROGRAM %L',
			'cat >/dev/null; head -c 8192 /dev/zero >>' || pg_relation_filepath('t_v'));
	END $$);
my $reindex = 'SET max_parallel_maintenance_workers = 0; REINDEX INDEX t_v';

my %reached_by = (
	page_written => [$insert],
	page_added => [$insert],
	insert_entry_read => [$insert],
	insert_first_written => [$first],
	insert_record_withdrawn => [$first, waits_at => 'insert_first_written',
		meanwhile => 'INSERT INTO empty VALUES (2, embedding(2, 0))'],
	insert_searched => [$insert],
	insert_noted => [$insert],
	insert_page_added => [$insert],
	insert_page_filled => [$insert],
	free_list_mended => [$first, waits_at => 'insert_page_added',
		meanwhile => 'INSERT INTO empty VALUES (2, embedding(2, 0))'],
	insert_base_written => [$insert],
	insert_upper_written => [$insert],
	insert_link_offered => [$insert],
	insert_linked => [$insert],
	insert_promoted => [$first],
	tids_added => [$insert_equal],
	tids_chunk_written => [$insert_equal],
	tids_chunk_mended => [$insert_equal, waits_at => 'tids_chunk_written', meanwhile => $insert_equal],
	vacuum_begun => [$vacuum],
	vacuum_page => [$vacuum],
	vacuum_chunk_swept => [$vacuum],
	vacuum_chunk_taken_out => [$vacuum],
	vacuum_chunk_freed => [$vacuum],
	vacuum_chains_swept => [$vacuum],
	vacuum_dead_noted => [$vacuum],
	vacuum_page_swept => [$vacuum],
	vacuum_done => [$vacuum],
	vacuum_cleanup => [$vacuum],
	vacuum_looked => [$vacuum],
	vacuum_entry_replaced => [$vacuum, setup => $entry_goes],
	vacuum_lists_planned => [$vacuum],
	vacuum_lists_repaired => [$vacuum],
	vacuum_node_offered => [$vacuum],
	vacuum_paths_followed => [$vacuum],
	vacuum_repaired => [$vacuum],
	vacuum_records_freed => [$vacuum],
	vacuum_page_adopted => [$vacuum, setup => $zero_page],
	vacuum_slots_freed => [$vacuum],
	vacuum_lists_published => [$vacuum],
	build_begun => [$reindex],
	build_row => [$reindex],
	build_full => [q(SET maintenance_work_mem = '1MB'; SET max_parallel_maintenance_workers = 0;
		CREATE INDEX big_v ON big USING hnsw (v vector_l2_ops))],
	build_scanned => [$reindex],
	build_page_added => [$reindex],
	build_written => [$reindex],
	build_unlogged => [$reindex],
	build_logged => [$reindex],
	build_empty_logged => ['CREATE UNLOGGED TABLE unlogged (v vector(3)); CREATE INDEX ON unlogged USING hnsw (v vector_l2_ops)'],
	scan_entry_read => [$drain],
	search_hop => [$drain],
	scan_round => [$drain],
	scan_sweep_page => [$drain],
	scan_chunk => [$drain],
	lists_nearest_known => [$into_lists],
	lists_directory_added => [$into_fresh],
	lists_founded => [$into_fresh],
	lists_page_added => [$into_lists],
	lists_row_added => [$into_lists],
	lists_insert_moved => [$into_lists],
	lists_centers_written => [$reindex_lists],
	lists_loaded => [$reindex_lists],
	lists_places_freed => [$vacuum_lists],
	lists_list_swept => [$vacuum_lists],
	lists_page_read => [$drain_lists],
);

# ---- one table for each attempt, its rows known ----

sub prepare
{
	$node->safe_psql('postgres', q(
		DROP TABLE IF EXISTS t, empty, l, fresh, unlogged; DROP INDEX IF EXISTS big_v;
		CREATE TABLE t (id integer, v vector(16));
		INSERT INTO t SELECT * FROM small;
		CREATE INDEX t_v ON t USING hnsw (v vector_l2_ops) WITH (m = 4, ef_construction = 16);
		DELETE FROM t WHERE id % 3 = 0;
		-- Twenty equal rows have several chunks of heap TIDs; one of these goes as a whole.
		DELETE FROM t WHERE id BETWEEN 203 AND 218;
		CREATE TABLE empty (id integer, v vector(16));
		CREATE INDEX empty_v ON empty USING hnsw (v vector_l2_ops) WITH (m = 2, ef_construction = 16);
		CREATE TABLE l (id integer, v vector(300));
		INSERT INTO l SELECT i, long_embedding(i) FROM generate_series(1, 60) AS i;
		CREATE INDEX l_v ON l USING ivfflat (v) WITH (lists = 4);
		DELETE FROM l WHERE id % 3 = 0;
		CREATE TABLE fresh (id integer, v vector(300));
		CREATE INDEX fresh_v ON fresh USING ivfflat (v) WITH (lists = 20);));
	return;
}

# Every row of each table is found once by the index, and nothing is wrong with any.
sub in_order
{
	my ($name) = @_;
	is_clean($node, $name);
	local $ENV{PGOPTIONS} = '-c ivfflat.probes=20';
	my %dimensions = (t => 16, empty => 16, l => 300, fresh => 300);
	foreach my $table (sort keys %dimensions)
	{
		my $rows = $node->safe_psql('postgres', "SELECT string_agg(id::text, ' ' ORDER BY id) FROM $table");
		is(join(' ', sort { $a <=> $b } split(' ', ids_by_index($node, $table, '[' . join(',', 1 .. $dimensions{$table}) . ']'))),
			$rows, "$name: the index of $table has every row once");
	}
	return;
}

# Runs what reaches the point, with the action there. Returns what the session said.
sub attempt
{
	my ($point, $action) = @_;
	my ($bare) = $point =~ /^(\w+)/;
	my ($sql, %how) = @{ $reached_by{$bare} };
	my $set = "SET quiver.fault_points = '$point=$action'";
	my $stderr = '';
	if (!$how{meanwhile})
	{
		$node->psql('postgres', join("\n", "$set;", map { "$_;" } split /;\s*/, $sql), stderr => \$stderr);
		return $stderr;
	}
	my $holder = $node->background_psql('postgres');
	$holder->query_safe('SELECT pg_advisory_lock(1)');
	my $session = $node->background_psql('postgres', on_error_stop => 0);
	$session->query_safe("SET quiver.fault_points = '$how{waits_at}=wait:1, $point=$action'");
	start_waiting($session, $sql);
	waits_for_lock($node, 1);
	$node->safe_psql('postgres', $how{meanwhile});
	# Both may lose their connection now.
	eval { $holder->query('SELECT pg_advisory_unlock(1)') };
	# Its error, or the end of the connection.
	for (1 .. 600)
	{
		eval { $session->{run}->pump_nb };
		last if $session->{stderr} =~ /ERROR:|closed the connection|terminat/;
		select(undef, undef, undef, 0.05);
	}
	$stderr = $session->{stderr};
	eval { $_->quit } foreach $session, $holder;
	return $stderr;
}

# before: log_end is how long the log was before the crash.
sub restarted
{
	my ($log_end) = @_;
	$node->wait_for_log(qr/all server processes terminated; reinitializing/, $log_end);
	$node->poll_query_until('postgres', 'SELECT true') or die 'the server did not come back';
	return;
}

sub rows
{
	return $node->safe_psql('postgres',
		'SELECT ' . join(', ', map { "(SELECT count(*) FROM $_)" } qw(t empty l fresh)));
}

sub life_goes_on
{
	my ($name) = @_;
	$node->safe_psql('postgres', "$insert; $insert_equal; INSERT INTO empty SELECT * FROM small; $into_lists; $into_fresh");
	$node->safe_psql('postgres', 'DELETE FROM t WHERE id % 5 = 0; DELETE FROM l WHERE id % 5 = 0; DELETE FROM fresh WHERE id % 5 = 0');
	$node->safe_psql('postgres', "VACUUM (INDEX_CLEANUP on) t, empty, l, fresh");
	$node->safe_psql('postgres', "$insert; $into_lists");
	in_order("$name and more work");
	return;
}

# An error aborts only the statement; a crash, moreover, everything that is not committed.
sub survives
{
	my ($point, $action, $expected) = @_;
	my $name = "$action at $point";
	my (undef, %how) = @{ $reached_by{$point} };
	prepare();
	$node->safe_psql('postgres', $how{setup}) if $how{setup};
	my $before = rows();
	my $log_end = -s $node->logfile;
	my $said = attempt($point, $action);
	like($said, $expected, "$name: it happens") or return;
	restarted($log_end) if $action =~ /crash/;
	is(rows(), $before, "$name: no row comes or goes") unless $how{meanwhile};
	in_order($name);
	life_goes_on($name) if $action =~ /crash/;
	return;
}

foreach my $point (split ' ', $names)
{
	ok($reached_by{$point}, "this test knows how to reach $point") or next;
	survives($point, $_, $says{$_}) foreach @actions;
}

# ---- after each of the first writes of each operation; the postmaster dies, too ----

foreach my $operation ($insert, $insert_equal, $vacuum, $first, $into_lists, $into_fresh, $vacuum_lists)
{
	$reached_by{page_written} = [$operation];
	foreach my $n (1 .. $depth)
	{
		last unless attempted_write($operation, $n);
	}
}

# False when the operation has fewer writes.
sub attempted_write
{
	my ($operation, $n) = @_;
	my $point = "page_written#$n";
	prepare();
	my $before = rows();
	return 0 unless attempt($point, 'crash_all') =~ /server closed the connection|terminat/;
	start_again($node);
	is(rows(), $before, "killed after write $n: no row comes or goes");
	in_order("killed after write $n");
	life_goes_on("killed after write $n");
	return 1;
}

# ---- a worker of a parallel build ----

foreach my $point ('build_row#40', 'build_scanned')
{
	my ($ret, $out, $said) = $node->psql('postgres', qq(
		SET min_parallel_table_scan_size = 0; SET max_parallel_maintenance_workers = 2;
		SET maintenance_work_mem = '64MB';
		SET quiver.fault_points = '$point=error';
		CREATE INDEX big_v ON big USING hnsw (v vector_l2_ops)));
	like($said, qr/ERROR:  fault point/, "error at $point of a parallel build");
	is($node->safe_psql('postgres', q(SELECT count(*) FROM pg_class WHERE relname = 'big_v')), '0', 'it leaves no index');
}
$node->safe_psql('postgres', q(
	SET min_parallel_table_scan_size = 0; SET max_parallel_maintenance_workers = 2;
	CREATE INDEX big_v ON big USING hnsw (v vector_l2_ops)));
is_clean($node, 'the next parallel build');
foreach my $point ('build_row#40', 'lists_page_read')
{
	my ($ret, $out, $said) = $node->psql('postgres', qq(
		SET min_parallel_table_scan_size = 0; SET max_parallel_maintenance_workers = 2;
		SET quiver.fault_points = '$point=error';
		CREATE INDEX big_lists ON big USING ivfflat (v) WITH (lists = 10)));
	like($said, qr/ERROR:  fault point/, "error at $point of a parallel build of lists");
	is($node->safe_psql('postgres', q(SELECT count(*) FROM pg_class WHERE relname = 'big_lists')), '0', 'it leaves no index');
}
$node->safe_psql('postgres', q(
	SET min_parallel_table_scan_size = 0; SET max_parallel_maintenance_workers = 2;
	CREATE INDEX big_lists ON big USING ivfflat (v) WITH (lists = 10)));
is_clean($node, 'the next parallel build of lists');

$node->stop;
done_testing();

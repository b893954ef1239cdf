# The whole server is killed under a mixed load, again and again: at random moments and, where there are
# fault points, every other time at one of those. Each time, every statement that a client was told is
# committed must be there, and the indexes must be in order; after a VACUUM without so much as a warning.
#
# QUIVER_CRASH_CYCLES says how often (5), QUIVER_SEED repeats the sequence of statements and of points.

use strict;
use warnings FATAL => 'all';

use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes 'time';
use QuiverTest;

my $cycles = from_env('QUIVER_CRASH_CYCLES', 5);
my $seed = from_env('QUIVER_SEED', int time);
my $clients = 4;
my $rows_per_client = 120;
srand($seed);
note "QUIVER_SEED=$seed";

my $node = started_node(
	'killed',
	conf => [
		'autovacuum = off',
		'shared_buffers = 2MB',            # so that pages are written out at any time
		'checkpoint_timeout = 30s',
		'bgwriter_delay = 10ms',
		'synchronous_commit = on',
		'wal_writer_delay = 1ms',
	]);
embeddings($node);
$node->safe_psql('postgres', q(
	CREATE TABLE t (id integer, version integer, v vector(16));
	CREATE INDEX t_v ON t USING hnsw (v vector_l2_ops) WITH (m = 8, ef_construction = 32);
	CREATE INDEX t_h ON t USING hnsw ((v::halfvec(16)) halfvec_cosine_ops) WITH (m = 4, ef_construction = 16);));

# What the clients know: id => version. The ids of client c are those with id % clients == c, so what
# one of them was told cannot be changed by another.
my %ledger;
my $next_id = 1;

# Statements of a client, each of which changes one row and answers with one line, and after each of
# them what the client then knows.
sub statements
{
	my ($client, $count) = @_;
	my %rows = map { $_ => $ledger{$_} } grep { $_ % $clients == $client } keys %ledger;
	my @all;
	while (@all < $count)
	{
		my @ids = sort { $a <=> $b } keys %rows;
		my $what = rand;
		if (@ids == 0 || ($what < 0.5 && @ids < $rows_per_client))
		{
			my $id = $next_id++ * $clients + $client;
			$rows{$id} = 0;
			push @all, { id => $id, version => 0,
				sql => "INSERT INTO t VALUES ($id, 0, embedding($id, 0)) RETURNING id;" };
			next;
		}
		my $id = $ids[ rand @ids ];
		if ($what < 0.75)
		{
			delete $rows{$id};
			push @all, { id => $id, sql => "DELETE FROM t WHERE id = $id RETURNING id;" };
		}
		else
		{
			my $version = ++$rows{$id};
			push @all, { id => $id, version => $version,
				sql => "UPDATE t SET version = $version, v = embedding(id, $version) WHERE id = $id RETURNING id;" };
		}
	}
	return @all;
}

sub note_down
{
	my ($statement) = @_;
	if (defined $statement->{version}) { $ledger{ $statement->{id} } = $statement->{version}; }
	else { delete $ledger{ $statement->{id} }; }
	return;
}

# Where a session may kill the server, if the library has fault points, and how late at most.
my %points = (
	client0 => {
		insert_searched => 200, insert_page_filled => 20, insert_page_added => 3, insert_base_written => 200,
		insert_upper_written => 40, insert_link_offered => 900, insert_linked => 200, tids_added => 100,
		tids_chunk_written => 5, page_written => 1500, page_added => 5 },
	vacuum => {
		vacuum_page => 400, vacuum_chunk_swept => 5, vacuum_chains_swept => 50, vacuum_dead_noted => 4,
		vacuum_page_swept => 100, vacuum_done => 6, vacuum_cleanup => 6, vacuum_looked => 6,
		vacuum_entry_replaced => 2, vacuum_lists_planned => 100, vacuum_lists_repaired => 100,
		vacuum_node_offered => 300, vacuum_paths_followed => 6, vacuum_repaired => 6, vacuum_records_freed => 6,
		vacuum_slots_freed => 6, vacuum_lists_published => 6, page_written => 600 },
	scan => { search_hop => 4000, scan_entry_read => 200, scan_chunk => 100 });
my $has_points = $node->safe_psql('postgres',
	q(LOAD 'quiver'; SELECT count(*) FROM pg_settings WHERE name = 'quiver.fault_points')) > 0;

# Statement that makes a session kill the server, for a session and a point of our choice.
sub fate
{
	my $session = (sort keys %points)[ rand keys %points ];
	my $point = (sort keys %{ $points{$session} })[ rand keys %{ $points{$session} } ];
	my $n = 1 + int rand $points{$session}{$point};
	return ($session, "SET quiver.fault_points = '$point#$n=crash_all';\n");
}

# Kills the server as soon as some session has killed the postmaster, or else after $seconds. Whether some
# session has.
sub kill_after
{
	my ($seconds) = @_;
	my $end = time + $seconds;
	my $postmaster = $node->{_pid};
	my @backends;
	while (time < $end)
	{
		my $last = `ps -o pid= --ppid $postmaster`;
		if (!kill(0, $postmaster) || `ps -o stat= -p $postmaster` =~ /^(Z|\s*$)/)
		{
			kill_orphans($node, @backends);
			return 1;
		}
		@backends = split(' ', $last);
		select(undef, undef, undef, 0.01);
	}
	kill_server($node);
	return 0;
}

# A client that sends the statements and writes what it is told to a file. It ends with the server.
my $directory = PostgreSQL::Test::Utils::tempdir;

sub start_client
{
	my ($name, $sql) = @_;
	my ($in, $out) = map { "$directory/$name.$_" } qw(sql out);
	open(my $file, '>', $in) or die "$in: $!";
	print $file $sql;
	close $file;
	return IPC::Run::start([ 'psql', '-XAtq', '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr('postgres') ],
		'<', $in, '>', $out, '2>', "$directory/$name.err");
}

my $committed = 0;
my $warnings = 0;
my $at_points = 0;
my $nodes_freed = 0;
for my $cycle (1 .. $cycles)
{
	my @plans = map { [ statements($_, 1500) ] } 0 .. $clients - 1;
	my %scripts = map { ("client$_" => join("\n", map { $_->{sql} } @{ $plans[$_] })) } 0 .. $#plans;
	# In parallel and not; of the latter the server tells how many nodes were freed.
	$scripts{vacuum} = "SET client_min_messages = debug2;\n"
	  . "VACUUM (INDEX_CLEANUP on, PARALLEL 0) t;\nCHECKPOINT;\nVACUUM (INDEX_CLEANUP on) t;\n" x 300;
	$scripts{scan} = index_only()
	  . "SELECT count(*) FROM (SELECT id FROM t ORDER BY v <-> embedding(7, 1) LIMIT 50) AS x;\n" x 2000;
	my $waits = 0.2 + rand(1.0);
	if ($has_points && $cycle % 2 == 0)
	{
		my ($session, $set) = fate();
		$scripts{$session} = $set . $scripts{$session};
		$waits = 3;
	}
	my @sessions = map { start_client($_, $scripts{$_}) } sort keys %scripts;
	$at_points += kill_after($waits);
	$_->finish foreach @sessions;
	$nodes_freed += $_ foreach slurp_file("$directory/vacuum.err") =~ /: freed (\d+) nodes/g;
	start_again($node);
	is(join('', map { grep { /ERROR/ } split /^/, slurp_file($_) } glob("$directory/*.err")),
		'', "cycle $cycle: no insertion, scan or vacuum had an error");

	my %there = map { split /\|/ } split /\n/, $node->safe_psql('postgres', 'SELECT id, version FROM t');
	foreach my $client (0 .. $#plans)
	{
		my @told = split /\n/, slurp_file("$directory/client$client.out");
		my $plan = $plans[$client];
		$committed += @told;
		note_down($_) foreach @$plan[ 0 .. $#told ];
		# The one under way may have been committed without the client being told.
		my $under_way = $plan->[ scalar @told ];
		next unless defined $under_way;
		my $version = $there{ $under_way->{id} };
		my $after = $under_way->{version};
		note_down($under_way)
		  if (defined $version ? defined $after && $version == $after : !defined $after);
	}
	my $known = join(' ', map { "$_:$ledger{$_}" } sort { $a <=> $b } keys %ledger);
	my $stored = join(' ', map { "$_:$there{$_}" } sort { $a <=> $b } keys %there);
	is($stored, $known, "cycle $cycle: the table has what was committed")
	  or die 'the ledger and the table differ';
	$warnings += is_clean($node, "cycle $cycle");
	is(join(' ', sort { $a <=> $b } split(' ', ids_by_index($node, 't', '[' . join(',', (1) x 16) . ']'))),
		join(' ', sort { $a <=> $b } keys %ledger),
		"cycle $cycle: a scan of the index returns every row once");
	# Every other time; at the others, what one crash left meets the next.
	if ($cycle % 4 >= 2 || $cycle == $cycles)
	{
		is_clean_after_vacuum($node, "cycle $cycle", 't');
	}
	diag "$cycle of $cycles cycles" if $cycle % 10 == 0;
}
cmp_ok($committed, '>', 10 * $cycles, "$committed statements were committed in $cycles cycles");
cmp_ok($nodes_freed, '>', 0, 'vacuums freed nodes meanwhile');
diag "$cycles crashes, $at_points of them at fault points; $committed committed statements, none lost;"
  . " $nodes_freed nodes freed by vacuums; no error found; $warnings warnings"
  . ' (edges to freed slots, unreachable nodes), none after a VACUUM';

$node->stop;
done_testing();

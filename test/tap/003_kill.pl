# The whole server is killed at random moments under a mixed load, again and again. Each time, every
# statement that a client was told is committed must be there, and the indexes must be in order.
#
# QUIVER_CRASH_CYCLES says how often (5), QUIVER_SEED repeats the sequence of statements.

use strict;
use warnings FATAL => 'all';

use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use QuiverTest;

my $cycles = from_env('QUIVER_CRASH_CYCLES', 5);
my $seed = from_env('QUIVER_SEED', time);
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
for my $cycle (1 .. $cycles)
{
	my @plans = map { [ statements($_, 1500) ] } 0 .. $clients - 1;
	my @sessions = map { start_client("client$_", join("\n", map { $_->{sql} } @{ $plans[$_] })) } 0 .. $#plans;
	push @sessions, start_client('vacuum',
		"VACUUM (INDEX_CLEANUP on) t;\nCHECKPOINT;\nVACUUM (INDEX_CLEANUP on) t;\n" x 300);
	push @sessions, start_client('scan', index_only()
		. "SELECT count(*) FROM (SELECT id FROM t ORDER BY v <-> embedding(7, 1) LIMIT 50) AS x;\n" x 2000);
	select(undef, undef, undef, 0.2 + rand(1.0));
	kill_server($node);
	$_->finish foreach @sessions;
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
}
cmp_ok($committed, '>', 10 * $cycles, "$committed statements were committed in $cycles cycles");
diag "$cycles crashes, $committed committed statements, $warnings warnings (unreachable nodes)";

$node->stop;
done_testing();

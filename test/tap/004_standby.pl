# Hot standbys: queries while vacuums and insertions are replayed, never an error, never a wrong row, and at
# the same position of the log the same rows in the same order as on the primary. Then a cascade, a failover,
# the old primary rewound, a base backup and a recovery to a point in time; the pages are compared by
# the server itself (wal_consistency_checking), with checksums on.
#
# QUIVER_STANDBY_QUERIES: how many queries the standbys answer meanwhile, at least (1000).
# QUIVER_STANDBY_SECONDS: how long they do before all are compared (8); as often as it takes.

use strict;
use warnings FATAL => 'all';

use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use QuiverTest;

my $seconds = from_env('QUIVER_STANDBY_SECONDS', 8);
my $queries = from_env('QUIVER_STANDBY_QUERIES', 1000);
my $rows = 1500;
my $primary = started_node(
	'primary',
	init => { allows_streaming => 1, has_archiving => 1, extra => ['--data-checksums'] },
	conf => [
		"wal_consistency_checking = 'generic'", 'autovacuum = off', 'wal_log_hints = on',
		'wal_keep_size = 1GB', 'max_connections = 30', 'hot_standby_feedback = off',
		'max_standby_streaming_delay = 30s',
	]);
embeddings($primary);
$primary->safe_psql('postgres', qq(
	CREATE TABLE t (id integer, v vector(16));
	INSERT INTO t SELECT i, embedding(i, 0) FROM generate_series(1, $rows) AS i;
	CREATE INDEX t_v ON t USING hnsw (v vector_l2_ops) WITH (m = 8, ef_construction = 32);
	CREATE SEQUENCE ids START 10001;));

sub standby_of
{
	my ($source, $name) = @_;
	$source->backup("for_$name");
	my $standby = PostgreSQL::Test::Cluster->new($name);
	$standby->init_from_backup($source, "for_$name", has_streaming => 1);
	$standby->start;
	return $standby;
}

my $first = standby_of($primary, 'first');
my $second = standby_of($first, 'second');    # replays what the first one sends on

sub caught_up
{
	my $lsn = $primary->lsn('insert');
	$primary->wait_for_catchup($first, 'replay', $lsn);
	$first->wait_for_catchup($second, 'replay', $lsn);
	return;
}

# What many queries find, in order, as one value.
sub answers
{
	my ($node) = @_;
	return $node->safe_psql('postgres', index_only() . q(
		SET hnsw.iterative_scan = off;
		SELECT md5(string_agg(found.ids, ';' ORDER BY q)), count(found.ids), sum(found.n)
		FROM generate_series(1, 50) AS q, LATERAL (
			SELECT string_agg(id::text, ' ') AS ids, count(*) AS n
			FROM (SELECT id FROM t ORDER BY v <-> embedding(q * 13, 1) LIMIT 20) AS near) AS found));
}

sub same_answers
{
	my ($name) = @_;
	caught_up();
	my $expected = answers($primary);
	like($expected, qr/\|50\|1000$/, "$name: every query has its 20 rows");
	is(answers($first), $expected, "$name: the standby finds the same");
	is(answers($second), $expected, "$name: the standby of the standby finds the same");
	return;
}
same_answers('built');

# ---- queries on the standbys while a tenth of the rows is deleted, vacuumed away and inserted again ----

my $directory = PostgreSQL::Test::Utils::tempdir;
my $turnovers = 0;

sub write_file
{
	my ($name, $text) = @_;
	open(my $file, '>', "$directory/$name") or die "$name: $!";
	print $file $text;
	close $file;
	return "$directory/$name";
}

my $turnover = write_file('turnover.sql', q(
	DELETE FROM t WHERE id IN (SELECT id FROM t ORDER BY random() LIMIT 150);
	VACUUM (INDEX_CLEANUP on, TRUNCATE off) t;
	INSERT INTO t SELECT id, embedding(id, 2) FROM (SELECT nextval('ids')::integer AS id FROM generate_series(1, 150)) AS new;
));
# Division by zero when a query has too few rows, one twice, or not the nearest first, as when a TID leads
# to a row whose vector is not the one that the index took for it.
my $search = write_file('search.sql', q(
	\set q random(1, 100000)
	SELECT 1 / (count(*) = 20 AND count(DISTINCT id) = 20 AND bool_and(d >= before))::integer FROM
		(SELECT id, d, lag(d, 1, d) OVER () AS before FROM
			(SELECT id, v <-> embedding(:q, 1) AS d FROM t ORDER BY v <-> embedding(:q, 1) LIMIT 20) AS near) AS pairs;
));
# Exactly the rows that the snapshot sees, as the table has them.
my $all = write_file('all.sql', q(
	\set q random(1, 100000)
	SELECT 1 / (found = stored)::integer FROM
		(SELECT (count(*), count(DISTINCT id), sum(id)) AS found FROM
			(SELECT id FROM t ORDER BY v <-> embedding(:q, 1) LIMIT 100000) AS f) AS f,
		(SELECT (count(*), count(*), sum(id)) AS stored FROM t WHERE id > 0) AS s;
));

sub pgbench
{
	my ($node, $clients, @files) = @_;
	my ($out, $err) = ('', '');
	my $run = IPC::Run::start(
		[ 'pgbench', '-n', '-c', $clients, '-T', $seconds, (map { ('-f', $_) } @files), $node->connstr('postgres') ],
		'<', \undef, '>', \$out, '2>', \$err);
	return { run => $run, out => \$out, err => \$err };
}

# Turns rows over and queries the standbys. Returns how many queries ran.
sub churn
{
	my ($name) = @_;
	local $ENV{PGOPTIONS} = '-c enable_sort=off';
	my %runs = (
		standby => pgbench($first, 2, "$search\@100", "$all\@1"),
		cascade => pgbench($second, 1, "$search\@100", "$all\@1"));
	{
		local $ENV{PGOPTIONS} = '';
		$runs{primary} = pgbench($primary, 1, $turnover);
	}
	my %ran;
	foreach my $where (sort keys %runs)
	{
		my $run = $runs{$where};
		$run->{run}->finish;
		is(${ $run->{err} } =~ s/^pgbench \(.*\n//r, '', "$name: no error on $where");
		($ran{$where}) = ${ $run->{out} } =~ /number of transactions actually processed: (\d+)/;
		my ($failed) = ${ $run->{out} } =~ /number of failed transactions: (\d+)/;
		is($failed // 0, 0, "$name: no failed transaction on $where");
		cmp_ok($ran{$where} // 0, '>', 0, "$name: there was work on $where");
	}
	$turnovers += $ran{primary} // 0;
	return ($ran{standby} // 0) + ($ran{cascade} // 0);
}

my $answered = 0;
for (my $round = 1; $answered < $queries; $round++)
{
	my $name = "turnover $round";
	my $ran = churn($name);
	$answered += $ran;
	is_clean($primary, $name);
	caught_up();
	is_clean($first, "$name, standby");
	same_answers($name);
	diag "$answered of $queries queries";
	last if !$ran;
}
cmp_ok($answered, '>=', $queries, "$answered queries on the standbys");
diag "$answered queries on standbys during $turnovers times a tenth deleted, vacuumed, inserted: no error, no wrong answer";

# ---- a cursor of the standby that stays open while its rows' neighbours go and come ----

my $cursor = $first->background_psql('postgres');
$cursor->query_safe(index_only() . 'SET hnsw.ef_search = 10;');
# Its current row, whose page it pins, is on a page without a deleted row: a vacuum of that page would
# have to wait for it, whatever the index.
$primary->safe_psql('postgres', q(INSERT INTO t
	SELECT id, embedding(id, 1) + array_fill(1000, ARRAY[16])::vector FROM generate_series(800001, 800300) AS id));
$primary->safe_psql('postgres', 'DELETE FROM t WHERE id % 3 = 0 AND id < 800000');
caught_up();
my $visible = $first->safe_psql('postgres', 'SELECT count(*), sum(id) FROM t');
$cursor->query_safe(q(BEGIN ISOLATION LEVEL REPEATABLE READ;
	DECLARE c CURSOR FOR SELECT id FROM t ORDER BY v <-> array_fill(1000, ARRAY[16])::vector;));
my @fetched = split /\s+/, $cursor->query_safe('FETCH 5 FROM c');
$primary->safe_psql('postgres', 'VACUUM (INDEX_CLEANUP on, TRUNCATE off) t');
$primary->safe_psql('postgres', q(
	INSERT INTO t SELECT id, embedding(id, 1) FROM (SELECT nextval('ids')::integer AS id FROM generate_series(1, 400)) AS new));
caught_up();
push @fetched, split /\s+/, $cursor->query_safe('FETCH ALL FROM c');
$cursor->query_safe('COMMIT');
$cursor->quit;
my $sum = 0;
$sum += $_ foreach @fetched;
is(@fetched . "|$sum", $visible, 'a cursor of the standby returns what its snapshot sees, over a vacuum and insertions');
same_answers('cursor');

# ---- a base backup, and recovery to a moment in the past ----

$primary->backup('past');
command_ok([ 'pg_verifybackup', $primary->backup_dir . '/past' ], 'pg_verifybackup accepts the base backup');
$primary->safe_psql('postgres', q(
	DELETE FROM t WHERE id % 5 = 0;
	INSERT INTO t SELECT id, embedding(id, 1) FROM (SELECT nextval('ids')::integer AS id FROM generate_series(1, 200)) AS new;));
$primary->safe_psql('postgres', 'VACUUM (INDEX_CLEANUP on, TRUNCATE off) t');
my $moment = $primary->safe_psql('postgres', 'SELECT pg_current_wal_lsn()');
my $then = $primary->safe_psql('postgres', 'SELECT count(*), sum(id) FROM t');
my $answers_then = answers($primary);
$primary->safe_psql('postgres', 'DELETE FROM t WHERE id % 2 = 0');
$primary->safe_psql('postgres', 'VACUUM (INDEX_CLEANUP on, TRUNCATE off) t');
$primary->safe_psql('postgres', 'SELECT pg_switch_wal()');
my $past = PostgreSQL::Test::Cluster->new('past');
$past->init_from_backup($primary, 'past', has_restoring => 1);
$past->append_conf('postgresql.conf', "recovery_target_lsn = '$moment'\nrecovery_target_action = 'promote'");
$past->start;
$past->poll_query_until('postgres', 'SELECT NOT pg_is_in_recovery()') or die 'recovery does not end';
is($past->safe_psql('postgres', 'SELECT count(*), sum(id) FROM t'), $then, 'recovered to a moment: its rows');
is(answers($past), $answers_then, 'recovered to a moment: its answers');
is_clean($past, 'recovered to a moment');
$past->stop;

# ---- failover, the old primary follows ----

caught_up();
my $before = answers($primary);
$primary->safe_psql('postgres', 'CHECKPOINT');
$first->promote;
is(answers($first), $before, 'promoted: the same answers');
# Both write now; what the old primary writes is lost.
$primary->safe_psql('postgres', q(
	INSERT INTO t SELECT i, embedding(i, 0) FROM generate_series(900001, 900300) AS i; DELETE FROM t WHERE id % 7 = 0;));
$primary->safe_psql('postgres', 'VACUUM (INDEX_CLEANUP on, TRUNCATE off) t');
$first->safe_psql('postgres', q(
	INSERT INTO t SELECT id, embedding(id, 1) FROM (SELECT nextval('ids')::integer AS id FROM generate_series(1, 300)) AS new;));
$first->safe_psql('postgres', 'VACUUM (INDEX_CLEANUP on, TRUNCATE off) t; ');
$first->safe_psql('postgres', 'CHECKPOINT');
is_clean($first, 'promoted');
$primary->stop;
my $conf = slurp_file($primary->data_dir . '/postgresql.conf');
command_ok(
	[ 'pg_rewind', '--source-server', $first->connstr('postgres'), '--target-pgdata', $primary->data_dir, '--no-sync' ],
	'pg_rewind');
open(my $file, '>', $primary->data_dir . '/postgresql.conf') or die $!;
print $file $conf;
close $file;
$primary->append_conf('postgresql.conf', "primary_conninfo = '" . $first->connstr . " application_name=primary'");
$primary->set_standby_mode;
$primary->start;
$first->wait_for_catchup($primary, 'replay', $first->lsn('insert'));
is(answers($primary), answers($first), 'rewound: the old primary finds what the new one finds');
is($primary->safe_psql('postgres', 'SELECT count(*) FROM t WHERE id > 900000'), 0, 'rewound: what only it had is gone');
is_clean($primary, 'rewound');

foreach my $node ($primary, $first, $second)
{
	unlike(slurp_file($node->logfile), qr/inconsistent page found|PANIC|page verification failed/,
		$node->name . ': no page differed, none had a wrong checksum');
	$node->stop;
}

done_testing();

# What was committed before a crash is in the index after it, and a standby that replays the log has
# the same pages: checked by the server (wal_consistency_checking) and by asking both.

use strict;
use warnings FATAL => 'all';

use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use QuiverTest;

my $primary = started_node(
	'primary',
	init => { allows_streaming => 1 },
	conf => [ "wal_consistency_checking = 'all'", 'autovacuum = off', 'max_connections = 20' ]);
$primary->backup('base');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($primary, 'base', has_streaming => 1);
$standby->start;

my %column = (
	v => [ '<->', q('[3,1,4,1,5,9,2,6]') ],
	h => [ '<=>', q('[3,1,4,1,5,9,2,6]') ],
	b => [ '<~>', q(B'1011010011') ]);

# Every row that an index of the table returns, as text: with the ids in the order of the scan. The
# order among equal distances is that of the nodes, so it is the same where the pages are.
sub drained
{
	my ($node, $column) = @_;
	my ($operator, $query) = @{ $column{$column} };
	my $rows = "SELECT id FROM t ORDER BY $column $operator $query LIMIT 1000000";
	my $set = 'SET enable_seqscan = off; SET enable_sort = off;';
	my $plan = $node->safe_psql('postgres', "$set EXPLAIN $rows");
	die "not by the index:\n$plan" unless $plan =~ /Index Scan using t_${column}_idx/;
	return $node->safe_psql('postgres', "$set SELECT string_agg(id::text, ' ') FROM ($rows) AS found");
}

# All indexes hold exactly the rows that the table holds.
sub complete
{
	my ($node, $name) = @_;
	foreach my $column (sort keys %column)
	{
		my $expected = $node->safe_psql('postgres',
			"SELECT string_agg(id::text, ' ' ORDER BY id) FROM t WHERE $column IS NOT NULL");
		my $found = join(' ', sort { $a <=> $b } split(' ', drained($node, $column)));
		is($found, $expected, "$name: the index on $column has every row of the table once");
	}
}

sub same_on_standby
{
	my ($name) = @_;
	$primary->wait_for_catchup($standby, 'replay', $primary->lsn('insert'));
	foreach my $column (sort keys %column)
	{
		is(drained($standby, $column), drained($primary, $column),
			"$name: the standby returns the rows of the index on $column in the same order");
	}
}

sub insert
{
	my ($from, $to) = @_;
	return qq(
		INSERT INTO t SELECT i,
			(SELECT array_agg((i * j * 7919) % 97 ORDER BY j) FROM generate_series(1, 8) AS j)::vector,
			(SELECT array_agg((i * j * 10007) % 89 + 1 ORDER BY j) FROM generate_series(1, 8) AS j)::halfvec,
			(i % 1024)::bit(10)
		FROM generate_series($from, $to) AS i;);
}

# an index on rows, and rows that come one by one
$primary->safe_psql('postgres',
	  'CREATE TABLE t (id integer, v vector(8), h halfvec(8), b bit(10));'
	. insert(1, 600)
	. 'CREATE INDEX t_v_idx ON t USING hnsw (v vector_l2_ops);'
	. 'CREATE INDEX t_h_idx ON t USING hnsw (h halfvec_cosine_ops);'
	. 'CREATE INDEX t_b_idx ON t USING hnsw (b bit_hamming_ops);'
	. 'CREATE UNLOGGED TABLE u AS SELECT * FROM t;'
	. 'CREATE INDEX u_v_idx ON u USING hnsw (v);');
same_on_standby('built');
$primary->safe_psql('postgres', insert(601, 1500));
# vectors that are there already
$primary->safe_psql('postgres', 'INSERT INTO t SELECT id + 10000, v, h, b FROM t WHERE id <= 40');
same_on_standby('inserted');
complete($primary, 'inserted');

# updates, deletes, VACUUM, and rows in the places of those that went
$primary->safe_psql('postgres',
	q(UPDATE t SET v = v + '[0,0,0,0,0,0,0,1]', b = ~b WHERE id % 3 = 0; DELETE FROM t WHERE id % 4 = 1;));
$primary->safe_psql('postgres', 'VACUUM t');
$primary->safe_psql('postgres', insert(1501, 1900) . 'UPDATE t SET v = NULL WHERE id % 50 = 0;');
same_on_standby('vacuumed');

# a crash, with a transaction under way whose pages may be on disk already
my $session_output = '';
my $session = IPC::Run::start(
	[ 'psql', '-XAtq', '-d', $primary->connstr('postgres'),
		'-c', 'BEGIN;' . insert(5001, 5300) . 'SELECT pg_sleep(600);' ],
	'>&', \$session_output);
$primary->poll_query_until('postgres',
	"SELECT count(*) = 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep'")
  or die "the open transaction did not get to its end: $session_output";
$primary->safe_psql('postgres', 'CHECKPOINT');
$primary->safe_psql('postgres', insert(1901, 2000) . 'DELETE FROM t WHERE id < 30;');
my $rows = $primary->safe_psql('postgres', 'SELECT count(*), sum(id) FROM t');
$primary->stop('immediate');
$session->kill_kill;
$session->finish;
$primary->start;

is($primary->safe_psql('postgres', 'SELECT count(*), sum(id) FROM t'),
	$rows, 'after the crash: the table has what was committed');
complete($primary, 'after the crash');
is( $primary->safe_psql('postgres',
		q(INSERT INTO u SELECT * FROM t WHERE id = 102; SET enable_seqscan = off;
		  SELECT id FROM u ORDER BY v <-> '[0,0,0,0,0,0,0,0]' LIMIT 9)),
	$primary->safe_psql('postgres', 'SELECT id FROM t WHERE id = 102 AND v IS NOT NULL'),
	'after the crash: the index of an unlogged table is empty and works');

# and it goes on
$primary->safe_psql('postgres', insert(2001, 2200));
$primary->safe_psql('postgres', 'VACUUM t');
$primary->safe_psql('postgres', insert(2201, 2300));
complete($primary, 'after the crash and more rows');
same_on_standby('after the crash');

# the standby takes over
$primary->stop('fast');
$standby->promote;
$standby->safe_psql('postgres', insert(2301, 2400) . 'DELETE FROM t WHERE id % 7 = 0;');
$standby->safe_psql('postgres', 'VACUUM t');
complete($standby, 'promoted');
unlike(slurp_file($standby->logfile), qr/inconsistent page found/, 'no page differed');
$standby->stop;

done_testing();

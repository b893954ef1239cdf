# A scan on a hot standby is held at each stage while a vacuum and insertions are replayed: what it was
# about to visit dies, its place gets another row, the entry point goes. Then it goes on: no error, and
# exactly the rows that its snapshot sees.

use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use QuiverTest;

my $primary = started_node(
	'primary',
	init => { allows_streaming => 1 },
	conf => [ 'autovacuum = off', "wal_consistency_checking = 'generic'", 'max_standby_streaming_delay = 60s' ]);
embeddings($primary);
$primary->safe_psql('postgres', q(
	CREATE TABLE t (id integer, v vector(16));
	INSERT INTO t SELECT i, embedding(i, 0) FROM generate_series(1, 600) AS i;
	INSERT INTO t SELECT 10000 + i, embedding(1, 0) FROM generate_series(1, 40) AS i;
	CREATE INDEX t_v ON t USING hnsw (v vector_l2_ops) WITH (m = 4, ef_construction = 16);
	CREATE SEQUENCE ids START 20001;));
$primary->backup('base');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($primary, 'base', has_streaming => 1);
$standby->start;

my $holder = $standby->background_psql('postgres');

# The stages at which nothing has been fetched from the table, so that no page of it is pinned; a later
# one would only hold up the replay of the table's own vacuum.
my @stages = ('scan_entry_read', 'search_hop', map { "search_hop#$_" } 2, 3, 5, 8, 13, 21);

foreach my $stage (@stages)
{
	foreach my $deleted ('id % 3 = 1', 'true')
	{
		my $name = "scan held at $stage, deleted where $deleted";
		$primary->safe_psql('postgres', "DELETE FROM t WHERE $deleted");
		# Some rows that the snapshot sees.
		$primary->safe_psql('postgres', q(
			INSERT INTO t SELECT id, embedding(id, 1) FROM (SELECT nextval('ids')::integer AS id FROM generate_series(1, 30)) AS new;
			INSERT INTO t SELECT id, embedding(1, 0) FROM (SELECT nextval('ids')::integer AS id FROM generate_series(1, 15)) AS new;));
		$primary->wait_for_catchup($standby, 'replay', $primary->lsn('insert'));
		my $expected = $standby->safe_psql('postgres', q(SELECT string_agg(id::text, ' ' ORDER BY id) FROM t));

		$holder->query_safe('SELECT pg_advisory_lock(1)');
		my $session = $standby->background_psql('postgres');
		$session->query_safe(index_only() . "SET hnsw.ef_search = 40; SET quiver.fault_points = '$stage=wait:1'");
		start_waiting($session, q(SELECT string_agg(id::text, ' ' ORDER BY id)
			FROM (SELECT id FROM t ORDER BY v <-> embedding(1, 0) LIMIT 100000) AS found));
		waits_for_lock($standby, 1);
		# Once: a second vacuum would mark pages with the new rows as visible for all, which conflicts with
		# the scan's snapshot, whatever the index.
		$primary->safe_psql('postgres', 'VACUUM (INDEX_CLEANUP on, TRUNCATE off) t');
		$primary->safe_psql('postgres', q(
			INSERT INTO t SELECT id, embedding(id, 2) FROM (SELECT nextval('ids')::integer AS id FROM generate_series(1, 200)) AS new;
			INSERT INTO t SELECT id, embedding(1, 0) FROM (SELECT nextval('ids')::integer AS id FROM generate_series(1, 20)) AS new;));
		$primary->wait_for_catchup($standby, 'replay', $primary->lsn('insert'));
		$holder->query_safe('SELECT pg_advisory_unlock(1)');
		my $found = $session->query_safe('SELECT 1');
		$found =~ s/\s+1$//;
		is($found, $expected, $name);
		$session->quit;
	}
}
$holder->quit;
is_clean($primary, 'primary');
is_clean($standby, 'standby');
unlike(slurp_file($standby->logfile), qr/ERROR|inconsistent page found|conflict with recovery/, 'no error on the standby');

$standby->stop;
$primary->stop;
done_testing();

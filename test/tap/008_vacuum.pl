# What a vacuum of the index costs others: the pages that they need stay in shared buffers, although
# the index is larger than these.

use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use QuiverTest;

my $node = started_node('vacuumed', conf => [ 'autovacuum = off', 'shared_buffers = 16MB' ]);
embeddings($node);
# 256 pages, below the size from which a sequential scan itself avoids to fill shared buffers.
$node->safe_psql('postgres', q(
	CREATE EXTENSION pg_buffercache;
	CREATE TABLE wanted (i integer, x text);
	ALTER TABLE wanted ALTER x SET STORAGE PLAIN;
	INSERT INTO wanted SELECT i, repeat('x', 3900) FROM generate_series(1, 512) AS i;
	CREATE TABLE t (id integer, v vector(64));
	INSERT INTO t SELECT i, (SELECT array_agg(hashint4(i * 64 + k) % 1000 ORDER BY k)::vector FROM generate_series(1, 64) AS k)
		FROM generate_series(1, 12000) AS i;
	CREATE INDEX t_v ON t USING hnsw (v vector_l2_ops);
	DELETE FROM t WHERE id % 20 = 0;));
cmp_ok($node->safe_psql('postgres', q(SELECT pg_relation_size('t_v') / 1024 / 1024)), '>', 16, 'the index is larger than shared buffers');

sub wanted_cached
{
	return $node->safe_psql('postgres', q(
		SELECT count(*) FROM pg_buffercache WHERE relfilenode = pg_relation_filenode('wanted')
		AND reldatabase = (SELECT oid FROM pg_database WHERE datname = current_database())));
}

$node->restart;
$node->safe_psql('postgres', 'SELECT count(x) FROM wanted') for 1 .. 3;
my $before = wanted_cached();
cmp_ok($before, '>=', 250, 'a table is in shared buffers');
foreach my $workers (0, 1)
{
	$node->safe_psql('postgres', "VACUUM (INDEX_CLEANUP on, PARALLEL $workers) t");
	cmp_ok(wanted_cached(), '>=', 0.9 * $before, "and still after a vacuum, parallel $workers");
	is_clean($node, "vacuum, parallel $workers");
	$node->safe_psql('postgres', 'DELETE FROM t WHERE id % 20 = 1');
	$node->safe_psql('postgres', 'SELECT count(x) FROM wanted') for 1 .. 3;
}

# ---- what VACUUM VERBOSE says ----

# The messages of the access methods, and the line of the server, which has nothing else to go by than the statistics.
$node->safe_psql('postgres', q(
	CREATE TABLE u (id integer, v vector(3));
	INSERT INTO u SELECT i, ARRAY[i, i % 7, i % 11]::vector FROM generate_series(1, 1000) AS i;
	CREATE INDEX u_v ON u USING hnsw (v vector_l2_ops);
	CREATE INDEX u_lists ON u USING ivfflat (v) WITH (lists = 3)));
my $said_of = sub {
	my ($vacuum) = @_;
	my ($stdout, $stderr);
	$node->psql('postgres', "DELETE FROM u WHERE id % 10 = 0; UPDATE u SET id = id + 1; $vacuum", stdout => \$stdout, stderr => \$stderr);
	return $stderr;
};
foreach my $vacuum ('VACUUM VERBOSE u', 'vacuum freeze verbose u', 'VACUUM (INDEX_CLEANUP on, VERBOSE) u',
	"/* by /* an */ app */ -- as\n\fVACUUM/**/VERBOSE u", "VACUUM (/* :) */ PARALLEL 0,\fVERBOSE 'on') u", 'VACUUM (VERBOSE on, PARALLEL 2) u')
{
	$node->safe_psql('postgres', 'ALTER SYSTEM SET min_parallel_index_scan_size = 0') if $vacuum =~ /PARALLEL 2/;
	$node->reload;
	my $said = $said_of->("$vacuum;");
	my $name = $vacuum =~ s/\s/ /gr;
	like($said, qr/INFO:  index "u_v": removed [1-9]\d* heap TIDs, which leaves [1-9]\d* nodes without any/, "$name: hnsw");
	like($said, qr/INFO:  index "u_v": freed [1-9]\d* nodes of \d+ pages/, "$name: what hnsw did with them");
	like($said, qr/INFO:  index "u_lists": removed [1-9]\d* rows, which leaves \d+/, "$name: ivfflat");
	like($said, qr/index "u_v": pages: [1-9]\d* in total, 0 newly deleted, 0 currently deleted, [1-9]\d* reusable/,
		"$name: the server's line");
}
like($said_of->('VACUUM (PARALLEL 2, VERBOSE) u'), qr/launched [12] parallel vacuum worker/, 'there were workers');
foreach my $vacuum ('VACUUM u', 'VACUUM (VERBOSE off) u', '/* VACUUM VERBOSE */ VACUUM u', "VACUUM (VERBOSE 'off') u", 'VACUUM (INDEX_CLEANUP on) u')
{
	unlike($said_of->($vacuum), qr/index "u_/, "$vacuum: nothing is said");
}
is($node->safe_psql('postgres', q(SELECT reltuples = (SELECT count(*) FROM u) FROM pg_class WHERE relname = 'u_v')), 't', 'the number of index entries is exact');

$node->stop;
done_testing();

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

$node->stop;
done_testing();

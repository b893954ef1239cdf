# CREATE INDEX CONCURRENTLY and REINDEX INDEX CONCURRENTLY again and again while rows are inserted, updated, deleted and
# vacuumed: no statement of anybody fails, and every index has every row once. isolation/build_writers steps
# through the moments where they meet.
#
# QUIVER_CONCURRENT_BUILDS: how many of each (4).

use strict;
use warnings FATAL => 'all';

use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use QuiverTest;

my $builds = from_env('QUIVER_CONCURRENT_BUILDS', 4);
my $node = started_node('concurrently', conf => [ 'autovacuum = off', 'min_parallel_table_scan_size = 0' ]);
embeddings($node);
$node->safe_psql('postgres', q(
	CREATE TABLE t (id integer PRIMARY KEY, note integer DEFAULT 0, v vector(16)) WITH (fillfactor = 70);
	INSERT INTO t SELECT i, 0, embedding(i, 0) FROM generate_series(1, 1500) AS i;
	CREATE INDEX t_v ON t USING hnsw (v vector_l2_ops) WITH (m = 6, ef_construction = 24);
	CREATE INDEX t_lists ON t USING ivfflat (v) WITH (lists = 10);
	CREATE SEQUENCE ids START 10001;));

# Until the file is gone.
my $directory = PostgreSQL::Test::Utils::tempdir;
my $script = "$directory/load.sql";
open(my $file, '>', $script) or die $!;
print $file q(
	\set id random(1, 1500)
	INSERT INTO t SELECT n, 0, embedding(n, 1) FROM (SELECT nextval('ids')::integer AS n) AS new;
	UPDATE t SET v = embedding(:id, 2) WHERE id = :id;
	UPDATE t SET note = note + 1 WHERE id = :id + 1;
	DELETE FROM t WHERE id = (SELECT min(id) FROM t WHERE id > 10000 + :id);
);
close $file;
my ($out, $err) = ('', '');
my $load = IPC::Run::start([ 'pgbench', '-n', '-c', 3, '-T', 3600, '-f', $script, $node->connstr('postgres') ],
	'<', \undef, '>', \$out, '2>', \$err);
$node->poll_query_until('postgres', 'SELECT last_value > 10050 FROM ids') or die "no load: $err";

my %other = (t_v => 'CREATE INDEX CONCURRENTLY t_v2 ON t USING hnsw (v vector_cosine_ops) WITH (m = 6, ef_construction = 24) WHERE id % 3 > 0',
	t_lists => 'CREATE INDEX CONCURRENTLY t_lists2 ON t USING ivfflat (v vector_cosine_ops) WITH (lists = 10)');
foreach my $n (1 .. $builds)
{
	foreach my $index (sort keys %other)
	{
		my $before = $node->safe_psql('postgres', 'SELECT last_value FROM ids');
		foreach my $sql ("REINDEX INDEX CONCURRENTLY $index", $other{$index}, 'VACUUM (INDEX_CLEANUP on) t')
		{
			my ($ret, $stdout, $stderr) = $node->psql('postgres', "SET client_min_messages = warning; SET max_parallel_maintenance_workers = @{[ $n % 2 ]}; $sql",
				on_error_stop => 1);
			is($stderr, '', "$n: $sql");
		}
		is_clean($node, "$n: $index");
		$node->safe_psql('postgres', "DROP INDEX CONCURRENTLY ${index}2");
		cmp_ok($node->safe_psql('postgres', 'SELECT last_value FROM ids'), '>', $before, "$n: there was work meanwhile");
	}
}
$load->pumpable or die "the load ended: $out$err";
# Not INT, which a shell has its background jobs ignore.
$load->signal('TERM');
$load->finish;
unlike($err, qr/ERROR|FATAL|PANIC/, 'no statement of the load failed') or diag($err);
is($node->safe_psql('postgres', 'SELECT count(*) FROM pg_index WHERE NOT indisvalid OR NOT indisready'), '0', 'all indexes are in use');
my $rows = $node->safe_psql('postgres', q(SELECT string_agg(id::text, ' ' ORDER BY id) FROM t));
foreach my $index ('t_v', 't_lists')
{
	# The planner has no other.
	$node->safe_psql('postgres', "UPDATE pg_index SET indisvalid = (indexrelid = '$index'::regclass) WHERE indexrelid IN ('t_v'::regclass, 't_lists'::regclass)");
	local $ENV{PGOPTIONS} = '-c ivfflat.probes=10';
	is(join(' ', sort { $a <=> $b } split(' ', ids_by_index($node, 't', '[' . join(',', 1 .. 16) . ']'))), $rows, "$index has every row once");
}
$node->stop;
done_testing();

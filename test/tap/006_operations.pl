# What happens to a database: dump and restore, logical replication, a server without the library, and
# memory over many statements.
#
# QUIVER_MEMORY_ROWS: rows of the long transaction, and ten times as many rescans (5000).

use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use QuiverTest;

my $rows = from_env('QUIVER_MEMORY_ROWS', 5000);
my $node = started_node('source', init => { allows_streaming => 'logical' }, conf => ['autovacuum = off']);
embeddings($node);
my $directory = PostgreSQL::Test::Utils::tempdir;

# ---- pg_dump and pg_restore ----

$node->safe_psql('postgres', q(
	CREATE SCHEMA other;
	CREATE TABLE other.t (id integer PRIMARY KEY, v vector(16), h halfvec(16), b bit(16), s real[]);
	INSERT INTO other.t SELECT i, embedding(i, 0), embedding(i, 0), binary_quantize(embedding(i, 0) - embedding(9, 0)), embedding(i, 1)::real[]
	FROM generate_series(1, 300) AS i;
	CREATE INDEX t_v ON other.t USING hnsw (v vector_l2_ops) WITH (m = 5, ef_construction = 23);
	CREATE INDEX t_h ON other.t USING hnsw (h halfvec_cosine_ops) WHERE id > 20;
	CREATE INDEX t_b ON other.t USING hnsw (b bit_jaccard_ops);
	CREATE INDEX t_s ON other.t USING hnsw ((s::vector(16)) vector_ip_ops);
	CREATE MATERIALIZED VIEW other.m AS SELECT id, v FROM other.t WHERE id < 100;
	CREATE INDEX m_v ON other.m USING hnsw (v vector_l2_ops);
	CREATE TABLE other.p (id integer, v vector(16)) PARTITION BY HASH (id);
	CREATE TABLE other.p0 PARTITION OF other.p FOR VALUES WITH (MODULUS 2, REMAINDER 0);
	CREATE TABLE other.p1 PARTITION OF other.p FOR VALUES WITH (MODULUS 2, REMAINDER 1);
	INSERT INTO other.p SELECT id, v FROM other.t;
	CREATE INDEX p_v ON other.p USING hnsw (v vector_cosine_ops) WITH (m = 4);));
my $describe = q(SELECT indexrelid::regclass, pg_get_indexdef(indexrelid), indisvalid
	FROM pg_index WHERE indrelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'other'::regnamespace) ORDER BY indexrelid::regclass::text);
my $indexes = $node->safe_psql('postgres', $describe);
like($indexes, qr/m='5', ef_construction='23'/, 'options are part of the definition');
my $found = index_only() . q(SELECT string_agg(id::text, ' ') FROM (SELECT id FROM other.t ORDER BY v <-> embedding(5, 0), id LIMIT 1) AS x);
foreach my $format ('plain', 'custom', 'directory')
{
	my $file = "$directory/dump.$format";
	command_ok([ 'pg_dump', '-F', $format, '-f', $file, '-d', $node->connstr('postgres') ], "pg_dump, $format");
	$node->safe_psql('postgres', "CREATE DATABASE $format");
	if ($format eq 'plain')
	{
		command_ok([ 'psql', '-Xq', '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr($format), '-f', $file ], "psql, $format");
	}
	else
	{
		command_ok([ 'pg_restore', '--exit-on-error', '-j', 2, '-d', $node->connstr($format), $file ], "pg_restore, $format");
	}
	is($node->safe_psql($format, $describe), $indexes, "$format: the indexes are the same");
	is($node->safe_psql($format, $found), $node->safe_psql('postgres', $found), "$format: and answer");
	is($node->safe_psql($format, q(SELECT count(*) FROM pg_class AS c JOIN pg_am AS a ON a.oid = c.relam, quiver_index_check(c.oid) AS f
		WHERE a.amname = 'hnsw' AND c.relkind = 'i' AND f.severity = 'error')), '0', "$format: quiver_index_check finds no error");
}

# ---- logical replication: the initial copy as text and binary, changes, a column more ----

my $subscriber = started_node('subscriber', init => { allows_streaming => 'logical' });
embeddings($subscriber);
$node->safe_psql('postgres', q(
	CREATE TABLE r (id integer PRIMARY KEY, v vector(16), h halfvec(16), s sparsevec(16));
	INSERT INTO r SELECT i, embedding(i, 0), embedding(i, 0), embedding(i, 0)::sparsevec FROM generate_series(1, 300) AS i;
	CREATE PUBLICATION p FOR TABLE r;));
$subscriber->safe_psql('postgres', q(
	CREATE TABLE r (id integer PRIMARY KEY, v vector(16), h halfvec(16), s sparsevec(16), more text DEFAULT 'more');
	CREATE INDEX r_v ON r USING hnsw (v vector_l2_ops);
	CREATE INDEX r_h ON r USING hnsw (h halfvec_l2_ops);));
foreach my $binary ('false', 'true')
{
	$subscriber->safe_psql('postgres', "TRUNCATE r; CREATE SUBSCRIPTION s_$binary CONNECTION \$c\$"
		. $node->connstr('postgres') . "\$c\$ PUBLICATION p WITH (binary = $binary)");
	$subscriber->wait_for_subscription_sync($node, "s_$binary");
	$node->safe_psql('postgres', q(
		INSERT INTO r SELECT max + i, embedding(i, 1), embedding(i, 1), embedding(i, 1)::sparsevec FROM (SELECT max(id) FROM r) AS m, generate_series(1, 100) AS i;
		UPDATE r SET v = embedding(id, 2) WHERE id % 3 = 0; DELETE FROM r WHERE id % 7 = 0;));
	$node->wait_for_catchup("s_$binary");
	my $all = 'SELECT count(*), md5(string_agg(concat(id, v, h, s), chr(10) ORDER BY id)) FROM r';
	is($subscriber->safe_psql('postgres', $all), $node->safe_psql('postgres', $all), "logical replication, binary = $binary: the same rows");
	is_clean($subscriber, "logical replication, binary = $binary");
	is(join(' ', sort { $a <=> $b } split(' ', ids_by_index($subscriber, 'r', '[' . join(',', 1 .. 16) . ']'))),
		$node->safe_psql('postgres', q(SELECT string_agg(id::text, ' ' ORDER BY id) FROM r)), "logical replication, binary = $binary: all by the index");
	$subscriber->safe_psql('postgres', "DROP SUBSCRIPTION s_$binary");
}
$subscriber->stop;

# ---- memory of one session, in kB ----

# The peak is not asked for, but what is left while the transaction is open: anything that grows by row.
sub resident
{
	my ($pid) = @_;
	my ($private) = slurp_file("/proc/$pid/status") =~ /^RssAnon:\s*(\d+) kB/m;
	return $private;
}

SKIP:
{
	skip 'this system has no /proc/PID/status', 2 unless -r "/proc/$$/status";
	my $session = $node->background_psql('postgres', timeout => 10 * $PostgreSQL::Test::Utils::timeout_default);
	my $pid = $session->query_safe('SELECT pg_backend_pid()');
	$node->safe_psql('postgres', 'CREATE TABLE grown (id integer, v vector(16)); CREATE INDEX ON grown USING hnsw (v vector_l2_ops) WITH (m = 4, ef_construction = 16)');
	my $batch = int($rows / 5);
	my $statement = sub { "INSERT INTO grown SELECT i, embedding(i, i) FROM generate_series($_[0], $_[0] + $batch) AS i" };
	$session->query_safe('BEGIN');
	$session->query_safe($statement->(1));
	my $before = resident($pid);
	$session->query_safe($statement->($_ * $batch)) for 1 .. 4;
	my $growth = resident($pid) - $before;
	cmp_ok($growth, '<', 5 * 1024, "$rows insertions in one transaction: $growth kB more after the first fifth");
	$session->query_safe('COMMIT');

	my $rescans = sub {
		"SELECT sum(n) FROM generate_series(1, $_[0]) AS q, LATERAL (SELECT count(*) AS n FROM
			(SELECT id FROM grown ORDER BY v <-> array_fill(q % 50, ARRAY[16])::vector LIMIT 3) AS x) AS y";
	};
	$session->query_safe(index_only());
	$session->query_safe($rescans->(2 * $rows));
	$before = resident($pid);
	$session->query_safe($rescans->(8 * $rows));
	$growth = resident($pid) - $before;
	cmp_ok($growth, '<', 5 * 1024, 10 * $rows . " rescans: $growth kB more after the first fifth");
	$session->quit;
	diag "memory: $rows insertions, " . 10 * $rows . " rescans; grew by $growth kB at last";
}

# ---- loaded by the postmaster, by each session, or by the first use of a function ----

foreach my $how ('shared_preload_libraries', 'session_preload_libraries')
{
	$node->append_conf('postgresql.conf', "$how = 'quiver'");
	$node->restart;
	is($node->safe_psql('postgres', $found), '5', "$how: a search");
	is_clean($node, $how);
	$node->adjust_conf('postgresql.conf', $how, undef);
}
$node->restart;

# ---- the server starts, and recovers, where the library is missing: nothing of it is in the log ----

$node->safe_psql('postgres', 'CREATE TABLE plain (id integer); INSERT INTO plain VALUES (1)');
$node->safe_psql('postgres', q(INSERT INTO other.t (id, v) SELECT 1000 + i, embedding(i, 2) FROM generate_series(1, 50) AS i));
$node->safe_psql('postgres', q(DELETE FROM other.t WHERE id % 2 = 0; INSERT INTO plain VALUES (2)));
$node->safe_psql('postgres', 'VACUUM (INDEX_CLEANUP on) other.t');
kill_server($node);
my $library = $node->config_data('--pkglibdir') . '/quiver.so';
my $hidden = "$library.hidden";
SKIP:
{
	skip "may not rename $library", 3 unless rename($library, $hidden);
	eval {
		start_again($node);
		is($node->safe_psql('postgres', 'SELECT sum(id) FROM plain'), '3', 'recovered without the library');
		my ($ret, $out, $err) = $node->psql('postgres', index_only() . 'SELECT id FROM other.t ORDER BY v <-> embedding(1, 1) LIMIT 1');
		like($err, qr/ERROR:  could not access file ".*quiver"/, 'a search without the library is an error');
		$node->stop;
	};
	my $error = $@;
	rename($hidden, $library) or die "cannot put $library back";
	die $error if $error;
	$node->start;
	is_clean($node, 'with the library again');
}

$node->stop;
done_testing();

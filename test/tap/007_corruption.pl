# Bytes of an index change on disk. Every statement then has an answer or an error that names index and
# block; the server stays up; quiver_index_check has something to say about what matters.
#
# QUIVER_CORRUPTIONS: how many damaged indexes (10), QUIVER_SEED repeats them.

use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use QuiverTest;

my $times = from_env('QUIVER_CORRUPTIONS', 10);
my $seed = from_env('QUIVER_SEED', 4711);
srand($seed);
note "QUIVER_SEED=$seed";

my $node = started_node('corrupt', conf => [ 'autovacuum = off', 'restart_after_crash = off' ]);
embeddings($node);
$node->safe_psql('postgres', q(
	CREATE TABLE t (id integer, v vector(16));
	INSERT INTO t SELECT i, embedding(i, 0) FROM generate_series(1, 400) AS i;
	INSERT INTO t SELECT 1000 + i, embedding(3, 0) FROM generate_series(1, 200) AS i;
	CREATE INDEX t_v ON t USING hnsw (v vector_l2_ops) WITH (m = 8, ef_construction = 32);
	DELETE FROM t WHERE id % 9 = 0;));
my $path = $node->data_dir . '/' . $node->safe_psql('postgres', q(SELECT pg_relation_filepath('t_v')));
$node->stop;
my $intact = slurp_file($path);
my $blocks = length($intact) / 8192;

sub store
{
	my ($bytes) = @_;
	open(my $file, '>:raw', $path) or die "$path: $!";
	print $file $bytes;
	close $file;
	return;
}

# Statements and what an error of theirs may be. A damaged page header is the server's own to find.
my $corrupt = qr/hnsw index "t_v" (cannot be read|is damaged|is corrupt)|index "t_v".* block \d+|invalid page in block \d+ of relation|could not (read|open) (block|file)|stored vector is corrupt/;
my @statements = (
	[ 'a search', index_only() . q(SELECT count(*) FROM (SELECT id FROM t ORDER BY v <-> embedding(7, 1) LIMIT 10) AS x) ],
	[ 'a full scan', index_only() . q(SELECT count(*) FROM (SELECT id FROM t ORDER BY v <-> embedding(7, 1) LIMIT 100000) AS x) ],
	[ 'quiver_index_check', q(SELECT count(*) FROM quiver_index_check('t_v')) ],
	[ 'quiver_index_info', q(SELECT live_nodes FROM quiver_index_info('t_v')) ],
	[ 'an insertion', q(INSERT INTO t SELECT 5000 + i, embedding(i, 2) FROM generate_series(1, 30) AS i; INSERT INTO t VALUES (6000, embedding(3, 0))) ],
	[ 'an update', q(UPDATE t SET v = v WHERE id < 10) ],
	[ 'a vacuum', q(VACUUM (INDEX_CLEANUP on) t) ],
	[ 'a search after them', index_only() . q(SELECT count(*) FROM (SELECT id FROM t ORDER BY v <-> embedding(9, 1) LIMIT 10) AS x) ],
);

# Runs all statements over a damaged index. $damage: what was done to it. Returns how many findings.
sub statements_survive
{
	my ($damage) = @_;
	$node->start;
	my $findings = 0;
	my @wrong;
	foreach (@statements)
	{
		my ($name, $sql) = @$_;
		# A damaged link may lead round in circles, but not for ever.
		my ($ret, $out, $err) = $node->psql('postgres', "SET statement_timeout = '60s'; $sql", on_error_die => 0);
		my @errors = grep { /ERROR|FATAL|PANIC|server closed/ } split /\n/, $err;
		push @wrong, "$name: $_" foreach grep { !/$corrupt/ } @errors;
		$findings = $out if $name eq 'quiver_index_check' && $ret == 0;
		$findings = -1 if $name eq 'quiver_index_check' && $ret != 0;
	}
	is(join("\n", @wrong), '', "$damage: answers, or errors that say which index or block");
	$node->stop('immediate');
	return $findings;
}

my $found = 0;
foreach my $n (1 .. $times)
{
	my $bytes = $intact;
	my $damage;
	my $block = int(rand($blocks));
	my $kind = rand;
	if ($kind < 0.15)
	{
		$damage = "block $block zeroed";
		substr($bytes, $block * 8192, 8192) = "\0" x 8192;
	}
	elsif ($kind < 0.25)
	{
		my $other = int(rand($blocks));
		$damage = "block $block replaced by block $other";
		substr($bytes, $block * 8192, 8192) = substr($intact, $other * 8192, 8192);
	}
	elsif ($kind < 0.3)
	{
		my $left = 1 + int(rand($blocks - 1));
		$damage = "cut to $left of $blocks blocks";
		$bytes = substr($bytes, 0, $left * 8192);
	}
	else
	{
		# Behind the page header, so that the server lets the page pass.
		my $count = 1 + int(rand(200));
		my $from = 24 + int(rand(8168 - $count));
		$damage = "$count random bytes in block $block from byte $from";
		substr($bytes, $block * 8192 + $from + $_, 1) = chr(int(rand(256))) for 0 .. $count - 1;
	}
	store($bytes);
	my $findings = statements_survive($damage);
	$found++ if $findings != 0;
	# The heap goes back, too: the statements have written to it and to the log.
	$node->start;
	$node->psql('postgres', 'DROP INDEX t_v');
	$node->safe_psql('postgres', q(DELETE FROM t WHERE id >= 5000;
		CREATE INDEX t_v ON t USING hnsw (v vector_l2_ops) WITH (m = 8, ef_construction = 32);));
	$path = $node->data_dir . '/' . $node->safe_psql('postgres', q(SELECT pg_relation_filepath('t_v')));
	$node->stop;
	$intact = slurp_file($path);
	$blocks = length($intact) / 8192;
}
cmp_ok($found, '>', $times / 2, "quiver_index_check reports most of $times damages");
diag "$times damaged indexes, $found of them reported by quiver_index_check";
unlike(slurp_file($node->logfile), qr/was terminated by signal|PANIC/, 'nothing crashed');

# ---- other formats are refused: the magic number at byte 24 of the metapage, the version behind it ----

foreach ([ 24, "\x53\xa9\x53\xa9", qr/It was built by pgvector/ ], [ 28, "\xff\x7f", qr/It was built by another version of quiver/ ])
{
	my ($at, $value, $detail) = @$_;
	my $other = $intact;
	substr($other, $at, length $value) = $value;
	store($other);
	$node->start;
	my ($ret, $out, $err) = $node->psql('postgres', index_only() . 'SELECT id FROM t ORDER BY v <-> embedding(1, 1) LIMIT 1');
	like($err, qr/ERROR:  hnsw index "t_v" cannot be read.*$detail.*REINDEX INDEX CONCURRENTLY public.t_v/s, "refused: $detail");
	$node->stop('immediate');
}

# ---- what is damaged can be replaced ----

store("\xff" x length($intact));
$node->start;
my ($ret, $out, $err) = $node->psql('postgres', index_only() . 'SELECT id FROM t ORDER BY v <-> embedding(1, 1) LIMIT 1');
like($err, $corrupt, 'an index of garbage cannot be searched');
$node->safe_psql('postgres', 'REINDEX INDEX t_v');
is_clean($node, 'rebuilt');
$node->stop;
done_testing();

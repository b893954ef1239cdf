# Recall on real data: how many of the ten nearest the index finds, for every type and metric, for
# each of the ways an index comes into being. Levels and rotations depend on the oid of the index, so
# recall varies a little from run to run: the bounds lie that much below what was measured, which was
# 99.4 or more when built, 98.8 or more otherwise.

use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Utils;
use Test::More;
use QuiverTest;

my $node = started_node('recall');
load_packages($node);

my @classes = (
	# class, type, operator
	[ 'vector_l2_ops', 'vector(128)', '<->' ],
	[ 'vector_ip_ops', 'vector(128)', '<#>' ],
	[ 'vector_cosine_ops', 'vector(128)', '<=>' ],
	[ 'halfvec_l2_ops', 'halfvec(128)', '<->' ],
	[ 'halfvec_ip_ops', 'halfvec(128)', '<#>' ],
	[ 'halfvec_cosine_ops', 'halfvec(128)', '<=>' ],
	[ 'vector_l1_ops', 'vector(128)', '<+>' ],
	[ 'halfvec_l1_ops', 'halfvec(128)', '<+>' ],
	[ 'sparsevec_l2_ops', 'sparsevec(128)', '<->' ],
	[ 'sparsevec_ip_ops', 'sparsevec(128)', '<#>' ],
	[ 'sparsevec_cosine_ops', 'sparsevec(128)', '<=>' ],
	[ 'sparsevec_l1_ops', 'sparsevec(128)', '<+>' ],
	[ 'bit_hamming_ops', 'bit(128)', '<~>' ],
	[ 'bit_jaccard_ops', 'bit(128)', '<%>' ],
);

sub at_least
{
	my ($recall, $bound, $name) = @_;
	cmp_ok($recall, '>=', $bound, "$name: recall $recall %");
}

foreach (@classes)
{
	my ($class, $type, $operator) = @$_;
	my $convert = $type =~ /^bit/ ? sub { "binary_quantize($_[0])::$type" } : sub { "$_[0]::$type" };
	my @how = ('t', $operator, $convert->('q.v'), 40);
	my $rows = 'SELECT id, ' . $convert->('embedding') . ' AS v FROM packages ORDER BY id';

	$node->safe_psql('postgres', "CREATE TABLE t AS $rows; CREATE INDEX t_v_idx ON t USING hnsw (v $class)");
	at_least(recall($node, @how), 98.5, "$class, built");

	my ($result, $stdout, $stderr) = $node->psql('postgres',
		"SET maintenance_work_mem = '1MB'; REINDEX INDEX t_v_idx");
	like($stderr, qr/NOTICE:  hnsw graph no longer fits into maintenance_work_mem after \d+ tuples/,
		"$class: 1 MB is not enough for all rows") if $type !~ /^bit/;
	at_least(recall($node, @how), 98, "$class, built with 1 MB");

	$node->safe_psql('postgres', "TRUNCATE t; INSERT INTO t $rows");
	at_least(recall($node, @how), 97.5, "$class, inserted");

	$node->safe_psql('postgres', 'DELETE FROM t WHERE id % 3 <> 0');
	$node->safe_psql('postgres', 'VACUUM t');
	at_least(recall($node, @how), 97, "$class, after DELETE and VACUUM");
	$node->safe_psql('postgres', 'DROP TABLE t');
}

$node->stop;
done_testing();

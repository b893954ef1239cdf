# What the TAP tests share: a server with quiver, the demo's data, recall against exact search.
package QuiverTest;

use strict;
use warnings FATAL => 'all';

use Exporter 'import';
use FindBin;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;

our @EXPORT = qw(started_node load_packages recall);

# A running server with the extension. Options: init, arguments of init(); conf, lines of configuration.
sub started_node
{
	my ($name, %options) = @_;
	my $node = PostgreSQL::Test::Cluster->new($name);
	$node->init(%{ $options{init} || {} });
	$node->append_conf('postgresql.conf', join("\n", 'jit = off', @{ $options{conf} || [] }, ''));
	$node->start;
	$node->safe_psql('postgres', 'CREATE EXTENSION quiver');
	return $node;
}

# The 2,000 embeddings of the demo: table packages (id, section, embedding vector(128)), and queries
# between them: table query (id, v), sums of two embeddings.
sub load_packages
{
	my ($node) = @_;
	my ($data) = grep { -r $_ }
	  map { "$FindBin::RealBin/$_/demo/packages.tsv.gz" } ('..', '../..');
	die "demo/packages.tsv.gz is neither beside the tests nor in the checkout" unless $data;
	$node->safe_psql(
		'postgres', qq(
		CREATE TABLE packages (
			package text, section text, kb bigint, embedding vector(128),
			id serial PRIMARY KEY);
		\\copy packages (package, section, kb, embedding) FROM PROGRAM 'gzip -dc "$data"'
		CREATE TABLE query AS
		SELECT a.id, a.embedding + b.embedding AS v
		FROM packages AS a JOIN packages AS b ON b.id = (a.id * 7919) % 2000 + 1
		WHERE a.id % 20 = 0;
		ANALYZE;));
}

# How many percent of the ten nearest rows of $table the index finds, over all rows of query. Rows at
# the same distance as the tenth count as found. $to_type makes a query from its vector.
sub recall
{
	my ($node, $table, $operator, $to_type, $ef_search) = @_;
	my $nearest = qq(
		SELECT q.id, near.d FROM query AS q CROSS JOIN LATERAL (
			SELECT t.v $operator $to_type AS d FROM $table AS t
			ORDER BY t.v $operator $to_type LIMIT 10) AS near);
	my $plan = $node->safe_psql('postgres', "SET enable_seqscan = off; SET enable_sort = off; EXPLAIN $nearest");
	die "not by the index:\n$plan" unless $plan =~ /Index Scan using \S+ on $table/;
	return $node->safe_psql(
		'postgres', qq(
		SET enable_indexscan = off;
		CREATE TEMPORARY TABLE exact AS
			SELECT id, max(d) + 1e-6 AS farthest, count(*) AS n FROM ($nearest) AS e GROUP BY id;
		SET enable_indexscan = on; SET enable_seqscan = off; SET enable_sort = off;
		SET hnsw.ef_search = $ef_search;
		CREATE TEMPORARY TABLE found AS $nearest;
		SELECT round(100.0 * (SELECT count(*) FROM found JOIN exact USING (id) WHERE d <= farthest)
			/ (SELECT sum(n) FROM exact), 1)));
}

1;

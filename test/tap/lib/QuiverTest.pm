# What the TAP tests share: a server with quiver, the demo's data, recall against exact search, rows
# whose vector follows from their numbers, what quiver_index_check() says, sessions in the background.
package QuiverTest;

use strict;
use warnings FATAL => 'all';

use Exporter 'import';
use FindBin;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

our @EXPORT = qw(started_node start_again kill_server kill_orphans load_packages recall from_env embeddings is_clean
  is_clean_after_vacuum index_only ids_by_index waits_for_lock start_waiting);

# A number from the environment: how much of a test is to be done. The short form is the default.
sub from_env
{
	my ($name, $default) = @_;
	return defined $ENV{$name} && $ENV{$name} ne '' ? $ENV{$name} : $default;
}

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

# Ends all processes of a server at once, without a chance to write anything.
sub kill_server
{
	my ($node) = @_;
	my $postmaster = $node->{_pid};
	kill('STOP', $postmaster);    # it shall not start another one meanwhile
	select(undef, undef, undef, 0.01);
	my @backends = split(' ', `ps -o pid= --ppid $postmaster`);
	kill('KILL', $postmaster);
	kill_orphans($node, @backends);
	return;
}

# The same when the postmaster is dead already.
sub kill_orphans
{
	my ($node, @backends) = @_;
	my $postmaster = $node->{_pid};
	kill('KILL', @backends);
	# Dead processes that are children of this one would count as a running server.
	$node->kill9;
	foreach my $pid ($postmaster, @backends)
	{
		for (1 .. 600)
		{
			last unless kill(0, $pid) && `ps -o stat= -p $pid` !~ /^(Z|\s*$)/;
			select(undef, undef, undef, 0.05);
		}
	}
	return;
}

# Starts a server that was killed. The system may take a moment to see that nobody uses its shared
# memory any more.
sub start_again
{
	my ($node) = @_;
	for (1 .. 20)
	{
		$node->{_pid} = undef;    # of the attempt before
		return 1 if $node->start(fail_ok => 1);
		select(undef, undef, undef, 0.5);
	}
	die 'the server ' . $node->name . " does not start:\n" . slurp_file($node->logfile);
}

# The function embedding(id, version), 16 small integers, among them equal ones for different ids.
sub embeddings
{
	my ($node) = @_;
	$node->safe_psql(
		'postgres', q(
		CREATE FUNCTION embedding(id integer, version integer) RETURNS vector
		LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
			SELECT array_agg(abs(hashint4((id % 700) * 32 + version % 3 * 100003 + i) % 50) ORDER BY i)::vector
			FROM generate_series(1, 16) AS i
		$$;));
	return;
}

# What the check finds in the indexes of the database, compared with their tables, too.
sub findings
{
	my ($node) = @_;
	return $node->safe_psql(
		'postgres', q(
		SELECT severity, c.relname, code, block, slot, detail
		FROM pg_class AS c JOIN pg_am AS a ON a.oid = c.relam, quiver_index_check(c.oid)
		WHERE a.amname IN ('hnsw', 'ivfflat') AND c.relkind = 'i' AND pg_relation_size(c.oid) > 0));
}

# No index of the database has an error. Returns how many warnings: what a crash may leave and vacuum removes.
sub is_clean
{
	my ($node, $name) = @_;
	my $found = findings($node);
	is(join("\n", grep { !/^warning/ } split(/\n/, $found)), '', "$name: quiver_index_check finds no error");
	return scalar(grep { /^warning/ } split(/\n/, $found));
}

# After a VACUUM of the table, they have nothing at all that the check finds.
sub is_clean_after_vacuum
{
	my ($node, $name, $table) = @_;
	$node->safe_psql('postgres', "VACUUM (INDEX_CLEANUP on) $table");
	is(findings($node), '', "$name: quiver_index_check finds nothing after a VACUUM");
	return;
}

# Settings under which a query can only be answered by the index.
sub index_only
{
	return 'SET enable_seqscan = off; SET enable_sort = off; SET enable_bitmapscan = off;';
}

# All ids that an index scan over $table returns when nothing stops it, in the order of the index.
sub ids_by_index
{
	my ($node, $table, $query) = @_;
	my $rows = "SELECT id FROM $table ORDER BY v <-> '$query' LIMIT 1000000";
	return $node->safe_psql('postgres',
		index_only() . "SELECT string_agg(id::text, ' ') FROM ($rows) AS found");
}

# Sends a statement that will not end soon, through a background psql.
sub start_waiting
{
	my ($session, $sql) = @_;
	$session->query_until(qr/sent/, "\\echo sent\n$sql;\n");
	return;
}

# Waits until a session waits for the advisory lock $key.
sub waits_for_lock
{
	my ($node, $key) = @_;
	$node->poll_query_until('postgres',
		"SELECT count(*) > 0 FROM pg_locks WHERE locktype = 'advisory' AND objid = $key AND NOT granted")
	  or die "no session waits for advisory lock $key";
	return;
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

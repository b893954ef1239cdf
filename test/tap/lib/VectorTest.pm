# What the tests of the extension "vector" share.
package VectorTest;

use strict;
use warnings FATAL => 'all';

use Exporter 'import';
use FindBin;
use PostgreSQL::Test::Utils;
use Test::More;

our @EXPORT = qw(catalogue same_catalogue foreign_indexes rebuild_foreign_indexes);

# What the catalogue says about the extension, as text.
sub catalogue
{
	my ($node, $database) = @_;
	my ($stdout, $stderr);
	my $status = $node->psql($database, slurp_file("$FindBin::RealBin/lib/catalogue.sql"),
		stdout => \$stdout, stderr => \$stderr);
	die "catalogue of $database: $stderr" if $status != 0;
	return $stdout;
}

# Compares two of these, and shows only the lines that differ.
sub same_catalogue
{
	my ($found, $expected, $name) = @_;
	my %found = map { $_ => 1 } split(/\n/, $found);
	my %expected = map { $_ => 1 } split(/\n/, $expected);
	is(
		join("\n", (map { "found $_" } grep { !$expected{$_} } sort keys %found),
			(map { "missing $_" } grep { !$found{$_} } sort keys %expected)),
		'', $name);
}

sub foreign_indexes
{
	my ($node, $database) = @_;
	return $node->safe_psql($database,
		'SELECT index, "table", built_by, valid, command FROM quiver_foreign_indexes() ORDER BY index::text');
}

# As docs/migration.md says.
sub rebuild_foreign_indexes
{
	my ($node, $database) = @_;
	return $node->safe_psql($database, "SELECT command FROM quiver_foreign_indexes() \\gexec\n");
}

1;

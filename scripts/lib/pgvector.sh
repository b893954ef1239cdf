# shellcheck shell=bash
# Versions of pgvector beside quiver's own extension `vector`, for the tests of the migration. Needs common.sh.
# Gives: pgvector_tags SOURCE, pgvector_install SOURCE TAG PG_CONFIG.
#
# SOURCE is a git checkout (or a bare clone) of pgvector. `make install` of pgvector would replace vector.control and write
# headers into the server's include directory, so the files are put where they belong by hand: the library as
# pgvector-<version>.so, because several versions are there at once, and a control file of that version that names it.

# The releases a migration can start from, oldest first.
pgvector_tags() {
    git -C "$1" tag --list 'v0.*' --sort=version:refname | grep -E '^v0\.([4-9]|[1-9][0-9]+)\.'
}

# Builds one release and installs it; to be called with a PG_CONFIG of a private installation only.
pgvector_install() {
    local source=$1 tag=$2 pg_config=$3 work version extensions
    version=${tag#v}
    extensions=$("$pg_config" --sharedir)/extension
    work=$(mktemp -d "${TMPDIR:-/tmp}/pgvector.XXXXXX")
    git -C "$source" archive "$tag" | tar -x -C "$work"
    make -s -C "$work" -j"$JOBS" OPTFLAGS='' with_llvm=no PG_CONFIG="$pg_config" >"$work/build.log" 2>&1 || {
        tail -20 "$work/build.log" >&2
        rm -rf "$work"
        die "pgvector $version does not build for this server"
    }
    install -m 755 "$work/vector.so" "$("$pg_config" --pkglibdir)/pgvector-$version.so"
    install -m 644 "$work/sql/vector--$version.sql" "$extensions"
    # shellcheck disable=SC2016  # $libdir is the server's
    printf 'module_pathname = '\''$libdir/pgvector-%s'\''\n' "$version" >"$extensions/vector--$version.control"
    rm -rf "$work"
}

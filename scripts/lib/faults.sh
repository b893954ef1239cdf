# shellcheck shell=bash
# A second private installation beside the one of server.sh: quiver with its fault points, which the ordinary build does
# not have. Needs common.sh and server.sh, after private_install. Gives: install_faults, use_faults, run_tap.

: "${repo:?source common.sh first}" "${private?source server.sh first}"

# Builds quiver with fault points from a copy of the sources, so that neither build disturbs the other's objects, and
# installs it into a copy of the private installation. Once; sets fault_bin and fault_pg_config.
fault_bin=''
fault_pg_config=''
install_faults() {
    local tree=$repo/build/fault
    fault_bin=$private/fault${private_bin#"$private/pg"}
    fault_pg_config=$fault_bin/pg_config
    [ ! -e "$fault_bin/quiver_is_installed" ] || return 0
    mkdir -p "$tree"
    # Objects of the last time stay, sources that are gone go.
    find "$tree" -type f ! -name '*.o' ! -name '*.d' ! -name '*.so' -delete
    tar -cf - --exclude='*.o' --exclude='*.d' Makefile exports.txt quiver.control include src sql | tar -xf - -C "$tree"
    [ -d "$private/fault" ] || cp -R "$private/pg" "$private/fault"
    make -s -C "$tree" -j"$JOBS" FAULT_POINTS=1 PG_CONFIG="$PG_CONFIG" all
    make -s -C "$tree" FAULT_POINTS=1 PG_CONFIG="$fault_pg_config" install
    touch "$fault_bin/quiver_is_installed"
}

# From here on, this shell uses that installation.
use_faults() {
    private_bin=$fault_bin
    # shellcheck disable=SC2034  # for who sources this
    private_pg_config=$fault_pg_config
    export PATH="$fault_bin:$PATH"
}

# run_tap NAME BINDIR FILE...: TAP tests (as t/001_recall.pl) with the programs of BINDIR. They start servers of their
# own, as the server's user, who may not be able to read this checkout; so they work on a copy. Numbers in the
# environment (QUIVER_...) say how much they do.
run_tap() {
    local work=$private/tap-$1 bin=$2 server_tests
    shift 2
    server_tests=$(dirname "$("$bin/pg_config" --pgxs)")/../test
    mkdir -p "$work/demo"
    cp -R test/tap "$work/t"
    cp demo/packages.tsv.gz "$work/demo"
    if [ "$(id -u)" -eq 0 ]; then
        chown -R "$(server_user)" "$work"
        # One test hides the library for a moment.
        chown "$(server_user)" "$("$bin/pg_config" --pkglibdir)"
    fi
    (
        cd "$work" || exit
        unset PGHOST PGUSER PGDATABASE
        as_server_user env PATH="$bin:$PATH" PG_REGRESS="$server_tests/regress/pg_regress" TESTDIR="$work" \
            TESTDATADIR="$work/tmp_check" TESTLOGDIR="$work/tmp_check/log" \
            prove --verbose --nocolor -I "$server_tests/perl" -I t/lib "$@"
    )
}

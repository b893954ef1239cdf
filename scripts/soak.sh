#!/usr/bin/env bash
# The long form of the tests of crashes, standbys, corruption and memory: the same tests as in scripts/test.sh, with more
# rounds.
#
#   scripts/soak.sh MINUTES      about as long; 60 gives the figures that test/README.md asks for
#   scripts/soak.sh --valgrind   instead: the regression tests on a server under valgrind (about half an hour)
#
# QUIVER_SEED repeats a run's random numbers. Each part writes build/soak/NAME.log; the last line is a summary.
set -euo pipefail
. "$(dirname "$0")/lib/common.sh"
. scripts/lib/packages.sh
. scripts/lib/server.sh
. scripts/lib/faults.sh

logs=$repo/build/soak
failed=0

# part NAME BINDIR FILE [VARIABLE=NUMBER...]
part() {
    local name=$1 bin=$2 file=$3 began=$SECONDS status=0
    shift 3
    printf '%-12s %s ... ' "$name" "$*"
    (
        for number in "$@"; do export "${number?}"; done
        run_tap "$name" "$bin" "t/$file"
    ) >"$logs/$name.log" 2>&1 || status=$?
    printf '%s, %d passed, %d s\n' "$([ "$status" -eq 0 ] && echo ok || echo FAILED)" \
        "$(grep -c '^ok ' "$logs/$name.log" || true)" $((SECONDS - began))
    # What a test has to say, in figures.
    grep -E '^# [^ ].*(cycles|crashes|transactions|damaged|memory:)' "$logs/$name.log" | sed 's/^#/   /' || true
    if [ "$status" -ne 0 ]; then
        failed=1
        grep -A8 '^not ok' "$logs/$name.log" | head -40 || tail -20 "$logs/$name.log"
    fi
}

# Errors of memory are searched for in what passes through the library only: the server is built without the marks that
# valgrind needs to follow its own allocator.
under_valgrind() {
    local bin=$private_bin
    mv "$bin/postgres" "$bin/postgres.plain"
    # Not initdb's calls, which would take minutes.
    cat >"$bin/postgres" <<-SCRIPT
		#!/bin/sh
		[ "\$1" = -D ] || exec '$bin/postgres.plain' "\$@"
		exec valgrind --quiet --error-limit=no --num-callers=40 --trace-children=yes --undef-value-errors=no \\
		    --log-file='$private/valgrind.%p.log' '$bin/postgres.plain' "\$@"
	SCRIPT
    chmod 755 "$bin/postgres"
    chmod 777 "$private"
    mkdir -p "$logs/regress"
    private_start run
    make PG_CONFIG="$private_pg_config" installcheck TAP_TESTS= EXTRA_REGRESS_OPTS="--outputdir=$logs/regress" \
        >"$logs/valgrind.log" 2>&1 || failed=1
    tail -5 "$logs/valgrind.log"
    private_stop_servers
    cat "$private"/valgrind.*.log >"$logs/valgrind.reports" 2>/dev/null || true
    if grep -q 'quiver\.so' "$logs/valgrind.reports"; then
        echo "valgrind reports something in the library: build/soak/valgrind.reports"
        failed=1
    fi
}

[ $# -eq 1 ] || die "usage: scripts/soak.sh MINUTES | --valgrind"
trap private_stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
install_missing build server test
mkdir -p "$logs"
private_install
if [ "$1" = --valgrind ]; then
    install_missing soak
    under_valgrind
else
    [ "$1" -gt 0 ] 2>/dev/null || die "not a number of minutes: $1"
    minutes=$1
    install_faults
    # Half of the time for crashes, which take some 4 s each, a quarter for standbys.
    part kill "$private_bin" 003_kill.pl QUIVER_CRASH_CYCLES=$((minutes * 7 + 3))
    part standby "$private_bin" 004_standby.pl QUIVER_STANDBY_SECONDS=$((minutes * 15))
    part points "$fault_bin" fault/001_every_point.pl QUIVER_CRASH_DEPTH=$((minutes < 20 ? 5 : 40)) \
        QUIVER_FAULT_ACTIONS='error memory crash'
    part held "$fault_bin" fault/002_standby_scan.pl
    part interrupts "$private_bin" 005_interrupts.pl
    part operations "$private_bin" 006_operations.pl QUIVER_MEMORY_ROWS=$((minutes < 60 ? minutes * 2000 : 1000000))
    part corruption "$private_bin" 007_corruption.pl QUIVER_CORRUPTIONS=$((minutes * 4))
fi
if [ "$failed" -eq 0 ]; then echo 'nothing failed'; else echo 'FAILED'; fi
exit "$failed"

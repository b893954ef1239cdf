#!/usr/bin/env bash
# The long form of the tests of crashes, standbys, corruption and memory: the same tests as in scripts/test.sh, with more
# rounds.
#
#   scripts/soak.sh                          300 crashes, 1,000,000 queries on standbys, and the rest: about two hours
#   scripts/soak.sh MINUTES                  about as long: fewer of everything, or more
#   scripts/soak.sh PART[=NUMBER]...         only these parts, with this number each
#   scripts/soak.sh --list                   what the parts are, and their numbers
#   scripts/soak.sh --valgrind               instead: the regression tests on a server under valgrind (half an hour)
#
# QUIVER_SEED repeats a run's random numbers. Each part writes build/soak/PART.log; what it has to report is printed while
# it runs, and all figures once more at the end. The last line says whether anything failed.
set -euo pipefail
. "$(dirname "$0")/lib/common.sh"
. scripts/lib/packages.sh
. scripts/lib/server.sh
. scripts/lib/faults.sh

logs=$repo/build/soak
failed=0
summary=''

# What a part does with its number, and the number of the full form.
parts=(kill standby points held interrupts operations corruption builds)
declare -A about=(
    [kill]='times the server is killed under a mixed load, every other time at a fault point'
    [standby]='queries on two standbys while rows are turned over'
    [points]='writes of an operation after each of which the server dies; every fault point besides'
    [held]='standby scans held at fault points (the number is not used)'
    [interrupts]='cancelled builds, insertions, vacuums (the number is not used)'
    [operations]='rows inserted in one transaction, ten times as many rescans; dump, restore, replication'
    [corruption]='damaged pages'
    [builds]='CREATE INDEX and REINDEX CONCURRENTLY under load'
)
declare -A full=([kill]=300 [standby]=1000000 [points]=40 [held]=1 [interrupts]=1 [operations]=1000000 [corruption]=240 [builds]=100)

# The figures that the tests print with diag().
readonly figures='^# [0-9]+ (crashes|queries|of [0-9]+ (cycles|queries)|damaged)|^# memory:'

# tap NAME BINDIR FILE [VARIABLE=NUMBER...]
tap() {
    local name=$1 bin=$2 file=$3 began=$SECONDS status=0
    shift 3
    say "$name: $*"
    (
        for number in "$@"; do export "${number?}"; done
        run_tap "$name" "$bin" "t/$file"
    ) 2>&1 | tee "$logs/$name.log" | { grep --line-buffered -E "$figures" || true; } | sed -u 's/^#/   /' || status=$?
    if [ "$status" -eq 0 ]; then
        summary+="$name: ok, "
    else
        failed=1
        summary+="$name: FAILED, "
        { grep -A8 '^not ok' "$logs/$name.log" || tail -20 "$logs/$name.log"; } | head -40
    fi
    summary+="$(grep -c '^ok ' "$logs/$name.log" || true) tests, $((SECONDS - began)) s"$'\n'
    # A part may have no figures.
    summary+=$(grep -E "$figures" "$logs/$name.log" | grep -vE ' of [0-9]+ (cycles|queries)$' | sed 's/^#/   /' || true)$'\n'
}

# run_part NAME NUMBER
run_part() {
    local n=$2
    case $1 in
    kill) tap kill "$fault_bin" 003_kill.pl QUIVER_CRASH_CYCLES="$n" ;;
    standby) tap standby "$private_bin" 004_standby.pl QUIVER_STANDBY_QUERIES="$n" QUIVER_STANDBY_SECONDS=30 ;;
    points)
        tap points "$fault_bin" fault/001_every_point.pl QUIVER_CRASH_DEPTH="$n" QUIVER_FAULT_ACTIONS='error memory crash'
        ;;
    held) tap held "$fault_bin" fault/002_standby_scan.pl ;;
    interrupts) tap interrupts "$private_bin" 005_interrupts.pl ;;
    operations) tap operations "$private_bin" 006_operations.pl QUIVER_MEMORY_ROWS="$n" ;;
    corruption) tap corruption "$private_bin" 007_corruption.pl QUIVER_CORRUPTIONS="$n" ;;
    builds) tap builds "$private_bin" 009_concurrently.pl QUIVER_CONCURRENT_BUILDS="$n" ;;
    esac
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

if [ "${1:-}" = --list ]; then
    for name in "${parts[@]}"; do printf '%-11s %7d  %s\n' "$name" "${full[$name]}" "${about[$name]}"; done
    exit 0
fi
wanted=()
for argument in "$@"; do
    case $argument in
    --valgrind) [ $# -eq 1 ] || die "--valgrind stands alone" ;;
    [0-9]*)
        if [ $# -ne 1 ] || ! [ "$argument" -gt 0 ] 2>/dev/null; then die "not a number of minutes: $*"; fi
        # The full form takes about 120.
        for name in "${parts[@]}"; do
            number=$((full[$name] * argument / 120))
            wanted+=("$name=$((number > 0 ? number : 1))")
        done
        ;;
    *)
        name=${argument%%=*}
        [ -n "${about[$name]:-}" ] || die "no such part: $name (scripts/soak.sh --list)"
        [ "$name" = "$argument" ] && argument+="=${full[$name]}"
        [ "${argument#*=}" -gt 0 ] 2>/dev/null || die "not a number: ${argument#*=}"
        wanted+=("$argument")
        ;;
    esac
done
if [ $# -eq 0 ]; then for name in "${parts[@]}"; do wanted+=("$name=${full[$name]}"); done; fi

trap private_stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
install_missing build server test
mkdir -p "$logs"
private_install
if [ ${#wanted[@]} -eq 0 ]; then
    install_missing soak
    under_valgrind
else
    install_faults
    for part in "${wanted[@]}"; do run_part "${part%%=*}" "${part#*=}"; done
    printf '\n%s' "$summary"
fi
if [ "$failed" -eq 0 ]; then echo "nothing failed, $SECONDS s"; else echo "FAILED, $SECONDS s"; fi
exit "$failed"

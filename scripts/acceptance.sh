#!/usr/bin/env bash
# Runs pgvector's own tests against quiver installed as the extension `vector`, and compares what fails with the list
# test/acceptance/differences.txt: exit status 0 only when exactly those fail.
#
#   scripts/acceptance.sh PGVECTOR [NAME...]    PGVECTOR: a checkout of pgvector; NAME: tests, as hnsw_vector 017_hnsw_filtering
#
# With PGVECTOR_DEFAULTS=1, the settings whose defaults differ on purpose have those of pgvector. Logs: build/acceptance.
# docs/compatibility.md says why each of the listed differs.
set -euo pipefail
. "$(dirname "$0")/lib/common.sh"
. scripts/lib/packages.sh
. scripts/lib/server.sh

if ! [ -d "${1:-}/test/sql" ] || ! [ -d "${1:-}/test/t" ]; then
    die "usage: scripts/acceptance.sh PGVECTOR [NAME...]"
fi
source=$(cd "$1" && pwd)
shift
differences=$repo/test/acceptance/differences.txt
logs=$repo/build/acceptance

# names FOLDER SUFFIX WANTED...: the tests of a folder, or those of them that are wanted
names() {
    local folder=$1 suffix=$2 file name
    shift 2
    for file in "$folder"/*"$suffix"; do
        name=$(basename "$file" "$suffix")
        if [ $# -eq 0 ] || [[ " $* " == *" $name "* ]]; then echo "$name"; fi
    done
}

# Writes "NAME ok" or "NAME failed" for each.
run_regress() {
    local work=$private/acceptance
    (
        # The tests copy files to results/ and back.
        cd "$work/regress"
        "$server_tests/regress/pg_regress" --bindir="$private_bin" --inputdir="$work/test" --outputdir="$work/regress" \
            --load-extension=vector --dbname=acceptance "$@"
    ) >"$logs/regress.log" 2>&1 || true
    cp "$work/regress/regression.diffs" "$logs" 2>/dev/null || true
    sed -nE 's/^(test|    ) *([^ ]+) +\.\.\. +(ok|FAILED).*/\2 \3/p; s/^ok +[0-9]+ +[-+] ([^ ]+) .*/\1 ok/p;
        s/^not ok +[0-9]+ +[-+] ([^ ]+) .*/\1 FAILED/p' "$logs/regress.log" | sed 's/FAILED/failed/'
}

run_tap() {
    local work=$private/acceptance
    (
        cd "$work/test"
        unset PGHOST PGUSER PGDATABASE
        as_server_user env TEMP_CONFIG="$work/settings.conf" PG_REGRESS="$server_tests/regress/pg_regress" \
            TESTDIR="$work" TESTDATADIR="$work/tmp_check" TESTLOGDIR="$work/tmp_check/log" \
            prove -j "$JOBS" --nocolor -I "$server_tests/perl" -I perl "${@/#/t/}"
    ) >"$logs/tap.log" 2>&1 </dev/null || true
    cp -R "$work/tmp_check/log" "$logs/tap" 2>/dev/null || true
    sed -nE 's|^t/([^ ]+)\.pl \.* *ok$|\1 ok|p; s|^t/([^ ]+)\.pl \.* *(skipped.*)$|\1 \2|p;
        s|^t/([^ ]+)\.pl +\(Wstat.*|\1 failed|p' "$logs/tap.log"
}

trap private_stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
install_missing build server test
rm -rf "$logs"
mkdir -p "$logs"
say "building and starting a private server"
{ private_install && private_start run; } >"$logs/build.log" 2>&1 || { tail -20 "$logs/build.log"; die "no server"; }
server_tests=$(dirname "$("$private_pg_config" --pgxs)")/../test
mkdir -p "$private/acceptance/regress"
cp -R "$source/test" "$private/acceptance/test"
# What the servers of the TAP tests get into their configuration; PGOPTIONS is for the server of the others.
settings=$private/acceptance/settings.conf
: >"$settings"
if [ -n "${PGVECTOR_DEFAULTS:-}" ]; then
    printf '%s\n' 'hnsw.iterative_scan = off' 'hnsw.max_scan_tuples = 20000' >"$settings"
    export PGOPTIONS='-c hnsw.iterative_scan=off -c hnsw.max_scan_tuples=20000'
fi
if [ "$(id -u)" -eq 0 ]; then chown -R "$(server_user)" "$private/acceptance"; fi

mapfile -t regress < <(names "$source/test/sql" .sql "$@")
mapfile -t tap < <(names "$source/test/t" .pl "$@")
[ $((${#regress[@]} + ${#tap[@]})) -gt 0 ] || die "no such test"
{
    if [ ${#regress[@]} -gt 0 ]; then run_regress "${regress[@]}"; fi
    if [ ${#tap[@]} -gt 0 ]; then run_tap "${tap[@]/%/.pl}"; fi
} >"$logs/results"

# What is listed differs, everything else passes.
status=0
for name in "${regress[@]}" "${tap[@]}"; do
    result=$(awk -v name="$name" '$1 == name { sub(/^[^ ]+ /, ""); print; exit }' "$logs/results")
    reason=$(awk -v name="$name" '$1 == name { sub(/^[^ ]+ +/, ""); print; exit }' "$differences")
    case "${result:-not run}:${reason:+listed}" in
    ok:) echo "ok       $name" ;;
    failed:listed) echo "differs  $name: $reason" ;;
    ok:listed)
        echo "PASSES   $name, although listed: $reason"
        status=1
        ;;
    *)
        echo "FAILED   $name: ${result:-not run}"
        status=1
        ;;
    esac
done | tee "$logs/summary" || true
! grep -qE '^(PASSES|FAILED)' "$logs/summary" || status=1
printf '%s ok, %s differ as listed, %s unexpected\n' "$(grep -c '^ok' "$logs/summary" || true)" \
    "$(grep -c '^differs' "$logs/summary" || true)" "$(grep -cE '^(PASSES|FAILED)' "$logs/summary" || true)"
exit "$status"

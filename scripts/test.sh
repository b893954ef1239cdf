#!/usr/bin/env bash
# Runs every test and prints one summary. Exit status 0 only when nothing failed.
#
#   scripts/test.sh              all steps
#   scripts/test.sh STEP...      only these
#   scripts/test.sh --list       what the steps are
#
# FUZZ_SECONDS (60) is the time of all fuzzers together; JOBS the number of compilers, of processes of unit tests or of
# fuzzers at a time; PG_MAJOR or PG_CONFIG choose the server; CXX the compiler of the extension; PGVECTOR_SOURCE is a git
# checkout of pgvector, for the tests of the migration from it. Each step writes build/test-logs/STEP.log.
#
# The last line is "N passed, N failed" or "N passed, N failed, N skipped". It counts single tests as their own tools
# report them. A step that ran no test failed.
set -euo pipefail
. "$(dirname "$0")/lib/common.sh"
. scripts/lib/packages.sh
. scripts/lib/server.sh
. scripts/lib/faults.sh
. scripts/lib/pgvector.sh

steps=(build lint unit unit-asan aarch64 fuzz regress pgtap isolation tap clients bench demo)
declare -A about=(
    [build]='compile the extension, warnings are errors'
    [lint]='scripts/lint.sh: layers, headers, frames, symbols, format, ...'
    [unit]='GoogleTest on the pure core, optimised by gcc'
    [unit-asan]='the same under AddressSanitizer and UBSan of clang'
    [aarch64]='the kernels for NEON beside the scalar ones, under qemu'
    [fuzz]='libFuzzer on the parsers, from the corpus, for FUZZ_SECONDS in all'
    [regress]='pg_regress: sql/*.sql against expected/*.out'
    [pgtap]='facts about the catalogue: test/pgtap/*.sql'
    [isolation]='sessions stopped at fault points: test/isolation/specs/*.spec'
    [tap]='crash, standby, interrupts, corruption, ...: test/tap/*.pl, test/tap/fault/*.pl'
    [bench]='the benchmark driver: its parts, and a tiny run'
    [clients]='client libraries against the extension vector: test/clients'
    [demo]='scripts/demo.sh prints the neighbours it should'
)

logs=$repo/build/test-logs
counts=''   # the file a step writes its numbers to

# report PASSED FAILED [SKIPPED]: adds to the numbers of the current step
report() { echo "$1 $2 ${3:-0}" >>"$counts"; }

# lines PATTERN FILE: how many lines match
lines() { grep -cE "$1" "$2" || true; }

# ---- the server that several steps share ---------------------------------------------------------------------------

server_running=no
needs_server() { case $1 in regress | pgtap | isolation | tap | clients | bench) true ;; *) false ;; esac; }

# ---- the steps: each runs in a subshell with its output in the log, and calls report ---------------------------------

step_build() {
    make -j"$JOBS" PG_CONFIG="$PG_CONFIG" ERROR_ON_WARNING=1 all
    report 1 0
}

step_lint() {
    local status=0
    scripts/lint.sh | tee "$counts.out" || status=$?
    report "$(lines '^ok ' "$counts.out")" "$(lines '^FAIL ' "$counts.out")"
    return "$status"
}

# run_part NAME COMMAND...: runs one of several that run at the same time, with its output in a file of its own
run_part() {
    local name=$1
    shift
    "$@" >"$counts.1-$name" 2>&1 || {
        mv "$counts.1-$name" "$counts.2-$name"
        return 1
    }
}
# end_parts: their output into the log, that of those that failed last
end_parts() { cat "$counts".[12]-* | tee "$counts.out"; }

# run_shard BINARY SHARDS N: one of so many parts of the tests
run_shard() {
    GTEST_TOTAL_SHARDS=$2 GTEST_SHARD_INDEX=$3 UBSAN_OPTIONS=print_stacktrace=1 run_part "$3" "$1"
}

# run_unit PRESET: a process of the tests has one thread, so there are $JOBS at a time
run_unit() {
    local status=0 shards=16
    cmake --preset "$1"
    cmake --build "build/$1" -j"$JOBS" --target unit_tests
    seq 0 $((shards - 1)) | for_each run_shard "build/$1/unit_tests" "$shards" || status=$?
    end_parts
    count_unit
    return "$status"
}
count_unit() {
    report "$(lines '^\[       OK \] ' "$counts.out")" \
        "$(lines '^\[  FAILED  \] .*\([0-9]+ ms\)$' "$counts.out")" \
        "$(lines '^\[  SKIPPED \] .*\([0-9]+ ms\)$' "$counts.out")"
}
step_unit() { run_unit release; }
step_unit-asan() { run_unit clang-asan; }

# Not the sets of other architectures, which were tested here.
step_aarch64() {
    local status=0
    if [ "$(uname -m)" = aarch64 ]; then
        echo 'skipped: this machine has NEON, the unit tests were of it'
        report 0 0 1
        return
    fi
    cmake --preset aarch64
    cmake --build build/aarch64 -j"$JOBS" --target kernel_tests
    qemu-aarch64 build/aarch64/kernel_tests --gtest_filter='-*/sse2:*/avx*' | tee "$counts.out" || status=$?
    count_unit
    return "$status"
}

# run_fuzzer SECONDS BINARY
run_fuzzer() {
    local seconds=$1 binary=$2 name=${2##*/fuzz_}
    # What is found goes to build/, what is given is read only.
    mkdir -p "build/fuzz/found/$name"
    local options=(-max_total_time="$seconds" -timeout=10 -rss_limit_mb=1024 -print_final_stats=1
        -artifact_prefix="build/fuzz/found/$name-")
    if [ -f "test/fuzz/$name.dict" ]; then options+=(-dict="test/fuzz/$name.dict"); fi
    local corpus=()
    if [ -d "test/fuzz/corpus/$name" ]; then corpus=("test/fuzz/corpus/$name"); fi
    if run_part "$name" "$binary" "${options[@]}" "build/fuzz/found/$name" "${corpus[@]}"; then
        report 1 0
    else
        report 0 1
        echo "the input is in build/fuzz/found/$name-*; repeat with: $binary FILE" >>"$counts.2-$name"
        return 1
    fi
}

# The fuzzers are built with the unit tests, by the preset clang-asan, and share what those have compiled.
step_fuzz() {
    local binaries status=0 seconds
    cmake --preset clang-asan
    cmake --build build/clang-asan -j"$JOBS" --target fuzzers
    mapfile -t binaries < <(find build/clang-asan -maxdepth 1 -type f -name 'fuzz_*' -perm -u+x | sort)
    [ ${#binaries[@]} -gt 0 ] || return 1
    seconds=$((${FUZZ_SECONDS:-60} / ${#binaries[@]}))
    [ "$seconds" -gt 0 ] || seconds=1
    printf '%s\n' "${binaries[@]}" | for_each run_fuzzer "$seconds" || status=$?
    end_parts
    return "$status"
}

# count_regress FILE: what pg_regress printed, in the style of 15 ("test name ... ok") or of 16 and later ("ok 1 - name")
count_regress() {
    report "$(lines '^(test|    ) *[^ ]+ +\.\.\. ok|^ok +[0-9]+ ' "$1")" \
        "$(lines '\.\.\. FAILED|^not ok +[0-9]+ ' "$1")"
}

# installcheck WHAT OUTPUTDIR [VARIABLE=VALUE...]: the variables are for make
installcheck() {
    local status=0 other what=$1 out=$2
    shift 2
    case $what in REGRESS) other=ISOLATION ;; *) other=REGRESS ;; esac
    rm -rf "$out"
    mkdir -p "$out"
    make PG_CONFIG="$private_pg_config" "$@" installcheck "$other=" TAP_TESTS= EXTRA_REGRESS_OPTS="--outputdir=$out" 2>&1 |
        tee "$counts.out" || status=$?
    count_regress "$counts.out"
    if [ -s "$out/regression.diffs" ]; then cat "$out/regression.diffs"; fi
    return "$status"
}
step_regress() { installcheck REGRESS "$repo/build/regress"; }

# On a server of its own, which has the fault points.
step_isolation() {
    install_faults
    use_faults
    private_start run-fault
    installcheck ISOLATION "$repo/build/isolation" FAULT_POINTS=1
}

# count_tap FILE: what `prove --verbose` printed. A file that skips all its tests counts as one.
count_tap() {
    report "$(lines '^(ok [0-9]|not ok .*# TODO)' "$1")" "$(grep -E '^not ok' "$1" | grep -cv '# TODO' || true)" \
        "$(lines '^1\.\.0 # SKIP' "$1")"
}

step_pgtap() {
    local status=0
    createdb quiver_pgtap
    export PGDATABASE=quiver_pgtap
    psql -Xq -v ON_ERROR_STOP=1 -c 'CREATE EXTENSION pgtap' -c 'CREATE EXTENSION quiver'
    prove --verbose --nocolor --exec 'psql -XqAt -v ON_ERROR_STOP=1 -f' test/pgtap/*.sql 2>&1 | tee "$counts.out" ||
        status=$?
    count_tap "$counts.out"
    return "$status"
}

# Those that need fault points, and the others, at the same time.
step_tap() {
    local status=0 faults tag ordinary=(test/tap/*.pl) fault=(test/tap/fault/*.pl)
    if [ -n "${PGVECTOR_SOURCE:-}" ]; then
        for tag in $(pgvector_tags "$PGVECTOR_SOURCE"); do
            pgvector_install "$PGVECTOR_SOURCE" "$tag" "$private_pg_config"
        done
    fi
    install_faults
    run_tap fault "$fault_bin" "${fault[@]/#test\/tap/t}" t/003_kill.pl >"$counts.fault" 2>&1 &
    faults=$!
    run_tap plain "$private_bin" "${ordinary[@]/#test\/tap/t}" 2>&1 | tee "$counts.out" || status=$?
    wait "$faults" || status=$?
    cat "$counts.fault"
    count_tap "$counts.out"
    count_tap "$counts.fault"
    return "$status"
}

# Tests of the parts, and small measurements on the shared server whose recall is checked.
step_bench() {
    local status=0
    . bench/python.sh
    (cd bench && "$(find_python)" -m unittest discover --verbose -s tests -t .) 2>&1 | tee "$counts.out" || status=$?
    report "$(lines '(^|\.\.\. )ok$' "$counts.out")" "$(lines '^(FAIL|ERROR): ' "$counts.out")" \
        "$(lines '\.\.\. skipped ' "$counts.out")"
    return "$status"
}

# The packages come from the network; what cannot be had is skipped, with its reason.
step_clients() {
    local status=0 work=$private/clients
    if ! command -v npm >/dev/null; then
        echo 'skipped: no npm here'
        report 0 0 1
        return
    fi
    cp -R test/clients/node "$work"
    if ! (cd "$work" && timeout 120 npm install --no-audit --no-fund --no-package-lock 2>&1); then
        echo 'skipped: npm cannot install the packages'
        report 0 0 1
        return
    fi
    createdb quiver_clients
    PGDATABASE=quiver_clients node --test-reporter=tap "$work/usage.test.mjs" | tee "$counts.out" || status=$?
    count_tap "$counts.out"
    return "$status"
}

step_demo() {
    scripts/demo.sh </dev/null | tee "$counts.out"
    local expected passed=0 failed=0
    # What a reader of the output relies on: who is near whom, and that smaller vectors find (almost) the same.
    for expected in \
        '│ formiko +│ editors' \
        '│ postgresql +│ postgresql-contrib \(0\.01\), postgresql-client \(0\.02\)' \
        '│ feh +│ qcomicbook .*, pqiv ' \
        '│ pandoc +│ stx2any .*, tmexpand ' \
        '│ dotter +│ blixem .*, mash ' \
        '│ boxes +│ text ' \
        '│ vector +│ +520 │ +100\.0 │' \
        '│ halfvec +│ +264 │ +(100\.0|99\.[0-9]) │' \
        '│ 4000000 │ +0\.733 │' \
        'Index Scan using packages_embedding_idx on packages' \
        '│ +1500 │' \
        '│ +40 │ +(100\.0|99\.[0-9]|98\.[0-9]) │'; do
        if grep -qE "$expected" "$counts.out"; then
            passed=$((passed + 1))
        else
            echo "the demo did not print: $expected"
            failed=$((failed + 1))
        fi
    done
    report "$passed" "$failed"
    [ "$failed" -eq 0 ]
}

# ---- what there is to run -------------------------------------------------------------------------------------------

if [ "${1:-}" = --list ]; then
    for step in "${steps[@]}"; do printf '%-10s %s\n' "$step" "${about[$step]}"; done
    exit 0
fi
for step in "$@"; do
    [ -n "${about[$step]:-}" ] || die "no such step: $step (scripts/test.sh --list)"
done
if [ $# -gt 0 ]; then
    wanted=("$@")
else
    wanted=("${steps[@]}")
fi

trap private_stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

install_missing build server test lint fuzz bench
[ "$(uname -m)" = aarch64 ] || install_missing aarch64
mkdir -p "$logs"
total_passed=0 total_failed=0 total_skipped=0
summary=''
began=$SECONDS

for step in "${wanted[@]}"; do
    log=$logs/$step.log
    counts=$logs/$step.counts
    rm -f "$counts" "$counts".*
    printf '%-10s %s ... ' "$step" "${about[$step]}"
    started=$SECONDS
    status=0
    : >"$log"
    if needs_server "$step" && [ "$server_running" = no ]; then
        # Not in a subshell: the server outlives the step.
        { private_install && private_start run && server_running=yes; } >"$log" 2>&1 || status=$?
    fi
    if [ "$status" -eq 0 ]; then
        set +e
        (
            set -e
            "step_$step"
        ) >>"$log" 2>&1 </dev/null
        status=$?
        set -e
    fi
    passed=0 failed=0 skipped=0
    if [ -f "$counts" ]; then
        read -r passed failed skipped < <(awk '{ p += $1; f += $2; s += $3 } END { print p + 0, f + 0, s + 0 }' "$counts")
    fi
    # A tool that failed without naming a test, and a step that tested nothing, are failures too.
    if [ "$failed" -eq 0 ] && { [ "$status" -ne 0 ] || [ $((passed + skipped)) -eq 0 ]; }; then failed=1; fi
    took="$((SECONDS - started)) s"
    if [ "$failed" -eq 0 ]; then
        echo "$passed passed, $took"
        grep -hE '^skipped: |^[^ ]+ \.* skipped: ' "$log" | sed 's/^/    /' || true
    else
        printf '%sFAILED%s (%s passed, %s failed), %s\n' "$bold" "$plain" "$passed" "$failed" "$took"
        [ "$passed" -gt 0 ] || [ "$status" -ne 0 ] || echo "    no test was run"
        tail -n "${LOG_LINES:-60}" "$log" | sed 's/^/    /'
        echo "    the whole log: ${log#"$repo"/}"
    fi
    total_passed=$((total_passed + passed))
    total_failed=$((total_failed + failed))
    total_skipped=$((total_skipped + skipped))
    summary+=$(printf '  %-10s %6d passed %4d failed %4d skipped  %6s' "$step" "$passed" "$failed" "$skipped" "$took")$'\n'
done

private_stop
printf '\n%s\n' "${summary}in $((SECONDS - began)) s"
if [ "$total_skipped" -gt 0 ]; then
    echo "$total_passed passed, $total_failed failed, $total_skipped skipped"
else
    echo "$total_passed passed, $total_failed failed"
fi
[ "$total_failed" -eq 0 ]

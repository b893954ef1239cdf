#!/usr/bin/env bash
# Fails when a test would be run without being able to fail, or would not be run at all.
#
#   scripts/check_tests_paired.sh [DIRECTORY]    default: this tree
set -euo pipefail
. "$(dirname "$0")/lib/common.sh"
cd "${1:-.}"
shopt -s nullglob

failed=0
count=0
complain() {
    echo "$1"
    failed=1
}

# twins FOLDER SUFFIX FOLDER SUFFIX: every file has its twin, both ways. Alternatives are called name_0.out ... name_9.out.
twins() {
    local file name
    for file in "$1"/*"$2"; do
        count=$((count + 1))
        name=$(basename "$file" "$2")
        [ -f "$3/$name$4" ] || complain "$file: there is no $3/$name$4"
    done
    for file in "$3"/*"$4"; do
        name=$(basename "$file" "$4")
        [ -f "$1/$name$2" ] || [ -f "$1/${name%_[0-9]}$2" ] || complain "$file: there is no $1/$name$2"
        [ -s "$file" ] || complain "$file: is empty"
    done
}
twins sql .sql expected .out
twins test/isolation/specs .spec test/isolation/expected .out

for file in test/pgtap/*.sql; do
    count=$((count + 1))
    grep -qE '\bplan\(' "$file" || complain "$file: has no plan(): a script that stops half-way would pass"
    grep -qE '\bfinish\(' "$file" || complain "$file: does not call finish()"
    if grep -qE '\bno_plan\(' "$file"; then complain "$file: no_plan() is no plan"; fi
done

for file in test/tap/*.pl test/tap/fault/*.pl; do
    count=$((count + 1))
    grep -qE '\bdone_testing\b|tests *=> *[0-9]' "$file" || complain "$file: neither done_testing nor a number of tests"
done

# CMake takes *_test.cpp only.
while IFS= read -r file; do
    count=$((count + 1))
    if grep -qE '^(TYPED_)?TEST(_[FP])?\(' "$file"; then
        case $file in *_test.cpp) ;; *) complain "$file: contains tests but is not called *_test.cpp" ;; esac
    elif [ "${file%_test.cpp}" != "$file" ]; then
        complain "$file: contains no test"
    fi
done < <(find test/unit -name '*.cpp' 2>/dev/null | sort)

# A fuzzer without a corpus starts from nothing.
for file in test/fuzz/*.cpp; do
    count=$((count + 1))
    seeds=(test/fuzz/corpus/"$(basename "$file" .cpp)"/*)
    [ ${#seeds[@]} -gt 0 ] || complain "$file: there is no seed in test/fuzz/corpus/$(basename "$file" .cpp)/"
done

# Tests that test/README.md names, without their suffix.
# shellcheck disable=SC2016  # backquotes of Markdown
for name in $(grep -soE '`(tap|isolation|unit|sql|fuzz)/[a-z0-9_/]+`' test/README.md | tr -d '`' | sort -u); do
    case $name in
    isolation/*) files=(test/isolation/specs/"${name#*/}".spec) ;;
    sql/*) files=(sql/"${name#*/}".sql) ;;
    *) files=(test/"$name" test/"$name".*) ;;
    esac
    found=no
    for file in "${files[@]}"; do [ ! -e "$file" ] || found=yes; done
    [ "$found" = yes ] || complain "test/README.md: there is no test $name"
done

[ "$count" -gt 0 ] || complain "found no test at all"
[ "$failed" -ne 0 ] || echo "$count files"
exit "$failed"

#!/usr/bin/env bash
# Runs every check of this folder, or the named ones. scripts/README.md explains each.
#
#   scripts/lint.sh [NAME...]
set -euo pipefail
. "$(dirname "$0")/lib/common.sh"
. scripts/lib/packages.sh

# Everything called check_* is a check: a new one needs no entry here.
checks=()
for file in scripts/check_*; do checks+=("$file"); done

syntax() {
    local file
    local shell=(scripts/*.sh scripts/lib/*.sh bench/run bench/report bench/pgo bench/python.sh .ci/run)
    for file in "${shell[@]}"; do bash -n "$file"; done
    while IFS= read -r file; do
        python3 -c 'import ast, sys; ast.parse(open(sys.argv[1], encoding="utf-8").read(), sys.argv[1])' "$file"
    done < <(find scripts bench test -name '*.py' 2>/dev/null)
    python3 -m json.tool META.json >/dev/null
    if command -v shellcheck >/dev/null; then
        shellcheck "${shell[@]}"
    fi
}

# Every check is documented, because the reader of a failure starts there.
documented() {
    local file status=0
    for file in "${checks[@]}" scripts/lint.sh scripts/test.sh scripts/soak.sh scripts/demo.sh scripts/format.sh; do
        grep -q "^##* \`$(basename "$file")\`" scripts/README.md ||
            { echo "scripts/README.md has no heading for $(basename "$file")"; status=1; }
    done
    return "$status"
}

# run NAME COMMAND...
failed=0
only=" $* "
run() {
    local name=$1 output
    shift
    if [ "$only" != "  " ] && [ "${only#* "$name" }" = "$only" ]; then return; fi
    if output=$("$@" 2>&1); then
        printf 'ok    %-20s %s%s%s\n' "$name" "$dim" "$(tail -1 <<<"$output")" "$plain"
    else
        printf 'FAIL  %s\n%s\n' "$name" "$(sed 's/^/      /' <<<"$output")"
        failed=1
    fi
}

install_missing build lint
run syntax syntax
run documented documented
run format scripts/format.sh --check
for check in "${checks[@]}"; do
    name=$(basename "${check%.*}")
    run "${name#check_}" "$check"
done
if [ "$failed" -ne 0 ]; then echo "scripts/README.md says what each check wants and how to satisfy it"; fi
exit "$failed"

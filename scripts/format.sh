#!/usr/bin/env bash
# Rewrites the C++ sources with clang-format.
#
#   scripts/format.sh            rewrite
#   scripts/format.sh --check    only say what would change, and fail when something would
set -euo pipefail
. "$(dirname "$0")/lib/common.sh"

command -v clang-format >/dev/null || die "clang-format is missing: apt-get install clang-format"
mapfile -t files < <(find include src test bench -name '*.hpp' -o -name '*.cpp' -o -name '*.inl' | sort)
[ ${#files[@]} -gt 0 ] || die "found no source"
if [ "${1:-}" = --check ]; then
    changed=$(for file in "${files[@]}"; do
        clang-format --style=file "$file" | cmp -s - "$file" || echo "$file"
    done)
    if [ -n "$changed" ]; then
        printf 'make format would change:\n%s\n' "$changed"
        exit 1
    fi
    echo "${#files[@]} files"
else
    clang-format --style=file -i "${files[@]}"
fi

#!/usr/bin/env bash
# Fails when a frame of the server's side holds an object with a destructor while it calls the server.
#
# An SQL error leaves by longjmp and skips destructors. The compiler knows which frames have one to run when a call does
# not return: compiled with exceptions, it writes them into the section .gcc_except_table. No frame, no section.
set -euo pipefail
. "$(dirname "$0")/lib/common.sh"
. scripts/lib/packages.sh
find_postgres
. scripts/lib/compile.sh

out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

check() {
    local compiler=$1 source=$2 object
    object=$out/$compiler-${source//\//_}.o
    if ! "$compiler" "${core_flags[@]}" "${server_flags[@]}" "$(volatile_flag "$compiler")" -O1 -fexceptions \
        -ffunction-sections -c "$source" -o "$object"; then
        echo "$source: does not compile with $compiler"
        return 1
    fi
    # With one section per function, the table's name ends in the function's.
    local frames
    frames=$(readelf -SW "$object" | sed -n 's/.* \.gcc_except_table\.\{0,1\}\([^ ]*\) .*/\1/p' |
        sed 's/^$/(a function without a section of its own)/' | sort -u | c++filt)
    if [ -n "$frames" ]; then
        printf '%s: something to destroy while the server is called (seen by %s):\n' "$source" "$compiler"
        printf '    %s\n' "$frames"
        return 1
    fi
}

sources=$(find src/pg -name '*.cpp' | sort)
[ -n "$sources" ] || die "found no source in src/pg"
failed=0
while IFS= read -r compiler; do
    for_each check "$compiler" <<<"$sources" || failed=1
done < <(compilers)
[ "$failed" -ne 0 ] || echo "$(wc -l <<<"$sources") sources, $(compilers | paste -sd ' '): no frame to unwind"
exit "$failed"

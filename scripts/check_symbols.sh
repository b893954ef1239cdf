#!/usr/bin/env bash
# Fails when quiver.so or its objects contain what must not be there. Builds them first when needed.
#
#   scripts/check_symbols.sh [DIRECTORY]    a tree that is built already (default: this one, after make)
set -euo pipefail
. "$(dirname "$0")/lib/common.sh"
. scripts/lib/packages.sh
find_postgres

if [ $# -gt 0 ]; then cd "$1"; else make -s -j"$JOBS" PG_CONFIG="$PG_CONFIG" all >/dev/null; fi

failed=0
# complain TITLE TEXT: a failure when TEXT is not empty
complain() {
    if [ -n "$2" ]; then
        printf '%s\n' "$1"
        head -20 <<<"$2" | c++filt | sed 's/^/    /'
        failed=1
    fi
}

library=quiver.so
[ -f "$library" ] || die "there is no $library"
objects=$(find src -name '*.o' | sort)
[ -n "$objects" ] || die "there are no objects in src"

# 1. Exports: nothing but exports.txt, whose lines are names or patterns; and each pattern matches something.
patterns=$(awk '!/^#/ && NF { print $1 }' exports.txt)
exported=$(nm -D --defined-only "$library" | awk '{ print $3 }' | sort)
unlisted=''
while IFS= read -r symbol; do
    listed=no
    while IFS= read -r pattern; do
        # shellcheck disable=SC2053  # the right side is a pattern on purpose
        if [[ $symbol == $pattern ]]; then listed=yes; fi
    done <<<"$patterns"
    if [ "$listed" = no ]; then unlisted+=$symbol$'\n'; fi
done <<<"$exported"
complain 'exported, but not in exports.txt:' "${unlisted%$'\n'}"
for pattern in $patterns; do
    # shellcheck disable=SC2053
    while IFS= read -r symbol; do [[ $symbol == $pattern ]] && break; done <<<"$exported" ||
        complain 'in exports.txt, but not exported:' "$pattern"
done

# 2. No C++ run time: no exceptions, no operator new, no libstdc++ (and no static guard).
complain 'needed from the C++ run time, which the server does not load:' \
    "$(nm -D --undefined-only "$library" |
        awk '$2 ~ /^(_Z|__cxa_|__gxx_|_Unwind)/ && $2 !~ /^__cxa_finalize(@|$)/ { print $2 }')"
complain 'linked with the C++ run time:' "$(ldd "$library" | grep -E 'libstdc|libc\+\+|libgcc' || true)"

# 3. No code that runs inside dlopen.
complain 'static initialisers:' \
    "$(for object in $objects; do nm -A "$object" | grep -E ' _GLOBAL__(sub_)?[ID]_| __cxx_global_var_init' || true; done)"

# 4. Instruction sets stay in their files. An inline function that two such objects both contain is merged by the linker
#    into one, which may be the one that this machine cannot run.
isas=$(awk '!/^#/ && NF { print $1 }' src/kernels/isa_flags.txt)
[ -n "$isas" ] || die "src/kernels/isa_flags.txt lists nothing"
weak=''
baseline=''
for object in $objects; do
    isa=''
    for candidate in $isas; do
        case $object in *_"$candidate".o) isa=$candidate ;; esac
    done
    if [ -n "$isa" ]; then
        weak+=$(nm "$object" | awk -v object="$object" '$2 ~ /^[WVu]$/ { print $3, object }')$'\n'
    else
        baseline+=$object$'\n'
    fi
done
shared=$(awk 'NF { seen[$1] = seen[$1] " " $2; count[$1]++ }
              END { for (name in count) if (count[name] > 1) print name ":" seen[name] }' <<<"$weak")
complain 'weak symbols that several instruction sets define:' "$shared"
baseline_weak=$(for object in $baseline; do nm "$object" | awk '$2 ~ /^[WVu]$/ { print $3 }'; done | sort -u)
complain 'weak symbols that an instruction set shares with baseline objects:' \
    "$(comm -12 <(awk 'NF { print $1 }' <<<"$weak" | sort -u) <(printf '%s\n' "$baseline_weak" | sed '/^$/d'))"

# 5. And the others contain none of it: VEX and EVEX instructions name ymm and zmm, or start with v (x86-64).
if [ "$(uname -m)" = x86_64 ]; then
    wide=''
    for object in $baseline; do
        # Not grep -q: it would leave objdump with a broken pipe, and pipefail would call that "not found".
        if objdump -d --no-show-raw-insn "$object" | grep -E '%[yz]mm|	v[a-z0-9]+[ 	].*%xmm' >/dev/null; then
            wide+=$object$'\n'
        fi
    done
    complain 'AVX instructions in objects that every machine runs:' "${wide%$'\n'}"
fi

[ "$failed" -ne 0 ] || echo "$(wc -l <<<"$exported") exports, $(wc -l <<<"$objects") objects"
exit "$failed"

# shellcheck shell=bash
# What every script of this folder starts with: source it right after `set -euo pipefail`.
# Gives: repo (the root of the checkout, also the current directory), say, warn, die,
# for_each.

repo=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cd "$repo" || exit

# The caller's environment must not decide where we connect, how numbers sort or what make does.
for variable in ${!PG@}; do
    case $variable in
    PG_CONFIG | PG_MAJOR | PGVECTOR_SOURCE | PGVECTOR_DEFAULTS) ;;
    *) unset "$variable" ;;
    esac
done
unset variable CDPATH MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES
export LC_ALL=C.UTF-8
umask 022

if [ -t 1 ]; then bold=$'\e[1m' dim=$'\e[2m' plain=$'\e[0m'; else bold='' dim='' plain=''; fi
# For the scripts that source this file.
export bold dim plain

say() { printf '%s==>%s %s\n' "$bold" "$plain" "$*"; }
warn() { printf '%s: %s\n' "${0##*/}" "$*" >&2; }
die() {
    warn "$*"
    exit 1
}

# How many compilers, or other programs that keep a core busy, to run at once.
export JOBS=${JOBS:-$(nproc)}

# Runs `"$@" LINE` for every line of standard input, $JOBS at a time; fails when one did.
for_each() {
    local line running=0 status=0
    while IFS= read -r line; do
        if [ "$running" -ge "$JOBS" ]; then
            wait -n || status=1
            running=$((running - 1))
        fi
        "$@" "$line" </dev/null &
        running=$((running + 1))
    done
    while [ "$running" -gt 0 ]; do
        wait -n || status=1
        running=$((running - 1))
    done
    return "$status"
}

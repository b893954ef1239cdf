# shellcheck shell=bash
# What every script of this folder starts with: source it right after `set -euo pipefail`.
# Gives: repo (the root of the checkout, also the current directory), say, warn, die.

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

# How many compilers to run at once.
export JOBS=${JOBS:-$(nproc)}

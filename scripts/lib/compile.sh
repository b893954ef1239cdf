# shellcheck shell=bash
# The compiler calls of the checks. Needs common.sh and PG_CONFIG.

# Flags of the extension, as in the Makefile.
# shellcheck disable=SC2034  # used by the scripts that source this
core_flags=(-std=c++20 -Wall -Wextra -Werror -fno-rtti -fno-threadsafe-statics -fno-strict-aliasing -fwrapv
    -Iinclude -Isrc)
# shellcheck disable=SC2034
server_flags=(-Wno-register -isystem "$("$PG_CONFIG" --includedir-server)" -D_GNU_SOURCE '-DQUIVER_VERSION="lint"')

# What this compiler calls C++20's complaint about ++ on volatile.
volatile_flag() {
    case $("$1" --version) in *clang*) echo -Wno-deprecated-volatile ;; *) echo -Wno-volatile ;; esac
}

# The compilers that are here. g++ always is; clang++ finds other things.
compilers() {
    echo g++
    if command -v clang++ >/dev/null; then echo clang++; fi
}

#!/usr/bin/env bash
# Fails when a header does not compile on its own, or when a core header does not compile after the server's headers.
set -euo pipefail
. "$(dirname "$0")/lib/common.sh"
. scripts/lib/packages.sh
find_postgres
. scripts/lib/compile.sh

# try WHAT TEXT FLAGS...: TEXT as one translation unit
try() {
    local what=$1 text=$2 messages
    shift 2
    if ! messages=$(g++ "${core_flags[@]}" -fno-exceptions "$@" -x c++ -fsyntax-only - <<<"$text" 2>&1); then
        printf '%s: does not compile\n%s\n' "$what" "$(head -20 <<<"$messages" | sed 's/^/    /')"
        return 1
    fi
}

check() {
    local header=$1 status=0
    case $header in
    # This one exists to fail after postgres.h; the core headers below must not, or a server file could not use them.
    quiver/base/no_postgres.hpp)
        try "$header" "#include \"$header\"" || status=1
        if try "$header" "#include \"pg/postgres.hpp\"
                          #include \"$header\"" "${server_flags[@]}" -Wno-volatile >/dev/null; then
            echo "$header: compiles after postgres.h, so it guards nothing"
            status=1
        fi
        ;;
    quiver/*)
        try "$header, alone" "#include \"$header\"" || status=1
        try "$header, after pg/postgres.hpp" "#include \"pg/postgres.hpp\"
                                              #include \"$header\"" "${server_flags[@]}" -Wno-volatile || status=1
        ;;
    # Every file of the server's side starts with pg/postgres.hpp.
    pg/*)
        try "$header" "#include \"pg/postgres.hpp\"
                       #include \"$header\"" "${server_flags[@]}" -Wno-volatile || status=1
        ;;
    esac
    return "$status"
}

headers=$({ (cd include && find quiver -name '*.hpp') && (cd src && find pg -name '*.hpp'); } | sort)
[ -n "$headers" ] || die "found no header"
for_each check <<<"$headers" || exit 1
echo "$(wc -l <<<"$headers") headers"

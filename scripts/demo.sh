#!/usr/bin/env bash
# Shows quiver at work: builds it, starts a private throw-away server, loads real data, asks for nearest neighbours.
#
#   scripts/demo.sh           run demo/*.sql and clean up
#   scripts/demo.sh --shell   then open psql on the demo's database
#   scripts/demo.sh --keep    then keep the server running until Ctrl-C
set -euo pipefail
. "$(dirname "$0")/lib/common.sh"
. scripts/lib/packages.sh
. scripts/lib/server.sh

afterwards=stop
case ${1:-} in
'') ;;
--shell) afterwards=shell ;;
--keep) afterwards=keep ;;
*)
    sed -n '2,6s/^# \{0,1\}//p' "$0"
    case $1 in -h | --help) exit 0 ;; *) exit 2 ;; esac
    ;;
esac

trap private_stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

install_missing build server
say "building quiver for PostgreSQL $PG_MAJOR"
make -s -j"$JOBS" PG_CONFIG="$PG_CONFIG" all
say "starting a private server (nothing of your own PostgreSQL is touched)"
private_install
private_start run

for script in demo/*.sql; do
    psql --quiet --no-psqlrc -v ON_ERROR_STOP=1 -f "$script"
done

case $afterwards in
stop)
    echo
    say "done, the server is gone. Try it yourself: ${bold}scripts/demo.sh --shell${plain}"
    ;;
shell)
    echo
    say "the table is called packages; \\q stops the server and removes it"
    # Ctrl-C belongs to psql here: it cancels a query.
    trap '' INT
    psql || true
    ;;
keep)
    echo
    say "the server runs until Ctrl-C. From another terminal, as this user:"
    printf '    %s -h %s -U postgres\n' "$private_bin/psql" "$PGHOST"
    while sleep 1; do :; done
    ;;
esac

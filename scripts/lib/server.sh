# shellcheck shell=bash
# A private, throw-away PostgreSQL: its own copy of the installation, its own cluster, a unix socket only.
# Needs common.sh and PG_CONFIG. Gives: private_install, private_start, private_stop, as_server_user.
#
# Why a copy of the installation: PostgreSQL before 18 finds extensions only in its own directories, and those belong to
# the system. The server computes its directories from where its binary lies, so a copy with the same relative layout is
# a complete installation into which `make install` can put quiver.
#
# After private_start: PGHOST, PGUSER, PGDATABASE are exported, $private_bin is first in PATH, and
# $private_pg_config is the pg_config of the copy. private_stop, called by a trap, removes everything.

: "${repo:?source common.sh first}"

private=''         # the directory everything lives in
private_pg_config=''
private_bin=''

# The server refuses to run as root, so root hands over to an unprivileged user.
server_user() {
    if [ "$(id -u)" -ne 0 ]; then
        id -un
    elif getent passwd postgres >/dev/null; then
        echo postgres
    else
        echo nobody
    fi
}

as_server_user() {
    if [ "$(id -u)" -ne 0 ]; then
        "$@"
        return
    fi
    local user group
    user=$(server_user)
    group=$(id -g "$user")
    setpriv --reuid="$user" --regid="$group" --clear-groups \
        env HOME="${private:-/}" USER="$user" LOGNAME="$user" "$@"
}

# A new directory in which the server's user can run programs, with a path short enough for a socket (107 bytes).
# Some systems mount /tmp noexec, some point TMPDIR deep into a home directory that others cannot enter.
make_private_dir() {
    local parent dir
    for parent in "${TMPDIR:-/tmp}" /tmp /var/tmp "$repo/build"; do
        dir=$(mktemp -d "$parent/quiver.XXXXXX" 2>/dev/null) || continue
        chmod 755 "$dir"
        printf '#!/bin/sh\n' >"$dir/probe"
        chmod 755 "$dir/probe"
        if [ ${#dir} -lt 80 ] && (cd / && as_server_user "$dir/probe") 2>/dev/null; then
            rm "$dir/probe"
            echo "$dir"
            return
        fi
        rm -rf "$dir"
    done
    die "found no directory for a private server: set TMPDIR to one that $(server_user) can enter"
}

# Copies the installation that PG_CONFIG names, and checks that the copy knows where it is.
copy_installation() {
    local bindir pkglibdir sharedir includedir root path
    bindir=$("$PG_CONFIG" --bindir)
    pkglibdir=$("$PG_CONFIG" --pkglibdir)
    sharedir=$("$PG_CONFIG" --sharedir)
    includedir=$("$PG_CONFIG" --includedir)

    # The longest directory that contains them all: /usr on Debian, the prefix of a build from source.
    root=$bindir
    for path in "$pkglibdir" "$sharedir" "$includedir" "$("$PG_CONFIG" --includedir-server)"; do
        while [ "${path#"$root"/}" = "$path" ]; do
            root=${root%/*}
        done
    done

    local tree=$private/pg
    private_bin=$tree${bindir#"$root"}
    private_pg_config=$private_bin/pg_config
    mkdir -p "$private_bin" "$tree${pkglibdir#"$root"}" "$tree${sharedir#"$root"}"
    cp -RL "$bindir/." "$private_bin"
    # Neither bitcode, which only the JIT's inlining reads, nor manual pages: half of the bytes.
    (cd "$pkglibdir" && tar -cf - --exclude=./bitcode .) | tar -xf - -C "$tree${pkglibdir#"$root"}"
    (cd "$sharedir" && tar -cf - --exclude=./man .) | tar -xf - -C "$tree${sharedir#"$root"}"
    mkdir -p "$(dirname "$tree${includedir#"$root"}")"
    ln -s "$includedir" "$tree${includedir#"$root"}"

    if [ "$("$private_pg_config" --sharedir)" != "$tree${sharedir#"$root"}" ]; then
        die "the copy of PostgreSQL in $tree still reports $("$private_pg_config" --sharedir)"
    fi
}

# Makes the private installation and installs quiver into it.
private_install() {
    private=$(make_private_dir)
    copy_installation
    make -s PG_CONFIG="$PG_CONFIG" -j"$JOBS" all
    make -s PG_CONFIG="$private_pg_config" install install-vector
}

# private_start NAME: creates and starts a cluster in $private/NAME, which begins with run. Durability is off: nothing
# here outlives the script. Lines of postgresql.conf in $private_settings come last and therefore win.
private_start() {
    local run=$private/$1
    mkdir "$run"
    chmod 700 "$run"
    if [ "$(id -u)" -eq 0 ]; then chown "$(server_user)" "$run"; fi

    # From /, because the server's user may not be able to read the checkout we are in.
    (
        cd /
        as_server_user "$private_bin/initdb" -D "$run/data" -U postgres -A trust -E UTF8 --no-locale \
            --no-sync --no-instructions >"$private/initdb.log" 2>&1
    ) || { cat "$private/initdb.log" >&2; die "initdb failed"; }
    as_server_user tee -a "$run/data/postgresql.conf" >/dev/null <<-CONF
		listen_addresses = ''
		unix_socket_directories = '$run'
		fsync = off
		synchronous_commit = off
		full_page_writes = off
		jit = off
		log_line_prefix = '%m [%p] '
		max_parallel_workers_per_gather = 2
		${private_settings:-}
	CONF
    (
        cd /
        as_server_user "$private_bin/pg_ctl" -D "$run/data" -l "$run/server.log" -w -t 60 \
            start >"$private/start.log" 2>&1 </dev/null
    ) || { cat "$private/start.log" "$run/server.log" >&2; die "the private server did not start"; }

    export PGHOST=$run PGUSER=postgres PGDATABASE=postgres
    export PATH="$private_bin:$PATH"
    # Nobody's personal settings.
    export PSQLRC=/dev/null PSQL_HISTORY=/dev/null
}

# Stops the clusters. Safe to call at any moment and twice.
private_stop_servers() {
    local pid_file data
    for pid_file in "$private"/run*/data/postmaster.pid; do
        [ -f "$pid_file" ] || continue
        data=${pid_file%/postmaster.pid}
        (cd / && as_server_user "$private_bin/pg_ctl" -D "$data" -m immediate -w -t 60 stop) >/dev/null 2>&1 ||
            warn "the server in $data did not stop"
    done
}

# Stops the clusters and removes every trace. Safe to call at any moment and twice.
private_stop() {
    [ -n "$private" ] || return 0
    private_stop_servers
    rm -rf "$private"
    private=''
}

# shellcheck shell=bash
# What quiver needs from the system: the Debian packages, and which PostgreSQL to build for.
# Needs common.sh. Gives: install_missing GROUP..., find_postgres (sets PG_MAJOR and PG_CONFIG).

# Packages of a group. PG_MAJOR must be known for the groups that contain the server.
packages_of() {
    case $1 in
    build) echo "gcc g++ make libc6-dev libxsimd-dev libfast-float-dev postgresql-server-dev-$PG_MAJOR" ;;
    server) echo "postgresql-$PG_MAJOR postgresql-client-$PG_MAJOR util-linux gzip" ;;
    test) echo "cmake libgtest-dev libbenchmark-dev postgresql-$PG_MAJOR-pgtap perl libipc-run-perl procps" ;;
    lint) echo "python3 binutils clang clang-format" ;;
    bench) echo "libpq-dev python3 python3-numpy python3-psycopg2 python3-h5py python3-matplotlib" ;;
    aarch64) echo "g++-aarch64-linux-gnu qemu-user googletest" ;;
    soak) echo "valgrind" ;;
    fuzz) echo "clang libclang-rt-dev" ;;
    *) die "no such package group: $1" ;;
    esac
}

is_installed() {
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

is_offered() {
    [ -n "$(apt-cache policy "$1" 2>/dev/null | sed -n 's/^ *Candidate: \([^(].*\)/\1/p')" ]
}

# Never asks for a password; fails when we may not.
as_root() { if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo -n "$@"; fi; }

# Runs apt-get without ever asking a question.
apt_get() {
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o Dpkg::Use-Pty=0 "$@" </dev/null
}

may_install() { as_root true 2>/dev/null; }

# The major version to build for: PG_MAJOR, else what PG_CONFIG says, else the newest one with server headers, else
# the newest one installed, else the distribution's own.
choose_major() {
    if [ -n "${PG_MAJOR:-}" ]; then
        echo "$PG_MAJOR"
        return
    fi
    if [ -n "${PG_CONFIG:-}" ]; then
        "$PG_CONFIG" --version | sed 's/^PostgreSQL \([0-9]*\).*/\1/'
        return
    fi
    local found pattern
    for pattern in 'lib/pgxs/src/makefiles/pgxs.mk' 'bin/postgres'; do
        found=$(find /usr/lib/postgresql -path "/usr/lib/postgresql/*/$pattern" 2>/dev/null |
            sed 's|^/usr/lib/postgresql/\([0-9]*\)/.*|\1|' | sort -n | tail -1)
        if [ -n "$found" ]; then
            echo "$found"
            return
        fi
    done
    # shellcheck source=/dev/null
    case "$(. /etc/os-release && echo "${ID:-} ${VERSION_ID:-}")" in
    'debian 12') echo 15 ;;
    'debian 13') echo 17 ;;
    'ubuntu 24.04') echo 16 ;;
    *) die "cannot tell which PostgreSQL to use here: set PG_MAJOR (a Debian package version) or PG_CONFIG" ;;
    esac
}

# Sets PG_MAJOR now, and PG_CONFIG once the server is installed.
find_postgres() {
    PG_MAJOR=$(choose_major)
    export PG_MAJOR
    if [ -z "${PG_CONFIG:-}" ] && [ -x "/usr/lib/postgresql/$PG_MAJOR/bin/pg_config" ]; then
        export PG_CONFIG="/usr/lib/postgresql/$PG_MAJOR/bin/pg_config"
    fi
}

# Installs the packages of the named groups that are not there. Says what to run when it may not install.
install_missing() {
    find_postgres
    if ! command -v dpkg-query >/dev/null; then
        warn "this is not a Debian system: assuming that what is needed is installed"
        return
    fi
    local group package missing=()
    for group in "$@"; do
        for package in $(packages_of "$group"); do
            # A PostgreSQL that did not come from a package is named by PG_CONFIG and needs none.
            case $package in
            postgresql-*) case ${PG_CONFIG:-/usr/lib/postgresql/} in /usr/lib/postgresql/*) ;; *) continue ;; esac ;;
            esac
            is_installed "$package" || missing+=("$package")
        done
    done
    if [ ${#missing[@]} -gt 0 ]; then
        if ! may_install; then
            warn "these packages are missing, and only root may install them:"
            warn "    sudo apt-get install ${missing[*]}"
            exit 1
        fi
        say "installing ${missing[*]}"
        # A fresh image has no package lists.
        for package in "${missing[@]}"; do
            if ! is_offered "$package"; then
                apt_get update
                break
            fi
        done
        apt_get install --no-install-recommends "${missing[@]}" ||
            { apt_get update && apt_get install --no-install-recommends "${missing[@]}"; }
    fi
    find_postgres
    [ -n "${PG_CONFIG:-}" ] || die "no pg_config for PostgreSQL $PG_MAJOR: set PG_CONFIG"
}

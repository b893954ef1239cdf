# shellcheck shell=bash
# Which Python: the first that has the driver's packages. Debian's lie beside /usr/bin/python3, not beside another one
# that may be first in PATH.
find_python() {
    local candidate
    for candidate in python3 /usr/bin/python3; do
        if "$candidate" -c 'import numpy, psycopg2, matplotlib' 2>/dev/null; then
            echo "$candidate"
            return
        fi
    done
    echo "no python3 with numpy, psycopg2 and matplotlib: apt-get install python3-numpy python3-psycopg2" \
        "python3-matplotlib python3-h5py" >&2
    return 1
}

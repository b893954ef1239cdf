"""Where a measurement was taken: without it the numbers mean nothing."""
import os
import platform
import re
import subprocess

from .database import connect, cores, one

ISA_FLAGS = re.compile(r"^(sse4_2|avx|avx2|fma|f16c|avx512\w*|avx_vnni|amx_\w+|asimd\w*|fphp|sve\w*)$")


def describe_machine():
    return {**describe_hardware(), **_server()}


def describe_hardware():
    cpuinfo = _read("/proc/cpuinfo")
    flags = re.search(r"^(?:flags|Features)\s*:(.*)$", cpuinfo, re.M)
    memory = re.search(r"^MemTotal:\s*(\d+) kB", _read("/proc/meminfo"), re.M)
    return {
        "cpu": _cpu(cpuinfo),
        "cores": cores(),
        "isa": [f for f in flags[1].split() if ISA_FLAGS.match(f)] if flags else [],
        "memory_gb": round(int(memory[1]) / 2**20, 1) if memory else None,
        "kernel": platform.release(),
        "system": _read("/etc/os-release").partition('PRETTY_NAME="')[2].partition('"')[0],
        "load_average": os.getloadavg()[0],
        "git": _git(),
    }


def _cpu(cpuinfo):
    model = re.search(r"^model name\s*:\s*(.*)$", cpuinfo, re.M)
    # The name alone can be vague, on virtual machines above all.
    detail = [re.search(rf"^{x}\s*:\s*(\d+)$", cpuinfo, re.M) for x in ("cpu family", "model")]
    name = model[1] if model else platform.processor() or platform.machine()
    return name + (f" (family {detail[0][1]}, model {detail[1][1]})" if all(detail) else "")


def _server():
    with connect("postgres") as cursor:
        version = one(cursor, "SELECT current_setting('server_version')")
        cursor.execute("SELECT name, current_setting(name) FROM pg_settings WHERE source NOT IN ('default', 'client', "
                       "'override', 'session') AND name !~ '(directory|_file|^lc_|listen|unix_socket|log_|port)' "
                       "ORDER BY 1")
        return {"server_version": version, "settings": dict(cursor.fetchall())}


def describe_system(system, index):
    """What a report says of a system: versions, and how its index was made."""
    with connect(system.database) as cursor:
        version = one(cursor, "SELECT extversion FROM pg_extension WHERE extname = %s", system.extension)
        out = {"extension": system.extension, "version": version, "index": index, "settings": system.settings,
               "filter_settings": system.filter_settings}
        if one(cursor, "SELECT to_regproc('quiver_simd') IS NOT NULL"):
            out["isa"] = one(cursor, "SELECT isa FROM quiver_simd() WHERE used")
        return out


def _read(path):
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError:
        return ""


def _git():
    here = os.path.dirname(os.path.abspath(__file__))
    # The server's user may own nothing here, and root is refused in another user's checkout.
    git = ["git", "-c", "safe.directory=*", "-C", here]
    try:
        commit = subprocess.run([*git, "rev-parse", "--short=12", "HEAD"], capture_output=True, text=True, check=True)
        dirty = subprocess.run([*git, "status", "--porcelain", "--untracked-files=no"], capture_output=True, text=True,
                               check=True)
        return commit.stdout.strip() + (" with changes" if dirty.stdout.strip() else "")
    except (OSError, subprocess.CalledProcessError):
        return ""

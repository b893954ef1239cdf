#!/usr/bin/env python3
"""Fails when a file includes a header of a higher layer, or when the pure core includes what it must not.

    scripts/check_layers.py [ROOT]

layers.txt lists folders under include/ and src/, bottom layer first; folders on one line are one layer, and a file that
is listed itself does not count as its folder's. A file may
include its own layer and the layers listed before it. The comment line that contains "PostgreSQL line" separates the
pure core (before) from the server's side (after).
"""

import pathlib
import re
import sys

INCLUDE = re.compile(r'^\s*#\s*include\s*(?:"([^"]+)"|<([^>]+)>)')
# Headers in angle brackets that the core may use besides the C++ standard library, whose names have no suffix.
CORE_LIBRARIES = re.compile(r"^(xsimd/.*|fast_float/fast_float\.h|immintrin\.h|cpuid\.h|arm_neon\.h|sys/auxv\.h|asm/hwcap\.h)$")
# Headers of the system that the server's side may use.
SERVER_SYSTEM = re.compile(r"^(sys/statvfs|sys/mman|unistd)\.h$")
STANDARD = re.compile(r"^[a-z_0-9]+$")
SERVER_HEADERS = "pg/postgres.hpp"


def read_layers(path):
    """Folder -> rank, and the first rank of the server's side."""
    ranks, server_rank, rank = {}, None, 0
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            if "PostgreSQL line" in line:
                server_rank = rank
            continue
        if not line.strip():
            continue
        for folder in line.split():
            if folder in ranks:
                raise SystemExit(f"{path}: {folder} is listed twice")
            ranks[folder] = rank
        rank += 1
    if server_rank is None:
        raise SystemExit(f'{path}: no comment line says where the "PostgreSQL line" is')
    return ranks, server_rank


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).resolve().parent.parent)
    ranks, server_rank = read_layers(root / "layers.txt")
    errors, edges, used = [], 0, set()

    for top in ("include", "src"):
        for path in sorted((root / top).rglob("*")):
            if path.suffix not in (".hpp", ".cpp", ".inl", ".h", ".def"):
                continue
            name = path.relative_to(root / top).as_posix()
            folder = name if name in ranks else name.rpartition("/")[0]
            shown = f"{top}/{name}"
            if folder not in ranks:
                errors.append(f"{shown}: the folder {folder or '.'} is not in layers.txt")
                continue
            used.add(folder)
            rank = ranks[folder]
            pure = rank < server_rank
            for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
                match = INCLUDE.match(line)
                if not match:
                    continue
                quoted, angled = match.groups()
                where = f"{shown}:{number}"
                edges += 1
                if angled:
                    if not STANDARD.match(angled) and not (CORE_LIBRARIES if pure else SERVER_SYSTEM).match(angled):
                        errors.append(f"{where}: <{angled}> is neither the standard library nor allowed here")
                    continue
                target = quoted.rpartition("/")[0]
                if target in ranks:
                    if not any((root / base / quoted).is_file() for base in ("include", "src")):
                        errors.append(f'{where}: "{quoted}" does not exist')
                    if ranks[target] > rank:
                        errors.append(f'{where}: {folder} is below {target} and must not include "{quoted}"')
                elif quoted.split("/")[0] in ("quiver", "pg", "kernels"):
                    errors.append(f"{where}: the folder {target} is not in layers.txt")
                elif name != SERVER_HEADERS:
                    errors.append(f'{where}: "{quoted}": only {SERVER_HEADERS} includes the server\'s headers')

    for folder in sorted(set(ranks) - used):
        errors.append(f"layers.txt: {folder} has no file")
    if edges == 0:
        errors.append("no #include found: is this the right place?")
    for error in errors:
        print(error)
    if not errors:
        print(f"{edges} includes, no upward edge")
    sys.exit(1 if errors else 0)


if __name__ == "__main__":
    main()

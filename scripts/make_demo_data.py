#!/usr/bin/env python3
"""Cut demo/packages.tsv.gz out of a larger set of embeddings.

    scripts/make_demo_data.py EMBEDDINGS.f16bin NAMES.tsv OUTPUT.tsv.gz [--dims 128] [--rows 2000]

EMBEDDINGS  little-endian uint32 n, uint32 d, then n*d IEEE half values, row by row
NAMES       a header line, then: id, package, section, priority, installed_size; row i of EMBEDDINGS has id i
OUTPUT      gzip of: package, section, installed_size, embedding as '[x1,x2,...]'; ready for COPY

The leading coordinates of these embeddings carry most of the energy, so the first --dims of them, brought back to unit
length, are a smaller embedding of the same thing. The output depends on the input only: running it twice gives the
same bytes.
"""

import argparse
import gzip
import math
import re
import struct

# Sections whose package names mean something to a reader, and the names that are parts of something else.
SECTIONS = """admin database editors electronics games graphics hamradio httpd mail net science shells sound text utils
              vcs video web""".split()
PARTS = re.compile(
    r"^(debian-edu|education|elpa|festvox|fonts|lib|minetest-mod|node|pd|python3|task|tesseract-ocr)-|^lib"
    r"|-(common|data|dbg|dev|doc|examples?|levels|music|testdata)$"
    r"|-(common|data|doc|help|l10n|locale)-"
)


def read_embeddings(path):
    with open(path, "rb") as f:
        raw = f.read()
    n, d = struct.unpack_from("<II", raw)
    if len(raw) != 8 + n * d * 2:
        raise SystemExit(f"{path}: {n} x {d} halves expected, file has another size")
    return n, d, raw


def choose(rows, wanted):
    """Turns of one package per section, shortest names first: a fair share for every section, and the short names are
    those of the programs people know."""
    queues = []
    for section in SECTIONS:
        mine = [r for r in rows if r["section"] == section and not PARTS.search(r["package"])]
        mine.sort(key=lambda r: (len(r["package"]), r["package"]), reverse=True)
        queues.append(mine)
    chosen = []
    while len(chosen) < wanted and any(queues):
        for queue in queues:
            if queue and len(chosen) < wanted:
                chosen.append(queue.pop())
    return sorted(chosen, key=lambda r: r["package"])


def half(x):
    return struct.unpack("<e", struct.pack("<e", x))[0]


def shortest(x):
    """The shortest decimal that reads back as the same half."""
    for digits in range(1, 6):
        s = f"{x:.{digits}g}"
        if half(float(s)) == x:
            return s
    return repr(x)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("embeddings")
    parser.add_argument("names")
    parser.add_argument("output")
    parser.add_argument("--dims", type=int, default=128)
    parser.add_argument("--rows", type=int, default=2000)
    args = parser.parse_args()

    n, d, raw = read_embeddings(args.embeddings)
    with open(args.names, encoding="utf-8") as f:
        header = f.readline().rstrip("\n").split("\t")
        rows = [dict(zip(header, line.rstrip("\n").split("\t"))) for line in f]
    if len(rows) != n:
        raise SystemExit(f"{args.names}: {len(rows)} rows, {args.embeddings} has {n}")

    lines = []
    for row in choose(rows, args.rows):
        x = struct.unpack_from(f"<{args.dims}e", raw, 8 + int(row["id"]) * d * 2)
        norm = math.sqrt(sum(v * v for v in x))
        if norm == 0:
            continue
        embedding = ",".join(shortest(half(v / norm)) for v in x)
        lines.append(f"{row['package']}\t{row['section']}\t{row['installed_size']}\t[{embedding}]\n")

    # No file name and no time in the gzip header, or the bytes would change with every run.
    with open(args.output, "wb") as f, gzip.GzipFile("", "wb", 9, f, mtime=0) as z:
        z.write("".join(lines).encode())
    print(f"{args.output}: {len(lines)} packages, {args.dims} dimensions")


if __name__ == "__main__":
    main()

"""Result files as Markdown and pictures.

    bench/report RESULTS.json... [--directory DIR] [--format svg|png]

Writes DIR/NAME.md and DIR/NAME-DATA.svg beside it. Several files are put side by side. In a table of systems the last
columns are ratios to the last system: quiver's number divided by pgvector's, from the same run.
"""
import argparse
import os
import sys

from .interpolate import qps_at
from .plots import curves, plot
from .results import METRICS, load

TARGETS = (0.90, 0.95, 0.99)
PREFIX = {"interpolated": "", "at least": "> ", "not reached": "not reached"}
PART_TITLES = {
    "floor": "A lookup by key, for scale", "search": "Search",
    "one core": "Search, client and server process on one core", "pipelined": "Search, several queries sent at once",
    "filtered": "Search with a filter",
    "cold": "First queries, empty cache", "build": "Build",
    "insert": "Insertions", "churn": "Deletion and vacuum", "mixed": "Searches and insertions at once",
    "busy": "Searches alone, and while one session replaces rows and one vacuums",
    "scale": "Search by number of rows", "scale build": "Build by number of rows", "clients": "Many clients",
    "kernels": "Kernels",
}


def number(value):
    if value is None:
        return ""
    if isinstance(value, float) and abs(value) < 1000:
        return f"{value:.4g}"
    return f"{value:,.0f}"


def table(header, rows):
    lines = ["| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
    return "\n".join(lines + ["| " + " | ".join(str(c) for c in row) + " |" for row in rows]) + "\n"


def at_recall(results, data, k, part="search"):
    """Queries per second where the curves cross a recall, and the ratio of the first system to each other."""
    by_system = curves(results, data, part)
    if not by_system:
        return ""
    names, rows = list(by_system), []
    for target in TARGETS:
        values = [qps_at([(r, q) for r, q, _ in by_system[name]], target) for name in names]
        row = [f"{target:.2f}"] + [PREFIX[how] + number(qps) for qps, how in values]
        for (qps, how), other in zip(values[:1] * (len(names) - 1), values[1:]):
            # A bound on both sides says nothing about the ratio.
            exact = how == other[1] == "interpolated"
            row.append(f"{qps / other[0]:.1f}" if qps and other[0] and exact else
                       f"about {qps / other[0]:.1f}" if qps and other[0] else "")
        rows.append(row)
    return table([f"recall@{k}", *(f"{n}, queries/s" for n in names), *(f"{names[0]} : {n}" for n in names[1:])], rows)


def part_table(results, part, data):
    """All points of one part, a line each, with every metric that occurs."""
    chosen = [r for r in results if r["part"] == part and r["data"] == data]
    keys = list(dict.fromkeys(k for r in chosen for k in r["point"]))
    names = [m for m in METRICS if any(m in r["metrics"] for r in chosen)]
    header = ["system", *keys, *(f"{m} ({METRICS[m].unit})" if METRICS[m].unit else m for m in names)]
    spread = any("rounds" in r for r in chosen) and any("qps" in r["metrics"] for r in chosen)
    rows = []
    for r in chosen:
        row = [r["system"], *(r["point"].get(k, "") for k in keys), *(number(r["metrics"].get(m)) for m in names)]
        if spread:
            values = r.get("rounds", {}).get("qps", [])
            row.append(f"{number(min(values))} … {number(max(values))}" if values else "")
        rows.append(row)
    return table(header + (["qps of the rounds"] if spread else []), rows)


def kernel_table(results):
    chosen = [r for r in results if r["part"] == "kernels"]
    isas = list(dict.fromkeys(r["system"] for r in chosen if r["system"] != "scalar"))
    rows = {}
    for r in chosen:
        rows.setdefault((r["data"], r["point"]["dims"]), {})[r["system"]] = r["metrics"]
    return table(["kernel", "dims", "scalar ns", *isas],
                 [[family, dims, number(row.get("scalar", {}).get("ns")),
                   *(f"{row[i]['speedup']:.1f}" if "speedup" in row.get(i, {}) else "" for i in isas)]
                  for (family, dims), row in rows.items()])


def conditions(document):
    m = document["machine"]
    lines = [f"- {document['date']}, commit {m['git'] or 'unknown'}, `bench/run {' '.join(document['command'])}`",
             f"- {m['cpu']}, {m['cores']} cores, {m['memory_gb']} GB, {' '.join(m['isa'])}",
             f"- {m['system']}, Linux {m['kernel']}, load average at the start {m['load_average']:.2f}"]
    if "server_version" in m:
        settings = ", ".join(f"{k} = {v}" for k, v in m["settings"].items())
        lines.append(f"- PostgreSQL {m['server_version']}: {settings}")
    for name, s in document["systems"].items():
        isa = f", kernels {s['isa']}" if "isa" in s else ""
        lines.append(f"- {name}: extension {s['extension']} {s['version']}{isa}; `{s['index']}`")
    for d in document["data"]:
        note = f"; {d['note']}" if d["note"] else ""
        lines.append(f"- {d['name']}: {d['rows']:,} rows, {d['dims']} dimensions, {d['metric']}, "
                     f"{d['queries']} queries, neighbours: {d['truth']}{note}")
    return "\n".join(lines) + "\n"


def markdown(paths, plots):
    out = []
    for path in paths:
        document = load(path)
        results = document["results"]
        out += [f"# {os.path.splitext(os.path.basename(path))[0]}\n", conditions(document)]
        for data in dict.fromkeys(r["data"] for r in results if r["part"] != "kernels"):
            out.append(f"## {data}\n")
            if (path, data) in plots:
                out.append(f"![recall against queries per second]({plots[path, data]})\n")
            if summary := at_recall(results, data, document["k"]):
                out.append(summary)
            for part in PART_TITLES:
                if any(r["part"] == part and r["data"] == data for r in results):
                    out.append(f"### {PART_TITLES[part]}\n")
                    if part in ("one core", "pipelined"):
                        out.append(at_recall(results, data, document["k"], part))
                    out.append(part_table(results, part, data))
        if any(r["part"] == "kernels" for r in results):
            out += ["## Kernels\n", "How many times faster than scalar.\n", kernel_table(results)]
    return "\n".join(out)


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="bench/report", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("results", nargs="+")
    parser.add_argument("--directory", help="where to write (default: where the first file is)")
    parser.add_argument("--format", choices=("svg", "png"), default="svg")
    options = parser.parse_args(arguments)
    try:
        documents = {path: load(path) for path in options.results}
    except (OSError, ValueError) as error:
        sys.exit(f"bench/report: {error}")
    directory = options.directory or os.path.dirname(os.path.abspath(options.results[0]))
    os.makedirs(directory, exist_ok=True)
    name = os.path.splitext(os.path.basename(options.results[0]))[0]
    plots = {}
    for path, document in documents.items():
        for data in document["data"]:
            if curves(document["results"], data["name"]):
                file = os.path.join(directory, f"{name}-{data['name']}.{options.format}")
                together = [(d["date"][:16], d) for d in documents.values() if curves(d["results"], data["name"])]
                plots[path, data["name"]] = plot(together, data["name"], file)
    out = os.path.join(directory, name + ".md")
    with open(out, "w", encoding="utf-8") as file:
        file.write(markdown(options.results, plots))
    print("\n".join([out, *(os.path.join(directory, p) for p in dict.fromkeys(plots.values()))]))

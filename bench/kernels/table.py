#!/usr/bin/env python3
"""Turn the JSON of kernel_bench into a Markdown table: time of scalar, and how many times faster each set is.

    kernel_bench --benchmark_format=json > kernels.json
    table.py kernels.json
"""
import json
import sys


def read_times(path):
    """{(family, dims): {isa: nanoseconds}}, in the order of the file; repetitions count with their median."""
    with open(path, encoding="utf-8") as file:
        runs = json.load(file)["benchmarks"]
    aggregated = {run["run_name"] for run in runs if run.get("aggregate_name") == "median"}
    times = {}
    for run in runs:
        if run["run_name"] in aggregated and run.get("aggregate_name") != "median":
            continue
        family, isa, dims = run["run_name"].split("/")
        scale = {"ns": 1, "us": 1e3, "ms": 1e6, "s": 1e9}[run["time_unit"]]
        times.setdefault((family, int(dims)), {})[isa] = run["cpu_time"] * scale
    return times


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    times = read_times(sys.argv[1])
    isas = list(dict.fromkeys(isa for row in times.values() for isa in row if isa != "scalar"))
    families = list(dict.fromkeys(family for family, _ in times))
    print("| kernel | dims | scalar ns |", " | ".join(isas), "|")
    print("|---|--:|--:|" + "--:|" * len(isas))
    for family in families:
        for dims in sorted(d for f, d in times if f == family):
            row = times[family, dims]
            if "scalar" not in row:
                sys.exit(f"{family}/{dims}: no scalar time to compare with")
            cells = [f"{row['scalar'] / row[isa]:.1f}" if isa in row else "" for isa in isas]
            print(f"| {family} | {dims} | {row['scalar']:.1f} |", " | ".join(cells), "|")


if __name__ == "__main__":
    main()

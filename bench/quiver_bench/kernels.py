"""The distance kernels by themselves: Google Benchmark, by family, instruction set and dimensions, against scalar."""
import json
import os
import subprocess
import tempfile

from . import ROOT
from .database import cores

NANOSECONDS = {"ns": 1, "us": 1e3, "ms": 1e6, "s": 1e9}


def run_kernels(options, results):
    subprocess.run(["cmake", "--preset", "release"], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    subprocess.run(["cmake", "--build", "--preset", "release", f"-j{cores()}", "--target", "kernel_bench"], cwd=ROOT,
                   check=True, stdout=subprocess.DEVNULL)
    with tempfile.TemporaryDirectory(prefix="quiver-bench-") as directory:
        out = os.path.join(directory, "kernels.json")
        subprocess.run([os.path.join(ROOT, "build/release/kernel_bench"), f"--benchmark_filter={options.kernel_filter}",
                        f"--benchmark_repetitions={options.rounds}", f"--benchmark_out={out}",
                        "--benchmark_out_format=json", f"--benchmark_min_time={options.kernel_seconds}"],
                       check=True, stdout=subprocess.DEVNULL)
        times = read_times(out)
    for (family, dims), row in times.items():
        for isa, nanoseconds in row.items():
            metrics = {"ns": nanoseconds}
            if "scalar" in row:
                metrics["speedup"] = row["scalar"] / nanoseconds
            results.add("kernels", family, isa, {"dims": dims}, metrics)


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
        times.setdefault((family, int(dims)), {})[isa] = run["cpu_time"] * NANOSECONDS[run["time_unit"]]
    return times

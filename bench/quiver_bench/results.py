"""A run's results: a flat list of measurements and where they were taken.

A measurement is identified by part, data, system and point (a dictionary such as {"ef": 40, "clients": 1}), and holds
metrics. Timings are taken several times, once in each round: `rounds` has them all, `metrics` the median, `best` the
best. Counts (recall, buffers, bytes) do not depend on the machine's mood.
"""
import dataclasses
import datetime
import json
import os
import re
import statistics

FORMAT = 1


@dataclasses.dataclass(frozen=True)
class Metric:
    unit: str
    better: int              # 1: more is better, -1: less is better
    timing: bool = True      # False: a count


METRICS = {
    "qps": Metric("queries/s", 1),
    "tps": Metric("transactions/s", 1),
    "p50_ms": Metric("ms", -1),
    "p95_ms": Metric("ms", -1),
    "p99_ms": Metric("ms", -1),
    "read_p50_ms": Metric("ms", -1),
    "read_p95_ms": Metric("ms", -1),
    "read_p99_ms": Metric("ms", -1),
    "write_p50_ms": Metric("ms", -1),
    "write_p95_ms": Metric("ms", -1),
    "write_p99_ms": Metric("ms", -1),
    "inserts_per_s": Metric("rows/s", 1),
    "vacuums": Metric("in a round", 1),
    "vacuum_seconds": Metric("s", -1),
    "seconds": Metric("s", -1),
    "ns": Metric("ns", -1),
    "speedup": Metric("times", 1),
    "recall": Metric("", 1, timing=False),
    "buffers": Metric("per query", -1, timing=False),
    "pages": Metric("per query", -1, timing=False),
    "hops": Metric("per query", -1, timing=False),
    "estimates": Metric("per query", -1, timing=False),
    "instructions": Metric("per query", -1, timing=False),
    "index_bytes": Metric("bytes", -1, timing=False),
    "wal_bytes": Metric("bytes", -1, timing=False),
    "wal_bytes_per_row": Metric("bytes", -1, timing=False),
}


def without_folders(arguments):
    """A command line for a report: names of files, but not where they lie on the machine that ran it."""
    return [re.sub(r"^[^,]*/", "", argument) if "/" in argument else argument for argument in arguments]


class Results:
    def __init__(self, command, machine, k=10):
        self.document = {"format": FORMAT, "date": datetime.datetime.now().astimezone().isoformat(timespec="seconds"),
                         "command": without_folders(command), "k": k, "machine": machine,
                         "systems": {}, "data": [], "results": []}

    def find(self, part, data, system, point):
        for result in self.document["results"]:
            if (result["part"], result["data"], result["system"], result["point"]) == (part, data, system, point):
                return result
        result = {"part": part, "data": data, "system": system, "point": point, "metrics": {}}
        self.document["results"].append(result)
        return result

    def add(self, part, data, system, point, metrics):
        """Counts, and timings that are taken once."""
        self.find(part, data, system, point)["metrics"].update(metrics)

    def add_round(self, part, data, system, point, metrics):
        """Timings of one round."""
        result = self.find(part, data, system, point)
        rounds = result.setdefault("rounds", {})
        for name, value in metrics.items():
            values = rounds.setdefault(name, [])
            values.append(value)
            result["metrics"][name] = statistics.median(values)
            better = METRICS[name].better if name in METRICS else 1
            result.setdefault("best", {})[name] = max(values) if better > 0 else min(values)

    def save(self, path):
        """Written beside and renamed: an interrupted run leaves the last complete state."""
        os.makedirs(os.path.dirname(os.path.abspath(path)), exist_ok=True)
        with open(path + ".new", "w", encoding="utf-8") as file:
            json.dump(self.document, file, indent=1)
            file.write("\n")
        os.replace(path + ".new", path)


def load(path):
    """The document of a results file; ValueError when it is none."""
    with open(path, encoding="utf-8") as file:
        document = json.load(file)
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise ValueError(f"{path}: is no results file of format {FORMAT}")
    return document

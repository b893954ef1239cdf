"""Holds two results files against each other and names what got worse.

    bench/compare BEFORE.json AFTER.json [--threshold 1.10] [--count-threshold 1.02]

A ratio above 1 is worse, whatever the metric. Timings and counts have thresholds of their own, since counts have no
noise; recall is compared by what is missed, with one hundredth of tolerance. Exit status: 0 nothing got worse, 1
something did, 2 the files cannot be compared.
"""
import argparse
import json
import sys

from .results import METRICS, load

RECALL_TOLERANCE = 0.01


def compare(before, after, threshold, count_threshold):
    """(regressions, improvements, compared, missing); the first two with (key, metric, before, after, ratio)."""
    old, new = _by_key(before), _by_key(after)
    worse, better, compared = [], [], 0
    for key in old.keys() & new.keys():
        for name, metric in METRICS.items():
            a, b = old[key].get(name), new[key].get(name)
            if a is None or b is None:
                continue
            compared += 1
            ratio = _ratio(name, metric, a, b)
            limit = threshold if metric.timing else count_threshold
            if name == "recall":
                limit = 1 if abs(a - b) > RECALL_TOLERANCE else float("inf")
            if ratio > limit:
                worse.append((key, name, a, b, ratio))
            elif ratio < 1 / limit:
                better.append((key, name, a, b, ratio))
    worse.sort(key=lambda x: -x[4])
    better.sort(key=lambda x: x[4])
    return worse, better, compared, sorted(old.keys() - new.keys())


def _by_key(document):
    return {(r["part"], r["data"], r["system"], json.dumps(r["point"], sort_keys=True)): r["metrics"]
            for r in document["results"]}


def _ratio(name, metric, before, after):
    """How many times worse the second is."""
    if name == "recall":
        before, after = 1 - before, 1 - after
    elif metric.better > 0:
        before, after = after, before
    if before == after:
        return 1.0
    return after / before if before > 0 else float("inf")


def _line(entry):
    (part, data, system, point), name, a, b, ratio = entry
    point = ", ".join(f"{k}={v}" for k, v in json.loads(point).items())
    unit = METRICS[name].unit
    return f"{ratio:7.2f}x  {part} {data} {system} [{point}] {name}: {a:.5g} -> {b:.5g} {unit}"


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="bench/compare", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("before")
    parser.add_argument("after")
    parser.add_argument("--threshold", type=float, default=1.10,
                        help="for timings (default 1.10: noise of one machine)")
    parser.add_argument("--count-threshold", type=float, default=1.02, help="for counts (default 1.02)")
    options = parser.parse_args(arguments)
    try:
        before, after = load(options.before), load(options.after)
    except (OSError, ValueError) as error:
        print(f"bench/compare: {error}", file=sys.stderr)
        return 2
    for what in ("cpu", "cores", "server_version"):
        a, b = before["machine"].get(what), after["machine"].get(what)
        if a != b:
            print(f"note: {what} differs ({a} and {b}): timings are not comparable")
    worse, better, compared, missing = compare(before, after, options.threshold, options.count_threshold)
    if compared == 0:
        print("bench/compare: the files have no measurement in common", file=sys.stderr)
        return 2
    for key in missing:
        print(f"only in the first file: {' '.join(key)}")
    for title, entries in (("better", better), ("WORSE", worse)):
        if entries:
            print(f"{title}:")
            print("\n".join(_line(entry) for entry in entries))
    print(f"{compared} compared, {len(better)} better, {len(worse)} worse")
    return 1 if worse else 0

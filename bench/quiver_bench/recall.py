"""Exact neighbours, recall, and what a query touches.

A returned row counts as right when it is no farther than the k-th exact neighbour. So with equal distances (frequent
in data of small integers, and with duplicates) it does not matter which of the equal rows is returned.
"""
import dataclasses
import json

from .database import EXACT, INDEX_ONLY, connect, one
from .progress import Progress

TIES = 90         # rows beyond the k-th that are looked at for equal distances
TOLERANCE = 1e-6  # of the k-th distance: two systems add up floats in different orders


@dataclasses.dataclass
class Truth:
    accepted: list    # for each query, the keys that count
    wanted: list      # for each query, how many can be found: k, or fewer when the filter leaves fewer


def exact_truth(target, where="", count=None):
    """By exact search in the database."""
    limit, accepted, wanted = target.k + TIES, [], []
    count = count or target.count
    with connect(target.database, EXACT) as cursor, Progress("exact neighbours", count, "queries") as progress:
        for number in range(1, count + 1):
            query = target.query(number)
            cursor.execute(f"SELECT {target.key}, {target.column} {target.operator} {query} FROM {target.table} "
                           f"{where} ORDER BY 2 LIMIT {limit}")
            _accept(cursor.fetchall(), target.k, accepted, wanted)
            progress.add(1)
    return Truth(accepted, wanted)


def given_truth(target, neighbours):
    """From a file: row numbers (our keys), nearest first. The database only says which distances are equal."""
    accepted, wanted = [], []
    with connect(target.database) as cursor:
        for number, row in enumerate(neighbours, 1):
            keys = [int(x) for x in row[:target.k + TIES]]
            cursor.execute(f"SELECT {target.key}, {target.column} {target.operator} {target.query(number)} "
                           f"FROM {target.table} WHERE {target.key} = ANY(%s) ORDER BY 2", (keys,))
            _accept(cursor.fetchall(), target.k, accepted, wanted)
    return Truth(accepted, wanted)


def _accept(rows, k, accepted, wanted):
    nearest = rows[:k]
    if nearest:
        bound = nearest[-1][1] + TOLERANCE * abs(nearest[-1][1])
        accepted.append({key for key, distance in rows if distance <= bound})
    else:
        accepted.append(set())
    wanted.append(len(nearest))


def measure_recall(target, truth, settings, counters="", where=""):
    """Recall over the queries of the truth, and averages of a system's own counters."""
    found, totals, names = 0, None, []
    with connect(target.database, {**INDEX_ONLY, **settings}) as cursor:
        counters = counters if counters and one(cursor, "SELECT to_regproc(%s) IS NOT NULL", counters) else ""
        cursor.execute(f"PREPARE nearest (int) AS {target.nearest(target.query('$1'), where)}")
        for number, accepted in enumerate(truth.accepted, 1):
            cursor.execute(f"EXECUTE nearest ({number})")
            found += len({row[0] for row in cursor.fetchall()} & accepted)
            if counters:
                cursor.execute(f"SELECT * FROM {counters}()")
                row = cursor.fetchone()
                names = [column.name for column in cursor.description]
                totals = [a + b for a, b in zip(totals or [0] * len(row), row)]
    out = {"recall": found / max(sum(truth.wanted), 1)}
    out.update({name: total / len(truth.accepted) for name, total in zip(names, totals or [])})
    return out


class NotTheIndex(RuntimeError):
    """The planner did something else, so the numbers would be those of something else."""


def measure_buffers(target, settings, where="", count=100):
    """Buffers per query, hits and reads, of the index scan: the index, and the heap and TOAST pages of the rows."""
    buffers = 0
    count = min(count, target.count)
    with connect(target.database, {**INDEX_ONLY, **settings}) as cursor:
        for number in range(1, count + 1):
            # Twice: a first execution also reads the catalogues and whatever the access method caches.
            for _ in range(2 if number == 1 else 1):
                cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, TIMING off, FORMAT json) "
                               f"{target.nearest(target.query(number), where)}")
                plan = cursor.fetchone()[0]
            node = _index_scan(plan[0]["Plan"], target)
            if node is None:
                raise NotTheIndex(f"the plan does not use {target.index or 'an index'}:\n{json.dumps(plan, indent=1)}")
            # The sub-select that fetches the query runs inside the scan, wherever the plan shows it.
            buffers += _touched(node) - sum(_touched(p) for p in _init_plans(plan[0]["Plan"]))
    return {"buffers": buffers / count}


def _touched(node):
    return node["Shared Hit Blocks"] + node["Shared Read Blocks"]


def _init_plans(node):
    for child in node.get("Plans", []):
        if child["Parent Relationship"] == "InitPlan":
            yield child
        yield from _init_plans(child)


def _index_scan(node, target):
    if node["Node Type"] == "Index Scan" and "Order By" in node and target.index in ("", node["Index Name"]):
        return node
    for child in node.get("Plans", []):
        if (found := _index_scan(child, target)) is not None:
            return found
    return None

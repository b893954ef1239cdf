"""Everything that changes an index: builds, insertions, deletions and vacuum, both at once with searches.

The rows that will be inserted are in the database before (table reserve), so that an insertion measures the index and
not the transport of a vector. Its WAL includes the heap row and the primary key, which are the same for every system.
"""
import time

import numpy as np

from . import pgbench
from .build import build_index, target_of
from .database import WalMeter, connect, index_bytes, one
from .load import load_table, load_tables
from .recall import exact_truth, measure_recall
from .search import say, session, typical_value

INSERT = ("INSERT INTO {schema}.items SELECT id, bucket, v FROM {schema}.reserve "
          "WHERE id = (SELECT nextval('{schema}.next'));\n")
PHASES = 4  # three of insertion, one of mixed load; each has a share of the reserve
RECALL_QUERIES = 200


def run_writes(data, systems, options, results):
    inserts = options.inserts
    rows = min(options.write_rows, len(data.base) - PHASES * inserts)
    if rows < inserts:
        say(f"  writes left out: {data.name} has {len(data.base):,} rows, --inserts {inserts} needs "
            f"{PHASES + 1} times as many")
        return
    for system in systems:
        schema = _load(system, data, rows, inserts)
    for workers in options.workers:
        for memory in options.memory:
            for system in systems:
                settings = {"max_parallel_maintenance_workers": workers, "maintenance_work_mem": memory}
                metrics = build_index(system, data, schema, options.index_parameters, settings)
                point = {"rows": rows, "workers": workers, "memory": memory}
                results.add("build", data.name, system.name, point, metrics)
                say(f"  {system.name}: built {rows:,} rows, {workers} workers, {memory}: {metrics['seconds']:.1f} s, "
                    f"{metrics['index_bytes'] / 2**20:.0f} MiB, {metrics['wal_bytes'] / 2**20:.0f} MiB of WAL")
    # System by system: each step starts from what the last one left, and a checkpoint is the whole server's.
    for system in systems:
        for phase, clients in (("after checkpoint", 1), ("steady", 1), ("steady, many", max(options.clients))):
            _insert(system, data, schema, phase, clients, inserts, results)
    for system in systems:
        _churn(system, data, schema, options, results)
        _mixed(system, data, schema, options, results)


def _load(system, data, rows, inserts):
    with connect(system.database) as cursor:
        schema = load_tables(cursor, data, rows)
        ids = np.arange(rows, rows + PHASES * inserts)
        load_table(cursor, f"{schema}.reserve", ids, data.base[ids], data.type)
        cursor.execute(f"CREATE SEQUENCE {schema}.next MINVALUE 0 START {rows}")
    return schema


def _insert(system, data, schema, phase, clients, inserts, results):
    with connect(system.database) as cursor:
        before = one(cursor, f"SELECT count(*) FROM {schema}.items")
        if phase == "after checkpoint":
            cursor.execute("CHECKPOINT")
        with WalMeter(cursor) as wal:
            outcome = pgbench.run(pgbench.Load(system.database, [(INSERT.format(schema=schema), 1)], system.settings,
                                               clients, transactions=inserts // clients))
        inserted = one(cursor, f"SELECT count(*) FROM {schema}.items") - before
    metrics = {"inserts_per_s": outcome.tps, "wal_bytes_per_row": wal.bytes / inserted, **outcome.metrics()}
    results.add("insert", data.name, system.name, {"phase": phase, "clients": clients}, metrics)
    say(f"  {system.name}: insert {phase}, {clients} clients: {metrics['inserts_per_s']:.0f} rows/s, "
        f"{metrics['wal_bytes_per_row']:.0f} bytes of WAL per row, p99 {metrics['p99_ms']:.2f} ms")


def _churn(system, data, schema, options, results):
    """Deletes a share of the rows, vacuums, inserts them again. What was there before and after is the same, so the
    exact neighbours are, too, and a difference in recall is the index's."""
    target = target_of(system, data, schema, options.k)
    settings = session(system, typical_value(system, options))
    count = min(RECALL_QUERIES, target.count)
    truth = exact_truth(target, count=count)

    def record(step, metrics, truth):
        with connect(system.database) as cursor:
            metrics["index_bytes"] = index_bytes(cursor, f"{schema}.items_v_idx")
        metrics["recall"] = measure_recall(target, truth, settings)["recall"]
        results.add("churn", data.name, system.name, {"step": step}, metrics)
        say(f"  {system.name}: {step}: " + ", ".join(f"{k} {v:.4g}" for k, v in metrics.items()))

    record("0 before", {}, truth)
    with connect(system.database) as cursor:
        gone = f"bucket < {options.delete_percent * 10}"
        cursor.execute(f"CREATE TABLE {schema}.gone AS SELECT * FROM {schema}.items WHERE {gone}")
        cursor.execute(f"DELETE FROM {schema}.items WHERE {gone}")
        deleted = cursor.rowcount
        with WalMeter(cursor) as wal:
            seconds = _timed(cursor, f"VACUUM (INDEX_CLEANUP on) {schema}.items")
    record(f"1 {options.delete_percent} % deleted and vacuumed",
           {"seconds": seconds, "wal_bytes_per_row": wal.bytes / deleted}, exact_truth(target, count=count))
    with connect(system.database) as cursor:
        seconds = _timed(cursor, f"INSERT INTO {schema}.items SELECT * FROM {schema}.gone")
    record("2 the same rows inserted again", {"inserts_per_s": deleted / seconds}, truth)


def _timed(cursor, statement):
    began = time.monotonic()
    cursor.execute(statement)
    return time.monotonic() - began


def _mixed(system, data, schema, options, results):
    """Nine searches for each insertion. The number of transactions is fixed, so that the reserve lasts."""
    target = target_of(system, data, schema, options.k)
    clients = max(options.clients)
    value = typical_value(system, options)
    outcome = pgbench.run(pgbench.Load(
        system.database, [(target.script(), 9), (INSERT.format(schema=schema), 1)], session(system, value), clients,
        transactions=8 * options.inserts // clients))
    metrics = {"tps": outcome.tps, **outcome.metrics(0, "read_"), **outcome.metrics(1, "write_")}
    results.add("mixed", data.name, system.name, {"reads": 9, "writes": 1, "ef": value, "clients": clients}, metrics)
    say(f"  {system.name}: mixed, {clients} clients: {metrics['tps']:.0f} transactions/s, "
        f"p99 read {metrics['read_p99_ms']:.2f}, write {metrics['write_p99_ms']:.2f} ms")

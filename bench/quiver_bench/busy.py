"""Searches alone, and the same searches while one session inserts and another one vacuums.

The inserting session replaces rows, one insertion and one deletion in each transaction, so the table keeps its size and
the vacuuming session, which never rests, always has dead rows to take out of the index. All three kinds of session
compete for the machine's cores, for every system alike: what remains of the searches is in part the scheduler's share, and
says something about locks only beside another system's number.
"""
import threading
import time

import numpy as np

from . import pgbench
from .build import build_index, target_of
from .database import connect, one
from .load import load_table, load_tables
from .rounds import turns
from .search import say, session, typical_value

# New rows take the vectors of the reserve in turn, so that no two live rows are equal.
REPLACE = """\
INSERT INTO {schema}.items SELECT n, mod(n, 1000), r.v
  FROM (SELECT nextval('{schema}.next')::integer AS n) AS new
  JOIN {schema}.reserve AS r ON r.id = %s RETURNING id"""
DELETE = "DELETE FROM {schema}.items WHERE id = %s"
VACUUM = "VACUUM (INDEX_CLEANUP on, TRUNCATE off) {schema}.items"


def run_busy(data, systems, options, results):
    rows = min(options.write_rows, len(data.base) // 2)
    reserve = min(rows, len(data.base) - rows)
    if reserve == 0:
        say(f"  busy left out: {data.name} has {len(data.base):,} rows")
        return
    targets = {}
    for system in systems:
        with connect(system.database) as cursor:
            schema = load_tables(cursor, data, rows)
            ids = np.arange(reserve)
            load_table(cursor, f"{schema}.reserve", ids, data.base[rows:rows + reserve], data.type)
            cursor.execute(f"CREATE SEQUENCE {schema}.next START {rows}")
        build_index(system, data, schema, options.index_parameters, {"maintenance_work_mem": options.memory[-1]})
        targets[system.name] = target_of(system, data, schema, options.k)
    replaced = {system.name: 0 for system in systems}
    for _, load, system in turns(systems, options.rounds, ("alone", "insert and vacuum")):
        _measure(data, system, targets[system.name], schema, load, replaced, reserve, options, results)


def _measure(data, system, target, schema, load, replaced, reserve, options, results):
    clients, value = max(options.clients), typical_value(system, options)
    searches = pgbench.Load(system.database, [(target.script(), 1)], session(system, value), clients,
                            seconds=options.seconds)
    point = {"load": load, "ef": value, "clients": clients}
    metrics = {}
    if load == "alone":
        outcome = pgbench.run(searches)
    else:
        others = Others(system, schema, replaced[system.name], reserve)
        with others:
            outcome = pgbench.run(searches)
        replaced[system.name] += others.inserted
        metrics = {"inserts_per_s": others.inserted / others.seconds, "vacuums": others.vacuums}
        if others.vacuums:
            metrics["vacuum_seconds"] = others.vacuum_seconds / others.vacuums
    metrics.update({"qps": outcome.tps, **outcome.metrics()})
    results.add_round("busy", data.name, system.name, point, metrics)
    say(f"  {system.name}: {load}: " + ", ".join(f"{name} {number:.4g}" for name, number in metrics.items()))


class Others:
    """The two sessions beside the searches, for as long as the block runs."""

    def __init__(self, system, schema, done, reserve):
        self.system, self.schema, self.done, self.reserve = system, schema, done, reserve
        self.inserted, self.vacuums, self.vacuum_seconds = 0, 0, 0.0
        self.errors = []
        self.stop = threading.Event()
        self.threads = [threading.Thread(target=self._guard, args=(work,)) for work in (self._insert, self._vacuum)]

    def __enter__(self):
        self.began = time.monotonic()
        for thread in self.threads:
            thread.start()

    def __exit__(self, kind, value, trace):
        self.seconds = time.monotonic() - self.began
        self.stop.set()
        for thread in self.threads:
            thread.join()
        if kind is None and self.errors:
            raise self.errors[0]

    def _guard(self, work):
        try:
            with connect(self.system.database, self.system.settings) as cursor:
                work(cursor)
        except Exception as error:  # of a thread: handed to who waits for it
            self.errors.append(error)

    def _insert(self, cursor):
        oldest = one(cursor, f"SELECT min(id) FROM {self.schema}.items")
        while not self.stop.is_set():
            cursor.execute("BEGIN")
            cursor.execute(REPLACE.format(schema=self.schema), ((self.done + self.inserted) % self.reserve,))
            cursor.execute(DELETE.format(schema=self.schema), (oldest,))
            cursor.execute("COMMIT")
            oldest += 1
            self.inserted += not self.stop.is_set()

    def _vacuum(self, cursor):
        while not self.stop.is_set():
            began = time.monotonic()
            cursor.execute(VACUUM.format(schema=self.schema))
            self.vacuums += 1
            self.vacuum_seconds += time.monotonic() - began

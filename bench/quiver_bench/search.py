"""The sweep: recall, buffers and counters once for each value of the search setting, then queries per second and
latencies in rounds."""
import dataclasses
import os
import sys

import numpy as np

from . import client, pgbench
from .build import target_of
from .database import INDEX_ONLY, connect
from .instructions import measure_instructions
from .recall import NotTheIndex, exact_truth, given_truth, measure_buffers, measure_recall
from .rounds import turns

FILTER_QUERIES = 200      # of which the exact neighbours are found for each filter
TEXT_BYTES = 1_000_000    # of text parameters on a command line
MAX_SCRIPTS = 128         # of pgbench


@dataclasses.dataclass
class Sweep:
    """What is measured of each system. Everything in `point` is part of a result's identity."""
    part: str
    truth: object
    clients: list
    where: str = ""
    point: dict = dataclasses.field(default_factory=dict)
    filtered: bool = False
    ef: list = None          # instead of --ef
    pipeline: int = 1        # queries that a client sends before it waits
    core: int | None = None  # where clients and their server processes all run

    def values(self, system, options):
        return system.sweep or self.ef or options.ef


def truth_of(data, target):
    if data.truth is None:
        return exact_truth(target)
    return given_truth(target, data.truth)


def say(text):
    print(text, file=sys.stderr, flush=True)


def typical_value(system, options):
    """The one value used where nothing is swept."""
    return system.sweep[len(system.sweep) // 2] if system.sweep else options.typical_ef


def session(system, value, filtered=False):
    """The settings of a session that searches with this value."""
    extra = system.filter_settings if filtered else {}
    return {**INDEX_ONLY, **system.settings, **extra, system.sweep_setting: value}


def run_sweep(data, targets, sweep, options, results):
    """targets: {system name: (system, target)}."""
    usable = {}
    for name, (system, target) in targets.items():
        try:
            for value in sweep.values(system, options):
                settings = session(system, value, sweep.filtered)
                counts = measure_recall(target, sweep.truth, settings, system.counters, sweep.where)
                counts.update(measure_buffers(target, settings, sweep.where, len(sweep.truth.accepted)))
                if options.instructions:
                    counts.update(measure_instructions(target, settings, sweep.where))
                for clients in sweep.clients:
                    results.add(sweep.part, data.name, name, {**sweep.point, "ef": value, "clients": clients}, counts)
                say(f"  {name} {_show(sweep.point)}{system.sweep_setting}={value}: recall {counts['recall']:.4f}, "
                    f"{counts['buffers']:.0f} buffers")
            usable[name] = (system, target)
        except NotTheIndex as error:
            say(f"  {name} {_show(sweep.point)}left out: {error}")
    # Each system has values of its own; the n-th of one is measured next to the n-th of the other.
    steps = max((len(sweep.values(s, options)) for s, _ in usable.values()), default=0)
    points = [(step, clients) for step in range(steps) for clients in sweep.clients]
    for _, (step, clients), name in turns(list(usable), options.rounds, points):
        system, target = usable[name]
        values = sweep.values(system, options)
        if step < len(values):
            outcome = _ask(system, target, values[step], clients, sweep, options)
            results.add_round(sweep.part, data.name, name, {**sweep.point, "ef": values[step], "clients": clients},
                              {"qps": outcome.tps, **_latencies(outcome)})
    for name, (system, _) in usable.items():
        for value in sweep.values(system, options):
            for clients in sweep.clients:
                metrics = results.find(sweep.part, data.name, name,
                                       {**sweep.point, "ef": value, "clients": clients})["metrics"]
                say(f"  {name} {_show(sweep.point)}ef {value}, {clients} clients: {metrics['qps']:.0f} queries/s, "
                    f"p50 {metrics['p50_ms']:.3f} p99 {metrics['p99_ms']:.3f} ms")


def _latencies(outcome):
    times = np.concatenate(outcome.milliseconds)
    return pgbench.Outcome(outcome.tps, [times]).metrics()


def _show(point):
    return "".join(f"{k}={v} " for k, v in point.items())


def _ask(system, target, value, clients, sweep, options):
    settings = session(system, value, sweep.filtered)
    if options.parameters == "binary":
        return client.run(target.database, target.nearest("$1", sweep.where), f"SELECT v FROM {target.queries}",
                          settings, clients, options.seconds, sweep.pipeline, sweep.core)
    scripts, variables = [(target.script(sweep.where), 1)], {}
    if options.parameters == "text":
        scripts, variables = target.text_scripts(query_texts(target), sweep.where)
    return pgbench.run(pgbench.Load(target.database, scripts, settings, clients, seconds=options.seconds,
                                    variables=variables, pipeline=sweep.pipeline))


def query_texts(target):
    """As many query vectors, as text, as pgbench can take."""
    out, size = [], 0
    with connect(target.database) as cursor:
        cursor.execute(f"SELECT v::text FROM {target.queries} ORDER BY id LIMIT {MAX_SCRIPTS}")
        for (text,) in cursor:
            size += len(text)
            if size > TEXT_BYTES:
                break
            out.append(text)
    return out


def run_search(data, systems, schema, options, results, server):
    """Everything about searching one loaded and indexed data set."""
    targets = {s.name: (s, target_of(s, data, schema, options.k)) for s in systems}
    first = next(iter(targets.values()))[1]
    point = {} if options.parameters == "binary" else {"parameters": options.parameters}
    run_floor(data, first, options, results)
    truth = truth_of(data, first)
    run_sweep(data, targets, Sweep("search", truth, options.clients, point=point), options, results)
    if options.one_core:
        sweep = Sweep("one core", truth, [1], point=point, core=the_core())
        run_sweep(data, targets, sweep, options, results)
    if options.pipeline > 1:
        sweep = Sweep("pipelined", truth, options.clients[:1], point={**point, "pipeline": options.pipeline},
                      pipeline=options.pipeline)
        run_sweep(data, targets, sweep, options, results)
    for percent in options.filters:
        where = f"WHERE bucket < {round(percent * 10)}"
        count = min(FILTER_QUERIES, first.count)
        sweep = Sweep("filtered", exact_truth(first, where, count), options.clients[:1], where,
                      {**point, "filter": f"{percent:g}%"}, filtered=True, ef=options.filter_ef)
        run_sweep(data, targets, sweep, options, results)
    if options.cold:
        run_cold(data, targets, options, results, server)


def the_core():
    """The last one that we may use: interrupts are most often served by the first."""
    return max(os.sched_getaffinity(0))


def run_floor(data, target, options, results):
    """What a client pays without any search: fetching one row by its key. Nothing can be faster than this."""
    loads = [{"clients": clients, "pipeline": 1} for clients in options.clients]
    if options.one_core:
        loads.append({"clients": 1, "pipeline": 1, "core": the_core()})
    if options.pipeline > 1:
        loads.append({"clients": options.clients[0], "pipeline": options.pipeline})
    for _, load, _ in turns([None], options.rounds, loads):
        outcome = _look_up(target, load, options)
        point = {"clients": load["clients"], "pipeline": load["pipeline"], "cores": 1 if "core" in load else "all"}
        results.add_round("floor", data.name, "lookup by key", point, {"qps": outcome.tps, **_latencies(outcome)})


def _look_up(target, load, options):
    if options.parameters == "binary":
        return client.run(target.database, f"SELECT id FROM {target.queries} WHERE id = $1",
                          f"SELECT id FROM {target.queries}", {}, seconds=options.seconds, **load)
    script = f"\\set i random(1, {target.count})\nSELECT id FROM {target.queries} WHERE id = :i;\n"
    return pgbench.run(pgbench.Load(target.database, [(script, 1)], {}, seconds=options.seconds, **load))


def run_cold(data, targets, options, results, server):
    """The first queries after the server and the system's cache have forgotten the database."""
    if not server.can_restart:
        say("  cold cache left out: only a private server can be restarted")
        return
    for _, _, name in turns(list(targets), options.rounds, [None]):
        system, target = targets[name]
        value = typical_value(system, options)
        server.forget()
        outcome = pgbench.run(pgbench.Load(target.database, [(target.script(), 1)], session(system, value),
                                           transactions=options.cold_queries))
        results.add_round("cold", data.name, name, {"ef": value, "queries": options.cold_queries},
                          {"qps": outcome.tps, **_latencies(outcome)})

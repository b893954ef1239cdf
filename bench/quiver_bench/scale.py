"""How cost grows with the number of rows: the same sweep at several sizes of one data set."""
from .build import build_index, target_of
from .database import connect
from .load import load_tables
from .recall import exact_truth
from .search import Sweep, run_sweep, say


def run_scale(data, systems, options, results):
    for rows in options.scale_rows:
        if rows > len(data.base):
            say(f"  {rows:,} rows left out: {data.name} has {len(data.base):,}")
            continue
        targets = {}
        for system in systems:
            with connect(system.database) as cursor:
                schema = load_tables(cursor, data, rows)
            metrics = build_index(system, data, schema, options.index_parameters,
                                  {"maintenance_work_mem": options.memory[-1]})
            results.add("scale build", data.name, system.name, {"rows": rows}, metrics)
            say(f"  {system.name}: built {rows:,} rows in {metrics['seconds']:.1f} s")
            targets[system.name] = (system, target_of(system, data, schema, options.k))
        truth = exact_truth(next(iter(targets.values()))[1])
        run_sweep(data, targets, Sweep("scale", truth, options.clients[:1], point={"rows": rows}), options, results)

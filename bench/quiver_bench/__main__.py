"""The command line behind bench/run, which installs what is needed and starts a private server first."""
import argparse
import datetime
import os
import sys

from . import ROOT, client, datasets, kernels
from .awake import awake
from .datasets import BadSpec
from .download import SETS, NoDownload
from .pgbench import PgbenchFailed
from .recall import NotTheIndex
from .results import Results
from .systems import KNOWN
from .vectors import BadFile

PARTS = ("search", "writes", "busy", "scale", "clients", "kernels")


def numbers(text):
    return [int(x) for x in text.split(",") if x]


def words(text):
    return [x for x in text.split(",") if x]


def parser():
    p = argparse.ArgumentParser(prog="bench/run", formatter_class=argparse.RawDescriptionHelpFormatter, description=(
        "Measures vector indexes side by side. bench/README.md explains what is measured and how to read it.\n\n"
        "The server: by default a private one is started, and removed afterwards. Options of bench/run itself:\n"
        "  --pgvector-source DIR  build pgvector from there into the private server\n"
        "  --shared-buffers SIZE  of the private server (default: a quarter of the memory)\n"
        "  --huge-pages           of the kernel for them, set aside for as long as the run takes (needs root or sudo)\n"
        "  --existing             use the server of PGHOST, PGPORT, PGUSER: databases quiver_bench_* are made\n\n"
        f"Standard data sets: {' '.join(SETS)}."), epilog=datasets.__doc__.partition("\n\n")[2])
    p.add_argument("--data", action="append", default=[], metavar="SPEC",
                   help="what to search; may be repeated (below)")
    p.add_argument("--systems", type=words, default=["quiver"], metavar="LIST",
                   help=f"{', '.join(KNOWN)}, or JSON files that describe one (default: quiver)")
    p.add_argument("--parts", type=words, default=["search"], metavar="LIST",
                   help=f"of {', '.join(PARTS)} (default: search)")
    p.add_argument("--output", metavar="FILE", help="results (default: build/bench/DATE.json)")
    p.add_argument("--data-directory", default=os.path.join(ROOT, "build/bench/data"), help="of downloads")
    p.add_argument("--source", default="", metavar="CONNECTION",
                   help="where --data table:... is, as a connection string")
    p.add_argument("--rounds", type=int, default=3, help="how often each timing is taken, systems in turn (3)")
    p.add_argument("--awake", action="store_true",
                   help="keep the cores awake: on an idle virtual machine waking them up is most of a short query")
    p.add_argument("--keep", action="store_true", help="keep the databases (with --existing)")

    g = p.add_argument_group("index")
    g.add_argument("--m", type=int, default=16)
    g.add_argument("--ef-construction", type=int, default=64)
    g.add_argument("--build-settings", type=words, default=[], metavar="NAME=VALUE,...",
                   help="of the session that builds")

    g = p.add_argument_group("search")
    g.add_argument("--k", type=int, default=10, help="rows asked for (10)")
    g.add_argument("--ef", type=numbers, default=[10, 20, 40, 80, 160, 320], metavar="LIST", help="values of ef_search")
    g.add_argument("--typical-ef", type=int, default=40,
                   help="where nothing is swept: cold cache, writes, clients (40)")
    g.add_argument("--clients", type=numbers, default=[1], metavar="LIST")
    g.add_argument("--pipeline", type=int, default=1, metavar="N",
                   help="also with N queries sent at once by a client, so that the way to the server counts less")
    g.add_argument("--one-core", action="store_true",
                   help="also with one client that shares a core with its server process: neither has to wake up "
                        "another core, which in a virtual machine can take longer than a search")
    g.add_argument("--seconds", type=int, default=3, help="of each run (3)")
    g.add_argument("--filters", type=lambda t: [float(x) for x in words(t)], default=[], metavar="PERCENTS",
                   help="also with a WHERE that lets so many percent pass: 1,10,50")
    g.add_argument("--filter-ef", type=numbers, default=[40, 160], metavar="LIST",
                   help="values of ef_search with a filter")
    g.add_argument("--cold", action="store_true", help="also the first queries after a restart with an empty cache")
    g.add_argument("--cold-queries", type=int, default=100)
    g.add_argument("--instructions", action="store_true", help="also instructions per query, with perf")
    g.add_argument("--parameters", choices=("binary", "table", "text"), default="binary",
                   help="where the query vector comes from: the client, in binary (default) or as text, or a table on "
                        "the server")

    g = p.add_argument_group("search of a table as it is (--existing); nothing of it is changed")
    g.add_argument("--table", help="in PGDATABASE; instead of --data and --systems")
    g.add_argument("--column", default="embedding")
    g.add_argument("--key", default="id")
    g.add_argument("--operator", default="<=>")
    g.add_argument("--sweep-setting", default="hnsw.ef_search")
    g.add_argument("--queries-sql", metavar="SELECT", help="the query vectors (default: 500 random rows of the table)")

    g = p.add_argument_group("writes, busy")
    g.add_argument("--write-rows", type=int, default=20_000, help="rows of the index that is written to (20000)")
    g.add_argument("--inserts", type=int, default=1000, help="in each phase (1000)")
    g.add_argument("--delete-percent", type=int, default=10)
    g.add_argument("--workers", type=numbers, default=[0, 1], metavar="LIST", help="max_parallel_maintenance_workers")
    g.add_argument("--memory", type=words, default=["1GB"], metavar="LIST", help="maintenance_work_mem")

    g = p.add_argument_group("scale, clients, kernels")
    g.add_argument("--scale-rows", type=numbers, default=[10_000, 100_000, 1_000_000], metavar="LIST")
    g.add_argument("--many-clients", type=numbers, default=[1, 2, 4, 8, 16, 32, 64, 100, 300, 1000], metavar="LIST")
    g.add_argument("--kernel-filter", default=".*", metavar="REGEX")
    g.add_argument("--kernel-seconds", default="0.05")
    return p


def check(p, options):
    for part in options.parts:
        if part not in PARTS:
            p.error(f"parts are {', '.join(PARTS)}, not {part}")
    if options.parts != ["kernels"] and not options.data and not options.table:
        p.error("what shall be searched? --data SPEC, for example --data generated or --data sift")
    if options.one_core and options.parameters != "binary":
        p.error("--one-core needs --parameters binary: pgbench cannot be kept on one core")
    options.index_parameters = {"m": options.m, "ef_construction": options.ef_construction}
    options.build_settings = dict(x.split("=", 1) for x in options.build_settings)
    return options


def main():
    p = parser()
    options = check(p, p.parse_args())
    path = options.output or os.path.join(ROOT, "build/bench", f"{datetime.datetime.now():%Y-%m-%d-%H%M%S}.json")
    try:
        if options.parameters == "binary" and {"search", "scale"} & set(options.parts):
            client.build()
        with awake(options.awake):
            run(options, path)
    except (BadSpec, BadFile, NoDownload, NotTheIndex, PgbenchFailed, client.ClientFailed, ValueError,
            OSError) as error:
        sys.exit(f"bench/run: {error}")
    print(path)


def run(options, path):
    if options.parts == ["kernels"]:
        from .machine import describe_hardware
        results = Results(sys.argv[1:], describe_hardware())
        kernels.run_kernels(options, results)
        results.save(path)
    else:
        from .session import Session
        Session(options, path).run()
    from .report import markdown
    print(markdown([path], plots={}))


if __name__ == "__main__":
    main()

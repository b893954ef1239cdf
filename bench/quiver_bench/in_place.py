"""Search of a table and an index that exist, in the user's own database. Only a schema quiver_bench with the query
vectors is added, and dropped at the end."""
import os
import types

from .database import connect, one
from .search import Sweep, run_sweep, say
from .recall import exact_truth
from .systems import System
from .target import Target

QUERIES = 500


def run_in_place(options, results):
    database = os.environ.get("PGDATABASE", os.environ.get("PGUSER", "postgres"))
    sql = options.queries_sql or (f"SELECT {options.column} FROM {options.table} WHERE {options.column} IS NOT NULL "
                                  f"ORDER BY random() LIMIT {QUERIES}")
    with connect(database) as cursor:
        cursor.execute("CREATE SCHEMA quiver_bench")
        try:
            cursor.execute(f"CREATE TABLE quiver_bench.queries AS SELECT row_number() OVER ()::integer AS id, v "
                           f"FROM ({sql}) AS x(v)")
            cursor.execute("ALTER TABLE quiver_bench.queries ADD PRIMARY KEY (id)")
            cursor.execute("ANALYZE quiver_bench.queries")
            count = one(cursor, "SELECT count(*) FROM quiver_bench.queries")
            rows = one(cursor, f"SELECT count(*) FROM {options.table}")
            say(f"{options.table}: {rows:,} rows, {count} queries")
            results.document["systems"]["in place"] = _describe(cursor, options.table)
            system = System("in place", "", "", options.sweep_setting, counters="quiver_last_scan")
            target = Target(database, options.table, options.key, options.column, options.operator,
                            "quiver_bench.queries", count, k=options.k)
            data = types.SimpleNamespace(name=options.table)
            results.document["data"].append({"name": options.table, "rows": rows, "queries": count,
                                             "truth": "exact SQL",
                                             "metric": options.operator, "dims": None, "type": "",
                                             "note": options.queries_sql or "queries are rows of the table"})
            run_sweep(data, {system.name: (system, target)}, Sweep("search", exact_truth(target), options.clients),
                      options, results)
        finally:
            cursor.execute("DROP SCHEMA quiver_bench CASCADE")


def _describe(cursor, table):
    """What is known of a table that others made: its indexes and the vector extensions of its database."""
    versions = one(cursor, "SELECT string_agg(extname || ' ' || extversion, ', ' ORDER BY extname) FROM pg_extension "
                           "WHERE extname <> 'plpgsql'")
    indexes = one(cursor, "SELECT string_agg(pg_get_indexdef(indexrelid), '; ' ORDER BY indexrelid) FROM pg_index "
                          "WHERE indrelid = %s::regclass AND NOT indisprimary", table)
    return {"extension": versions, "version": "", "index": indexes, "settings": {}, "filter_settings": {}}

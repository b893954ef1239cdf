"""Building an index, timed."""
import time

from .database import WalMeter, connect, index_bytes
from .target import Target
from .datasets import OPERATORS


def target_of(system, data, schema, k):
    return Target(database=system.database, table=f"{schema}.items", key="id", column="v",
                  operator=OPERATORS[data.metric], queries=f"{schema}.queries", count=len(data.queries),
                  index="items_v_idx", k=k)


def index_statement(system, data, schema, parameters):
    """The CREATE INDEX of a system, with m and ef_construction as the user chose them."""
    return system.index.format(index="items_v_idx", table=f"{schema}.items", column="v",
                               opclass=f"{data.type}_{data.metric}_ops", **parameters)


def build_index(system, data, schema, parameters, settings):
    """Drops the index if there is one, and builds it. Seconds, size and WAL."""
    with connect(system.database, {**system.settings, **settings}) as cursor:
        cursor.execute(f"DROP INDEX IF EXISTS {schema}.items_v_idx")
        cursor.execute("CHECKPOINT")
        with WalMeter(cursor) as wal:
            began = time.monotonic()
            cursor.execute(index_statement(system, data, schema, parameters))
            seconds = time.monotonic() - began
        return {"seconds": seconds, "index_bytes": index_bytes(cursor, f"{schema}.items_v_idx"),
                "wal_bytes": wal.bytes}

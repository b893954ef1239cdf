"""Tables of a data set: items (id, bucket, v) with the rows, queries (id, v).

bucket is a number from 0 to 999, independent of the vector: `bucket < 10` is a filter that lets 1 % pass.
"""
import numpy as np

from .copy_binary import Stream, encode
from .progress import Progress

BUCKETS = 1000


def buckets(ids):
    """A fixed pseudo-random bucket for each id: Knuth's multiplicative hash."""
    return ((ids.astype(np.uint64) * np.uint64(2654435761)) % np.uint64(1 << 32) * np.uint64(BUCKETS)
            >> np.uint64(32)).astype(np.int64)


def schema_of(data):
    """The schema that holds a data set's tables: its name, as an identifier that needs no quotes."""
    return "d_" + "".join(c if c.isascii() and c.isalnum() else "_" for c in data.name.lower())


def load_tables(cursor, data, rows=None):
    """Creates the schema with both tables and fills them; rows: only that many."""
    schema = schema_of(data)
    cursor.execute(f"DROP SCHEMA IF EXISTS {schema} CASCADE; CREATE SCHEMA {schema}")
    base = data.base[:rows]
    load_table(cursor, f"{schema}.items", np.arange(len(base)), base, data.type)
    load_queries(cursor, f"{schema}.queries", data.queries, data.type)
    return schema


def load_table(cursor, table, ids, rows, type_name):
    """Creates a table, fills it, and gives it a primary key and statistics."""
    cursor.execute(f"CREATE TABLE {table} (id integer, bucket integer, v {type_name}({rows.shape[1]}))")
    with Progress(f"loading {table}", len(rows) * _bytes_per_row(rows, type_name), "bytes") as progress:
        stream = Stream(encode(ids, buckets(ids), rows, type_name), progress.add)
        cursor.copy_expert(f"COPY {table} FROM STDIN (FORMAT binary)", stream, size=1 << 20)
    cursor.execute(f"ALTER TABLE {table} ADD PRIMARY KEY (id)")
    cursor.execute(f"VACUUM ANALYZE {table}")


def load_queries(cursor, table, rows, type_name):
    """As above, with ids from 1, and vectors inside the row: fetching a query costs one page, not a TOAST chain."""
    load_table(cursor, table, np.arange(1, len(rows) + 1), rows, type_name)
    if _bytes_per_row(rows, type_name) < 8000:
        cursor.execute(f"ALTER TABLE {table} ALTER COLUMN v SET STORAGE PLAIN")
        cursor.execute(f"CREATE TABLE {table}_plain (LIKE {table} INCLUDING ALL)")
        cursor.execute(f"INSERT INTO {table}_plain SELECT * FROM {table} ORDER BY id")
        cursor.execute(f"DROP TABLE {table}; ALTER TABLE {table}_plain RENAME TO {table.split('.')[-1]}")
        cursor.execute(f"VACUUM ANALYZE {table}")


def _bytes_per_row(rows, type_name):
    dims = rows.shape[1]
    value = {"vector": 4 * dims + 4, "halfvec": 2 * dims + 4, "bit": (dims + 7) // 8 + 4}[type_name]
    return value + 22

"""What is searched: rows, queries, and if known the exact neighbours.

A specification is a source followed by options, separated by commas:

    sift                                      a standard set, downloaded once (quiver_bench/download.py names them)
    DIR/glove-100-angular.hdf5                an ann-benchmarks file
    DIR/sift128                               DIR/sift128-base.*, -query.*, and -truth.* if there
    generated,rows=100000,dims=768,intrinsic=20
    table:items.embedding                     a table of the server that --source names: your own data

    name=...  metric=l2|ip|cosine|l1|hamming|jaccard  rows=N  queries=N  type=vector|halfvec|bit
"""
import dataclasses
import glob
import os

import numpy as np

from . import download
from .copy_binary import decode_vectors
from .generate import generate
from .vectors import SUFFIXES, read_vectors

OPERATORS = {"l2": "<->", "ip": "<#>", "cosine": "<=>", "l1": "<+>", "hamming": "<~>", "jaccard": "<%>"}
HDF5_METRICS = {"euclidean": "l2", "angular": "cosine", "dot": "ip", "hamming": "hamming", "jaccard": "jaccard"}
TYPES = ("vector", "halfvec", "bit")
QUERIES = 500


class BadSpec(ValueError):
    """A --data that cannot be understood; the message is for the user."""


@dataclasses.dataclass
class Dataset:
    name: str
    metric: str
    type: str
    base: np.ndarray
    queries: np.ndarray
    truth: np.ndarray = None  # row numbers of the exact neighbours of each query, nearest first
    note: str = ""

    @property
    def dims(self):
        return self.base.shape[1]

    def describe(self):
        return {"name": self.name, "rows": len(self.base), "dims": self.dims, "metric": self.metric, "type": self.type,
                "queries": len(self.queries), "truth": "exact SQL" if self.truth is None else "given",
                "note": self.note}


def open_dataset(spec, directory, source=""):
    """The data set that a specification names. Downloads go to the directory; source is where table: is."""
    what, *options = spec.split(",")
    options = dict(_option(o) for o in options)
    if what == "generated":
        data = _generated(options)
    elif what.startswith("table:"):
        data = _table(what[len("table:"):], source, int(options.get("queries", QUERIES)))
    elif what in download.SETS:
        data = _hdf5(download.fetch(what, directory))
    elif what.endswith((".hdf5", ".h5")):
        data = _hdf5(what)
    else:
        data = _files(what)
    return _restrict(data, options)


def _option(text):
    name, equals, value = text.partition("=")
    if not equals or name not in ("name", "metric", "rows", "queries", "type", "dims", "intrinsic", "seed"):
        raise BadSpec(f"{text}: options are name, metric, rows, queries, type (and dims, intrinsic, seed: generated)")
    return name, value


def _restrict(data, options):
    data.name = options.get("name", data.name)
    data.metric = options.get("metric", data.metric)
    data.type = options.get("type", data.type)
    if data.metric not in OPERATORS:
        raise BadSpec(f"metric is one of {' '.join(OPERATORS)}, not {data.metric}")
    if data.type not in TYPES:
        raise BadSpec(f"type is one of {' '.join(TYPES)}, not {data.type}")
    rows = int(options.get("rows", len(data.base)))
    if rows < len(data.base):
        # The given neighbours are those among all rows.
        data.base, data.truth = data.base[:rows], None
    elif "rows" in options and rows > len(data.base):
        raise BadSpec(f"{data.name} has {len(data.base):,} rows, not {rows:,}")
    queries = int(options.get("queries", QUERIES))
    data.queries = data.queries[:queries]
    data.truth = None if data.truth is None else data.truth[:queries]
    if len(data.queries) == 0:
        raise BadSpec(f"{data.name}: no queries")
    if data.queries.shape[1] != data.dims:
        raise BadSpec(f"{data.name}: rows have {data.dims} dimensions, queries {data.queries.shape[1]}")
    return data


def _generated(options):
    rows, dims = int(options.get("rows", 100_000)), int(options.get("dims", 128))
    intrinsic, queries = int(options.get("intrinsic", 16)), int(options.get("queries", QUERIES))
    base, query = generate(rows, queries, dims, intrinsic, int(options.get("seed", 1)))
    return Dataset(f"generated{dims}", "l2", "vector", base, query,
                   note=f"generated, intrinsic dimension {intrinsic}")


def _hdf5(path):
    import h5py  # needed for these files only
    with h5py.File(path, "r") as file:
        metric = HDF5_METRICS.get(str(file.attrs.get("distance", "euclidean")))
        if metric is None:
            raise BadSpec(f"{path}: distance {file.attrs['distance']} is not supported")
        base, queries = file["train"][:], file["test"][:]
        truth = file["neighbors"][:] if "neighbors" in file else None
    kind = "bit" if metric in ("hamming", "jaccard") else "vector"
    return Dataset(os.path.splitext(os.path.basename(path))[0], metric, kind, base, queries, truth)


def _files(prefix):
    base, queries = _file(prefix, "base"), _file(prefix, "query")
    if base is None or queries is None:
        raise BadSpec(f"{prefix}: no standard set, no .hdf5 file, and no {prefix}-base.* with {prefix}-query.* "
                      f"({' '.join(SUFFIXES)})")
    return Dataset(os.path.basename(prefix), "l2", "vector", base, queries, _file(prefix, "truth"))


def _file(prefix, part):
    paths = [p for s in SUFFIXES for sep in "-_" for p in glob.glob(glob.escape(prefix + sep + part) + s)]
    if len(paths) > 1:
        raise BadSpec(f"{prefix}: which of {' '.join(paths)}?")
    return read_vectors(paths[0]) if paths else None


def _table(name, source, queries):
    """Every vector of a table's column; some rows, evenly spread, become the queries and are not loaded."""
    import io

    import psycopg2
    table, dot, column = name.rpartition(".")
    if not dot:
        raise BadSpec(f"table:{name}: say TABLE.COLUMN")
    out = io.BytesIO()
    connection = psycopg2.connect(source)
    try:
        connection.set_session(readonly=True)
        with connection.cursor() as cursor:
            cursor.copy_expert(f"COPY (SELECT {column} FROM {table} WHERE {column} IS NOT NULL) "
                               "TO STDOUT (FORMAT binary)", out)
    finally:
        connection.close()
    rows = decode_vectors(out.getbuffer())
    held_out = np.linspace(0, len(rows) - 1, min(queries, len(rows) // 10 + 1)).astype(int)
    mask = np.ones(len(rows), bool)
    mask[held_out] = False
    kind = "halfvec" if rows.dtype.itemsize == 2 else "vector"
    return Dataset(table, "cosine", kind, rows[mask], rows[held_out], note="a table; its queries are rows held out")

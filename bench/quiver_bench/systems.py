"""What is compared. A system is an extension, how to make its index, and the setting that trades speed for recall.

quiver and pgvector are known. Any other extension with the same kind of SQL is described by a JSON file with the fields
of System, of which name, extension, index and sweep_setting are required:

    {"name": "other", "extension": "other", "sweep_setting": "other.effort", "sweep": [5, 10, 20],
     "index": "CREATE INDEX {index} ON {table} USING other ({column} {opclass})"}
"""
import dataclasses
import json

HNSW = ("CREATE INDEX {index} ON {table} USING hnsw ({column} {opclass}) "
        "WITH (m = {m}, ef_construction = {ef_construction})")


@dataclasses.dataclass
class System:
    name: str
    extension: str
    index: str
    sweep_setting: str
    sweep: list = None                                              # values of the setting, instead of --ef
    settings: dict = dataclasses.field(default_factory=dict)        # of every session
    filter_settings: dict = dataclasses.field(default_factory=dict)  # of sessions that filter, in addition
    counters: str = ""                                              # a function that describes the last scan

    @property
    def database(self):
        return "quiver_bench_" + self.name


# Without iterative scans pgvector returns too few rows when a filter follows the index.
ITERATIVE = {"hnsw.iterative_scan": "strict_order"}
KNOWN = {
    "quiver": System("quiver", "quiver", HNSW, "hnsw.ef_search", filter_settings=ITERATIVE,
                     counters="quiver_last_scan"),
    "pgvector": System("pgvector", "vector", HNSW, "hnsw.ef_search", filter_settings=ITERATIVE),
}


def find_system(name):
    if name in KNOWN:
        return KNOWN[name]
    try:
        with open(name, encoding="utf-8") as file:
            return System(**json.load(file))
    except FileNotFoundError:
        raise ValueError(f"{name}: systems are {', '.join(KNOWN)}, or a JSON file that describes one") from None
    except TypeError as error:
        raise ValueError(f"{name}: {error}") from None

"""One run against one server, from empty databases to a results file."""
import sys
import time

from . import kernels
from .build import build_index, index_statement
from .busy import run_busy
from .clients import run_clients
from .database import connect, drop_database, new_database
from .datasets import open_dataset
from .in_place import run_in_place
from .load import load_tables
from .machine import describe_machine, describe_system
from .results import Results
from .scale import run_scale
from .search import run_search, say
from .server import Server
from .systems import find_system
from .writes import run_writes


class Session:
    def __init__(self, options, path):
        self.options, self.path = options, path
        self.server = Server()
        self.results = Results(sys.argv[1:], describe_machine(), options.k)

    def run(self):
        if self.options.table:
            run_in_place(self.options, self.results)
            self.results.save(self.path)
            return
        systems = [find_system(name) for name in self.options.systems]
        try:
            for system in systems:
                new_database(system)
            for spec in self.options.data:
                self._data(spec, systems)
        finally:
            if not self.options.keep:
                for system in systems:
                    drop_database(system)
        if "kernels" in self.options.parts:
            kernels.run_kernels(self.options, self.results)
            self.results.save(self.path)

    def _data(self, spec, systems):
        options = self.options
        data = open_dataset(spec, options.data_directory, options.source)
        say(f"{data.name}: {len(data.base):,} rows, {data.dims} dimensions, {data.metric}, {len(data.queries)} queries")
        self.results.document["data"].append(data.describe())
        began = time.monotonic()
        if {"search", "clients"} & set(options.parts):
            schema = self._prepare(data, systems)
            if "search" in options.parts:
                run_search(data, systems, schema, options, self.results, self.server)
            if "clients" in options.parts:
                run_clients(data, systems, schema, options, self.results, self.server)
            self.results.save(self.path)
        if "writes" in options.parts:
            run_writes(data, systems, options, self.results)
            self.results.save(self.path)
        if "busy" in options.parts:
            run_busy(data, systems, options, self.results)
            self.results.save(self.path)
        if "scale" in options.parts:
            run_scale(data, systems, options, self.results)
            self.results.save(self.path)
        say(f"{data.name}: {time.monotonic() - began:.0f} s")

    def _prepare(self, data, systems):
        options = self.options
        for system in systems:
            with connect(system.database) as cursor:
                schema = load_tables(cursor, data)
        for system in systems:
            memory = options.memory[-1]
            settings = {"maintenance_work_mem": memory, **options.build_settings}
            metrics = build_index(system, data, schema, options.index_parameters, settings)
            statement = index_statement(system, data, schema, options.index_parameters)
            self.results.document["systems"].setdefault(system.name, describe_system(system, statement))
            point = {"rows": len(data.base), "workers": "default", "memory": memory}
            self.results.add("build", data.name, system.name, point, metrics)
            say(f"  {system.name}: index of {metrics['index_bytes'] / 2**20:.0f} MiB in {metrics['seconds']:.1f} s")
        return schema

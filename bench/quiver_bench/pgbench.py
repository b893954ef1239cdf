"""One run of pgbench, and the latencies it logged.

Prepared statements (-M prepared) and a fixed random seed, so that two systems answer the same queries in the same
order. Latencies come from pgbench's log, one line for each transaction, not from its average.
"""
import dataclasses
import glob
import os
import re
import subprocess
import tempfile

import numpy as np

from .database import cores, options


class PgbenchFailed(RuntimeError):
    """pgbench ended with an error; the message has what it said."""


@dataclasses.dataclass
class Load:
    """What to run. Scripts are (text, weight); exactly one of seconds and transactions (of each client) is given."""
    database: str
    scripts: list
    settings: dict
    clients: int = 1
    seconds: int = 0
    transactions: int = 0
    mode: str = "prepared"
    pipeline: int = 1                    # times that a script is sent before its answers are waited for
    variables: dict = dataclasses.field(default_factory=dict)
    reconnect: str = ""                  # -C: a connection for each transaction
    environment: dict = dataclasses.field(default_factory=dict)


@dataclasses.dataclass
class Outcome:
    tps: float
    milliseconds: list                   # an array for each script

    def metrics(self, script=0, prefix=""):
        p50, p95, p99 = np.percentile(self.milliseconds[script], (50, 95, 99))
        return {f"{prefix}p50_ms": float(p50), f"{prefix}p95_ms": float(p95), f"{prefix}p99_ms": float(p99)}


def run(load):
    with tempfile.TemporaryDirectory(prefix="quiver-bench-") as directory:
        command = _command(load, directory)
        environment = dict(os.environ, PGOPTIONS=options(load.settings), **load.environment)
        done = subprocess.run(command, env=environment, cwd=directory, capture_output=True, text=True)
        tps = re.search(r"^tps = ([0-9.]+)", done.stdout, re.M)
        if done.returncode != 0 or tps is None:
            raise PgbenchFailed(f"pgbench, status {done.returncode}: {done.stderr.strip()[-2000:]}")
        # To pgbench a pipeline is one transaction.
        times = [each / load.pipeline for each in _latencies(directory, len(load.scripts))]
        return Outcome(float(tps[1]) * load.pipeline, times)


def _command(load, directory):
    threads = min(load.clients, cores())
    command = ["pgbench", "-n", "-M", load.mode, "-c", str(load.clients), "-j", str(threads), "--random-seed=20",
               "--log", "--log-prefix=" + os.path.join(directory, "log")]
    command += ["-T", str(load.seconds)] if load.seconds else ["-t", str(load.transactions)]
    if load.reconnect:
        command.append(load.reconnect)
    for number, (text, weight) in enumerate(load.scripts):
        path = os.path.join(directory, f"script{number}.sql")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text if load.pipeline == 1 else
                       "\\startpipeline\n" + text * load.pipeline + "\\endpipeline\n")
        command += ["-f", f"{path}@{weight}"]
    for name, value in load.variables.items():
        command += ["-D", f"{name}={value}"]
    return [*command, load.database]


def _latencies(directory, scripts):
    """Milliseconds by script. A line: client, transaction, microseconds, script, ..."""
    out = [[] for _ in range(scripts)]
    for path in glob.glob(os.path.join(directory, "log.*")):
        with open(path, encoding="ascii") as file:
            for line in file:
                fields = line.split()
                if not fields[2].isdigit():
                    raise PgbenchFailed(f"a transaction was {fields[2]}")
                out[int(fields[3])].append(int(fields[2]))
    if not any(out):
        raise PgbenchFailed("no transaction ended: give it more time")
    return [np.array(times or [0]) / 1000.0 for times in out]

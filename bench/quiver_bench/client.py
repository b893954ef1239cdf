"""One run of bench/client: a statement with a binary parameter, which pgbench cannot send."""
import os
import subprocess

import numpy as np

from . import ROOT
from .database import options
from .pgbench import Outcome

PROGRAM = "build/bench/client"


class ClientFailed(RuntimeError):
    """It could not be built, or ended with an error; the message has what was said."""


def build():
    done = subprocess.run(["make", "-s", PROGRAM], cwd=ROOT, capture_output=True, text=True)
    if done.returncode != 0:
        raise ClientFailed(f"{PROGRAM} cannot be built (--parameters table does without it): "
                           f"{done.stderr.strip()[-2000:]}")


def run(database, sql, parameters, settings, clients=1, seconds=1, pipeline=1, core=None):
    """sql has a parameter $1; parameters is the query whose rows are its values. core: where the clients and their
    server processes all run."""
    command = [os.path.join(ROOT, PROGRAM), sql, parameters, *(str(x) for x in (clients, seconds, pipeline)),
               str(-1 if core is None else core)]
    environment = dict(os.environ, PGDATABASE=database, PGOPTIONS=options(settings))
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    if done.returncode != 0:
        raise ClientFailed(f"{PROGRAM}, status {done.returncode}: {done.stderr.strip()[-2000:]}")
    first, _, rest = done.stdout.partition("\n")
    statements, took = first.split()
    # A round trip is that of all statements which were sent at once.
    return Outcome(int(statements) / float(took), [np.array(rest.split(), float) / (1000 * pipeline)])

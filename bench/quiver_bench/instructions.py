"""Instructions per query, counted by perf in the server process that answers. Unlike time, this number is almost the
same on a busy machine; it says nothing about waiting for memory."""
import os
import shutil
import signal
import subprocess
import tempfile
import time

from .database import INDEX_ONLY, connect, one

REPEAT = 3


def measure_instructions(target, settings, where=""):
    """{} when there is no perf, or it may not look at the server."""
    if not shutil.which("perf"):
        return {}
    with connect(target.database, {**INDEX_ONLY, **settings}) as cursor, tempfile.TemporaryDirectory() as directory:
        # A loop in the server: only its planning and the client's protocol are left out, no part of a search.
        ask = (f"DO $$ BEGIN FOR i IN 1..{target.count} LOOP "
               f"PERFORM x FROM ({target.nearest(target.query('i'), where)}) AS t(x); END LOOP; END $$")
        cursor.execute(ask)
        out = os.path.join(directory, "perf")
        perf = subprocess.Popen(["perf", "stat", "-x", ",", "-e", "instructions:u", "-o", out, "-p",
                                 str(one(cursor, "SELECT pg_backend_pid()"))], stderr=subprocess.DEVNULL)
        time.sleep(0.5)  # until it counts
        if perf.poll() is not None:
            return {}
        for _ in range(REPEAT):
            cursor.execute(ask)
        perf.send_signal(signal.SIGINT)
        perf.wait()
        with open(out, encoding="ascii") as file:
            counts = [line.split(",")[0] for line in file if "instructions:u" in line]
    if not counts or not counts[0].isdigit():
        return {}
    return {"instructions": int(counts[0]) / (REPEAT * target.count)}

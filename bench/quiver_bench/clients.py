"""Many clients: latencies from one connection to a thousand.

Each connection is a process of the server, so beyond a few hundred applications use a pooler. PgBouncer shares a few
server connections among all clients, a transaction at a time. Prepared statements of the protocol belong to one server
connection, and PgBouncer before 1.21 (Debian 12 has 1.18) cannot carry them over; what can be shared is a plan inside a
function. So through the pooler, `SELECT nearest(i)` calls a PL/pgSQL function that holds the query: its plan is cached
in each server connection.
"""
import contextlib
import os
import resource
import shutil
import subprocess
import tempfile
import time

import psycopg2

from . import pgbench
from .build import target_of
from .database import connect, cores, one
from .rounds import turns
from .search import say, session, typical_value
from .server import as_owner

PORT = 6432


def run_clients(data, systems, schema, options, results, server):
    targets = {s.name: (s, target_of(s, data, schema, options.k)) for s in systems}
    files = _raise_file_limit()
    with connect("postgres") as cursor:
        direct = int(one(cursor, "SELECT current_setting('max_connections')")) - 10
    for via, limit in (("direct", direct), ("pgbouncer", (files - 100) // 2)):
        counts = [c for c in options.many_clients if c <= limit]
        if via == "pgbouncer" and not shutil.which("pgbouncer"):
            say("  pgbouncer left out: it is not installed")
            continue
        for dropped in sorted(set(options.many_clients) - set(counts)):
            say(f"  {dropped} clients {via} left out: the limit is {limit} "
                f"({'max_connections' if via == 'direct' else 'open files: ulimit -n'})")
        for _, clients, name in turns(list(targets), options.rounds, counts):
            system, target = targets[name]
            value = typical_value(system, options)
            outcome = _direct(system, target, value, clients, options) if via == "direct" else \
                _pooled(system, target, value, clients, options, server)
            metrics = {"qps": outcome.tps, **outcome.metrics()}
            results.add_round("clients", data.name, name, {"via": via, "clients": clients, "ef": value}, metrics)
            say(f"  {name} {via}, {clients} clients: {metrics['qps']:.0f} queries/s, p50 {metrics['p50_ms']:.2f} "
                f"p99 {metrics['p99_ms']:.2f} ms")


def _direct(system, target, value, clients, options):
    return pgbench.run(pgbench.Load(target.database, [(target.script(), 1)], session(system, value), clients,
                                    seconds=options.seconds))


def _pooled(system, target, value, clients, options, server):
    with connect(target.database) as cursor:
        cursor.execute(f"CREATE OR REPLACE FUNCTION {target.queries}_nearest(i integer) RETURNS SETOF integer "
                       f"LANGUAGE plpgsql AS $$ BEGIN RETURN QUERY {target.nearest(target.query('i'))}; END $$")
    script = f"\\set i random(1, {target.count})\nSELECT {target.queries}_nearest(:i);\n"
    with _pgbouncer(target.database, session(system, value), clients, server) as where:
        return pgbench.run(pgbench.Load("bench", [(script, 1)], {}, clients, seconds=options.seconds, mode="simple",
                                        environment=where))


def _raise_file_limit():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 8192 if hard == resource.RLIM_INFINITY else min(hard, 8192)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    return max(soft, wanted)


@contextlib.contextmanager
def _pgbouncer(database, settings, clients, server):
    """A PgBouncer on a socket of its own, with two server connections for each core."""
    with tempfile.TemporaryDirectory(prefix="quiver-pool-", dir="/tmp") as directory:
        os.chmod(directory, 0o777)
        connect_query = "; ".join(f"SET {name} = ''{value}''" for name, value in settings.items())
        config = os.path.join(directory, "pgbouncer.ini")
        host, user = os.environ.get("PGHOST", ""), os.environ.get("PGUSER", "postgres")
        with open(config, "w", encoding="utf-8") as file:
            file.write(f"[databases]\nbench = host={host} port={os.environ.get('PGPORT', '5432')} dbname={database} "
                       f"user={user} connect_query='{connect_query}'\n"
                       f"[pgbouncer]\nunix_socket_dir={directory}\nlisten_port={PORT}\nauth_type=any\n"
                       f"pool_mode=transaction\nmax_client_conn={clients + 10}\ndefault_pool_size={2 * cores()}\n"
                       "ignore_startup_parameters=extra_float_digits,options\n"
                       "log_connections=0\nlog_disconnections=0\n")
        owner = as_owner(server.data) if server.can_restart else {}
        log = open(os.path.join(directory, "log"), "wb")
        process = subprocess.Popen(["pgbouncer", "-q", config], stdout=log, stderr=log, cwd="/", **owner)
        try:
            where = {"PGHOST": directory, "PGPORT": str(PORT), "PGUSER": user}
            _wait(process, where, log.name)
            yield where
        finally:
            process.terminate()
            process.wait()
            log.close()


def _wait(process, where, log):
    for _ in range(50):
        try:
            psycopg2.connect(host=where["PGHOST"], port=PORT, user=where["PGUSER"], dbname="bench").close()
            return
        except psycopg2.OperationalError as error:
            last = error
        if process.poll() is not None:
            break
        time.sleep(0.1)
    with open(log, encoding="utf-8", errors="replace") as file:
        raise RuntimeError(f"pgbouncer did not start: {last}\n{file.read()[-2000:]}")

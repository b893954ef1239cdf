"""Connections, and the few questions every measurement asks a server."""
import contextlib
import os

import psycopg2

# Of every session: the index is what we measure, so the planner shall not choose something else.
INDEX_ONLY = {"enable_seqscan": "off"}
EXACT = {"enable_indexscan": "off", "enable_bitmapscan": "off", "enable_indexonlyscan": "off"}


def options(settings):
    """Settings in the form of PGOPTIONS."""
    def escape(value):
        return str(value).replace("\\", "\\\\").replace(" ", "\\ ")
    return " ".join(f"-c {name}={escape(value)}" for name, value in settings.items())


@contextlib.contextmanager
def connect(database, settings=None):
    """A cursor of a session of its own, in autocommit mode."""
    connection = psycopg2.connect(dbname=database, options=options(settings or {}))
    try:
        connection.autocommit = True
        with connection.cursor() as cursor:
            yield cursor
    finally:
        connection.close()


def one(cursor, sql, *args):
    """The first column of the first row."""
    cursor.execute(sql, args or None)
    return cursor.fetchone()[0]


def new_database(system):
    """An empty database with the extension, in place of the last run's."""
    drop_database(system)
    with connect("postgres") as cursor:
        cursor.execute(f'CREATE DATABASE "{system.database}"')
    with connect(system.database) as cursor:
        cursor.execute(f'CREATE EXTENSION "{system.extension}"')


def drop_database(system):
    with connect("postgres") as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{system.database}"')


def index_bytes(cursor, index):
    return one(cursor, "SELECT pg_relation_size(%s::regclass)", index)


class WalMeter:
    """WAL bytes that the whole server wrote inside the block."""

    def __init__(self, cursor):
        self.cursor = cursor

    def __enter__(self):
        self.start = self._now()
        return self

    def __exit__(self, kind, value, trace):
        if kind is None:
            self.bytes = int(self._now() - self.start)

    def _now(self):
        return one(self.cursor, "SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')")


def cores():
    return len(os.sched_getaffinity(0))

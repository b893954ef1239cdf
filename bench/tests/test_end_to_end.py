"""The driver against a real server with quiver installed: the one that PGHOST names. Without it there is nothing to
test here, and the tests say that they were skipped."""
import contextlib
import io
import json
import os
import subprocess
import tempfile
import unittest

from quiver_bench import compare, report
from quiver_bench.database import connect, one

RUN = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "run")


@unittest.skipUnless(os.environ.get("PGHOST"), "PGHOST names no server")
class EndToEnd(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.path = os.path.join(directory.name, "results.json")

    def run_driver(self, *arguments):
        done = subprocess.run([RUN, "--existing", "--rounds", "1", "--seconds", "1", "--output", self.path, *arguments],
                              capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        with open(self.path, encoding="utf-8") as file:
            return json.load(file)

    def test_search_and_writes(self):
        document = self.run_driver("--data", "generated,rows=2000,dims=32,queries=50,name=tiny",
                                   "--parts", "search,writes,busy",
                                   "--ef", "10,100", "--filters", "50", "--filter-ef", "100",
                                   "--pipeline", "4", "--one-core", "--awake", "--inserts", "50", "--write-rows", "500",
                                   "--workers", "0")
        results = {(r["part"], *r["point"].values()): r["metrics"] for r in document["results"]}
        narrow, wide = results["search", 10, 1], results["search", 100, 1]
        self.assertGreater(wide["recall"], 0.95)
        self.assertLess(narrow["recall"], wide["recall"] + 1e-9)
        self.assertGreater(narrow["recall"], 0.3)
        self.assertLessEqual(wide["recall"], 1)
        self.assertGreater(wide["buffers"], narrow["buffers"])
        self.assertGreater(wide["pages"], wide["hops"] / 2)
        self.assertGreater(wide["qps"], 1)
        self.assertLessEqual(wide["p50_ms"], wide["p99_ms"])
        self.assertEqual(results["pipelined", 4, 100, 1]["recall"], wide["recall"])
        self.assertGreater(results["pipelined", 4, 100, 1]["qps"], 1)
        self.assertEqual(results["one core", 100, 1]["recall"], wide["recall"])
        self.assertGreater(results["one core", 100, 1]["qps"], 1)
        self.assertGreater(results["floor", 1, 4, "all"]["qps"], 1)
        self.assertGreater(results["floor", 1, 1, 1]["qps"], 1)
        self.assertGreater(results["filtered", "50%", 100, 1]["recall"], 0.9)
        self.assertGreater(results["insert", "after checkpoint", 1]["wal_bytes_per_row"], 100)
        self.assertGreater(results["churn", "2 the same rows inserted again"]["recall"], 0.9)
        self.assertGreater(results["mixed", 9, 1, 40, 1]["tps"], 1)
        self.assertGreater(results["busy", "alone", 40, 1]["qps"], 1)
        busy = results["busy", "insert and vacuum", 40, 1]
        self.assertGreater(busy["qps"], 1)
        self.assertGreater(busy["inserts_per_s"], 1)
        self.assertGreaterEqual(busy["vacuums"], 1)
        self.assertEqual(document["data"][0]["rows"], 2000)
        self.assertTrue(document["machine"]["server_version"])
        with connect("postgres") as cursor:
            self.assertEqual(one(cursor, "SELECT count(*) FROM pg_database WHERE datname = 'quiver_bench_quiver'"), 0)

        with contextlib.redirect_stdout(io.StringIO()):
            self.assertEqual(compare.main([self.path, self.path]), 0)
            report.main([self.path])
        with open(self.path.replace(".json", ".md"), encoding="utf-8") as file:
            written = file.read()
        self.assertIn("## tiny", written)
        self.assertIn("several queries sent at once", written)
        self.assertTrue(os.path.exists(self.path.replace(".json", "-tiny.svg")))

    def test_a_table_as_it_is(self):
        with connect("postgres") as cursor:
            cursor.execute("CREATE EXTENSION quiver; CREATE TABLE kept (key integer PRIMARY KEY, e vector(3))")
            self.addCleanup(self.clean)
            cursor.execute("INSERT INTO kept SELECT i, ARRAY[i % 17, i % 13, i]::vector "
                           "FROM generate_series(1, 1000) i")
            cursor.execute("CREATE INDEX ON kept USING hnsw (e vector_l2_ops); ANALYZE kept")
        os.environ["PGDATABASE"] = "postgres"
        document = self.run_driver("--table", "kept", "--key", "key", "--column", "e", "--operator", "<->",
                                   "--ef", "40",
                                   "--queries-sql", "SELECT e FROM kept LIMIT 20")
        self.assertGreater(document["results"][0]["metrics"]["recall"], 0.95)
        document = self.run_driver("--data", "table:kept.e,metric=l2,queries=30", "--source", "dbname=postgres",
                                   "--ef", "40", "--parameters", "text")
        self.assertEqual(document["data"][0]["rows"], 970)
        self.assertGreater(document["results"][-1]["metrics"]["qps"], 1)

    @staticmethod
    def clean():
        with connect("postgres") as cursor:
            cursor.execute("DROP SCHEMA IF EXISTS quiver_bench CASCADE; DROP TABLE kept; DROP EXTENSION quiver")


if __name__ == "__main__":
    unittest.main()

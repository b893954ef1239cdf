"""What is made of the numbers: interpolation, comparison, order of rounds, report."""
import contextlib
import copy
import io
import json
import os
import tempfile
import unittest

from quiver_bench import compare, report
from quiver_bench.interpolate import frontier, qps_at
from quiver_bench.results import Results, load, without_folders
from quiver_bench.rounds import turns


class Interpolation(unittest.TestCase):
    def test_frontier_drops_what_is_beaten(self):
        self.assertEqual(frontier([(0.9, 100), (0.8, 90), (0.95, 50), (0.94, 50)]), [(0.9, 100), (0.95, 50)])

    def test_between_two_points(self):
        qps, how = qps_at([(0.90, 1000), (1.0, 10)], 0.95)
        self.assertEqual(how, "interpolated")
        self.assertAlmostEqual(qps, 100)  # half-way on a logarithmic scale

    def test_at_a_point(self):
        self.assertAlmostEqual(qps_at([(0.90, 1000), (0.95, 100), (1.0, 10)], 0.95)[0], 100)

    def test_beyond_the_points(self):
        points = [(0.92, 1000), (0.98, 10)]
        self.assertEqual(qps_at(points, 0.90), (1000, "at least"))
        self.assertEqual(qps_at(points, 0.99), (None, "not reached"))
        self.assertEqual(qps_at([], 0.90), (None, "not reached"))


class Rounds(unittest.TestCase):
    def test_every_other_round_is_reversed(self):
        self.assertEqual(list(turns(["a", "b"], 2, [1])), [(0, 1, "a"), (0, 1, "b"), (1, 1, "b"), (1, 1, "a")])


def sample():
    results = Results(["--data", "x"], {"cpu": "c", "cores": 2, "memory_gb": 1, "isa": [], "system": "s", "kernel": "k",
                                        "load_average": 0.0, "git": "g"})
    results.document["data"].append({"name": "x", "rows": 10, "dims": 2, "metric": "l2", "type": "vector", "queries": 1,
                                     "truth": "given", "note": ""})
    for system, speed in (("quiver", 400.0), ("pgvector", 100.0)):
        for ef, recall in ((10, 0.85), (80, 0.995)):
            point = {"ef": ef, "clients": 1}
            results.add("search", "x", system, point, {"recall": recall, "buffers": 50.0})
            for qps in (speed, 0.8 * speed, 1.1 * speed):
                results.add_round("search", "x", system, point, {"qps": qps / ef, "p50_ms": 1000 * ef / qps,
                                                                 "p99_ms": 2000 * ef / qps, "p95_ms": 1500 * ef / qps})
    return results


class Collected(unittest.TestCase):
    def test_median_and_best(self):
        result = sample().find("search", "x", "quiver", {"ef": 10, "clients": 1})
        self.assertAlmostEqual(result["metrics"]["qps"], 40)
        self.assertAlmostEqual(result["best"]["qps"], 44)
        self.assertAlmostEqual(result["best"]["p50_ms"], 1000 / 44)
        self.assertEqual(result["metrics"]["recall"], 0.85)


    def test_command_without_folders(self):
        self.assertEqual(without_folders(["--data", "/a/b/sift,rows=5", "--output", "c/d.json", "--ef", "1,2"]),
                         ["--data", "sift,rows=5", "--output", "d.json", "--ef", "1,2"])


class Compare(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.before, self.after = (os.path.join(directory.name, n) for n in ("a.json", "b.json"))
        results = sample()
        results.save(self.before)
        self.document = copy.deepcopy(results.document)

    def compare(self, *arguments):
        with open(self.after, "w", encoding="utf-8") as file:
            json.dump(self.document, file)
        out = io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
            status = compare.main([self.before, self.after, *arguments])
        return status, out.getvalue()

    def metrics(self):
        return self.document["results"][0]["metrics"]

    def test_equal(self):
        self.assertEqual(self.compare()[0], 0)

    def test_slower(self):
        self.metrics()["qps"] /= 1.5
        status, text = self.compare()
        self.assertEqual(status, 1)
        self.assertRegex(text, r"1\.50x +search x quiver .*qps")
        self.assertEqual(self.compare("--threshold", "1.6")[0], 0)

    def test_faster_is_no_regression(self):
        self.metrics()["qps"] *= 1.5
        status, text = self.compare()
        self.assertEqual(status, 0)
        self.assertIn("1 better", text)

    def test_counts_are_held_to_more(self):
        self.metrics()["buffers"] *= 1.05
        self.assertEqual(self.compare()[0], 1)
        self.metrics()["buffers"] = 50.5
        self.assertEqual(self.compare()[0], 0)

    def test_recall(self):
        self.metrics()["recall"] = 0.845
        self.assertEqual(self.compare()[0], 0)
        self.metrics()["recall"] = 0.83
        self.assertEqual(self.compare()[0], 1)

    def test_what_is_gone_is_named(self):
        del self.document["results"][3]
        self.assertIn("only in the first file: search x pgvector", self.compare()[1])

    def test_nothing_in_common(self):
        self.document["results"] = []
        self.assertEqual(self.compare()[0], 2)

    def test_no_results_file(self):
        self.document = {"format": 99}
        self.assertEqual(self.compare()[0], 2)
        self.document = [1]
        self.assertEqual(self.compare()[0], 2)

    def test_report(self):
        with contextlib.redirect_stdout(io.StringIO()):
            report.main([self.before])
        stem = os.path.splitext(self.before)[0]
        with open(stem + ".md", encoding="utf-8") as file:
            text = file.read()
        self.assertRegex(text, r"\| 0\.95 \| .* \| .* \| 4\.0 \|")
        self.assertIn("a-x.svg", text)
        with open(stem + "-x.svg", encoding="utf-8") as file:
            self.assertIn("<svg", file.read())
        self.assertEqual(load(self.before)["format"], 1)


if __name__ == "__main__":
    unittest.main()

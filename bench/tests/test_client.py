"""The client that sends binary parameters, against the server that PGHOST names."""
import os
import unittest

from quiver_bench import client


@unittest.skipUnless(os.environ.get("PGHOST"), "PGHOST names no server")
class Client(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        client.build()

    def test_counts_every_statement_and_times_every_round_trip(self):
        for clients, pipeline in (1, 1), (1, 4), (2, 1):
            outcome = client.run("postgres", "SELECT $1::bigint", "SELECT generate_series(1, 3::bigint)", {}, clients,
                                 seconds=0.2, pipeline=pipeline)
            (trips,) = outcome.milliseconds
            self.assertGreater(len(trips), 0)
            self.assertTrue((trips > 0).all())
            # One client is always waiting for its answer, so its round trips add up to the time that it ran.
            self.assertAlmostEqual(sum(trips) / clients * outcome.tps / len(trips) / 1000, 1, delta=0.1)

    def test_sends_what_it_was_told_to(self):
        # A division by zero for every value but this one.
        client.run("postgres", "SELECT 1 / ($1::integer = 7)::integer", "SELECT 7", {}, seconds=0.1)
        with self.assertRaisesRegex(client.ClientFailed, "division by zero"):
            client.run("postgres", "SELECT 1 / ($1::integer = 7)::integer", "SELECT 8", {}, seconds=0.1, pipeline=3)

    def test_settings_and_errors(self):
        sql = "SELECT 1 / (current_setting('work_mem') = $1)::integer"
        client.run("postgres", sql, "SELECT '3MB'::text", {"work_mem": "3MB"}, seconds=0.1)
        with self.assertRaisesRegex(client.ClientFailed, "there are none"):
            client.run("postgres", sql, "SELECT '3MB'::text WHERE false", {}, seconds=0.1)
        with self.assertRaisesRegex(client.ClientFailed, "on core"):
            client.run("postgres", sql, "SELECT '3MB'::text", {"work_mem": "3MB"}, seconds=0.1, core=1000)


if __name__ == "__main__":
    unittest.main()

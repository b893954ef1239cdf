"""The processes that keep the cores awake: there while they are wanted, and gone afterwards."""
import os
import unittest

from quiver_bench.awake import awake


class Awake(unittest.TestCase):
    def test_one_for_each_core_and_only_where_nobody_else_runs(self):
        with awake(True) as spinners:
            self.assertEqual(len(spinners), len(os.sched_getaffinity(0)))
            for pid in spinners:
                while os.sched_getscheduler(pid) != os.SCHED_IDLE:  # it starts with its parent's class
                    os.sched_yield()
                self.assertEqual(len(os.sched_getaffinity(pid)), 1)
        for pid in spinners:
            self.assertRaises(ProcessLookupError, os.kill, pid, 0)

    def test_none_where_none_is_wanted(self):
        with awake(False) as spinners:
            self.assertEqual(spinners, [])


if __name__ == "__main__":
    unittest.main()

"""Specifications of data sets, and generated data."""
import os
import tempfile
import unittest
from unittest import mock

import numpy as np

from quiver_bench import download
from quiver_bench.datasets import BadSpec, open_dataset
from quiver_bench.generate import generate, intrinsic_dimension
from quiver_bench.vectors import write_vectors


class Files(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.directory = directory.name
        self.prefix = os.path.join(self.directory, "small")
        write_vectors(self.prefix + "-base.u8bin", np.arange(20).reshape(10, 2))
        write_vectors(self.prefix + "-query.u8bin", np.arange(6).reshape(3, 2))
        write_vectors(self.prefix + "-truth.ibin", np.zeros((3, 4)))

    def test_prefix(self):
        data = open_dataset(self.prefix + ",metric=cosine", self.directory)
        self.assertEqual((data.name, data.metric, data.base.shape, data.queries.shape, data.truth.shape),
                         ("small", "cosine", (10, 2), (3, 2), (3, 4)))

    def test_fewer_rows_have_no_given_truth(self):
        data = open_dataset(self.prefix + ",rows=5,queries=2", self.directory)
        self.assertEqual((len(data.base), len(data.queries), data.truth), (5, 2, None))

    def test_hdf5(self):
        try:
            import h5py
        except ImportError:
            self.skipTest("h5py is not installed")
        path = os.path.join(self.directory, "a.hdf5")
        with h5py.File(path, "w") as file:
            file.attrs["distance"] = "angular"
            file["train"], file["test"] = np.ones((9, 4), np.float32), np.ones((2, 4), np.float32)
            file["neighbors"] = np.zeros((2, 3), np.int32)
        data = open_dataset(path, self.directory)
        self.assertEqual((data.name, data.metric, data.base.shape, data.truth.shape), ("a", "cosine", (9, 4), (2, 3)))

    def test_mistakes(self):
        for spec in ("/nowhere/x", self.prefix + ",metric=bogus", self.prefix + ",rows=11", self.prefix + ",colour=red",
                     self.prefix + ",type=text", self.prefix + ",queries=0", "table:items"):
            with self.subTest(spec), self.assertRaises(BadSpec):
                open_dataset(spec, self.directory)

    def test_no_network(self):
        with mock.patch.object(download, "BASE_URL", "http://127.0.0.1:9/"):
            with self.assertRaisesRegex(download.NoDownload, "generated"):
                open_dataset("sift", self.directory)
        self.assertFalse([f for f in os.listdir(self.directory) if f.startswith("sift")])


class Generated(unittest.TestCase):
    def test_same_seed_same_data(self):
        first, again, other = (generate(50, 5, 8, 4, seed)[0] for seed in (1, 1, 2))
        np.testing.assert_array_equal(first, again)
        self.assertFalse(np.array_equal(first, other))

    def test_intrinsic_dimension_follows_what_was_asked(self):
        low, high = (intrinsic_dimension(generate(2000, 0, 64, n)[0]) for n in (4, 24))
        self.assertLess(low, 8)
        self.assertGreater(high, 10)
        self.assertLess(high, 28)

    def test_estimate_on_a_plane(self):
        plane = np.zeros((1500, 10))
        plane[:, :2] = np.random.default_rng(3).uniform(size=(1500, 2))
        self.assertAlmostEqual(intrinsic_dimension(plane), 2, delta=0.3)


if __name__ == "__main__":
    unittest.main()

"""File formats: what is written is what is read, and what is damaged is refused."""
import os
import tempfile
import unittest

import numpy as np

from quiver_bench.vectors import BIN, SUFFIXES, VECS, BadFile, read_vectors, write_vectors


class Vectors(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.TemporaryDirectory()
        self.addCleanup(self.directory.cleanup)

    def path(self, suffix):
        return os.path.join(self.directory.name, "x" + suffix)

    def test_round_trip(self):
        random = np.random.default_rng(1)
        for suffix in SUFFIXES:
            with self.subTest(suffix):
                dtype = {**VECS, **BIN}[suffix]
                rows = random.integers(0, 100, (7, 5)).astype(dtype)
                write_vectors(self.path(suffix), rows)
                read = read_vectors(self.path(suffix))
                self.assertEqual(read.dtype, dtype)
                np.testing.assert_array_equal(read, rows)

    def test_bytes_of_fvecs(self):
        with open(self.path(".fvecs"), "wb") as file:
            file.write(bytes.fromhex("02000000" "0000803f" "00000040" "02000000" "00004040" "000080c0"))
        np.testing.assert_array_equal(read_vectors(self.path(".fvecs")), [[1, 2], [3, -4]])

    def test_bytes_of_u8bin(self):
        with open(self.path(".u8bin"), "wb") as file:
            file.write(bytes.fromhex("02000000" "03000000" "010203" "fffefd"))
        np.testing.assert_array_equal(read_vectors(self.path(".u8bin")), [[1, 2, 3], [255, 254, 253]])

    def test_truncated(self):
        for suffix in SUFFIXES:
            with self.subTest(suffix):
                write_vectors(self.path(suffix), np.ones((3, 4)))
                os.truncate(self.path(suffix), os.path.getsize(self.path(suffix)) - 1)
                with self.assertRaises(BadFile):
                    read_vectors(self.path(suffix))

    def test_empty(self):
        for suffix in SUFFIXES:
            open(self.path(suffix), "wb").close()
            with self.subTest(suffix), self.assertRaises(BadFile):
                read_vectors(self.path(suffix))

    def test_rows_of_different_dimensions(self):
        # Two rows whose sizes add up, but whose headers disagree.
        with open(self.path(".ivecs"), "wb") as file:
            file.write(np.array([1, 7, 3, 7], "<i4").tobytes())
        with self.assertRaises(BadFile):
            read_vectors(self.path(".ivecs"))

    def test_unknown_suffix(self):
        open(self.path(".txt"), "wb").close()
        with self.assertRaises(BadFile):
            read_vectors(self.path(".txt"))


if __name__ == "__main__":
    unittest.main()

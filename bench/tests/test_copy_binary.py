"""COPY BINARY: bytes as PostgreSQL's documentation has them, and back."""
import io
import struct
import unittest

import numpy as np

from quiver_bench.copy_binary import HEADER, TRAILER, Stream, decode_vectors, encode


def column(values):
    """One vector column, written by hand."""
    body = b"".join(struct.pack(">hihh", 1, 4 + 4 * len(v), len(v), 0) + struct.pack(f">{len(v)}f", *v) for v in values)
    return HEADER + body + TRAILER


class CopyBinary(unittest.TestCase):
    def test_vector(self):
        got = b"".join(encode(np.array([7]), np.array([3]), np.array([[1.5, -2]]), "vector"))
        want = HEADER + struct.pack(">hiiiiihhff", 3, 4, 7, 4, 3, 12, 2, 0, 1.5, -2) + TRAILER
        self.assertEqual(got, want)

    def test_halfvec(self):
        got = b"".join(encode(np.array([7]), np.array([3]), np.array([[1.5, -2]]), "halfvec"))
        self.assertEqual(got, HEADER + struct.pack(">hiiiiihhee", 3, 4, 7, 4, 3, 8, 2, 0, 1.5, -2) + TRAILER)

    def test_bit(self):
        got = b"".join(encode(np.array([7]), np.array([3]), np.array([[1, 0, 0, 0, 0, 0, 0, 1, 1]]), "bit"))
        self.assertEqual(got, HEADER + struct.pack(">hiiiiiiBB", 3, 4, 7, 4, 3, 6, 9, 0x81, 0x80) + TRAILER)

    def test_many_blocks(self):
        rows = np.zeros((10_000, 1))
        data = b"".join(encode(np.arange(10_000), np.arange(10_000), rows, "vector"))
        self.assertEqual(len(data), len(HEADER) + 10_000 * 30 + len(TRAILER))

    def test_decode(self):
        np.testing.assert_array_equal(decode_vectors(column([[1, 2], [3, 4.5]])), [[1, 2], [3, 4.5]])

    def test_decode_refuses(self):
        for values in ([], [[1, 2], [3]], [[1, 2], [3, 4, 5], [6]]):
            with self.subTest(values), self.assertRaises(ValueError):
                decode_vectors(column(values))

    def test_stream_keeps_every_byte(self):
        chunks = [b"abc", b"defgh", b"i"]
        stream, out = Stream(chunks), io.BytesIO()
        while part := stream.read(2):
            self.assertLessEqual(len(part), 2)
            out.write(part)
        self.assertEqual(out.getvalue(), b"abcdefghi")


if __name__ == "__main__":
    unittest.main()

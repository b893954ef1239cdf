"""PostgreSQL's COPY BINARY for rows of (id integer, bucket integer, v <vector type>), a block of rows at a time.

The vector types send int16 dimensions, int16 zero and the elements, big-endian; bit sends int32 length and the bits.
"""
import numpy as np

HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
TRAILER = b"\xff\xff"
BLOCK = 4096
ELEMENT = {"vector": np.dtype(">f4"), "halfvec": np.dtype(">f2")}


def encode(ids, buckets, rows, type_name):
    """Yields the bytes of a COPY BINARY file, several rows at a time."""
    yield HEADER
    for start in range(0, len(rows), BLOCK):
        part = slice(start, min(start + BLOCK, len(rows)))
        yield _encode_block(ids[part], buckets[part], rows[part], type_name)
    yield TRAILER


def _encode_block(ids, buckets, rows, type_name):
    dims = rows.shape[1]
    if type_name == "bit":
        value = np.dtype([("length", ">i4"), ("data", "u1", ((dims + 7) // 8,))])
    else:
        value = np.dtype([("dims", ">i2"), ("zero", ">i2"), ("data", ELEMENT[type_name], (dims,))])
    record = np.dtype([("fields", ">i2"), ("id_size", ">i4"), ("id", ">i4"), ("bucket_size", ">i4"),
                       ("bucket", ">i4"), ("v_size", ">i4"), ("v", value)])
    out = np.zeros(len(rows), record)
    out["fields"], out["id_size"], out["bucket_size"], out["v_size"] = 3, 4, 4, value.itemsize
    out["id"], out["bucket"] = ids, buckets
    if type_name == "bit":
        out["v"]["length"] = dims
        out["v"]["data"] = np.packbits(np.asarray(rows, bool), axis=1)
    else:
        out["v"]["dims"] = dims
        out["v"]["data"] = rows
    return out.tobytes()


def decode_vectors(data):
    """The rows of a COPY BINARY of one column of type vector or halfvec, all of the same dimension, no nulls."""
    body = memoryview(data)[len(HEADER):len(data) - len(TRAILER)]
    if len(body) == 0:
        raise ValueError("there are no rows")
    size = int.from_bytes(body[2:6], "big")
    dims = int.from_bytes(body[6:8], "big")
    element = {4 * dims: ELEMENT["vector"], 2 * dims: ELEMENT["halfvec"]}.get(size - 4)
    if element is None:
        raise ValueError("the column is neither vector nor halfvec: cast it in the query")
    record = np.dtype([("fields", ">i2"), ("size", ">i4"), ("dims", ">i2"), ("zero", ">i2"),
                       ("data", element, (dims,))])
    if len(body) % record.itemsize != 0:
        raise ValueError("the vectors differ in their dimensions")
    out = np.frombuffer(body, record)
    if not ((out["size"] == size).all() and (out["dims"] == dims).all()):
        raise ValueError("the vectors differ in their dimensions")
    return out["data"].astype(element.newbyteorder("="))


class Stream:
    """Chunks as a file to read from, which is what the driver's COPY wants."""

    def __init__(self, chunks, read=None):
        self.chunks, self.on_read = iter(chunks), read
        self.rest = memoryview(b"")

    def read(self, size):
        if len(self.rest) == 0:
            self.rest = memoryview(next(self.chunks, b""))
        out, self.rest = self.rest[:size], self.rest[size:]
        if self.on_read:
            self.on_read(len(out))
        return bytes(out)

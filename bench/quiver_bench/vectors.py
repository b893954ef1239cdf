"""Vector files as numpy arrays, and back.

Two families, told apart by the suffix. "vecs": each row is preceded by its int32 dimension. "bin": one header of two
uint32, rows and dimensions, then the rows. Everything is little-endian. Files are mapped, not read: a limit on the
number of rows costs nothing.
"""
import os

import numpy as np

VECS = {".fvecs": np.dtype("<f4"), ".ivecs": np.dtype("<i4"), ".bvecs": np.dtype("u1")}
BIN = {".fbin": np.dtype("<f4"), ".f16bin": np.dtype("<f2"), ".u8bin": np.dtype("u1"), ".i8bin": np.dtype("i1"),
       ".ibin": np.dtype("<i4")}
SUFFIXES = (*VECS, *BIN)


class BadFile(ValueError):
    """A file that is not what its suffix says."""


def read_vectors(path):
    """The rows of a vector file, as a read-only array of the file's element type."""
    suffix = os.path.splitext(path)[1]
    size = os.path.getsize(path)
    if suffix in VECS:
        return _read_vecs(path, VECS[suffix], size)
    if suffix in BIN:
        return _read_bin(path, BIN[suffix], size)
    raise BadFile(f"{path}: suffix is none of {' '.join(SUFFIXES)}")


def _read_vecs(path, dtype, size):
    if size < 4:
        raise BadFile(f"{path}: is empty")
    dims = int(np.fromfile(path, "<i4", 1)[0])
    stride = 4 + dims * dtype.itemsize
    if dims < 1 or size % stride != 0:
        raise BadFile(f"{path}: {size} bytes are no whole number of rows of {dims} dimensions")
    bytes_ = np.memmap(path, np.uint8, "r").reshape(-1, stride)
    if not (bytes_[:, :4] == bytes_[0, :4]).all():
        raise BadFile(f"{path}: rows differ in their dimensions")
    return np.ndarray((len(bytes_), dims), dtype, bytes_, 4, (stride, dtype.itemsize))


def _read_bin(path, dtype, size):
    if size < 8:
        raise BadFile(f"{path}: has no header")
    rows, dims = (int(x) for x in np.fromfile(path, "<u4", 2))
    if size != 8 + rows * dims * dtype.itemsize or dims < 1 or rows < 1:
        raise BadFile(f"{path}: header says {rows} x {dims}, which is not the {size} bytes there are")
    return np.memmap(path, dtype, "r", 8, (rows, dims))


def write_vectors(path, rows):
    """Writes an array in the format of the path's suffix."""
    suffix = os.path.splitext(path)[1]
    with open(path, "wb") as file:
        if suffix in VECS:
            stride = np.dtype([("dims", "<i4"), ("row", VECS[suffix], (rows.shape[1],))])
            records = np.empty(len(rows), stride)
            records["dims"] = rows.shape[1]
            records["row"] = rows
            file.write(records.tobytes())
        elif suffix in BIN:
            file.write(np.array(rows.shape, "<u4").tobytes())
            file.write(np.ascontiguousarray(rows, BIN[suffix]).tobytes())
        else:
            raise BadFile(f"{path}: suffix is none of {' '.join(SUFFIXES)}")

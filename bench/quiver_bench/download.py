"""Standard data sets, fetched for those who have a network.

They are the files of ann-benchmarks: one HDF5 file each with rows, queries and the exact neighbours. No checksums are
published there, so what was downloaded is described by its size and SHA-256, which a reader of a report can compare.
"""
import hashlib
import os
import urllib.error
import urllib.request

from .progress import Progress

BASE_URL = "https://ann-benchmarks.com/"
SETS = {
    "sift": "sift-128-euclidean",
    "gist": "gist-960-euclidean",
    "fashion-mnist": "fashion-mnist-784-euclidean",
    "mnist": "mnist-784-euclidean",
    "glove-25": "glove-25-angular",
    "glove-100": "glove-100-angular",
    "glove-200": "glove-200-angular",
    "deep": "deep-image-96-angular",
    "nytimes": "nytimes-256-angular",
    "lastfm": "lastfm-64-dot",
    "dbpedia-openai": "dbpedia-openai-1000k-angular",
}


class NoDownload(RuntimeError):
    """The file could not be fetched; the message says what to do instead."""


def fetch(name, directory):
    """The path of a standard set, downloaded into the directory unless it is there."""
    path = os.path.join(directory, SETS[name] + ".hdf5")
    if os.path.exists(path):
        return path
    url = BASE_URL + SETS[name] + ".hdf5"
    part = path + ".part"
    os.makedirs(directory, exist_ok=True)
    try:
        _copy(url, part, name)
    except (urllib.error.URLError, OSError, EOFError) as error:
        if os.path.exists(part):
            os.remove(part)
        raise NoDownload(f"{url}: {error}\n  Without a network: put the file there by hand ({path}), give a file of "
                         "your own, or generate data with --data generated,rows=100000,dims=128") from error
    os.replace(part, path)
    print(f"{path}: {os.path.getsize(path):,} bytes, sha256 {sha256(path)}")
    return path


def _copy(url, path, name):
    # The site refuses the library's own name.
    request = urllib.request.Request(url, headers={"User-Agent": "quiver-bench"})
    with urllib.request.urlopen(request, timeout=30) as response, open(path, "wb") as file:
        total = int(response.headers.get("Content-Length") or 0)
        with Progress(f"downloading {name}", total, "bytes") as progress:
            while chunk := response.read(1 << 20):
                file.write(chunk)
                progress.add(len(chunk))
            if total and progress.done != total:
                raise EOFError(f"ended after {progress.done:,} of {total:,} bytes")


def sha256(path):
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while chunk := file.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()

"""Vectors for those who have no data and no network.

Random vectors are no stand-in for embeddings: in d independent coordinates everything is equally far from everything,
and no index is better than a scan. What makes real data searchable is that it has few degrees of freedom. So points are
drawn from a mixture of Gaussians in `intrinsic` dimensions and mapped smoothly (a random layer with a sine) into `dims`
dimensions, with a little noise in all of them. The intrinsic dimension is stated with every result.
"""
import numpy as np

CLUSTERS = 64
NOISE = 0.01


def generate(rows, queries, dims, intrinsic, seed=1):
    """(base, queries) as float32; the queries come from the same distribution and are not among the rows."""
    random = np.random.default_rng(seed)
    count = rows + queries
    centres = random.normal(size=(CLUSTERS, intrinsic))
    mapping = random.normal(size=(intrinsic, dims)) / np.sqrt(intrinsic)
    phase = random.uniform(0, 2 * np.pi, dims)
    out = np.empty((count, dims), np.float32)
    for start in range(0, count, 50_000):
        n = min(50_000, count - start)
        latent = centres[random.integers(CLUSTERS, size=n)] + random.normal(size=(n, intrinsic))
        out[start:start + n] = np.sin(latent @ mapping + phase) + NOISE * random.normal(size=(n, dims))
    return out[:rows], out[rows:]


def intrinsic_dimension(sample, k=20):
    """Levina and Bickel's estimate (NIPS 2004, eq. 9, with MacKay's averaging) from the sample's nearest neighbours."""
    x = np.asarray(sample, np.float64)
    squares = (x * x).sum(axis=1)
    squared = np.maximum(squares[:, None] + squares[None, :] - 2 * x @ x.T, 0)
    nearest = np.sqrt(np.sort(squared, axis=1)[:, 1:k + 1])
    nearest = nearest[nearest[:, 0] > 0]
    inverse = np.log(nearest[:, -1:] / nearest[:, :-1]).mean(axis=1)
    return float(1 / inverse.mean())

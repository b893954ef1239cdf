"""Queries per second at a stated recall, from the points of a sweep."""
import math


def frontier(points):
    """The (recall, qps) points that no other point beats in both, by rising recall."""
    best, out = 0.0, []
    for recall, qps in sorted(points, reverse=True):
        if qps > best:
            best = qps
            out.append((recall, qps))
    return out[::-1]


def qps_at(points, target):
    """(qps, how): `interpolated` between two points (the logarithm of qps is taken as linear in recall); `at least`
    when even the fastest point has that recall; (None, `not reached`) when no point has it."""
    curve = frontier(points)
    if not curve or curve[-1][0] < target:
        return None, "not reached"
    if curve[0][0] >= target:
        return curve[0][1], "at least"
    for (r0, q0), (r1, q1) in zip(curve, curve[1:]):
        if r0 < target <= r1:
            share = (target - r0) / (r1 - r0)
            return math.exp(math.log(q0) * (1 - share) + math.log(q1) * share), "interpolated"
    raise AssertionError("the curve covers the target")

"""The order in which systems are measured.

A machine's speed drifts: other guests, heat, caches. So systems take turns at each point of the sweep, a few seconds
apart, in several rounds, and every second round in the reverse order (A B, B A, A B). The ratio of two numbers from one
run is worth far more than either number.
"""


def turns(systems, rounds, points):
    """Yields (round, point, system) in that order."""
    for number in range(rounds):
        order = systems if number % 2 == 0 else systems[::-1]
        for point in points:
            for system in order:
                yield number, point, system

"""Where the labels of edges stand: along each edge the place that is clearest of other edges and labels."""
from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from math import hypot, sqrt

Point = tuple[float, float]
TRIED = tuple(0.13 + 0.05 * k for k in range(14))
"""How far along the edge a label may stand."""
HALF = 18.0
"""Half the length of a label."""


def clearest(a: Point, b: Point, others: Iterable[tuple[Point, Point]], taken: Sequence[Point]) -> float:
    """Where along the edge from a to b its label has most room."""
    return _clearest(a, b, tuple(others), tuple(taken))


@lru_cache(maxsize=4096)
def _clearest(a: Point, b: Point, others: tuple[tuple[Point, Point], ...], taken: tuple[Point, ...]) -> float:
    """The same, kept: other numbers on the same net leave every label where it is."""
    lines = [(c[0], c[1], d[0] - c[0], d[1] - c[1], ((d[0] - c[0]) ** 2 + (d[1] - c[1]) ** 2) or 1.0) for c, d in others]

    def room(t: float) -> float:
        line, label = 1600.0, 6400.0                                      # squares of distances beyond which it does not matter
        for x, y in ends(a, b, t):
            for cx, cy, dx, dy, long in lines:
                ex, ey = x - cx, y - cy
                s = (ex * dx + ey * dy) / long
                s = 0.0 if s < 0.0 else 1.0 if s > 1.0 else s
                ex, ey = ex - s * dx, ey - s * dy
                if (far := ex * ex + ey * ey) < line:
                    line = far
            for px, py in taken:
                if (far := (x - px) ** 2 + (y - py) ** 2) < label:
                    label = far
        return min(sqrt(line), 16.0) + min(sqrt(label), 32.0) - abs(t - 0.4) * 2

    return max(TRIED, key=room)


def ends(a: Point, b: Point, t: float) -> list[Point]:
    """The middle and the ends of a label on the edge."""
    x, y, long = a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1]), hypot(b[0] - a[0], b[1] - a[1]) or 1.0
    return [(x + s * (b[0] - a[0]) / long, y + s * (b[1] - a[1]) / long) for s in (-HALF, 0.0, HALF)]

"""Small lines that show where a value came from: a series as the points of an inline SVG."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

WIDE, HIGH = 120, 24    # units of the drawing


def spark(trend: Sequence[tuple[datetime, float]]) -> str:
    """Return the points of a polyline for a series: time to the right, the greatest value on top.

    A series that never moves is a line in the middle. Empty for fewer than two values.
    """
    if len(trend) < 2:
        return ""
    first, length = trend[0][0], (trend[-1][0] - trend[0][0]) / timedelta(seconds=1)
    values = [value for _, value in trend]
    low, high = min(values), max(values)
    return " ".join(f"{(at - first) / timedelta(seconds=1) / length * WIDE:.1f},"
                    f"{(HIGH / 2 if high == low else HIGH - 1 - (value - low) / (high - low) * (HIGH - 2)):.1f}"
                    for at, value in trend)

"""When the sun sets, to the minute: night patrols hang on it.

Formula: NOAA's simplified solar equations (declination and equation of time as Fourier series of the year's
angle; sunset where the sun's centre stands 90.833 degrees from the zenith). Good to about a minute below 60 degrees.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from math import acos, cos, degrees, pi, radians, sin, tan

_ZENITH = radians(90.833)


def sunset(day: datetime, *, lon: float, lat: float) -> datetime:
    """Return the sunset (aware, UTC) of the solar day around `day` at a point in degrees (EPSG:4326).

    Raises ValueError where the sun does not set that day.
    """
    noon = day.astimezone(UTC).replace(hour=12, minute=0, second=0, microsecond=0)
    angle = 2 * pi / 365 * (noon.timetuple().tm_yday - 1)
    minutes = 229.18 * (0.000075 + 0.001868 * cos(angle) - 0.032077 * sin(angle)
                        - 0.014615 * cos(2 * angle) - 0.040849 * sin(2 * angle))
    tilt = (0.006918 - 0.399912 * cos(angle) + 0.070257 * sin(angle) - 0.006758 * cos(2 * angle)
            + 0.000907 * sin(2 * angle) - 0.002697 * cos(3 * angle) + 0.00148 * sin(3 * angle))
    cosine = cos(_ZENITH) / (cos(radians(lat)) * cos(tilt)) - tan(radians(lat)) * tan(tilt)
    if not -1 <= cosine <= 1:
        raise ValueError(f"the sun does not set on {noon.date()} at latitude {lat}")
    past_noon = 720 - 4 * (lon - degrees(acos(cosine))) - minutes
    return noon.replace(hour=0) + timedelta(minutes=past_noon)


def next_sunset(after: datetime, *, lon: float, lat: float) -> datetime:
    """Return the first sunset not before `after` (aware, UTC)."""
    day = after - timedelta(days=1)
    while (set_at := sunset(day, lon=lon, lat=lat)) < after:
        day += timedelta(days=1)
    return set_at

"""Tables of what is seen of fires and earthquakes: hot pixels, the fires they show, shocks with all reports of them.

Positions are EPSG:4326 in degrees, sizes of pixels in km, power in MW. A day of fire weather is named 2031-04-05, its
weather is that of noon: °C, %, km/h, mm in the 24 h before.
"""

from __future__ import annotations

from sqlalchemy import Column, Float, Index, Table

from dutydesk.store.tables.base import counts, key, metadata, small, times, words

hotspot = Table(
    "hotspot", metadata, key(), *words("source", "fire", "masked"), *times("at"),
    Column("lon", Float, nullable=False), Column("lat", Float, nullable=False), *words("satellite"),
    Column("confidence", Float), Column("power", Float), Column("across", Float, nullable=False),
    Column("along", Float, nullable=False), *times("received_at"),
)
Index(None, hotspot.c.fire)
Index(None, hotspot.c.at)

fire = Table(
    "fire", metadata, key(), *words("source"), *times("first_at", "last_at"),
    Column("lon", Float, nullable=False), Column("lat", Float, nullable=False), *counts("pixels", "at_once"),
    *words("incident"), *counts("issued"), *words("latest", "result", "joined"), *counts("version"),
)
Index(None, fire.c.incident)

fire_day = Table(
    "fire_day", metadata, key("place"), key("day"),
    *(Column(name, Float, nullable=False) for name in (
        "temperature", "humidity", "wind", "rain", "ffmc", "dmc", "dc", "isi", "bui", "fwi")),
    small("grade"), *words("source"), *times("issued_at"),
)
Index(None, fire_day.c.day)

shock = Table(
    "shock", metadata, key(), *words("source"), *times("at"), *words("reports"), *counts("issued"),
    *words("latest", "said"), small("open"), *counts("version"),
)
Index(None, shock.c.at)

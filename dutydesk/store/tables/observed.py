"""Tables of what is reported besides warnings: readings of stations, where they stand, forecasts, sightings.

`reading.period` is in seconds, 0 for a value that is no sum; positions are EPSG:4326 in degrees.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Float, Index, Integer, SmallInteger, Table

from dutydesk.store.tables.base import counts, key, metadata, small, time_or_none, times, words

reading = Table(
    "reading", metadata, key("station"), key("what"),
    Column("at", BigInteger, primary_key=True, autoincrement=False),
    Column("period", Integer, primary_key=True, autoincrement=False),
    Column("value", Float, nullable=False), *times("received_at"),
)
Index(None, reading.c.station, reading.c.at)

gauge = Table(
    "gauge", metadata, key("station"), key("what"), key("place"), Column("colour", SmallInteger), *words("first"),
    *counts("serial"), time_or_none("issued_at"), time_or_none("mark_at"), *words("marks"),
    Column("late", SmallInteger),
)
Index(None, gauge.c.first)

forecast = Table(
    "forecast", metadata, key("source"), key("place"), key("what"), Column("lon", Float, nullable=False),
    Column("lat", Float, nullable=False), *times("issued_at", "starts", "received_at"), *words("amounts"),
)

sighting = Table(
    "sighting", metadata, key(), *words("source", "own_id"), *times("at"), *words("event"), Column("lon", Float),
    Column("lat", Float), *words("place", "device", "text", "picture"), Column("confidence", Float), small("over"),
    Column("colour", SmallInteger), *times("received_at"), *words("first", "alert"), small("sure"),
)
Index(None, sighting.c.source, sighting.c.device, sighting.c.event, sighting.c.at)
Index(None, sighting.c.received_at)

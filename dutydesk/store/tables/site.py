"""Tables of the site: desks, places, people, posts, the roster; and the settings.

`rank` keeps the order of the files. Geometry is WKB in EPSG:4326, longitude first. Numbers of people stand in a
table of their own and nowhere else beside the calls and replies that used them. An entry of a register keeps what
only its own kind has as JSON in `body`.
"""

from __future__ import annotations

from sqlalchemy import Column, Float, Index, Integer, LargeBinary, Table

from dutydesk.store.tables.base import counts, key, metadata, small, word_or_none, words

setting = Table("setting", metadata, key("name"), *words("value"))

desk = Table("desk", metadata, key(), *counts("rank"), *words("name", "phone"))

place = Table(
    "place", metadata, key(), *counts("rank"),
    *words("name", "kind", "desk", "county", "town", "parents", "covered_by"),
    *counts("risk", "population"), Column("approximate", Float), Column("geometry", LargeBinary),
)
Index(None, place.c.desk)
Index(None, place.c.county, place.c.town)

person = Table("person", metadata, key(), *counts("rank"), *words("name", "organisation", "title"))

number = Table(
    "number", metadata, key("person"), Column("rank", Integer, primary_key=True, autoincrement=False),
    *words("kind", "number"), word_or_none("confirmed"),
)
Index(None, number.c.number)

post = Table("post", metadata, key(), *counts("rank"), *words("place", "duty"), word_or_none("superior"))
Index(None, post.c.place)

seat = Table(
    "seat", metadata, key("post"), Column("rank", Integer, primary_key=True, autoincrement=False), *words("person"),
)
Index(None, seat.c.person)

shift = Table(
    "shift", metadata, Column("rank", Integer, primary_key=True, autoincrement=False),
    *words("desk", "role"), small("days"), *words("starts", "ends", "person"),
    word_or_none("since"), word_or_none("until"),
)

register_entry = Table(
    "register_entry", metadata, key("register"), key(), *counts("rank"), *words("name", "place", "body"),
    Column("approximate", Float), Column("geometry", LargeBinary),
)
Index(None, register_entry.c.place)

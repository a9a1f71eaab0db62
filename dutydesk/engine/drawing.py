"""What a commander draws: kept version by version, told in the journal, sent again without harm."""

from __future__ import annotations

from dataclasses import replace

from dutydesk.domain.drawing import MOST_TEXT, Drawing, Sort, geometry_of
from dutydesk.engine.books import Books
from dutydesk.errors import Refused
from dutydesk.ports.hand import Stroke


def draw(books: Books, stroke: Stroke, officer: str) -> None:
    """Draw something, or change what is drawn; raises Refused where it cannot be, or somebody else was quicker."""
    sort, text = _sort(stroke.sort), stroke.text.strip()
    if len(text) > MOST_TEXT:
        raise Refused(f"说明太长：{len(text)} 个字，最多 {MOST_TEXT} 个。")
    if sort is Sort.NOTE and not text:
        raise Refused("标注要写几个字。")
    if stroke.incident and books.incident(stroke.incident) is None:
        raise Refused("没有这个事件，请刷新页面后重试。")
    geometry = geometry_of(sort, stroke.points, books.ctx.config.envelope)
    _add(books, Drawing(stroke.id, stroke.version, stroke.incident, sort, text, geometry, books.now, officer))


def rub_out(books: Books, id: str, version: int, officer: str) -> None:
    """Take a drawing off the map; `version` is the new one's number. Raises Refused where there is none."""
    _add(books, replace(_newest(books, id), version=version, at=books.now, by=officer, gone=True))


def undo(books: Books, id: str, version: int, officer: str) -> None:
    """Take the newest change of a drawing back: a new version like the one before, or off the map where there was
    none. Raises Refused where there is no such drawing.
    """
    newest = _newest(books, id)
    history = [each for each in books.tx.drawing_history(id) if each.version < newest.version]
    before = history[-1] if history else replace(newest, gone=True)
    _add(books, replace(before, version=version, at=books.now, by=officer))


def _newest(books: Books, id: str) -> Drawing:
    history = books.tx.drawing_history(id)
    if not history:
        raise Refused("图上没有这个标绘，请刷新页面后重试。")
    return history[-1]


def _add(books: Books, it: Drawing) -> None:
    books.tx.set_setting("drawing.lock", books.now.isoformat())   # its row is the lock: one change after another
    history = books.tx.drawing_history(it.id)
    if it.version != len(history) + 1:
        raise Refused("别人刚改过这个标绘，请看清后再改。")
    books.tx.add_drawing(it)
    books.note("rubbed_out" if it.gone else "drawn", incident=it.incident, person=it.by,
               drawing=f"{it.id}/{it.version}", drawn=it.sort.value, text=it.text)


def _sort(name: str) -> Sort:
    try:
        return Sort(name)
    except ValueError:
        raise Refused(f"没有“{name}”这种标绘。") from None

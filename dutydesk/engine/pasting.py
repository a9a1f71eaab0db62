"""An officer pastes a warning from a chat or a fax: first what is read and whom it would call, then the word to go."""

from __future__ import annotations

from dutydesk.domain.alert import Alert
from dutydesk.domain.ids import document_hash
from dutydesk.domain.match import Match, who
from dutydesk.domain.records import Document
from dutydesk.engine.books import Books
from dutydesk.engine.context import PASTE, Context
from dutydesk.engine.intake import RELEASED
from dutydesk.engine.joining import lifts
from dutydesk.engine.reading import read
from dutydesk.errors import Refused
from dutydesk.ports.clock import Clock
from dutydesk.ports.hand import Pasted

DRILL = "【演练】"
_NAMED = 12   # places named in a preview


def body_of(text: str, *, exercise: bool) -> bytes:
    """The bytes of a pasted text; an exercise says so in its first words, so that nobody ever takes it for earnest."""
    told = text.strip()
    return (DRILL + told if exercise and not told.startswith(DRILL) else told).encode()


def preview(ctx: Context, clock: Clock, text: str, *, exercise: bool) -> tuple[Pasted, ...]:
    """Read a text and tell what it says and whom it would call; nothing is stored. Raises Refused with the reason
    where no warning can be read from it.
    """
    body = body_of(text, exercise=exercise)
    reading = read(ctx, Document(document_hash(PASTE, body), PASTE, "", clock.now(), body))
    if reading.error is not None:
        raise Refused(str(reading.error))
    return tuple(_pasted(ctx, alert, found) for alert, found in reading.alerts)


def _pasted(ctx: Context, alert: Alert, found: Match) -> Pasted:
    playbook = ctx.playbook(alert.event.family)
    asks = alert.status == "Actual" and not lifts(alert)
    rows = who(found, ctx.site, playbook, False) if playbook and asks else []
    first = [row for row in rows if row["step"] == 1]
    names = [ctx.site.places[place].name for place in sorted(found.touches) if place in ctx.site.places]
    return Pasted(
        alert.event.name, alert.colour, alert.msg_type, alert.status, alert.sent, alert.office,
        alert.main.headline if alert.main else "", len(found.touches), tuple(names[:_NAMED]),
        len({row["post"] for row in rows}), len({row["person"] for row in first}), found.unmatched,
        tuple(f"{fault.name}: {fault.text}" for fault in alert.faults), assumed=alert.asks_officer)


def paste(books: Books, text: str, officer: str, *, exercise: bool) -> str:
    """Take a pasted warning in: it goes its way at once, for an officer has read it and said so. Return its document.

    Raises Refused where no warning can be read from it, or the same words were pasted before.
    """
    body = body_of(text, exercise=exercise)
    hash = document_hash(PASTE, body)
    document = Document(hash, PASTE, "粘贴的文字", books.now, body, faults=(RELEASED,))
    reading = read(books.ctx, document)
    if reading.error is not None:
        raise Refused(str(reading.error))
    if not books.tx.add_document(document):
        raise Refused("同样的文字已经粘贴过，已按那一次处理。")
    books.note("pasted", person=officer, document=hash, count=len(reading.alerts))
    return hash

"""Orders that came over a bad link: sent again until an answer arrives, carried out once."""

from __future__ import annotations

import re
from typing import Final

from dutydesk.engine import drawing, registers
from dutydesk.engine.books import Books
from dutydesk.errors import Refused
from dutydesk.ports.hand import Order, Rub, ShelterOrder, Stroke

_TOKEN: Final = re.compile(r"[0-9a-z]{16,64}")   # what a browser drew: nobody guesses another's


def carry_out(books: Books, token: str, order: Order, officer: str) -> None:
    """Carry an order out unless its token was carried out before; raises Refused, and then the token is still free."""
    if not _TOKEN.fullmatch(token):
        raise Refused("命令没有合用的编号，请刷新页面后重试。")
    if not books.tx.first_time(token, books.now):
        return
    match order:
        case Stroke():
            drawing.draw(books, order, officer)
        case Rub(back=True):
            drawing.undo(books, order.id, order.version, officer)
        case Rub():
            drawing.rub_out(books, order.id, order.version, officer)
        case ShelterOrder():
            registers.set_shelter(books, order.id, order.state, order.registered, officer, order.note)
        case _:
            registers.set_team(books, order.id, order.state, officer, order.note)

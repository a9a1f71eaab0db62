"""Fills the variables of approved templates: the provider has the text, we have the facts."""

from __future__ import annotations

import re
from collections.abc import Mapping

from dutydesk.channels.clouds.settings import Approved
from dutydesk.ports.channel import Outgoing

_PLACE = re.compile(r"\{(\w+)\}")
_SIGNATURE = re.compile(r"^【[^】]*】")
DRILL = "（演练）"   # no 【】 may stand in a body


class Unfit(Exception):
    """This message has no approved template it can go out by; the text says why."""


def fit(templates: Mapping[str, Approved], message: Outgoing) -> tuple[str, list[str]]:
    """Return the id of the template a message goes out by, and its variables filled, in the order of the file.

    A drill goes out only by a template that says so: one of its own, or one filled with `{drill}`. Raises Unfit.
    """
    row = templates.get(message.template)
    if row is None:
        raise Unfit(f"no template for the wording {message.template or 'without a name'}")
    texts = [filled(each, message) for each in row.texts]
    if not message.drill:
        return row.id, texts
    if not row.drill and not any("{drill}" in each for each in row.texts):
        raise Unfit(f"the template of {message.template} does not say that it is a drill; name one by `drill`")
    return row.drill or row.id, texts


def filled(param: str, message: Outgoing) -> str:
    """Fill one variable from the facts of the message; `{text}` is all it says, `{body}` that without the signature,
    `{drill}` marks a drill. Raises Unfit for a fact this wording does not have.
    """
    facts = {**message.facts, "text": message.text, "body": _SIGNATURE.sub("", message.text),
             "drill": DRILL if message.drill else ""}

    def one(found: re.Match[str]) -> str:
        if found[1] not in facts:
            raise Unfit(f"the wording {message.template} knows no {{{found[1]}}}")
        return facts[found[1]]
    return _PLACE.sub(one, param)

"""`[channel.NAME]` with kind = "http": a gateway described by its address, its fields and its words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from dutydesk.channels.settings import ChannelSettings, Secret, Span, Zone
from dutydesk.domain.values import Outcome, Via


def _text(value: object) -> object:
    """Codes written as numbers are texts."""
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def _pattern(value: str) -> str:
    try:
        re.compile(value)
    except re.error as error:
        raise ValueError(f"{value!r} is no regular expression: {error}") from None
    return value


def _address(value: str) -> str:
    if not value.startswith(("http://", "https://")):
        raise ValueError(f"{value!r} is no address; it begins with https:// or http://")
    return value


Word = Annotated[str, BeforeValidator(_text)]
Pattern = Annotated[str, AfterValidator(_pattern)]
Address = Annotated[str, AfterValidator(_address)]
Format = Literal["json", "xml", "form", "text"]


class Table(BaseModel):
    """A table of the settings: an unknown name is a fault."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Digest(Table):
    """A digest of a filled text; `key` for hmac."""

    of: str
    by: Literal["md5", "sha1", "sha256", "sha512", "sm3", "hmac-md5", "hmac-sha1", "hmac-sha256", "hmac-sm3"]
    key: Secret | None = None
    form: Literal["hex", "HEX", "base64"] = "hex"


class Body(Table):
    """How a document of the gateway is read: its form, and for `text` a pattern with named groups for each line."""

    format: Format = "json"
    pattern: Pattern = ""


class Answer(Body):
    """The answer to a hand-over: where the code, the gateway's own id and its words stand; which codes are good.

    `means`: what a good code means, `queued` where the gateway only keeps the message and a receipt tells the rest.
    """

    code: str = "code"
    id: str = ""
    why: str = ""
    ok: tuple[Word, ...] = ("0",)
    means: Literal[Outcome.HANDED_OVER, Outcome.QUEUED] = Outcome.HANDED_OVER


class Ask(Table):
    """A request of ours: address, method, fields, headers, digests. `body`: form, json, query, or a text."""

    url: Address
    method: Literal["GET", "POST", "PUT"] = "POST"
    body: Literal["form", "json", "query", "text"] = "form"
    text: str = ""
    fields: Mapping[str, Word] = Field(default={})
    headers: Mapping[str, Word] = Field(default={})
    digests: Mapping[str, Digest] = Field(default={})


class Rows(Body):
    """Where the rows of a document stand and what their fields are called. `rows` empty: the document is the row.

    `key`: our own key; `id`: the gateway's id of the message (of a receipt: the one its answer gave). `time` is read by
    `time_format` in `zone`, or as seconds or milliseconds since 1970. `bits`: the state is a sum of flags; it means the
    first of `states`, in the order of the file, that is wholly in it. `hex`: the text is written in hexadecimal digits
    of this encoding.
    """

    rows: str = ""
    when: Mapping[str, Word] = Field(default={}, description="only rows with these values")
    key: str = ""
    id: str = ""
    number: str = ""
    text: str = ""
    state: str = ""
    bits: bool = False
    hex: Literal["", "utf-8", "utf-16-be"] = ""
    time: str = ""
    time_format: str = "%Y-%m-%d %H:%M:%S"


class Push(Table):
    """How pushes come: which rows are receipts and which replies, how they are signed, what they are answered.

    `check` names a field or `header:NAME` that must equal `equals`, a filled text that may name the digests, the fields
    of the push, `header:NAME` and `raw` (the whole body). `time` names the field by which one older than `max_age`
    is refused.
    """

    receipts: tuple[Rows, ...] = ()
    replies: tuple[Rows, ...] = ()
    keys: tuple[Rows, ...] = ()
    check: str
    equals: str
    digests: Mapping[str, Digest] = Field(default={})
    time: str = ""
    time_format: str = "%Y-%m-%d %H:%M:%S"
    max_age: Span = timedelta(minutes=5)
    answer: str = "ok"
    answer_type: str = "text/plain; charset=utf-8"


class Pull(Ask):
    """How what waits is fetched, and how it is confirmed once it is stored (`confirm`; `{ids}` are those taken)."""

    every: Span = timedelta(seconds=15)
    receipts: tuple[Rows, ...] = ()
    replies: tuple[Rows, ...] = ()
    keys: tuple[Rows, ...] = ()
    confirm: Ask | None = None


class Log(Table):
    """A log file of a gateway on this machine, read as it grows: replies and receipts whose push was lost for good.

    Where the gateway writes the same ids and times as in its pushes, what was pushed too is one row. Lines older than
    `since` are passed over.
    """

    path: Path
    every: Span = timedelta(seconds=15)
    since: Span = timedelta(days=1)
    receipts: tuple[Rows, ...] = ()
    replies: tuple[Rows, ...] = ()


class Query(Ask, Body):
    """How the gateway is asked what became of one message (`{key}`); `state` as in a receipt.

    `never`: the codes that say it never had it.
    """

    state: str = "state"
    code: str = ""
    never: tuple[Word, ...] = ()


class HttpSettings(ChannelSettings, Ask):
    """[channel.NAME] with kind = "http"."""

    via: Via = Via.SMS
    encoding: Literal["utf-8", "gbk", "gb18030"] = "utf-8"
    zone: Zone = "Asia/Shanghai"
    country: str = "86"
    extension: str = Field(default="", description="stands behind our own number; a reply to it comes to us")
    templates: Mapping[str, Word] = Field(
        default={}, description="wording -> template id at the provider; with these, others are refused")
    answer: Answer = Answer()
    errors: Mapping[Word, Outcome] = Field(default={})
    otherwise: Outcome = Field(default=Outcome.FAILED_NOW, description="what an error not named there means")
    states: Mapping[Word, Outcome] = Field(default={}, description="words of receipts -> outcome")
    push: Push | None = None
    pull: Pull | None = None
    log: Log | None = None
    query: Query | None = None

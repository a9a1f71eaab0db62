"""`[channel.NAME]` with kind = "smpp"."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr

from dutydesk.channels.settings import ChannelSettings, Secret, Span
from dutydesk.domain.values import Outcome

LONGEST_PASSWORD = 8   # octets, SMPP 3.4 section 5.2.2


def _password(value: SecretStr) -> SecretStr:
    plain = value.get_secret_value()
    if len(plain) > LONGEST_PASSWORD and not plain.startswith("${"):   # without the environment it is a name
        raise ValueError(f"a password of SMPP 3.4 has {LONGEST_PASSWORD} characters at most")
    return value


def _status(value: object) -> int:
    try:
        return int(str(value), 0)
    except ValueError:
        raise ValueError(f"{value!r} is no command status; write 1025 or 0x401") from None


def _word(value: object) -> str:
    return str(value).upper()


Status = Annotated[int, BeforeValidator(_status)]
Word = Annotated[str, BeforeValidator(_word)]
Ton = Literal[0, 1, 2, 3, 4, 5, 6]
Npi = Literal[0, 1, 3, 4, 6, 8, 9, 10, 14, 18]


class SmppSettings(ChannelSettings):
    """What the operator's sheet says."""

    host: str = Field(description="address of the message centre")
    port: int = Field(default=2775, ge=1, le=65535)
    system_id: str = Field(max_length=15, description="our name there")
    password: Annotated[Secret, AfterValidator(_password)]
    system_type: str = Field(default="", max_length=12)
    sender: str = Field(max_length=20, description="our own number; replies come to it")
    sender_ton: Ton = 0
    sender_npi: Npi = 1
    numbers: Literal["international", "national"] = Field(
        default="international", description="how phones are written there: 8613... or 13...")
    number_ton: Ton = 1
    number_npi: Npi = 1
    country: str = "86"
    long: Literal["udh", "sar", "payload"] = Field(
        default="udh", description="how texts of more than 70 characters go: in parts with a header, in parts with "
                                   "parameters, or whole in one parameter")
    alphabet: Literal["gsm7", "ascii", "latin-1", "utf-8", "gb18030"] = Field(
        default="gsm7", description="what data_coding 0 means there, for replies; our own texts are UCS-2")
    receipt_ids: Literal["same", "decimal", "hex"] = Field(
        default="same", description="how receipts write an id that the answer wrote in the other base")
    window: int = Field(default=10, ge=1, le=1000, description="messages or parts under way without an answer")
    parts_per_second: float = Field(default=0, ge=0, description="messages or parts a second; 0: no limit but that of "
                                                                 "[limits]")
    enquire: Span = Field(default="30s", validate_default=True, description="the line is tried after so long a silence")
    errors: Mapping[Status, Outcome] = Field(default={}, description="command status of theirs -> outcome")
    states: Mapping[Word, Outcome] = Field(
        default={}, description="word of a receipt, or word and error (UNDELIV 001) -> outcome")

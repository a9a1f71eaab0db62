"""What `[channel.NAME]` of `dutydesk.toml` says, read into a model; secrets come from the environment only."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, ClassVar, Self
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, ValidationError

from dutydesk.errors import UsageError
from dutydesk.ports.channel import Limits

_NAME = re.compile(r"\$\{(\w+)\}")
_SPAN = re.compile(r"(\d+)(s|m|h|d)")
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


class Filled(str):
    """A text with something of the environment in it."""


def _only_from_environment(value: object) -> object:
    if isinstance(value, Filled | SecretStr):
        return value
    raise ValueError("no secret stands in the file: write ${NAME} and set NAME in the environment")


#: A secret. It prints as stars, and one that stands in the file itself is refused.
Secret = Annotated[SecretStr, BeforeValidator(_only_from_environment)]


def _span(value: object) -> object:
    found = _SPAN.fullmatch(str(value))
    if not found:
        raise ValueError(f"{value!r} is no duration; write it like 15s or 5m")
    return timedelta(seconds=int(found[1]) * _UNITS[found[2]])


#: A duration, written `15s`, `5m`, `2h` or `1d`.
Span = Annotated[timedelta, BeforeValidator(_span)]


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (OSError, ValueError, KeyError):
        raise ValueError(f"{value!r} is no time zone; write one like Asia/Shanghai") from None
    return value


#: A time zone by its name.
Zone = Annotated[str, AfterValidator(_zone)]


def _whole(value: Path) -> Path:
    if not value.is_absolute():
        raise ValueError(f"{str(value)!r} hangs on where the desk is started; write the whole path, beginning with /")
    return value


#: A folder by its whole path. Nobody looks whether it exists before the channel is used.
Folder = Annotated[Path, AfterValidator(_whole)]


def _no_clock() -> datetime:
    raise RuntimeError("this channel was made only to try its settings")


class ChannelSettings(BaseModel):
    """Base of every channel's settings: an unknown name is a fault. `limits` are those of `[limits.NAME]`; `now` tells
    the time (aware) for what a provider wants to be stamped.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)

    table: ClassVar[str] = "channel"

    limits: Limits = Field(default=Limits(), repr=False)
    now: Callable[[], datetime] = Field(default=_no_clock, repr=False)

    @classmethod
    def read(cls, name: str, settings: Mapping[str, Any]) -> Self:
        """Read the settings of a channel; raises UsageError with every fault of them."""
        try:
            return cls.model_validate({key: value for key, value in settings.items() if key != "kind"})
        except ValidationError as error:
            faults = [f"{'.'.join(map(str, each['loc']))}: {each['msg'].removeprefix('Value error, ')}"
                      for each in error.errors(include_url=False, include_input=False)]
            raise UsageError(f"[{cls.table}.{name}] cannot be used: " + "; ".join(faults)) from None


def fill(name: str, settings: Mapping[str, Any], environment: Mapping[str, str] | None, *,
         table: str = "channel") -> dict[str, Any]:
    """Put the environment into every `${NAME}` of a channel's settings, however deep; `table` is where they stand.

    Without an environment the names stay as they are, to try settings on a machine that has none of the secrets.
    Raises UsageError naming every variable that is not set.
    """
    missing: list[str] = []

    def one(found: re.Match[str]) -> str:
        if environment is None:
            return found[0]
        if not environment.get(found[1]):
            missing.append(found[1])
        return environment.get(found[1], "")

    def walk(value: Any) -> Any:
        if isinstance(value, str):
            return Filled(_NAME.sub(one, value)) if _NAME.search(value) else value
        if isinstance(value, Mapping):
            return {key: walk(each) for key, each in value.items()}
        return [walk(each) for each in value] if isinstance(value, list | tuple) else value

    filled: dict[str, Any] = walk(settings)
    if missing:
        raise UsageError(f"[{table}.{name}] wants {', '.join(dict.fromkeys(missing))} of the environment; set "
                         f"{'it' if len(set(missing)) == 1 else 'them'} before the start")
    return filled

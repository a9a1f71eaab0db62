"""What `[channel.NAME]` of every cloud says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from dutydesk.channels.settings import ChannelSettings, Secret
from dutydesk.domain.values import Outcome


def _text(value: object) -> object:
    """Ids written as numbers are texts."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


Word = Annotated[str, BeforeValidator(_text), StringConstraints(min_length=1)]
Address = Annotated[str, StringConstraints(pattern=r"^https?://[^/?#]+$")]
Public = Annotated[str, StringConstraints(pattern=r"^(https?://[^?#]+[^/?#])?$")]


class Approved(BaseModel):
    """An approved template. `id`: its code at the provider; `drill`: that of the one which says it is a drill."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Word
    drill: str = ""

    @property
    def texts(self) -> tuple[str, ...]:
        """What its variables are filled with."""
        return ()


class ByName(Approved):
    """`params`: name of the variable -> what it is filled with, like `{title}`."""

    params: Mapping[str, str] = Field(default={})

    @property
    def texts(self) -> tuple[str, ...]:
        """What its variables are filled with, in the order of the file."""
        return tuple(self.params.values())


class InOrder(Approved):
    """`params`: what the variables {1}, {2} ... are filled with, in their order."""

    params: tuple[str, ...] = ()

    @property
    def texts(self) -> tuple[str, ...]:
        """What its variables are filled with."""
        return self.params


class CloudSettings(ChannelSettings):
    """What all clouds need."""

    key_id: Secret = Field(description="id of the access key")
    key_secret: Secret = Field(description="the access key")
    push_key: Secret = Field(min_length=16, description="stands in the address of our hook, /hooks/NAME/KEY, for "
                                                        "pushes are not signed; at least 16 characters")
    public_url: Public = Field(default="", description="how the provider reaches our hooks: https://..., without a "
                                                       "slash at the end; for `dutydesk doctor`")
    every: float = Field(default=20.0, ge=1, description="seconds between two questions for what was not pushed")
    errors: Mapping[str, Outcome] = Field(default={}, description="code of an error -> outcome, before our own table")

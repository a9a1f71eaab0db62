"""The messages of one chain with what every source told of them, and what follows from them all."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from dutydesk.domain.incident import highest
from dutydesk.domain.records import Ruling
from dutydesk.domain.succession import Says, Standing, merge, standing_of

_SPEAKS = ("Alert", "Update", "Cancel")


@dataclass(frozen=True, slots=True)
class Before:
    """A chain before something was told: what it gave, and its newest message."""

    standing: Standing
    newest: Says | None


@dataclass
class Story:
    """Version id -> what its sources told. An Ack or an Error is kept, and says nothing of places."""

    ruling: Ruling | None = None
    told: dict[str, list[Says]] = field(default_factory=dict)
    _merged: dict[str, Says] = field(default_factory=dict)

    def add(self, version: str, says: Says) -> None:
        """Add what one source told of a version."""
        self.told.setdefault(version, []).append(says)
        self._merged.pop(version, None)

    def take_over(self, other: Story, chain: str) -> None:
        """Add all of another chain's story; of two rulings the later one counts, on both grounds."""
        self.told.update(other.told)
        rulings = [each for each in (self.ruling, other.ruling) if each is not None]
        if rulings:
            self.ruling = Ruling(chain, max(each.sent for each in rulings),
                                 highest(*(each.ground for each in rulings)))

    def message(self, version: str) -> Says:
        """One message as all its sources together tell it."""
        if version not in self._merged:
            self._merged[version] = merge(self.told[version])
        return self._merged[version]

    def messages(self) -> list[Says]:
        """The messages that say something of places, in the order of sending."""
        return sorted((self.message(id) for id, told in self.told.items() if told[0].msg_type in _SPEAKS),
                      key=lambda says: says.age)

    def so_far(self) -> Before:
        """How the chain stands before one more telling is added."""
        return Before(self.standing(), next(reversed(self.messages()), None))

    def standing(self) -> Standing:
        """What the chain gives after all of them."""
        return self._after(self.messages())

    def standing_at(self, says: Says) -> Standing:
        """What the chain gave when another message was sent."""
        return self._after(each for each in self.messages() if each.age < says.age)

    def _after(self, messages: Iterable[Says]) -> Standing:
        if self.ruling is None:
            return standing_of(messages)
        return standing_of(messages, ground=self.ruling.ground, ruled=self.ruling.sent)

"""The numbers of files that come back: which are missing, and since when."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

MOST = 1000     # missing numbers that are remembered one by one


@dataclass(frozen=True, slots=True)
class Numbers:
    """`next` is one more than the highest seen (0: none yet), `missing` those between, with when that was noticed
    (aware); `told` those the officer knows of.
    """

    next: int = 0
    missing: Mapping[int, datetime] = field(default_factory=dict)
    told: frozenset[int] = frozenset()

    def came(self, number: int, now: datetime) -> tuple[Numbers, str]:
        """A file not seen before arrived; return what is known then, and what is strange about it (empty: nothing).

        1. Files may overtake each other: what was missing is not any more.
        2. The number 1 with other contents: the far side counts anew, and so do we.
        3. Any other number that was there before is told; its rows count all the same.
        4. A leap over more than 1,000 is told at once and not waited for.
        """
        if number in self.missing:
            left = {each: since for each, since in self.missing.items() if each != number}
            return replace(self, missing=left, told=self.told - {number}), ""
        if self.next and number < self.next:
            if number == 1:
                return Numbers(next=2), "对端重新从第1号编号"
            return self, f"第{number}号文件重号"
        fresh = range(self.next or number, number)
        if len(fresh) > MOST:
            return replace(self, next=number + 1), f"缺第{fresh[0]}至{fresh[-1]}号文件"
        return replace(self, next=number + 1, missing={**self.missing, **dict.fromkeys(fresh, now)}), ""

    def overdue(self, now: datetime, after: timedelta) -> tuple[int, ...]:
        """The numbers missing for so long that the officer does not know of yet."""
        return tuple(sorted(each for each, since in self.missing.items()
                            if each not in self.told and now - since >= after))

    def tell(self, numbers: Iterable[int]) -> Numbers:
        """The officer knows of these now."""
        return replace(self, told=self.told | set(numbers))

    def dumps(self) -> bytes:
        """As it is kept."""
        return json.dumps({"next": self.next, "told": sorted(self.told), "missing": {
            str(number): since.isoformat() for number, since in sorted(self.missing.items())}}).encode()

    @classmethod
    def loads(cls, data: bytes) -> Numbers:
        """As it was kept; raises ValueError or KeyError for what is none."""
        told = json.loads(data)
        return cls(int(told["next"]), {int(number): datetime.fromisoformat(since)
                                       for number, since in told["missing"].items()}, frozenset(told["told"]))


def spans(numbers: Iterable[int]) -> str:
    """Numbers as one reads them: `3、7-9`."""
    runs: list[list[int]] = []
    for number in sorted(numbers):
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return "、".join(f"{run[0]}-{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs)

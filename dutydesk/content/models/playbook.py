"""playbooks/*.yaml: what to do at which warning, and its turning into the domain's `Playbook`."""

from __future__ import annotations

import re
from datetime import time, timedelta
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema

from dutydesk.content.models.words import Clock, ColourWord, Duration, Filled, Id, Strict, duration
from dutydesk.domain.playbook import Chore, Night, Playbook, Step, Whom
from dutydesk.domain.values import Via

_AT = re.compile(r"\s*(?P<anchor>onset|sent|lift|sunset|grade)\s*(?:(?P<sign>[+-])\s*(?P<time>\S+))?\s*")


def _several(value: Any) -> Any:
    """`holder` and `[holder]` are the same."""
    return [value] if isinstance(value, str) else value


def moment(text: object) -> tuple[str, timedelta]:
    """Read `onset - 6h`, `lift + 2h`, `grade + 8h` or `sunset` as anchor and offset; raises ValueError."""
    found = _AT.fullmatch(str(text))
    if not found:
        raise ValueError(f"{text!r} names no time; write onset, sent, lift or sunset, then + or - and a duration")
    offset = duration(found["time"]) if found["time"] else timedelta()
    return found["anchor"], -offset if found["sign"] == "-" else offset


Several = BeforeValidator(_several)
Moment = Annotated[tuple[str, timedelta], BeforeValidator(moment), WithJsonSchema(
    {"type": "string", "pattern": r"^\s*(onset|sent|lift|sunset|grade)\s*([+-]\s*\S+)?\s*$",
     "examples": ["onset - 6h"]})]


def _one_or_more(item: dict[str, Any]) -> WithJsonSchema:
    return WithJsonSchema({"anyOf": [item, {"type": "array", "items": item, "minItems": 1}]})


Ids = Annotated[tuple[Id, ...], Several, _one_or_more({"type": "string"})]
Ways = Annotated[tuple[Literal["sms", "voice"], ...], Several, Field(min_length=1),
                 _one_or_more({"enum": ["sms", "voice"]})]
Persons = Annotated[tuple[Whom, ...], Several, Field(min_length=1),
                    _one_or_more({"enum": [each.value for each in Whom]})]


class WhenEntry(Strict):
    """A colour at which this playbook asks somebody; the same colours have a ladder."""

    colour: ColourWord = Field(description="red, orange, yellow or blue")


class StepEntry(Strict):
    """One rung of a ladder."""

    whom: Persons = Field(description="holder, deputy, superior (one or a list)")
    by: Ways = Field(description="ways, the first named first")
    tries: Annotated[int, Field(ge=1, le=20)] = Field(default=1, description="how often within the time")
    within: Duration = Field(default=timedelta(minutes=5), description="how long this step lasts")
    need: Annotated[int, Field(ge=1, le=20)] = Field(
        default=1, description="how many distinct persons must answer")
    officer_sees: bool = Field(
        default=False, description="the place shows on the officer's un-woken list from here on")

    def step(self) -> Step:
        """Return the domain's step."""
        return Step(self.whom, tuple(Via(way) for way in self.by), self.tries, self.within, self.need,
                    self.officer_sees)


class NightEntry(Strict):
    """Hours (the site's own time) in which `by` decides which way goes first."""

    start: Clock = Field(default=time(20), alias="from", description="HH:MM")
    end: Clock = Field(default=time(8), alias="to", description="HH:MM")
    by: Ways = Field(default=("voice", "sms"), description="ways, the first named first")

    def night(self) -> Night:
        """Return the domain's night."""
        return Night(self.start, self.end, tuple(Via(way) for way in self.by))


class TaskEntry(Strict):
    """Work the playbook opens."""

    what: Filled = Field(description="what is to be done")
    at: Moment = Field(description="onset, sent, lift, sunset or grade, then + or - and a duration")
    where: Ids = Field(description="kinds of places")


Posts = dict[Id, Ids]


class PlaybookFile(Strict):
    """A hazard family's playbook."""

    family: Id = Field(description="flood, fire, wind, ...; `default` serves every family without a file")
    when: Annotated[tuple[WhenEntry, ...] | None, Field(min_length=1)] = Field(
        default=None, description="colours at which somebody is asked; the same as those of `ladder`")
    posts: Posts = Field(min_length=1, description="kind of place -> duties asked there")
    only: dict[ColourWord, Ids] = Field(
        default={}, description="colour -> the kinds asked at it; absent: all of posts")
    done_when: dict[Id, dict[ColourWord, Literal["on_post", "moved", "patrolled", "opened", "page"]]] = Field(
        default={}, description="kind -> colour -> the act that ends a callout; absent: the answer ends it")
    ladder: dict[ColourWord, Annotated[tuple[StepEntry, ...], Field(min_length=1)]] = Field(
        min_length=1, description="colour -> steps, climbed until somebody answers")
    act: dict[ColourWord, Duration] = Field(
        default={}, description="colour -> time from the answer to the act")
    answer: dict[Id, Literal["any", "each"]] = Field(
        default={}, description="kind -> each: every seat must answer")
    night: NightEntry | None = None
    tasks: tuple[TaskEntry, ...] = ()
    text: dict[Literal["sms", "voice"], Id] = Field(
        default={}, description="way -> template in playbooks/texts")
    action: dict[ColourWord, Filled] = Field(
        default={}, description="colour -> what the message asks to be done")

    def playbook(self) -> Playbook:
        """Return the domain's playbook."""
        return Playbook(
            family=self.family,
            posts=self.posts,
            ladder={colour: tuple(each.step() for each in steps) for colour, steps in self.ladder.items()},
            done_when=self.done_when,
            act=self.act,
            answer=self.answer,
            only=self.only,
            night=self.night.night() if self.night else None,
            chores=tuple(Chore(task.what, *task.at, task.where) for task in self.tasks),
            texts={str(way): name for way, name in self.text.items()},
            action=self.action,
        )

"""scenarios/<name>/scenario.yaml: a storm to be told again."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Literal

from pydantic import BeforeValidator, ConfigDict, Field, WithJsonSchema, model_validator

from dutydesk.content.models.words import ColourWord, Duration, Filled, Id, Strict, Text
from dutydesk.domain.scenario import Breakage, Conduct, Crowd


def _start(text: object) -> datetime:
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError:
        raise ValueError(f"{text!r} is no time; write it like 2021-07-19T20:00+08:00") from None
    if moment.tzinfo is None:
        raise ValueError(f"{text!r} has no zone; add it, as in 2021-07-19T20:00+08:00")
    return moment


Start = Annotated[datetime, BeforeValidator(_start), WithJsonSchema(
    {"type": "string", "examples": ["2021-07-19T20:00+08:00"]})]
Share = Annotated[float, Field(ge=0, le=1)]


class AlertEntry(Strict):
    """A document that lands."""

    at: Duration = Field(description="time from the start")
    file: Filled = Field(description="path from the scenario's folder")


class OpenEntry(Strict):
    """An incident opened by hand."""

    at: Duration = Field(description="time from the start")
    family: Id = Field(description="hazard family")
    colour: ColourWord = Field(description="colour given to the places")
    places: Annotated[tuple[Id, ...], Field(min_length=1)] = Field(description="each brings what lies below it")


class ConductEntry(Strict):
    """When a person answers, and what."""

    reply: Annotated[str, BeforeValidator(lambda value: str(value) if isinstance(value, int) else value)] = Field(
        default="1", description="what is written, or pressed")
    after: Duration = Field(default=timedelta(0), description="time from the message or the ring")

    def conduct(self) -> Conduct:
        """Return the domain's conduct."""
        return Conduct(self.reply, self.after)


Behaviour = Literal["never"] | ConductEntry


def conduct(value: Behaviour) -> Conduct:
    """Return the domain's conduct of a person, `never` included."""
    return value.conduct() if isinstance(value, ConductEntry) else Conduct()


class DelayEntry(Strict):
    """How long answers take."""

    median: Duration = Field(default=timedelta(seconds=60), description="half have answered by then")
    p95: Duration = Field(default=timedelta(minutes=10), description="all but one in twenty have")

    @model_validator(mode="after")
    def _in_order(self) -> DelayEntry:
        if self.p95 < self.median:
            raise ValueError("p95 is shorter than the median; exchange them")
        return self


class PeopleEntry(Strict):
    """How people behave; further keys are ids of single persons."""

    __pydantic_extra__: dict[str, Behaviour] = Field(init=False)
    model_config = ConfigDict(extra="allow")

    answer: Share = Field(default=0.9, description="share that answers by day")
    night: Share | None = Field(default=None, description="share that answers by night; absent: as by day")
    act: Share = Field(default=0.0, description="share of those who then report an act")
    delay: DelayEntry = DelayEntry()

    def crowd(self) -> Crowd:
        """Return the domain's crowd."""
        singles = {id: conduct(each) for id, each in (self.__pydantic_extra__ or {}).items()}
        return Crowd(self.answer, self.answer if self.night is None else self.night, self.act,
                     self.delay.median, self.delay.p95, singles)


class FaultEntry(Strict):
    """Something broken: a gateway (`down: [from, to]`) or the phones of a place (`from`, `to`)."""

    gateway: Text = Field(default="", description="sms or voice: takes nothing meanwhile")
    area_dark: Text = Field(default="", description="id of a place: no phone there is reached but satellite ones")
    down: Annotated[tuple[Duration, Duration] | None, Field()] = Field(default=None, description="[from, to]")
    start: Duration = Field(default=timedelta(0), alias="from", description="time from the start")
    end: Duration | None = Field(default=None, alias="to", description="absent: to the end")

    @model_validator(mode="after")
    def _one_thing(self) -> FaultEntry:
        if bool(self.gateway) is bool(self.area_dark):
            raise ValueError("name either a gateway or an area_dark")
        return self

    def breakage(self) -> Breakage:
        """Return the domain's breakage."""
        start, until = self.down or (self.start, self.end)
        return Breakage(start, until, self.gateway, self.area_dark)


class ScenarioFile(Strict):
    """A scenario."""

    site: Filled = Field(default=".", description="the site it is told on, from the scenario's site")
    title: Text = Field(default="", description="one line")
    about: Annotated[str, Field(max_length=5000)] = Field(
        default="", description="what is told, and from which sources")
    start: Start = Field(description="first moment, with its zone")
    until: Duration = Field(default=timedelta(hours=24), description="how long the story goes on")
    alerts: tuple[AlertEntry, ...] = ()
    open: tuple[OpenEntry, ...] = ()
    officers: dict[Literal["officer", "backup", "leader"], Behaviour] = Field(
        default={}, description="how those on duty behave; absent: as everybody")
    people: PeopleEntry = PeopleEntry()
    faults: tuple[FaultEntry, ...] = ()
    seed: int = Field(default=0, description="the same seed tells the same story")

"""Rules about playbooks: ladders within their bound, acts that really end a red, hazards nobody wrote for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from dutydesk.content.check.rule import Case, Hit, Rule
from dutydesk.content.lines import Where
from dutydesk.domain.event_table import FAMILIES
from dutydesk.domain.finding import Level
from dutydesk.domain.playbook import Playbook, Whom
from dutydesk.domain.rules import Rules
from dutydesk.domain.values import Colour, Via

DEFAULT = "default"
_OFFICERS = {Whom.OFFICER, Whom.BACKUP, Whom.LEADER}


def minutes(span: timedelta) -> str:
    """Write a span as people say it: `10 min`, `2 h 30 min`, `45 s`."""
    seconds = int(span.total_seconds())
    parts = [(seconds // 3600, "h"), (seconds % 3600 // 60, "min"), (seconds % 60, "s")]
    return " ".join(f"{count} {unit}" for count, unit in parts if count) or "0 s"


def _at(case: Case, family: str, *path: str | int) -> tuple[str, int]:
    document = case.loaded.documents.get(family)
    return (document.file, document.line(path)) if document else case.loaded.at("playbook", family)


def _rules(case: Case) -> Rules:
    return case.loaded.config.rules if case.loaded.config else Rules()


def red_bound(case: Case) -> Iterator[Hit]:
    """Find red ladders that keep a silent place from the officer for longer than the bound."""
    bound = _rules(case).red_bound
    for family, playbook in case.loaded.playbooks.items():
        steps = playbook.ladder.get(Colour.RED, ())
        takes = sum((step.within for step in steps), timedelta())
        if takes > bound:
            yield Hit(_at(case, family, "ladder", "red"),
                      f"the red ladder of {family} takes {minutes(takes)} to the officer, more than {minutes(bound)}; "
                      f"shorten its steps", family)


def no_red(case: Case) -> Iterator[Hit]:
    """Find playbooks that ask nobody in red."""
    for family, playbook in case.loaded.playbooks.items():
        if Colour.RED not in playbook.ladder:
            yield Hit(_at(case, family, "ladder"), f"{family} has no red ladder: a red warning asks nobody; add one",
                      family)


def when_differs(case: Case) -> Iterator[Hit]:
    """Find colours that `when` names and `ladder` does not have, or the other way round."""
    for family, playbook in case.loaded.playbooks.items():
        document = case.loaded.documents.get(family)
        when = document.data.get("when") if document else None
        if not when:
            continue
        said = {str(each.get("colour", "")).lower() for each in when}
        has = {colour.word for colour in playbook.ladder}
        for word in sorted(said - has):
            yield Hit(_at(case, family, "when"), f"`when` names {word} and `ladder` has no {word}; add the ladder, or "
                                                 f"take {word} out", family)
        for word in sorted(has - said):
            yield Hit(_at(case, family, "ladder", word),
                      f"`ladder` has {word} and `when` does not name it; make them agree", family)


def red_on_post(case: Case) -> Iterator[Hit]:
    """Find reds that end when somebody has merely arrived."""
    for family, playbook in case.loaded.playbooks.items():
        for kind, colours in playbook.done_when.items():
            if colours.get(Colour.RED) == "on_post":
                yield Hit(_at(case, family, "done_when", kind, "red"),
                          f"in {family} a red {kind} ends with on_post; being there moves nobody: write moved, "
                          f"patrolled or opened", family)


def unknown_family(case: Case) -> Iterator[Hit]:
    """Find playbooks for a kind of event no warning has."""
    for family in case.loaded.playbooks:
        if family not in FAMILIES and family != DEFAULT:
            yield Hit(_at(case, family, "family"),
                      f"no warning is of the family {family}; write one of {', '.join(FAMILIES)} or {DEFAULT}", family)


def no_playbook(case: Case) -> Iterator[Hit]:
    """Find families with neither a playbook nor a default one."""
    have = case.loaded.playbooks.keys() | {id for table, id in case.loaded.broken if table == "playbook"}
    missing = [family for family in FAMILIES if family not in have]
    if missing and DEFAULT not in have:
        yield Hit(("playbooks/default.yaml", 1),
                  f"warnings of {', '.join(missing)} have no playbook and there is no default.yaml: they would call "
                  f"nobody; write it", DEFAULT)


def unused_parts(case: Case) -> Iterator[Hit]:
    """Find parts of a playbook that can never apply: kinds it does not ask, colours it has no ladder for."""
    for family, playbook in case.loaded.playbooks.items():
        for path in _unused(playbook):
            yield Hit(_at(case, family, *path),
                      f"{'.'.join(str(part) for part in path)} of {family} never applies: `posts` or `ladder` does not "
                      f"have it; correct it, or take it out", family)


def _unused(playbook: Playbook) -> Iterator[Where]:
    for kind, colours in playbook.done_when.items():
        if kind not in playbook.posts:
            yield "done_when", kind
        else:
            yield from (("done_when", kind, colour.word) for colour in colours if colour not in playbook.ladder)
    yield from (("answer", kind) for kind in playbook.answer if kind not in playbook.posts)
    yield from (("act", colour.word) for colour in playbook.act if colour not in playbook.ladder)
    for colour, kinds in playbook.only.items():
        if colour not in playbook.ladder:
            yield "only", colour.word
        elif any(kind not in playbook.posts for kind in kinds):
            yield "only", colour.word, next(place for place, kind in enumerate(kinds) if kind not in playbook.posts)


def ladder_officer(case: Case) -> Iterator[Hit]:
    """Find steps that ring the officer: every ladder ends at him by itself."""
    for family, playbook in case.loaded.playbooks.items():
        for colour, steps in playbook.ladder.items():
            for place, step in enumerate(steps):
                if _OFFICERS & set(step.whom):
                    yield Hit(_at(case, family, "ladder", colour.word, place, "whom"),
                              f"the officer stands in a step of {family}; every ladder ends at him by itself: take "
                              f"him out", family)


def silent_night(case: Case) -> Iterator[Hit]:
    """Find reds that begin with a text: it wakes nobody."""
    for family, playbook in case.loaded.playbooks.items():
        steps = playbook.ladder.get(Colour.RED, ())
        if steps and not any(via.rings for step in steps for via in step.by):
            yield Hit(_at(case, family, "ladder", "red"), f"the red ladder of {family} never rings; add voice", family)


def no_channel(case: Case) -> Iterator[Hit]:
    """Find ways a ladder uses that no channel carries."""
    config = case.loaded.config
    ways = {via for playbook in case.loaded.playbooks.values() for steps in playbook.ladder.values()
            for step in steps for via in step.by}
    for via in sorted(ways):
        if config and via not in config.channels and via is not Via.CONSOLE:
            yield Hit(case.loaded.config_at("channels"), f"the ladders use {via} and [channels] names nothing for it; "
                                                         f"add {via} = ...", via)


def no_action(case: Case) -> Iterator[Hit]:
    """Find colours that ask somebody without saying what to do."""
    for family, playbook in case.loaded.playbooks.items():
        for colour in playbook.ladder:
            if colour not in playbook.action:
                yield Hit(_at(case, family, "ladder", colour.word),
                          f"{family} asks at {colour.word} and `action` does not say what to do; add it", family)


RULES = (
    Rule("red-bound", Level.ERROR, "a red ladder takes longer to the officer than the bound", red_bound),
    Rule("no-red", Level.ERROR, "a playbook has no red ladder", no_red),
    Rule("when-ladder", Level.ERROR, "`when` and `ladder` name different colours", when_differs),
    Rule("red-on-post", Level.ERROR, "`done_when` lets on_post end a red", red_on_post),
    Rule("unknown-event", Level.ERROR, "a playbook is for a family no warning has", unknown_family),
    Rule("no-playbook", Level.ERROR, "families of warnings have no playbook and there is no default.yaml", no_playbook),
    Rule("unused-part", Level.WARNING, "a part of a playbook can never apply", unused_parts),
    Rule("ladder-officer", Level.ERROR, "a step of a ladder asks the officer", ladder_officer),
    Rule("red-silent", Level.ERROR, "a red ladder never rings", silent_night),
    Rule("no-channel", Level.ERROR, "a ladder uses a way that has no channel", no_channel),
    Rule("no-action", Level.WARNING, "a colour asks somebody without saying what to do", no_action),
)

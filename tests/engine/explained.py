"""Judges what `explain` says of everybody concerned: by what the phones saw and by what was said at them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from harness import Story

from dutydesk.app.explaining import Reason, Why, reasons
from dutydesk.channels.simulator.phone import Arrival
from dutydesk.domain.records import Ask, Call, Incident
from dutydesk.domain.values import Outcome
from dutydesk.engine.books import is_officer

NEVER_RUNG = frozenset({Why.NOT_YET, Why.OVER_BEFORE, Why.NO_STEP, Why.NO_COLOUR, Why.NOT_ASKED})
LONGEST_WAIT = timedelta(minutes=30)   # of any step of the playbooks
NO_ANSWER_NEEDED = "已应答"


class Judge:
    """What the phones know, and what the desk explains."""

    def __init__(self, desk: Story, *, answered_by_hand: frozenset[str] = frozenset()) -> None:
        self.desk = desk
        self.by_hand = answered_by_hand
        desk.rounds.supervise.seal(desk.clock.now())
        self.arrivals: dict[str, list[Arrival]] = {}
        for each in desk.exchange.history:
            self.arrivals.setdefault(each.call, []).append(each)
        with desk.store.read() as reads:
            self.calls: Mapping[str, Call] = {call.id: call for call in reads.calls(list(self.arrivals))}
            self.asks: Mapping[str, Ask] = {
                ask.id: ask for ask in reads.asks([id for call in self.calls.values() for id in call.asks])}

    def everybody(self) -> None:
        """Everybody of every place that an incident touched gets reasons, and true ones."""
        site = self.desk.setup.site
        with self.desk.store.read() as reads:
            for incident in self.desk.incidents(open_only=False):
                callouts = [each for each in reads.callouts_of(incident.id, open_only=False) if not is_officer(each)]
                touched = {each.place for each in callouts} | set(incident.colours)
                posts = [post for place in touched for post in site.posts_at.get(place, ())]
                rung = {ask.person for ask in self.asks.values() if ask.incident == incident.id}
                for person in sorted({seat for post in posts for seat in post.seats} | rung):
                    told = list(reasons(self.desk.setup, reads, incident.id, person))
                    mine = {post.id for post in posts if person in post.seats}
                    assert mine <= {each.post for each in told}, (person, mine, told)
                    self.person(incident, person, told)

    def person(self, incident: Incident, person: str, told: list[Reason]) -> None:
        """No ring without a reason, and no reason that claims or denies a ring falsely."""
        rung = {(call, self.asks[id].callout) for call, found in self.arrivals.items() if found[0].asks
                for id in self.calls[call].asks
                if self.asks[id].person == person and self.asks[id].incident == incident.id}
        assert rung <= {(each.call, each.callout) for each in told}, (person, rung, told)
        for each in told:
            assert each.why is not Why.UNEXPLAINED, each
            if each.why is Why.CALLED:
                assert (each.call, each.callout) in rung, f"a ring no phone had: {each}"
                assert self.arrivals[each.call][0].at == each.at, each
                assert self.desk.exchange.status(each.call).called, f"nothing rang: {each}"
            elif (each.call, each.callout) in rung and self.calls[each.call].state != "sending":
                assert each.why in (Why.UNSURE, Why.LOST), each
                assert each.why is Why.UNSURE or not self.desk.exchange.status(each.call).called, each
            if each.why in NEVER_RUNG:
                assert each.callout not in {callout for _, callout in rung}, each
            if each.why is Why.LEFT_OUT:
                assert self._is_true(incident, person, each), each

    def _is_true(self, incident: Incident, person: str, reason: Reason) -> bool:
        """Whether a climb left somebody out for a reason that the phones bear out."""
        assert reason.at is not None
        numbers = {number.number for number in self.desk.setup.site.people[person].numbers}
        why = reason.text.partition("——")[2]
        if why == NO_ANSWER_NEEDED:
            return person in self.by_hand or bool(self._words(numbers, reason))
        if why == "已表示不能履职":
            return any("0" in word for word in self._words(numbers, reason))
        if why == "号码均不可用":
            dead = {each.number for found in self.arrivals.values() for each in found
                    if self.calls[each.call].outcome is Outcome.NUMBER_DEAD}
            return numbers <= dead
        if why == "本轮已呼叫，等待未满":
            return any(each.number in numbers and each.at <= reason.at <= each.at + LONGEST_WAIT
                       and self.calls[each.call].incident == incident.id
                       for found in self.arrivals.values() for each in found if each.asks)
        return why == "没有可用号码" and not numbers

    def _words(self, numbers: set[str], reason: Reason) -> list[str]:
        """What was said at these phones before the climb."""
        known = {line.number for line in self.desk.exchange.lines()}
        return [bubble.text for number in numbers & known for bubble in self.desk.exchange.handset(number).history
                if bubble.mine and reason.at is not None and bubble.at <= reason.at]

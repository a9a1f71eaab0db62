"""An officer pastes a warning from a chat: seen first, then called for; an exercise calls nobody."""

from __future__ import annotations

import pytest
from harness import Story

from dutydesk.domain.values import Colour
from dutydesk.errors import Refused

RED = "兰泉市气象台7月20日11时50分发布暴雨红色预警信号：预计未来3小时，云溪镇、石门镇降雨量将达100毫米以上。"


def rung(desk: Story) -> int:
    return sum(1 for each in desk.exchange.history if each.asks and not each.person.startswith(("o-", "k-")))


def test_it_shows_what_was_read_and_whom_it_would_call_and_does_nothing(desk: Story) -> None:
    seen, = desk.hand.preview(RED, False)
    assert (seen.event, seen.colour, seen.msg_type, seen.status) == ("暴雨", Colour.RED, "Alert", "Actual")
    assert seen.office == "兰泉市气象台"
    assert seen.places
    assert seen.posts
    assert seen.people
    desk.forward(5)
    assert not desk.exchange.history


def test_the_word_given_it_goes_its_way_at_once_and_is_journalled(desk: Story) -> None:
    told, = desk.hand.preview(RED, False)
    document = desk.hand.paste(RED, False, "o-1")
    desk.forward(1)
    assert rung(desk) > 0
    with desk.store.read() as reads:
        kept = reads.document(document)
        assert kept is not None
        assert kept.body == RED.encode()
        rows = [row for row in reads.journal() if row.what == "pasted"]
        assert [(row.person, row.facts["document"]) for row in rows] == [("o-1", document)]
        asked = {each.post for incident in reads.incidents() for each in reads.callouts_of(incident.id)
                 if not each.post.endswith("/officer")}
    assert len(asked) == told.posts


def test_an_exercise_is_kept_apart(desk: Story) -> None:
    assert desk.hand.preview(RED, True)[0].status == "Exercise"
    assert desk.hand.preview(RED, True)[0].posts == 0
    desk.hand.paste(RED, True, "o-1")
    desk.forward(5)
    assert rung(desk) == 0
    with desk.store.read() as reads:
        assert [each for each in reads.incidents() if each.colours] == []


def test_the_same_words_twice_are_refused_and_ring_once(desk: Story) -> None:
    desk.hand.paste(RED, False, "o-1")
    desk.forward(1)
    before = rung(desk)
    with pytest.raises(Refused, match="已经粘贴过"):
        desk.hand.paste(f"  {RED}\n", False, "o-2")
    desk.settle()
    assert rung(desk) == before


def test_what_is_no_warning_is_refused_before_anything_is_kept(desk: Story) -> None:
    for act in (lambda: desk.hand.preview("食堂今天开饭早", False), lambda: desk.hand.paste("开饭了", False, "o-1")):
        with pytest.raises(Refused, match="读不出预警"):
            act()
    with desk.store.read() as reads:
        assert reads.documents("waiting", 10) == reads.documents("bad", 10) == []


def test_only_an_officer_may_paste(desk: Story) -> None:
    with pytest.raises(Refused, match="值班表"):
        desk.hand.paste(RED, False, "somebody")


def test_a_lift_that_is_pasted_stands_down_what_a_paste_began(desk: Story) -> None:
    desk.hand.paste(RED, False, "o-1")
    desk.forward(1)
    desk.hand.paste("兰泉市气象台7月20日12时01分解除暴雨红色预警信号。", False, "o-1")
    desk.forward(1)
    with desk.store.read() as reads:
        assert [each for each in reads.incidents() if each.colours] == []

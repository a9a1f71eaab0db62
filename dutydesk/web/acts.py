"""The buttons: every act names the officer and is carried out by the engine through `Hand`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TypeVar

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from dutydesk.errors import DutydeskError
from dutydesk.web import words
from dutydesk.web.desk import COOKIE, Desk, fragment, said

ANSWERS = ("answer", "on_post", "moved", "patrolled", "opened", "help", "woken", "not_found", "decline")
YEAR = 365 * 86_400
T = TypeVar("T")


class Sorry(DutydeskError):
    """The form cannot be carried out as it stands; the text says what is missing."""


class Acts:
    """Endpoints of what an officer does, over one desk."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.hand = desk.hand

    def routes(self) -> list[BaseRoute]:
        """Return their routes; all change something, so all are POST."""
        return [
            Route("/officer", self.sit_down, methods=["POST"]),
            Route("/alarms/{incident}/take", self.desk.act(self.take), methods=["POST"]),
            Route("/hand", self.strip, methods=["POST"]),
            Route("/hand/answer", self.desk.act(self.answer), methods=["POST"]),
            Route("/hand/again", self.desk.act(self.again), methods=["POST"]),
            Route("/hand/skip", self.desk.act(self.skip), methods=["POST"]),
            Route("/hand/add", self.desk.act(self.add), methods=["POST"]),
            Route("/hand/write-off", self.desk.act(self.write_off), methods=["POST"]),
            Route("/incidents/{id}/stand-down", self.desk.act(self.stand_down), methods=["POST"]),
            Route("/incidents/{id}/correct", self.desk.act(self.correct), methods=["POST"]),
            Route("/incidents/{id}/lift", self.desk.act(self.lift), methods=["POST"]),
            Route("/incidents/{id}/confirm/{what:str}", self.desk.act(self.confirm), methods=["POST"]),
            Route("/fires/{id}/verify", self.desk.act(self.verify), methods=["POST"]),
            Route("/incidents/{id}/fire", self.desk.act(self.record), methods=["POST"]),
            Route("/documents/{hash}/{what:str}", self.desk.act(self.rule_document), methods=["POST"]),
        ]

    async def sit_down(self, request: Request) -> Response:
        """Note in the browser who sits here; login comes later."""
        form = await request.form()
        person = str(form.get("person", ""))
        now = self.desk.clock.now()
        known = {each.person for each in await run_in_threadpool(self.desk.views.officers, now)}
        if person and person not in known:
            return said("名单里没有这个人", status=409, bad=True)
        answer = Response(status_code=204, headers={"HX-Refresh": "true"})
        answer.set_cookie(COOKIE, person, max_age=YEAR, httponly=True, samesite="strict")
        return answer

    def take(self, request: Request, form: FormData, officer: str) -> Response:
        """Take an alarm: the ringing stops, nothing is closed."""
        self.hand.take_alarm(request.path_params["incident"], officer)
        return said("已接警，铃声停止；各处仍须处置")

    async def strip(self, request: Request) -> Response:
        """The strip for the chosen rows: who spoke, and what he said."""
        form = await request.form()
        chosen = _chosen(form)
        people = await run_in_threadpool(self.desk.views.candidates, chosen) if chosen else ()
        return fragment(self.desk.draw("hand.html", request, chosen=chosen, candidates=people,
                                       person=str(form.get("person", ""))))

    def answer(self, request: Request, form: FormData, officer: str) -> Response:
        """Enter one answer for all chosen rows."""
        chosen = _need(_chosen(form), "没有选中任何一行")
        act = str(form.get("act", ""))
        if act not in ANSWERS:
            raise Sorry("不认识这个回答")
        person = _need(str(form.get("person", "")), "请选择是谁接的电话")
        self.hand.answer_by_phone(chosen, person, act, _count(form) if act == "moved" else None, officer,
                                  str(form.get("reporter", "")), str(form.get("proof", "")))
        return said(f"已记：{words.word(act, 'act')},{len(chosen)} 处", done=True)

    def again(self, request: Request, form: FormData, officer: str) -> Response:
        """Call again, all chosen rows."""
        return self._each(form, "再叫", lambda callout: self.hand.call_again(callout, officer))

    def skip(self, request: Request, form: FormData, officer: str) -> Response:
        """Climb to the next step now, all chosen rows."""
        return self._each(form, "转下一级", lambda callout: self.hand.skip(callout, officer))

    def add(self, request: Request, form: FormData, officer: str) -> Response:
        """Ask one more person, for all chosen rows."""
        person = _need(str(form.get("person", "")).strip(), "请填人员编号")
        return self._each(form, "加叫一人", lambda callout: self.hand.add_person(callout, person, officer))

    def write_off(self, request: Request, form: FormData, officer: str) -> Response:
        """Write off, with a reason, all chosen rows."""
        why = _need(str(form.get("why", "")).strip(), "核销必须写明原因")
        return self._each(form, "核销", lambda callout: self.hand.write_off(callout, officer, why))

    def _each(self, form: FormData, what: str, work: Callable[[str], None]) -> Response:
        """Do it row by row; a refused row does not keep the others back."""
        chosen = _need(_chosen(form), "没有选中任何一行")
        refused: list[str] = []
        for callout in chosen:
            try:
                work(callout)
            except DutydeskError as error:
                refused.append(str(error))
        if refused:
            text = f"{what}:{len(chosen) - len(refused)} 处完成，{len(refused)} 处未成：{refused[0]}"
            return said(text, status=409, bad=True)
        return said(f"{what}:{len(chosen)} 处", done=True)

    def stand_down(self, request: Request, form: FormData, officer: str) -> Response:
        """Stand an incident down; the second officer's name is in the form."""
        why = _need(str(form.get("why", "")).strip(), "请写明原因")
        self.hand.stand_down(request.path_params["id"], self._both(request, form, officer), why)
        return said("已解除叫应")

    def correct(self, request: Request, form: FormData, officer: str) -> Response:
        """Take back a call made by mistake; everybody called hears so."""
        why = _need(str(form.get("why", "")).strip(), "请写明误叫的原因")
        self.hand.correct(request.path_params["id"], self._both(request, form, officer), why)
        return said("已更正，正在告知每个被叫到的人")

    def lift(self, request: Request, form: FormData, officer: str) -> Response:
        """Confirm the end of the danger."""
        self.hand.lift(request.path_params["id"], self._both(request, form, officer))
        return said("已确认解除")

    def confirm(self, request: Request, form: FormData, officer: str) -> Response:
        """Give the word a warning waits for: that reds fall, or that the rest of an area follows."""
        words = {"fall": (self.hand.confirm_fall, "已确认降级或解除"),
                 "rest": (self.hand.confirm_rest, "其余地区已跟进")}
        what = request.path_params["what"]
        if what not in words:
            return said("没有这个操作", status=404, bad=True)
        act, done = words[what]
        act(request.path_params["id"], officer)
        return said(done)

    def verify(self, request: Request, form: FormData, officer: str) -> Response:
        """Enter what was found of a hotspot on the ground."""
        result = _need(str(form.get("result", "")), "请选择核实结果")
        self.hand.verify_fire(request.path_params["id"], result, self._both(request, form, officer))
        return said(f"已记核实结果：{words.word(result, 'act')}")

    def record(self, request: Request, form: FormData, officer: str) -> Response:
        """Enter a state of a fire's record; without a time it is now."""
        state = _need(str(form.get("state", "")), "请选择环节")
        self.hand.record_fire(request.path_params["id"], state, self._moment(form), officer,
                              str(form.get("text", "")).strip())
        return said(f"已记：{words.word(state, 'act')}")

    def _moment(self, form: FormData) -> datetime | None:
        """The time of a form, which is written in the site's zone; None where none is given."""
        told = str(form.get("at", "")).strip()
        try:
            return datetime.fromisoformat(told).replace(tzinfo=self.desk.zone) if told else None
        except ValueError:
            raise Sorry("时间请写成 2031-04-05T14:30") from None

    def rule_document(self, request: Request, form: FormData, officer: str) -> Response:
        """Release a held document, hold one, or try one again that could not be read."""
        rules = {"release": (self.hand.release, "已放行"), "hold": (self.hand.hold, "已扣住"),
                 "again": (self.hand.try_again, "已重试；读成与否见下方状态")}
        what = request.path_params["what"]
        if what not in rules:
            raise Sorry("没有这个操作")
        work, text = rules[what]
        work(request.path_params["hash"], officer)
        return said(text)

    def _both(self, request: Request, form: FormData, officer: str) -> Sequence[str]:
        """The officer who sits here, and the second one named in the form."""
        return self.desk.vouched(request, officer, str(form.get("second", "")).strip(),
                                 str(form.get("second_password", "")))


def _need(value: T, otherwise: str) -> T:
    if not value:
        raise Sorry(otherwise)
    return value


def _chosen(form: FormData) -> Sequence[str]:
    return tuple(dict.fromkeys(str(each) for each in form.getlist("callout") if each))


def _count(form: FormData) -> int:
    told = str(form.get("n", "")).strip()
    if not told.isdecimal() or len(told) > 6:
        raise Sorry("请填已转移的总人数(数字,0 表示无人需要转移)")
    return int(told)

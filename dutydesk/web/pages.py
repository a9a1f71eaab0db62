"""The pages that are looked at: board, incident, callout, person, journal, sources, search. They change nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from dutydesk.domain.fire_record import RESULTS, STATES
from dutydesk.domain.fire_weather import GRADES
from dutydesk.domain.records import State
from dutydesk.ports.shown import BoardIncident, CalloutRow, Unfolded
from dutydesk.web.desk import WALL, Desk, fragment

TABS = {"now": "态势", "alerts": "预警原文", "asked": "叫应", "calls": "呼叫", "facts": "记实", "tasks": "任务",
        "readings": "监测",
        "journal": "日志"}
FIRE_TAB = {"fire": "火情"}       # of an incident of forest fire
SHELTER_TAB = "shelter"
PAGE = 200
MOST = 400
SOON = timedelta(minutes=15)


class Pages:
    """Endpoints of the reading pages over one desk."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.views = desk.views

    def routes(self) -> list[BaseRoute]:
        """Return their routes."""
        return [
            Route("/", self.board, name="board"),
            Route(WALL, self.wall),
            Route("/alarms", self.alarms),
            Route("/late", self.late),
            Route("/incidents", self.incidents),
            Route("/incidents/{id}", self.incident),
            Route("/callouts/{id}", self.callout),
            Route("/people/{id}", self.person),
            Route("/journal", self.journal),
            Route("/feeds", self.feeds),
            Route("/fire-weather", self.fire_weather),
            Route("/documents/{hash}", self.document),
            Route("/documents/{hash}/raw", self.raw),
            Route("/search", self.search),
        ]

    def board(self, request: Request) -> Response:
        """The board: every open incident by county and town, and what is longest past its deadline."""
        return self._board(request, self.views.board(self.desk.clock.now()), _opened(request))

    def wall(self, request: Request) -> Response:
        """The board for the screen on the wall, which no hand unfolds: where somebody is silent its towns show."""
        incidents = self.views.board(self.desk.clock.now())
        urgent = [f"{incident.id}:{row.place}" for incident in incidents for row in incident.rows
                  if row.unfolds and row.tally.danger]
        return self._board(request, incidents, list(dict.fromkeys(urgent + _opened(request))))

    def _board(self, request: Request, incidents: Sequence[BoardIncident], opened: Sequence[str]) -> Response:
        now = self.desk.clock.now()
        return self.desk.page("board", request, title="总览", incidents=incidents,
                              unfolded=self._unfolded(incidents, opened, now), late=self._soon(now), opened=opened)

    def alarms(self, request: Request) -> Response:
        """The alarm bar alone."""
        html = self.desk.draw("alarms.html", request, alarms=self.views.alarms(self.desk.clock.now()))
        return fragment(html)

    def late(self, request: Request) -> Response:
        """All open callouts by time past the deadline."""
        now = self.desk.clock.now()
        return self.desk.page("late", request, title="超时", late=self.views.late(now, limit=300))

    def incidents(self, request: Request) -> Response:
        """Every incident, open ones first."""
        return self.desk.page("incidents", request, title="事件", incidents=self.views.incidents())

    def incident(self, request: Request) -> Response:
        """One incident, one tab."""
        page = self.views.incident(request.path_params["id"])
        if page is None:
            return self._missing(request, "没有这个事件")
        tabs = dict(TABS)
        if page.head.family == "fire":
            tabs |= FIRE_TAB
        if self.desk.resources is not None:
            tabs[SHELTER_TAB] = "安置"
        tab = request.query_params.get("tab", "now")
        tab = tab if tab in tabs else "now"
        listed = getattr(self, f"_tab_{tab}")(request, page.head)
        return self.desk.page("incident", request, title=page.head.number, page=page, tab=tab, tabs=tabs, **listed)

    def _tab_now(self, request: Request, head: BoardIncident) -> dict[str, object]:
        now = self.desk.clock.now()
        opened = _opened(request)
        return {"unfolded": self._unfolded((head,), opened, now), "opened": opened,
                "late": self._soon(now, head.id)}

    def _soon(self, now: datetime, incident: str | None = None) -> tuple[CalloutRow, ...]:
        """What is late or will be within a quarter of an hour."""
        rows = self.views.late(now, limit=40, incident=incident)
        return tuple(row for row in rows if row.deadline is None or row.deadline - now < SOON)

    def _tab_alerts(self, request: Request, head: BoardIncident) -> dict[str, object]:
        return {}

    def _tab_asked(self, request: Request, head: BoardIncident) -> dict[str, object]:
        state = request.query_params.get("state", "")
        state = state if state in {each.value for each in State} else ""
        rows = self.views.callouts(head.id, self.desk.clock.now(), state=state, limit=MOST)
        return {"callouts": rows, "most": MOST, "state": state, "states": list(State)}

    def _tab_calls(self, request: Request, head: BoardIncident) -> dict[str, object]:
        return {"calls": self.views.calls(head.id)}

    def _tab_facts(self, request: Request, head: BoardIncident) -> dict[str, object]:
        return {"facts": self.views.facts(head.id)}

    def _tab_tasks(self, request: Request, head: BoardIncident) -> dict[str, object]:
        return {"tasks": self.views.tasks(head.id)}

    def _tab_readings(self, request: Request, head: BoardIncident) -> dict[str, object]:
        return {"stations": self.views.incident_stations(head.id, self.desk.clock.now())}
    def _tab_fire(self, request: Request, head: BoardIncident) -> dict[str, object]:
        record = [fact for fact in self.views.facts(head.id) if fact.what in ("fire", "verified")]
        return {"fires": self.views.fires(head.id), "record": record, "states": STATES, "results": RESULTS}
    def _tab_shelter(self, request: Request, head: BoardIncident) -> dict[str, object]:
        return {"sheltering": self.desk.resources.sheltering(head.id) if self.desk.resources is not None else None}

    def _tab_journal(self, request: Request, head: BoardIncident) -> dict[str, object]:
        return {"journal": self.views.journal(incident=head.id, limit=PAGE)}

    def callout(self, request: Request) -> Response:
        """One callout: whom it asked and why, and what may be done by hand."""
        page = self.views.callout(request.path_params["id"], self.desk.clock.now())
        if page is None:
            return self._missing(request, "没有这条叫应")
        return self.desk.page("callout", request, title=page.row.place_name, page=page,
                              candidates=self.views.candidates([page.row.id]))

    def person(self, request: Request) -> Response:
        """One person."""
        page = self.views.person(request.path_params["id"], self.desk.clock.now())
        if page is None:
            return self._missing(request, "没有这个人")
        return self.desk.page("person", request, title=page.name, page=page)

    def journal(self, request: Request) -> Response:
        """The sealed journal, newest first, older pages by `before`."""
        told = request.query_params.get("before", "")
        before = int(told) if told.isdecimal() else None
        incident = request.query_params.get("incident") or None
        rows = self.views.journal(before=before, incident=incident, limit=PAGE)
        return self.desk.page("journal", request, title="日志", journal=rows, before=before, incident=incident,
                              incidents=self.views.incidents(), more=len(rows) == PAGE)

    def feeds(self, request: Request) -> Response:
        """The sources, what is held, what could not be read."""
        return self.desk.page("feeds", request, title="来源", sources=self.views.sources(self.desk.clock.now()),
                              held=self.views.documents(states=("held",)),
                              bad=self.views.documents(states=("bad",)),
                              latest=self.views.documents(states=("waiting", "done"), limit=30))

    def fire_weather(self, request: Request) -> Response:
        """The fire weather grade by place and day, and beside it the fire warnings that offices issued."""
        today = self.desk.local(self.desk.clock.now()).date()
        return self.desk.page("fire_weather", request, title="火险等级", today=today, grades=GRADES,
                              page=self.views.fire_weather(today))

    def document(self, request: Request) -> Response:
        """One document as received."""
        found = self.views.document(request.path_params["hash"])
        if found is None:
            return self._missing(request, "没有这份文件")
        return self.desk.page("document", request, title=found.name, document=found)

    def raw(self, request: Request) -> Response:
        """The bytes of a document as they were received: to be saved, never to be shown by the browser as what a
        stranger says they are.
        """
        hash = request.path_params["hash"]
        body = self.views.body(hash)
        if body is None:
            return self._missing(request, "没有这份文件")
        return Response(body, media_type="text/plain", headers={
            "Cache-Control": "no-store", "Content-Disposition": f'attachment; filename="{hash}.txt"'})

    def search(self, request: Request) -> Response:
        """People and places by a part of the name, or a number of an incident."""
        text = request.query_params.get("q", "").strip()
        found = self.views.search(text) if text else ()
        if len(found) == 1 and request.headers.get("HX-Request") != "true" and found[0].sort == "person":
            return RedirectResponse(f"/people/{found[0].id}", 303)
        return self.desk.page("search", request, title="查找", found=found, q=text)

    def _unfolded(self, incidents: Sequence[BoardIncident], opened: Sequence[str],
                  now: datetime) -> dict[str, Unfolded]:
        known = {incident.id for incident in incidents}
        wanted = [(key, key.partition(":")) for key in opened]
        return {key: self.views.unfold(incident, place, now)
                for key, (incident, _, place) in wanted if incident in known}

    def _missing(self, request: Request, text: str) -> Response:
        return self.desk.page("missing", request, status=404, title="未找到", text=text)


def _opened(request: Request) -> list[str]:
    """Return what is unfolded, as `incident:place`: the page carries it, and a click on one flips it."""
    opened = list(dict.fromkeys(filter(None, request.query_params.getlist("open"))))
    flip = request.query_params.get("flip", "")
    if flip in opened:
        opened.remove(flip)
    elif flip:
        opened.append(flip)
    return opened[:60]

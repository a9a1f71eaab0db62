"""Every route against every role: what the table says is what happens, and nothing is open by being forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import pytest
from fake import FakeClock, FakeHand, FakeViews
from fake_command import FakeCommand
from fake_phones import FakePhones
from fake_registers import FakeResources
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.testclient import TestClient

from dutydesk import store as stores
from dutydesk.app.secrecy import RealSecrecy
from dutydesk.domain.access import LONGEST, RIGHTS, Account, LoginSession, Permission, UserRole
from dutydesk.engine.accounts import Accounts, _id
from dutydesk.store import SqlStore
from dutydesk.web.access.guard import COOKIE
from dutydesk.web.access.rules import NOTED, RULES
from dutydesk.web.app import create
from dutydesk.web.neighbours import Neighbours

_numbers = count(1)
PASSWORD = "Night-watch7"
HASH = RealSecrecy(1, 32).hash(PASSWORD)
FILLED = {"{id}": "i1", "{incident}": "i1", "{person}": "p0001", "{hash}": "d1", "{number}": "+9991",
          "{what:str}": "fall", "{name}": "x.jpg",
          "{layer}": "places", "{token}": "t", "{number:int}": "1"}


@dataclass
class Guarded:
    """A console one must log in to, with a user of every role named by it."""

    app: Starlette
    client: TestClient
    accounts: Accounts
    store: SqlStore
    hand: FakeHand
    routes: list[tuple[str, str]] = field(default_factory=list)

    def become(self, role: str) -> None:
        """Sit down as a user of this role, past the login page."""
        now, token = self.accounts._clock.now(), f"{role}-{next(_numbers)}"
        self.store.write(lambda tx: tx.add_login_session(LoginSession(_id(token), role, now, now)))
        self.hold(token)

    def hold(self, token: str) -> None:
        """Let the browser hold this token and no other."""
        self.client.cookies.clear()
        self.client.cookies.set(COOKIE, token)

    def ask(self, method: str, path: str) -> int:
        for name, value in FILLED.items():
            path = path.replace(name, value)
        return self.client.request(method, path, follow_redirects=False).status_code


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    url = f"sqlite:///{tmp_path_factory.mktemp('access') / 'desk.sqlite3'}"
    store = stores.open(url, key=b"k")
    views, clock = FakeViews(), FakeClock()
    hand = FakeHand(views)
    accounts = Accounts(store, clock, RealSecrecy(1, 32), b"k")
    for role in UserRole:
        store.write(lambda tx, role=role: tx.save_account(Account(role.value, role, "o1", HASH)))  # type: ignore[misc]
    app = create(views, hand, FakePhones(), clock, resources=FakeResources(), command=FakeCommand(),
                 ledger=object(), sheets=object(), accounts=accounts)  # type: ignore[arg-type]  # what only answers
    with TestClient(app, raise_server_exceptions=False) as client:
        routes = [(method, route.path) for route in app.routes if isinstance(route, Route)
                  for method in sorted((route.methods or set()) - {"HEAD"})]
        yield Guarded(app, client, accounts, store, hand, routes)
    store.close()


def test_every_route_has_its_place_in_the_table_and_the_table_names_no_other(guarded: Guarded) -> None:
    neighbours = [("GET", route.path) for route in Neighbours(None).routes() if isinstance(route, Route)]  # type: ignore[arg-type]
    assert {*guarded.routes, *neighbours, ("GET", "/static")} == set(RULES)
    assert set(NOTED) <= set(RULES)


@pytest.mark.parametrize("role", UserRole)
def test_every_route_answers_every_role_as_the_table_says(guarded: Guarded, role: UserRole) -> None:
    wrong = []
    for method, path in guarded.routes:
        if path in ("/logout", "/login", "/events"):     # the stream has no end; its refusals are seen below
            continue
        guarded.become(role.value)
        wanted = RULES[method, path]
        may = wanted in RIGHTS[role] or wanted in (Permission.OPEN, Permission.SELF)
        if (guarded.ask(method, path) == 403) is may:
            wrong.append((method, path))
    assert not wrong


def test_the_live_stream_opens_for_nobody_without_a_board(guarded: Guarded) -> None:
    for role in (UserRole.NONE, UserRole.SYSTEM, UserRole.SECURITY, UserRole.AUDIT):
        guarded.become(role.value)
        assert guarded.ask("GET", "/events") == 403


def test_without_a_login_nothing_but_the_open_is_served(guarded: Guarded) -> None:
    guarded.client.cookies.clear()
    for method, path in guarded.routes:
        if RULES[method, path] is not Permission.OPEN:
            assert guarded.ask(method, path) == 401, path
    page = guarded.client.get("/late", headers={"Accept": "text/html"}, follow_redirects=False)
    assert (page.status_code, page.headers["location"]) == (303, "/login?next=/late")
    part = guarded.client.get("/late", headers={"HX-Request": "true"}, follow_redirects=False)
    assert (part.status_code, part.headers["HX-Redirect"]) == (401, "/login")
    assert guarded.ask("GET", "/static/console.css") == 200


def test_a_route_nobody_gave_a_place_is_closed(guarded: Guarded) -> None:
    guarded.app.router.routes.insert(0, Route("/new", lambda request: None))
    guarded.app.middleware_stack = None
    for middleware in guarded.app.user_middleware:
        if "routes" in middleware.kwargs:
            middleware.kwargs["routes"] = guarded.app.router.routes
    guarded.become("duty")
    assert guarded.ask("GET", "/new") == 403
    del guarded.app.router.routes[0]


def test_the_login_page_lets_in_who_is_right_and_says_in_words_who_is_not(guarded: Guarded) -> None:
    client = guarded.client
    client.cookies.clear()
    wrong = client.post("/login", data={"name": "duty", "password": "x", "next": "/late"})
    assert wrong.status_code == 403
    assert "口令" in wrong.text
    right = client.post("/login", data={"name": "duty", "password": PASSWORD, "next": "/late"}, follow_redirects=False)
    assert (right.status_code, right.headers["location"]) == (303, "/late")
    cookie = right.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert client.get("/late").status_code == 200
    assert "退出" in client.get("/").text
    client.post("/logout")
    assert client.get("/late", follow_redirects=False).status_code == 401


@pytest.mark.parametrize("to", ["//evil.example/", "/\\evil.example", "https://evil.example/", "late"])
def test_a_login_never_leads_to_another_site(guarded: Guarded, to: str) -> None:
    answer = guarded.client.post("/login", data={"name": "duty", "password": PASSWORD, "next": to},
                                 follow_redirects=False)
    assert answer.headers["location"] == "/"


def test_who_logged_in_is_who_acts_whatever_the_browser_says(guarded: Guarded) -> None:
    guarded.become("duty")
    guarded.client.cookies.set("officer", "o2")
    assert guarded.client.post("/alarms/i1/take").status_code == 204
    assert guarded.hand.done[-1][-1] == "o1"
    guarded.client.cookies.delete("officer")


def test_a_second_person_without_his_password_ends_nothing(guarded: Guarded) -> None:
    guarded.become("duty")
    before = len(guarded.hand.done)
    answer = guarded.client.post("/incidents/i1/stand-down", data={"second": "o2", "why": "演练"})
    assert answer.status_code == 409
    assert len(guarded.hand.done) == before


def test_a_refusal_an_export_and_a_look_at_numbers_stand_in_the_audit(guarded: Guarded) -> None:
    guarded.become("viewer")
    guarded.ask("GET", "/people/{person}")
    guarded.become("duty")
    guarded.ask("GET", "/people/{person}")
    guarded.ask("GET", "/map/export")
    rows = guarded.accounts.audited(None, 3)
    assert [(row.what, row.account, row.facts["asked"]) for row in rows] == [
        ("export", "duty", "GET /map/export"), ("numbers_seen", "duty", "GET /people/p0001"),
        ("refused", "viewer", "GET /people/p0001")]


def test_the_pages_of_the_administrators_show_users_and_the_audit(guarded: Guarded) -> None:
    guarded.become("security")
    assert "安全管理员" in guarded.client.get("/users").text
    guarded.become("audit")
    assert "查看审计" in guarded.client.get("/audit").text


def test_an_address_that_tries_too_often_waits(guarded: Guarded) -> None:
    told = [guarded.client.post("/login", data={"name": "nobody", "password": "x"}).status_code for _ in range(25)]
    assert set(told) == {403, 429}
    assert told[-1] == 429


def test_a_login_older_than_a_shift_is_over(guarded: Guarded) -> None:
    now = guarded.accounts._clock.now()
    old = LoginSession(_id("old"), "duty", now - LONGEST, now)
    guarded.store.write(lambda tx: tx.add_login_session(old))
    guarded.hold("old")
    assert guarded.ask("GET", "/late") == 401


def test_while_nobody_must_log_in_the_desk_says_so(tmp_path: Path) -> None:
    store = stores.open(f"sqlite:///{tmp_path / 'desk.sqlite3'}", key=b"k")
    views, clock = FakeViews(), FakeClock()
    accounts = Accounts(store, clock, RealSecrecy(1, 32), b"k")
    with TestClient(create(views, FakeHand(views), FakePhones(), clock, accounts=accounts)) as client:
        page = client.get("/")
        assert page.status_code == 200
        assert "未设登录" in page.text
    store.close()

"""Copies reach chat rooms, mailboxes and programs; a refusal is never taken for a success."""

from __future__ import annotations

import hashlib
import hmac
import socket
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from email import message_from_bytes
from email.header import decode_header, make_header
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from hypothesis import given
from hypothesis import strategies as st

from dutydesk.channels.copies.posting import text_of
from dutydesk.channels.copies.registry import BUILT_IN, make
from dutydesk.channels.settings import fill
from dutydesk.errors import SendError, Throttled, UsageError
from dutydesk.ports.copy import Copy, Digest
from tests.channels.copies.robots import SECRET, Answer, dingtalk, feishu, robot, wecom

NOON = datetime(2031, 7, 20, 4, tzinfo=UTC)
DIGEST = Digest("g1", NOON, "兰泉市应急值守", ("12:00 预警发布：暴雨红色，涉及12处", "12:01 报警：无人应答，东村"),
                ({"kind": "alarm", "person": "p1"},))


def copy(kind: str, url: str, **more: str) -> Copy:
    """A copy as the site file would say it, its secrets from the environment."""
    settings: Mapping[str, Any] = {"url": url if kind == "webhook" else "${URL}",
                                   **{key: "${" + key.upper() + "}" for key in more}}
    environment = {"URL": url, **{key.upper(): value for key, value in more.items()}}
    return make(kind, "room", fill("room", settings, environment, table="copy"))


ROBOTS: dict[str, tuple[Answer, dict[str, str]]] = {
    "dingtalk": (dingtalk, {"secret": SECRET}), "feishu": (feishu, {"secret": SECRET}), "wecom": (wecom, {})}


@pytest.mark.parametrize("kind", ROBOTS)
def test_a_robot_is_told_what_happened(kind: str) -> None:
    answer, more = ROBOTS[kind]
    with robot(answer) as running:
        copy(kind, running.url, **more).send(DIGEST)
    text = str(running.heard[0].json)
    assert "暴雨红色" in text
    assert "无人应答" in text
    assert running.heard[0].query["access_token"] == "t0ken"


@pytest.mark.parametrize("kind", ["dingtalk", "feishu"])
def test_a_refusal_with_http_200_is_an_error(kind: str) -> None:
    with robot(ROBOTS[kind][0]) as running, pytest.raises(SendError) as caught:
        copy(kind, running.url, secret="another key").send(DIGEST)
    assert caught.value.permanent
    assert not isinstance(caught.value, Throttled)


@pytest.mark.parametrize(("kind", "code", "least"), [
    ("dingtalk", {"errcode": 130101}, 600), ("wecom", {"errcode": 45009}, 60), ("feishu", {"code": 11232}, 60)])
def test_a_throttled_robot_is_left_alone(kind: str, code: dict[str, int], least: float) -> None:
    with robot(lambda heard: (200, code)) as running, pytest.raises(Throttled) as caught:
        copy(kind, running.url).send(DIGEST)
    assert caught.value.wait >= least


@pytest.mark.parametrize("kind", [*ROBOTS, "webhook"])
@pytest.mark.parametrize(("status", "said", "permanent"), [
    (500, {}, False), (404, {}, True), (200, "not json of the service", False), (302, {}, False)])
def test_what_is_no_acceptance_is_an_error(kind: str, status: int, said: object, permanent: bool) -> None:
    more = {"secret": "sixteen characters"} if kind == "webhook" else {}
    if kind == "webhook" and status == 200:
        return                                      # any 2xx of a program is its acceptance
    with robot(lambda heard: (status, said)) as running, pytest.raises(SendError) as caught:
        copy(kind, running.url, **more).send(DIGEST)
    assert caught.value.permanent is permanent
    assert len(running.heard) == 1                  # no redirect is followed, nothing is tried again in secret


@pytest.mark.parametrize("kind", [*ROBOTS, "webhook"])
def test_where_nobody_listens_it_is_tried_again_and_the_address_stays_secret(kind: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/robot/send?access_token=t0ken"
    with pytest.raises(SendError) as caught:
        copy(kind, url, **({"secret": "sixteen characters"} if kind == "webhook" else {})).send(DIGEST)
    assert not caught.value.permanent
    assert "t0ken" not in str(caught.value)


def test_a_program_gets_signed_json() -> None:
    with robot(lambda heard: (204, {})) as running:
        copy("webhook", running.url, secret="sixteen characters").send(DIGEST)
    heard = running.heard[0]
    signed = f"{heard.headers['x-dutydesk-timestamp']}.".encode() + heard.body
    seal = hmac.new(b"sixteen characters", signed, hashlib.sha256).hexdigest()
    assert heard.headers["x-dutydesk-signature"] == f"sha256={seal}"
    assert heard.headers["x-dutydesk-timestamp"] == str(int(NOON.timestamp()))
    assert heard.json["id"] == "g1"
    assert heard.json["happenings"] == [{"kind": "alarm", "person": "p1"}]


@pytest.mark.parametrize("kind", BUILT_IN)
def test_a_secret_in_the_file_itself_is_refused(kind: str) -> None:
    plain = {"url": "https://example.invalid/?key=1", "secret": "x" * 20, "host": "a", "sender": "a", "to": ["a"],
             "password": "x", "urls": ["json://a"]}
    wanted = {"dingtalk": ["url"], "feishu": ["url"], "wecom": ["url"], "webhook": ["url", "secret"],
              "mail": ["host", "sender", "to", "password"], "apprise": ["urls"]}[kind]
    with pytest.raises(UsageError, match=r"\[copy\.room\].*environment"):
        make(kind, "room", {key: plain[key] for key in wanted})


def test_an_unknown_kind_names_those_there_are() -> None:
    with pytest.raises(UsageError, match=r"dingtalk.*wecom"):
        make("pigeon", "room", {})


# -- mail ---------------------------------------------------------------------------------------------
class Box:
    """A mail server's hand: keeps what comes, refuses one address."""

    def __init__(self) -> None:
        self.mails: list[bytes] = []

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if address.startswith("nobody@"):
            return "550 no such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.mails.append(envelope.content)
        return "250 OK"


@pytest.fixture
def post_office() -> Iterator[tuple[Box, int]]:
    box = Box()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    yield box, port
    controller.stop()


def mail(port: int, *to: str) -> Copy:
    return make("mail", "post", {"host": "127.0.0.1", "port": port, "sender": "desk@example.invalid", "to": list(to),
                                 "tls": "none"})


def test_a_mail_says_what_happened(post_office: tuple[Box, int]) -> None:
    box, port = post_office
    mail(port, "one@example.invalid", "two@example.invalid").send(DIGEST)
    message = message_from_bytes(box.mails[0])
    assert str(make_header(decode_header(message["Subject"]))) == "兰泉市应急值守"
    body = message.get_payload(decode=True)
    assert isinstance(body, bytes)
    assert "暴雨红色" in body.decode()


def test_a_refused_address_is_told_though_the_others_have_it(post_office: tuple[Box, int]) -> None:
    box, port = post_office
    with pytest.raises(SendError, match="1 of 2"):
        mail(port, "one@example.invalid", "nobody@example.invalid").send(DIGEST)
    assert len(box.mails) == 1
    with pytest.raises(SendError) as caught:
        mail(port, "nobody@example.invalid").send(DIGEST)
    assert caught.value.permanent


def test_a_mail_server_that_must_encrypt_and_cannot_gets_no_mail(post_office: tuple[Box, int]) -> None:
    box, port = post_office
    strict = make("mail", "post", {"host": "127.0.0.1", "port": port, "sender": "desk@example.invalid",
                                   "to": ["one@example.invalid"]})
    with pytest.raises(SendError):
        strict.send(DIGEST)
    assert box.mails == []


# -- Apprise ------------------------------------------------------------------------------------------
@pytest.mark.filterwarnings("ignore:'imghdr' is deprecated")   # Apprise's own, gone with Python 3.13
@pytest.mark.parametrize(("status", "fails"), [(200, False), (500, True)])
def test_apprise_carries_a_copy_anywhere_else(status: int, fails: bool) -> None:
    with robot(lambda heard: (status, {})) as running:
        port = running.url.split(":")[2].split("/")[0]
        other = make("apprise", "room", fill("room", {"urls": ["${URL}"]}, {"URL": f"json://127.0.0.1:{port}/"},
                                             table="copy"))
        said: Callable[[], None] = lambda: other.send(DIGEST)  # noqa: E731 - said twice below
        if fails:
            with pytest.raises(SendError):
                said()
        else:
            said()
    assert "暴雨红色" in str(running.heard[0].json)


# -- length -------------------------------------------------------------------------------------------
@given(st.lists(st.text(st.sampled_from("雨a "), min_size=1, max_size=40), max_size=30), st.integers(120, 600))
def test_a_text_keeps_whole_lines_and_says_how_many_are_left_out(lines: list[str], most: int) -> None:
    text = text_of(Digest("g", NOON, "值守", tuple(lines)), most)
    assert len(text.encode()) <= most
    shown = text.split("\n")[1:]
    if shown and shown[-1].startswith("……其余"):
        left = int(shown[-1].removeprefix("……其余").removesuffix("条请看值班台"))
        assert len(shown) - 1 + left == len(lines)
        shown.pop()
    else:
        assert len(shown) == len(lines)
    assert shown == lines[:len(shown)]

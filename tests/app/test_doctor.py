"""`dutydesk doctor`: a channel that works is green from end to end, and whatever is wrong is told with what to do;
no callout comes of it, and nobody but the given phone hears of it.
"""

from __future__ import annotations

import asyncio
import json
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests

from dutydesk.app import wire
from dutydesk.app.desk import PARTS
from dutydesk.app.house import open_folder, store_url
from dutydesk.app.looking import reading
from dutydesk.app.running import Running
from dutydesk.cli.main import main
from dutydesk.domain.channel_trial import REPLY, is_test, says_test
from dutydesk.domain.replies import Understood, read
from tests.app.city import City, build
from tests.channels.fake_clouds import KEY_ID, KEY_SECRET, PUSH_KEY, FakeAliyun, serving

PHONE = "+8612000000001"
INVENTED = "+99901000001"
SECRETS = {"CLOUD_ID": KEY_ID, "CLOUD_SECRET": KEY_SECRET, "PUSH_KEY": PUSH_KEY}
LIVE = '\n[live]\nby = "leader"\nsince = 2026-01-01\n'
CLOUD = """
[channel.texts]
kind = "aliyun-sms"
key_id = "${{CLOUD_ID}}"
key_secret = "${{CLOUD_SECRET}}"
push_key = "${{PUSH_KEY}}"
signature = "试验应急"
public_url = "http://127.0.0.1:{hooks}"
api_url = "http://127.0.0.1:{port}"
templates = {{"test.sms" = {{id = "T_1", params = {{who = "{{signature}}"}}}}}}
"""


class Network(FakeAliyun):
    """A cloud that pushes, as soon as it took a message, what its phone does: a receipt, and the reply."""

    hooks = 0
    receipt: Mapping[str, Any] = {"success": True, "err_code": "DELIVERED"}
    reply = REPLY

    def good(self, action: str, fields: Mapping[str, Any]) -> dict[str, Any]:
        answer = super().good(action, fields)
        if action == "SendSms":
            threading.Timer(0.1, self.push, [fields]).start()
        return answer

    def push(self, fields: Mapping[str, Any]) -> None:
        rows: list[dict[str, Any]] = [{"out_id": fields["OutId"], **self.receipt}] if self.receipt else []
        if self.reply:
            rows.append({"phone_number": fields["PhoneNumbers"], "content": self.reply, "sequence_id": 1})
        requests.post(f"http://127.0.0.1:{self.hooks}/hooks/texts/{PUSH_KEY}", json=rows, timeout=5)


@contextmanager
def cloud(fake: FakeAliyun) -> Iterator[FakeAliyun]:
    """Let a cloud live in a thread of its own."""
    loop, up, over = asyncio.new_event_loop(), threading.Event(), asyncio.Event()

    async def live() -> None:
        async with serving(fake):
            up.set()
            await over.wait()
    thread = threading.Thread(target=lambda: loop.run_until_complete(live()))
    thread.start()
    assert up.wait(10)
    try:
        yield fake
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join(10)
        loop.close()


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


class Site:
    """A site whose SMS go by a cloud."""

    def __init__(self, city: City, fake: Network, capsys: pytest.CaptureFixture[str]) -> None:
        self.city, self.fake, self._capsys = city, fake, capsys
        self.toml = city.folder / "dutydesk.toml"
        plain = self.toml.read_text(encoding="utf-8").replace('sms = "simulator-sms"', 'sms = "texts"')
        fake.hooks = free_port()
        fake.kept["templates"] = [{"id": "T_1", "status": 1}]
        self.toml.write_text(plain + CLOUD.format(port=fake.port, hooks=fake.hooks) + LIVE, encoding="utf-8")

    def change(self, old: str, new: str) -> None:
        text = self.toml.read_text(encoding="utf-8")
        assert old in text
        self.toml.write_text(text.replace(old, new), encoding="utf-8")

    def doctor(self, *arguments: str, to: str = PHONE, wait: float = 3) -> tuple[int, dict[str, Any]]:
        """Run the command on the one channel; return its exit code and what it found, by name."""
        given = ["--to", to, "--yes", "--wait", str(wait), "--hooks-port", str(self.fake.hooks)] if to else []
        code = main(["doctor", *(arguments or ("texts",)), "--site", str(self.city.folder), "--json", *given])
        self.said = self._capsys.readouterr()
        told = [json.loads(line) for line in self.said.out.splitlines()]
        return code, {each["channel"]: {check["what"]: check for check in each["checks"]} for each in told}

    def journal(self) -> list[Any]:
        with reading(self.city.folder) as (_, reads):
            return reads.journal()


@pytest.fixture
def site(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    with cloud(Network()) as fake:
        assert isinstance(fake, Network)
        yield Site(build(tmp_path / "site", towns=1, villages=1), fake, capsys)


def bad(checks: Mapping[str, Any]) -> set[str]:
    """What is red; everything red says what to do."""
    red = {what for what, check in checks.items() if check["good"] is False}
    assert all(checks[what]["remedy"] for what in red)
    return red


# -- a channel that works -----------------------------------------------------------------------------
def test_a_channel_that_works_is_green_from_the_settings_to_the_reply(site: Site) -> None:
    code, found = site.doctor()
    checks = found["texts"]
    assert code == 0, checks
    assert list(checks) == ["settings", "address", "port", "clock", "template", "hooks", "message", "receipt", "reply"]
    assert all(check["good"] for check in checks.values())
    (action, fields), = site.fake.taken
    assert (action, fields["PhoneNumbers"], fields["TemplateCode"]) == ("SendSms", "12000000001", "T_1")
    assert is_test(fields["OutId"])


def test_the_test_stands_in_the_journal_and_is_nothing_else(site: Site) -> None:
    site.doctor()
    row, = (row for row in site.journal() if row.what == "channel_tested")
    assert row.facts["channel"] == "texts"
    assert row.facts["good"] is True
    assert row.facts["found"]["reply"] == "good"
    assert "12000000001" not in json.dumps(dict(row.facts))
    with reading(site.city.folder) as (_, reads):
        assert reads.incidents() == []
        assert reads.calls_to(PHONE, since=datetime(2020, 1, 1, tzinfo=UTC)) == []


def test_the_number_is_masked_wherever_it_is_shown(site: Site) -> None:
    site.doctor()
    assert "12000000001" not in site.said.out + site.said.err
    assert "+86****0001" in site.said.out


def test_beside_a_live_desk_its_hooks_hear_and_its_journal_keeps_the_test(site: Site) -> None:
    folder = open_folder(site.city.folder)
    running = Running(folder, store_url(folder.path, folder.setup.config.store), parts=PARTS, port=0,
                      hooks_port=site.fake.hooks, environment=SECRETS)
    with ExitStack() as ending:
        ending.callback(running.stop)
        running.start()
        code, found = site.doctor(wait=10)
        assert code == 0, found
        assert found["texts"]["reply"]["good"]
    heard = {row.facts["sort"]: row.facts["understood"] for row in site.journal() if row.what == "heard"}
    assert heard == {"receipt": "test: on_handset", "reply": "test"}
    assert sum(row.what == "channel_tested" for row in site.journal()) == 1
    with reading(site.city.folder) as (_, reads):
        assert reads.tasks() == []        # nothing for the officer to read
        assert reads.incidents() == []


def test_a_simulated_channel_is_tried_with_its_own_phones(site: Site) -> None:
    code, found = site.doctor("simulator-voice", to=INVENTED, wait=60)
    assert code == 0, found
    assert found["simulator-voice"]["receipt"]["good"]


def test_nobody_answering_is_no_fault_of_the_channel(site: Site) -> None:
    site.fake.reply = ""
    code, found = site.doctor(wait=1)
    assert code == 0
    assert found["texts"]["reply"]["good"] is None


# -- what is wrong ------------------------------------------------------------------------------------
def no_receipt(site: Site) -> None:
    site.fake.receipt = {}


def lost(site: Site) -> None:
    site.fake.receipt = {"success": False, "err_code": "MOBILE_NOT_ON_SERVICE"}


def nobody_listens(site: Site) -> None:
    site.change(f":{site.fake.port}\"", ":1\"")


def no_such_host(site: Site) -> None:
    site.change(f"http://127.0.0.1:{site.fake.port}", "http://nowhere.invalid")


def wrong_key(site: Site) -> None:
    site.fake.signed = lambda request, body: False  # type: ignore[method-assign]


def not_approved(site: Site) -> None:
    site.fake.kept["templates"] = [{"id": "T_1", "status": 0}]


def no_hooks(site: Site) -> None:
    site.change(f"public_url = \"http://127.0.0.1:{site.fake.hooks}\"", f"public_url = \"http://127.0.0.1:{site.fake.port}\"")


def no_template(site: Site) -> None:
    site.change('"test.sms"', '"flood.sms"')


def not_live(site: Site) -> None:
    site.change(LIVE, "")


@pytest.mark.parametrize(("spoil", "red", "sent"), [
    (no_receipt, {"receipt"}, True), (lost, {"receipt"}, True), (nobody_listens, {"port"}, False),
    (no_such_host, {"address"}, False), (wrong_key, {"login"}, False), (not_approved, {"template"}, True),
    (no_hooks, {"hooks"}, True), (no_template, {"message"}, False), (not_live, {"message"}, False)])
def test_whatever_is_wrong_is_red_with_what_to_do(site: Site, spoil: Callable[[Site], None], red: set[str],
                                                  sent: bool) -> None:
    spoil(site)
    code, found = site.doctor(wait=1)
    assert code == 1
    assert bad(found["texts"]) == red, found
    assert len(site.fake.taken) == sent


def test_a_secret_that_is_not_set_is_told_and_spoils_no_other_channel(site: Site,
                                                                     monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CLOUD_SECRET")
    code, found = site.doctor("texts", "simulator-voice", to="")
    assert code == 1
    assert "CLOUD_SECRET" in found["texts"]["settings"]["found"]
    assert bad(found["simulator-voice"]) == set()


def test_an_invented_number_never_leaves_by_a_real_channel(site: Site) -> None:
    code, found = site.doctor(to=INVENTED)
    assert (code, bad(found["texts"])) == (1, {"message"})
    assert site.fake.taken == []


def test_without_a_number_nothing_is_sent_and_no_database_is_made(site: Site) -> None:
    site.change(f"public_url = \"http://127.0.0.1:{site.fake.hooks}\"\n", "")
    code, found = site.doctor(to="")
    assert (code, list(found["texts"])) == (0, ["settings", "address", "port", "clock", "template"])
    assert site.fake.taken == []
    assert not list(site.city.folder.glob("var/*.sqlite3"))


@pytest.mark.parametrize(("given", "code"), [
    (["--to", PHONE], 2), (["--to", "leader", "--yes"], 2), (["--to", PHONE, "--yes", "--wait", "0"], 2),
    (["nowhere", "--to", PHONE, "--yes"], 2)])
def test_what_nobody_confirmed_or_cannot_be_meant_is_not_sent(site: Site, given: list[str], code: int,
                                                              monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: False, raising=False)
    assert main(["doctor", *given, "--site", str(site.city.folder)]) == code
    assert site.fake.taken == []


def test_a_phone_the_desk_called_lately_is_not_tested(site: Site) -> None:
    from dutydesk.app.house import journal_key
    from dutydesk.clock import WallClock
    from dutydesk.domain.records import Call
    from dutydesk.domain.values import Via
    from dutydesk.store.store import open_store

    folder = open_folder(site.city.folder)
    store = open_store(store_url(folder.path, folder.setup.config.store), key=journal_key(folder.path))
    at = WallClock().now() - timedelta(minutes=50)
    store.write(lambda tx: tx.start_calls([Call("k1", "i1", 1, "p1", PHONE, Via.SMS, "texts", 1, "", "", (), (), at)]))
    store.close()
    assert main(["doctor", "texts", "--to", PHONE, "--yes", "--site", str(folder.path)]) == 3
    assert site.fake.taken == []


def test_a_line_of_its_own_is_tried_only_while_no_desk_has_it(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """CMPP: beside a live desk nothing is opened; alone the login is tried, here at a port where nobody listens."""
    monkeypatch.setenv("CMPP_SECRET", "x")
    site.change('sms = "texts"', 'sms = "line"')
    with site.toml.open("a", encoding="utf-8") as file:
        file.write('\n[channel.line]\nkind = "cmpp"\nhost = "127.0.0.1"\nport = 1\nsp = "901234"\n'
                   'password = "${CMPP_SECRET}"\nnumber = "10690001"\n')
    code, found = site.doctor("line")
    assert (code, bad(found["line"])) == (1, {"port"})
    with socket.socket(socket.AF_UNIX) as desk:
        (site.city.folder / "var").mkdir(exist_ok=True)
        desk.bind(str(site.city.folder / wire.NAME))
        desk.listen()
        code, found = site.doctor("line", to="")
    assert found["line"]["login"]["remedy"] == "stop the desk to try it"


# -- copies -------------------------------------------------------------------------------------------
def test_a_copy_is_looked_at_and_nothing_is_posted(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOOK_SECRET", "0123456789abcdef")
    with site.toml.open("a", encoding="utf-8") as file:
        file.write(f'\n[copy.board]\nkind = "webhook"\nurl = "http://127.0.0.1:{site.fake.port}/secret"\n'
                   'secret = "${HOOK_SECRET}"\n')
    before = site.fake.requests
    code, found = site.doctor("board")
    assert (code, list(found["board"])) == (0, ["settings", "address", "port", "clock"])
    assert "secret" not in site.said.out
    assert site.fake.requests == before


# -- the reply ----------------------------------------------------------------------------------------
@pytest.mark.parametrize("text", [REPLY, f" 【{REPLY}】", f"“{REPLY}”。"])
def test_the_reply_to_a_test_can_never_be_taken_for_an_answer(text: str) -> None:
    assert says_test(text)
    assert not isinstance(read(text), Understood)


@pytest.mark.parametrize("text", ["1", "测试完毕转移3人", "收到", ""])
def test_no_answer_is_taken_for_the_reply_to_a_test(text: str) -> None:
    assert not says_test(text)

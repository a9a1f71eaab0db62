"""`dutydesk user` and `audit` on a small site: passwords come in by the standard input and go nowhere else."""

from __future__ import annotations

import io
import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from dutydesk.app import house
from dutydesk.app.running import Running
from dutydesk.cli.main import main
from dutydesk.errors import Refused
from tests.content.small_site import SmallSite, build

NIGHT, SPRING, THIRD = "Night-watch7", "Spring-tide8", "Third-wave99"
Say = Callable[..., tuple[int, str, str]]


@pytest.fixture
def site(tmp_path: Path) -> SmallSite:
    return build(tmp_path / "site")


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str], site: SmallSite, monkeypatch: pytest.MonkeyPatch) -> Say:
    def said(*words: object, typed: tuple[str, ...] = ()) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "stdin", io.StringIO("".join(f"{line}\n" for line in typed)))
        try:
            code = main([str(word) for word in (*words, "--site", site.folder)])
        except SystemExit as ended:
            code = int(ended.code or 0)
        told = capsys.readouterr()
        return code, told.out, told.err
    return said


def test_the_first_user_is_made_and_everything_after_wants_an_administrator(say: Say) -> None:
    code, out, _ = say("user", "add", "root", "--role", "system", typed=(NIGHT,))
    assert code == 0
    assert "otpauth://totp/" in out
    assert say("user", "add", "zhang", "--role", "duty", typed=(SPRING,))[0] == 3
    assert say("user", "add", "zhang", "--role", "duty", "--by", "root", typed=("wrong", SPRING))[0] == 3
    assert say("user", "add", "zhang", "--role", "duty", "--by", "root", typed=(NIGHT, "short"))[0] == 3
    assert say("user", "add", "zhang", "--role", "duty", "--by", "root", typed=(NIGHT, SPRING))[0] == 0
    assert say("user", "passwd", "zhang", "--by", "zhang", typed=(SPRING, THIRD))[0] == 0
    rows = [json.loads(line) for line in say("user", "list", "--json")[1].splitlines()]
    assert [(row["name"], row["role"], row["codes"]) for row in rows] == [("root", "system", True),
                                                                         ("zhang", "duty", False)]


def test_the_audit_tells_what_was_done_and_finds_what_was_cut(say: Say, site: SmallSite) -> None:
    say("user", "add", "root", "--role", "system", typed=(NIGHT,))
    say("user", "disable", "root", "--by", "root", typed=(NIGHT,))
    code, out, _ = say("audit", "list")
    assert [json.loads(line)["what"] for line in out.splitlines()] == ["account_added", "proved"]
    code, out, _ = say("audit", "verify")
    assert code == 0
    head = out.rsplit(" ", 1)[1].strip()
    assert say("audit", "verify", "--head", head)[0] == 0
    with sqlite3.connect(site.folder / "var/desk.sqlite3") as database:
        database.execute("DROP TRIGGER audit_no_delete")
        database.execute("DELETE FROM audit WHERE seq = 2")
    database.close()
    assert say("audit", "verify")[0] == 1
    assert say("audit", "verify", "--head", head)[0] == 1
    assert say("audit", "verify", "--head", "nonsense")[0] == 2


def test_beside_a_live_desk_a_user_is_made_by_the_desk_and_login_is_on_at_once(site: SmallSite, say: Say) -> None:
    folder = house.open_folder(site.folder)
    running = Running(folder, house.store_url(folder.path, folder.setup.config.store), parts=("web", "engine"), port=0,
                      hooks_port=0, environment={})
    try:
        running.start()
        assert any("login off" in line for line in running.greeting())
        assert say("user", "add", "root", "--role", "system", typed=(NIGHT,))[0] == 0
        assert any(line == "login on" for line in running.greeting())
    finally:
        running.stop()


@pytest.mark.parametrize(("lines", "wrong"), [
    ('listen = "0.0.0.0"', "HTTPS"), ('listen = "0.0.0.0"\nlogin = "off"', "without login"),
    ('certificate = "a.pem"', "go together")])
def test_a_console_open_to_others_without_protection_is_a_fault(site: SmallSite, say: Say, lines: str,
                                                               wrong: str) -> None:
    with (site.folder / "dutydesk.toml").open("a", encoding="utf-8") as file:
        file.write(f"\n[console]\n{lines}\n")
    code, out, err = say("check")
    assert code == 1
    assert wrong in out + err


def test_beyond_this_machine_it_does_not_start_without_a_user(site: SmallSite, tmp_path: Path) -> None:
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=desk",
                    "-keyout", tmp_path / "key.pem", "-out", tmp_path / "desk.pem"], check=True, capture_output=True)
    with (site.folder / "dutydesk.toml").open("a", encoding="utf-8") as file:
        file.write("\n[console]\nlisten = \"0.0.0.0\"\n"
                   f"certificate = \"{tmp_path}/desk.pem\"\nkey = \"{tmp_path}/key.pem\"\n")
    folder = house.open_folder(site.folder)
    running = Running(folder, house.store_url(folder.path, folder.setup.config.store), parts=("web",), port=0,
                      hooks_port=0, environment=dict(os.environ))
    try:
        with pytest.raises(Refused, match="no user"):
            running.start()
        running.accounts.add("root", "system", "", NIGHT)
        running.start()
        assert any(line.startswith("console  https://") for line in running.greeting())
    finally:
        running.stop()

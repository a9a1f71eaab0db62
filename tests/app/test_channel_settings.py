"""From dutydesk.toml to channels: several to a way, secrets from the environment, faults told before it matters."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import Field

from dutydesk.app import house
from dutydesk.channels import registry
from dutydesk.channels.settings import ChannelSettings, Secret, fill
from dutydesk.cli.main import main
from dutydesk.content.models.config import ConfigFile
from dutydesk.errors import UsageError
from dutydesk.ports.channel import Channel, Quota
from tests.content.small_site import SmallSite, build


class PigeonSettings(ChannelSettings):
    loft: str
    key: Secret
    ring: dict[str, str] = Field(default={})


class Pigeon:
    real = True

    def __init__(self, name: str, settings: PigeonSettings) -> None:
        from dutydesk.domain.values import Via

        self.name, self.via, self.limits, self.settings = name, Via.SMS, settings.limits, settings


def pigeon(name: str, settings: Any) -> Channel:
    return Pigeon(name, PigeonSettings.read(name, settings))  # type: ignore[return-value]  # it never sends


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SmallSite:
    monkeypatch.setattr(registry, "_maker", {"pigeon": pigeon, "simulator-voice": registry._maker(
        "simulator-voice"), "simulator-sms": registry._maker("simulator-sms")}.__getitem__)
    made = build(tmp_path / "site")
    made.edit("dutydesk.toml", 'sms = "simulator-sms"', 'sms = ["loft", "simulator-sms"]')
    made.add("dutydesk.toml", '\n[channel.loft]\nkind = "pigeon"\nloft = "north"\nkey = "${LOFT_KEY}"\n'
                              'ring = {a = "x-${LOFT_KEY}"}\n[limits.loft]\nper_number = ["1/1m", "5/1h"]\n')
    return made


def channels(site: SmallSite, environment: dict[str, str]) -> list[Any]:
    folder = house.open_folder(site.folder)
    made = house.channels(folder.setup, {"url": "http://127.0.0.1:1", "key": "k"}, environment)
    return [each.inner for each in made["sms"]]  # type: ignore[index]  # a StrEnum is its word


def test_a_way_has_its_channels_in_the_order_of_the_file(site: SmallSite) -> None:
    loft, simulator = channels(site, {"LOFT_KEY": "secret"})
    assert (loft.name, simulator.name) == ("loft", "simulator-sms")
    assert loft.limits.per_number == tuple(Quota(*each) for each in house.open_folder(
        site.folder).setup.config.limits["loft"]["per_number"])


def test_a_secret_comes_from_the_environment_and_is_never_shown(site: SmallSite) -> None:
    loft = channels(site, {"LOFT_KEY": "hush"})[0]
    assert loft.settings.key.get_secret_value() == "hush"
    assert loft.settings.ring == {"a": "x-hush"}
    assert "hush" not in repr(loft.settings.key)


def test_a_variable_that_is_not_set_is_named(site: SmallSite) -> None:
    with pytest.raises(UsageError, match=r"\[channel.loft\] wants LOFT_KEY of the environment"):
        channels(site, {})


def test_a_secret_in_the_file_itself_is_refused(site: SmallSite) -> None:
    site.edit("dutydesk.toml", '"${LOFT_KEY}"\n', '"written here"\n')
    with pytest.raises(UsageError, match="no secret stands in the file"):
        channels(site, {"LOFT_KEY": "x"})
    assert main(["check", "--site", str(site.folder)]) == 1


def test_check_needs_no_secret_and_names_what_it_cannot_use(site: SmallSite,
                                                            capsys: pytest.CaptureFixture[str]) -> None:
    main(["check", "--site", str(site.folder)])
    assert "[channel]" not in capsys.readouterr().out
    site.edit("dutydesk.toml", 'loft = "north"', 'lofty = "north"')
    assert main(["check", "--site", str(site.folder)]) == 1
    said = capsys.readouterr().out
    assert "dutydesk.toml:38: error: [channel.loft] cannot be used: loft: Field required" in said
    assert "lofty: Extra inputs are not permitted" in said


def test_a_channel_named_for_a_way_it_does_not_carry_is_told(site: SmallSite) -> None:
    site.edit("dutydesk.toml", 'voice = "simulator-voice"', 'voice = "loft"')
    assert "carries sms" in house.tried(house.open_folder(site.folder).setup.config)["loft"]


def test_channels_shows_settings_and_only_the_names_of_secrets(site: SmallSite, monkeypatch: pytest.MonkeyPatch,
                                                               capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("LOFT_KEY", "hush")
    assert main(["channels", "--site", str(site.folder)]) == 0
    said = capsys.readouterr().out
    assert "key = ${LOFT_KEY}  (LOFT_KEY is set)" in said
    assert "5 in 1:00:00 to a number" in said
    assert "hush" not in said


def test_names_are_filled_however_deep_and_all_missing_ones_are_named() -> None:
    assert fill("x", {"a": ["${A}/${B}", {"b": "${A}"}], "n": 3}, {"A": "1", "B": "2"}) == {
        "a": ["1/2", {"b": "1"}], "n": 3}
    with pytest.raises(UsageError, match="A, B"):
        fill("x", {"a": "${A}", "b": "${B}${A}"}, {})


@pytest.mark.parametrize(("text", "fault"), [("5", "no quota"), ("0/1h", "no quota"), ("5/soon", "no duration")])
def test_a_quota_that_cannot_be_read_says_how_to_write_it(text: str, fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        ConfigFile.model_validate({"site": {"name": "a", "signature": "b", "envelope": [0, 0, 1, 1]},
                                   "duty": {"phone": "1"}, "limits": {"x": {"per_number": [text]}}})

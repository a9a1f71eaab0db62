"""A hand-over of unknown fate is asked of a cloud by our own key: the house knows the number, the cloud the rest."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from dutydesk.app.house import channel, journal_key, open_folder, reading_context, store_url
from dutydesk.clock import WallClock
from dutydesk.domain.ids import derive
from dutydesk.domain.records import Call
from dutydesk.domain.values import Outcome, Via
from dutydesk.engine.calling_back import AtTheDoor
from dutydesk.errors import SendError
from dutydesk.ports.channel import Outgoing, Speaks, Tracks
from dutydesk.store.store import open_store
from tests.app.city import build
from tests.app.test_doctor import CLOUD, LIVE, SECRETS
from tests.channels.fake_clouds import FakeAliyun, serving

CUT = "+8612000000003"      # the line is cut after the cloud took it


def test_a_message_cut_off_after_it_was_taken_is_found_by_its_key_and_one_that_never_came_is_denied(
        tmp_path: Path) -> None:
    city = build(tmp_path / "site", towns=1, villages=1)
    clock, taken, never = WallClock(), derive("k", "taken"), derive("k", "never")

    async def story() -> None:
        async with serving(FakeAliyun()) as fake:
            toml = city.folder / "dutydesk.toml"
            toml.write_text(toml.read_text(encoding="utf-8").replace('sms = "simulator-sms"', 'sms = "texts"')
                            + CLOUD.format(port=fake.port, hooks=1) + LIVE, encoding="utf-8")
            folder = open_folder(city.folder)
            store = open_store(store_url(folder.path, folder.setup.config.store), key=journal_key(folder.path))
            try:
                made = channel(folder.setup.config, "texts", {}, SECRETS)
                assert isinstance(made, Speaks)
                assert isinstance(made, Tracks)
                made.connect(AtTheDoor(reading_context(folder), store))
                ago = clock.now() - timedelta(minutes=3)
                store.write(lambda tx: tx.start_calls([
                    Call(id, "i1", 1, "p1", CUT, Via.SMS, "texts", 1, "", "", (), (), ago) for id in (taken, never)]))
                sent = await made.send(Outgoing(taken, Via.SMS, CUT, "p1", "", template="test.sms",
                                                facts={"signature": "试验应急"}))
                assert sent.outcome is Outcome.UNKNOWN
                (_, fields), = fake.taken
                fake.kept = {"sent": [{"PhoneNum": fields["PhoneNumbers"], "OutId": fields["OutId"], "SendStatus": 3,
                                       "SendDate": f"{ago + timedelta(hours=8):%Y-%m-%d %H:%M:%S}"}]}
                assert await made.status(taken) is Outcome.ON_HANDSET
                with pytest.raises(SendError) as error:
                    await made.status(never)
                assert error.value.permanent
                with pytest.raises(SendError) as error:
                    await made.status(derive("k", "not ours"))
                assert not error.value.permanent
                await made.close()
            finally:
                store.close()
    asyncio.run(story())

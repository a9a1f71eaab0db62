"""A desk reads another's warnings over a real socket, signed, and asks first where the signature is not his."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from starlette.applications import Starlette

from dutydesk.app import house
from dutydesk.app.console import Server
from dutydesk.app.sharing import Sharing
from dutydesk.domain.ids import document_hash
from dutydesk.domain.records import Document
from dutydesk.domain.values import Colour
from dutydesk.errors import UsageError
from dutydesk.ports.shares import Shared
from dutydesk.web.neighbours import Neighbours
from tests.app.processes import free_port
from tests.app.watching import NOON, Watch, source
from tests.feeds.signing_kit import certificate, new_key, pem

ELSEWHERE = "880100"      # the duty room of the city that reads, which watches the same ground


class Pair:
    """Two desks: one that is warned and tells, one that polls it."""

    def __init__(self, folder: Path, ending: ExitStack, *, signs: bool, pinned: bool = True,
                 pins: ec.EllipticCurvePrivateKey | None = None) -> None:
        key = new_key()
        for name, text in (("desk.key", pem(key)), ("desk.pem", certificate(key, NOON - timedelta(days=1)).encode()),
                           ("his.pem", certificate(pins or key, NOON - timedelta(days=1)).encode())):
            (folder / name).write_bytes(text)
        port = free_port()
        told = f'\n[cap_out]\non = true\naddress = "http://127.0.0.1:{port}/cap"\n'
        told += f'key = "{folder}/desk.key"\ncertificate = "{folder}/desk.pem"\n' if signs else ""
        self.teller = self._desk(folder / "teller", told, ending)
        self.sharing = self._sharing(self.teller.folder)
        server = Server(Starlette(routes=Neighbours(self).routes()), port)
        server.start()
        ending.callback(server.stop)
        more = f'certificate = "{folder}/his.pem"' if pinned else ""
        read = source(f"http://127.0.0.1:{port}/cap/index.atom", more=more)
        self.reader = self._desk(folder / "reader", read, ending, desk=ELSEWHERE)

    def _desk(self, folder: Path, more: str, ending: ExitStack, **options: str) -> Watch:
        made = Watch(folder, more, f"sqlite:///{folder}.sqlite3", **options)
        ending.callback(made.close)
        return made

    def _sharing(self, folder: house.Folder) -> Sharing:
        return Sharing(folder, self.teller.store.read, self.teller.clock)

    def index(self) -> bytes:
        """What the neighbour finds at the address."""
        return self.sharing.index()

    def messages(self) -> Sequence[Shared]:
        """What the list names."""
        return self.sharing.messages()

    def signs_no_more(self) -> None:
        """From now on somebody without the key answers at the address."""
        setup = self.teller.folder.setup
        config = replace(setup.config, cap_out=replace(setup.config.cap_out, key="", certificate=""))
        self.sharing = self._sharing(replace(self.teller.folder, setup=replace(setup, config=config)))

    def warned(self, serial: int, sent: datetime, refers: tuple[int, datetime] | None = None) -> None:
        """A warning, or its end, comes to the desk that tells."""
        body = self.teller.city.warning(serial, 1, sent, refers=refers).encode()
        document = Document(document_hash("cma", body), "cma", f"{serial}.xml", self.teller.clock.now(), body)
        self.teller.store.write(lambda tx: tx.add_document(document))
        self.teller.rounds.run_once(self.teller.clock.now(), sends=False, supervise_every=timedelta(0))
        self.teller.rounds.supervise.seal(self.teller.clock.now())

    def read(self, seconds: float = 0) -> None:
        """Let time pass at both; the reader polls the list, then what it names."""
        for desk in (self.teller, self.reader):
            desk.forward(seconds)
        for _ in range(2):
            self.reader.poll()

    def faults(self) -> list[str]:
        """State and faults of what the reader holds besides lists."""
        return [f"{state}: {faults}" for state, faults in
                self.reader.rows("SELECT state, faults FROM document WHERE name LIKE '%.xml'")]


def colours(desk: Watch) -> dict[str, Colour]:
    with desk.store.read() as reads:
        return {place: colour for incident in reads.incidents() for place, colour in incident.colours.items()}


@pytest.fixture
def pair(tmp_path: Path, ending: ExitStack) -> Callable[..., Pair]:
    """Make the two desks."""
    return lambda **options: Pair(tmp_path, ending, **options)


def test_a_signed_warning_and_its_end_reach_the_neighbour_s_people_at_once(pair: Callable[..., Pair]) -> None:
    desks = pair(signs=True)
    desks.warned(1, NOON)
    desks.read(1)
    assert colours(desks.reader) == colours(desks.teller) != {}
    [kept] = desks.faults()
    assert kept.startswith("done: ")
    assert "signature" not in kept
    desks.warned(2, NOON + timedelta(minutes=2), refers=(1, NOON))
    desks.read(120)
    assert colours(desks.reader) == colours(desks.teller) == {}


@pytest.mark.parametrize(("signs", "fault"), [(False, "signature-missing"), (True, "signature-wrong")])
def test_what_the_pinned_key_did_not_sign_asks_the_officer_first_and_is_never_lost(
        pair: Callable[..., Pair], signs: bool, fault: str) -> None:
    desks = pair(signs=signs, pins=new_key())
    desks.warned(1, NOON)
    desks.read(1)
    [kept] = desks.faults()
    assert kept.startswith("held: ")
    assert fault in kept
    assert colours(desks.reader) == {}
    assert desks.reader.alarms()
    desks.reader.go_on(125, step=25)               # nobody said a word: it goes by itself
    assert colours(desks.reader) == colours(desks.teller) != {}
    assert fault in desks.faults()[0]


def test_an_end_that_nobody_signed_takes_no_red_back(pair: Callable[..., Pair]) -> None:
    desks = pair(signs=True)
    desks.warned(1, NOON)
    desks.read(1)
    stood = colours(desks.reader)
    assert Colour.RED in stood.values()
    desks.signs_no_more()
    desks.warned(2, NOON + timedelta(minutes=2), refers=(1, NOON))
    desks.read(120)
    desks.reader.go_on(150, step=25)
    assert colours(desks.teller) == {}
    assert colours(desks.reader) == stood


def test_a_desk_does_not_start_with_a_pin_it_cannot_read(tmp_path: Path) -> None:
    (tmp_path / "empty.pem").write_text("nothing")
    for name, wrong in (("none.pem", "cannot be read"), ("empty.pem", "holds no certificate")):
        site = tmp_path / name.partition(".")[0]
        with pytest.raises(UsageError, match=f"source web: .*{name} {wrong}"):
            Watch(site, source("http://127.0.0.1:1/", more=f'certificate = "../{name}"'), f"sqlite:///{site}.sqlite3")

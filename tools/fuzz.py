"""Throw broken documents at the CAP reader for a while: it must read them or refuse them by name, never fall over.

The documents are the example site's own, cut, repeated, mixed and bitten. A failing one is made small and printed.
"""

from __future__ import annotations

import argparse
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dutydesk.errors import DocumentError
from dutydesk.feeds.as_json import as_json
from dutydesk.feeds.registry import feed
from dutydesk.ports.feed import Source

ROOT = Path(__file__).resolve().parent.parent
RECEIVED = datetime(2026, 7, 1, tzinfo=UTC)
SOURCE = Source("fuzz", "cap")
SEEDS = tuple(path.read_bytes() for path in sorted(ROOT.glob("scenarios/*/alerts/*.xml")))
SCRAPS = (b"<", b">", b"&", b"</info>", b"<info>", b"<area>", b"<polygon>1,2 3,4</polygon>",
          b"<circle>37,122 -1</circle>", b"<!DOCTYPE a [<!ENTITY b 'c'>]>", b"\x00", b"\xff\xfe", b"&#0;",
          "红色".encode("gb18030"), b"\xef\xbb\xbf")


@st.composite
def documents(draw: st.DrawFn) -> bytes:
    """A real document after a few accidents."""
    body = bytearray(draw(st.sampled_from(SEEDS)))
    for _ in range(draw(st.integers(0, 6))):
        start = draw(st.integers(0, len(body)))
        end = min(len(body), start + draw(st.sampled_from((0, 1, 2, 8, 64, 512))))
        body[start:end] = draw(st.sampled_from(SCRAPS) | st.binary(max_size=12) | st.just(bytes(body[start:end]) * 2))
    return bytes(body)


def read(body: bytes) -> None:
    """Read one document as an intake would; anything but a DocumentError comes through."""
    try:
        for alert in feed("cap").parse(body, SOURCE, RECEIVED):
            as_json(alert)
    except DocumentError:
        return


def main() -> int:
    """Go on in rounds until the time is over; exit 1 at the first document that breaks the reader."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--round", type=int, default=500, help="documents a round")
    options = parser.parse_args()

    @settings(max_examples=options.round, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(documents())
    def one_round(body: bytes) -> None:
        read(body)

    end, rounds = time.monotonic() + options.seconds, 0
    while time.monotonic() < end:
        one_round()
        rounds += 1
    sys.stdout.write(f"about {rounds * options.round} broken documents: each was read, or refused by name\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

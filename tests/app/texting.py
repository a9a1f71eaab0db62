"""A city whose texts go by a real channel; its telephones ring and are not answered."""

from __future__ import annotations

from pathlib import Path

from tests.app.city import build
from tests.app.judge import Rows

SILENT = ("--answer", "0", "--ring", "3", "--lines", "3000")
LIVE = '\n[live]\nby = "a test"\nsince = "2026-01-01"\n'


class Texting:
    """The city. `settings` is the TOML of the channel, `name` its name."""

    def __init__(self, folder: Path, name: str, settings: str) -> None:
        self.city = build(folder, towns=1, villages=1, within="60s")
        config = folder / "dutydesk.toml"
        text = config.read_text(encoding="utf-8").replace('sms = "simulator-sms"', f'sms = ["{name}"]')
        config.write_text(text + settings + LIVE, encoding="utf-8")
        numbers = folder / "contacts" / "numbers.csv"
        numbers.write_text(numbers.read_text(encoding="utf-8").replace(",+999", ",+8612"), encoding="utf-8")
        rows = [line.split(",") for line in numbers.read_text(encoding="utf-8").splitlines()[1:]]
        self.numbers = {person: number for person, _, number, _ in rows}

    def holders(self) -> tuple[str, str]:
        """Who is asked first in the town and in its village."""
        town, village = self.city.places(1)
        return f"{town}-1", f"{village}-1"

    def count(self, sql: str, **values: str) -> int:
        """What the store counts."""
        found = Rows(f"sqlite:///{self.city.folder}/var/desk.sqlite3")
        number = found(sql, **values)[0][0]
        found.close()
        return int(number)

    def answered(self, person: str) -> bool:
        """Whether this person's answer counts."""
        return bool(self.count("SELECT count(*) FROM fact WHERE what = 'answered' AND person = :who", who=person))

    def on_handset(self, person: str) -> bool:
        """Whether the text to this person is known to lie on the phone."""
        return bool(self.count("SELECT count(*) FROM call WHERE person = :who AND outcome = 'on_handset'", who=person))

    def replies(self) -> int:
        """How many replies were stored."""
        return self.count("SELECT count(*) FROM inbound WHERE kind = 'reply'")

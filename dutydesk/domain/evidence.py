"""What a fact rests on: the machine's own hearing, or an officer who entered it, with who told him and why."""

from __future__ import annotations

from dutydesk.errors import Refused

BY_HAND = "by hand: "
LONGEST = 60   # characters of what an officer adds


def entered(officer: str, reporter: str = "", proof: str = "") -> str:
    """Return the evidence of what an officer (person id) enters: the first line names him, further lines are in free
    words who reported it and what it rests on. Raises Refused for more than one line of `LONGEST` characters each.
    """
    lines = [BY_HAND + officer]
    for name, text in (("报告人", reporter.strip()), ("凭据", proof.strip())):
        if len(text) > LONGEST or len(text.splitlines()) > 1:
            raise Refused(f"{name}须写成一行，不超过 {LONGEST} 字。")
        if text:
            lines.append(f"{name} {text}")
    return "\n".join(lines)


def for_journal(evidence: str) -> str:
    """Return what the journal may hold: ids only, no free words."""
    return evidence.partition("\n")[0]

"""The record of a fire: 起火 发现 出动 到场 控制 明火扑灭 看守 验收 复燃, and what was found on the ground.

Facts are only added. Times have their zone. Sentences are for the officer, in Chinese.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

STATES: Mapping[str, str] = {
    "ignited": "起火", "found": "发现", "dispatched": "出动", "arrived": "到场", "contained": "控制",
    "extinguished": "明火扑灭", "guarded": "看守", "accepted": "验收", "rekindled": "复燃"}
RESULTS: Mapping[str, str] = {"fire": "有火", "none": "无火", "unverified": "未核实"}

#: What must have been recorded since the fire broke out (again) before a state may be.
_AFTER: Mapping[str, frozenset[str]] = {
    "guarded": frozenset({"extinguished"}), "accepted": frozenset({"extinguished"}),
    "rekindled": frozenset({"contained", "extinguished"})}
_OFTEN = frozenset({"dispatched", "arrived", "guarded"})     # several teams go, several shifts stand guard

Entry = tuple[str, datetime]


def objection(record: Sequence[Entry], state: str, at: datetime, now: datetime) -> str:
    """Say why a state cannot be entered, empty where it can; `record` holds states and their times.

    1. It is a known state, and has happened.
    2. In the time since the fire last rekindled it is not there yet (dispatches, arrivals and guards may be many).
    3. What must come before it is there, and earlier.
    """
    if state not in STATES:
        return f"没有“{state}”这个环节；可用：{'、'.join(STATES)}。"
    if at > now:
        return f"{STATES[state]}的时间还没有到。"
    cycle = _since_rekindled(record, at)
    if state not in _OFTEN and any(each == state for each, _ in cycle):
        return f"{STATES[state]}已经记过；复燃之后才能再记。"
    wanted = _AFTER.get(state, frozenset())
    if wanted and not any(each in wanted and when <= at for each, when in cycle):
        return f"记{STATES[state]}之前，须先记{'或'.join(STATES[each] for each in STATES if each in wanted)}。"
    return ""


def _since_rekindled(record: Sequence[Entry], at: datetime) -> list[Entry]:
    """The part of a record that belongs to the same outbreak as a moment."""
    before = max((when for state, when in record if state == "rekindled" and when < at), default=None)
    after = min((when for state, when in record if state == "rekindled" and when >= at), default=None)
    return [(state, when) for state, when in record if (before is None or when >= before)
            and (after is None or when <= after) and (before is None or (state, when) != ("rekindled", before))]


def standing(record: Sequence[Entry]) -> str:
    """Return the newest state of a record, empty for none."""
    return max(record, key=lambda entry: (entry[1], list(STATES).index(entry[0])))[0] if record else ""

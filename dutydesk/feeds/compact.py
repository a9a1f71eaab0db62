"""The two-digit codes of weather.com.cn and Caiyun: danger and level, `0902` is 雷电 yellow.

Their levels run 01 blue to 04 red, the other way than in picture codes.
"""

from __future__ import annotations

import re

from dutydesk.domain.colours import colour_of_compact
from dutydesk.domain.values import Colour

_CODE = re.compile(r"(\d{2})(\d{2})")

DANGERS = {
    "01": "台风", "02": "暴雨", "03": "暴雪", "04": "寒潮", "05": "大风", "06": "沙尘暴", "07": "高温", "08": "干旱",
    "09": "雷电", "10": "冰雹", "11": "霜冻", "12": "大雾", "13": "霾", "14": "道路结冰",
}
"""What both sources mean by the first two digits; beyond 14 they differ, and there only the title tells."""


def danger_and_colour(code: str) -> tuple[str, Colour | None]:
    """Return danger (empty where unknown) and colour (None where unknown) of a code of four digits."""
    match = _CODE.fullmatch(code)
    return (DANGERS.get(match.group(1), ""), colour_of_compact(match.group(2))) if match else ("", None)

"""The entries of the head: a few groups, and within a group its pages as a row of their own under the head."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Group:
    """One entry of the head. `pages` are (address, word), the first is where the entry leads; what lies below an
    address belongs to it too, and an address without a word has nothing but that. `needs` names what must be there
    for the group to be shown (see `groups`).
    """

    word: str
    pages: tuple[tuple[str, str], ...]
    needs: str = ""

    @property
    def href(self) -> str:
        """Where the entry leads."""
        return self.pages[0][0]

    @property
    def siblings(self) -> tuple[tuple[str, str], ...]:
        """The pages with a word: those one can go to without knowing of which thing."""
        return tuple(page for page in self.pages if page[1])

    def page_of(self, path: str) -> str | None:
        """Return the address of the group's page that `path` belongs to, None where it belongs to none."""
        return next((href for href, _ in self.pages if path == href or (href != "/" and path.startswith(f"{href}/"))),
                    None)


GROUPS = (
    Group("总览", (("/", "总览"),)),
    Group("超时", (("/late", "超时"),)),
    Group("事件", (("/incidents", "事件"), ("/callouts", ""))),
    Group("启动", (("/report", "接报"), ("/open", "手工启动"), ("/paste", "粘贴预警"))),
    Group("监测", (("/stations", "雨情水情"), ("/fire-weather", "火险等级"), ("/feeds", "来源"), ("/documents", ""))),
    Group("资源", (("/shelters", "避难场所"), ("/teams", "队伍物资")), "resources"),
    Group("指挥图", (("/command", "指挥图"),), "command"),
    Group("管理", (("/tables/people", "人员"), ("/tables/posts", "岗位"), ("/tables/places", "地点"),
                   ("/lists", "录入名单"), ("/settings", "设置")), "ledger"),
    Group("日志", (("/journal", "日志"),)),
    Group("话机", (("/phones", "话机"),), "phones"),
)


def groups(there: Collection[str]) -> tuple[Group, ...]:
    """Return the groups to show where `there` is what this console has: `resources`, `phones`, `command`,
    `ledger`."""
    return tuple(group for group in GROUPS if not group.needs or group.needs in there)

"""The site's tables and settings for the administrator, and lists of people handed in over the console."""

from __future__ import annotations

import json
import logging
import threading
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel

from dutydesk.app.house import Folder, open_folder
from dutydesk.content.lists import applying
from dutydesk.content.lists.cells import Numbering
from dutydesk.content.lists.entries import Wanted
from dutydesk.content.lists.handing_back import hand_back
from dutydesk.content.lists.joining import Plan
from dutydesk.content.lists.reading import Read, read_lists
from dutydesk.content.models.config import ConfigFile
from dutydesk.domain.site import Site
from dutydesk.errors import Refused, UsageError
from dutydesk.ports.clock import Clock
from dutydesk.ports.ledger import Cell, ListsPreview, ListsWanted, ReadList, SettingRow, TablePage, Upload
from dutydesk.store.store import SqlStore
from dutydesk.store.views_common import shown_numbers
from dutydesk.web import words

logger = logging.getLogger(__name__)

PAGE: Final = 50             # rows of a page
KEPT: Final = "var/lists/console"
KINDS: Final = (".xlsx", ".xls", ".et", ".csv")
NEXT: Final = "contacts/ 已改：请运行 dutydesk check，再重启值班台，新名单才开始使用。"
_SECRET: Final = ("key", "secret", "token", "password")
Rows = Iterable[tuple[Cell, ...]]


class LiveLedger:
    """`ports.ledger.Ledger` over the store (tables) and the site folder (settings, lists)."""

    def __init__(self, folder: Path, store: SqlStore, clock: Clock) -> None:
        self._folder = folder
        self._store = store
        self._clock = clock
        self._one = threading.Lock()     # lists change files: one after another

    def table(self, name: str, text: str, page: int) -> TablePage:
        """Return a page of a table; raises KeyError for an unknown one."""
        heads, rows_of = _TABLES[name]
        with self._store.read() as reads:
            site = reads.site()
        rows = [row for row in rows_of(site) if not text or any(text in cell.text for cell in row)]
        pages = max(1, -(-len(rows) // PAGE))
        page = min(max(page, 1), pages)
        return TablePage(heads, tuple(rows[(page - 1) * PAGE:page * PAGE]), page, pages, len(rows))

    def settings(self) -> tuple[SettingRow, ...]:
        """Return every setting with its source."""
        told = tomllib.loads((self._folder / "dutydesk.toml").read_text(encoding="utf-8"))
        return tuple(_settings("", ConfigFile, told))

    def read_lists(self, files: Sequence[Upload], wanted: ListsWanted) -> ListsPreview:
        """Read lists and keep them; nothing of the site changes."""
        if not files:
            raise Refused("没有选择文件。")
        digest = sha256(json.dumps(asdict(wanted), sort_keys=True).encode())
        for file in files:
            if Path(_file_name(file.name)).suffix.lower() not in KINDS:
                raise Refused(f"{_file_name(file.name)} 不是名单：可用 {'、'.join(KINDS)}。")
            digest.update(file.name.encode() + file.body)
        token = digest.hexdigest()[:24]
        home = self._folder / KEPT / token
        home.mkdir(parents=True, exist_ok=True)
        for number, file in enumerate(files):
            (home / f"{number:02d} {_file_name(file.name)}").write_bytes(file.body)
        (home / "wanted.json").write_text(json.dumps(asdict(wanted)), encoding="utf-8")
        return self.preview(token)

    def preview(self, token: str) -> ListsPreview:
        """Return what kept lists would change now."""
        with self._one:
            folder, plan, files = self._read(token)
        site = folder.setup.site
        return ListsPreview(
            token, tuple(ReadList(each.path.name[3:], len(each.entries), each.marks.refused(), _remarks(each))
                         for each in files),
            len(plan.new), len(plan.people) - len(plan.new), len(plan.seats),
            tuple(_handed_over(plan, site)), plan.empty)

    def marked(self, token: str, number: int) -> Upload:
        """Return the marked file of the n-th list."""
        with self._one:
            _, _, files = self._read(token)
            if not 0 <= number < len(files):
                raise Refused("没有这份名单。")
            path = hand_back(files[number], self._folder / KEPT / token / "back")
        return Upload(path.name[3:], path.read_bytes())

    def take_lists(self, token: str, officer: str) -> str:
        """Take kept lists into contacts/."""
        with self._one:
            folder, plan, files = self._read(token)
            if plan.empty:
                raise Refused("这些名单没有要改的：都已录入，或没有一行能确定。")
            forms = {print_: fields for file in files for print_, fields in file.forms.items()}
            applying.apply(self._folder, folder.setup.site, plan, forms, self._clock.now())
        logger.info("lists %s taken in by %s", token, officer)
        return NEXT

    def undo_lists(self, officer: str) -> str:
        """Take the last lists back."""
        with self._one:
            kept = applying.undo(self._folder)
        logger.info("lists taken back by %s; kept in %s", officer, kept)
        return f"上一次录入已撤销。{NEXT}"

    def _read(self, token: str) -> tuple[Folder, Plan, list[Read]]:
        """Read kept lists against the site's files as they are now; raises Refused for an unknown token."""
        home = self._folder / KEPT / token
        if not token.isalnum() or not (home / "wanted.json").is_file():
            raise Refused("这份名单已不在，请重新选择文件。")
        told = json.loads((home / "wanted.json").read_text(encoding="utf-8"))
        folder = open_folder(self._folder)
        if told["town"] and told["town"] not in folder.setup.site.places:
            raise UsageError(f"没有 {told['town']} 这个镇街；编号见“地点”表。")
        named = dict(column.rsplit("=", 1) for column in told["columns"])
        plan, files = read_lists(
            sorted(path for path in home.iterdir() if path.suffix.lower() in KINDS), folder.setup.site,
            Wanted(told["town"], told["duty"], Numbering("+86", told["area"], told["local"])),
            remembered=applying.remembered(self._folder), named=named)
        return folder, plan, files


def _file_name(told: str) -> str:
    """Return the name of a file that a browser told, without folders and whatever cannot stand in a name."""
    last = told.replace("\\", "/").rpartition("/")[2]
    return "".join(letter for letter in last if letter.isprintable())[-60:]


def _remarks(file: Read) -> tuple[str, ...]:
    return (*file.marks.told, *(f"{mark.sheet} 第 {mark.row + 1} 行：{mark.text}" for mark in file.marks.marks))


def _handed_over(plan: Plan, site: Site) -> Iterable[str]:
    for (post, seat), person in plan.seats.items():
        if before := plan.before[post, seat]:
            now = plan.people.get(person) or site.people[person]
            yield f"{_post(site, post)} 第 {seat} 席：{site.people[before].name} → {now.name}"


def _post(site: Site, id: str) -> str:
    place, _, duty = id.partition("/")
    known = site.places.get(place)
    return f"{known.name if known else place} {words.word(duty, 'duty')}"


def _people(site: Site) -> Rows:
    for it in site.people.values():
        yield (Cell(it.name, f"/people/{it.id}"), Cell(it.organisation), Cell(it.title), Cell("、".join(
            shown_numbers(it))), Cell(it.id))


def _posts(site: Site) -> Rows:
    for it in site.posts.values():
        place = site.places.get(it.place)
        held = "、".join(site.people[each].name if each in site.people else each for each in it.seats)
        yield (Cell(place.name if place else it.place), Cell(words.word(it.duty, "duty")), Cell(held),
               Cell(_post(site, it.superior) if it.superior else ""), Cell(it.id))


def _places(site: Site) -> Rows:
    for it in site.places.values():
        above = "、".join(site.places[each].name for each in it.parents if each in site.places)
        rough = f"可能偏 {it.approximate:g} 米" if it.approximate else "" if it.geometry is not None else "没有位置"
        yield (Cell(it.name), Cell(words.word(it.kind, "level")), Cell(above), Cell(str(it.population or "")),
               Cell(rough), Cell(it.id))


_TABLES: Final[Mapping[str, tuple[tuple[str, ...], Callable[[Site], Rows]]]] = {
    "people": (("姓名", "单位", "职务", "号码", "编号"), _people),
    "posts": (("地点", "职责", "责任人（第一席在前）", "上级岗位", "编号"), _posts),
    "places": (("名称", "类别", "上级", "人口", "位置", "编号"), _places),
}


def _settings(section: str, model: type[BaseModel], told: Mapping[str, Any]) -> Iterable[SettingRow]:
    """Give the settings of a table of the file, then those of the tables within it."""
    tables = []
    for name, field in model.model_fields.items():
        key = field.alias or name
        inner = field.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            tables.append((key, inner, told.get(key, {})))
        elif not isinstance(told.get(key), (dict, list)) or not section:
            yield from _plain(section, key, field, told)
        else:
            yield _row(section, key, field, told)
    for key, inner, part in tables:
        yield from _settings(f"{section}.{key}" if section else key, inner, part)


def _plain(section: str, key: str, field: Any, told: Mapping[str, Any]) -> Iterable[SettingRow]:
    """Give a setting; a table of tables (sources, channels) row by row."""
    value = told.get(key)
    named = value.items() if isinstance(value, dict) else ((each.get("id", ""), each) for each in value) if (
        isinstance(value, list) and all(isinstance(each, dict) for each in value)) else None
    if named is None:
        yield _row(section, key, field, told)
        return
    for name, part in named:
        if not isinstance(part, dict):
            yield SettingRow(key, name, _shown(name, part), "", "dutydesk.toml", "")
            continue
        for inner, each in part.items():
            yield SettingRow(f"{key}.{name}", inner, _shown(inner, each), "", "dutydesk.toml", "")


def _row(section: str, key: str, field: Any, told: Mapping[str, Any]) -> SettingRow:
    default = "" if field.is_required() else _shown(key, field.get_default(call_default_factory=True))
    given = key in told
    return SettingRow(section, key, _shown(key, told[key]) if given else default, default,
                      "dutydesk.toml" if given else "默认", field.description or "")


def _shown(name: str, value: Any) -> str:
    """Write a value; one that may be a secret only where it names a variable of the environment."""
    text = "、".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)
    if any(word in name.lower() for word in _SECRET) and text and "${" not in text:
        return "••••"
    return {"True": "是", "False": "否", "None": ""}.get(text, text)

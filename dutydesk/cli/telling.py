"""A replay as people read it: what happens, line by line, with a bar for the time and a table at the end."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn
from rich.table import Table

from dutydesk.app.house import Folder
from dutydesk.app.replay import Progress as Step
from dutydesk.app.replay import Replay
from dutydesk.domain.scenario import Scenario

SHOWN = ("version", "round", "alarm", "officer", "incident", "order", "rest", "kept", "document")
WORDS = {
    "callouts": "应叫", "answered": "已应", "taken_over": "转达", "unanswered": "未应", "superseded": "被新一轮取代",
    "stood_down": "解除时未应", "acted": "已行动", "escalated": "升级过", "officer_alarms": "值班报警", "calls": "呼出",
    "doubles": "重复呼出", "t50_s": "半数应答（秒）", "t90_s": "九成应答（秒）", "t100_s": "全部应答（秒）",
}


def tell(folder: Folder, scenario: Scenario, *, seed: int | None) -> None:
    """Run a scenario and show it."""
    console = Console()
    console.print(f"[bold]{scenario.title}[/bold]\n{scenario.about}\n")
    zone = ZoneInfo(folder.setup.config.timezone)
    with Progress(TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f}%"),
                  console=console, transient=True) as bar:
        task = bar.add_task("", total=scenario.until.total_seconds())

        def step(progress: Step) -> None:
            bar.update(task, completed=(progress.now - scenario.start).total_seconds(),
                       description=f"{progress.now.astimezone(zone):%m-%d %H:%M:%S}")

        with Replay(folder, scenario, seed=seed, progress=step) as replay:
            alarms: dict[tuple[str, str], int] = {}
            for line in replay.lines():
                if line["kind"] == "alarm":
                    key = (line["incident"], line["reason"])
                    alarms[key] = alarms.get(key, 0) + 1
                    if alarms[key] > 5:
                        continue
                if line["kind"] in SHOWN:
                    console.print(_sentence(folder, line, zone), highlight=False)
            _table(console, replay.summary())


def _sentence(folder: Folder, line: dict[str, Any], zone: ZoneInfo) -> str:
    """One happening as a line."""
    at = datetime.fromisoformat(line["at"]).astimezone(zone)
    place = folder.setup.site.places.get(str(line.get("place", "")))
    where = place.name if place else ""
    texts = {
        "version": lambda: f"收到 {line.get('event', '')} {line.get('colour', '')} {line.get('msg_type', '')}，"
                           f"触及 {line.get('touched', 0)} 处（{line.get('join', '')}）",
        "round": lambda: f"第 {line.get('round')} 轮开始：叫应 {line.get('callouts')} 个岗位"
                         f"（{line.get('event', '')}）",
        "alarm": lambda: f"[red]报警[/red] {where} {line.get('reason')} {line.get('text', '')}",
        "officer": lambda: f"[red]值班电话响[/red] {'、'.join(line.get('reach', []))}（第 {line.get('climb')} 次）",
        "incident": lambda: f"事件 {line.get('number', '')} {line.get('what', '')}",
    }
    return f"{at:%m-%d %H:%M:%S}  " + texts.get(line["kind"], lambda: f"{line['kind']} {where}")()


def _table(console: Console, summary: dict[str, Any]) -> None:
    table = Table(title="结果")
    table.add_column("项目")
    table.add_column("数", justify="right")
    for key, word in WORDS.items():
        table.add_row(word, "—" if summary[key] is None else str(summary[key]))
    console.print(table)

"""Write the generated parts of the documentation: commands, settings, file formats, findings, modules.

A page holds a part between `<!-- made by make docs: NAME -->` and `<!-- end of NAME -->`; all around it is written by
hand. `pages()` is what every page should hold; a test compares it with the files.
"""

from __future__ import annotations

import argparse
import ast
import dataclasses
import inspect
import re
import sys
from collections.abc import Callable, Iterator
from datetime import time, timedelta
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from dutydesk.cli.main import COMMANDS
from dutydesk.content.check import meanings
from dutydesk.content.models.config import ConfigFile
from dutydesk.content.schema import FILES
from dutydesk.domain.callout import table_text
from dutydesk.domain.fire_weather import GradeRules
from dutydesk.domain.hotspots import FireRules
from dutydesk.domain.quakes import QuakeRules
from dutydesk.domain.registers import Targets
from dutydesk.domain.rules import Rules
from dutydesk.domain.values import OUTCOMES
from dutydesk.feeds.faults import MEANINGS
from dutydesk.feeds.registry import BUILT_IN as FEEDS

ROOT = Path(__file__).resolve().parent.parent
PAGES = ("docs/reference/cli.md", "docs/reference/channels-and-feeds.md", "docs/reference/settings.md",
         "docs/reference/file-formats.md", "docs/reference/findings.md", "docs/reference/callout-table.md",
         "docs/reference/feeds.md", "docs/explanation/architecture.md")
_PART = re.compile(r"(<!-- made by make docs: ([\w-]+) -->\n).*?(<!-- end of \2 -->)", re.DOTALL)


def table(columns: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> str:
    """A Markdown table."""
    lines = [columns, ("---",) * len(columns), *rows]
    return "".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |\n" for line in lines)


def shown(value: object) -> str:
    """A default as one writes it in a file; nothing for nothing."""
    if isinstance(value, timedelta):
        seconds = int(value.total_seconds())
        for unit, size in (("d", 86400), ("h", 3600), ("m", 60)):
            if seconds and seconds % size == 0 and seconds > size:
                return f"`{seconds // size}{unit}`"
        return f"`{seconds}s`"
    if isinstance(value, time):
        return f"`{value:%H:%M}`"
    if value is None or value == () or value == {} or value == "" or isinstance(value, BaseModel):
        return ""
    if isinstance(value, tuple):
        return f"`[{', '.join(map(str, value))}]`"
    return f"`{str(value).lower() if isinstance(value, bool) else getattr(value, 'word', value)}`"


# commands

def commands() -> str:
    """Every command: what its module says of it, and its options."""
    parts = []
    for name, line in COMMANDS.items():
        module = import_module(f"dutydesk.cli.{name}")
        parser = argparse.ArgumentParser(add_help=False)
        module.add_arguments(parser)
        text = inspect.cleandoc(module.__doc__ or line)
        rows = table(("option", "meaning"), options(parser)) if any(True for _ in options(parser)) else ""
        parts.append(f"## dutydesk {name}\n\n{prose(text)}\n" + (f"\n{rows}" if rows else ""))
    return "\n".join(parts)


def prose(text: str) -> str:
    """A module's docstring as Markdown: indented lines are examples."""
    lines = re.sub(r"((?:^  +.*\n?)+)", lambda found: f"\n```text\n{inspect.cleandoc(found[0])}\n```\n", text,
                   flags=re.MULTILINE)
    return re.sub(r"\n{3,}", "\n\n", lines).strip()


def options(parser: argparse.ArgumentParser, before: str = "") -> Iterator[tuple[str, str]]:
    """Name and meaning of each option, those of actions (`open`, `lift`) after them."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, child in action.choices.items():
                yield from options(child, f"{before}{name} ")
        elif not isinstance(action, argparse._HelpAction):
            yield f"`{before}{spelling(action)}`", meaning(action)


def spelling(action: argparse.Action) -> str:
    """How it is typed: `--seed SEED`, `FILE`."""
    value = str(action.metavar or action.dest.upper()) if action.nargs != 0 else ""
    if not action.option_strings:
        return str(action.metavar or action.dest)
    return f"{action.option_strings[-1]} {value}".strip()


def meaning(action: argparse.Action) -> str:
    """Its help, its choices, and whether it must be given."""
    said = [action.help or "", f"one of {', '.join(map(str, action.choices))}" if action.choices else "",
            "required" if action.required and action.option_strings else ""]
    return "; ".join(part for part in said if part)


# models

def fields(model: type[Any]) -> str:
    """A table of a file's columns or keys."""
    def rows() -> Iterator[tuple[str, ...]]:
        for name, field in model.model_fields.items():
            default = "required" if field.is_required() else shown(field.default)
            yield f"`{field.alias or name}`", default, field.description or inner(field.annotation)
    return table(("name", "default", "meaning"), rows())


def inner(annotation: object) -> str:
    """For a field that is a table of its own: what that is."""
    for each in (annotation, *getattr(annotation, "__args__", ())):
        text = inspect.getdoc(each) if inspect.isclass(each) and hasattr(each, "model_fields") else None
        if text:
            return text.partition("\n")[0]
    return ""


def formats() -> str:
    """Every file of a site that is a table or a document, from the models that read it."""
    kinds = {file: model for file, model in FILES.items() if model is not ConfigFile}
    parts = []
    for file, model in kinds.items():
        parts.append(f"### {title(file, model)}\n\n{fields(model)}")
        parts += [f"#### `{name}` of {Path(file).name.split('.')[0]}: {inspect.getdoc(child)}\n\n{fields(child)}"
                  for name, child in children(model)]
    return "\n".join(parts)


def title(file: str, model: type[Any]) -> str:
    """The heading of a format: what its model's docstring says."""
    said = (inspect.getdoc(model) or file).partition("\n")[0].rstrip(".")
    return f"{said} (`{file}`)"


def children(model: type[Any]) -> Iterator[tuple[str, type[Any]]]:
    """Models inside a model, each once, in order of the fields."""
    seen: set[type[Any]] = set()
    for name, field in model.model_fields.items():
        queue = [field.annotation]
        while queue:
            each: Any = queue.pop(0)
            if inspect.isclass(each) and hasattr(each, "model_fields"):
                if each not in seen:
                    seen.add(each)
                    yield field.alias or name, each
            else:
                queue.extend(getattr(each, "__args__", ()))


# settings

def settings() -> str:
    """Every table of `dutydesk.toml` but those whose meanings are comments in the source."""
    parts = []
    for name, child in children(ConfigFile):
        heading, note = re.findall(r"(?s)(\[.*\])\W*(.*)", inspect.getdoc(child) or f"[{name}]")[0]
        said = f"{note[0].upper()}{note[1:]}\n\n" if note else ""
        if name not in NOTED:
            parts.append(f"### {heading}\n\n{said}{fields(child)}")
    return "\n".join(parts)


def noted(values: type[Any]) -> str:
    """Every setting of a dataclass, with the comment beside it in the source."""
    notes = dict(re.findall(r"^    (\w+): .*?(?:# (.*))?$", inspect.getsource(values), re.MULTILINE))
    return table(("name", "default", "meaning"),
                 ((f"`{each.name}`", shown(each.default), notes.get(each.name, ""))
                  for each in dataclasses.fields(values)))


#: Table of `dutydesk.toml` -> the dataclass whose comments tell what its settings mean.
NOTED: dict[str, type[Any]] = {
    "rules": Rules, "targets": Targets, "fire": FireRules, "grade": GradeRules, "quake": QuakeRules}


# findings

def findings() -> str:
    """Every rule of `dutydesk check`."""
    return table(("rule", "level", "meaning"),
                 ((f"`{name}`", level.value, text) for name, (level, text) in meanings().items()))


# feeds

def feeds() -> str:
    """Every kind of feed with the first sentence of its module."""
    return table(("kind", "what"), ((f"`{kind}`", sentence(ROOT / f"{path.partition(':')[0].replace('.', '/')}.py"))
                                    for kind, path in FEEDS.items()))


def faults() -> str:
    """Every fault and error a document may carry, as the officer reads it."""
    return table(("fault", "shown", "meaning"),
                 ((f"`{name}`", meaning.zh, meaning.en) for name, meaning in MEANINGS.items()))


# channels

def outcomes() -> str:
    """Every outcome of a hand-over: what it means, whether it proves that somebody was called, and what follows."""
    return table(("outcome", "means", "called (有叫)", "then"),
                 ((f"`{each.value}`", means, "yes" if each.called else "no", then)
                  for each, (means, then) in OUTCOMES.items()))


# modules

def modules() -> str:
    """Every package and module with the first sentence of its docstring."""
    package = ROOT / "dutydesk"
    parts = []
    for folder in sorted({path.parent for path in package.rglob("*.py")}):
        here = folder.relative_to(ROOT).as_posix()
        files = [path for path in sorted(folder.glob("*.py")) if path.name != "__init__.py"]
        rows = table(("module", "job"), ((f"`{path.stem}`", sentence(path)) for path in files)) if files else ""
        parts.append(f"### `{here}`\n\n{sentence(folder / '__init__.py')}\n" + (f"\n{rows}" if rows else ""))
    return "\n".join(parts)


def sentence(path: Path) -> str:
    """The first sentence of a module's docstring."""
    text = " ".join((ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "").partition("\n\n")[0].split())
    return re.split(r"(?<=[.!?])\s(?=[A-Z`])", text)[0]


MAKERS: dict[str, Callable[[], str]] = {
    "commands": commands, "formats": formats, "settings": settings, "findings": findings, "feeds": feeds,
    "outcomes": outcomes, "faults": faults, "modules": modules, "callout-table": table_text,
    **{name: partial(noted, values) for name, values in NOTED.items()},
}


def pages() -> Iterator[tuple[Path, str, str]]:
    """Every page with its text as it is and as it should be."""
    for page in PAGES:
        path = ROOT / page
        now = path.read_text(encoding="utf-8")
        yield path, now, _PART.sub(lambda found: f"{found[1]}\n{MAKERS[found[2]]().strip()}\n\n{found[3]}", now)


def main() -> int:
    """Write what has changed and name it."""
    for path, now, wanted in pages():
        if now != wanted:
            path.write_text(wanted, encoding="utf-8")
            sys.stdout.write(f"{path.relative_to(ROOT)}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

"""Where each value of a YAML or TOML file is written: path -> line."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from dutydesk.content.faults import Faults
from dutydesk.content.source import Source

Where = tuple[str | int, ...]
_MAX_NODES = 100_000


@dataclass(frozen=True, slots=True)
class Document:
    """What a file says, and on which line each part of it stands."""

    file: str
    data: Mapping[str, Any]
    lines: Mapping[Where, int]

    def line(self, path: Where) -> int:
        """Return the line of a path, or of the nearest thing above it that is written."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


class _Loader(yaml.SafeLoader):
    """YAML with the plain words of version 1.2: `20:00` is text, `on` and `no` are words."""


_Loader.yaml_implicit_resolvers = {}
for _tag, _form, _first in (
    ("tag:yaml.org,2002:bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("tag:yaml.org,2002:null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("tag:yaml.org,2002:int", r"[-+]?(0|[1-9][0-9]*)", "-+0123456789"),
    ("tag:yaml.org,2002:float", r"[-+]?[0-9]+\.[0-9]+([eE][-+]?[0-9]+)?", "-+0123456789"),
):
    _Loader.add_implicit_resolver(_tag, re.compile(f"^(?:{_form})$"), list(_first))


class _Bad(Exception):
    """A YAML tree that cannot be taken: the line and the sentence."""

    def __init__(self, line: int, text: str) -> None:
        super().__init__(text)
        self.line = line


def read_yaml(source: Source, faults: Faults) -> Document | None:
    """Read a YAML file whose root is a mapping; None, and an error with its line, when it cannot be read.

    A key written twice is an error; the first one counts. Aliases are not followed without end.
    """
    loader = None
    try:
        loader = _Loader(source.text)
        node = loader.get_single_node()
        if not isinstance(node, yaml.MappingNode):
            raise _Bad(1, "is no YAML mapping; write `name: value` lines")
        walk = _Walk(source.file, faults)
        return Document(source.file, walk.value(node, (), ()), walk.lines)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        faults.add("file-unreadable", source.file, mark.line + 1 if mark else 1,
                   f"is no YAML here: {error.problem or error.context}; check indentation, colons and brackets")
    except yaml.YAMLError as error:
        position = getattr(error, "position", 0)
        faults.add("file-unreadable", source.file, source.text.count("\n", 0, position) + 1,
                   "holds a character YAML does not allow; delete it")
    except _Bad as bad:
        faults.add("file-unreadable", source.file, bad.line, str(bad))
    except RecursionError:
        faults.add("file-unreadable", source.file, 1, "is nested too deeply; check the brackets")
    finally:
        if loader is not None:
            loader.dispose()
    return None


class _Walk:
    """Turns composed nodes into plain values, keeping lines."""

    def __init__(self, file: str, faults: Faults) -> None:
        self.file = file
        self.faults = faults
        self.lines: dict[Where, int] = {}
        self.nodes = 0

    def value(self, node: yaml.Node, path: Where, above: tuple[int, ...]) -> Any:
        line = node.start_mark.line + 1
        self.nodes += 1
        if id(node) in above or self.nodes > _MAX_NODES:
            raise _Bad(line, "repeats itself without end; write the values out instead of using & and *")
        self.lines.setdefault(path, line)
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path, (*above, id(node)))
        if isinstance(node, yaml.SequenceNode):
            return [self.value(each, (*path, place), (*above, id(node))) for place, each in enumerate(node.value)]
        return _scalar(node)

    def _mapping(self, node: yaml.MappingNode, path: Where, above: tuple[int, ...]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode):
                raise _Bad(line, "has a list or a mapping where a name belongs; check the brackets")
            key = str(key_node.value)
            if key in found:
                self.faults.add("double", self.file, line, f"{key} is written twice here; remove one of the two")
                continue
            self.lines[(*path, key)] = line
            found[key] = self.value(value_node, (*path, key), above)
        return found


def _scalar(node: yaml.Node) -> Any:
    text = str(node.value)
    match node.tag:
        case "tag:yaml.org,2002:bool":
            return text.lower() == "true"
        case "tag:yaml.org,2002:null":
            return None
        case "tag:yaml.org,2002:int":
            return int(text) if len(text) < 19 else text
        case "tag:yaml.org,2002:float":
            return float(text)
        case _:
            return text


_TABLE = re.compile(r"\s*(\[\[?)\s*([^\[\]]+?)\s*\]\]?\s*(?:#.*)?")
_KEY = re.compile(r"""\s*([\w."'-]+)\s*=""")
_AT_LINE = re.compile(r"\(at line (\d+)")


def read_toml(source: Source, faults: Faults) -> Document | None:
    """Read a TOML file; None, and an error with its line, when it is none."""
    try:
        data = tomllib.loads(source.text)
    except tomllib.TOMLDecodeError as error:
        found = _AT_LINE.search(str(error))
        line = int(found[1]) if found else len(source.lines)
        reason = _AT_LINE.split(str(error))[0].strip()
        faults.add("file-unreadable", source.file, line, f"is no TOML here: {reason}; check quotes and brackets")
        return None
    except RecursionError:
        faults.add("file-unreadable", source.file, 1, "is nested too deeply; check the brackets")
        return None
    return Document(source.file, data, _toml_lines(source))


def _toml_lines(source: Source) -> dict[Where, int]:
    """Find tables and keys by their looks, which is enough to name a line."""
    found: dict[Where, int] = {}
    table: Where = ()
    counts: dict[Where, int] = {}
    for number, line in enumerate(source.lines, 1):
        if head := _TABLE.fullmatch(line):
            table = _keys(head[2])
            if head[1] == "[[":
                place = counts[table] = counts.get(table, -1) + 1
                table = (*table, place)
            found.setdefault(table, number)
        elif key := _KEY.match(line):
            found.setdefault((*table, *_keys(key[1])), number)
    return found


def _keys(dotted: str) -> Where:
    return tuple(part.strip().strip("\"'") for part in dotted.split("."))

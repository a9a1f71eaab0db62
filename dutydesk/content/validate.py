"""Turns what pydantic finds into our fault lines: what is wrong, and what to do."""

from __future__ import annotations

import copy
import difflib
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

M = TypeVar("M", bound=BaseModel)
Where = tuple[str | int, ...]


def validate(model: type[M], data: Mapping[str, Any], *,
             salvage: bool = False) -> tuple[M | None, list[tuple[Where, str]]]:
    """Build a model from a mapping; return it, or None, and every fault as (path, sentence).

    With `salvage`, values at fault are dropped one after the other, so that what is optional takes its default
    and only a fault in something required loses the whole.
    """
    try:
        return model.model_validate(data), []
    except ValidationError as error:
        found = error.errors(include_url=False)
    faults = [(_path(each), _sentence(each, model)) for each in found]
    if not salvage:
        return None, faults
    rest = copy.deepcopy(dict(data))
    for each in found:
        if each["type"] == "missing":
            return None, faults
        _drop(rest, each["loc"])
    try:
        return model.model_validate(rest), faults
    except ValidationError:
        return None, faults


def _drop(data: Any, loc: Sequence[str | int]) -> None:
    """Remove the deepest thing of the path that a mapping holds (a list keeps its length)."""
    holder, key = None, None
    for part in loc:
        if isinstance(data, dict) and part in data:
            holder, key = data, part
            data = data[part]
        elif isinstance(data, list) and isinstance(part, int) and part < len(data):
            data = data[part]
        else:
            break
    if holder is not None:
        del holder[key]


def _path(error: ErrorDetails) -> Where:
    return tuple(part for part in error["loc"] if not (isinstance(part, str) and "[" in part))


def _sentence(error: ErrorDetails, model: type[BaseModel]) -> str:
    """Say one fault in our words. Values are shown short: a line of a file must not flood the report."""
    name = ".".join(str(part) for part in _path(error)) or "the whole"
    value = repr(error.get("input"))
    shown = value if len(value) <= 40 else value[:37] + "..."
    ctx = error.get("ctx", {})
    match error["type"]:
        case "missing":
            return f"{name} is missing; add it"
        case "extra_forbidden":
            return f"{name} is not known here{_nearest(str(error['loc'][-1]), model)}"
        case "literal_error" | "enum":
            return f"{name} is {shown}; write {ctx['expected']}"
        case "value_error":
            return f"{name}: {ctx['error']}"
        case "string_too_short":
            return f"{name} is empty; fill it in"
        case "string_pattern_mismatch":
            return f"{name} is {shown}, which is not of the form {ctx['pattern']}"
        case _:
            return f"{name} is {shown}: {error['msg'][0].lower()}{error['msg'][1:]}; correct it"


def _nearest(word: str, model: type[BaseModel]) -> str:
    """Offer the nearest name the model, or one below it, knows."""
    names = {name for each in _below(model) for name in each.model_fields}
    names |= {field.alias for each in _below(model) for field in each.model_fields.values() if field.alias}
    close = difflib.get_close_matches(word, names, 1)
    return f"; did you mean {close[0]}?" if close else "; remove it"


def _below(model: type[BaseModel]) -> list[type[BaseModel]]:
    found = [model]
    for each in found:
        for field in each.model_fields.values():
            found.extend(sub for sub in _models_in(field.annotation) if sub not in found)
    return found


def _models_in(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for part in getattr(annotation, "__args__", ()) for model in _models_in(part)]

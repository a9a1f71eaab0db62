"""Driving a coroutine that never really waits, on the calling thread: for virtual time."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


def step_through(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end; raises RuntimeError if it waits for anything."""
    try:
        work.send(None)
    except StopIteration as end:
        result: T = end.value
        return result
    work.close()
    raise RuntimeError("this channel waits for the outside; it cannot be driven on a virtual clock")

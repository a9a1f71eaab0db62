"""Where the wording of calls and notices comes from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol


class Texts(Protocol):
    """Renders a template of the site."""

    def render(self, template: str, facts: Mapping[str, object]) -> str:
        """Return the wording; raises Faulty naming the template and the missing fact."""
        ...

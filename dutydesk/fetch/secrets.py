"""Secrets of a source: written as `${NAME}` in dutydesk.toml, taken from the environment, told to nobody.

An address, an error or a name of a document is hidden before it is kept or logged: what was filled in is written as
`${NAME}` again. Only the names a source's own settings use are ever filled in, whatever a stranger's list contains.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from urllib.parse import quote, quote_plus

from dutydesk.errors import Refused

_NAME = re.compile(r"\$\{([A-Z][A-Z0-9_]*)\}")
_SHORTEST = 4   # characters: a shorter value would be found by chance in any text


class Secrets:
    """The secrets of one source. `texts` are its settings that may name some."""

    def __init__(self, texts: Iterable[str], environment: Mapping[str, str]) -> None:
        names = sorted({name for text in texts for name in _NAME.findall(text)})
        self._known = {name: environment[name] for name in names if environment.get(name)}
        self.missing = tuple(name for name in names if name not in self._known)

    def fill(self, text: str) -> str:
        """Return a header or a key with its secrets; raises Refused naming a variable that is not set."""
        return self._filled(text, lambda value: value)

    def fill_url(self, url: str) -> str:
        """Return an address with its secrets, quoted as a part of an address; raises Refused as `fill` does."""
        return self._filled(url, lambda value: quote(value, safe=""))

    def _filled(self, text: str, written: Callable[[str], str]) -> str:
        if self.missing and any(name in self.missing for name in _NAME.findall(text)):
            raise Refused(f"the environment has no {', '.join(self.missing)}, which dutydesk.toml asks for; set it "
                          "where the desk is started")
        return _NAME.sub(lambda found: written(self._known[found[1]]) if found[1] in self._known else found[0], text)

    def hide(self, text: str) -> str:
        """Return the text with every secret, however it is quoted, written as its name again."""
        for name, value in sorted(self._known.items(), key=lambda each: -len(each[1])):
            if len(value) >= _SHORTEST:
                forms = {value, quote(value, safe=""), quote_plus(value), quote(value)}
                for form in sorted(forms, key=len, reverse=True):
                    text = text.replace(form, f"${{{name}}}")
        return text

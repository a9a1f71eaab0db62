"""Renders the site's wordings: Jinja2 in a sandbox, and a missing fact is an error, never an empty word."""

from __future__ import annotations

from collections.abc import Mapping

from jinja2 import StrictUndefined, Template, TemplateError, TemplateSyntaxError
from jinja2.sandbox import SandboxedEnvironment

from dutydesk.errors import Faulty

#: What a wording may use of Jinja2's filters; some of the others can fill the memory.
_FILTERS = ("default", "d", "first", "int", "join", "last", "length", "lower", "replace", "string", "trim", "upper")


class _Sandbox(SandboxedEnvironment):
    """Beside the sandbox of Jinja2: no multiplying, no methods, few filters, so that no wording grows without end."""

    intercepted_binops = frozenset({"**", "*", "%"})

    def __init__(self) -> None:
        super().__init__(undefined=StrictUndefined, autoescape=False)
        self.filters = {name: self.filters[name] for name in _FILTERS}
        self.globals.clear()

    def is_safe_attribute(self, obj: object, attr: str, value: object) -> bool:
        """Refuse every attribute and method: facts are texts."""
        return False

    def call_binop(self, context: object, operator: str, left: object, right: object) -> object:
        """Refuse the arithmetic a wording never needs and a bomb does."""
        raise TemplateError(f"a wording must not calculate with {operator}")


class SiteTexts:
    """The wordings of one site; satisfies `dutydesk.ports.texts.Texts`."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._texts = texts
        self._jinja = _Sandbox()
        self._built: dict[str, Template] = {}

    def render(self, template: str, facts: Mapping[str, object]) -> str:
        """Return the wording; raises Faulty naming the template and what is missing or wrong in it."""
        try:
            return self._template(template).render(dict(facts)).strip()
        except TemplateSyntaxError as error:
            raise Faulty(f"the wording {template} breaks off on its line {error.lineno}: {error.message}") from error
        except (TemplateError, TypeError, ValueError, ArithmeticError, LookupError, AttributeError,
                RecursionError) as error:
            raise Faulty(f"the wording {template} cannot be filled: {error}") from error

    def _template(self, name: str) -> Template:
        if name not in self._built:
            if name not in self._texts:
                raise Faulty(f"the wording {name} does not exist; write playbooks/texts/{name}.txt")
            self._built[name] = self._jinja.from_string(self._texts[name])
        return self._built[name]

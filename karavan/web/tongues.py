"""Templates are compiled once for each language, with their sentences already translated.

`{{ _("Sign in") }}` is the same each time a Kazakh page is drawn, but Jinja asks again each time: it resolves `_`,
calls a wrapper, which calls ours, which finds the catalogue; then it makes the text safe and fills in nothing, some
hundred times a page. Here a call with nothing but a literal in it becomes part of the page's text when the template
is compiled, and so do addresses of pages and files and the drawings of icons, which do not change while the process
lives. Whatever has a variable in it is still looked up as before.
"""

from __future__ import annotations

from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, cast

from flask import url_for
from flask.templating import Environment
from jinja2 import Template, nodes
from jinja2.visitor import NodeTransformer
from werkzeug.routing import BuildError

from karavan.core.languages import LANGUAGES
from karavan.web.icons import icon
from karavan.web.locale import catalogue, lang

if TYPE_CHECKING:
    from collections.abc import Callable, MutableMapping

    from jinja2.environment import TemplateModule
    from jinja2.runtime import Context


class OwnTemplate(Template):
    """A template whose macros are the same wherever they are imported: all they know is what every template knows."""

    def _get_default_module(self, ctx: Context | None = None) -> TemplateModule:
        """Leave out Jinja's search for names which only the importing template knows: a third of an import's time."""
        return super()._get_default_module()


class SpokenEnvironment(Environment):
    """A Jinja environment with an overlay for each language; `lang()` chooses among them."""

    template_class = OwnTemplate
    tongue: str | None = None
    """The language of an overlay; None in the environment that the application holds."""

    def _load_template(self, name: str, globals: MutableMapping[str, Any] | None) -> Template:  # noqa: A002
        """Find the template compiled in the language spoken now (what it includes stays in that language)."""
        if self.tongue is None:
            return self._tongues[lang()]._load_template(name, globals)  # noqa: SLF001 -- one of us
        return super()._load_template(name, globals)

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = super()._parse(source, name, filename)
        if self.tongue is None:
            return tree
        safe = self.autoescape(name) if callable(self.autoescape) else self.autoescape
        return cast("nodes.Template", _Known(self, self.tongue, safe=safe).visit(tree))

    @cached_property
    def _tongues(self) -> dict[str, SpokenEnvironment]:
        """The overlays, made at the first page: by then everything a template may use has been put in."""
        overlays = {code: self.overlay() for code in LANGUAGES}
        for code, overlay in overlays.items():
            overlay.tongue = code
        return overlays


class _Known(NodeTransformer):
    """Replaces calls whose answer is known when the template is compiled."""

    def __init__(self, env: Environment, tongue: str, *, safe: bool) -> None:
        self._safe = safe
        self._answers: dict[str, Callable[[str], str]] = {
            # What Jinja's own gettext does: the catalogue's words are trusted as markup, and always a format string.
            "_": lambda text: catalogue(tongue).gettext(text) % {},
            "asset": cast("Callable[[str], str]", env.globals["asset"]),
            "icon": partial(icon, env),
            "url_for": url_for,
        }

    def visit_Call(self, call: nodes.Call) -> nodes.Node:  # noqa: N802 -- Jinja's name for it
        """Answer `_("…")`, `asset("…")`, `icon("…")` and `url_for("…")`; leave every other call."""
        self.generic_visit(call)
        if not isinstance(call.node, nodes.Name) or call.node.name not in self._answers:
            return call
        if call.kwargs or call.dyn_args or call.dyn_kwargs or len(call.args) != 1:
            return call
        (argument,) = call.args
        if not isinstance(argument, nodes.Const) or not isinstance(argument.value, str):
            return call
        try:
            answer = nodes.Const(str(self._answers[call.node.name](argument.value)), lineno=call.lineno)
        except BuildError:  # an address that needs more than the language
            return call
        return nodes.MarkSafe(answer, lineno=call.lineno) if self._safe else answer

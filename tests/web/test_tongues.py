"""Templates compiled per language: the same pages as before, only sooner."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from flask import render_template
from hypothesis import given, strategies as st
from jinja2 import DictLoader
from markupsafe import Markup
from wtforms.widgets.core import html_params

from karavan.core.languages import LANGUAGES
from karavan.web.forms import attributes
from karavan.web.locale import catalogue, speaking
from karavan.web.templating import kept

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flask import Flask

SENTENCE = "Sign in"
KNOWN = ('_("Sign in")', 'icon("calendar")', 'asset("img/og.png")', 'url_for("events.index")')
UNKNOWN = (
    '_("Error %(status)s", status=status)',
    'url_for("events.show", slug=slug)',
    'ngettext("%(num)d seat free", "%(num)d seats free", n)',
)
TEMPLATES = {
    "known.html": "|".join(f"{{{{ {one} }}}}" for one in KNOWN),
    "unknown.html": "|".join(f"{{{{ {one} }}}}" for one in UNKNOWN),
    "marks.html": '{{ _("A <b> & 100 %%") }}',
    "marks.txt": '{{ _("A <b> & 100 %%") }}{{ name }}',
    "macro.html": '{% macro hello(name) %}{{ _("Sign in") }} {{ name }}{% endmacro %}',
    "imports.html": '{% from "macro.html" import hello %}{{ hello("<Amina>") }}|{{ kept(hello, "Saule") }}',
    "branch.html": '{% if never %}{{ icon("no such icon") }}{% endif %}',
    "page.html": '{% if never %}{{ url_for("no.such.page") }}{% endif %}',
    "address.html": '{% if never %}{{ url_for("events.show") }}{% endif %}fine',
    "wrapped.html": '{{ [_("Sign in"), "x"] | join("-") }} {{ {"a": _("Sign in")}["a"] | upper }}',
}


@pytest.fixture
def site(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    """The application, with a few templates more."""
    env = app.jinja_env
    monkeypatch.setattr(env, "loader", DictLoader(TEMPLATES))
    monkeypatch.delitem(vars(env), "_tongues", raising=False)
    yield app
    vars(env).pop("_tongues", None)


def draw(app: Flask, template: str, **context: Any) -> str:
    with app.test_request_context("/ru/events/"):
        return render_template(template, **context)


def in_each(app: Flask, name: str, **context: Any) -> dict[str, str]:
    drawn = {}
    for code in LANGUAGES:
        with speaking(code), app.test_request_context(f"/{code}/events/"):
            drawn[code] = render_template(name, **context)
    return drawn


def code_of(app: Flask, name: str, lang: str) -> str:
    """Return the Python that a template was compiled to."""
    env = app.jinja_env._tongues[lang]  # type: ignore[attr-defined]
    source, filename, _ = env.loader.get_source(env, name)
    with speaking(lang), app.test_request_context("/"):
        return str(env.compile(source, name, filename, raw=True))


def test_each_language_has_its_own_words(site: Flask) -> None:
    drawn = in_each(site, "known.html")
    for code in LANGUAGES:
        words, icon, file, address = drawn[code].split("|")
        assert words == catalogue(code).gettext(SENTENCE)
        assert icon.startswith('<svg class="i"')
        assert file == site.jinja_env.globals["asset"]("img/og.png")  # type: ignore[operator]
        assert address == f"/{code}/events/"
    assert len(set(drawn.values())) == 3


def test_what_is_known_is_not_looked_up_any_more(site: Flask) -> None:
    in_each(site, "known.html")
    for code in LANGUAGES:
        compiled = code_of(site, "known.html", code)
        assert "context.call" not in compiled
        assert catalogue(code).gettext(SENTENCE) in compiled


def test_what_has_a_variable_in_it_is_looked_up_as_before(site: Flask) -> None:
    drawn = in_each(site, "unknown.html", status=404, slug="tour", n=2)
    assert "context.call" in code_of(site, "unknown.html", "ru")
    for code in LANGUAGES:
        said, address, seats = drawn[code].split("|")
        assert said == catalogue(code).gettext("Error %(status)s") % {"status": 404}
        assert address == f"/{code}/events/tour"
        assert seats == catalogue(code).ngettext("%(num)d seat free", "%(num)d seats free", 2) % {"num": 2}


def test_sentences_are_trusted_in_pages_and_plain_in_letters(site: Flask) -> None:
    assert draw(site, "marks.html") == "A <b> & 100 %"
    assert draw(site, "marks.txt", name="<Amina>") == "A <b> & 100 %<Amina>"


def test_macros_stay_in_the_language_of_the_page(site: Flask) -> None:
    drawn = in_each(site, "imports.html")
    for code in LANGUAGES:
        words = catalogue(code).gettext(SENTENCE)
        assert drawn[code] == f"{words} &lt;Amina&gt;|{words} Saule"


def test_a_sentence_may_stand_anywhere_in_an_expression(site: Flask) -> None:
    words = catalogue("ru").gettext(SENTENCE)
    with speaking("ru"):
        assert draw(site, "wrapped.html") == f"{words}-x {words.upper()}"


@pytest.mark.parametrize(("name", "misspelt"), [("branch.html", "no such icon"), ("page.html", "no.such.page")])
def test_a_misspelt_name_fails_even_where_nobody_looks(site: Flask, name: str, misspelt: str) -> None:
    with pytest.raises(KeyError, match=misspelt):
        draw(site, name, never=False)


def test_an_address_that_needs_more_than_a_language_is_left_alone(site: Flask) -> None:
    assert draw(site, "address.html", never=False) == "fine"


def test_letters_are_written_in_the_language_of_their_reader(app: Flask) -> None:
    """Nobody asks the request there: a task writes letters in several languages one after the other."""
    env = app.jinja_env
    with app.app_context():
        for code in (*LANGUAGES, *LANGUAGES):
            with speaking(code):
                assert env.get_template("letters/_layout.txt").environment.tongue == code  # type: ignore[attr-defined]


# --- What was drawn is kept -----------------------------------------------------------------------------------


def test_the_same_values_are_drawn_once(site: Flask) -> None:
    drawn: list[Any] = []

    def macro(*values: Any) -> str:
        drawn.append(values)
        return Markup("<b>{}</b>").format(len(drawn))

    assert kept(macro, 1, "a") == kept(macro, 1, "a") == "<b>1</b>"
    assert kept(macro, 1, "b") == "<b>2</b>"
    assert kept(lambda *_: Markup("other"), 1, "a") == "other"
    assert kept.cache_info().maxsize


# --- Attributes -----------------------------------------------------------------------------------------------

values: Callable[[], Any] = lambda: st.one_of(  # noqa: E731
    st.text(), st.integers(), st.booleans(), st.none(), st.text().map(Markup), st.just("\"<&>'")
)


@given(
    st.dictionaries(
        st.sampled_from(
            ["class_", "for_", "id", "name", "data_a_b", "aria_x_y", "hx-get", "value", "checked", "data-x"]
        ),
        values(),
    )
)
def test_attributes_are_written_as_wtforms_writes_them(given_attributes: dict[str, Any]) -> None:
    assert attributes(**given_attributes) == html_params(**given_attributes)

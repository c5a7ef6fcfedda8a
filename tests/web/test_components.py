"""The macros every form is made of, and the error pages, by themselves: no route, no session, no database."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import html5lib
import pytest
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from wtforms import BooleanField, FieldList, Form, FormField, RadioField, SelectField, SelectMultipleField, StringField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired
from wtforms.widgets import CheckboxInput, ListWidget

from karavan.core.languages import Slots
from karavan.core.problems import Message
from karavan.web.icons import icon
from karavan.web.locale import gettext, ngettext, say, speaking

if TYPE_CHECKING:
    from collections.abc import Iterator
    from xml.etree.ElementTree import Element

TEMPLATES = Path(__file__).parents[2] / "templates"
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def env() -> Iterator[Environment]:
    """Just what components may lean on."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    made.install_gettext_callables(gettext, ngettext, newstyle=True)  # type: ignore[attr-defined]
    made.globals |= {"asset": lambda name: f"/static/{name}", "icon": icon, "say": say}
    for name in ("month_name", "weekday_name", "weekday_short", "stamp"):
        made.filters[name] = str
    with speaking("en"):
        yield made


class Guest(Form):
    name = StringField("Name", [InputRequired("Enter the name")])
    needs = SelectMultipleField(
        "Help needed",
        choices=[SelectChoice("lift", "A lift"), SelectChoice("ramp", "A ramp")],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )


class Household(Form):
    phone = StringField("Telephone", [InputRequired("Enter the telephone")], description="With the code")
    email = StringField("Email")
    tongue = RadioField(
        "Language",
        [InputRequired("Choose a language")],
        choices=[SelectChoice("kk", "Kazakh"), SelectChoice("ru", "Russian")],
    )
    place = SelectField("Place", choices=[SelectChoice("a", Message("Aktau"))], default="a")
    guests = FieldList(FormField(Guest), min_entries=2)
    agree = BooleanField("I agree", [InputRequired("Agree to go on")])


def macro(env: Environment, file: str, name: str) -> Any:
    return getattr(env.get_template(f"components/{file}.html").module, name)


def parsed(html: str) -> Element:
    return html5lib.parse(html, namespaceHTMLElements=False)


def one(root: Element, path: str) -> Element:
    (found,) = root.findall(path)
    return found


def invalid() -> Household:
    form = Household()
    form.validate()
    return form


def test_a_field_is_label_hint_message_control_in_that_order(env: Environment) -> None:
    html = macro(env, "field", "field")(invalid().phone, autocomplete="tel")
    assert [html.index(part) for part in ("<label", 'id="phone-hint"', 'id="phone-error"', "<input")] == sorted(
        html.index(part) for part in ("<label", 'id="phone-hint"', 'id="phone-error"', "<input")
    )
    control = one(parsed(html), ".//input")
    assert control.get("aria-describedby") == "phone-hint phone-error"
    assert control.get("aria-invalid") == "true"
    assert control.get("autocomplete") == "tel"


def test_a_good_field_claims_nothing_wrong(env: Environment) -> None:
    root = parsed(macro(env, "field", "field")(Household().email))
    assert "aria-invalid" not in one(root, ".//input").attrib
    assert "aria-describedby" not in one(root, ".//input").attrib
    assert "(optional)" in "".join(one(root, ".//label").itertext())


def test_a_group_of_choices_has_a_legend_and_describes_itself(env: Environment) -> None:
    root = parsed(macro(env, "field", "field")(invalid().tongue))
    group = one(root, ".//fieldset")
    assert (group.get("role"), group.get("aria-invalid"), group.get("aria-describedby")) == (
        "radiogroup",
        "true",
        "tongue-error",
    )
    assert {label.get("for") for label in root.iter("label")} == {box.get("id") for box in root.iter("input")}


def test_no_single_box_of_a_group_is_required(env: Environment) -> None:
    root = parsed(macro(env, "field", "field")(invalid().guests[0].form.needs))
    assert not any("required" in box.attrib for box in root.iter("input"))


def test_choices_may_be_messages(env: Environment) -> None:
    root = parsed(macro(env, "field", "field")(Household().place))
    option = one(root, ".//option")
    assert (option.text, option.get("value"), option.get("selected")) == ("Aktau", "a", "")


def test_a_checkbox_may_have_a_link_in_its_label(env: Environment) -> None:
    page = env.from_string(
        '{% from "components/field.html" import field %}'
        '{% call field(f) %}I agree to <a href="/privacy">this</a>{% endcall %}'
    )
    assert one(parsed(page.render(f=invalid().agree)), ".//label//a").get("href") == "/privacy"


def test_the_summary_counts_everything_and_leads_to_it(env: Environment) -> None:
    form = invalid()
    form.form_errors = [Message("%(what)s is full", {"what": "It"})]
    form.guests.errors = [*form.guests.errors, "Name an adult"]
    root = parsed(macro(env, "error_summary", "error_summary")(form, row="Person"))
    box = one(root, ".//div[@class='errsum']")
    assert (box.get("role"), box.get("tabindex"), "autofocus" in box.attrib) == ("alert", "-1", True)
    assert "".join(one(root, ".//h2").itertext()) == "There are 7 problems to put right"
    assert one(root, ".//li/b").text == "It is full"
    assert [(link.get("href"), link.text) for link in root.iter("a")] == [
        ("#phone", "Enter the telephone"),
        ("#tongue-0", "Choose a language"),
        ("#guests", "Name an adult"),
        ("#guests-0-name", "Person 1: Enter the name"),
        ("#guests-1-name", "Person 2: Enter the name"),
        ("#agree", "Agree to go on"),
    ]


def test_no_problem_no_summary(env: Environment) -> None:
    assert not macro(env, "error_summary", "error_summary")(Household()).strip()


def test_what_a_person_wrote_stays_text(env: Environment) -> None:
    form = Household(data={"email": '"><script>'})
    form.email.errors = ["<b>no</b>"]
    html = macro(env, "field", "field")(form.email) + macro(env, "error_summary", "error_summary")(form)
    assert "<script" not in html
    assert "<b>no" not in html


@pytest.mark.parametrize(
    ("starts", "ends", "shown"),
    [
        (date(2026, 11, 5), None, "5"),
        (date(2026, 11, 11), date(2026, 11, 13), "11–13"),
        (date(2026, 11, 29), date(2026, 12, 2), "29–2.12"),
    ],
)
def test_the_leaf_of_the_calendar(env: Environment, starts: date, ends: date | None, shown: str) -> None:
    root = parsed(macro(env, "date_block", "date_block")(starts, ends))
    assert one(root, ".//time").get("datetime") == starts.isoformat()
    assert one(root, ".//time/span").text == shown


@pytest.mark.parametrize(("capacity", "taken", "humps"), [(3, 1, ["t", "f", "f"]), (2, 5, ["t", "t"]), (0, 0, [])])
def test_a_hump_for_every_seat(env: Environment, capacity: int, taken: int, humps: list[str]) -> None:
    root = parsed(macro(env, "seats", "seats")(capacity, taken))
    assert [path.get("class") for path in root.iter(f"{SVG}path")] == humps


@pytest.mark.parametrize(("taken", "width", "mark"), [(0, "0%", None), (92, "92%", "w"), (140, "100%", "w")])
def test_a_bar_for_many_seats(env: Environment, taken: int, width: str, mark: str | None) -> None:
    bar = one(parsed(macro(env, "seats", "seats")(100, taken)), f".//{SVG}rect")
    assert (bar.get("width"), bar.get("class")) == (width, mark)


def test_text_in_another_language_says_which(env: Environment) -> None:
    text = macro(env, "text", "text")
    assert text(Slots("сөз", "слово"), "kk") == "сөз"
    assert text(Slots("", "слово"), "kk") == '<span lang="ru">слово</span>'
    assert text(Slots(), "kk") == ""


def test_a_missing_translation_is_said_openly(env: Environment) -> None:
    note = macro(env, "text", "langs_note")
    assert "shown in Russian" in note(Slots("", "слово"), "en")
    assert not note(Slots("", "", "word"), "en").strip()


def test_prose_keeps_its_paragraphs_and_nothing_else(env: Environment) -> None:
    root = parsed(macro(env, "text", "prose")(Slots("", "", "One\r\ntwo\r\n\r\n\r\n<b>three</b>"), "en"))
    assert [paragraph.text for paragraph in root.iter("p")] == ["One\ntwo", "<b>three</b>"]


def test_further_attributes_reach_the_button(env: Environment) -> None:
    html = macro(env, "button", "button")(
        "Save", name="draft", aria_label='"x"', hidden=True, title=None, **{"hx-post": "/a"}
    )
    button = one(parsed(html), ".//button")
    assert button.attrib == {
        "type": "submit",
        "class": "btn",
        "name": "draft",
        "aria-label": '"x"',
        "hidden": "",
        "hx-post": "/a",
    }


@pytest.mark.parametrize("lang", ["kk", "ru", "en"])
@pytest.mark.parametrize("status", [500, 503])
def test_a_fault_is_told_in_three_languages_by_the_template_alone(env: Environment, status: int, lang: str) -> None:
    html = env.get_template(f"errors/{status}.html").render(lang=lang, reference="8F2C11")
    root = parsed(html)
    heading = one(root, ".//h1").text
    assert heading
    assert (one(root, ".//title").text or "").startswith(heading)
    assert "8F2C11" in html
    others = [p.get("lang") for p in root.iter("p") if p.get("lang")]
    assert others == [code for code in ("kk", "ru", "en") if code != lang]


def test_a_fault_needs_to_be_told_nothing_at_all(env: Environment) -> None:
    assert 'lang="kk"' in env.get_template("errors/500.html").render()


def test_a_refusal_reaches_htmx_as_a_message(env: Environment) -> None:
    html = env.get_template("errors/_problem.html").render(
        message=Message("No %(what)s", {"what": "<i>"}), reference=""
    )
    assert '<hx-partial id="toasts" hx-swap="beforeend">' in html
    assert "No &lt;i&gt;" in html


def test_a_message_may_carry_a_link_but_not_by_accident(env: Environment) -> None:
    flash = macro(env, "flash", "flash")
    assert "&lt;a" in flash("success", "<a>")
    assert "<a>" in flash("success", Markup("<a>"))
    assert "flash--ok" in flash("success", "")

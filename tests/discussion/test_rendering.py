"""What strangers type, as readers see it: a little Markdown, links that say where they lead, and nothing that acts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import html5lib
import pytest
from hypothesis import example, given, settings, strategies as st

from karavan.discussion.rendering import CLASSES, COVER, REL, RENDER_VERSION, TAGS, cover, redo, render, stale
from tests.support.hostile import Case, cases, everything
from tests.support.inert import work_of

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

ATTRIBUTES = {"a": {"href", "rel"}, "ol": {"start"}, "span": {"class"}, "mark": {"class"}}
QUICK = 0.25


def elements(html: str) -> list[Element]:
    """Return what a browser makes of it."""
    root = html5lib.parseFragment(html, treebuilder="etree", namespaceHTMLElements=False)
    return [one for one in root.iter() if one is not root]


def judge(html: str) -> None:
    """Fail unless every element and attribute is one of ours, and every link leads to the web and says so."""
    for one in elements(html):
        assert one.tag in TAGS, one.tag
        assert set(one.attrib) <= ATTRIBUTES.get(str(one.tag), set()), (one.tag, one.attrib)
        assert one.get("class") in {None, *CLASSES.get(str(one.tag), set())}
        if one.tag == "a":
            assert urlsplit(one.attrib["href"]).scheme.lower() in {"http", "https"}, one.attrib
            assert one.get("rel") == REL


SIGNS = st.sampled_from(
    [
        *("*", "**", "_", "[x](", ")", "https://e.kz/", "http://бір.қаз", "javascript:", "//evil.example", "<", ">"),
        *("&lt;", '"', "'", "`", "#", "-", "1.", "\\", "\n", "\n\n", " ", "@Айгүл", "<script>", "<a", "onclick=", "&"),
        *("style=", "hx-get=", "data-x=", "![x](", "&#106;", "\x00", "\u202e", "▇", "![", "]]", "<!--", "href="),
        *("class=official", "<https://a.kz>"),
    ]
)
TYPED = st.lists(SIGNS | st.text(max_size=8), max_size=30).map("".join)


@settings(max_examples=150, deadline=None)
@given(TYPED, st.lists(st.tuples(st.integers(-3, 90), st.integers(-3, 90)), max_size=3))
@example("[a](https://e.kz/<script>)", [(0, 3)])
@example("x" * 50 + "\ud800", [])
@example("http://бір.қаз\u202e", [])
def test_whatever_is_typed_only_our_own_elements_come_out(source: str, spans: list[tuple[int, int]]) -> None:
    for rendered in (render(source, mentions=("Айгүл",)), cover(source, spans)):
        judge(rendered.html)


@pytest.mark.thorough
@settings(max_examples=4000, deadline=None)
@given(TYPED)
def test_whatever_is_typed_only_our_own_elements_come_out_of_thousands(source: str) -> None:
    judge(render(source, mentions=("Айгүл", "Айгүл С.")).html)


@pytest.mark.parametrize("case", cases(where="comment"))
def test_hostile_texts_are_inert_and_quick(case: Case) -> None:
    source = (case.text or "")[:10_000]
    rendered, spent = work_of(lambda: render(source))
    judge(rendered.html)
    assert spent < QUICK


def test_every_other_hostile_text_is_inert_too() -> None:
    for case in everything().values():
        judge(render((case.text or "")[:3000]).html)


def test_the_little_markdown_there_is() -> None:
    rendered = render("**Күшті** және *жай*\nекінші жол\n\n> дәйек\n\n- бір\n- екі\n\n3. үш\n4. төрт")
    assert rendered.html.replace("\n", "") == (
        "<p><strong>Күшті</strong> және <em>жай</em><br>екінші жол</p><blockquote><p>дәйек</p></blockquote>"
        '<ul><li>бір</li><li>екі</li></ul><ol start="3"><li>үш</li><li>төрт</li></ol>'
    )
    assert rendered.text == "Күшті және жай\nекінші жол\n> дәйек\n- бір\n- екі\n3. үш\n4. төрт"


@pytest.mark.parametrize(
    "source",
    ["# Тақырып", "```\nкод\n```", "    код", "|a|b|\n|-|-|\n|1|2|", "---", "Бір\n===", "`код`", "<b>қалың</b>"],
)
def test_the_rest_stays_text(source: str) -> None:
    assert {one.tag for one in elements(render(source).html)} <= {"p", "br"}
    assert render(source).text.replace(" ", "") == source.replace(" ", "")


@pytest.mark.parametrize(
    ("source", "shown", "links"),
    [
        ("[мұнда](https://adilet.zan.kz/kaz)", "мұнда (adilet.zan.kz)", 1),
        ("Қараңыз: https://adilet.zan.kz/kaz.", "Қараңыз: adilet.zan.kz/kaz.", 1),
        ("(https://a.kz/b_(c))", "(a.kz/b_(c))", 1),
        ("[https://gov.kz](https://evil.example)", "evil.example", 1),
        ("[gov.kz](https://evil.example/gov.kz)", "evil.example/gov.kz", 1),
        ("[gov](https://gov.kz@evil.example/)", "gov", 0),
        ("https://\u0435gov.kz/", "xn--gov-qdd.kz", 1),
        ("[e-gov](//evil.example/login)", "e-gov", 0),
        ("[x](/mod/c/1/approve)", "x", 0),
        ("[x](mailto:a@b.kz)", "x", 0),
        ("[ ](https://evil.example)", "evil.example", 1),
        ("https://127.0.0.1/ http://localhost/", "https://127.0.0.1/ http://localhost/", 0),
    ],
)
def test_a_link_says_where_it_leads_or_is_none(source: str, shown: str, links: int) -> None:
    rendered = render(source)
    assert (rendered.text, len(rendered.links)) == (shown, links)
    assert rendered.html.count("<a ") == links


def test_a_name_is_marked_where_it_is_one() -> None:
    rendered = render("@Айгүл С. мен @Бекзат, a@Айгүл С. емес", mentions=("Айгүл С.",))
    assert rendered.html.count('<span class="mention">') == 1
    assert '<span class="mention">@Айгүл С.</span> мен @Бекзат' in rendered.html


class TestCovering:
    """What a moderator covers leaves no letter behind."""

    @settings(max_examples=150, deadline=None)
    @given(st.integers(0, 60), st.integers(1, 30))
    def test_nothing_of_it_is_left_whatever_stood_there(self, start: int, length: int) -> None:
        secret = "0123456789ҚҒҢӘӨҰҮІ"
        source = "Сәлем **қала** [сілтеме](https://a.kz/x) "[:start] + secret + " соңы " * length
        start = source.index(secret)
        covered = cover(source, [(start, start + len(secret))])
        assert not set(secret) & set(covered.html + covered.text + "".join(covered.links))
        judge(covered.html)

    def test_it_is_seen_that_something_was_there_and_how_long(self) -> None:
        covered = cover("Сен ақымақ адамсың", [(4, 14)])
        assert covered.html == '<p>Сен <mark class="covered">▇▇▇▇▇▇ ▇▇▇</mark>мсың</p>'
        assert covered.text == "Сен ▇▇▇▇▇▇ ▇▇▇мсың"

    def test_an_address_that_is_covered_leads_nowhere(self) -> None:
        source = "[бұл](https://evil.example/Иван)"
        assert cover(source, [(6, len(source) - 1)]).links == ()

    def test_nobody_types_a_cover(self) -> None:
        assert COVER not in render("Мұны ▇▇▇ жапты").html
        assert cover("▇▇ және сөз", [(8, 11)]).text == "▆▆ және ▇▇▇"

    def test_spans_beyond_the_text_cover_what_there_is(self) -> None:
        assert cover("бір екі", [(-5, 2), (4, 99)]).text == "▇▇р ▇▇▇"

    def test_again_means_covered_again(self) -> None:
        assert redo("бір екі", [(0, 3)]) == cover("бір екі", [(0, 3)])
        assert redo("бір екі") == render("бір екі")
        assert stale(RENDER_VERSION - 1)
        assert not stale(RENDER_VERSION)


def test_plain_words_hold_no_markup() -> None:
    assert not re.search(r"[*<>]", render("**бір** *екі* [үш](https://a.kz)").text)

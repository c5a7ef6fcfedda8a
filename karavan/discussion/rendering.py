"""From what somebody typed to what readers see: a little Markdown, and nothing that could do anything.

Paragraphs, line breaks, emphasis, lists, quotations and links; what else could be typed stays text. The words are put
together by markdown-it and then cleaned by nh3 against the list below, so that a fault in one is caught by the other.
HTML is made once for each revision and stored with the version of these rules; raise `RENDER_VERSION` with them.
"""

from __future__ import annotations

import re
from functools import cache
from html import escape
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token

from karavan.core.text import BadText, display_host
from karavan.discussion import mentions as naming

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from karavan.moderation.pieces import Span

RENDER_VERSION: Final = 1

TAGS: Final = frozenset({"p", "br", "em", "strong", "ul", "ol", "li", "blockquote", "a", "span", "mark"})
CLASSES: Final = {"span": {"mention", "host"}, "mark": {"covered"}}
REL: Final = "nofollow ugc noopener noreferrer"
COVER: Final = "▇"
"""Stands for each covered letter."""
_LIKE_COVER: Final = "▆"
"""What becomes of a cover that the author typed: nobody lets a text look moderated."""

_RULES: Final = ("newline", "escape", "emphasis", "link", "autolink", "balance_pairs", "fragments_join", "text")
_BLOCKS: Final = ("blockquote", "list", "paragraph")
_ADDRESS: Final = re.compile(rf"(?<![\w/@])https?://[^\s<>\"{COVER}]+", re.IGNORECASE)
_ENDS: Final = re.compile(r"[.,;:!?'»”’*_]+\Z")
_READS_AS_ADDRESS: Final = re.compile(r"(?:https?:)?//|\bwww\.|[^\W_][\w-]*\.[^\W\d_]{2,}", re.IGNORECASE)
_COVERED: Final = re.compile(f"{COVER}+(?:[^\\S\n]+{COVER}+)*")


class Rendered(NamedTuple):
    """A text as readers see it, the same as plain words, and where its links lead."""

    html: str
    text: str
    links: tuple[str, ...]


def render(source: str, *, mentions: Collection[str] = ()) -> Rendered:
    """Render a text; `mentions` are the names in it that stand for people of the thread."""
    return _render(source.replace(COVER, _LIKE_COVER), mentions)


def cover(source: str, spans: Sequence[Span], *, mentions: Collection[str] = ()) -> Rendered:
    """Render a text of which parts are covered: their letters are taken out before anything is read into them.

    Spans are in characters of the source. Nothing of what is covered stays, but how long its words are.
    """
    letters = list(source.replace(COVER, _LIKE_COVER))
    for start, end in spans:
        for place in range(max(start, 0), min(end, len(letters))):
            if not letters[place].isspace():
                letters[place] = COVER
    return _render("".join(letters), mentions)


def redo(source: str, spans: Sequence[Span] = (), *, mentions: Collection[str] = ()) -> Rendered:
    """Render what readers see of a text, covered or not."""
    return cover(source, spans, mentions=mentions) if spans else render(source, mentions=mentions)


def stale(render_version: int) -> bool:
    """Was this made by older rules? Then it is not shown as it is stored: `redo` it."""
    return render_version < RENDER_VERSION


def _render(source: str, mentions: Collection[str]) -> Rendered:
    reader = _reader()
    tokens = reader.parse(source.encode("utf-8", "replace").decode())  # half a letter has no place in any page
    links: list[str] = []
    for token in tokens:
        if token.type == "inline":
            token.children = list(_dressed(token.children or [], mentions, links))
    html = reader.renderer.render(tokens, reader.options, {})
    return Rendered(_cleaner().clean(html).strip(), _plain(tokens), tuple(links))


@cache
def _reader() -> MarkdownIt:
    """Return the reader of our Markdown: everything is off but what is named."""
    reader = MarkdownIt("zero", {"html": False, "breaks": True, "maxNesting": 12})
    reader.enable([*_BLOCKS, *_RULES, "normalize", "block", "inline", "text_join"])
    return reader


@cache
def _cleaner() -> nh3.Cleaner:
    return nh3.Cleaner(
        tags=set(TAGS),
        clean_content_tags=set(),
        attributes={"a": {"href"}, "ol": {"start"}},
        allowed_classes={tag: set(names) for tag, names in CLASSES.items()},
        strip_comments=True,
        link_rel=REL,
        url_schemes={"http", "https"},
        url_relative="deny",
    )


# --- Links, mentions and covers ------------------------------------------------------------------------------


def _dressed(children: Sequence[Token], mentions: Collection[str], links: list[str]) -> Iterator[Token]:
    """Return the pieces of one paragraph with links that say where they lead; the others are no links any more."""
    inside: list[Token] | None = None
    for token in children:
        if token.type == "link_open":
            inside = [token]
        elif token.type == "link_close" and inside is not None:
            yield from _link(str(inside[0].attrGet("href") or ""), inside[1:], mentions, links)
            inside = None
        elif inside is not None:
            inside.append(token)
        elif token.type == "text":
            yield from _words(token.content, mentions, links)
        else:
            yield token


def _link(href: str, inside: Sequence[Token], mentions: Collection[str], links: list[str]) -> Iterator[Token]:
    """Return a link with the host it leads to. One that names another address is shown by its own."""
    host = _host(href)
    if host is None:
        for token in inside:
            yield from _marked(token.content, mentions) if token.type == "text" else (token,)
        return
    links.append(href)
    said = "".join(token.content for token in inside if token.type == "text")
    named = _READS_AS_ADDRESS.search(said) is not None
    yield _made(f'<a href="{escape(href)}">')
    if named or not said.strip():
        yield _text(_readable(href, host))
    else:
        for token in inside:
            yield from _covers(token.content) if token.type == "text" else (token,)
    yield _made("</a>")
    if not named and said.strip():
        yield _host_sign(host)


def _words(text: str, mentions: Collection[str], links: list[str]) -> Iterator[Token]:
    """Return plain words, with the addresses in them as links."""
    at = 0
    for found in _ADDRESS.finditer(text):
        href = _trimmed(found[0])
        host = _host(href)
        if host is None:
            continue
        yield from _marked(text[at : found.start()], mentions)
        links.append(href)
        yield _made(f'<a href="{escape(href)}">')
        yield _text(_readable(href, host))
        yield _made("</a>")
        at = found.start() + len(href)
    yield from _marked(text[at:], mentions)


def _marked(text: str, mentions: Collection[str]) -> Iterator[Token]:
    if not mentions:
        yield from _covers(text)
        return
    for piece, is_name in naming.split(text, mentions):
        if is_name:
            yield _made('<span class="mention">')
            yield _text(piece)
            yield _made("</span>")
        else:
            yield from _covers(piece)


def _covers(text: str) -> Iterator[Token]:
    """Return words with what is covered in them marked as such."""
    at = 0
    for found in _COVERED.finditer(text):
        yield _text(text[at : found.start()])
        yield _made('<mark class="covered">')
        yield _text(found[0])
        yield _made("</mark>")
        at = found.end()
    yield _text(text[at:])


def _host(href: str) -> str | None:
    """Return the host a link really leads to; None: it leads nowhere, or the cleaner would not let it stand."""
    try:
        host = display_host(href)
    except BadText:
        return None
    return host if "href=" in _cleaner().clean(f'<a href="{escape(href)}"></a>') else None


def _readable(href: str, host: str) -> str:
    """Return an address as it is shown: with the host as it may be taken, and a long end cut off."""
    rest = re.sub(r"\Ahttps?://[^/?#]*", "", href, flags=re.IGNORECASE)
    shown = host + ("" if rest == "/" else rest)
    return shown if len(shown) <= _LONGEST_ADDRESS else f"{shown[: _LONGEST_ADDRESS - 1]}…"


_LONGEST_ADDRESS: Final = 60


def _trimmed(address: str) -> str:
    """Leave out what ends the sentence and not the address."""
    address = _ENDS.sub("", address)
    while address.endswith(")") and address.count(")") > address.count("("):
        address = _ENDS.sub("", address[:-1])
    return address


def _host_sign(host: str) -> Token:
    return _made(f' <span class="host">({escape(host)})</span>', text=f" ({host})")


def _text(content: str) -> Token:
    return Token("text", "", 0, content=content)


def _made(html: str, *, text: str = "") -> Token:
    """Return HTML of our own making, and what it is in plain words."""
    return Token("html_inline", "", 0, content=html, meta={"text": text})


# --- The same as plain words ---------------------------------------------------------------------------------


def _plain(tokens: Iterable[Token]) -> str:
    """Return the words alone: paragraphs apart, list items with a dash, quotations with a sign before each line."""
    lines: list[str] = []
    quotes, item = 0, ""
    for token in tokens:
        if token.type == "blockquote_open":
            quotes += 1
        elif token.type == "blockquote_close":
            quotes -= 1
        elif token.type == "list_item_open":
            item = "- " if token.info == "" else f"{token.info}. "
        elif token.type == "inline":
            words = item + "".join(map(_said, token.children or []))
            lines += [f"{'> ' * quotes}{line}".rstrip() for line in words.split("\n")]
            item = ""
    return "\n".join(lines).strip()


def _said(token: Token) -> str:
    if token.type == "text":
        return token.content
    if token.type in {"softbreak", "hardbreak"}:
        return "\n"
    made: Any = token.meta.get("text", "")
    return str(made)

"""Text from strangers: cleaned before it is stored, folded for search, ordered, and made safe to hand on.

The rules come from the project's list of hostile inputs (`tests/support/hostile_inputs.json`) and from the
Kazakh alphabet. Everything here is a pure function of its arguments.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Final
from urllib.parse import SplitResult, quote, urlsplit, urlunsplit

import idna

from karavan.core.problems import Message

if TYPE_CHECKING:
    from collections.abc import Iterable
    from decimal import Decimal


class BadText(ValueError):
    """A text that cannot be taken as it is; `message` says why, to the person who typed it."""

    def __init__(self, message: Message) -> None:
        """Refuse with a sentence that will be translated."""
        super().__init__(message.id)
        self.message = message


# --- Cleaning ---------------------------------------------------------------------------------------------

MARKS_PER_LETTER: Final = 3

# Controls, lone surrogates and noncharacters. PostgreSQL refuses NUL, both drivers crash on surrogates.
_REFUSED: Final = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef"
    + "".join(f"{chr(plane << 16 | 0xFFFE)}{chr(plane << 16 | 0xFFFF)}" for plane in range(17))
    + "]"
)
_LINE_BREAK: Final = re.compile("\r\n|[\n\r\x0b\x0c\x85\u2028\u2029]")

# What nobody can see: Default_Ignorable_Code_Point of Unicode's DerivedCoreProperties.txt (zero-width signs,
# the twelve bidi controls, soft hyphen, fillers, tags) and the anchors U+FFF9 to U+FFFC. A joiner inside an
# emoji and the "as a picture" sign after one are kept: without them a family falls apart.
_PICTURES: Final = "\u203c\u2049\u2122\u2139\u2190-\u27ff\u2801-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001faff"
_INVISIBLE: Final = re.compile(
    f"(?<![{_PICTURES}])(?<![{_PICTURES}]\ufe0f)\u200d|\u200d(?![{_PICTURES}])"
    f"|(?<![0-9#*{_PICTURES}])[\ufe0e\ufe0f]"
    "|[\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200c\u200e\u200f\u202a-\u202e\u2060-\u206f"
    "\u3164\ufe00-\ufe0d\ufeff\uffa0\ufff0-\ufffc\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e0fff]"
)
_SPACES: Final = re.compile("[\\s\u2800]+")  # the blank Braille pattern looks like a space and is none
_ALL_BUT_SIGNS: Final = re.compile("[^№²³½¼¾…™´]+")  # ordinary in titles here; NFKC would spell them out: "No"


def clean_line(value: str, *, limit: int) -> str:
    """Return one line (a name, a title) as it will be stored and compared, or refuse it with `BadText`.

    NFKC, except for a few signs such as № and ². The limit counts code points after normalising; a picture
    joined from five counts five. A line in which nothing is visible comes back as "", so that the form can
    say "enter your name". Any script, one-word names, apostrophes and hyphens are welcome.
    """
    if _LINE_BREAK.search(value):
        raise BadText(Message("Write this on one line, without line breaks."))
    _refuse_unusable(value, limit=limit)
    return _within(_visible(_tidy(_compatible(_INVISIBLE.sub("", _compatible(value))))), limit=limit)


def clean_text(value: str, *, limit: int) -> str:
    """Return a text of several lines as it will be stored, or refuse it with `BadText`.

    NFC, so that what people wrote stays as they wrote it; but the limit is also checked against NFKC, in
    which one Arabic ligature becomes eighteen letters. Lines end with LF, at most one is empty in a row.
    """
    _refuse_unusable(value, limit=limit)
    text = unicodedata.normalize("NFC", _INVISIBLE.sub("", unicodedata.normalize("NFC", value)))
    lines = map(_tidy, _LINE_BREAK.split(text))
    whole = re.sub("\n{3,}", "\n\n", "\n".join(lines)).strip("\n")
    return _within(_visible(whole), limit=limit)


def _refuse_unusable(value: str, *, limit: int) -> None:
    """Refuse what cannot be stored, and what is far too long before any work is spent on it."""
    if len(value) > limit * 4 + 100:
        raise _too_long(limit)
    if _REFUSED.search(value):
        raise BadText(Message("This text contains characters that cannot be shown. Please type it again."))


def _compatible(value: str) -> str:
    """Normalise with NFKC, leaving alone the signs that people here write on purpose."""
    return _ALL_BUT_SIGNS.sub(lambda run: unicodedata.normalize("NFKC", run[0]), value)


def _tidy(line: str) -> str:
    """Collapse spaces, and drop marks beyond three on a letter or on no letter, which would climb out."""
    line = _SPACES.sub(" ", line).strip()
    if line.isascii():
        return line
    kept, marks = [], MARKS_PER_LETTER
    for char in line:
        if unicodedata.category(char).startswith("M"):
            marks += 1
        else:
            marks = MARKS_PER_LETTER if char == " " else 0
        if char == " " or marks <= MARKS_PER_LETTER:
            kept.append(char)
    return _SPACES.sub(" ", "".join(kept)).strip()


def _visible(value: str) -> str:
    """Return the text, or "" if it holds no letter, digit, sign or picture (private and new ones count)."""
    kinds = (unicodedata.category(char) for char in value)
    return value if any(kind[0] in "LNPS" or kind in {"Co", "Cn"} for kind in kinds) else ""


def _within(value: str, *, limit: int) -> str:
    if max(len(value), len(_compatible(value))) > limit:
        raise _too_long(limit)
    return value


def _too_long(limit: int) -> BadText:
    return BadText(Message.counted("Use %(num)d character or fewer.", "Use %(num)d characters or fewer.", limit))


# --- Search, order, addresses -----------------------------------------------------------------------------

ALPHABET: Final = "аәбвгғдеёжзийкқлмнңоөпрстуұүфхһцчшщъыіьэюя"
"""The Kazakh alphabet; it holds the Russian one in its right order."""

# What somebody without a Kazakh keyboard types instead; and Latin letters that look Cyrillic, which slip into
# words unseen. Decomposing has already made й into и and ё into е. Latin h passes for the capital Н, except
# when it stands in small letters inside a Kazakh word, where it replaces һ.
_FOLDED: Final = str.maketrans("әғқңөұүһыі" + "abcehikmoptxyıə", "агкноуухии" + "авсеникмортхуиа")
_SHHA: Final = re.compile("(?<![a-zA-Z])h(?=[\u0400-\u04ff])|(?<=[\u0400-\u04ff])h(?![a-zA-Z])")

_IN_LATIN: Final = str.maketrans(
    dict(zip("әғқңөұүһі" + "абвгдезийклмнопрстуфцыэ", "agqnouuhi" + "abvgdeziyklmnoprstufcye", strict=True))
    | {"ё": "yo", "ж": "zh", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ю": "yu", "я": "ya"}
    | dict.fromkeys("ъь'`´ʼ‘’", "")
)
_SLUG_LIMIT: Final = 80

_RUNS: Final = re.compile(r"\d+|[^\W\d_]|[\W_]+")
_DIGITS: Final = "0123456789abcdefghijklmnopqrstuvwxyz"
_RANKS: Final = {letter: f"{3 + rank // 36}{_DIGITS[rank % 36]}" for rank, letter in enumerate(ALPHABET)}


def fold(value: str) -> str:
    """Return the text as search compares it: «тындау» finds «тыңдау», «ыс-шара» and «ис-шара» find «іс-шара».

    Both what is stored and what is looked for go through here. Two names that look alike in Cyrillic and
    Latin fold to the same, so reserved names are compared folded too. Any string is taken, none is refused.
    """
    seen = _SHHA.sub("һ", _INVISIBLE.sub("", value).replace("№", " "))
    bare = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", seen).casefold())
    letters = "".join(char for char in bare if not unicodedata.category(char).startswith("M"))
    return " ".join(re.split(r"[\W_]+", letters.translate(_FOLDED))).strip()


def sort_key(value: str, lang: str) -> str:
    """Return what to order titles and names by: numbers by size, then letters as the Kazakh alphabet has them.

    Latin comes after Cyrillic, before it for readers of English. The key is made of 0-9 and a-z only, so
    that Python and both databases order the stored column alike, whatever their collation.
    """
    latin = "2" if lang == "en" else "5"
    plain = unicodedata.normalize("NFKC", _INVISIBLE.sub("", value).casefold())
    bare = "".join(char for char in plain if not unicodedata.category(char).startswith("M"))
    return "".join(_order(run, latin) for run in _RUNS.findall(re.sub(r"\A[\W_]+|[\W_]+\Z", "", bare)))


def _order(run: str, latin: str) -> str:
    """Return the part of a sort key for one letter, one number or whatever stands between words."""
    if run[0].isdecimal():
        digits = "".join(str(unicodedata.decimal(digit)) for digit in run).lstrip("0") or "0"
        return f"1{_DIGITS[min(len(digits), 35)]}{digits}"
    for letter in (run, unicodedata.normalize("NFKD", run)[0]):
        if letter in _RANKS:
            return _RANKS[letter]
        if "a" <= letter <= "z":
            return latin + letter
    return f"6{ord(run):06x}" if run.isalnum() else "0"


def slugify(value: str, *, fallback: str = "page") -> str:
    """Return the text as a piece of an address: Latin letters, digits and hyphens, 80 at most, never empty.

    The Latin letters are those of the project's own table (Қ is q, Ғ is g), not of any official alphabet.
    """
    latin = unicodedata.normalize("NFKC", value).casefold().translate(_IN_LATIN)
    plain = unicodedata.normalize("NFKD", latin).encode("ascii", "ignore").decode()
    slug = re.sub("[^a-z0-9]+", "-", plain).strip("-")
    if len(slug) > _SLUG_LIMIT:
        slug = slug[: _SLUG_LIMIT + 1].rpartition("-")[0] or slug[:_SLUG_LIMIT]
    return slug or fallback


# --- Handing text on --------------------------------------------------------------------------------------

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_PHONE_OR_NUMBER: Final = re.compile(r"\+\d+(?: \d+)*|[-+]?\d+(?:[.,]\d+)?", re.ASCII)
_SHORTEST_PHONE: Final = 7


def csv_cell(value: str | float | Decimal | None) -> str:
    """Return a cell that a spreadsheet shows as it is and never calculates; nothing is taken away.

    The list of dangerous first characters is OWASP's ("CSV Injection"). Telephone numbers and plain numbers
    keep their sign: `+7 700 000 00 00` is safe, `+7-700` would become a subtraction.
    """
    if not isinstance(value, str):
        return "" if value is None else str(value)
    dangerous = value.startswith(_FORMULA) or value.lstrip().startswith(_FORMULA)
    return f"'{value}" if dangerous and not _PHONE_OR_NUMBER.fullmatch(value) else value


def mask_email(address: str) -> str:
    """Return an address that its owner recognises and nobody else can use: `a***@example.kz`."""
    local, at, domain = address.rpartition("@")
    return f"{local[:1] if len(local) > 1 else ''}***{at}{domain}" if at else "***"


def mask_phone(number: str) -> str:
    """Return a number that its owner recognises and nobody else can ring: `+7 *** *** ** 67`."""
    digits = re.sub(r"\D", "", number)
    return f"+{digits[0]} *** *** ** {digits[-2:]}" if len(digits) >= _SHORTEST_PHONE else "***"


# --- Links ------------------------------------------------------------------------------------------------

URL_LIMIT: Final = 2000
_BARE_HOST: Final = re.compile(r"[^\s:/?#@\\.]+(?:\.[^\s:/?#@\\.]+)+(?:[:/?#]|\Z)")
# Cyrillic letters that can be taken for Latin ones: Chromium's list for whole-script look-alikes.
_LIKE_LATIN: Final = frozenset("асԁеһіјӏорԛѕԝхуъьҽпгѵѡ")
_NOT_A_LINK: Final = Message("Enter a web address, for example https://example.kz")


def clean_url(value: str, *, limit: int = URL_LIMIT) -> str:
    """Return a link typed by a person as plain ASCII, with the host in punycode, or refuse it with `BadText`.

    Only http and https, a public host name, no user name before it, no letters of two scripts in one part of
    the name. `example.kz/page` gets https.
    """
    line = clean_line(value, limit=limit)
    parts = _link("https://" + line if _BARE_HOST.match(line) else line)
    host = _host(parts)
    if mixes_alphabets(idna.decode(host)):
        raise BadText(Message("This web address mixes letters of two alphabets. Check how it is written."))
    return urlunsplit(
        (
            parts.scheme,
            host if parts.port is None else f"{host}:{parts.port}",
            quote(parts.path, safe="/%:@!$&'()*+,;=~"),
            quote(parts.query, safe="/?%:@!$&'()*+,;=~"),
            quote(parts.fragment, safe="/?%:@!$&'()*+,;=~"),
        )
    )


def display_host(url: str) -> str:
    """Return the host a link really leads to, for showing beside it; `BadText` means: show no link.

    A part of the name that could be taken for another one (two scripts, or Cyrillic that looks all Latin
    under a Latin ending) is shown in punycode.
    """
    labels = _host(_link(clean_line(url, limit=URL_LIMIT))).split(".")
    latin_ending = not labels[-1].startswith("xn--")
    return ".".join(_shown(label, latin_ending=latin_ending) for label in labels)


def host_within(host: str, allowed: Iterable[str]) -> bool:
    """Is this host one of the allowed, or under one of them? Compared label by label: `notgov.kz` is not."""
    try:
        labels = _ascii_host(host).split(".")
    except BadText:
        return False
    return any(labels[-len(parent) :] == parent for parent in (_ascii_host(name).split(".") for name in allowed))


def mixes_alphabets(host: str) -> bool:
    """Is one part of this host name written in two of the alphabets that are easily confused?"""
    return any(len(_scripts(label)) > 1 for label in host.split("."))


def safe_next(path: str | None, *, default: str = "/") -> str:
    """Return where to go after signing in: the path if it leads nowhere but into this site, else the default."""
    if not path or len(path) > URL_LIMIT or "\\" in path or _REFUSED.search(path) or _INVISIBLE.search(path):
        return default
    steps = re.split("[?#]", path, maxsplit=1)[0].split("/")
    if steps[0] or re.search(r"\s", path) or "" in steps[1:-1] or {".", ".."} & set(steps):
        return default
    return path


def _link(url: str) -> SplitResult:
    """Split a web address, refusing other schemes, user names and what browsers read in their own way."""
    try:
        parts = urlsplit(url)
        port_is_valid = parts.port != 0
    except ValueError:
        raise BadText(_NOT_A_LINK) from None
    if "\\" in url or parts.scheme not in {"http", "https"} or not port_is_valid:
        raise BadText(_NOT_A_LINK)
    if "@" in parts.netloc:
        raise BadText(Message("Remove the part before @ from the web address: it hides where the link leads."))
    return parts


def _host(parts: SplitResult) -> str:
    """Return the host of a link; names of machines in a private network and numeric addresses are refused."""
    host = _ascii_host(parts.hostname or "")
    ending = host.rpartition(".")
    if not ending[0] or re.fullmatch(r"\d+|0x[0-9a-f]*", ending[2]):
        raise BadText(_NOT_A_LINK)
    return host


def _ascii_host(host: str) -> str:
    """Return a host in its one normal form: lower case, punycode, no final dot."""
    try:
        return idna.encode(host.removesuffix("."), uts46=True).decode("ascii")
    except UnicodeError:
        raise BadText(_NOT_A_LINK) from None


def _scripts(label: str) -> set[str]:
    """Return which of the three easily confused alphabets a label is written in."""
    names = {unicodedata.name(char, "").partition(" ")[0] for char in label if char.isalpha()}
    return names & {"LATIN", "CYRILLIC", "GREEK"}


def _shown(label: str, *, latin_ending: bool) -> str:
    word = idna.decode(label)
    looks_latin = latin_ending and set(word) <= _LIKE_LATIN
    return label if mixes_alphabets(word) or looks_latin else word

"""From a row of somebody's spreadsheet to a person: what a column may hold, and what is wrong with a cell, as codes."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import phonenumbers
from phonenumbers import PhoneMetadata

from karavan.core.contacts import parse_email, parse_phone
from karavan.core.places import HOME_DISTRICTS, PLACES
from karavan.core.text import BadText, clean_line, fold
from karavan.events.models import AttendeeRole, Sex

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

FIELDS: Final = (
    "name", "surname", "given", "patronymic", "phone", "email", "district", "lang", "needs_note", "sex", "born", "role",
)  # fmt: skip
ASKED: Final = ("sex", "born", "role")
"""Read only where the event asks."""
MOST_FAULTS: Final = 200
LONGEST_SHOWN: Final = 80
EARLIEST_BIRTH: Final = 1900

# Faults are codes, kept with the list; `roster.words` says them.
NO_NAME, BAD_NAME, LOST_LETTERS = "no_name", "bad_name", "lost_letters"
NO_CONTACT, BAD_PHONE, BAD_EMAIL = "no_contact", "bad_phone", "bad_email"
BAD_DISTRICT, BAD_LANG, BAD_NOTE, BAD_SEX, BAD_BORN, BAD_ROLE = (
    "bad_district", "bad_lang", "bad_note", "bad_sex", "bad_born", "bad_role",
)  # fmt: skip
TWICE, KNOWN = "twice", "known"
DUPLICATES: Final = (TWICE, KNOWN)


class Entry(NamedTuple):
    """One person of the list, ready for the roster."""

    row: int
    name: str
    email: str
    email_key: str | None
    phone: str | None
    district: str
    lang: str
    needs_note: str
    sex: str
    born: int | None
    role: str


class Fault(NamedTuple):
    """What is wrong with one cell of one row; `value` is what stands there, or the row it repeats."""

    row: int
    field: str
    code: str
    value: str


class Trial(NamedTuple):
    """What would come of a list."""

    rows: int
    entries: list[Entry]
    faults: list[Fault]
    """Every fault: a row may have several."""
    faulty: int
    """Rows with a fault that is not a repetition."""
    duplicates: int


class Contacts(NamedTuple):
    """The contacts that hold a live registration of the event."""

    emails: frozenset[str]
    phones: frozenset[str]


class CellIsWrong(Exception):
    """A cell cannot be read; the code says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def try_rows(
    rows: Sequence[tuple[int, list[str]]],
    mapping: Mapping[str, int],
    known: Contacts,
    *,
    asks: Iterable[str],
    lang: str,
    this_year: int,
) -> Trial:
    """Read every row of a list as its columns were named; nothing is changed by it.

    A repetition, within the list or of somebody on the roster, is left out; so is a row with any fault.
    """
    asked = frozenset(asks)
    columns = {
        name: place for name, place in mapping.items() if name in FIELDS and (name not in ASKED or name in asked)
    }
    entries: list[Entry] = []
    faults: list[Fault] = []
    faulty = duplicates = 0
    emails: dict[str, int] = {}
    phones: dict[str, int] = {}
    for number, row in rows[mapping.get("header", 0) :]:
        cells = {name: row[place].strip() if 0 <= place < len(row) else "" for name, place in columns.items()}
        entry, wrong = read_row(number, cells, lang=lang, this_year=this_year)
        if entry is None:
            faulty += 1
            faults += wrong
            continue
        again = _repetition(entry, emails, phones, known)
        if again is not None:
            duplicates += 1
            faults.append(again)
            continue
        if entry.email_key:
            emails[entry.email_key] = number
        if entry.phone:
            phones[entry.phone] = number
        entries.append(entry)
    return Trial(len(rows) - mapping.get("header", 0), entries, faults, faulty, duplicates)


def _repetition(entry: Entry, emails: dict[str, int], phones: dict[str, int], known: Contacts) -> Fault | None:
    for field, key, before, there in (
        ("phone", entry.phone, phones, known.phones),
        ("email", entry.email_key, emails, known.emails),
    ):
        if key and key in before:
            return Fault(entry.row, field, TWICE, str(before[key]))
        if key and key in there:
            return Fault(entry.row, field, KNOWN, "")
    return None


def read_row(number: int, cells: Mapping[str, str], *, lang: str, this_year: int) -> tuple[Entry | None, list[Fault]]:
    """Read one row; either it is a person, or it has faults."""
    wrong: list[Fault] = []

    def read(field: str, how: Callable[[str], Any], empty: Any) -> Any:
        cell = cells.get(field, "")
        if not cell:
            return empty
        try:
            return how(cell)
        except CellIsWrong as fault:
            wrong.append(Fault(number, field, fault.code, cell[:LONGEST_SHOWN]))
            return empty

    if cells.get("name"):
        name = read("name", _name, "")
    else:
        whole = " ".join(cells[part] for part in ("surname", "given", "patronymic") if cells.get(part))
        cells = {**cells, "name": whole}
        name = read("name", _name, "")
    if not name and not wrong:
        wrong.append(Fault(number, "name", NO_NAME, ""))
    phone = read("phone", _phone, None)
    email, email_key = read("email", _email, ("", None))
    if not (cells.get("phone") or cells.get("email")):
        wrong.append(Fault(number, "phone", NO_CONTACT, ""))
    entry = Entry(
        row=number,
        name=name,
        email=email,
        email_key=email_key,
        phone=phone,
        district=read("district", _district, ""),
        lang=read("lang", _lang, lang),
        needs_note=read("needs_note", _note, ""),
        sex=read("sex", _sex, ""),
        born=read("born", lambda cell: _born(cell, this_year), None),
        role=read("role", _role, ""),
    )
    return (None, wrong) if wrong else (entry, [])


# --- Cells ------------------------------------------------------------------------------------------------


def _clean(cell: str, limit: int, code: str) -> str:
    try:
        return clean_line(" ".join(cell.split()), limit=limit)
    except BadText:
        raise CellIsWrong(code) from None


def _name(cell: str) -> str:
    name = _clean(cell, 120, BAD_NAME)
    if "?" in name or "\ufffd" in name:  # an old program had no letter for Ә, Қ or Ң, and wrote this instead
        raise CellIsWrong(LOST_LETTERS)
    if not any(char.isalpha() for char in name):
        raise CellIsWrong(BAD_NAME)
    return name


@cache
def _plain_mobile() -> re.Pattern[str]:
    """Return what the library itself holds a mobile number of Kazakhstan to be.

    It takes a tenth of a millisecond to read a number, which is too long for a hundred thousand; most are written so
    plainly that its own pattern says the same at once.
    """
    region: Any = PhoneMetadata.metadata_for_region("KZ")
    return re.compile(rf"(?:\+7|8|7)({region.mobile.national_number_pattern})", re.ASCII)


_BETWEEN: Final = re.compile(r"(?<=\d)[ ()-]+(?=\d)|(?<=7|8) ?\((?=\d)", re.ASCII)


def _phone(cell: str) -> str:
    plain = _plain_mobile().fullmatch(_BETWEEN.sub("", cell))
    if plain and len(plain[1]) == 10:
        return "+7" + plain[1]
    # A spreadsheet shows a long number as 7.7012E+10, or hangs a point and a nought on it.
    cell = re.sub(r"\A(\d{10,11})[.,]0\Z", r"\1", cell)
    try:
        return parse_phone(cell)
    except (BadText, phonenumbers.NumberParseException):
        raise CellIsWrong(BAD_PHONE) from None


_PLAIN_EMAIL: Final = re.compile(r"([a-z0-9_]+(?:[.-][a-z0-9_]+)*)@([a-z0-9.-]+)", re.ASCII | re.IGNORECASE)
_LONGEST_PLAIN: Final = 60


@lru_cache(maxsize=1000)
def _is_good_host(host: str) -> bool:
    try:
        return parse_email(f"a@{host}").key == f"a@{host}"
    except BadText:
        return False


def _email(cell: str) -> tuple[str, str]:
    plain = _PLAIN_EMAIL.fullmatch(cell)  # a list has a thousand addresses of the same few hosts
    if plain and len(plain[1]) <= _LONGEST_PLAIN and _is_good_host(plain[2].lower()):
        return cell, cell.lower()
    try:
        email = parse_email(cell)
    except BadText:
        raise CellIsWrong(BAD_EMAIL) from None
    return email.typed, email.key


def _note(cell: str) -> str:
    return _clean(cell, 300, BAD_NOTE)


@cache
def _districts() -> dict[str, str]:
    names = {key: key for key in HOME_DISTRICTS}
    for key in HOME_DISTRICTS:
        slots = PLACES[key]
        for name in (slots.kk, slots.ru, slots.en):
            names[fold(name)] = names[_bare(name)] = key
            # «Бейнеуский район» is found by its name alone too; a spreadsheet of one region has no other Бейнеу.
    return names


_KINDS: Final = frozenset(
    map(fold, ("қаласы", "город", "ауданы", "район", "district", "city", "г", "қ", "қ-сы", "ауд"))
)


def _bare(name: str) -> str:
    """Return the name of a district without what kind of place it is."""
    return " ".join(word for word in fold(name.replace("р-н", "район")).split() if word not in _KINDS)


@lru_cache(maxsize=1000)
def _find_district(cell: str) -> str | None:
    return _districts().get(fold(cell)) or _districts().get(_bare(cell))


def _district(cell: str) -> str:
    found = _find_district(cell)
    if found is None:
        raise CellIsWrong(BAD_DISTRICT)
    return found


_TONGUES: Final = {
    "kk": "kk", "kaz": "kk", "kz": "kk", "kazakh": "kk", "казахский": "kk", "қазақша": "kk", "каз": "kk", "қаз": "kk",
    "ru": "ru", "rus": "ru", "russian": "ru", "русский": "ru", "орысша": "ru", "рус": "ru",
    "en": "en", "eng": "en", "english": "en", "английский": "en", "ағылшынша": "en",
}  # fmt: skip
_SEXES: Final = {
    **dict.fromkeys(("ж", "жен", "женский", "женщина", "әйел", "ә", "f", "female", "woman"), Sex.FEMALE.value),
    **dict.fromkeys(("м", "муж", "мужской", "мужчина", "ер", "ер адам", "е", "m", "male", "man"), Sex.MALE.value),
}
_ROLES: Final = {
    **{role.value: role.value for role in AttendeeRole},
    **dict.fromkeys(("член ос", "член общественного совета", "қоғамдық кеңес мүшесі"), "council_member"),
    **dict.fromkeys(("депутат", "депутат маслихата", "мәслихат депутаты"), "deputy"),
    **dict.fromkeys(("активист", "белсенді"), "activist"),
    **dict.fromkeys(("нпо", "нко", "үеұ", "кеұ"), "ngo"),
    **dict.fromkeys(("госорган", "государственный орган", "мемлекеттік орган"), "state_body"),
    **dict.fromkeys(("сми", "журналист", "бақ"), "media"),
    **dict.fromkeys(("житель", "жительница", "тұрғын"), "resident"),
}


def _one_of(offered: Mapping[str, str], cell: str, code: str) -> str:
    found = _folded(tuple(offered.items())).get(fold(cell))
    if found is None:
        raise CellIsWrong(code)
    return found


@cache
def _folded(offered: tuple[tuple[str, str], ...]) -> dict[str, str]:
    return {fold(words): value for words, value in offered}


def _lang(cell: str) -> str:
    return _one_of(_TONGUES, cell, BAD_LANG)


def _sex(cell: str) -> str:
    return _one_of(_SEXES, cell, BAD_SEX)


def _role(cell: str) -> str:
    return _one_of(_ROLES, cell, BAD_ROLE)


def _born(cell: str, this_year: int) -> int:
    """Read a year, also out of a whole date: 1990, 12.03.1990, 1990-03-12."""
    years = re.findall(r"(?<!\d)(\d{4})(?!\d)", cell, re.ASCII)
    if len(years) != 1 or not EARLIEST_BIRTH <= int(years[0]) <= this_year:
        raise CellIsWrong(BAD_BORN)
    return int(years[0])


# --- Guessing what a column holds ---------------------------------------------------------------------------

_CALLED: Final[dict[str, tuple[str, ...]]] = {
    "name": (
        "name", "full name", "фио", "ф.и.о.", "фамилия имя отчество", "имя фамилия", "участник",
        "аты-жөні", "тегі аты", "қатысушы",
    ),
    "surname": ("surname", "last name", "family name", "фамилия", "тегі"),
    "given": ("given name", "first name", "имя", "аты"),
    "patronymic": ("patronymic", "middle name", "отчество", "әкесінің аты"),
    "phone": (
        "phone", "mobile", "mobile phone", "telephone", "телефон", "тел", "моб", "мобильный", "сотовый",
        "номер телефона", "ұялы телефон", "телефон нөмірі",
    ),
    "email": (
        "email", "e-mail", "mail", "почта", "электронная почта", "эл почта", "электрондық пошта", "пошта",
    ),
    "district": (
        "district", "area", "where you live", "район", "город", "район город", "место жительства",
        "аудан", "аудан қала", "қала", "мекенжай",
    ),
    "lang": ("language", "lang", "язык", "тіл", "тілі"),
    "needs_note": (
        "needs", "note", "notes", "примечание", "особые потребности", "потребности", "ескертпе", "қажеттіліктер",
    ),
    "sex": ("sex", "gender", "пол", "жынысы", "жыныс"),
    "born": ("born", "year of birth", "date of birth", "год рождения", "дата рождения", "туған жылы", "туған күні"),
    "role": ("role", "роль", "статус", "рөлі", "рөл"),
}  # fmt: skip


def guess_mapping(columns: Sequence[str], first: Sequence[str], *, asks: Iterable[str]) -> dict[str, int]:
    """Guess from the headings what each column holds, and whether the first row is headings at all."""
    asked = frozenset(asks)
    found: dict[str, int] = {}
    for place, heading in enumerate(columns):
        words = fold(heading)
        for field, names in _CALLED.items():
            if field not in found and words and words in {fold(name) for name in names}:
                if field not in ASKED or field in asked:
                    found[field] = place
                break
    if "name" in found:
        found = {field: place for field, place in found.items() if field not in ("surname", "given", "patronymic")}
    found["header"] = 0 if any(_is_contact(cell) for cell in first) else 1
    if not found["header"] and len(found) == 1:
        found |= _by_content(first)
    return found


def _by_content(cells: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for place, cell in enumerate(cells):
        if "@" in cell:
            found.setdefault("email", place)
        elif _is_contact(cell):
            found.setdefault("phone", place)
        elif any(char.isalpha() for char in cell):
            found.setdefault("name", place)
    return found


def _is_contact(cell: str) -> bool:
    for read in (_phone, _email):
        try:
            if cell.strip() and read(cell.strip()):
                return True
        except CellIsWrong:
            continue
    return False


__all__ = [
    "ASKED",
    "DUPLICATES",
    "FIELDS",
    "MOST_FAULTS",
    "Contacts",
    "Entry",
    "Fault",
    "Trial",
    "guess_mapping",
    "try_rows",
]

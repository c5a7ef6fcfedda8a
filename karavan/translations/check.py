"""Are the catalogues complete, and sound? `python -m karavan.translations.check` says what is not, and fails.

With `--update` it first merges what the code and the templates say today into the .po files (new sentences come in
empty, sentences nobody says any more go out; git remembers them), with `--compile` it writes the .mo files at the end.
"""

from __future__ import annotations

import argparse
import re
import sys
import unicodedata
from io import BytesIO
from typing import TYPE_CHECKING, Final

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po, write_po

from karavan.translations.compile import HERE, compile_catalogues

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from babel.messages.catalog import Message

ROOT: Final = HERE.parent.parent

KEYWORDS: Final = {
    "_": None,
    "N_": None,
    "Message": None,  # karavan.core.problems.Message(sentence, …)
    "counted": (1, 2),  # Message.counted(singular, plural, number)
    "gettext": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
PLURALS: Final = {
    "kk": (2, "(n != 1)"),
    "ru": (3, "(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2)"),
}
HEADER: Final = """\
# What Karavan says in {language}. The English sentences stand in the code; docs/texts.md says how to put them.
# python -m karavan.translations.check --update brings new sentences in here.
msgid ""
msgstr ""
"Project-Id-Version: Karavan\\n"
"Language: {code}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals={forms}; plural={rule};\\n"

"""
LANGUAGE_NAMES: Final = {"kk": "Kazakh", "ru": "Russian"}

_GAP: Final = re.compile(r"%\(\w+\)[sdifg]|%[sdifg]|%%|\{\w*\}")
_GLUED: Final = re.compile(r"(?:%\(\w+\)[sdifg]|\{\w*\})['’-]?[а-яёәғқңөұүһі]", re.IGNORECASE)
_TAG: Final = re.compile(r"</?[a-z][^>]*>")
_WORD: Final = re.compile(r"[^\W\d_]+")
_LOOK_ALIKES: Final = frozenset("aceiopxyABCEHIKMOPTX")
_ENDINGS: Final = frozenset(".?!:…")


def extract(root: Path = ROOT) -> Catalog:
    """Return every sentence that the code and the templates mark for translation."""
    with (root / "babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)  # type: ignore[no-untyped-call]
    template = Catalog(fuzzy=False)
    found = extract_from_dir(root, methods, options, KEYWORDS, ("Translators:",))
    for filename, _, message, comments, context in found:
        template.add(message, locations=[(filename, 0)], auto_comments=comments, context=context)
    return template


def read(code: str, folder: Path = HERE) -> Catalog:
    """Return a language's catalogue; an empty one if there is none yet."""
    place = _place(code, folder)
    if not place.exists():
        return Catalog(locale=code, fuzzy=False)
    with place.open("rb") as file:
        return read_po(file, locale=code)


def update(template: Catalog, code: str, folder: Path = HERE) -> None:
    """Bring a catalogue to what is said today, sorted, so that two people's changes seldom meet."""
    catalogue = read(code, folder)
    catalogue.update(template, no_fuzzy_matching=True)
    entries = BytesIO()
    write_po(
        entries, catalogue, width=110, omit_header=True, sort_output=True, ignore_obsolete=True, include_lineno=False
    )
    forms, rule = PLURALS[code]
    header = HEADER.format(language=LANGUAGE_NAMES[code], code=code, forms=forms, rule=rule)
    place = _place(code, folder)
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(header + entries.getvalue().decode().strip() + "\n", encoding="utf-8")


def faults(template: Catalog, code: str, folder: Path = HERE) -> Iterator[str]:
    """Say everything that is wrong with a language's catalogue."""
    place = _place(code, folder)
    if not place.exists():
        yield "there is no catalogue"
        return
    catalogue = read(code, folder)
    if (catalogue.num_plurals, catalogue.plural_expr) != PLURALS[code]:
        yield f"Plural-Forms must be nplurals={PLURALS[code][0]}; plural={PLURALS[code][1]};"
    for message in template:
        if message.id and catalogue.get(_first(message.id), message.context) is None:
            yield f"missing: {_first(message.id)!r}"
    for message in catalogue:
        if not message.id:
            continue
        said = template.get(_first(message.id), message.context)
        if said is None:
            yield f"nobody says this any more: {_first(message.id)!r}"
            continue
        for fault in _faults_of(said, message, PLURALS[code][0]):
            yield f"{fault}: {_first(message.id)!r}"
    for obsolete in catalogue.obsolete.values():
        yield f"left behind: {_first(obsolete.id)!r}"


def _faults_of(said: Message, message: Message, forms: int) -> Iterator[str]:
    if message.fuzzy:
        yield "fuzzy"
    originals = said.id if isinstance(said.id, (tuple, list)) else (said.id,)
    wordings = message.string if isinstance(message.string, (tuple, list)) else (message.string,)
    counted = len(originals) > 1
    if counted != (isinstance(message.id, (tuple, list))) or len(wordings) != (forms if counted else 1):
        yield f"has {len(wordings)} forms where {forms if counted else 1} are needed"
        return
    if counted and tuple(message.id) != tuple(originals):
        yield "the plural has changed"
    written = [wording for wording in wordings if wording]
    if len(written) < len(wordings):
        yield "not translated"
        return
    for place, wording in enumerate(written):
        # Kazakh's first form is said of one thing alone and may do without the number; Russian's also of twenty-one.
        models = originals if counted and place == 0 and forms == len(originals) else originals[-1:]
        yield from _faults_in(models, wording)


def _faults_in(models: Sequence[str], wording: str) -> Iterator[str]:
    """Compare one wording with the English it may follow."""
    if not any(_gaps(model) == _gaps(wording) for model in models):
        yield f"other gaps than the English ({', '.join(sorted(_gaps(wording))) or 'none'})"
    english = models[-1]
    if _margins(english) != _margins(wording):
        yield "other white space at its beginning or end"
    if sorted(_TAG.findall(english)) != sorted(_TAG.findall(wording)):
        yield "other HTML tags"
    if (set(english.rstrip()[-1:]) & _ENDINGS) != (set(wording.rstrip()[-1:]) & _ENDINGS):
        yield "another sign at its end"
    if _GLUED.search(wording):
        yield "a suffix is glued to a value"
    for word in _WORD.findall(_TAG.sub(" ", _GAP.sub(" ", wording))):
        scripts = {unicodedata.name(letter, "?").split()[0] for letter in word}
        if len(scripts) > 1:
            yield f"mixed alphabets in {word!r}"
        if word in _LOOK_ALIKES and word not in _WORD.findall(english):
            yield f"the Latin letter {word!r} stands where a Cyrillic one is meant"


def _gaps(text: str) -> set[str]:
    return set(_GAP.findall(text))


def _margins(text: str) -> tuple[str, str]:
    return text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]


def _first(message_id: str | Sequence[str]) -> str:
    return message_id if isinstance(message_id, str) else message_id[0]


def _place(code: str, folder: Path) -> Path:
    return folder / code / "LC_MESSAGES" / "messages.po"


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line asks; return 1 if something is wrong."""
    parser = argparse.ArgumentParser(prog="python -m karavan.translations.check", description=__doc__)
    parser.add_argument("--update", action="store_true", help="merge new sentences into the .po files first")
    parser.add_argument("--compile", action="store_true", help="write the .mo files at the end")
    chosen = parser.parse_args(arguments)
    template = extract()
    found = 0
    for code in PLURALS:
        if chosen.update:
            update(template, code)
        for fault in faults(template, code):
            found += 1
            print(f"{code}: {fault}")
    if chosen.compile:
        compile_catalogues()
    print(f"{len(template)} sentences, {found} faults" if found else f"{len(template)} sentences, all translated")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())

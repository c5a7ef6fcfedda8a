"""The papers: what stands on the page stands in the PDF, in both languages, for archives and for ears."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from karavan.accounts.models import Organisation, OrganisationKind
from karavan.core.languages import Slots
from karavan.core.paper import UNKNOWN, drawable
from karavan.councils.models import Council, CouncilLevel
from karavan.protocols import paper
from karavan.protocols.models import Protocol, ProtocolPart, ProtocolState
from karavan.protocols.wording import HEADINGS, TONGUES, parts, title
from tests.protocols.reading_pdfs import fonts_of, metadata_of, pages_of, squeezed, words_of
from tests.protocols.samples import COUNCIL, HEARING, SITTING
from tests.support.settings import NOW

if TYPE_CHECKING:
    from karavan.protocols.hosts import Facts

LETTERS = "ӘәҒғҚқҢңӨөҰұҮүҺһІі"
WRITTEN_AS_CODE = (
    '#panic("no")\n*bold* _it_ $x$ = Title <label> @ref #sys.inputs \\ // /* `raw` [x] {y} https://example.kz'
)


def agreed(facts: Facts, **changes: Any) -> Protocol:
    """Return a protocol as it is when both have agreed, in no database."""
    organisation = Organisation(slug="aktau", kind=OrganisationKind.COUNCIL, name=COUNCIL)
    council = Council(organisation=organisation, slug="aktau", level=CouncilLevel.CITY)
    usual: dict[str, Any] = {
        "number": "MGS-P-2026-0004",
        "council": council,
        "state": ProtocolState.AGREED,
        "title": title(facts),
        "parts": [ProtocolPart(part=part, text=text) for part, text in parts(facts).items()],
        "chair_name": "Бекзат",
        "chair_agreed_at": NOW,
        "secretary_name": "Сәуле",
        "secretary_agreed_at": NOW,
    }
    return Protocol(**usual | changes)


@pytest.mark.parametrize("lang", TONGUES)
@pytest.mark.parametrize("facts", [HEARING, SITTING])
def test_a_paper_says_all_that_the_page_says_in_its_language(facts: Facts, lang: str) -> None:
    protocol = agreed(facts)
    said = words_of(paper.set_paper(protocol, lang, published_at=NOW))

    assert said.startswith(squeezed(getattr(protocol.title, lang)))
    places = [said.index(squeezed(getattr(HEADINGS[part.part], lang))) for part in protocol.parts]
    assert places == sorted(places)
    for part in protocol.parts:
        assert squeezed(getattr(part.text, lang)) in said, part.part
    assert squeezed(paper.agreement(protocol, lang)) in said
    assert "MGS-P-2026-0004" in said


def test_every_letter_of_kazakh_is_read_back_as_it_was_written() -> None:
    protocol = agreed(SITTING)
    protocol.parts[0].text = Slots(f"{LETTERS} «Көшбасшылар» № 1 200 ₸ — 10–12", "Ёлка, ёж")

    said = words_of(paper.set_paper(protocol, "kk", published_at=NOW))
    assert LETTERS in said
    assert "«Көшбасшылар»№1200₸—10–12" in said
    assert "Ёлка,ёж" in words_of(paper.set_paper(protocol, "ru", published_at=NOW))


def test_a_paper_is_made_for_archives_and_for_people_who_hear_it() -> None:
    made = paper.set_paper(agreed(HEARING), "kk", published_at=NOW)

    assert metadata_of(made) == {"pdfaid:part": "2", "pdfaid:conformance": "A", "pdfuaid:part": "1"}
    fonts = fonts_of(made)
    assert fonts
    assert all(fonts.values()), fonts
    assert all("Libertinus" in name for name in fonts)


def test_the_same_protocol_gives_the_same_bytes() -> None:
    first, again = (paper.papers_of(agreed(HEARING), published_at=NOW) for _ in range(2))

    assert first == again
    assert first.kk != first.ru


def test_what_somebody_typed_is_never_code() -> None:
    protocol = agreed(SITTING)
    protocol.parts[0].text = Slots(WRITTEN_AS_CODE, WRITTEN_AS_CODE)

    assert squeezed(WRITTEN_AS_CODE) in words_of(paper.set_paper(protocol, "ru", published_at=NOW))


def test_signs_that_no_font_here_has_stop_no_paper() -> None:
    protocol = agreed(SITTING)
    protocol.parts[0].text = Slots("Қуаныш 😀 中 عربي 🇰🇿 соңы", "так")

    said = words_of(paper.set_paper(protocol, "kk", published_at=NOW))
    assert f"Қуаныш{UNKNOWN}{UNKNOWN}" in said
    assert "соңы" in said


def test_everything_that_is_set_as_typed_can_be_set() -> None:
    every = [chr(code) for code in range(0x20, 0x2500) if drawable(chr(code)) == chr(code)]
    protocol = agreed(SITTING)
    lines = "\n".join("x" + "".join(every[at : at + 50]) + "x" for at in range(0, len(every), 50))
    protocol.parts[0].text = Slots(lines, lines)

    assert paper.set_paper(protocol, "kk", published_at=NOW).startswith(b"%PDF")


def test_a_long_protocol_is_set_in_good_time() -> None:
    protocol = agreed(SITTING)
    protocol.parts[0].text = Slots("Сөз сөйлеуші өз пікірін айтты. " * 1500, "Выступающий высказал мнение. " * 1500)

    assert pages_of(paper.set_paper(protocol, "kk", published_at=NOW)) > 10

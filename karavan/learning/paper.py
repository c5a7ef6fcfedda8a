"""The papers of a certificate, in Kazakh and in Russian, and of a learning record."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from karavan.core.languages import Slots
from karavan.core.paper import TEMPLATES, set_paper
from karavan.core.qr import qr_drawing
from karavan.core.tokens import show_receipt
from karavan.core.when import day_medium, day_range
from karavan.learning.signing import fragment_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from karavan.learning.models import Certificate
    from karavan.learning.record import Line

CERTIFICATE: Final = "certificates/certificate.typ"
RECORD: Final = "learning/record.typ"
PAPERS: Final = ("kk", "ru")

_WORDS: Final[dict[str, dict[str, str]]] = {
    "kk": {
        "heading": "Қатысу сертификаты",
        "whose": "Қатысушы",
        "event": "Іс-шара",
        "when": "Қатысқан күндері",
        "days": "Қатысқан күндерінің саны",
        "where": "Өткен жері",
        "hours": "Көлемі",
        "organiser": "Ұйымдастырушы",
        "issued": "Берілген күні",
        "code": "Сертификаттың коды",
        "check": "Сертификатты осы бетте тексеріңіз. Интернетсіз де тексеруге болады: QR кодта барлық мәлімет тұр, "
        "біреу оны өзгертсе, тексеру байқайды.",
        "address": "Тексеру мекенжайы",
        "qr": "Сертификатты тексеруге арналған QR код",
        "platform": "Маңғыстау облысының азаматтық платформасы «Көшбасшылар керуені»",
        "record": "Оқу тарихы",
        "total": "Барлығы",
        "made": "Жасалған күні",
        "none": "Сертификат берілмеген",
    },
    "ru": {
        "heading": "Сертификат об участии",
        "whose": "Участник",
        "event": "Событие",
        "when": "Дни участия",
        "days": "Количество дней участия",
        "where": "Место проведения",
        "hours": "Объём",
        "organiser": "Организатор",
        "issued": "Дата выдачи",
        "code": "Код сертификата",
        "check": "Проверьте сертификат на этой странице. Можно и без интернета: в QR-коде стоят все сведения, "
        "и проверка заметит, если их изменить.",
        "address": "Адрес проверки",
        "qr": "QR-код для проверки сертификата",
        "platform": "Гражданская платформа Мангистауской области «Караван лидеров»",
        "record": "История обучения",
        "total": "Всего",
        "made": "Дата составления",
        "none": "Сертификат не выдан",
    },
}


def certificate_paper(certificate: Certificate, lang: str, *, address: str) -> bytes:
    """Set a certificate in one language. `address` is its page; the code on the paper leads there, and proves it."""
    return set_paper(CERTIFICATE, certificate_content(certificate, lang, address=address), at=certificate.issued_at)


def certificate_content(certificate: Certificate, lang: str, *, address: str) -> dict[str, Any]:
    """Return what stands in the paper, as plain data."""
    words = _WORDS[lang]
    days = [date.fromisoformat(one) for one in certificate.days]
    facts = {name: Slots(**slots).best(lang).text for name, slots in certificate.facts.items()}
    lines = [
        (words["when"], day_range(days[0], days[-1], lang)),
        (words["where"], facts["place"]),
        (words["hours"], duration(certificate.minutes, lang)),
        (words["organiser"], facts["organiser"]),
        (words["issued"], day_medium(certificate.issued_at, lang)),
        (words["code"], show_receipt(certificate.code)),
    ]
    if len(days) > 1:
        lines.insert(1, (words["days"], str(len(days))))
    return {
        "lang": lang,
        "heading": words["heading"],
        "whose": words["whose"],
        "name": certificate.name,
        "about": words["event"],
        "event": facts["title"],
        "lines": [{"label": label, "value": value} for label, value in lines],
        "check": words["check"],
        "address": f"{words['address']}: {address}",
        "platform": words["platform"],
        "ornament": ornament(),
        "qr": qr_drawing(qr_text(certificate, address)),
        "qr_words": words["qr"],
    }


def qr_text(certificate: Certificate, address: str) -> str:
    """Return what the code on the paper holds: the address, and all that is signed."""
    return f"{address}#{fragment_of(certificate.payload, certificate.signature)}"


def record_paper(name: str, lines: Sequence[Line], lang: str, *, at: datetime) -> bytes:
    """Set somebody's learning record in one language."""
    return set_paper(RECORD, record_content(name, lines, lang, at=at), at=at)


def record_content(name: str, lines: Sequence[Line], lang: str, *, at: datetime) -> dict[str, Any]:
    """Return what stands in a learning record, as plain data."""
    words = _WORDS[lang]
    return {
        "lang": lang,
        "heading": words["record"],
        "name": name,
        "platform": words["platform"],
        "ornament": ornament(),
        "made": f"{words['made']}: {day_medium(at, lang)}",
        "columns": [words["event"], words["whose"], words["when"], words["hours"], words["code"]],
        "rows": [
            [
                line.title.best(lang).text,
                line.name,
                day_range(line.days[0], line.days[-1], lang),
                duration(line.minutes, lang),
                show_receipt(line.code) if line.code else words["none"],
            ]
            for line in lines
        ],
        "total": f"{words['total']}: {duration(sum(line.minutes for line in lines), lang)}",
    }


def duration(minutes: int, lang: str) -> str:
    """«16 сағ», «7 ч 30 мин»: short forms, which no number changes."""
    hours, rest = divmod(minutes, 60)
    hour, minute = {"kk": ("сағ", "мин"), "ru": ("ч", "мин"), "en": ("h", "min")}[lang]
    parts = [f"{hours}\u00a0{hour}"] if hours or not rest else []
    return " ".join([*parts, f"{rest}\u00a0{minute}"] if rest else parts)


@cache
def ornament() -> str:
    """Return the ram's horn of the design as a drawing."""
    horn = (TEMPLATES.parent / "static/img/horn.svg").read_text(encoding="ascii")
    return horn.replace("#000", "#0b5468").strip()

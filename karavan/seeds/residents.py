"""Invented residents. Addresses are of a reserved domain, numbers of a range nobody is known to use."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from karavan.core.text import slugify
from karavan.events.models import ConsentPurpose, SeatChannel
from karavan.events.rules.register import Application, Guest
from karavan.seeds.cast import CAST

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, kw_only=True)
class Resident:
    """Somebody who registers for others and herself."""

    name: str
    email: str
    phone: str
    district: str
    lang: str = "kk"


_NAMES: Final[dict[str, tuple[tuple[str, str], ...]]] = {
    "aktau": (
        ("Айгерім Сұлтанова", "kk"),
        ("Нұрлан Қожабеков", "kk"),
        ("Светлана Громова", "ru"),
        ("Жанар Төлегенова", "kk"),
        ("Виктор Павленко", "ru"),
        ("Ермек Байжанов", "kk"),
        ("Мария Соколова", "ru"),
        ("Гүлжан Әбдіхалық", "kk"),
        ("Тимур Ахметов", "ru"),
        ("Зейнеп Мұқанова", "kk"),
        ("Ольга Ким", "ru"),
        ("Серік Досымов", "kk"),
    ),
    "zhanaozen": (
        ("Дана Қуанышова", "kk"),
        ("Асқар Өтеген", "kk"),
        ("Ұлжан Бердіқожа", "kk"),
        ("Мирас Жеткізген", "kk"),
        ("Наталья Дёмина", "ru"),
        ("Рауан Сисенов", "kk"),
        ("Ақбота Нұрғали", "kk"),
        ("Болат Қосаев", "kk"),
        ("Шынар Медетова", "kk"),
    ),
    "beineu": (
        ("Қуаныш Әлібек", "kk"),
        ("Перизат Есенова", "kk"),
        ("Ғалым Тұрсынбай", "kk"),
        ("Аружан Сапар", "kk"),
        ("Мөлдір Жақсылық", "kk"),
        ("Ерасыл Оңғар", "kk"),
        ("Динара Халық", "kk"),
        ("Жігер Мәмбет", "kk"),
        ("Назерке Айтқұл", "kk"),
    ),
    "karakiya": (
        ("Орынбасар Жаңбыршы", "kk"),
        ("Сымбат Құрманғазы", "kk"),
        ("Ақжол Табынбаев", "kk"),
        ("Лариса Мельник", "ru"),
    ),
    "mangystau": (
        ("Қарлығаш Бекжан", "kk"),
        ("Нұрсұлтан Шерхан", "kk"),
        ("Бибігүл Отарбай", "kk"),
        ("Әлихан Тұрсынов", "kk"),
    ),
    "munaily": (
        ("Алмагүл Сағындық", "kk"),
        ("Денис Ковальчук", "ru"),
        ("Үміт Рахмет", "kk"),
        ("Өмірзақ Батырхан", "kk"),
        ("Камила Юсупова", "ru"),
    ),
    "tupkaragan": (
        ("Жиһангер Ақмырза", "kk"),
        ("Тамара Рыбакова", "ru"),
        ("Індіра Кенжебай", "kk"),
    ),
}


FIRST_PHONE: Final = 106


def _residents() -> dict[str, Resident]:
    found = {
        account.key: Resident(
            name=account.name,
            email=account.email,
            phone=account.phone,
            district="zhanaozen",
            lang=account.lang,
        )
        for account in CAST
    }
    for district, people in _NAMES.items():
        for name, lang in people:
            key = slugify(name)
            phone = f"+77000000{FIRST_PHONE + len(found) - len(CAST):03d}"
            found[key] = Resident(name=name, email=f"{key}@karavan.example", phone=phone, district=district, lang=lang)
    return found


RESIDENTS: Final = _residents()
"""By key: the cast's own, or the name in Latin letters."""


@dataclass(frozen=True, kw_only=True)
class Party:
    """One registration: who asks, for whom, and how."""

    who: str
    """Key of the resident."""
    others: tuple[Guest, ...] = ()
    needs: tuple[str, ...] = ()
    needs_note: str = ""
    at_least: int = 0
    called: bool = False
    """She left only a phone number, and the desk wrote her in."""
    answers: tuple[Any, ...] = ()
    """In the order of the event's questions; None: not answered."""
    photographs: bool = False

    def application(self, questions: Mapping[int, int]) -> Application:
        """Return what the rule is asked; `questions` gives the id of each question by its place."""
        resident = RESIDENTS[self.who]
        myself = Guest(name=resident.name, needs=self.needs, needs_note=self.needs_note)
        consents = {ConsentPurpose.PROCESSING} | ({ConsentPurpose.PHOTOGRAPHY} if self.photographs else set())
        return Application(
            key=f"town-{self.who}",
            guests=(myself, *self.others),
            lang=resident.lang,
            email="" if self.called else resident.email,
            email_key=None if self.called else resident.email,
            phone=resident.phone if self.called or self.who not in _BY_EMAIL_ALONE else None,
            district=resident.district,
            at_least=self.at_least,
            answers={questions[n]: answer for n, answer in enumerate(self.answers) if answer is not None},
            consents=frozenset(consents),
            channel=SeatChannel.DESK if self.called else SeatChannel.WEB,
        )


_BY_EMAIL_ALONE: Final = frozenset(list(RESIDENTS)[len(CAST) + 1 :: 3])
"""Every third resident left no phone number."""

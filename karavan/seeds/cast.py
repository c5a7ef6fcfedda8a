"""Whom a visitor of the demonstration may be: invented people, each with something to try."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from karavan.accounts.models import Role
from karavan.core.languages import Slots

ALLIANCE: Final = "civic-alliance"
DEPARTMENT: Final = "information-and-public-development"
COUNCIL: Final = "demonstration-council"


@dataclass(frozen=True, kw_only=True)
class Account:
    """One demonstration account. Its sign-in code arrives on the mailbox page."""

    key: str
    name: str
    """In Kazakh spelling, as she writes it herself."""
    email: str
    phone: str
    """E.164; of a range nobody is known to use."""
    lang: str
    try_this: Slots
    roles: tuple[Role, ...] = ()
    """None: a resident, which needs no role."""
    organisation: str | None = None
    """Slug of the organisation the roles are held in; None: the whole site."""


CAST: Final = (
    Account(
        key="amina",
        name="Әмина Жолдасова",
        email="amina@karavan.example",
        phone="+77000000001",
        lang="kk",
        try_this=Slots(
            "Ұсынылған орынды қабылдаңыз, билетіңізді ашыңыз немесе отбасыңызбен іс-шараға жазылыңыз.",
            "Примите предложенное место, откройте билет или запишитесь на событие всей семьёй.",
            "Accept the seat you are offered, open your ticket, or register for an event with your family.",
        ),
    ),
    Account(
        key="bekzat",
        name="Бекзат Төлеген",
        email="bekzat@karavan.example",
        phone="+77000000002",
        lang="kk",
        roles=(Role.ORGANISER,),
        organisation=ALLIANCE,
        try_this=Slots(
            "Ұйымдастырушының жұмыс үстелінде іс-шараны өзгертіңіз, қоңырау шалған адамды іс-шараға жазыңыз, "
            "келгендерді белгілеңіз.",
            "На рабочем столе организатора измените событие, запишите позвонившего, отметьте тех, кто пришёл.",
            "At the organiser's desk, edit an event, register somebody who called, check people in at the door.",
        ),
    ),
    Account(
        key="saule",
        name="Сәуле Ермекова",
        email="saule@karavan.example",
        phone="+77000000003",
        lang="kk",
        roles=(Role.SECRETARY, Role.ORGANISER),
        organisation=COUNCIL,
        try_this=Slots(
            "Кеңестің ашық отырысы мен қоғамдық тыңдауын дайындаңыз: бағдарламасын түзетіп, орын санын өзгертіңіз.",
            "Подготовьте открытое заседание и слушания совета: поправьте программу, измените число мест.",
            "Prepare the council's open meeting and its hearing: correct the programme, change the number of seats.",
        ),
    ),
    Account(
        key="daniyar",
        name="Данияр Асқаров",
        email="daniyar@karavan.example",
        phone="+77000000004",
        lang="ru",
        roles=(Role.MODERATOR,),
        organisation=COUNCIL,
        try_this=Slots(
            "Ашық журналды қараңыз: онда кімнің істегені емес, не істелгені жазылады. Модератордың жұмыс үстелі "
            "пікірлермен бірге ашылады.",
            "Посмотрите открытый журнал: в нём видно, что сделано, но не кем. Рабочий стол модератора появится "
            "вместе с обсуждениями.",
            "Read the public record: it says what was done, not by whom. The moderator's desk opens together with "
            "discussions.",
        ),
    ),
    Account(
        key="gulnar",
        name="Гүлнар Оразова",
        email="gulnar@karavan.example",
        phone="+77000000005",
        lang="kk",
        roles=(Role.COUNCIL_MEMBER,),
        organisation=COUNCIL,
        try_this=Slots(
            "Кеңес мүшесі ретінде ашық отырысқа жазылып, күн тәртібін оқыңыз.",
            "Как член совета запишитесь на открытое заседание и прочитайте повестку дня.",
            "As a council member, register for the open meeting and read its agenda.",
        ),
    ),
    Account(
        key="admin",
        name="Айбек Серікұлы",
        email="admin@karavan.example",
        phone="+77000000006",
        lang="ru",
        roles=(Role.ADMINISTRATOR,),
        try_this=Slots(
            "Әкімші ретінде барлық ұйымның іс-шараларын бір жұмыс үстелінен көріңіз.",
            "Как администратор откройте события всех организаций на одном рабочем столе.",
            "As administrator, see the events of every organisation on one desk.",
        ),
    ),
)
"""In the order a visitor would meet them."""

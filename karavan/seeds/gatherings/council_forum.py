"""Postponed: it will be held, nobody knows yet when. Whoever registered keeps her seat."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from karavan.core.languages import Slots
from karavan.events.models import EventKind
from karavan.events.rules.plan import Plan
from karavan.seeds.cast import ALLIANCE
from karavan.seeds.days import FRIDAY, at
from karavan.seeds.gathering import BEKZAT, FACILITATOR, Gathering, ago, line
from karavan.seeds.residents import Party

if TYPE_CHECKING:
    from karavan.seeds.days import Days


def plan(days: Days) -> Plan:
    """Return a Friday afternoon in Beineu."""
    day = days.on(FRIDAY, weeks=3)
    return Plan(
        kind=EventKind.DIALOGUE,
        title=Slots("Аудандық кеңестердің кездесуі", "Встреча районных советов", "Meeting of the district councils"),
        summary=Slots(
            "Аудандар бір-біріне не істегенін айтады.",
            "Районы рассказывают друг другу, что у них получилось.",
            "Districts tell each other what worked.",
        ),
        about=Slots(
            "Әр аудан бір сәтті және бір сәтсіз тәжірибесін он минутта айтып береді. Сосын үстел басында "
            "сұрақ-жауап болады.",
            "Каждый район за десять минут рассказывает об одной удаче и одной неудаче. Потом — вопросы за столами.",
            "Each district tells of one success and one failure in ten minutes. Then there are questions at the "
            "tables.",
        ),
        starts_at=at(day, "14:00"),
        ends_at=at(day, "17:00"),
        place="beineu",
        venue=Slots("Мәдениет үйі", "Дом культуры", "House of culture"),
        capacity=40,
        languages=("kk", "ru"),
        contact_name=BEKZAT.name,
        contact_phone=BEKZAT.phone,
        contact_email=BEKZAT.email,
        programme=(
            line(
                day,
                "14:00",
                "17:00",
                Slots("Он минуттан жеті әңгіме", "Семь рассказов по десять минут", "Seven stories of ten minutes"),
                speaker=FACILITATOR,
            ),
        ),
    )


WHY: Final = Slots(
    "Бейнеу жолы ауа райына байланысты жабық. Жаңа күнді бір аптадан кейін айтамыз.",
    "Дорога в Бейнеу закрыта из-за погоды. Новый день сообщим через неделю.",
    "The road to Beineu is closed because of the weather. We tell the new day in a week.",
)

COUNCIL_FORUM: Final = Gathering(
    slug="meeting-of-district-councils",
    organisation=ALLIANCE,
    plan=plan,
    published=ago(13, "12:00"),
    parties=(
        Party(who="quanysh-alibek"),
        Party(who="perizat-esenova"),
        Party(who="galym-tursynbay"),
        Party(who="qarlygash-bekzhan", called=True),
    ),
)

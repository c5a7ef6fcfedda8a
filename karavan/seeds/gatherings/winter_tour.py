"""Places by application: the call is closed, and reviewers of the cast score. With a picture on top."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from karavan.core.languages import Slots
from karavan.events.models import Access, EventKind, QuestionKind
from karavan.events.rules.plan import Plan, QuestionLine
from karavan.seeds.cast import ALLIANCE
from karavan.seeds.days import TUESDAY, at
from karavan.seeds.gathering import BEKZAT, TRAINER, Gathering, ago, line

if TYPE_CHECKING:
    from karavan.seeds.days import Days


def plan(days: Days) -> Plan:
    """Return three days in Astana, from Tuesday to Thursday."""
    first = days.on(TUESDAY, weeks=7, days=3)
    second, third = first + timedelta(days=1), first + timedelta(days=2)
    return Plan(
        kind=EventKind.STUDY_TOUR,
        title=Slots(
            "Астанаға екінші танысу сапары: іріктеу арқылы",
            "Вторая ознакомительная поездка в Астану: по отбору",
            "Second study tour to Astana: by selection",
        ),
        summary=Slots(
            "Он екі орын өтінім бойынша беріледі: бағалау шарттары алдын ала жарияланған.",
            "Двенадцать мест распределяются по заявкам: критерии оценки опубликованы заранее.",
            "Twelve places are given by application: what is scored was published beforehand.",
        ),
        about=Slots(
            "Сапарда Астана қоғамдық кеңесінің жұмысын көріп, ұсыныстың қаладан министрлікке дейінгі жолын "
            "басынан аяғына дейін қадағалайсыз.\n\n"
            "Өтінімді екі бағалаушы есімсіз оқиды. Жол, қонақүй және тамақ төленеді.",
            "Вы увидите работу общественного совета Астаны и пройдёте путь предложения от города до министерства.\n\n"
            "Каждую заявку читают два эксперта, не зная имени. Дорога, гостиница и питание оплачиваются.",
            "You will see Astana's public council at work and follow a proposal from the city to a ministry.\n\n"
            "Two reviewers read each application without knowing whose it is. Travel, hotel and meals are paid for.",
        ),
        starts_at=at(first, "08:00"),
        ends_at=at(third, "21:00"),
        place="astana",
        capacity=12,
        languages=("kk", "ru"),
        accessibility=(Access.STEP_FREE, Access.LIFT, Access.TRANSPORT),
        contact_name=BEKZAT.name,
        contact_phone=BEKZAT.phone,
        contact_email=BEKZAT.email,
        offer_hours=72,
        offers_stop_hours=96,
        asks=("sex", "born", "role"),
        programme=(
            line(
                first,
                "15:00",
                "17:00",
                Slots(
                    "Кеңестің бір күні: көреміз және сұраймыз",
                    "Один день совета: смотрим и спрашиваем",
                    "A day of a council: looking and asking",
                ),
                speaker=TRAINER,
            ),
            line(
                second,
                "10:00",
                "13:00",
                Slots(
                    "Ұсыныстың қаладан министрлікке дейінгі жолы",
                    "Путь предложения от города до министерства",
                    "A proposal's way from the city to a ministry",
                ),
                speaker=TRAINER,
            ),
            line(
                third,
                "10:00",
                "12:00",
                Slots("Ауданымызда не істейміз?", "Что сделаем в своём районе?", "What shall we do at home?"),
                speaker=TRAINER,
            ),
        ),
        questions=(
            QuestionLine(
                kind=QuestionKind.TEXT,
                label=Slots(
                    "Сапардан кейін ауданыңызда не істейсіз?",
                    "Что вы сделаете в своём районе после поездки?",
                    "What will you do in your district after the tour?",
                ),
                hint=Slots(
                    "2–3 сөйлем жеткілікті.", "Достаточно 2–3 предложений.", "Two or three sentences are enough."
                ),
                required=True,
            ),
        ),
    )


WINTER_TOUR: Final = Gathering(slug="study-tour-astana-2", organisation=ALLIANCE, plan=plan, published=ago(17, "10:10"))

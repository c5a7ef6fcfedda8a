"""Places by lot with rules of balance: drawn, told to everybody, and published so that anyone can draw again."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from karavan.core.languages import Slots
from karavan.events.models import Access, EventKind, QuestionKind
from karavan.events.rules.plan import Plan, QuestionLine
from karavan.seeds.cast import ALLIANCE
from karavan.seeds.days import THURSDAY, at
from karavan.seeds.gathering import BEKZAT, TRAINER, Gathering, ago, line

if TYPE_CHECKING:
    from karavan.seeds.days import Days


def plan(days: Days) -> Plan:
    """Return two days by the sea, Thursday and Friday."""
    first = days.on(THURSDAY, weeks=4, days=2)
    second = first + timedelta(days=1)
    return Plan(
        kind=EventKind.TRAINING,
        title=Slots("Жас көшбасшылар лагері", "Лагерь молодых лидеров", "Camp of young leaders"),
        summary=Slots(
            "Екі күн, он орын: қатысушылар жеребе арқылы таңдалды.",
            "Два дня, десять мест: участники выбраны жеребьёвкой.",
            "Two days, ten places: participants were chosen by lot.",
        ),
        about=Slots(
            "Ауылдағы бір мәселені алып, оны кеңеске ұсыныс етіп шығарғанша бірге жұмыс істейміз. Әр ауданнан "
            "адам келуі үшін жеребе тең бөлу ережелерімен тартылды.\n\n"
            "Жеребенің тізімі, ережелері және бастапқы саны жарияланған: оны кез келген адам қайта тарта алады.",
            "Берём одну проблему своего посёлка и доводим её до предложения в совет. Чтобы приехали люди из разных "
            "районов, жеребьёвка прошла с правилами баланса.\n\n"
            "Список, правила и начальное число опубликованы: повторить жеребьёвку может каждый.",
            "We take one problem of one's village and work on it until it is a proposal to the council. So that people "
            "come from every district, the draw kept rules of balance.\n\n"
            "List, rules and seed are published: anybody can draw again.",
        ),
        starts_at=at(first, "10:00"),
        ends_at=at(second, "17:00"),
        place="aktau",
        venue=Slots("«Каспий» демалыс үйі (демо)", "Дом отдыха «Каспий» (демо)", "Kaspiy holiday house (demo)"),
        capacity=10,
        languages=("kk", "ru"),
        accessibility=(Access.STEP_FREE, Access.TRANSPORT),
        contact_name=BEKZAT.name,
        contact_phone=BEKZAT.phone,
        contact_email=BEKZAT.email,
        offer_hours=72,
        offers_stop_hours=72,
        asks=("sex", "born"),
        programme=(
            line(
                first,
                "10:00",
                "17:00",
                Slots("Мәселеден ұсынысқа дейін", "От проблемы до предложения", "From a problem to a proposal"),
                speaker=TRAINER,
            ),
            line(
                second,
                "10:00",
                "16:00",
                Slots("Кеңес алдында сөйлеу", "Выступаем перед советом", "Speaking before a council"),
                speaker=TRAINER,
            ),
        ),
        questions=(
            QuestionLine(
                kind=QuestionKind.TEXT,
                label=Slots(
                    "Қандай мәселемен келесіз?", "С какой проблемой вы приедете?", "Which problem do you bring along?"
                ),
                required=True,
            ),
        ),
    )


LEADERS_CAMP: Final = Gathering(
    slug="camp-of-young-leaders", organisation=ALLIANCE, plan=plan, published=ago(30, "10:00")
)

"""Its registration opens later."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from karavan.core.languages import Slots
from karavan.events.models import Access, EventKind
from karavan.events.rules.plan import Plan
from karavan.seeds.cast import ALLIANCE
from karavan.seeds.days import MONDAY, SATURDAY, at
from karavan.seeds.gathering import BEKZAT, TRAINER, Gathering, ago, line

if TYPE_CHECKING:
    from karavan.seeds.days import Days


def plan(days: Days) -> Plan:
    """Return the second Saturday of the school."""
    day = days.on(SATURDAY, weeks=5)
    return Plan(
        kind=EventKind.TRAINING,
        title=Slots(
            "Жас көшбасшылар мектебі: 2-модуль", "Школа молодых лидеров: модуль 2", "School for young leaders: module 2"
        ),
        summary=Slots(
            "Жобаның жоспарынан іске көшу: серіктес табу, қаражат сұрау, нәтижені көрсету.",
            "От плана проекта к делу: найти партнёров, попросить средства, показать результат.",
            "From a project's plan to its work: finding partners, asking for funds, showing results.",
        ),
        about=Slots(
            "Жобаңыздың жоспары бар ма? Оны кім қолдай алатынын, қаражатты қайдан және қалай сұрауға болатынын "
            "нақты мысалдармен қараймыз.\n\n"
            "1-модульге қатыспаған адам да келе алады: бір беттік жоспар әкелсе болғаны.",
            "У вас есть план проекта? На примерах разберём, кто может его поддержать, где и как просить средства.\n\n"
            "Можно прийти и без первого модуля: достаточно принести план на одну страницу.",
            "Do you have a plan for a project? With examples we look at who could support it, and where and how "
            "to ask for funds.\n\n"
            "You may come without the first module: a plan of one page is enough.",
        ),
        starts_at=at(day, "10:00"),
        ends_at=at(day, "16:00"),
        place="beineu",
        venue=Slots("Бейнеу ауылы, Мәдениет үйі", "село Бейнеу, Дом культуры", "House of Culture, Beineu village"),
        capacity=20,
        languages=("kk",),
        accessibility=(Access.STEP_FREE, Access.ACCESSIBLE_TOILET),
        accessibility_note=Slots(
            "Кіреберісте пандус бар, зал бірінші қабатта.",
            "У входа есть пандус, зал на первом этаже.",
            "There is a ramp at the entrance, and the hall is on the ground floor.",
        ),
        contact_name=BEKZAT.name,
        contact_phone=BEKZAT.phone,
        contact_email=BEKZAT.email,
        registration_opens_at=at(days.on(MONDAY, weeks=2), "10:00"),
        registration_closes_at=at(day - timedelta(days=1), "18:00"),
        programme=(
            line(
                day,
                "10:00",
                "12:30",
                Slots("Серіктес және қаражат", "Партнёры и средства", "Partners and funds"),
                speaker=TRAINER,
            ),
            line(
                day,
                "13:30",
                "16:00",
                Slots("Жобаны көпшілікке таныстыру", "Как представить проект", "Presenting a project"),
                speaker=TRAINER,
            ),
        ),
    )


SCHOOL_MODULE_2: Final = Gathering(
    slug="school-for-young-leaders-2", organisation=ALLIANCE, plan=plan, published=ago(12, "11:25")
)

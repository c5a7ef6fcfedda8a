"""Over for a week or two: two days, two doors, certificates, what people said, photographs, an accepted report."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from karavan.core.languages import Slots
from karavan.events.models import EventKind
from karavan.events.rules.plan import Plan
from karavan.seeds.cast import ALLIANCE
from karavan.seeds.days import SATURDAY, at
from karavan.seeds.gathering import BEKZAT, TRAINER, Gathering, ago, line

if TYPE_CHECKING:
    from karavan.seeds.days import Days


def plan(days: Days) -> Plan:
    """Return a weekend in Aktau that is over for a week at least."""
    first = days.before(SATURDAY, weeks=2, days=2)
    second = first + timedelta(days=1)
    return Plan(
        kind=EventKind.TRAINING,
        title=Slots("Бюджетті түсініп оқимыз", "Читаем бюджет и понимаем его", "Reading a budget and understanding it"),
        summary=Slots(
            "Екі күн, екі бюджет: қаланікі және ауылдікі.",
            "Два дня, два бюджета: городской и сельский.",
            "Two days, two budgets: a city's and a village's.",
        ),
        about=Slots(
            "Бюджеттің қай бетінде не жазылғанын, қай санды сұрау керегін үйренеміз. Екі күнде де келген адамға "
            "сертификат беріледі.",
            "Учимся находить в бюджете нужную страницу и задавать вопрос к нужному числу. Кто пришёл, получает "
            "сертификат о часах участия.",
            "We learn on which page of a budget to look and which figure to ask about. Whoever came gets a "
            "certificate of the hours.",
        ),
        starts_at=at(first, "10:00"),
        ends_at=at(second, "13:00"),
        place="aktau",
        venue=Slots("Тәуелсіздік сарайы, 2-зал (демо)", "Дворец независимости, зал 2 (демо)", "Hall 2 (demo)"),
        capacity=16,
        languages=("kk", "ru"),
        contact_name=BEKZAT.name,
        contact_phone=BEKZAT.phone,
        contact_email=BEKZAT.email,
        asks=("sex", "born", "role"),
        programme=(
            line(
                first,
                "10:00",
                "13:00",
                Slots("Қала бюджеті: бетпе-бет", "Бюджет города: страница за страницей", "A city's budget by pages"),
                speaker=TRAINER,
            ),
            line(
                first,
                "14:00",
                "16:00",
                Slots("Қандай сұрақ қоямыз?", "Какие вопросы зададим?", "Which questions do we ask?"),
                speaker=TRAINER,
            ),
            line(
                second,
                "10:00",
                "13:00",
                Slots("Ауыл бюджеті: өзіміз оқимыз", "Бюджет села: читаем сами", "A village's budget: on our own"),
                speaker=TRAINER,
            ),
        ),
    )


BUDGET_TRAINING: Final = Gathering(
    slug="reading-a-budget", organisation=ALLIANCE, plan=plan, published=ago(60, "10:00")
)

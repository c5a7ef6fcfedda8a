"""Online, and written in Russian only: the page says openly that there is no Kazakh text yet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from karavan.core.languages import Slots
from karavan.events.models import EventKind, QuestionKind
from karavan.events.rules.plan import Plan, QuestionLine
from karavan.seeds.cast import ALLIANCE
from karavan.seeds.days import TUESDAY, at
from karavan.seeds.gathering import BEKZAT, TRAINER, Gathering, ago, line
from karavan.seeds.residents import Party

if TYPE_CHECKING:
    from karavan.seeds.days import Days


def plan(days: Days) -> Plan:
    """Return an evening online."""
    day = days.on(TUESDAY, weeks=3)
    return Plan(
        kind=EventKind.TRAINING,
        title=Slots(ru="Общественный контроль: с чего начать"),
        summary=Slots(ru="Онлайн-занятие для тех, кто впервые берётся за общественный мониторинг или экспертизу."),
        about=Slots(
            ru="Разберём по шагам: как выбрать предмет контроля, кого предупредить, какие документы запросить и что "
            "написать в итоговом документе.\n\n"
            "Отдельно поговорим о конфликте интересов: почему о нём лучше сказать до начала, а не после.\n\n"
            "Занятие идёт на русском языке. Ссылку на встречу увидят те, у кого есть место.",
        ),
        starts_at=at(day, "18:30"),
        ends_at=at(day, "20:00"),
        place="online",
        online_url="https://meet.karavan.example/public-control",
        capacity=100,
        languages=("ru",),
        contact_name=BEKZAT.name,
        contact_phone=BEKZAT.phone,
        contact_email=BEKZAT.email,
        programme=(
            line(day, "18:30", "19:15", Slots(ru="Четыре формы контроля на примерах"), speaker=TRAINER),
            line(day, "19:15", "20:00", Slots(ru="Вопросы и ответы"), speaker=TRAINER),
        ),
        questions=(
            QuestionLine(
                kind=QuestionKind.YES_NO,
                label=Slots(ru="Вы уже участвовали в общественном контроле?"),
            ),
        ),
    )


PARTIES: Final = (
    Party(who="svetlana-gromova", answers=("no",)),
    Party(who="viktor-pavlenko", answers=("yes",)),
    Party(who="mariya-sokolova", answers=("no",)),
    Party(who="daniyar", answers=("yes",)),
    Party(who="larisa-melnik"),
    Party(who="denis-kovalchuk", answers=("no",)),
)

PUBLIC_CONTROL_ONLINE: Final = Gathering(
    slug="public-control-online", organisation=ALLIANCE, plan=plan, published=ago(15, "17:40"), parties=PARTIES
)

"""A council's open meeting, which keeps no waiting list. It has no English text: English readers see the Russian."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from karavan.core.languages import Slots
from karavan.events.models import Access, EventKind
from karavan.events.rules.plan import Plan
from karavan.events.rules.register import Guest
from karavan.seeds.cast import COUNCIL
from karavan.seeds.days import THURSDAY, at
from karavan.seeds.gathering import SAULE, Gathering, ago, line
from karavan.seeds.residents import Party

if TYPE_CHECKING:
    from karavan.seeds.days import Days


def plan(days: Days) -> Plan:
    """Return a Thursday afternoon with four items on its agenda."""
    day = days.on(THURSDAY, weeks=2)
    return Plan(
        kind=EventKind.COUNCIL_SITTING,
        title=Slots("Кеңестің ашық отырысы: көлік және жол", "Открытое заседание совета: транспорт и дороги"),
        summary=Slots(
            "Кеңес көлік және жол туралы ұсыныстарды қарайды. Тұрғындар тыңдап, соңында сұрақ қоя алады.",
            "Совет рассмотрит предложения о транспорте и дорогах. Жители могут слушать, а в конце задать вопросы.",
        ),
        about=Slots(
            "Күн тәртібінде үш мәселе бар. Әр мәселе бойынша ұсыныстың авторы мен басқарма өкілі сөйлейді, содан "
            "кейін кеңес ашық дауыс береді.\n\n"
            "Тұрғындарға отыз орын бөлінген. Күту тізімі жоқ: орын босаса, осы бетте көрінеді.",
            "В повестке дня три вопроса. По каждому говорят автор предложения и представитель управления, затем "
            "совет открыто голосует.\n\n"
            "Для жителей отведено тридцать мест. Списка ожидания нет: если место освободится, оно появится на этой "
            "странице.",
        ),
        starts_at=at(day, "15:00"),
        ends_at=at(day, "17:30"),
        place="aktau",
        venue=Slots("Достық үйі, кіші зал", "Дом дружбы, малый зал"),
        capacity=30,
        languages=("kk", "ru"),
        accessibility=(Access.STEP_FREE, Access.LIFT, Access.HEARING_LOOP),
        contact_name=SAULE.name,
        contact_phone=SAULE.phone,
        contact_email=SAULE.email,
        waiting_list=False,
        party_limit=3,
        programme=(
            line(day, "15:00", "15:10", Slots("Кворум және күн тәртібі", "Кворум и повестка дня")),
            line(
                day,
                "15:10",
                "15:50",
                Slots("Ақтау — Жаңаөзен бағытына таңғы автобус қосу", "Утренний автобус на маршруте Актау — Жанаозен"),
            ),
            line(
                day, "15:50", "16:30", Slots("Мектеп жанындағы жаяу жүргіншілер өткелі", "Пешеходный переход у школы")
            ),
            line(
                day, "16:30", "17:00", Slots("Былтырғы ұсынымдардың орындалуы", "Исполнение прошлогодних рекомендаций")
            ),
            line(day, "17:00", "17:30", Slots("Тұрғындардың сұрақтары", "Вопросы жителей")),
        ),
    )


PARTIES: Final = (
    Party(who="nurlan-qozhabekov"),
    Party(who="dana-quanyshova", others=(Guest(name="Рүстем Қуанышов"),)),
    Party(who="mariya-sokolova"),
    Party(who="zhihanger-aqmyrza", called=True),
    Party(who="umit-rakhmet"),
    Party(who="aqbota-nurgali"),
)

OPEN_MEETING: Final = Gathering(
    slug="open-meeting-transport",
    organisation=COUNCIL,
    plan=plan,
    published=ago(18, "15:30"),
    parties=PARTIES,
    convened=True,
)

"""Open, with plenty of seats: a dialogue in the evening."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from karavan.core.languages import Slots
from karavan.events.models import Access, EventKind
from karavan.events.rules.plan import Plan
from karavan.events.rules.register import Guest
from karavan.seeds.cast import ALLIANCE
from karavan.seeds.days import THURSDAY, at
from karavan.seeds.gathering import BEKZAT, FACILITATOR, Gathering, ago, line
from karavan.seeds.residents import Party

if TYPE_CHECKING:
    from karavan.seeds.days import Days


def plan(days: Days) -> Plan:
    """Return an evening in Zhanaozen."""
    day = days.on(THURSDAY, weeks=1)
    return Plan(
        kind=EventKind.DIALOGUE,
        title=Slots(
            "Жастар және жұмыс: диалог алаңы",
            "Молодёжь и работа: диалоговая площадка",
            "Young people and work: a dialogue",
        ),
        summary=Slots(
            "Жаңаөзенде жастарға қандай жұмыс бар, қандайы жетіспейді? Жұмыс берушілермен бірге талқылаймыз.",
            "Какая работа есть для молодёжи в Жанаозене, а какой не хватает? Обсуждаем вместе с работодателями.",
            "Which work is there for young people in Zhanaozen, and which is missing? A discussion with employers.",
        ),
        about=Slots(
            "Кеш үш бөліктен тұрады: қысқаша деректер, шағын топтардағы әңгіме, ортақ қорытынды. Сахнадан баяндама "
            "оқылмайды, бәрі бір үстел басында сөйлеседі.\n\n"
            "Айтылған ойлар есепке енеді, есеп қалалық қоғамдық кеңеске жіберіледі. Есепте аты-жөніңіз "
            "көрсетілмейді.\n\n"
            "Балалармен келуге болады.",
            "Вечер состоит из трёх частей: немного цифр, разговор в малых группах, общий вывод. Докладов со "
            "сцены не будет, все говорят за одним столом.\n\n"
            "Сказанное войдёт в отчёт, его направят городскому общественному совету. Имён в отчёте нет.\n\n"
            "Можно прийти с детьми.",
            "The evening has three parts: a few facts, talk in small groups, a common conclusion. There are no "
            "speeches from a stage; everybody talks at the same table.\n\n"
            "What is said goes into a report to the city's public council, without names.\n\n"
            "Children are welcome.",
        ),
        starts_at=at(day, "18:30"),
        ends_at=at(day, "20:30"),
        place="zhanaozen",
        venue=Slots("Жастар орталығы", "Молодёжный центр", "Youth centre"),
        capacity=60,
        languages=("kk", "ru"),
        accessibility=(Access.STEP_FREE, Access.INTERPRETER_RU, Access.CHILDCARE),
        accessibility_note=Slots(
            "Орысша ілеспе аударма құлаққап арқылы беріледі.",
            "Синхронный перевод на русский язык идёт через наушники.",
            "Interpreting into Russian comes through headphones.",
        ),
        contact_name=BEKZAT.name,
        contact_phone=BEKZAT.phone,
        contact_email=BEKZAT.email,
        programme=(
            line(
                day,
                "18:30",
                "18:50",
                Slots("Сандар не дейді?", "Что говорят цифры?", "What do the numbers say?"),
                speaker=FACILITATOR,
            ),
            line(
                day,
                "18:50",
                "20:00",
                Slots("Шағын топтардағы әңгіме", "Разговор в малых группах", "Talk in small groups"),
            ),
            line(
                day,
                "20:00",
                "20:30",
                Slots("Ортақ қорытынды", "Общий вывод", "A common conclusion"),
                speaker=FACILITATOR,
            ),
        ),
    )


PARTIES: Final = (
    Party(who="miras-zhetkizgen", photographs=True),
    Party(
        who="ulzhan-berdiqozha",
        others=(Guest(name="Айзере Бердіқожа", child=True), Guest(name="Алан Бердіқожа", child=True)),
    ),
    Party(who="asqar-otegen"),
    Party(who="natalya-dyomina", needs=(Access.INTERPRETER_RU,)),
    Party(who="aqbota-nurgali", others=(Guest(name="Бақдәулет Нұрғали"),)),
    Party(who="bolat-qosaev", called=True),
    Party(who="shynar-medetova"),
)

YOUTH_AND_WORK: Final = Gathering(
    slug="youth-and-work", organisation=ALLIANCE, plan=plan, published=ago(17, "12:05"), parties=PARTIES
)

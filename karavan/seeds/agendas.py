"""What the regional council's sittings dealt with in the demonstration: agenda, who came, how they voted.

Days are counted back in working days, as in `wishes`; minutes are counted from the opening of a sitting. Members are
those of `seeds.councils`: invented, as is everything they say.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from karavan.core.languages import Slots
from karavan.protocols.models import Part
from karavan.sittings.lifecycle import ItemAct

CHAIR, DEPUTY, SECRETARY = "Қайрат Оразбаев", "Ләззат Нұрпейісова", "Сәуле Ермекова"
HAULIER, PARENTS, FARMER, TEACHER = "Марат Көшербаев", "Светлана Ким", "Ербол Сағындықов", "Жанар Әбілова"
MEDIC, EDITOR, DEPUTY_1, DEPUTY_2 = "Гүлнар Оразова", "Рауан Дүйсенов", "Айнұр Қалиева", "Виктор Мельник"
OFFICIAL, PASSENGERS = "Бақыт Жолмағанбет", "Нұржан Тілеген"

HALL: Final = Slots("Достық үйі, кіші зал", "Дом дружбы, малый зал", "House of Friendship, small hall")


@dataclass(frozen=True, kw_only=True)
class Point:
    """One item of an agenda and what became of it. Whoever is in the room and not named voted for."""

    title: Slots
    minute: int = 0
    """When it was taken up."""
    draft: Slots = Slots()
    speaker: str = ""
    proposal: str = ""
    """Key of the submission it is about."""
    note: Slots = Slots()
    conflict: tuple[str, Slots] | None = None
    against: tuple[str, ...] = ()
    abstained: tuple[str, ...] = ()
    heard: ItemAct | None = None
    """How it ended without a vote."""
    opinion: tuple[str, str] | None = None
    """Who did not agree with the decision (a key of the cast), and her words."""


@dataclass(frozen=True, kw_only=True)
class Minutes:
    """The protocol of a sitting: written, laid open, agreed and published so many working days ago (0: not yet)."""

    written: int
    opened: int
    agreed: int = 0
    published: int = 0
    correction: tuple[int, str, Part, str] | None = None
    """So many working days ago somebody of the cast asked to correct a part."""


@dataclass(frozen=True, kw_only=True)
class Held:
    """One sitting that was held."""

    title: Slots
    convened: int
    day: int
    points: tuple[Point, ...]
    here: tuple[tuple[str, int], ...]
    """Who came, at which minute."""
    gone: tuple[tuple[str, int], ...] = ()
    """Who left before the end."""
    remote: tuple[str, ...] = ()
    lasted: int = 140
    minutes: Minutes
    clock: str = "15:00"


HELD: Final = (
    Held(
        title=Slots(
            "Кезекті отырыс: жол, көлік, тариф",
            "Очередное заседание: дороги, транспорт, тарифы",
            "Regular sitting: roads, transport, tariffs",
        ),
        convened=25,
        day=19,
        here=(
            (CHAIR, 0),
            (DEPUTY, 0),
            (SECRETARY, 0),
            (HAULIER, 1),
            (PARENTS, 1),
            (TEACHER, 1),
            (MEDIC, 2),
            (DEPUTY_2, 2),
            (OFFICIAL, 3),
            (PASSENGERS, 3),
            (EDITOR, 48),
        ),
        gone=((OFFICIAL, 84),),
        points=(
            Point(
                minute=8,
                proposal="road-light",
                title=Slots(
                    "Ақтау — Жаңаөзен жолындағы қауіпті бұрылыс",
                    "Опасный поворот на дороге Актау — Жанаозен",
                    "The dangerous bend of the Aktau – Zhanaozen road",
                ),
                draft=Slots(
                    "Жолаушылар көлігі және автомобиль жолдары басқармасына бұрылысқа жарық пен шағылыстырғыш "
                    "бағаналар қоюды, қоршаудың құнын есептеуді ұсыну.",
                    "Рекомендовать управлению пассажирского транспорта и автомобильных дорог поставить на повороте "
                    "свет и светоотражающие столбики, посчитать стоимость ограды.",
                    "To recommend to the Department of Passenger Transport and Roads that it put up light and "
                    "reflecting posts at the bend and work out what a fence would cost.",
                ),
                speaker="Нұржан Тілеген",
                note=Slots(
                    "Бір жылда осы жерде болған оқиғалар туралы тұрғындардың тізімі таныстырылды. Қоршау бөлек мәселе "
                    "ретінде қалды.",
                    "Представлен список происшествий, который жители вели год. Ограду решили рассматривать отдельно.",
                    "Residents' list of a year's accidents was shown. The fence was left as a matter of its own.",
                ),
                conflict=(
                    HAULIER,
                    Slots(
                        "Кәсіпорным жол жөндейтін мердігерге жүк тасиды.",
                        "Моё предприятие возит грузы подрядчику, который ремонтирует эту дорогу.",
                        "My company carries goods for the contractor who mends this road.",
                    ),
                ),
                abstained=(OFFICIAL,),
            ),
            Point(
                minute=50,
                proposal="bus-morning",
                title=Slots(
                    "Жаңаөзен мен Ақтау арасындағы таңғы және кешкі рейс",
                    "Утренний и вечерний рейсы между Жанаозеном и Актау",
                    "A morning and an evening bus between Zhanaozen and Aktau",
                ),
                draft=Slots(
                    "Таңғы 06:00 және кешкі 20:30 рейстерін үш айға сынап көруді, жолаушылар санын ай сайын жариялауды "
                    "ұсыну.",
                    "Рекомендовать на три месяца ввести рейсы в 06:00 и в 20:30 и каждый месяц публиковать число "
                    "пассажиров.",
                    "To recommend trying buses at 06:00 and at 20:30 for three months and publishing the number of "
                    "passengers every month.",
                ),
                speaker="Нұржан Тілеген",
                note=Slots(
                    "Студенттер мен емделуге барушылардың хаттары оқылды. Кешкі рейсте жүргізушінің жұмыс уақыты "
                    "сақталуы керек екені айтылды.",
                    "Прочитаны письма студентов и тех, кто ездит лечиться. Отмечено, что на вечернем рейсе нужно "
                    "соблюдать рабочее время водителей.",
                    "Letters of students and patients were read. On the evening bus, drivers' hours must be kept.",
                ),
                against=(DEPUTY_2,),
                abstained=(HAULIER,),
            ),
            Point(
                minute=88,
                proposal="water-tariff",
                title=Slots(
                    "Суға бірыңғай тарифті қайтару", "Вернуть единый тариф на воду", "One tariff for water again"
                ),
                draft=Slots(
                    "Басқармаға суға бірыңғай тариф енгізуді ұсыну.",
                    "Рекомендовать управлению ввести единый тариф на воду.",
                    "To recommend to the department that there be one tariff for water.",
                ),
                speaker="Ләззат Нұрпейісова",
                note=Slots(
                    "Тарифті облыс басқармасы бекітпейтіні түсіндірілді. Көп балалы отбасылардың төлемі жылу тарифі "
                    "туралы тыңдауда да қаралады.",
                    "Разъяснено, что тариф утверждает не управление области. Плату многодетных семей рассмотрят и на "
                    "слушаниях по тарифу на тепло.",
                    "It was explained that the region's department does not approve the tariff. What large families "
                    "pay will also be looked at in the hearing on heating.",
                ),
                against=(CHAIR, DEPUTY, TEACHER, DEPUTY_2, EDITOR),
                abstained=(HAULIER, SECRETARY),
                opinion=(
                    "gulnar",
                    (
                        "Тариф бізге бағынбаса да, ұсыным беруге болар еді: уәкілетті орган кеңестің пікірін көруі "
                        "керек. Көп балалы отбасының суды үнемдеуге мүмкіндігі аз."
                    ),
                ),
            ),
            Point(
                minute=122,
                title=Slots(
                    "Жыл соңына дейінгі жұмыс жоспары", "План работы до конца года", "Work plan to the end of the year"
                ),
                speaker="Сәуле Ермекова",
                note=Slots(
                    "Жоспар тыңдалды. Келесі көшпелі отырыс Шетпеде өтеді.",
                    "План заслушан. Следующее выездное заседание пройдёт в Шетпе.",
                    "The plan was heard. The next sitting outside the city will be in Shetpe.",
                ),
                heard=ItemAct.NOTE,
            ),
        ),
        minutes=Minutes(
            written=18,
            opened=17,
            agreed=11,
            published=10,
            correction=(
                15,
                "gulnar",
                Part.COURSE,
                "Су тарифі қаралғанда уәкілетті органның жауабы да оқылды, хаттамада ол жоқ.",
            ),
        ),
    ),
    Held(
        title=Slots(
            "Кезекті отырыс: жылу мен су", "Очередное заседание: тепло и вода", "Regular sitting: heating and water"
        ),
        convened=17,
        day=11,
        here=(
            (CHAIR, 0),
            (DEPUTY, 0),
            (SECRETARY, 0),
            (PARENTS, 1),
            (FARMER, 1),
            (TEACHER, 1),
            (MEDIC, 2),
            (EDITOR, 2),
            (DEPUTY_1, 3),
            (PASSENGERS, 41),
            (FARMER, 78),
        ),
        gone=((FARMER, 46),),
        remote=(DEPUTY_1,),
        lasted=130,
        points=(
            Point(
                minute=8,
                proposal="heat-bill",
                title=Slots(
                    "Жылу ақысының есебін түсіндіру",
                    "Объяснить, как считают плату за тепло",
                    "To explain how the price of heating is worked out",
                ),
                draft=Slots(
                    "Тарифтің құрамы мен есептеу тәртібін бір бетке сыйғызып, түбіртекпен бірге таратуды ұсыну.",
                    "Рекомендовать уместить состав тарифа и порядок расчёта на одной странице и раздавать её вместе с "
                    "квитанцией.",
                    "To recommend putting what the tariff is made of on one page and handing it out with the bill.",
                ),
                speaker="Светлана Ким",
                note=Slots(
                    "Екі үйдің түбіртегі салыстырылды. Тарифтің жобасы жеке тыңдауға шығарылды.",
                    "Сравнили квитанции двух домов. Проект тарифа вынесен на отдельные слушания.",
                    "The bills of two houses were compared. The draft tariff has a hearing of its own.",
                ),
                abstained=(EDITOR,),
            ),
            Point(
                minute=42,
                proposal="beineu-water",
                title=Slots(
                    "Бейнеудегі кешкі су қысымы", "Давление воды в Бейнеу вечером", "Water pressure in Beineu at night"
                ),
                draft=Slots(
                    "Қысымды бір ай бойы үш нүктеде өлшеп, жариялауды, кешкі уақытта қосымша сорғыны қосуды ұсыну.",
                    "Рекомендовать месяц измерять давление в трёх точках, публиковать его и включать вечером второй "
                    "насос.",
                    "To recommend measuring the pressure at three points for a month, publishing it, and running the "
                    "second pump in the evening.",
                ),
                speaker="Ләззат Нұрпейісова",
                note=Slots(
                    "Комиссия Бейнеуге барып, қысымды өзі өлшеді. Өлшем парағы хаттамаға тігіледі.",
                    "Комиссия ездила в Бейнеу и сама измерила давление. Лист замеров приобщат к протоколу.",
                    "The commission went to Beineu and measured the pressure itself; the sheet goes with the minutes.",
                ),
                conflict=(
                    FARMER,
                    Slots(
                        "Қожалығым сол құбырдан су алады. Талқылау кезінде залдан шығамын.",
                        "Моё хозяйство берёт воду из той же трубы. На время обсуждения выйду из зала.",
                        "My farm takes water from that pipe. I shall leave the room while it is discussed.",
                    ),
                ),
            ),
            Point(
                minute=82,
                title=Slots(
                    "Автобус қатынасы туралы қоғамдық тыңдау шақыру",
                    "Созвать общественные слушания об автобусном сообщении",
                    "To call a public hearing on the buses",
                ),
                draft=Slots(
                    "Ақтау — Жаңаөзен автобусы туралы қоғамдық тыңдауды Жаңаөзенде өткізу.",
                    "Провести в Жанаозене общественные слушания об автобусе Актау — Жанаозен.",
                    "To hold a public hearing on the Aktau – Zhanaozen bus in Zhanaozen.",
                ),
                speaker="Нұржан Тілеген",
                note=Slots(
                    "Басқарманың жауабы әлі келген жоқ. Тыңдау жауаптан кейін өтсе, тұрғындар дайын кестені "
                    "талқылайды.",
                    "Ответа управления ещё нет. Если провести слушания после него, жители обсудят готовое расписание.",
                    "There is no answer of the department yet. After it, residents can discuss a real timetable.",
                ),
                against=(DEPUTY_1,),
                abstained=(EDITOR,),
            ),
            Point(
                title=Slots(
                    "Мұнайлыдағы үшінші ауысым", "Третья смена в Мунайлы", "The third shift in Munaily's school"
                ),
                speaker="Жанар Әбілова",
            ),
        ),
        minutes=Minutes(
            written=9,
            opened=3,
            correction=(
                1,
                "gulnar",
                Part.COURSE,
                "Бейнеудегі өлшем кешкі сағат сегізде жасалды, бұл уақыт хаттамада көрсетілмеген.",
            ),
        ),
    ),
)
"""In the order in which they were convened. What a sitting did not come to is put off."""

NEXT_POINTS: Final = (
    Point(
        title=Slots(
            "Ақтау — Жаңаөзен бағытына таңғы автобус қосу",
            "Утренний автобус на маршруте Актау — Жанаозен",
            "A morning bus between Aktau and Zhanaozen",
        ),
        draft=Slots(
            "Таңғы рейстің уақытында басталуын бақылауға алу.",
            "Взять на контроль, чтобы утренний рейс начался в срок.",
            "To watch that the morning bus begins on time.",
        ),
        speaker="Нұржан Тілеген",
    ),
    Point(
        title=Slots(
            "Мектеп жанындағы жаяу жүргіншілер өткелі",
            "Пешеходный переход у школы",
            "A crossing beside the school",
        ),
        speaker="Рауан Дүйсенов",
    ),
    Point(
        title=Slots(
            "Былтырғы ұсынымдардың орындалуы",
            "Исполнение прошлогодних рекомендаций",
            "What became of last year's recommendations",
        ),
        speaker="Сәуле Ермекова",
    ),
)
LATE_POINT: Final = Point(
    proposal="roadside-dump",
    title=Slots(
        "Жол бойындағы заңсыз қоқыс үйіндісі",
        "Незаконная свалка у дороги",
        "The illegal dump beside the road",
    ),
    speaker="Ләззат Нұрпейісова",
)
LATE_REASON: Final = Slots(
    "Ұсыныс күн тәртібі жарияланғаннан кейін қажетті қолдауды жинады.",
    "Предложение набрало нужную поддержку после того, как повестку опубликовали.",
    "The proposal got the support it needs after the agenda had been published.",
)
NOT_SO: Final = "Ол жауап отырыста емес, комиссия жиналысында оқылды. Хаттамада тек отырыста айтылғаны жазылады."
"""The secretary's answer to the first request for a correction."""

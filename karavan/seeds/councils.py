"""The region's eight public councils and the bodies they write to.

The councils exist: their names and their territories are real, and nothing else is. Members, statutes, commissions and
promises are invented for the demonstration, and every page of theirs says so. Articles of law stand as
`karavan.councils.statute` has them; whatever else a line rests on is a decision that was never taken, marked as such.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from karavan.accounts.models import Organisation, OrganisationKind
from karavan.core.languages import Slots
from karavan.core.when import local_day
from karavan.councils.models import (
    Commission,
    CouncilLevel,
    Member,
    Office,
    Promise,
    PromiseState,
    Sector,
    SettingKey as Key,
)
from karavan.councils.rules import (
    Seat,
    add_commission,
    end_mandate,
    found_council,
    judge_promise,
    make_promise,
    seat_member,
    set_line,
)
from karavan.councils.statute import (
    CONTROL_LAW,
    COUNCILS_LAW,
    DEFAULTS,
    Extension,
    Granter,
    Majority,
    Notice,
)
from karavan.deadlines.models import FirstDay, Unit
from karavan.deadlines.reckoning import Term
from karavan.record.models import ActorRole
from karavan.seeds.cast import COUNCIL
from karavan.seeds.days import Days

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    Act = tuple[datetime, Callable[[datetime], object]]

WORKING, CALENDAR, NEXT = Unit.WORKING, Unit.CALENDAR, FirstDay.NEXT
BY: Final = ActorRole.SECRETARY


@dataclass(frozen=True, kw_only=True)
class Line:
    """A line of a statute: entered so many days ago, valid from so many days ago (below zero: ahead)."""

    entered: int
    valid: int
    key: Key
    value: Any
    citation: Slots
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Sitter:
    """An invented member; the mandate began so many days ago and lasts three years."""

    name: str
    sector: Sector
    work: Slots
    office: Office = Office.MEMBER
    commission: int | None = None
    began: int = 520
    interests: Slots = Slots()
    declared: bool = True
    left: int | None = None
    """So many days ago, if she left early."""
    why: Slots = Slots()


@dataclass(frozen=True, kw_only=True)
class Word:
    """An invented promise: made and to be kept so many days ago (below zero: ahead), judged or not."""

    text: Slots
    made: int
    due: int | None = None
    state: PromiseState = PromiseState.OPEN
    judged: int = 0
    outcome: Slots = Slots()


@dataclass(frozen=True, kw_only=True)
class Sitting:
    """One council of the town."""

    slug: str
    organisation: str
    level: CouncilLevel
    place: str
    name: Slots
    about: Slots
    address: Slots = Slots()
    lines: tuple[Line, ...] = ()
    commissions: tuple[Slots, ...] = ()
    members: tuple[Sitter, ...] = ()
    promises: tuple[Word, ...] = field(default=())


def decision(number: int) -> Slots:
    """Cite a decision that was never taken."""
    return Slots(
        f"Кеңестің № {number} шешімі (демонстрация)",
        f"Решение совета № {number} (демонстрация)",
        f"Decision No. {number} of the council (demonstration)",
    )


def by_default(key: Key) -> Slots:
    """Cite what the default of this setting rests on."""
    return DEFAULTS[key].citation


def term(days: int, unit: Unit = WORKING) -> Term:
    """Say how long something may take, counted from the next day."""
    return Term(days, unit, NEXT)


# --- The regional council ---------------------------------------------------------------------------------

REGIONAL_LINES: Final = (
    Line(entered=522, valid=520, key=Key.QUORUM, value=Fraction(2, 3), citation=COUNCILS_LAW),
    Line(entered=522, valid=520, key=Key.MAJORITY, value=Majority.PRESENT, citation=by_default(Key.MAJORITY)),
    Line(entered=522, valid=520, key=Key.MANDATE_YEARS, value=3, citation=by_default(Key.MANDATE_YEARS)),
    Line(entered=522, valid=520, key=Key.STATE_SHARE, value=Fraction(1, 3), citation=by_default(Key.STATE_SHARE)),
    Line(entered=522, valid=520, key=Key.MEETING_NOTICE, value=Notice(3, WORKING), citation=decision(4)),
    Line(entered=522, valid=520, key=Key.HEARING_NOTICE, value=Notice(10, WORKING), citation=decision(4)),
    Line(entered=522, valid=520, key=Key.PUBLICATION, value=Notice(5, WORKING), citation=decision(4)),
    Line(entered=522, valid=520, key=Key.CHECKING_TERM, value=term(3), citation=decision(4)),
    Line(entered=522, valid=520, key=Key.CONSIDERATION_TERM, value=term(30, CALENDAR), citation=decision(4)),
    Line(entered=522, valid=520, key=Key.SENDING_TERM, value=term(7), citation=CONTROL_LAW),
    Line(entered=522, valid=520, key=Key.ANSWER_TERM, value=term(10), citation=CONTROL_LAW),
    Line(entered=522, valid=520, key=Key.OBJECTION_TERM, value=term(10), citation=decision(4)),
    Line(
        entered=522,
        valid=520,
        key=Key.EXTENSION,
        value=Extension(10, WORKING, 1, Granter.COUNCIL),
        citation=decision(4),
    ),
    Line(entered=522, valid=520, key=Key.MINIMUM_SUPPORTS, value=50, citation=decision(4)),
    Line(
        entered=301,
        valid=300,
        key=Key.MINIMUM_SUPPORTS,
        value=25,
        citation=decision(11),
        note="Ауыл тұрғындары 50 қолдау жинай алмады. / Жители сёл не набирали 50 поддержек.",
    ),
    Line(
        entered=301,
        valid=300,
        key=Key.CONSIDERATION_TERM,
        value=term(20),
        citation=decision(11),
        note="Мерекелер көп айда уақыт жетпеді. / В месяцы с праздниками времени не хватало.",
    ),
    Line(
        entered=115,
        valid=120,
        key=Key.MEETING_NOTICE,
        value=Notice(5, WORKING),
        citation=decision(17),
        note="Шешім кешірек енгізілді. / Решение внесено позже, чем принято.",
    ),
    Line(
        entered=9,
        valid=-21,
        key=Key.CHECKING_TERM,
        value=term(2),
        citation=decision(23),
        note="Модераторлар көбейді. / Модераторов стало больше.",
    ),
)
REGIONAL_COMMISSIONS: Final = (
    Slots(
        "Көлік, жол және тұрғын үй комиссиясы",
        "Комиссия по транспорту, дорогам и жилью",
        "Commission for transport, roads and housing",
    ),
    Slots(
        "Су, табиғат және ауыл комиссиясы",
        "Комиссия по воде, природе и селу",
        "Commission for water, nature and villages",
    ),
    Slots("Әлеуметтік сала комиссиясы", "Комиссия по социальной сфере", "Commission for social matters"),
)
REGIONAL_MEMBERS: Final = (
    Sitter(
        name="Қайрат Оразбаев",
        office=Office.CHAIR,
        sector=Sector.NGO,
        work=Slots(
            "Ардагерлер бірлестігі, төраға", "Объединение ветеранов, председатель", "Veterans' association, chair"
        ),
    ),
    Sitter(
        name="Ләззат Нұрпейісова",
        office=Office.DEPUTY_CHAIR,
        sector=Sector.EXPERT,
        commission=1,
        work=Slots(
            "Эколог, университет оқытушысы", "Эколог, преподаватель университета", "Ecologist, university lecturer"
        ),
        interests=Slots(
            "Теңіз суының сапасын зерттейтін жобаға кеңес береді.",
            "Консультирует проект, который изучает качество морской воды.",
            "Advises a project that studies the quality of sea water.",
        ),
    ),
    Sitter(
        name="Сәуле Ермекова",
        office=Office.SECRETARY,
        sector=Sector.NGO,
        work=Slots("Азаматтық бастамалар орталығы", "Центр гражданских инициатив", "Centre for civic initiatives"),
    ),
    Sitter(
        name="Марат Көшербаев",
        sector=Sector.BUSINESS,
        commission=0,
        work=Slots(
            "Жүк тасымалдау кәсіпорны, директор", "Предприятие грузоперевозок, директор", "Haulage company, director"
        ),
        interests=Slots(
            "Кәсіпорны жол жөндейтін мердігерлерге жүк тасиды.",
            "Его предприятие возит грузы подрядчикам, которые ремонтируют дороги.",
            "His company carries goods for contractors who mend roads.",
        ),
    ),
    Sitter(
        name="Светлана Ким",
        sector=Sector.NGO,
        commission=2,
        work=Slots(
            "Ерекше балалардың ата-аналары қоры",
            "Фонд родителей особых детей",
            "Foundation of parents of children with special needs",
        ),
    ),
    Sitter(
        name="Ербол Сағындықов",
        sector=Sector.BUSINESS,
        commission=1,
        work=Slots("Шаруа қожалығы, басшы", "Крестьянское хозяйство, глава", "Farm, head"),
    ),
    Sitter(
        name="Жанар Әбілова",
        sector=Sector.EXPERT,
        commission=2,
        work=Slots("Мектеп директоры, зейнеткер", "Директор школы, на пенсии", "Head teacher, retired"),
    ),
    Sitter(
        name="Гүлнар Оразова",
        sector=Sector.LABOUR,
        commission=2,
        work=Slots(
            "Медицина қызметкерлерінің кәсіподағы", "Профсоюз медицинских работников", "Trade union of medical workers"
        ),
    ),
    Sitter(
        name="Рауан Дүйсенов",
        sector=Sector.MEDIA,
        commission=0,
        work=Slots("Облыстық газет, редактор", "Областная газета, редактор", "Regional newspaper, editor"),
    ),
    Sitter(
        name="Айнұр Қалиева",
        sector=Sector.MASLIKHAT,
        commission=1,
        work=Slots("Облыстық мәслихат, депутат", "Областной маслихат, депутат", "Regional maslikhat, deputy"),
    ),
    Sitter(
        name="Виктор Мельник",
        sector=Sector.MASLIKHAT,
        commission=0,
        work=Slots("Облыстық мәслихат, депутат", "Областной маслихат, депутат", "Regional maslikhat, deputy"),
        declared=False,
    ),
    Sitter(
        name="Бақыт Жолмағанбет",
        sector=Sector.STATE,
        commission=2,
        work=Slots(
            "Ішкі саясат саласының қызметкері", "Служащий в сфере внутренней политики", "Civil servant, domestic policy"
        ),
    ),
    Sitter(
        name="Тимур Бекенов",
        sector=Sector.NGO,
        commission=0,
        work=Slots("Жүргізушілер қауымдастығы", "Ассоциация водителей", "Drivers' association"),
        left=210,
        why=Slots("Басқа облысқа көшті", "Переезд в другую область", "Moved to another region"),
    ),
    Sitter(
        name="Нұржан Тілеген",
        sector=Sector.NGO,
        commission=0,
        began=190,
        work=Slots("Көлік жолаушылары бірлестігі", "Объединение пассажиров", "Passengers' association"),
    ),
)
REGIONAL_PROMISES: Final = (
    Word(
        text=Slots(
            "Әр отырыстың хаттамасын бес жұмыс күні ішінде жариялау",
            "Публиковать протокол каждого заседания в течение пяти рабочих дней",
            "To publish the minutes of each sitting within five working days",
        ),
        made=500,
        due=320,
        state=PromiseState.KEPT,
        judged=318,
        outcome=Slots(
            "Жарты жыл ішінде барлық алты хаттама мерзімінде жарияланды.",
            "За полгода все шесть протоколов вышли в срок.",
            "All six minutes of half a year came out in time.",
        ),
    ),
    Word(
        text=Slots(
            "Тоқсан сайын бір отырысты ауылда өткізу",
            "Раз в квартал проводить заседание в селе",
            "To hold one sitting every quarter in a village",
        ),
        made=400,
        due=100,
        state=PromiseState.KEPT,
        judged=96,
        outcome=Slots(
            "Құрықта, Шетпеде және Бейнеуде үш көшпелі отырыс өтті.",
            "Прошли три выездных заседания: в Курыке, Шетпе и Бейнеу.",
            "Three sittings were held in Kuryk, Shetpe and Beineu.",
        ),
    ),
    Word(
        text=Slots(
            "Ақтау мен Жаңаөзен арасындағы автобус кестесі туралы тұрғындардан сауалнама алу",
            "Опросить жителей о расписании автобусов между Актау и Жанаозеном",
            "To ask residents about the timetable of buses between Aktau and Zhanaozen",
        ),
        made=260,
        due=90,
        state=PromiseState.NOT_KEPT,
        judged=80,
        outcome=Slots(
            "Сауалнама өткізілмеді: комиссияның екі мүшесі ауысты. Жаңа мерзім қыста белгіленеді.",
            "Опрос не провели: в комиссии сменились два человека. Новый срок назначат зимой.",
            "The survey was not held: two members of the commission changed. A new day is set in winter.",
        ),
    ),
    Word(
        text=Slots(
            "Жылу тарифінің жобасы бойынша ашық тыңдау өткізу",
            "Провести открытые слушания по проекту тарифа на тепло",
            "To hold an open hearing on the draft heating tariff",
        ),
        made=45,
        due=-40,
    ),
    Word(
        text=Slots(
            "Су құбырларын жөндеу кестесін ауылдар бойынша жариялау",
            "Опубликовать график ремонта водопровода по сёлам",
            "To publish the timetable of water pipe repairs, village by village",
        ),
        made=75,
        due=6,
    ),
)

# --- Towns and districts ----------------------------------------------------------------------------------

AKTAU: Final = Sitting(
    slug="aktau",
    organisation="aktau-council",
    level=CouncilLevel.CITY,
    place="aktau",
    name=Slots(
        "Ақтау қаласының қоғамдық кеңесі", "Общественный совет города Актау", "Public Council of the City of Aktau"
    ),
    about=Slots(
        "Қаланың мәселелерін қарайды: аулалар, көлік, жылу, мектептер.",
        "Рассматривает дела города: дворы, транспорт, тепло, школы.",
        "Considers the affairs of the city: yards, transport, heating, schools.",
    ),
    lines=(
        Line(entered=402, valid=400, key=Key.QUORUM, value=Fraction(2, 3), citation=COUNCILS_LAW),
        Line(entered=402, valid=400, key=Key.ANSWER_TERM, value=term(10), citation=CONTROL_LAW),
        Line(entered=402, valid=400, key=Key.CONSIDERATION_TERM, value=term(15), citation=decision(2)),
        Line(entered=402, valid=400, key=Key.MINIMUM_SUPPORTS, value=15, citation=decision(2)),
    ),
    commissions=(
        Slots("Қала шаруашылығы комиссиясы", "Комиссия по городскому хозяйству", "Commission for the city's upkeep"),
    ),
    members=(
        Sitter(
            name="Асылбек Нұрсейіт",
            office=Office.CHAIR,
            sector=Sector.NGO,
            began=400,
            work=Slots("Пәтер иелерінің бірлестігі", "Объединение собственников квартир", "Association of flat owners"),
        ),
        Sitter(
            name="Ирина Савельева",
            office=Office.SECRETARY,
            sector=Sector.EXPERT,
            began=400,
            work=Slots("Сәулетші", "Архитектор", "Architect"),
            interests=Slots(
                "Екі тұрғын үйдің жобасын жасаған бюрода істейді.",
                "Работает в бюро, которое проектировало два жилых дома.",
                "Works for an office that designed two blocks of flats.",
            ),
        ),
        Sitter(
            name="Мұрат Сейілхан",
            sector=Sector.BUSINESS,
            began=400,
            commission=0,
            work=Slots("Дүкендер желісі, иесі", "Сеть магазинов, владелец", "Chain of shops, owner"),
        ),
        Sitter(
            name="Динара Өмірзақ",
            sector=Sector.MEDIA,
            began=400,
            commission=0,
            work=Slots("Қалалық телеарна, журналист", "Городской телеканал, журналист", "City television, journalist"),
        ),
        Sitter(
            name="Олег Тян",
            sector=Sector.MASLIKHAT,
            began=400,
            work=Slots("Қалалық мәслихат, депутат", "Городской маслихат, депутат", "City maslikhat, deputy"),
        ),
        Sitter(
            name="Сәбит Құлмағамбет",
            sector=Sector.STATE,
            began=400,
            commission=0,
            work=Slots("Әкімдік қызметкері", "Служащий акимата", "Civil servant of the akimat"),
        ),
    ),
    promises=(
        Word(
            text=Slots(
                "Аулаларды жарықтандыру тізімін аудан бойынша жариялау",
                "Опубликовать список освещения дворов по микрорайонам",
                "To publish the list of yards to be lit, by neighbourhood",
            ),
            made=200,
            due=110,
            state=PromiseState.KEPT,
            judged=112,
            outcome=Slots("Тізім сайтта ілінді.", "Список размещён на сайте.", "The list is on the site."),
        ),
        Word(
            text=Slots(
                "Мектеп жанындағы жолдарды ата-аналармен бірге қарап шығу",
                "Вместе с родителями осмотреть дороги у школ",
                "To look at the roads near schools together with parents",
            ),
            made=30,
            due=-25,
        ),
    ),
)
ZHANAOZEN: Final = Sitting(
    slug="zhanaozen",
    organisation="zhanaozen-council",
    level=CouncilLevel.CITY,
    place="zhanaozen",
    name=Slots(
        "Жаңаөзен қаласының қоғамдық кеңесі",
        "Общественный совет города Жанаозен",
        "Public Council of the City of Zhanaozen",
    ),
    about=Slots(
        "Қала мен оның ауылдарының мәселелерін қарайды: жұмыс, су, көлік, денсаулық.",
        "Рассматривает дела города и его сёл: работа, вода, транспорт, здоровье.",
        "Considers the affairs of the city and its villages: work, water, transport, health.",
    ),
    lines=(
        Line(entered=352, valid=350, key=Key.ANSWER_TERM, value=term(10), citation=CONTROL_LAW),
        Line(entered=352, valid=350, key=Key.MINIMUM_SUPPORTS, value=20, citation=decision(3)),
    ),
    members=(
        Sitter(
            name="Өмірбек Жаңабай",
            office=Office.CHAIR,
            sector=Sector.LABOUR,
            began=350,
            work=Slots("Мұнайшылар кәсіподағы", "Профсоюз нефтяников", "Trade union of oil workers"),
        ),
        Sitter(
            name="Шолпан Ізтілеуова",
            office=Office.SECRETARY,
            sector=Sector.NGO,
            began=350,
            work=Slots(
                "Көпбалалы аналар бірлестігі",
                "Объединение многодетных матерей",
                "Association of mothers of many children",
            ),
        ),
        Sitter(
            name="Талғат Бисенов",
            sector=Sector.BUSINESS,
            began=350,
            work=Slots("Такси қызметі, иесі", "Служба такси, владелец", "Taxi service, owner"),
        ),
        Sitter(
            name="Майра Досмұхамбет",
            sector=Sector.EXPERT,
            began=350,
            work=Slots("Дәрігер", "Врач", "Physician"),
        ),
        Sitter(
            name="Ерлан Шаяхмет",
            sector=Sector.MASLIKHAT,
            began=350,
            work=Slots("Қалалық мәслихат, депутат", "Городской маслихат, депутат", "City maslikhat, deputy"),
            declared=False,
        ),
    ),
    promises=(
        Word(
            text=Slots(
                "Емханадағы кезек туралы әр айда сұрау",
                "Каждый месяц спрашивать об очередях в поликлинике",
                "To ask every month about the queues at the clinic",
            ),
            made=120,
            due=-60,
        ),
    ),
)


def district(slug: str, place: str, kk: str, ru: str, en: str, about: Slots) -> Sitting:
    """Describe a district's council, of which only the name is entered."""
    name = Slots(
        f"{kk} ауданының қоғамдық кеңесі", f"Общественный совет {ru} района", f"Public Council of {en} District"
    )
    return Sitting(
        slug=slug,
        organisation=f"{place}-district-council",
        level=CouncilLevel.DISTRICT,
        place=place,
        name=name,
        about=about,
    )


COUNCILS: Final = (
    Sitting(
        slug="mangystau-region",
        organisation=COUNCIL,
        level=CouncilLevel.REGION,
        place="",
        name=Slots(
            "Маңғыстау облысының қоғамдық кеңесі",
            "Общественный совет Мангистауской области",
            "Public Council of Mangystau Region",
        ),
        about=Slots(
            "Тұрғындардың ұсынысын қарап, басқармаларға ұсыным береді және олардың орындалуын бақылайды.",
            "Рассматривает предложения жителей, даёт рекомендации управлениям и следит за их исполнением.",
            "Considers residents' proposals, gives recommendations to departments and watches what becomes of them.",
        ),
        lines=REGIONAL_LINES,
        commissions=REGIONAL_COMMISSIONS,
        members=REGIONAL_MEMBERS,
        promises=REGIONAL_PROMISES,
    ),
    AKTAU,
    ZHANAOZEN,
    district(
        "beineu",
        "beineu",
        "Бейнеу",
        "Бейнеуского",
        "Beineu",
        Slots(
            "Теміржол бойындағы аудан: су, жол, мектеп және жұмыс мәселелері.",
            "Район у железной дороги: вода, дороги, школы и работа.",
            "A district along the railway: water, roads, schools and work.",
        ),
    ),
    district(
        "karakiya",
        "karakiya",
        "Қарақия",
        "Каракиянского",
        "Karakiya",
        Slots(
            "Теңіз жағасы мен алыс ауылдар: порт, су, байланыс мәселелері.",
            "Берег моря и дальние сёла: порт, вода, связь.",
            "The sea coast and remote villages: the port, water, communications.",
        ),
    ),
    district(
        "mangystau-district",
        "mangystau",
        "Маңғыстау",
        "Мангистауского",
        "Mangystau",
        Slots(
            "Шетпе және тау ауылдары: мал шаруашылығы, жол, туризм мәселелері.",
            "Шетпе и горные сёла: скотоводство, дороги, туризм.",
            "Shetpe and the mountain villages: cattle, roads, tourism.",
        ),
    ),
    district(
        "munaily",
        "munaily",
        "Мұнайлы",
        "Мунайлинского",
        "Munaily",
        Slots(
            "Қала жанындағы тез өсіп келе жатқан ауылдар: мектеп, су, көлік мәселелері.",
            "Быстро растущие сёла у города: школы, вода, транспорт.",
            "Fast-growing villages beside the city: schools, water, transport.",
        ),
    ),
    district(
        "tupkaragan",
        "tupkaragan",
        "Түпқараған",
        "Тупкараганского",
        "Tupkaragan",
        Slots(
            "Түбек пен оның ауылдары: балық, теңіз, жарық, жол мәселелері.",
            "Полуостров и его сёла: рыба, море, свет, дороги.",
            "The peninsula and its villages: fish, the sea, power, roads.",
        ),
    ),
)
BODIES: Final = {
    "transport-and-roads": Slots(
        "Жолаушылар көлігі және автомобиль жолдары басқармасы",
        "Управление пассажирского транспорта и автомобильных дорог",
        "Department of Passenger Transport and Roads",
    ),
    "power-and-housing": Slots(
        "Энергетика және тұрғын үй-коммуналдық шаруашылық басқармасы",
        "Управление энергетики и жилищно-коммунального хозяйства",
        "Department of Energy and Housing",
    ),
    "natural-resources": Slots(
        "Табиғи ресурстар басқармасы", "Управление природных ресурсов", "Department of Natural Resources"
    ),
    "health": Slots("Денсаулық сақтау басқармасы", "Управление здравоохранения", "Department of Health"),
    "education": Slots("Білім басқармасы", "Управление образования", "Department of Education"),
    "digital": Slots(
        "Цифрлық технологиялар басқармасы", "Управление цифровых технологий", "Department of Digital Technology"
    ),
    "employment-and-social": Slots(
        "Жұмыспен қамту және әлеуметтік бағдарламалар басқармасы",
        "Управление занятости и социальных программ",
        "Department of Employment and Social Programmes",
    ),
    "culture": Slots("Мәдениет басқармасы", "Управление культуры", "Department of Culture"),
    "akimat-aktau": Slots("Ақтау қаласының әкімдігі", "Акимат города Актау", "Akimat of Aktau"),
    "akimat-zhanaozen": Slots("Жаңаөзен қаласының әкімдігі", "Акимат города Жанаозен", "Akimat of Zhanaozen"),
    "akimat-beineu": Slots("Бейнеу ауданының әкімдігі", "Акимат Бейнеуского района", "Akimat of Beineu District"),
    "akimat-munaily": Slots("Мұнайлы ауданының әкімдігі", "Акимат Мунайлинского района", "Akimat of Munaily District"),
}
"""Whom a recommendation can be written to: plain names of what they are for."""

# --- Planting ---------------------------------------------------------------------------------------------


def found_bodies(session: Session) -> None:
    """Write down the organisations: the councils' own, and the bodies they write to. Known ones stay."""
    known = set(session.scalars(select(Organisation.slug)))
    wanted = [(one.organisation, OrganisationKind.COUNCIL, one.name) for one in COUNCILS]
    wanted += [(slug, OrganisationKind.STATE_BODY, name) for slug, name in BODIES.items()]
    for slug, kind, name in wanted:
        if slug not in known:
            session.add(Organisation(slug=slug, kind=kind, name=name))
    session.flush()


def plant_councils(session: Session, *, now: datetime) -> list[Act]:
    """Found the councils, and return what was done in them, with its moments: to be carried out in order of time.

    In order with everything else in town, that is: the public record is read from the top down.
    """
    found_bodies(session)
    days = Days(now)
    organisations = {one.slug: one.id for one in session.scalars(select(Organisation))}
    acts: list[Act] = []
    for position, one in enumerate(COUNCILS):
        council = found_council(
            session,
            organisations[one.organisation],
            slug=one.slug,
            level=one.level,
            place=one.place,
            about=one.about,
            address=one.address,
            position=position,
            demo=True,
        )
        acts += _acts(session, council.id, one, days)
    return acts


def _acts(session: Session, council_id: int, one: Sitting, days: Days) -> list[Act]:
    oldest = max((sitter.began for sitter in one.members), default=0)
    acts: list[Act] = [
        (days.ago(line.entered, "11:00"), partial(_enter, session, council_id, line, days)) for line in one.lines
    ]
    acts += [(days.ago(oldest, "12:00"), partial(_found, session, council_id, name)) for name in one.commissions]
    for sitter in one.members:
        acts.append((days.ago(sitter.began, "15:00"), partial(_seat, session, council_id, sitter, days)))
        if sitter.left is not None:
            acts.append((days.ago(sitter.left, "16:00"), partial(_leave, session, council_id, sitter, days)))
    for word in one.promises:
        acts.append((days.ago(word.made, "17:00"), partial(_promise, session, council_id, word, days)))
        if word.state != PromiseState.OPEN:
            acts.append((days.ago(word.judged, "17:30"), partial(_judge, session, council_id, word, days)))
    return acts


def _day(days: Days, ago: int) -> date:
    return local_day(days.ago(ago, "12:00"))


def _enter(session: Session, council_id: int, line: Line, days: Days, now: datetime) -> None:
    set_line(
        session,
        council_id,
        line.key,
        line.value,
        valid_from=_day(days, line.valid),
        citation=line.citation,
        note=line.note,
        by=BY,
        now=now,
    )


def _found(session: Session, council_id: int, name: Slots, now: datetime) -> None:
    add_commission(session, council_id, name, by=BY, now=now)


def _seat(session: Session, council_id: int, sitter: Sitter, days: Days, now: datetime) -> None:
    commissions = session.scalars(
        select(Commission.id).where(Commission.council_id == council_id).order_by(Commission.position)
    ).all()
    begins = _day(days, sitter.began)
    seat = Seat(
        name=sitter.name,
        sector=sitter.sector,
        office=sitter.office,
        work=sitter.work,
        commission_id=None if sitter.commission is None else commissions[sitter.commission],
        mandate_from=begins,
        mandate_to=_day(days, sitter.began + 1 - 3 * 365),
        interests=sitter.interests,
        interests_on=begins if sitter.declared else None,
    )
    seat_member(session, council_id, seat, by=BY, now=now)


def _leave(session: Session, council_id: int, sitter: Sitter, days: Days, now: datetime) -> None:
    member = session.scalars(select(Member).where(Member.council_id == council_id, Member.name == sitter.name)).one()
    assert sitter.left is not None  # noqa: S101 -- only then
    end_mandate(session, council_id, member.id, on=_day(days, sitter.left), reason=sitter.why, by=BY, now=now)


def _promise(session: Session, council_id: int, word: Word, days: Days, now: datetime) -> None:
    due = None if word.due is None else _day(days, word.due)
    make_promise(session, council_id, word.text, made_on=_day(days, word.made), due_on=due, by=BY, now=now)


def _judge(session: Session, council_id: int, word: Word, days: Days, now: datetime) -> None:
    promises = session.scalars(select(Promise).where(Promise.council_id == council_id)).all()
    promise = next(one for one in promises if one.text == word.text)
    judge_promise(
        session,
        council_id,
        promise.id,
        word.state,
        outcome=word.outcome,
        on=_day(days, word.judged),
        by=BY,
        now=now,
    )

"""What is heard in the demonstration: a hearing that is announced, one that goes on now, one that is closed, a draft.

Days are counted back in working days, as in `wishes`; those of the heating tariff in days of the calendar, as that of
its event. Minutes are counted from the beginning of a hearing. The people are invented, and so are their words and
every figure.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from karavan.core.languages import Slots
from karavan.hearings.models import Position, StatementKind
from karavan.seeds.agendas import Minutes
from karavan.seeds.papers import Half, Paper

FOR, AGAINST, QUESTION = StatementKind.FOR, StatementKind.AGAINST, StatementKind.QUESTION
TO_BACK, TO_OPPOSE, TO_ASK = Position.FOR, Position.AGAINST, Position.QUESTION


When = tuple[int, str]


@dataclass(frozen=True, kw_only=True)
class Written:
    """A written statement."""

    key: str
    by: str
    kind: StatementKind
    when: When
    text: str
    file: Paper | None = None
    answer: Slots = Slots()


@dataclass(frozen=True, kw_only=True)
class Signed:
    """Somebody who signed up to speak: a resident, or (a name) somebody at the door."""

    by: str
    position: Position
    topic: str
    when: When | None = None
    minute: int = 0
    """At the door: when she came."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A question from the hall."""

    key: str
    by: str
    minute: float
    text: str
    supports: int = 0
    merged: tuple[float, str] | None = None
    """When, and into which other."""
    answered: float = 0.0
    """When it was answered in the hall."""
    answer: Slots = Slots()


@dataclass(frozen=True, kw_only=True)
class Polled:
    """A straw poll: how many chose each answer."""

    minute: float
    until: float = 0.0
    """0: it is open."""
    question: Slots
    options: tuple[Slots, ...]
    votes: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class Grouped:
    """Statements and questions that are answered together."""

    keys: tuple[str, ...]
    title: Slots
    answer: Slots


@dataclass(frozen=True, kw_only=True)
class Changed:
    """Another version of a document, and why the notice went on."""

    when: When
    document: int
    paper: Paper
    title: Slots
    reason: Slots


CALLED: Final = Slots(
    "Маңғыстау облысының қоғамдық кеңесі",
    "Общественный совет Мангистауской области",
    "Public Council of Mangystau Region",
)

# --- Announced: the heating tariff ------------------------------------------------------------------------

TARIFF_TASKS: Final = Slots(
    "Тариф жобасының қалай есептелгенін анықтап, тұрғындардың пікірін жинау және тариф бекітілгенге дейін кеңестің "
    "ұсынымын әзірлеу.",
    "Выяснить, как посчитан проект тарифа, собрать мнения жителей и подготовить рекомендацию совета до утверждения "
    "тарифа.",
    "To find out how the draft tariff was worked out, to gather what residents think, and to prepare the council's "
    "recommendation before it is approved.",
)
TARIFF_QUESTIONS: Final = Slots(
    "1. Тарифтің өсуі неге негізделген?\n2. Есептегіші жоқ үйдің төлемі қалай есептеледі?\n"
    "3. Көп балалы отбасы мен зейнеткерге жеңілдік бола ма?",
    "1. На чём основан рост тарифа?\n2. Как считают плату в доме без счётчика?\n"
    "3. Будут ли льготы многодетным семьям и пенсионерам?",
    "1. What is the rise of the tariff based on?\n2. How is a house without a meter charged?\n"
    "3. Will large families and pensioners pay less?",
)
TARIFF_AGENDA: Final = Slots(
    "1. Тарифтің жобасы мен есебі: маманның баяндамасы, 30 минут.\n2. Тұрғындардың сөзі: әрқайсысына 3 минут.\n"
    "3. Залдан сұрақтар.\n4. Қорытынды.",
    "1. Проект тарифа и расчёт: доклад специалиста, 30 минут.\n2. Выступления жителей: каждому 3 минуты.\n"
    "3. Вопросы из зала.\n4. Итоги.",
    "1. The draft and how it was worked out: a specialist, 30 minutes.\n2. Residents speak: 3 minutes each.\n"
    "3. Questions from the hall.\n4. Conclusions.",
)
TARIFF_GROUND: Final = Slots(
    "Кеңестің тұрғындарға берген уәдесі және жылу ақысының есебін түсіндіру туралы ұсыныс.",
    "Обещание совета жителям и предложение объяснить, как считают плату за тепло.",
    "The council's promise to residents, and the proposal to explain the price of heating.",
)
_TARIFF_ROWS_KK: Final = (
    ("Шығын", "Былтыр", "Жоба"),
    ("Отын, млн ₸", "412", "455"),
    ("Жалақы, млн ₸", "168", "181"),
    ("Желіні жөндеу, млн ₸", "94", "139"),
    ("Жылу шығыны", "21 %", "19 %"),
)
_TARIFF_ROWS_RU: Final = (
    ("Затраты", "Прошлый год", "Проект"),
    ("Топливо, млн ₸", "412", "455"),
    ("Зарплата, млн ₸", "168", "181"),
    ("Ремонт сетей, млн ₸", "94", "139"),
    ("Потери тепла", "21 %", "19 %"),
)
TARIFF_NOTE: Final = Paper(
    name="tusindirme-zhazba.pdf",
    kk=Half(
        title="Жылу тарифінің жобасына түсіндірме жазба",
        text=(
            "Тариф үш жыл сайын қаралады. Соңғы үш жылда отын қымбаттады, ал желінің үштен бірі тозған.",
            "Жобада желіні жөндеуге бөлінетін қаражат бір жарым есеге жуық өседі. Жылу шығыны екі пайызға азаяды.",
            "Орташа екі бөлмелі пәтердің төлемі айына 640 теңгеге өседі.",
        ),
    ),
    ru=Half(
        title="Пояснительная записка к проекту тарифа на тепло",
        text=(
            "Тариф пересматривают раз в три года. За это время топливо подорожало, а треть сетей изношена.",
            "В проекте расходы на ремонт сетей растут почти в полтора раза. Потери тепла снизятся на два процента.",
            "Плата за обычную двухкомнатную квартиру вырастет на 640 тенге в месяц.",
        ),
    ),
)
TARIFF_SUMS: Final = Paper(
    name="tariftin-esebi.pdf",
    kk=Half(title="Тарифтің есебі", text=("Бір жылдық шығынның негізгі баптары.",), rows=_TARIFF_ROWS_KK),
    ru=Half(title="Расчёт тарифа", text=("Основные статьи годовых затрат.",), rows=_TARIFF_ROWS_RU),
)
TARIFF_SUMS_2: Final = Paper(
    name="tariftin-esebi-2.pdf",
    kk=Half(
        title="Тарифтің есебі",
        text=("Бір жылдық шығынның негізгі баптары.", "Екінші нұсқада жалақы жолы түзетілді: 181 емес, 178 млн ₸."),
        rows=(*_TARIFF_ROWS_KK[:2], ("Жалақы, млн ₸", "168", "178"), *_TARIFF_ROWS_KK[3:]),
    ),
    ru=Half(
        title="Расчёт тарифа",
        text=("Основные статьи годовых затрат.", "Во второй версии исправлена строка зарплаты: не 181, а 178 млн ₸."),
        rows=(*_TARIFF_ROWS_RU[:2], ("Зарплата, млн ₸", "168", "178"), *_TARIFF_ROWS_RU[3:]),
    ),
)
TARIFF_HOMES: Final = Paper(
    name="uylerdin-tolemi.pdf",
    kk=Half(
        title="Үйлердің төлемін салыстыру",
        text=("Есептегіші бар және жоқ үйдің бір айлық төлемі, ₸.",),
        rows=(
            ("Пәтер", "Есептегіші бар", "Есептегіші жоқ"),
            ("1 бөлме", "5 100", "6 300"),
            ("2 бөлме", "7 400", "9 200"),
            ("3 бөлме", "9 900", "12 500"),
        ),
    ),
    ru=Half(
        title="Сравнение платы по домам",
        text=("Плата за месяц в доме со счётчиком и без него, ₸.",),
        rows=(
            ("Квартира", "Со счётчиком", "Без счётчика"),
            ("1 комната", "5 100", "6 300"),
            ("2 комнаты", "7 400", "9 200"),
            ("3 комнаты", "9 900", "12 500"),
        ),
    ),
)
TARIFF_DOCUMENTS: Final = (
    (
        TARIFF_NOTE,
        Slots("Түсіндірме жазба", "Пояснительная записка", "Explanatory note"),
    ),
    (TARIFF_SUMS, Slots("Тарифтің есебі", "Расчёт тарифа", "How the tariff was worked out")),
    (
        TARIFF_HOMES,
        Slots("Үйлердің төлемін салыстыру", "Сравнение платы по домам", "What different houses pay"),
    ),
)
TARIFF_CHANGE: Final = Changed(
    when=(5, "16:40"),
    document=2,
    paper=TARIFF_SUMS_2,
    title=Slots("Тарифтің есебі", "Расчёт тарифа", "How the tariff was worked out"),
    reason=Slots(
        "Бір жолдағы қате түзетілді: жалақыға 181 емес, 178 млн ₸ жұмсалады. Тарифтің өзі өзгермейді, сондықтан "
        "хабарлау мерзімі жалғаса береді.",
        "Исправлена ошибка в одной строке: на зарплату идёт не 181, а 178 млн ₸. Сам тариф не меняется, поэтому срок "
        "извещения продолжается.",
        "A slip in one line was mended: wages are 178, not 181 million ₸. The tariff itself stays, so the notice goes "
        "on.",
    ),
)
TARIFF_WRITTEN: Final = (
    Written(
        key="tariff-meter",
        by="aygerim-sultanova",
        kind=QUESTION,
        when=(15, "20:10"),
        text="Есептегіш орнатқан үй өз шығынын ғана төлей ме, әлде желінің ысырабы да соған қосыла ма?",
    ),
    Written(
        key="tariff-losses",
        by="viktor-pavlenko",
        kind=AGAINST,
        when=(14, "19:25"),
        text=(
            "Против роста тарифа, пока потери тепла в сетях около двадцати процентов. Сначала покажите, что сделано на "
            "деньги прошлых лет: какие участки заменены и сколько тепла на них теперь теряется."
        ),
        file=Paper(
            name="teplo-v-podezde.pdf",
            kk=Half(title="Подъездегі температура", text=("Тұрғынның өлшемдері, екі апта.",)),
            ru=Half(
                title="Температура в подъезде",
                text=("Замеры жителя за две недели.",),
                rows=(("День", "Утро", "Вечер"), ("Понедельник", "14", "15"), ("Четверг", "13", "15")),
            ),
        ),
    ),
    Written(
        key="tariff-repair",
        by="ermek-bayzhanov",
        kind=FOR,
        when=(11, "21:05"),
        text=(
            "Құбыр тозған, оны жөндемесек, қыста тағы жарылады. Қосымша ақша тек жөндеуге жұмсалса және есебі тоқсан "
            "сайын жарияланса, тарифтің өсуін қолдаймын."
        ),
    ),
    Written(
        key="tariff-families",
        by="gulzhan-abdikhalyq",
        kind=AGAINST,
        when=(9, "12:30"),
        text=(
            "Бес балалы отбасымыз, үш бөлмелі пәтерде тұрамыз. Есептегіші жоқ үйде төлем он екі мың теңгеден асады. "
            "Жеңілдік белгіленбей тұрып, тарифті көтермеңіздер."
        ),
    ),
    Written(
        key="tariff-norms",
        by="denis-kovalchuk",
        kind=QUESTION,
        when=(6, "18:45"),
        text="Когда пересмотрят нормы для домов без счётчика? Они старше самих домов в нашем микрорайоне.",
    ),
    Written(
        key="tariff-open",
        by="zeynep-muqanova",
        kind=FOR,
        when=(3, "22:15"),
        text="Есептің ашық жарияланғаны дұрыс. Жалақы мен жөндеуге кеткен ақша жыл сайын осылай көрсетілсін.",
    ),
)
TARIFF_SIGNED: Final = (
    Signed(
        by="olga-kim",
        position=TO_OPPOSE,
        topic="Почему платит подъезд, а не квартира",
        when=(12, "19:50"),
    ),
    Signed(by="ermek-bayzhanov", position=TO_BACK, topic="Құбырды жөндеу мен оның есебі", when=(8, "20:20")),
)

# --- Going on now: the bus --------------------------------------------------------------------------------

BUS_TITLE: Final = Slots(
    "Ақтау — Жаңаөзен автобусы: қоғамдық тыңдау",
    "Автобус Актау — Жанаозен: общественные слушания",
    "The Aktau – Zhanaozen bus: public hearing",
)
BUS_TASKS: Final = Slots(
    "Таңғы және кешкі рейстің кестесін тұрғындармен бірге қарап, аялдамалар мен жол ақысы туралы пікір жинау.",
    "Вместе с жителями обсудить расписание утреннего и вечернего рейсов, собрать мнения об остановках и цене проезда.",
    "To go through the timetable of the morning and the evening bus with residents, and to gather what they think of "
    "stops and fares.",
)
BUS_QUESTIONS: Final = Slots(
    "1. Таңғы рейс неше болғаны қолайлы?\n2. Кешкі рейс жұмыс күндері керек пе?\n3. Автобус ауруханаға тоқтай ма?",
    "1. На какое время поставить утренний рейс?\n2. Нужен ли вечерний рейс в будни?\n3. Будет ли автобус "
    "останавливаться у больницы?",
    "1. At what hour should the morning bus go?\n2. Is an evening bus needed on weekdays?\n3. Will the bus stop at the "
    "hospital?",
)
BUS_AGENDA: Final = Slots(
    "1. Басқарманың кестесі: 15 минут.\n2. Тұрғындардың сөзі: әрқайсысына 7 минут.\n3. Залдан сұрақтар мен сауалнама.",
    "1. Расписание управления: 15 минут.\n2. Выступления жителей: каждому 7 минут.\n3. Вопросы из зала и опрос.",
    "1. The department's timetable: 15 minutes.\n2. Residents speak: 7 minutes each.\n3. Questions and a straw poll.",
)
BUS_GROUND: Final = Slots(
    "Кеңестің № 2 отырысының шешімі және тұрғындардың екі ұсынысы.",
    "Решение заседания совета № 2 и два предложения жителей.",
    "The decision of the council's sitting No. 2, and two proposals of residents.",
)
BUS_VENUE: Final = Slots("Мәдениет сарайы, үлкен зал", "Дворец культуры, большой зал", "Palace of Culture, large hall")
BUS_DOCUMENTS: Final = (
    (
        Paper(
            name="avtobus-kestesi.pdf",
            kk=Half(
                title="Автобус кестесінің жобасы",
                text=("Үш айлық сынаққа арналған кесте.",),
                rows=(
                    ("Бағыт", "Қазір", "Жоба"),
                    ("Жаңаөзен — Ақтау", "08:30", "06:00, 08:30"),
                    ("Ақтау — Жаңаөзен", "18:00", "18:00, 20:30"),
                ),
            ),
            ru=Half(
                title="Проект расписания автобуса",
                text=("Расписание на три пробных месяца.",),
                rows=(
                    ("Направление", "Сейчас", "Проект"),
                    ("Жанаозен — Актау", "08:30", "06:00, 08:30"),
                    ("Актау — Жанаозен", "18:00", "18:00, 20:30"),
                ),
            ),
        ),
        Slots("Кестенің жобасы", "Проект расписания", "The draft timetable"),
    ),
)
BUS_WRITTEN: Final = (
    Written(
        key="bus-hospital",
        by="shynar-medetova",
        kind=FOR,
        when=(6, "20:40"),
        text="Емделуге жиі барамыз. Таңғы рейс болса, дәрігерге кезекке үлгеріп, түстен кейін үйге қайтамыз.",
    ),
    Written(
        key="bus-taxi",
        by="miras-zhetkizgen",
        kind=AGAINST,
        when=(4, "21:10"),
        text=(
            "Кешкі рейс жартылай бос жүреді деп ойлаймын. Оның шығыны қала ішіндегі автобустың есебінен жабылмасын, "
            "алдымен жолаушылар санын көрсетіңіздер."
        ),
    ),
    Written(
        key="bus-fare",
        by="natalya-dyomina",
        kind=QUESTION,
        when=(2, "19:15"),
        text="Сколько будет стоить билет и останется ли скидка для школьников и студентов?",
    ),
)
BUS_SIGNED: Final = (
    Signed(by="dana-quanyshova", position=TO_BACK, topic="Таңғы рейс және студенттер", when=(8, "20:05")),
    Signed(by="timur-akhmetov", position=TO_BACK, topic="Вечерний рейс в будни", when=(8, "21:30")),
    Signed(by="rauan-sisenov", position=TO_OPPOSE, topic="Такси жүргізушілерінің табысы", when=(7, "19:20")),
    Signed(
        by="ulzhan-berdiqozha",
        position=TO_ASK,
        topic="Кресло-арбамен қалай мінеміз?",
        when=(6, "18:30"),
    ),
    Signed(by="natalya-dyomina", position=TO_BACK, topic="Остановка у больницы", when=(5, "22:00")),
    Signed(by="miras-zhetkizgen", position=TO_OPPOSE, topic="Бос рейстің шығынын кім жабады?", when=(4, "21:20")),
    Signed(by="aqbota-nurgali", position=TO_ASK, topic="Студенттерге жеңілдік", when=(3, "20:50")),
    Signed(by="shynar-medetova", position=TO_OPPOSE, topic="Бекеттің орны ыңғайсыз", when=(2, "20:00")),
    Signed(by="bolat-qosaev", position=TO_ASK, topic="Қыста жол жабылса", when=(1, "19:10")),
    Signed(by="Рүстем Қуанышов", position=TO_BACK, topic="Ауысыммен істейтіндер", minute=9),
)
"""In the order in which they signed up; the last came to the door."""
BUS_CALLS: Final = ((6.0, "call"), (14.0, "call"), (21.0, "call"), (22.0, "absent"), (23.0, "call"), (30.0, "end"))
BUS_NOW: Final = 47.5
"""When whoever speaks now was called."""
BUS_EXTENDED: Final = (49.0, 8)
BUS_NOTES: Final = (
    (12.0, "kk", "Дана Қуанышова: бірінші сабақ сегізде басталады, сегіз жарымдағы автобус үлгермейді."),
    (27.0, "ru", "Тимур Ахметов: смена заканчивается в восемь, попутные машины зимой опасны."),
)
BUS_ASKED: Final = (
    Asked(
        key="bus-q-fare",
        by="aqbota-nurgali",
        minute=8,
        text="Студенттерге билет жарты бағамен сатыла ма?",
        supports=14,
    ),
    Asked(
        key="bus-q-ramp",
        by="quanysh-alibek",
        minute=11,
        text="Кресло-арбамен мінетін автобус бола ма?",
        supports=11,
    ),
    Asked(
        key="bus-q-discount",
        by="kamila-yusupova",
        minute=16,
        text="Будет ли скидка для студентов?",
        supports=5,
        merged=(25.0, "bus-q-fare"),
    ),
    Asked(
        key="bus-q-start",
        by="asqar-otegen",
        minute=18,
        text="Таңғы рейс нақты қай күннен басталады?",
        supports=9,
        answered=32.0,
    ),
    Asked(
        key="bus-q-winter",
        by="bolat-qosaev",
        minute=28,
        text="Боран болып, жол жабылса, жолаушыға кім хабарлайды?",
        supports=7,
    ),
    Asked(
        key="bus-q-tickets",
        by="mariya-sokolova",
        minute=34,
        text="Можно ли будет купить билет в телефоне, а не в кассе?",
        supports=4,
    ),
    Asked(
        key="bus-q-heat",
        by="zeynep-muqanova",
        minute=44,
        text="Автобустың салоны қыста жылы бола ма?",
        supports=2,
    ),
)
BUS_POLLS: Final = (
    Polled(
        minute=31,
        until=36,
        question=Slots(
            "Таңғы рейс қай уақытта шыққаны қолайлы?",
            "На какое время поставить утренний рейс?",
            "At what hour should the morning bus go?",
        ),
        options=(
            Slots("05:30", "05:30", "05:30"),
            Slots("06:00", "06:00", "06:00"),
            Slots("06:30", "06:30", "06:30"),
        ),
        votes=(4, 13, 5),
    ),
    Polled(
        minute=42,
        question=Slots(
            "Кешкі рейс жұмыс күндері керек пе?",
            "Нужен ли вечерний рейс в будни?",
            "Is an evening bus needed on weekdays?",
        ),
        options=(
            Slots("Иә, күн сайын", "Да, каждый день", "Yes, every day"),
            Slots("Жұма күні ғана", "Только в пятницу", "On Fridays only"),
            Slots("Керек емес", "Не нужен", "No"),
        ),
        votes=(8, 4, 1),
    ),
)
BUS_PARTIES: Final = (
    "dana-quanyshova",
    "timur-akhmetov",
    "rauan-sisenov",
    "natalya-dyomina",
    "aqbota-nurgali",
    "bolat-qosaev",
)

# --- Closed: the sea shore --------------------------------------------------------------------------------

SHORE_TITLE: Final = Slots(
    "Теңіз жағасына өту: қоғамдық тыңдау",
    "Проход к берегу моря: общественные слушания",
    "The way to the sea shore: public hearing",
)
SHORE_TASKS: Final = Slots(
    "Құрық маңында теңізге апаратын жолдардың неге жабылғанын анықтап, тұрғындарға ыңғайлы өткелдерді белгілеу.",
    "Выяснить, почему закрыты дороги к морю у Курыка, и определить проходы, удобные жителям.",
    "To find out why the roads to the sea near Kuryk are closed, and to name ways that suit residents.",
)
SHORE_QUESTIONS: Final = Slots(
    "1. Жолды кім, қандай құжатпен жапты?\n2. Қай жерде ашық өткел болуы керек?\n"
    "3. Жағаның тазалығына кім жауап береді?",
    "1. Кто и на каком основании закрыл дорогу?\n2. Где должны быть открытые проходы?\n"
    "3. Кто отвечает за чистоту берега?",
    "1. Who closed the road, and by what paper?\n2. Where should there be open ways?\n3. Who keeps the shore clean?",
)
SHORE_AGENDA: Final = Slots(
    "1. Ұсыныс авторының сөзі: 10 минут.\n2. Басқарманың түсіндірмесі: 15 минут.\n3. Тұрғындардың сөзі мен сұрақтары.",
    "1. Слово автора предложения: 10 минут.\n2. Пояснения управления: 15 минут.\n3. Выступления и вопросы жителей.",
    "1. The author of the proposal: 10 minutes.\n2. The department explains: 15 minutes.\n3. Residents speak and ask.",
)
SHORE_GROUND: Final = Slots(
    "Тұрғындар қолдап отырған ұсыныс және кеңестің жұмыс жоспары.",
    "Предложение, которое поддерживают жители, и план работы совета.",
    "A proposal that residents support, and the council's work plan.",
)
SHORE_VENUE: Final = Slots("Құрық ауылының клубы", "Клуб села Курык", "The club of Kuryk")
SHORE_DOCUMENTS: Final = (
    (
        Paper(
            name="otkelder.pdf",
            kk=Half(
                title="Теңізге апаратын жолдардың тізімі",
                text=("Ауыл тұрғындары атаған жолдар мен олардың күйі.",),
                rows=(
                    ("Жол", "Ұзындығы", "Күйі"),
                    ("Төте жол", "3 км", "шлагбаум"),
                    ("Порт жолы", "7 км", "ашық"),
                    ("Айналма жол", "11 км", "ашық, тозған"),
                ),
            ),
            ru=Half(
                title="Список дорог к морю",
                text=("Дороги, которые назвали жители, и их состояние.",),
                rows=(
                    ("Дорога", "Длина", "Состояние"),
                    ("Короткая дорога", "3 км", "шлагбаум"),
                    ("Дорога к порту", "7 км", "открыта"),
                    ("Объезд", "11 км", "открыта, разбита"),
                ),
            ),
        ),
        Slots("Жолдардың тізімі", "Список дорог", "List of roads"),
    ),
)
SHORE_WRITTEN: Final = (
    Written(
        key="shore-fish",
        by="aqzhol-tabynbaev",
        kind=FOR,
        when=(26, "20:15"),
        text="Балықшымын, күн сайын он бір шақырым айналамын. Төте жол ашылса, жанармай да, уақыт та үнемделеді.",
    ),
    Written(
        key="shore-children",
        by="indira-kenzhebay",
        kind=FOR,
        when=(24, "21:40"),
        text="Жазда балаларды теңізге апару қиын. Екінші өткел клубтың тұсынан ашылса, жаяу да барар едік.",
    ),
    Written(
        key="shore-litter",
        by="larisa-melnik",
        kind=AGAINST,
        when=(23, "19:05"),
        text=(
            "Я против открытого проезда для машин: после них на берегу остаётся мусор. Пешеходный проход поддержу, "
            "если кто-то будет за ним следить."
        ),
    ),
    Written(
        key="shore-who",
        by="orynbasar-zhanbyrshy",
        kind=QUESTION,
        when=(21, "18:20"),
        text="Шлагбаумды кім орнатты және ол жердің иесі кім? Құжатын көрсетіңіздерші.",
        answer=Slots(
            "Шлагбаумды жерді жалға алған кәсіпорын орнатқан. Жалға беру шартында өту жолын жабуға рұқсат жоқ. Шартпен "
            "кеңесте танысуға болады.",
            "Шлагбаум поставило предприятие, которое арендует землю. Договор аренды не разрешает закрывать проход. С "
            "договором можно ознакомиться в совете.",
            "The barrier was put up by the company that rents the land. Its contract does not allow the way to be "
            "closed; it can be read at the council.",
        ),
    ),
    Written(
        key="shore-cars",
        by="tamara-rybakova",
        kind=AGAINST,
        when=(18, "20:30"),
        text="Если откроют дорогу, берег превратится в стоянку. Нужно место для машин до спуска, а не на песке.",
    ),
)
SHORE_SIGNED: Final = (
    Signed(by="symbat-qurmangazy", position=TO_BACK, topic="Ұсыныстың авторы: төте жол", when=(27, "20:10")),
    Signed(by="larisa-melnik", position=TO_OPPOSE, topic="Мусор на берегу", when=(25, "19:30")),
    Signed(by="orynbasar-zhanbyrshy", position=TO_ASK, topic="Жердің иесі кім?", when=(22, "18:05")),
    Signed(by="aqzhol-tabynbaev", position=TO_BACK, topic="Балықшылардың жолы", when=(21, "21:15")),
)
SHORE_CALLS: Final = ((28.0, "call"), (37.0, "call"), (45.0, "call"), (51.0, "call"), (58.0, "end"))
SHORE_NOTES: Final = (
    (32.0, "kk", "Сымбат Құрманғазы: шлагбаум екі жыл бұрын қойылды, ауылға ешкім хабарлаған жоқ."),
    (49.0, "kk", "Басқарма өкілі: жалға беру шартында өту жолын жабу көзделмеген."),
    (62.0, "ru", "Предприятие согласилось открыть шлагбаум до конца сезона."),
)
SHORE_ASKED: Final = (
    Asked(
        key="shore-q-when",
        by="symbat-qurmangazy",
        minute=40,
        text="Шлагбаум қай күні алынады?",
        supports=9,
        answered=63.0,
    ),
    Asked(
        key="shore-q-date",
        by="denis-kovalchuk",
        minute=47,
        text="Когда откроют дорогу?",
        supports=3,
        merged=(55.0, "shore-q-when"),
    ),
    Asked(
        key="shore-q-clean",
        by="kamila-yusupova",
        minute=53,
        text="Кто будет вывозить мусор с берега?",
        supports=6,
    ),
    Asked(
        key="shore-q-map",
        by="alikhan-tursynov",
        minute=60,
        text="Өткелдер картада көрсетіле ме?",
        supports=4,
        answer=Slots(
            "Иә. Екі өткел ауданның ашық картасына түсіріледі, басына белгі қойылады.",
            "Да. Оба прохода нанесут на открытую карту района, в начале каждого поставят знак.",
            "Yes. Both ways will be on the district's open map, with a sign where each begins.",
        ),
    ),
)
SHORE_POLLS: Final = (
    Polled(
        minute=64,
        until=69,
        question=Slots(
            "Қай өткелді бірінші ашқан дұрыс?", "Какой проход открыть первым?", "Which way should be opened first?"
        ),
        options=(
            Slots("Төте жол", "Короткая дорога", "The short road"),
            Slots("Клубтың тұсындағы соқпақ", "Тропа у клуба", "The path by the club"),
        ),
        votes=(12, 7),
    ),
)
SHORE_GROUPS: Final = (
    Grouped(
        keys=("shore-fish", "shore-children", "shore-q-when"),
        title=Slots("Өткелдерді ашу", "Открыть проходы", "To open the ways"),
        answer=Slots(
            "Кәсіпорын шлагбаумды ашуға келісті: төте жол қазір ашық. Клуб тұсындағы соқпақты келесі жазға дейін "
            "реттеуді кеңес басқармаға ұсынады.",
            "Предприятие согласилось открыть шлагбаум: короткая дорога уже открыта. Привести в порядок тропу у клуба к "
            "следующему лету совет рекомендует управлению.",
            "The company agreed to open the barrier: the short road is open now. The council recommends that the "
            "department put the path by the club in order before next summer.",
        ),
    ),
    Grouped(
        keys=("shore-litter", "shore-cars", "shore-q-clean"),
        title=Slots("Жағаның тазалығы мен көліктер", "Чистота берега и машины", "A clean shore, and cars"),
        answer=Slots(
            "Көлік қоятын орын түсер жолдың басында болады, құмға көлік шықпайды. Қоқысты ауылдық округ апта сайын "
            "шығарады. Бұл ұсынымға енгізілді.",
            "Место для машин будет в начале спуска, на песок машины не выедут. Мусор раз в неделю вывозит сельский "
            "округ. Это вошло в рекомендацию.",
            "Cars will be left where the way begins, not on the sand. The village takes rubbish away every week. This "
            "is in the recommendation.",
        ),
    ),
)
SHORE_SUMMARY: Final = Slots(
    "Сіз айттыңыз: төте жол жабық, теңізге он бір шақырым айналып барамыз.\n"
    "Біз жасадық: тыңдаудан кейін шлагбаум ашылды, жолдың екеуі де картаға түсіріледі.\n\n"
    "Сіз айттыңыз: көлік көбейсе, жағада қоқыс қалады.\n"
    "Біз жасадық: көлік қоятын орын мен қоқыс шығару кестесі ұсынымға енді.\n\n"
    "Сіз айттыңыз: жердің иесі кім екені белгісіз.\n"
    "Біз жасадық: жерді кім жалға алғаны және шарттың талабы анықталды.",
    "Вы сказали: короткая дорога закрыта, до моря одиннадцать километров в объезд.\n"
    "Мы сделали: после слушаний шлагбаум открыли, оба прохода нанесут на карту.\n\n"
    "Вы сказали: если машин станет больше, на берегу останется мусор.\n"
    "Мы сделали: место для машин и график вывоза мусора вошли в рекомендацию.\n\n"
    "Вы сказали: неизвестно, чья это земля.\n"
    "Мы сделали: выяснили, кто арендует землю и что требует договор.",
    "You said: the short road is closed, and it is eleven kilometres to the sea.\n"
    "We did: the barrier was opened after the hearing, and both ways go on the map.\n\n"
    "You said: more cars mean more rubbish on the shore.\n"
    "We did: a place for cars and a timetable for rubbish are in the recommendation.\n\n"
    "You said: nobody knows whose land it is.\n"
    "We did: it is known now who rents the land, and what the contract asks.",
)
SHORE_ADVICE: Final = (
    Slots(
        "Құрық маңында теңізге апаратын екі өткелді ашу",
        "Открыть два прохода к морю у Курыка",
        "To open two ways to the sea near Kuryk",
    ),
    Slots(
        "Төте жолдың ашық болуын бақылау, клуб тұсындағы соқпақты келесі жазға дейін реттеу. Өткелдердің басына белгі, "
        "көлік қоятын орын мен қоқыс жәшігін қою, қоқыс шығару кестесін жариялау.",
        "Следить, чтобы короткая дорога оставалась открытой, и к следующему лету привести в порядок тропу у клуба. "
        "Поставить в начале проходов знаки, сделать место для машин и урны, опубликовать график вывоза мусора.",
        "To see that the short road stays open and to put the path by the club in order before next summer. To put up "
        "signs, a place for cars and bins where the ways begin, and to publish when rubbish is taken away.",
    ),
    Slots("Қоғамдық тыңдаудың хаттамасы", "Протокол общественных слушаний", "Minutes of the public hearing"),
)
SHORE_MINUTES: Final = Minutes(written=15, opened=14, agreed=8, published=8)
SHORE_PARTIES: Final = (
    "symbat-qurmangazy",
    "aqzhol-tabynbaev",
    "larisa-melnik",
    "orynbasar-zhanbyrshy",
    "indira-kenzhebay",
    "tamara-rybakova",
)
SHORE_CAME: Final = 5
"""So many of them were there."""

# --- A draft on the secretary's desk ----------------------------------------------------------------------

DUMP_TITLE: Final = Slots(
    "Жол бойындағы қоқыс үйінділері: қоғамдық тыңдау",
    "Свалки у дорог: общественные слушания",
    "Dumps beside roads: public hearing",
)
DUMP_QUESTIONS: Final = Slots(
    "1. Үйінділерді кім шығарады?\n2. Құрылыс қалдығы қайда қабылданады?",
    "1. Кто вывозит свалки?\n2. Где принимают строительный мусор?",
)
DUMP_AGENDA: Final = Slots(
    "1. Ұсыныстың авторы. 2. Әкімдіктің жауабы. 3. Сұрақтар.", "1. Автор предложения. 2. Ответ акимата. 3. Вопросы."
)

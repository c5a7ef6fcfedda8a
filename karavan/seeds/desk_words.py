"""What people say around events: why they apply, what they thought of a training, what organisers write to them."""

from __future__ import annotations

from typing import Final

from karavan.core.languages import Slots
from karavan.events.models import AttendeeRole, Sex
from karavan.selection.balance import Rule
from karavan.selection.rules.plan import CriterionLine

_F, _M = Sex.FEMALE, Sex.MALE
_COUNCIL, _ACTIVE, _NGO, _STATE, _MEDIA, _HOME = (
    AttendeeRole.COUNCIL_MEMBER,
    AttendeeRole.ACTIVIST,
    AttendeeRole.NGO,
    AttendeeRole.STATE_BODY,
    AttendeeRole.MEDIA,
    AttendeeRole.RESIDENT,
)

WHO: Final[dict[str, tuple[Sex, int, AttendeeRole]]] = {
    "amina": (_F, 1994, _HOME),
    "dana-quanyshova": (_F, 2001, _ACTIVE),
    "asqar-otegen": (_M, 1999, _HOME),
    "ulzhan-berdiqozha": (_F, 1988, _NGO),
    "miras-zhetkizgen": (_M, 2003, _HOME),
    "natalya-dyomina": (_F, 1979, _HOME),
    "rauan-sisenov": (_M, 2002, _ACTIVE),
    "aqbota-nurgali": (_F, 2004, _HOME),
    "bolat-qosaev": (_M, 1966, _COUNCIL),
    "shynar-medetova": (_F, 1983, _NGO),
    "aygerim-sultanova": (_F, 2000, _ACTIVE),
    "nurlan-qozhabekov": (_M, 1985, _NGO),
    "svetlana-gromova": (_F, 1971, _COUNCIL),
    "zhanar-tolegenova": (_F, 1997, _MEDIA),
    "viktor-pavlenko": (_M, 1963, _COUNCIL),
    "ermek-bayzhanov": (_M, 1978, _STATE),
    "mariya-sokolova": (_F, 2002, _HOME),
    "gulzhan-abdikhalyq": (_F, 1969, _HOME),
    "timur-akhmetov": (_M, 1998, _ACTIVE),
    "zeynep-muqanova": (_F, 1990, _NGO),
    "olga-kim": (_F, 1987, _MEDIA),
    "serik-dosymov": (_M, 1974, _HOME),
    "quanysh-alibek": (_M, 1996, _ACTIVE),
    "perizat-esenova": (_F, 2001, _ACTIVE),
    "galym-tursynbay": (_M, 1982, _NGO),
    "aruzhan-sapar": (_F, 2005, _HOME),
    "moldir-zhaqsylyq": (_F, 1998, _HOME),
    "erasyl-ongar": (_M, 2003, _HOME),
    "dinara-khalyq": (_F, 1992, _COUNCIL),
    "zhiger-mambet": (_M, 2000, _ACTIVE),
    "nazerke-aytqul": (_F, 2002, _ACTIVE),
    "orynbasar-zhanbyrshy": (_M, 1970, _COUNCIL),
    "symbat-qurmangazy": (_F, 1999, _HOME),
    "aqzhol-tabynbaev": (_M, 2001, _ACTIVE),
    "larisa-melnik": (_F, 1980, _HOME),
    "qarlygash-bekzhan": (_F, 1976, _COUNCIL),
    "nursultan-sherkhan": (_M, 2002, _HOME),
    "bibigul-otarbay": (_F, 1989, _NGO),
    "alikhan-tursynov": (_M, 2004, _HOME),
    "almagul-sagyndyq": (_F, 1984, _NGO),
    "denis-kovalchuk": (_M, 1991, _HOME),
    "umit-rakhmet": (_F, 2000, _ACTIVE),
    "omirzaq-batyrkhan": (_M, 1973, _NGO),
    "kamila-yusupova": (_F, 2003, _HOME),
    "zhihanger-aqmyrza": (_M, 1995, _ACTIVE),
    "tamara-rybakova": (_F, 1968, _COUNCIL),
    "indira-kenzhebay": (_F, 1993, _COUNCIL),
}
"""What residents say of themselves where an event asks: sex, year of birth, who they are."""

# --- Applying ---------------------------------------------------------------------------------------------

TOUR_APPLICATIONS: Final = (
    ("amina", "Таңғы автобус туралы ұсынысым қаралып жатыр. Енді ауылдастарыма ұсыныс жазуды үйретемін."),
    ("asqar-otegen", "Көше жарығы бойынша тұрғындар тобын құрып, кеңеске ай сайын есеп беремін."),
    ("ulzhan-berdiqozha", "Мүгедек балалардың ата-аналарымен үш кездесу өткізіп, бір ұсыныс дайындаймыз."),
    ("miras-zhetkizgen", "Мектептегі оқушылар кеңесінде осы тәжірибені айтып беремін."),
    ("natalya-dyomina", "Проведу встречу пациентов поликлиники и соберу их предложения в одно."),
    ("shynar-medetova", "Жаңаөзенде әйелдерге арналған ашық сабақ өткіземін."),
    ("svetlana-gromova", "Покажу нашему городскому совету, как в Астане готовят открытые заседания."),
    ("zhanar-tolegenova", "Кеңестің жұмысы туралы бес материал жазып, жергілікті газетке беремін."),
    ("ermek-bayzhanov", "Мекемеміздің жауаптарын тұрғынға түсінікті тілде жазуға үйретемін."),
    ("mariya-sokolova", "Организую в университете клуб, где учатся писать предложения."),
    ("olga-kim", "Сниму короткий фильм о пути одного предложения и покажу его в районе."),
    ("perizat-esenova", "Бейнеуде жастар сағатын ашып, айына бір мәселені талқылаймыз."),
    ("aruzhan-sapar", "Ауыл кітапханасында ұсыныс жазатын бұрыш ашамын."),
    ("erasyl-ongar", "Спорт алаңы туралы ұсынысты достарыммен бірге кеңеске жеткіземіз."),
    ("dinara-khalyq", "Аудандық кеңесте хаттаманы екі тілде жариялауды бастаймыз."),
    ("zhiger-mambet", "Теміржол бойындағы қоқыс мәселесін картаға түсіріп, ұсыныс жасаймын."),
    ("symbat-qurmangazy", "Құрықта жас аналарға арналған кездесу ұйымдастырамын."),
    ("larisa-melnik", "Расскажу в посёлке, как следить за ответом на предложение."),
    ("qarlygash-bekzhan", "Шетпеде ашық отырыс өткізу тәртібін кеңеске ұсынамын."),
    ("bibigul-otarbay", "Ауыл әйелдерінің ұйымымен бірге су туралы ұсыныс дайындаймыз."),
    ("almagul-sagyndyq", "Мұнайлыда еріктілерге екі күндік сабақ өткіземін."),
    ("kamila-yusupova", "Проведу занятие для старшеклассников: что может общественный совет."),
    ("zhihanger-aqmyrza", "Форт-Шевченкода балықшылардың мәселесін кеңеске жеткіземін."),
    ("tamara-rybakova", "Предложу нашему совету публиковать повестку за десять дней."),
)
CAMP_APPLICATIONS: Final = (
    ("dana-quanyshova", "Жаңаөзендегі таңғы автобус."),
    ("rauan-sisenov", "Қоқыс шығару кестесі."),
    ("aqbota-nurgali", "Мектеп жанындағы жаяу жол."),
    ("miras-zhetkizgen", "Кітапхананың жұмыс уақыты."),
    ("asqar-otegen", "Көшедегі жарық."),
    ("mariya-sokolova", "Велодорожка вдоль набережной."),
    ("aygerim-sultanova", "Аулаға ойын алаңы."),
    ("timur-akhmetov", "Раздельный сбор мусора."),
    ("perizat-esenova", "Бейнеудегі жастар орталығы."),
    ("aruzhan-sapar", "Ауылдағы интернет."),
    ("moldir-zhaqsylyq", "Балабақшадағы орын."),
    ("erasyl-ongar", "Спорт алаңының жабыны."),
    ("nazerke-aytqul", "Вокзал жанындағы қауіпсіздік."),
    ("quanysh-alibek", "Ауыз су сапасы."),
    ("zhiger-mambet", "Теміржол өткелі."),
    ("aqzhol-tabynbaev", "Құрықтағы аялдама."),
    ("symbat-qurmangazy", "Дәрігердің қабылдауы."),
    ("nursultan-sherkhan", "Шетпедегі футбол алаңы."),
    ("alikhan-tursynov", "Мектептегі жылу."),
    ("umit-rakhmet", "Мұнайлыдағы аула қоршауы."),
    ("kamila-yusupova", "Автобус до школы."),
    ("zhihanger-aqmyrza", "Жағалаудағы тазалық."),
)

RUBRIC: Final = (
    CriterionLine(
        title=Slots("Сапардан кейін не істейді?", "Что сделает после поездки?", "What is done after the tour?"),
        help=Slots(
            "0 — айтылмаған; 3 — ниеті бар; 5 — күні мен орны белгілі.",
            "0 — не сказано; 3 — есть намерение; 5 — известны день и место.",
            "0: not said; 3: an intention; 5: day and place are known.",
        ),
        most=5,
        weight=2,
    ),
    CriterionLine(
        title=Slots("Кімге пайдасы тиеді?", "Кому это поможет?", "Who is helped by it?"),
        help=Slots(
            "0 — өзіне ғана; 3 — бір топқа; 5 — бүкіл ауылға.",
            "0 — только себе; 3 — одной группе; 5 — всему посёлку.",
            "0: oneself; 3: a group; 5: a whole village.",
        ),
        most=5,
        weight=1,
    ),
)
CAMP_RUBRIC: Final = (
    CriterionLine(
        title=Slots("Мәселе нақты ма?", "Ясна ли проблема?", "Is the problem clear?"),
        help=Slots(
            "0 — түсініксіз; 3 — жалпы айтылған; 5 — орны да, адамы да белгілі.",
            "0 — непонятно; 3 — сказано в общем; 5 — ясно, где и у кого.",
            "0: not clear; 3: in general; 5: where and whose.",
        ),
        most=5,
        weight=1,
    ),
)
CAMP_BALANCE: Final = (
    Rule("sex", "female", 4, 6),
    Rule("sex", "male", 4, 6),
    Rule("district", "zhanaozen", 2, 4),
    Rule("district", "beineu", 2, 4),
    Rule("under_30", "yes", 6, 10),
)
CONFLICT: Final = "Өтінімді жазған адамды танимын: жеке мәселесін өзі айтқан."
STANDS_ASIDE: Final = "gulnar"
RECUSED: Final = 3
"""Number of the application one reviewer stands aside from."""

# --- The training that is over ----------------------------------------------------------------------------

TRAINED: Final = (
    "aygerim-sultanova", "svetlana-gromova", "zhanar-tolegenova", "ermek-bayzhanov", "mariya-sokolova",
    "gulzhan-abdikhalyq", "olga-kim", "serik-dosymov", "almagul-sagyndyq", "denis-kovalchuk", "umit-rakhmet",
    "omirzaq-batyrkhan", "kamila-yusupova", "amina", "bolat-qosaev", "shynar-medetova", "larisa-melnik",
    "symbat-qurmangazy",
)  # fmt: skip
GAVE_BACK: Final = "serik-dosymov"
MOVED: Final = "larisa-melnik"
MOVED_WHY: Final = "Ұсынылған орынды телефонмен растады."
STAYED_AWAY: Final = (
    frozenset({"umit-rakhmet"}),
    frozenset({"umit-rakhmet", "denis-kovalchuk", "bolat-qosaev", "amina", "kamila-yusupova"}),
)
"""Whom the doors did not see on each of the two days."""
FORGOTTEN: Final = "kamila-yusupova"
"""She came on the second day all the same."""
REVOKED_WHY: Final = "Екінші күні келгені есікте белгіленбей қалған. / Приход во второй день не отметили у входа."
DOORS: Final = ("Негізгі кіреберіс", "Екінші қабат")
SIDE_DOOR: Final = "Балалар бөлмесі"
SAID: Final[tuple[tuple[str, int, str], ...]] = (
    ("aygerim-sultanova", 5, "Ауыл бюджетіне көбірек уақыт керек."),
    ("svetlana-gromova", 5, "Раздайте таблицы заранее, чтобы прочитать дома."),
    ("zhanar-tolegenova", 4, ""),
    ("ermek-bayzhanov", 4, "Мысалды өз мекемемізден алсаңыздар."),
    ("mariya-sokolova", 5, ""),
    ("gulzhan-abdikhalyq", 5, "Залдағы дыбыс төмен болды."),
    ("olga-kim", 3, "Первый день можно было сократить."),
    ("almagul-sagyndyq", 5, ""),
    ("omirzaq-batyrkhan", 4, "Екінші қабатқа көтерілу қиын."),
    ("amina", 5, "Екінші күнге келе алмадым, жазбасын көргім келеді."),
    ("larisa-melnik", 4, ""),
)
PHOTOGRAPHS: Final = (
    Slots(
        "Дөңгелек үстел: алты адамға арналған бюджет парақтары (сурет салынған).",
        "Круглый стол с листами бюджета на шестерых (рисунок).",
        "A round table with sheets of a budget for six (a drawing).",
    ),
    Slots(
        "Тақтада қала бюджетінің бес бағаны, біреуі ерекшеленген (сурет салынған).",
        "На доске пять столбцов городского бюджета, один выделен (рисунок).",
        "Five columns of a city's budget on a board, one marked (a drawing).",
    ),
)
VOLUNTEERS: Final = (
    "dana-quanyshova", "denis-kovalchuk", "umit-rakhmet", "omirzaq-batyrkhan", "almagul-sagyndyq", "aygerim-sultanova",
    "zhanar-tolegenova", "rauan-sisenov", "amina",
)  # fmt: skip

# --- Around events to come --------------------------------------------------------------------------------

COVER: Final = Slots(
    "Төмен күннің астында құм белеспен келе жатқан керуен (сурет салынған).",
    "Караван идёт по песчаным холмам под низким солнцем (рисунок).",
    "A caravan on its way over sandy hills under a low sun (a drawing).",
)
MESSAGE: Final = (
    Slots("Сенбідегі сабаққа не алып келу керек?", "Что взять с собой в субботу?", "What to bring along on Saturday"),
    Slots(
        "Қайырлы күн!\n\nКелерде өз ауданыңыздың бір мәселесін бір сөйлеммен жазып алыңыз. Қалам мен қағаз "
        "беріледі.\n\n"
        "Келе алмасаңыз, билет бетінде орныңызды босатыңыз: кезекте адамдар тұр.",
        "Добрый день!\n\nПриходите с одной проблемой своего района, записанной одной фразой. Ручку и бумагу дадим.\n\n"
        "Если не сможете прийти, освободите место на странице билета: его ждут другие.",
        "Good day!\n\nBring one problem of your district along, written as one sentence. Pens and paper are there.\n\n"
        "If you cannot come, give your place away on the page of your ticket: others wait for it.",
    ),
)
NOTE_IN_RUSSIAN: Final = "Раздаточные материалы будут и крупным шрифтом, и шрифтом Брайля. Скажите об этом за три дня."
"""Only the Russian wording was changed: the other two are stale."""

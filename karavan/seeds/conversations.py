"""What invented residents, members and the secretary say to each other in the demonstration, and what moderators do.

Days are counted back in working days, as in `wishes`: `(27, "11:00")` is eleven o'clock twenty-seven working days ago.
A plain number is hours before the planting. The people are invented, and so are their words.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from karavan.discussion.models import Alignment
from karavan.moderation.models import Action, Effect, Mode, Outcome, SanctionKind
from karavan.record.models import ActorRole

FOR, AGAINST, NEUTRAL = Alignment.FOR, Alignment.AGAINST, Alignment.NEUTRAL
MEMBER, SECRETARY = ActorRole.COUNCIL_MEMBER, ActorRole.SECRETARY

When = tuple[int, str] | float


@dataclass(frozen=True, kw_only=True)
class Remark:
    """One comment."""

    key: str
    by: str
    """Key of the resident."""
    when: When
    text: str
    to: str = ""
    """Key of the comment it answers."""
    stance: Alignment | None = None
    lang: str = ""
    """Empty: the language she reads in."""
    role: ActorRole | None = None
    official: bool = False
    helpful: int = 0
    """How many found it helpful."""


@dataclass(frozen=True, kw_only=True)
class Talk:
    """One thread."""

    host: str
    """`proposal` or `event`."""
    of: str
    """Key of the submission, or slug of the event."""
    remarks: tuple[Remark, ...]
    mode: Mode | None = None
    """Set by a moderator at `mode_from`; None: as threads begin."""
    mode_from: When = 0.0
    slow_seconds: int = 0


@dataclass(frozen=True, kw_only=True)
class Rewrite:
    """An author changed what she had written."""

    of: str
    when: When
    text: str


@dataclass(frozen=True, kw_only=True)
class Flags:
    """Several people flagged one comment, a minute after each other."""

    of: str
    when: When
    by: tuple[str, ...]
    clause: str
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Ruling:
    """What a moderator decided."""

    of: str
    when: When
    action: Action
    clause: str = ""
    words: str = ""
    lang: str = "ru"
    cover: str = ""
    """Which words of the comment are covered."""
    sanction: tuple[SanctionKind, int] | None = None


@dataclass(frozen=True, kw_only=True)
class Objection:
    """An author appealed, and perhaps somebody else has decided on it."""

    of: str
    when: When
    words: str
    outcome: Outcome | None = None
    judged: When = 0.0
    because: str = ""
    lang: str = "ru"


@dataclass(frozen=True, kw_only=True)
class Word:
    """A watched word and since when."""

    term: str
    lang: str
    effect: Effect
    clause: str
    when: When


BUS: Final = Talk(
    host="proposal",
    of="bus-morning",
    mode=Mode.ON_REPORT,
    mode_from=(27, "10:20"),
    slow_seconds=60,
    remarks=(
        Remark(
            key="students",
            by="dana-quanyshova",
            when=(40, "19:05"),
            stance=FOR,
            helpful=7,
            text=(
                "Қолдаймын. Қызым Ақтауда оқиды, бірінші сабағы сегіз жарымда. Қазір таңғы бесте тұрып, төрт студент "
                "бірігіп такси жалдайды.\n\nАйына қанша болатынын өзіңіз есептей беріңіз."
            ),
        ),
        Remark(
            key="no-dormitory",
            by="miras-zhetkizgen",
            when=(40, "20:12"),
            to="students",
            stance=FOR,
            text="Біздің үйде де солай. Жатақханадан орын тимеген студент көп, олар күнде қатынайды.",
        ),
        Remark(
            key="scholarship",
            by="natalya-dyomina",
            when=(39, "09:40"),
            to="students",
            stance=FOR,
            helpful=1,
            text="У моего сына то же самое. Прибавьте обратную дорогу — выходит больше стипендии.",
        ),
        Remark(
            key="clinic",
            by="bolat-qosaev",
            when=(39, "10:20"),
            stance=FOR,
            helpful=4,
            text=(
                "Мәселе тек студенттерде емес. Облыстық ауруханада қан тапсыруға таңғы сегізге дейін жету керек. "
                "Әкемді апарғанда түнде шығып, көлікте отырып таң атырдық."
            ),
        ),
        Remark(
            key="comfort",
            by="shynar-medetova",
            when=(39, "18:45"),
            to="clinic",
            stance=FOR,
            text=(
                "Емделуге баратындар үшін автобустың жылы әрі орындығы ыңғайлы болғаны да маңызды. Ескі автобус "
                "қойылса, қарт кісілер бәрібір отырмайды."
            ),
        ),
        Remark(
            key="empty-bus",
            by="rauan-sisenov",
            when=(39, "21:30"),
            stance=AGAINST,
            helpful=2,
            text=(
                "Мен қарсымын. Таңғы алтыда он адам да жиналмайды, бос автобустың шығынын бәріміз төлейміз. Бұл жолда "
                "онсыз да маршруттық такси жүреді, олар да нанын тауып отыр."
            ),
        ),
        Remark(
            key="seven-neighbours",
            by="dana-quanyshova",
            when=(39, "22:05"),
            to="empty-bus",
            stance=FOR,
            text="Он адам жиналмайды деп қайдан білдіңіз? Біздің ауладан ғана жеті адам қатынайды.",
        ),
        Remark(
            key="half-empty",
            by="rauan-sisenov",
            when=(38, "08:10"),
            to="seven-neighbours",
            stance=AGAINST,
            text="Жеті адам — жарты салон да емес. Бұл жолда он бес жыл көлік жүргіздім: қыста орынның жартысы бос.",
        ),
        Remark(
            key="too-late",
            by="miras-zhetkizgen",
            when=(38, "12:30"),
            to="half-empty",
            stance=FOR,
            helpful=2,
            text=(
                "Қыста бос болса, рейс кеш болғандықтан бос. Сабаққа асыққан адам сегіз жарымдағы автобусты күтпейді, "
                "таксиге отырады."
            ),
        ),
        Remark(
            key="try-it",
            by="rauan-sisenov",
            when=(38, "19:20"),
            to="too-late",
            stance=NEUTRAL,
            helpful=3,
            text="Мүмкін. Онда үш ай сынап көріп, жолаушы санын ашық айтсын. Сан шықса, мен де қарсы болмаймын.",
        ),
        Remark(
            key="as-written",
            by="amina",
            when=(38, "20:40"),
            to="try-it",
            stance=FOR,
            helpful=4,
            text=(
                "Рақмет, Рауан. Ұсыныста дәл солай жазылған: *алдымен үш ай сынап көру және жолаушылар санын "
                "жариялау*. Есеп ашық болса, дауласатын ештеңе қалмайды."
            ),
        ),
        Remark(
            key="changed-mind",
            by="natalya-dyomina",
            when=(37, "09:05"),
            to="as-written",
            stance=NEUTRAL,
            helpful=5,
            text="Редко вижу, чтобы в споре кто-то менял мнение. Спасибо обоим.",
        ),
        Remark(
            key="fares",
            by="asqar-otegen",
            when=(38, "09:00"),
            to="empty-bus",
            stance=FOR,
            text="Маршруттық таксиде орын бесеу-алтау, ал бағасы кешке қарай қалай өсетінін бәріміз білеміз.",
        ),
        Remark(
            key="dark-road",
            by="viktor-pavlenko",
            when=(37, "11:45"),
            stance=AGAINST,
            helpful=1,
            text=(
                "Я против, но по другой причине. Дорогу сначала надо осветить: на повороте ночью ничего не видно. "
                "Пускать автобус в темноте — риск."
            ),
        ),
        Remark(
            key="both-needed",
            by="natalya-dyomina",
            when=(37, "14:10"),
            to="dark-road",
            stance=FOR,
            text=(
                "Про поворот — моё предложение, оно тоже в совете. Одно другому не мешает: столбики можно поставить "
                "и до того, как выйдет автобус."
            ),
        ),
        Remark(
            key="one-day",
            by="gulnar",
            when=(36, "10:30"),
            to="dark-road",
            role=MEMBER,
            helpful=3,
            text=(
                "Виктор, жарық туралы ұсыныс та кеңестің қарауында. Екеуін бір отырыста талқылауды ұсындым, өйткені "
                "жолы бір, адамы бір."
            ),
        ),
        Remark(
            key="who-pays",
            by="ulzhan-berdiqozha",
            when=(37, "20:00"),
            stance=NEUTRAL,
            helpful=6,
            text=(
                "Сұрағым бар: рейстің шығынын кім өтейді — тасымалдаушы ма, әлде бюджет пе? Билет қанша болады? Осыны "
                "білмей тұрып қолдау қиын."
            ),
        ),
        Remark(
            key="price",
            by="svetlana-gromova",
            when=(36, "09:20"),
            to="who-pays",
            stance=NEUTRAL,
            text="Тоже хочу понять. Если билет окажется дороже нынешнего, никто не поедет.",
        ),
        Remark(
            key="subsidy",
            by="saule",
            when=(34, "16:10"),
            to="who-pays",
            role=SECRETARY,
            official=True,
            helpful=5,
            text=(
                "Қазір рейстің шығынын тасымалдаушы өзі көтереді. Бюджет тек әлеуметтік маңызы бар деп танылған "
                "бағыттарға субсидия төлейді, таңғы рейс ондай тізімде жоқ.\n\n"
                "Кеңес басқармадан екі есеп сұратты:\n\n"
                "- билет бағасы сол күйі қалса, бюджеттен қанша қосылады;\n"
                "- субсидиясыз билет қанша болады.\n\n"
                "Жауап келгенде осы жерге жазамыз."
            ),
        ),
        Remark(
            key="clear",
            by="ulzhan-berdiqozha",
            when=(34, "18:30"),
            to="subsidy",
            stance=NEUTRAL,
            text="Рақмет, түсінікті болды. Есеп шыққанша пікірімді айтпай тұрамын.",
        ),
        Remark(
            key="in-russian",
            by="tamara-rybakova",
            when=(33, "10:00"),
            to="subsidy",
            text="А можно то же самое коротко по-русски?",
        ),
        Remark(
            key="in-short",
            by="saule",
            when=(33, "11:25"),
            to="in-russian",
            role=SECRETARY,
            lang="ru",
            helpful=2,
            text=(
                "Коротко: сейчас расходы несёт перевозчик, бюджет доплачивает только за социально значимые маршруты. "
                "Расчёт по обоим вариантам запросили и покажем здесь."
            ),
        ),
        Remark(
            key="and-back",
            by="timur-akhmetov",
            when=(36, "19:50"),
            stance=FOR,
            helpful=3,
            text=(
                "Поддерживаю и прошу не забыть про вечер: я подал похожее предложение о рейсе в 20:30. Утром уехать, "
                "а вечером не вернуться — смысла мало."
            ),
        ),
        Remark(
            key="together",
            by="amina",
            when=(36, "21:10"),
            to="and-back",
            stance=FOR,
            text="Ұсынысыңызды оқыдым, Тимур. Екеуі бірге қаралса, дұрыс болар еді.",
        ),
        Remark(
            key="two-hours",
            by="mariya-sokolova",
            when=(35, "18:00"),
            to="and-back",
            stance=NEUTRAL,
            text="Между Актау и Жанаозеном около 150 км, это два часа. Выехав в шесть, на месте будешь к восьми.",
        ),
        Remark(
            key="half-past-five",
            by="aqbota-nurgali",
            when=(34, "09:15"),
            to="two-hours",
            text="Онда рейс алтыда емес, бес жарымда шыққаны дұрыс шығар?",
        ),
        Remark(
            key="city-bus",
            by="dana-quanyshova",
            when=(34, "12:40"),
            to="half-past-five",
            stance=FOR,
            text="Бес жарымда қала автобусы жүрмейді, аялдамаға қалай жетесіз? Бұдан ерте болмайды.",
        ),
        Remark(
            key="slow-council",
            by="serik-dosymov",
            when=(28, "21:15"),
            stance=AGAINST,
            helpful=6,
            text=(
                "Кеңес бір рейсті айлап талқылайды. Бір қағаз кетеді, бір қағаз келеді, сонымен қыс та өтеді. Таңғы "
                "алтыда аязда тұрған балаға мұндай кеңестің не керегі бар?"
            ),
        ),
        Remark(
            key="insult",
            by="denis-kovalchuk",
            when=(28, "21:32"),
            to="slow-council",
            stance=NEUTRAL,
            text="Сам-то ты кто такой? Дурак, который за всю жизнь ничего не решил.",
        ),
        Remark(
            key="stop-it",
            by="svetlana-gromova",
            when=(28, "21:36"),
            to="insult",
            helpful=3,
            text="Давайте без этого. Спорим о рейсе, а не друг о друге.",
        ),
        Remark(
            key="fair-criticism",
            by="gulnar",
            when=(27, "11:00"),
            to="slow-council",
            role=MEMBER,
            helpful=4,
            text=(
                "Сын орынды, уақыт ұзақ. Басқарманың жауап беру мерзімі кеңестің ережесінде жазылған: он жұмыс күні. "
                "Ашық отырысқа келіңіз, осыны бәріне айтыңыз."
            ),
        ),
        Remark(
            key="will-come",
            by="serik-dosymov",
            when=(27, "13:20"),
            to="fair-criticism",
            text="Келемін.",
        ),
        Remark(
            key="phone",
            by="ermek-bayzhanov",
            when=(26, "08:30"),
            stance=FOR,
            text=(
                "Рейс қосылғанша мына кісіге хабарласыңыздар: көршім күн сайын алты жарымда Ақтауға барады, көлігінде "
                "төрт орны бар. Нөмірі +7 700 000 00 95."
            ),
        ),
        Remark(
            key="ask-first",
            by="zeynep-muqanova",
            when=(26, "12:10"),
            to="phone",
            text="Ниетіңіз жақсы, бірақ нөмірін жарияламас бұрын өзінен сұраған дұрыс еді.",
        ),
        Remark(
            key="beineu-too",
            by="quanysh-alibek",
            when=(25, "17:30"),
            stance=NEUTRAL,
            text="Бейнеуден де осындай рейс керек. Осы ұсынысқа қосып жіберуге бола ма?",
        ),
        Remark(
            key="separately",
            by="galym-tursynbay",
            when=(25, "18:10"),
            to="beineu-too",
            text="Ол үшін бөлек ұсыныс берген дұрыс. Қаласаңыз, бірге жазайық.",
        ),
        Remark(
            key="runaround",
            by="olga-kim",
            when=(23, "20:15"),
            stance=NEUTRAL,
            helpful=2,
            text=(
                "Прочитала ответ, который пришёл соседке на такой же вопрос: «рассмотрим в установленном порядке». Это "
                "не ответ, а издевательство над людьми."
            ),
        ),
        Remark(
            key="good-it-is-back",
            by="kamila-yusupova",
            when=(19, "11:00"),
            to="runaround",
            text="Хорошо, что комментарий вернули. У меня дома лежит письмо с теми же словами.",
        ),
        Remark(
            key="again-rude",
            by="denis-kovalchuk",
            when=(16, "22:10"),
            stance=NEUTRAL,
            text="Опять собрались умники. Кто считает, что автобус поедет зимой, тот дурак.",
        ),
        Remark(
            key="sent",
            by="saule",
            when=(15, "15:00"),
            role=SECRETARY,
            helpful=3,
            text=(
                "Ұсыным бүгін басқармаға жіберілді. Таңғы және кешкі рейс бірге сұралды, жауап мерзімі — он жұмыс күні."
            ),
        ),
        Remark(
            key="thanks-for-joining",
            by="timur-akhmetov",
            when=(15, "19:00"),
            to="sent",
            stance=FOR,
            text="Спасибо, что объединили. Ждём.",
        ),
        Remark(
            key="answer-came",
            by="amina",
            when=(5, "19:30"),
            stance=FOR,
            helpful=7,
            text=(
                "Жауап келді: таңғы рейс келесі айдың басынан үш айға қосылады. Бәріңізге рақмет!\n\nЕнді жолаушылар "
                "санын ай сайын шынымен жариялай ма, соны бірге қадағалайық."
            ),
        ),
        Remark(
            key="tickets",
            by="dana-quanyshova",
            when=(5, "20:05"),
            to="answer-came",
            stance=FOR,
            text="Қызыма айттым, қуанып қалды. Билетті қайдан аламыз, автовокзалдан ба?",
        ),
        Remark(
            key="timetable",
            by="saule",
            when=(4, "10:20"),
            to="tickets",
            role=SECRETARY,
            text="Билет сатылатын жер мен кесте рейс басталғанша басқарманың сайтында жарияланады. Шыққан күні осы "
            "жерге жазамын.",
        ),
        Remark(
            key="shall-see",
            by="rauan-sisenov",
            when=(4, "13:40"),
            to="answer-came",
            stance=NEUTRAL,
            helpful=1,
            text="Уәде бойынша: сан шықсын, сонда көреміз. Бірінші күні өзім де барып көремін.",
        ),
        Remark(
            key="half-a-solution",
            by="timur-akhmetov",
            when=(4, "21:00"),
            to="answer-came",
            stance=AGAINST,
            helpful=3,
            text="А вечером в будни снова никак. Половина решения: уехать утром можно, вернуться — нет.",
        ),
        Remark(
            key="evening-stays",
            by="gulnar",
            when=(3, "11:15"),
            to="half-a-solution",
            role=MEMBER,
            helpful=2,
            text=(
                "Кешкі рейсті ұмытқан жоқпыз. Үш айдан кейін жолаушы саны шыққанда, мәселені кеңестің күн тәртібіне "
                "қайта енгіземін."
            ),
        ),
        Remark(
            key="market",
            by="larisa-melnik",
            when=(3, "12:30"),
            stance=NEUTRAL,
            text=(
                "Раз уж здесь читают: на рынке в Курыке молоко снова подорожало, а аптека по выходным закрыта. Кому об "
                "этом сказать?"
            ),
        ),
        Remark(
            key="paid-crowd",
            by="alikhan-tursynov",
            when=9.0,
            stance=AGAINST,
            text=(
                "Мен қарсымын. Мұнда жазып жүргендердің бәрі бір кісінің айтқанымен жазады, ақшаны да содан алады, "
                "ұялмайсыңдар ма?"
            ),
        ),
        Remark(
            key="hearsay",
            by="symbat-qurmangazy",
            when=5.0,
            stance=NEUTRAL,
            text="Тасымалдаушы таңғы рейсті әдейі кешіктіреді екен деп естідім, жүргізушілерінің бірі айтыпты. Рас па?",
        ),
        Remark(
            key="held-word",
            by="nursultan-sherkhan",
            when=1.5,
            stance=FOR,
            text=(
                "«Қарсымын» дегендерді ақымақ демеймін, бірақ бір күн таңғы алтыда аялдамада тұрып көрсін. Сосын "
                "сөйлесейік."
            ),
        ),
    ),
)
"""The stormy one."""

SCHOOL: Final = Talk(
    host="proposal",
    of="school-places",
    mode=Mode.AFTER,
    mode_from=(29, "09:15"),
    remarks=(
        Remark(
            key="evening-shift",
            by="umit-rakhmet",
            when=(29, "18:20"),
            stance=FOR,
            helpful=2,
            text=(
                "Үшінші ауысымның баласы кешкі сегізде шығады, үйге жеткенше тоғыз болады. Көшеде шам жоқ, аналар "
                "мектеп алдында топтасып күтеді."
            ),
        ),
        Remark(
            key="empty-building",
            by="almagul-sagyndyq",
            when=(28, "10:10"),
            to="evening-shift",
            stance=FOR,
            text="Бос тұрған ғимарат дегеніңіз бұрынғы кітапхана ма? Оның шатыры ағады, алдымен жөндеу керек.",
        ),
        Remark(
            key="roof",
            by="umit-rakhmet",
            when=(28, "19:40"),
            to="empty-building",
            stance=FOR,
            text="Иә, сол ғимарат. Шатырын жөндеуге бір жаз жетеді, ал жаңа мектеп екі жылсыз бітпейді.",
        ),
        Remark(
            key="teachers",
            by="kamila-yusupova",
            when=(26, "12:15"),
            stance=NEUTRAL,
            helpful=2,
            text="Здание найдётся, а учителя? В нашей школе третий год нет постоянного учителя математики.",
        ),
        Remark(
            key="advert",
            by="aqzhol-tabynbaev",
            when=(18, "13:05"),
            text=("Үйде сабақ үйретемін, барлық пәннен, арзан. Орын аз, төлемі алдын ала, тез жазылыңыздар!"),
        ),
        Remark(
            key="parents-list",
            by="omirzaq-batyrkhan",
            when=(12, "20:30"),
            stance=FOR,
            text="Ата-аналар жиналысында тізім жасадық: кешкі автобусқа мұқтаж бала алпыстан асады. Кеңеске апарамыз.",
        ),
        Remark(
            key="list-received",
            by="saule",
            when=(10, "11:00"),
            to="parents-list",
            role=SECRETARY,
            text="Тізімді алдық, рақмет. Ол ұсынымның жобасына тіркеледі.",
        ),
        Remark(
            key="not-a-school",
            by="almagul-sagyndyq",
            when=3.5,
            stance=AGAINST,
            text="Қараңғы ғимаратты мектеп деп атаудан шаршадық. Уақытша дегеннің бәрі бізде он жылға созылып кетеді.",
        ),
    ),
)
"""Read comment by comment, after they appear: the last one waits for Daniyar."""

WATER: Final = Talk(
    host="proposal",
    of="beineu-water",
    remarks=(
        Remark(
            key="second-floor",
            by="moldir-zhaqsylyq",
            when=(38, "19:30"),
            stance=FOR,
            helpful=3,
            text="Біз екінші қабатта тұрамыз. Кешкі алтыдан кейін шүмектен ауа ғана шығады, кірді түнгі бірде жуамын.",
        ),
        Remark(
            key="same-street",
            by="erasyl-ongar",
            when=(37, "08:50"),
            to="second-floor",
            stance=FOR,
            text="Көршілес көшеде де солай. Қысым кешкі жетіде нөлге түседі, өзім манометрмен өлшедім.",
        ),
        Remark(
            key="publish-it",
            by="dinara-khalyq",
            when=(37, "12:05"),
            to="same-street",
            helpful=2,
            text="Өлшегеніңізді күні-сағатымен осында жазып тұрсаңыз, дәлел болар еді.",
        ),
        Remark(
            key="old-pipe",
            by="nazerke-aytqul",
            when=(30, "21:00"),
            stance=NEUTRAL,
            text="Сорғыны күшейткеннен не пайда? Құбыр ескі, қысым көтерілсе, жарылады. Алдымен соны ауыстыру керек.",
        ),
        Remark(
            key="three-points",
            by="saule",
            when=(8, "17:10"),
            role=SECRETARY,
            official=True,
            helpful=1,
            text=(
                "Ұсыным басқармаға жіберілді: қысым бір ай бойы үш жерде өлшенеді, кешке қосымша сорғы қосылады, "
                "құбырды ауыстырудың құны мен мерзімі есептеледі."
            ),
        ),
    ),
)

QUARRY: Final = Talk(
    host="proposal",
    of="quarry-dust",
    remarks=(
        Remark(
            key="white-windows",
            by="almagul-sagyndyq",
            when=(49, "18:00"),
            stance=FOR,
            helpful=3,
            text="Терезені таңертең сүртсеңіз, түске қарай қайта ағарып тұрады. Балам жөтелден арылмай жүр.",
        ),
        Remark(
            key="false-report",
            by="omirzaq-batyrkhan",
            when=(20, "19:10"),
            stance=FOR,
            helpful=4,
            text=(
                "Кәсіпорын жолды күнде сулаймын деп есеп береді, ал мен екі апта бойы күн сайын түсіріп жүрмін: бір де "
                "рет суланған жоқ. Есеп шындыққа жанаспайды."
            ),
        ),
        Remark(
            key="show-photos",
            by="denis-kovalchuk",
            when=(20, "21:20"),
            to="false-report",
            text="Покажите фотографии на заседании, с датами. Тогда спорить будет не о чем.",
        ),
        Remark(
            key="again-1",
            by="zhiger-mambet",
            when=(13, "12:00"),
            stance=FOR,
            text="Карьерді жабу керек, бәріңіз осылай жазыңыздар.",
        ),
        Remark(
            key="again-2",
            by="zhiger-mambet",
            when=(13, "14:10"),
            to="white-windows",
            stance=FOR,
            text="Карьерді жабу керек, бәріңіз осылай жазыңыздар!",
        ),
    ),
)

BEND: Final = Talk(
    host="proposal",
    of="road-light",
    remarks=(
        Remark(
            key="camels",
            by="ulzhan-berdiqozha",
            when=(44, "20:20"),
            stance=FOR,
            helpful=2,
            text="Өткен қыста сол бұрылыста алдымыздан түйе шықты, әрең тоқтадық. Белгі де, жарық та жоқ.",
        ),
        Remark(
            key="owners",
            by="aygerim-sultanova",
            when=(43, "11:30"),
            to="camels",
            stance=NEUTRAL,
            text="Мал иелері де жауап беруі керек. Түнде малын жолға қараусыз жібермесе екен.",
        ),
        Remark(
            key="fence",
            by="viktor-pavlenko",
            when=(43, "18:25"),
            to="owners",
            stance=FOR,
            text="Согласен, но ограда дешевле одной аварии.",
        ),
        Remark(
            key="late-answer",
            by="natalya-dyomina",
            when=(2, "10:45"),
            stance=NEUTRAL,
            helpful=2,
            text="Срок ответа прошёл, а ответа нет. Спасибо, что на сайте это видно всем.",
        ),
    ),
)

MEETING: Final = Talk(
    host="event",
    of="open-meeting-transport",
    mode=Mode.BEFORE,
    mode_from=(6, "17:45"),
    remarks=(
        Remark(
            key="broadcast",
            by="serik-dosymov",
            when=(6, "18:30"),
            text="Отырыс тікелей эфирде көрсетіле ме? Жұмыстан сұрана алмайтындар көп.",
        ),
        Remark(
            key="recording",
            by="saule",
            when=(5, "10:05"),
            to="broadcast",
            role=SECRETARY,
            helpful=1,
            text="Эфир болмайды, бірақ жазбасы келесі күні осы бетке қойылады.",
        ),
        Remark(
            key="agenda",
            by="svetlana-gromova",
            when=(4, "19:15"),
            text="Будет ли в повестке вопрос об остановке у рынка?",
        ),
        Remark(
            key="sign-language",
            by="nurlan-qozhabekov",
            when=2.5,
            text="Ымдау тілінің аудармашысы бола ма? Есту қабілеті нашар екі адаммен келмекпіз.",
        ),
    ),
)
"""Each comment is read before it appears: the last one still waits."""

TALKS: Final = (BUS, SCHOOL, WATER, QUARRY, BEND, MEETING)

REWRITES: Final = (
    Rewrite(
        of="two-hours",
        when=(35, "20:30"),
        text=(
            "Между Актау и Жанаозеном около 150 км, зимой это больше двух часов. Выехав в шесть, на месте будешь к "
            "половине девятого: на первую пару впритык."
        ),
    ),
)

WITHDRAWALS: Final = (("beineu-too", (25, "19:00")),)

FLAGS: Final = (
    Flags(
        of="insult",
        when=(28, "21:50"),
        by=("aygerim-sultanova", "serik-dosymov"),
        clause="insults",
    ),
    Flags(
        of="slow-council",
        when=(28, "22:10"),
        by=(
            "denis-kovalchuk",
            "aqzhol-tabynbaev",
            "zhiger-mambet",
            "gulzhan-abdikhalyq",
            "bibigul-otarbay",
            "qarlygash-bekzhan",
            "erasyl-ongar",
        ),
        clause="insults",
    ),
    Flags(of="runaround", when=(23, "21:05"), by=("gulzhan-abdikhalyq",), clause="insults"),
    Flags(of="advert", when=(18, "14:00"), by=("umit-rakhmet",), clause="advertising"),
    Flags(of="again-2", when=(13, "15:00"), by=("almagul-sagyndyq",), clause="repetition"),
    Flags(of="market", when=(3, "13:10"), by=("asqar-otegen",), clause="off_topic"),
    Flags(of="paid-crowd", when=8.0, by=("miras-zhetkizgen",), clause="insults", note="Дәлелсіз айыптап отыр."),
    Flags(of="hearsay", when=4.0, by=("aqbota-nurgali",), clause="impersonation", note="Дәлелі жоқ сөз."),
)

RULINGS: Final = (
    Ruling(
        of="slow-council",
        when=(28, "22:50"),
        action=Action.KEEP,
        words="Критикуется работа совета, а не человек. Резкая критика разрешена.",
    ),
    Ruling(
        of="insult",
        when=(28, "22:56"),
        action=Action.REMOVE,
        clause="insults",
        words="Автора другого комментария называют дураком. Спорить можно с его словами, а не с ним.",
        sanction=(SanctionKind.NOTE, 0),
    ),
    Ruling(
        of="phone",
        when=(26, "10:05"),
        action=Action.COVER,
        clause="personal_data",
        words="Көршінің нөмірі оның келісімінсіз жазылған. Қалған сөздер сол күйі тұр.",
        lang="kk",
        cover="+7 700 000 00 95",
    ),
    Ruling(
        of="runaround",
        when=(23, "22:30"),
        action=Action.REMOVE,
        clause="insults",
        words="Слово «издевательство» унижает тех, кто готовил ответ.",
    ),
    Ruling(
        of="advert",
        when=(18, "15:30"),
        action=Action.REMOVE,
        clause="advertising",
        words="Объявление о платных занятиях. Здесь обсуждают места в школе.",
        sanction=(SanctionKind.PREMODERATION, 24),
    ),
    Ruling(
        of="again-rude",
        when=(16, "22:40"),
        action=Action.REMOVE,
        clause="insults",
        words="Снова оскорбление тех, кто думает иначе, хотя о правиле уже напоминали.",
        sanction=(SanctionKind.PAUSE, 24),
    ),
    Ruling(
        of="again-2",
        when=(13, "16:20"),
        action=Action.REMOVE,
        clause="repetition",
        words="Тот же текст во второй раз. Первый комментарий остаётся.",
        sanction=(SanctionKind.SLOW, 12),
    ),
    Ruling(
        of="market",
        when=(3, "15:00"),
        action=Action.REMOVE,
        clause="off_topic",
        words="О ценах и аптеке, а не об автобусе. Для другого вопроса подайте отдельное предложение.",
    ),
    Ruling(
        of="paid-crowd",
        when=3.0,
        action=Action.REMOVE,
        clause="insults",
        words="Участников обсуждения без доказательств обвиняют в том, что им платят.",
    ),
)
"""All by Daniyar. The last one is against a proposal: a second moderator has to agree first."""

OBJECTIONS: Final = (
    Objection(
        of="runaround",
        when=(22, "19:30"),
        words=(
            "Я критикую формулировку ответа, а не человека: никто по имени не назван. Правило прямо разрешает "
            "критиковать слова. Прошу вернуть комментарий."
        ),
        outcome=Outcome.OVERTURNED,
        judged=(20, "15:00"),
        because="Критикуется текст ответа, а не человек. Правило разрешает назвать ответ пустыми словами.",
    ),
    Objection(
        of="market",
        when=(1, "18:20"),
        words=(
            "Я спросила, кому об этом сказать, потому что не знала, где это пишут. Предложение об аптеке я уже подала. "
            "Верните, пожалуйста, комментарий: таких, как я, в Курыке много, и ответ пригодится всем."
        ),
    ),
)
"""The first was decided by Saule; the second waits for her."""

WORDS: Final = (
    Word(term="ақымақ*", lang="kk", effect=Effect.HOLD, clause="insults", when=(27, "10:30")),
    Word(term="дурак*", lang="ru", effect=Effect.HOLD, clause="insults", when=(27, "10:32")),
    Word(term="тегін несие", lang="kk", effect=Effect.MARK, clause="advertising", when=(18, "15:45")),
    Word(term="лёгкий заработок", lang="ru", effect=Effect.MARK, clause="advertising", when=(18, "15:47")),
)
"""Added by Daniyar after what had happened."""

REQUEST_ABOUT: Final = "false-report"
REQUEST_MADE: Final = (17, "10:00")
REQUEST_KEPT: Final = (17, "11:30")
REQUEST_SIGNED: Final = (16, "16:00")
REQUEST_OFFICE: Final = "Табиғи ресурстар басқармасы (демо)"
REQUEST_ARTICLE: Final = "Азаматтық кодекс, 143-бап"
REQUEST_NUMBER: Final = "ДЕМО-17"
REQUEST_BASIS: Final = (
    "Пікірде кәсіпорынның іскерлік беделіне нұқсан келтіретін мәлімет бар. Пікірді алып тастауды сұраймыз."
)
REQUEST_WORDS: Final = (
    "Человек рассказывает о том, что сам видел, и ни одно правило не нарушено. О деловой репутации решает суд, решения "
    "суда к запросу не приложено."
)
REQUEST_AGREED: Final = "Келісемін: сот шешімі жоқ, пікір өз орнында қалады."

SECOND_LOOKS: Final = (
    ("slow-council", (12, "10:00"), Action.KEEP, ""),
    ("advert", (12, "10:04"), Action.REMOVE, "advertising"),
)
"""By Saule, who did not know how they had ended."""

"""What invented residents bring to the councils: believable worries of the region, and what the councils made of them.

Days are counted back in working days, as the clocks count them: `published=40` is forty working days ago.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from karavan.core.languages import Slots
from karavan.proposals.models import Topic, Verdict
from karavan.seeds.residents import RESIDENTS, Resident

REGION: Final = "mangystau-region"
AMINA: Final = RESIDENTS["amina"].name


@dataclass(frozen=True, kw_only=True)
class Ending:
    """How it ended: so many working days ago, and why."""

    ago: int
    reason: Slots


@dataclass(frozen=True, kw_only=True)
class Wish:
    """One submission and its way so far."""

    key: str
    author: str
    """A resident's name; one who has no account came with a sheet of paper."""
    topic: Topic
    title: str
    problem: str
    solution: str
    handed_in: int
    council: str = REGION
    """Slug of the council."""
    village: str = ""
    published: int = 0
    """0: not yet."""
    supporters: int = 0
    until: int = 1
    """When the last of them came."""
    with_amina: bool = False
    """Is Amina among the supporters?"""
    considered: int = 0
    edited: int = 0
    new_solution: str = ""
    """What was proposed from then on."""
    declined: Ending | None = None
    withdrawn: Ending | None = None
    done: Ending | None = None
    joined_into: str = ""
    joined: Ending | None = None
    """When the author was asked, and why; she agreed a day later."""
    movers: int = 0
    """How many supporters of the joined submission moved their support themselves."""
    on_paper: bool = False

    @property
    def resident(self) -> Resident | None:
        """Who brought it, if she has an account."""
        return BY_NAME.get(self.author)


@dataclass(frozen=True, kw_only=True)
class Said:
    """What a body answered."""

    ago: int
    """When it was published; 0: it is a draft that a second person has not checked yet."""
    verdict: Verdict
    text: Slots
    signed_by: str
    next_month: bool = False
    """Does it promise something for the first day of the next month?"""
    ratings: tuple[tuple[str, int, str], ...] = ()
    """By key of the submission: from 1 to 3, and a remark."""


@dataclass(frozen=True, kw_only=True)
class Counsel:
    """One recommendation and what came of it."""

    carries: tuple[str, ...]
    body: str
    title: Slots
    text: Slots
    basis: Slots
    written: int
    sent: int = 0
    """0: not yet."""
    said: Said | None = None
    extended: Ending | None = None
    more_days: int = 0
    overdue: bool = False
    contested: tuple[str, int, str] | None = None
    """By key of the submission: when its author objected, and why."""


BY_NAME: Final = {resident.name: resident for resident in RESIDENTS.values()}


def minutes(number: int) -> Slots:
    """Cite minutes of a sitting that never was."""
    return Slots(
        f"Кеңес отырысының № {number} хаттамасы (демонстрация)",
        f"Протокол заседания совета № {number} (демонстрация)",
        f"Minutes of the council's sitting No. {number} (demonstration)",
    )


WISHES: Final = (
    Wish(
        key="school-heat",
        author="Жанар Төлегенова",
        topic=Topic.HEAT,
        title="Мектептің үшінші қабатындағы сыныптар суық",
        problem=(
            "Былтыр желтоқсанда мектептің үшінші қабатында балалар сырт киімін шешпей отырды. Сыныптағы температура он "
            "бес градустан аспады. Ата-аналар терезенің саңылауын өз қаражатына бітеп шықты."
        ),
        solution=(
            "Жылу маусымы басталғанша жүйені тексеріп, қысымын реттеу керек. Әр сыныпқа термометр іліп, көрсеткішін "
            "апта сайын жариялауды сұраймыз."
        ),
        handed_in=95,
        published=93,
        supporters=27,
        until=78,
        considered=76,
        done=Ending(
            ago=12,
            reason=Slots(
                "Жүйе жуылып, үшінші қабаттың радиаторлары ауыстырылды. Сыныптардағы көрсеткіш жиырма екі градус, оны "
                "ата-аналар комитеті де өлшеді.",
                "Систему промыли, на третьем этаже заменили радиаторы. В классах двадцать два градуса, это измерил и "
                "родительский комитет.",
                "The system was flushed and the radiators on the third floor were replaced. It is 22 degrees in the "
                "classrooms; the parents' committee measured it as well.",
            ),
        ),
    ),
    Wish(
        key="quarry-dust",
        author="Алмагүл Сағындық",
        topic=Topic.ECOLOGY,
        title="Карьердің шаңы ауылға жетіп жатыр",
        problem=(
            "Жел тұрған күні ауыл жанындағы карьерден ақ шаң көтеріледі. Шаң терезеге, жайылған кірге қонады, балалар "
            "жөтеледі. Тас тасыған көліктердің үсті жабылмайды."
        ),
        solution=(
            "Жолды күніне екі рет сулап, жүктің үстін жабуды талап ету керек. Ауыл шетіне ауа сапасын өлшейтін құрылғы "
            "қойылып, көрсеткіші тұрғындарға ашық болсын."
        ),
        handed_in=52,
        published=50,
        supporters=31,
        until=38,
        considered=36,
    ),
    Wish(
        key="road-light",
        author="Наталья Дёмина",
        topic=Topic.ROADS,
        title="Осветить опасный поворот на дороге Актау — Жанаозен",
        problem=(
            "На трассе между Актау и Жанаозеном есть поворот, где ночью не видно ни разметки, ни обочины. Осенью и "
            "зимой на дорогу выходят верблюды и лошади. За год мы с соседями видели там не одну аварию."
        ),
        solution=(
            "Поставить на повороте освещение и светоотражающие столбики, обновить разметку, повесить знаки о скоте. "
            "Вдоль опасного участка нужна и ограда."
        ),
        handed_in=48,
        published=46,
        supporters=33,
        until=28,
        with_amina=True,
        considered=27,
    ),
    Wish(
        key="water-tariff",
        author="Ольга Ким",
        topic=Topic.TARIFFS,
        title="Вернуть единый тариф на воду",
        problem=(
            "Тариф на воду зависит теперь от объёма, и большая семья платит за кубометр больше, чем одинокий сосед. "
            "Для семьи с четырьмя детьми это заметные деньги каждый месяц."
        ),
        solution="Сделать тариф одинаковым для всех или считать объём на человека, а не на квартиру.",
        handed_in=45,
        published=43,
        supporters=26,
        until=28,
        considered=26,
        declined=Ending(
            ago=14,
            reason=Slots(
                "Тарифті уәкілетті орган бүкіл елге ортақ тәртіппен бекітеді, облыс басқармасына берілген ұсыным оны "
                "өзгертпейді. Пәтердегі адам санын ескеру туралы ойды кеңес тариф тыңдауына шығарады.",
                "Тариф утверждает уполномоченный орган в порядке, общем для всей страны: рекомендация управлению "
                "области его не изменит. Мысль учитывать число жильцов совет вынесет на слушания по тарифу.",
                "The tariff is approved by a body of the state under rules common to the whole country: a "
                "recommendation to a department of the region would not change it. The council takes the thought of "
                "counting residents to the hearing on the tariff.",
            ),
        ),
    ),
    Wish(
        key="bus-morning",
        author=AMINA,
        topic=Topic.TRANSPORT,
        title="Жаңаөзеннен Ақтауға таңғы алтыда автобус керек",
        problem=(
            "Бірінші автобус сегіз жарымда шығады. Студенттер бірінші сабаққа, емделуге баратындар дәрігердің "
            "қабылдауына үлгермейді. Таңғы такси көп отбасының қалтасына ауыр тиеді."
        ),
        solution=(
            "Жұмыс күндері таңғы алтыда шығатын бір рейс қосуды ұсынамын. Алдымен үш ай сынап көріп, жолаушылар санын "
            "жариялаған дұрыс."
        ),
        handed_in=42,
        published=40,
        supporters=36,
        until=26,
        considered=24,
    ),
    Wish(
        key="bus-evening",
        author="Тимур Ахметов",
        topic=Topic.TRANSPORT,
        title="Вечерний автобус из Актау в Жанаозен после восьми",
        problem=(
            "Последний автобус из Актау уходит в шесть вечера. Кто работает до семи или возвращается из больницы, "
            "добирается на случайных машинах."
        ),
        solution=(
            "Добавить рейс в 20:30 по будням и в воскресенье, когда студенты едут на учёбу. Расписание вывесить на "
            "автостанциях и на сайте перевозчика."
        ),
        handed_in=41,
        published=39,
        supporters=27,
        until=27,
        considered=24,
    ),
    Wish(
        key="beineu-water",
        author="Перизат Есенова",
        topic=Topic.WATER,
        village="Бейнеу ауылы",
        title="Бейнеуде кешке қарай су қысымы түсіп кетеді",
        problem=(
            "Ауылдың шығыс бөлігінде кешкі алтыдан кейін су әрең ағады, екінші қабатқа мүлде көтерілмейді. Отбасылар "
            "суды түнде ыдысқа жинап қояды. Апаттық қызметке бірнеше рет хабарластық, себебін ешкім түсіндірмеді."
        ),
        solution=(
            "Қысымды күн сайын үш жерде өлшеп, нәтижесін жариялау керек. Кешкі уақытта сорғыны күшейтіп, келесі жылы "
            "ескі құбырды ауыстыруды жоспарлауды ұсынамыз."
        ),
        handed_in=40,
        published=39,
        supporters=29,
        until=22,
        considered=20,
    ),
    Wish(
        key="heat-bill",
        author="Нұрлан Қожабеков",
        topic=Topic.TARIFFS,
        title="Жылу ақысы қалай есептелетінін түсіндіру керек",
        problem=(
            "Түбіртектегі жылу ақысы екі айда үш рет өзгерді, бірақ неге екенін ешкім айтпайды. Есептегіші бар үй мен "
            "жоқ үйдің айырмасы да белгісіз."
        ),
        solution=(
            "Тарифтің құрамын қарапайым тілмен бір бетке жазып, түбіртектің артына басу керек. Тұрғын өз үйінің "
            "шығынын сайттан көре алатын болсын."
        ),
        handed_in=38,
        published=37,
        supporters=27,
        until=24,
        considered=22,
    ),
    Wish(
        key="school-places",
        author="Үміт Рахмет",
        topic=Topic.EDUCATION,
        title="Мұнайлыда мектепте орын жетпейді",
        problem=(
            "Ауыл мектебі үш ауысыммен оқытады, бір сыныпта қырыққа жуық бала отыр. Үшінші ауысымның балалары үйге "
            "қараңғыда қайтады. Жаңа үйлер көбейіп жатыр, ал мектептің құрылысы басталған жоқ."
        ),
        solution=(
            "Жаңа мектеп салынғанша бастауыш сыныптарды бос тұрған ғимаратқа көшіріп, кешкі ауысымға автобус беруді "
            "ұсынамыз. Құрылыс кестесі ата-аналарға ашық болсын."
        ),
        handed_in=32,
        published=30,
        supporters=30,
        until=13,
        with_amina=True,
        considered=11,
    ),
    Wish(
        key="bus-stop",
        author="Виктор Павленко",
        council="aktau",
        topic=Topic.TRANSPORT,
        title="Навес на остановке у рынка",
        problem="На остановке у рынка нет навеса: летом люди стоят на солнце, осенью под дождём.",
        solution="Поставить навес и скамейку, а рядом повесить расписание.",
        handed_in=30,
        published=29,
        supporters=5,
        until=15,
        withdrawn=Ending(ago=12, reason=Slots(ru="Навес поставили в начале месяца, вопрос решён.")),
    ),
    Wish(
        key="clinic-queue",
        author="Болат Қосаев",
        council="zhanaozen",
        topic=Topic.HEALTH,
        title="Емханада дәрігерге кезек екі аптаға созылады",
        problem=(
            "Тар бейінді маманға жазылу үшін екі апта күту керек. Емханаға қоңырау шалып жету қиын, қарт адамдар таңғы "
            "алтыдан есік алдында тұрады."
        ),
        solution=(
            "Қабылдаудың бір бөлігін қарт адамдар мен алыстан келетіндерге сақтау керек. Бос уақыт күн сайын кешке "
            "жарияланса, кезек те азаяды."
        ),
        handed_in=28,
        published=27,
        supporters=17,
        with_amina=True,
    ),
    Wish(
        key="roadside-dump",
        author="Асқар Өтеген",
        topic=Topic.WASTE,
        title="Жол бойындағы заңсыз қоқыс үйіндісі",
        problem=(
            "Жаңаөзеннен шығатын жолдың бойына құрылыс қалдығы мен тұрмыстық қоқыс төгіледі. Жел пакеттерді далаға "
            "шашады, мал оны жеп, ауруға ұшырайды. Тазаланған жер екі аптада қайта толады."
        ),
        solution=(
            "Үйіндіні шығарып, кіреберісті жауып, бейнебақылау орнату керек. Құрылыс қалдығын тегін қабылдайтын алаң "
            "ашылса, жұрт далаға төкпес еді."
        ),
        handed_in=24,
        published=22,
        supporters=27,
        until=4,
    ),
    Wish(
        key="school-road-light",
        author="Серік Досымов",
        council="aktau",
        topic=Topic.TOWN,
        title="Мектепке апаратын жолдарға жарық керек",
        problem=(
            "Қаланың бірнеше шағын ауданында мектепке апаратын жолда шам жанбайды. Қыста балалар таңертең де, кешке де "
            "қараңғыда жүреді."
        ),
        solution=(
            "Мектеп жолдарындағы шамдарды тізіп, қай күні жөнделетінін жариялау керек. Қауіпті жерлерге күн "
            "батареясымен жұмыс істейтін шам қойылса екен."
        ),
        handed_in=22,
        published=21,
        supporters=9,
        until=2,
    ),
    Wish(
        key="lamps",
        author="Мария Соколова",
        council="aktau",
        topic=Topic.TOWN,
        title="Дорожка между остановкой и школой без света",
        problem=(
            "Между остановкой и школой в 27-м микрорайоне фонари не горят с весны. Зимой дети идут на первый урок в "
            "полной темноте."
        ),
        solution="Починить шесть фонарей вдоль дорожки и проверить остальные до начала зимы.",
        handed_in=20,
        published=19,
        supporters=8,
        until=9,
        with_amina=True,
        joined_into="school-road-light",
        joined=Ending(
            ago=8,
            reason=Slots(
                "Екі ұсыныс та мектеп жолындағы жарық туралы. Бірге қаралса, бір тізім мен бір мерзім болады.",
                "Оба предложения о свете на дороге в школу. Вместе у них будет один список и один срок.",
                "Both proposals are about light on the way to school. Together they get one list and one date.",
            ),
        ),
        movers=2,
    ),
    Wish(
        key="crossing",
        author="Жиһангер Ақмырза",
        topic=Topic.ROADS,
        village="Форт-Шевченко қаласы",
        title="Балабақшаның алдына жаяу жүргінші өткелі керек",
        problem=(
            "Балабақшаның алдындағы жолда өткел де, белгі де жоқ. Таңертең ата-аналар баласын көлік арасымен өткізеді."
        ),
        solution="Жолға өткел сызып, белгі қою керек.",
        handed_in=16,
        published=15,
        supporters=12,
        with_amina=True,
        edited=6,
        new_solution="Жолға өткел сызып, белгі қою және жылдамдықты төмендететін кедергі орнату керек.",
    ),
    Wish(
        key="museum-ramp",
        author="Светлана Громова",
        council="aktau",
        topic=Topic.CULTURE,
        title="Пандус у входа в музей",
        problem=(
            "В музей ведут восемь высоких ступеней без перил. Мой сын на коляске ждёт внизу, пока одноклассники на "
            "экскурсии."
        ),
        solution=(
            "Поставить пандус с уклоном по норме или подъёмник у бокового входа. До стройки помогут кнопка вызова и "
            "телефон сотрудника на двери."
        ),
        handed_in=12,
        published=11,
        supporters=10,
    ),
    Wish(
        key="playground",
        author="Аружан Сапар",
        council="beineu",
        topic=Topic.SOCIAL,
        village="Бейнеу ауылы",
        title="Теміржолдың арғы бетінде балалар алаңы жоқ",
        problem="Теміржолдың арғы бетінде жүзге жуық отбасы тұрады, ал ойын алаңы жоқ. Балалар рельс жанында ойнайды.",
        solution=(
            "Мектеп жанындағы бос жерге қоршалған шағын алаң салу керек. Жазда күннен қорғайтын көлеңке де қажет."
        ),
        handed_in=9,
        published=8,
        supporters=6,
    ),
    Wish(
        key="pharmacy",
        author="Лариса Мельник",
        topic=Topic.HEALTH,
        village="Курык",
        title="Аптека в Курыке закрыта по выходным",
        problem=(
            "В субботу и воскресенье в селе не работает ни одна аптека. За лекарством для ребёнка приходится ехать в "
            "Актау."
        ),
        solution="Ввести дежурство: одна аптека открыта в выходные до шести вечера, график висит на двери.",
        handed_in=2,
    ),
    Wish(
        key="port-road-signal",
        author="Орынбасар Жаңбыршы",
        topic=Topic.OTHER,
        village="Құрық ауылы",
        title="Құрық портына баратын жолда ұялы байланыс жоқ",
        problem=(
            "Құрықтан портқа баратын жолдың он шақырымдай жерінде телефон ұстамайды. Көлік бұзылса, көмек шақыруға "
            "болмайды."
        ),
        solution="Байланыс операторларымен келісіп, жол бойына бір тірек орнатуды ұсынамын.",
        handed_in=1,
    ),
    Wish(
        key="well",
        author="Тұрсын Әлдеберген",
        topic=Topic.WATER,
        village="Шетпе ауылы",
        title="Мал суаратын құдықтың суы тартылып қалды",
        problem="Ауылдың күнбатысындағы құдық былтыр құрғап қалды. Малды он екі шақырым жердегі бұлаққа айдаймыз.",
        solution="Құдықты тазалап, тереңдету керек. Оған дейін жазда су таситын көлік берілсе екен.",
        handed_in=1,
        on_paper=True,
    ),
    Wish(
        key="shore",
        author="Сымбат Құрманғазы",
        topic=Topic.ECOLOGY,
        village="Құрық ауылы",
        title="Құрық маңында теңізге өтетін жол жабық тұр",
        problem=(
            "Бұрын ауыл тұрғындары теңізге төте жолмен барушы еді. Екі жыл бұрын жол шлагбауммен жабылды, енді жағаға "
            "жету үшін он бір шақырым айналып өтеміз. Балықшылар да, балалы отбасылар да қиналып жүр."
        ),
        solution=(
            "Шлагбаумды алып тастап, жағаға апаратын екі өткелді картаға түсіруді ұсынамын. Өткелдің басына белгі "
            "қойып, қоқыс жәшігін орнатқан дұрыс."
        ),
        handed_in=40,
        published=38,
        supporters=30,
        until=24,
        considered=24,
    ),
)
"""In the order in which they were handed in; but for the last, which a hearing was about."""

COUNSELS: Final = (
    Counsel(
        carries=("school-heat",),
        body="education",
        title=Slots(
            "Мектептің жылу жүйесін маусымға дейін жөндеу",
            "Отремонтировать отопление школы до сезона",
            "Repair the school's heating before the season",
        ),
        text=Slots(
            "Үшінші қабаттың жылу жүйесін тексеріп, жөндеу. Қыс бойы сыныптардағы температураны апта сайын жариялау.",
            "Проверить и отремонтировать отопление третьего этажа. Всю зиму раз в неделю публиковать температуру в "
            "классах.",
            "Check and repair the heating of the third floor. Publish the temperature in the classrooms every week of "
            "the winter.",
        ),
        basis=minutes(12),
        written=66,
        sent=64,
        said=Said(
            ago=56,
            verdict=Verdict.ACCEPTED,
            text=Slots(
                "Ұсыным қабылданды. Жүйе екі ай ішінде жуылады, тозған радиаторлар ауыстырылады. Температура мектептің "
                "тақтасы мен сайтында жарияланады.",
                "Рекомендация принята. Систему промоют за два месяца, изношенные радиаторы заменят. Температуру будут "
                "публиковать на доске и на сайте школы.",
                "The recommendation is accepted. The system will be flushed within two months, worn radiators will be "
                "replaced. The temperature will be published at the school and on its site.",
            ),
            signed_by="Білім басқармасы, бөлім басшысы (демо)",
            ratings=(("school-heat", 3, "Нақты мерзім көрсетілді."),),
        ),
    ),
    Counsel(
        carries=("quarry-dust",),
        body="natural-resources",
        title=Slots("Карьер маңындағы шаңды азайту", "Уменьшить пыль у карьера", "Reduce the dust around the quarry"),
        text=Slots(
            "Карьердің жолын сулау кестесін бекітіп, жүктің жабылуын тексеру. Ауыл шетінде ауаны өлшеп, нәтижесін ашық "
            "жариялау.",
            "Утвердить график полива дороги у карьера и проверять, укрыты ли грузы. Измерять воздух на краю села и "
            "открыто публиковать результаты.",
            "Set a timetable for watering the quarry road and check that loads are covered. Measure the air at the "
            "edge of the village and publish the results.",
        ),
        basis=minutes(18),
        written=27,
        sent=25,
        said=Said(
            ago=16,
            verdict=Verdict.EXPLAINED,
            text=Slots(
                "Жолды сулау кәсіпорынның жоспарында бар, ол аптасына екі рет орындалады. Ауаны өлшейтін стансаны қою "
                "биылғы бюджетте көзделмеген.",
                "Полив дороги есть в плане предприятия, он проводится два раза в неделю. Станция для измерения воздуха "
                "в бюджете этого года не предусмотрена.",
                "Watering the road is in the company's plan and is done twice a week. A station for measuring the air "
                "is not in this year's budget.",
            ),
            signed_by="Табиғи ресурстар басқармасы, басшының орынбасары (демо)",
            ratings=(("quarry-dust", 1, ""),),
        ),
        contested=(
            "quarry-dust",
            5,
            "Жүктің үсті жабыла ма деген сұраққа жауап берілмеді. Аптасына екі рет сулау жел соққан күнге жетпейді.",
        ),
    ),
    Counsel(
        carries=("road-light",),
        body="transport-and-roads",
        title=Slots(
            "Ақтау — Жаңаөзен жолындағы қауіпті бұрылысты жарықтандыру",
            "Осветить опасный поворот на дороге Актау — Жанаозен",
            "Light the dangerous bend of the Aktau – Zhanaozen road",
        ),
        text=Slots(
            "Бұрылысқа жарық пен шағылыстырғыш бағаналар қою, таңбаны жаңарту, мал туралы белгі ілу. Қоршаудың құнын "
            "есептеу.",
            "Поставить на повороте свет и светоотражающие столбики, обновить разметку, повесить знаки о скоте. "
            "Посчитать стоимость ограды.",
            "Put up light and reflecting posts at the bend, renew the markings, hang signs about animals. Work out "
            "what a fence would cost.",
        ),
        basis=minutes(20),
        written=19,
        sent=16,
        overdue=True,
    ),
    Counsel(
        carries=("bus-morning", "bus-evening"),
        body="transport-and-roads",
        title=Slots(
            "Жаңаөзен мен Ақтау арасына таңғы және кешкі рейс қосу",
            "Добавить утренний и вечерний рейсы между Жанаозеном и Актау",
            "Add a morning and an evening bus between Zhanaozen and Aktau",
        ),
        text=Slots(
            "Таңғы 06:00 және кешкі 20:30 рейстерін үш ай сынап көріп, жолаушылар санын жариялау.",
            "На три месяца ввести рейсы в 06:00 и в 20:30 и опубликовать число пассажиров.",
            "Try buses at 06:00 and at 20:30 for three months and publish the number of passengers.",
        ),
        basis=minutes(21),
        written=17,
        sent=15,
        said=Said(
            ago=6,
            verdict=Verdict.PARTLY,
            text=Slots(
                "Таңғы рейс келесі айдың басынан үш айға қосылады, жолаушылар саны ай сайын жарияланады. Кешкі рейс "
                "жүргізушілердің жұмыс уақытына байланысты әзірге сенбі мен жексенбі күндері ғана жүреді.",
                "Утренний рейс введут на три месяца с начала следующего месяца, число пассажиров будут публиковать "
                "ежемесячно. Вечерний рейс из-за рабочего времени водителей пока пойдёт по субботам и воскресеньям.",
                "The morning bus starts at the beginning of next month for three months; the number of passengers will "
                "be published monthly. Because of drivers' hours the evening bus will for now go on Saturdays and "
                "Sundays only.",
            ),
            signed_by="Жолаушылар көлігі және автомобиль жолдары басқармасы, басшы (демо)",
            next_month=True,
            ratings=(("bus-evening", 2, "Вечерний рейс нужен и в будни."),),
        ),
    ),
    Counsel(
        carries=("heat-bill",),
        body="power-and-housing",
        title=Slots(
            "Жылу тарифінің құрамын түсінікті етіп жариялау",
            "Понятно опубликовать, из чего состоит тариф на тепло",
            "Publish in plain words what the heating tariff is made of",
        ),
        text=Slots(
            "Тарифтің құрамы мен есептеу тәртібін бір бетке сыйғызып, түбіртекпен бірге тарату.",
            "Уместить состав тарифа и порядок расчёта на одной странице и раздавать её вместе с квитанцией.",
            "Put what the tariff is made of, and how it is worked out, on one page, and hand it out with the bill.",
        ),
        basis=minutes(22),
        written=11,
        sent=9,
        extended=Ending(
            ago=3,
            reason=Slots(
                "Басқарма есепті жылу кәсіпорнынан сұратты, оны тексеруге уақыт керек.",
                "Управление запросило расчёт у теплового предприятия, нужно время, чтобы его проверить.",
                "The department asked the heating company for its sums and needs time to check them.",
            ),
        ),
        more_days=5,
    ),
    Counsel(
        carries=("beineu-water",),
        body="power-and-housing",
        title=Slots(
            "Бейнеудегі су қысымын өлшеп, кешкі жеткізуді күшейту",
            "Измерить давление воды в Бейнеу и усилить подачу вечером",
            "Measure the water pressure in Beineu and strengthen the evening supply",
        ),
        text=Slots(
            "Қысымды бір ай бойы үш нүктеде өлшеп, жариялау. Кешкі 18:00–23:00 аралығында қосымша сорғыны қосу. "
            "Құбырды ауыстырудың құны мен мерзімін айту.",
            "Месяц измерять давление в трёх точках и публиковать его. С 18:00 до 23:00 включать второй насос. Назвать "
            "стоимость и срок замены трубы.",
            "Measure the pressure at three points for a month and publish it. Run the second pump from 18:00 to 23:00. "
            "Say what replacing the pipe costs, and when.",
        ),
        basis=minutes(23),
        written=9,
        sent=8,
        said=Said(
            ago=0,
            verdict=Verdict.PARTLY,
            text=Slots(
                "Қосымша сорғы кешкі уақытта қосылады, қысым үш нүктеде өлшенеді. Құбырды ауыстыру келесі жылдың "
                "бюджетіне ұсынылады.",
                "Второй насос включат вечером, давление будут измерять в трёх точках. Замену трубы предложат в бюджет "
                "следующего года.",
                "The second pump will run in the evening and the pressure will be measured at three points. Replacing "
                "the pipe will be proposed for next year's budget.",
            ),
            signed_by="Энергетика және тұрғын үй-коммуналдық шаруашылық басқармасы, басшы (демо)",
        ),
    ),
    Counsel(
        carries=("school-places",),
        body="education",
        title=Slots(
            "Мұнайлыдағы үшінші ауысымды жою жоспары",
            "План, как убрать третью смену в Мунайлы",
            "A plan to end the third shift in Munaily",
        ),
        text=Slots(
            "Бастауыш сыныптарға бос ғимаратты дайындау мүмкіндігін қарау, кешкі ауысымға автобус беру, құрылыс "
            "кестесін жариялау.",
            "Рассмотреть, можно ли подготовить пустующее здание для начальных классов, дать автобус вечерней смене, "
            "опубликовать график строительства.",
            "See whether the empty building can be made ready for the primary classes, give the evening shift a bus, "
            "publish the timetable of the building work.",
        ),
        basis=minutes(24),
        written=2,
    ),
)

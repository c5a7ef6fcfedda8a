"""Nearly full, over three days, with a question of every kind. Invented, unlike the tour of December 2025."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from karavan.core.languages import Slots
from karavan.events.models import Access, EventKind, QuestionKind
from karavan.events.rules.plan import Plan, QuestionLine
from karavan.events.rules.register import Guest
from karavan.seeds.cast import ALLIANCE
from karavan.seeds.days import WEDNESDAY, at
from karavan.seeds.gathering import BEKZAT, TRAINER, Gathering, ago, line
from karavan.seeds.residents import Party

if TYPE_CHECKING:
    from karavan.seeds.days import Days

SPECIALIST = Slots("Министрлік маманы (демо)", "Специалист министерства (демо)", "Ministry specialist (demo)")
MEMBER = Slots(
    "Қалалық кеңестің мүшесі (демо)",
    "Член городского совета (демо)",
    "City council member (demo)",
)


def plan(days: Days) -> Plan:
    """Return three days in Astana, from Wednesday to Friday."""
    first = days.on(WEDNESDAY, weeks=4, days=3)
    second, third = first + timedelta(days=1), first + timedelta(days=2)
    return Plan(
        kind=EventKind.STUDY_TOUR,
        title=Slots(
            "Астанаға танысу сапары: кеңес мүшелері мен жас көшбасшыларға",
            "Ознакомительная поездка в Астану для членов советов и молодых лидеров",
            "Study tour to Astana for council members and young leaders",
        ),
        summary=Slots(
            "Он бес адам үш күн бойы шешімнің қалай қабылданатынын жақыннан көреді.",
            "Пятнадцать человек три дня смотрят вблизи, как принимаются решения.",
            "For three days fifteen people see from close by how decisions are made.",
        ),
        about=Slots(
            "Сапарда министрліктің азаматтық қоғаммен қалай жұмыс істейтінін көріп, Астана қаласының қоғамдық "
            "кеңесінің ашық отырысына қатысасыз. Соңғы күні әр топ өз ауданына лайық бір тәжірибені таңдайды.\n\n"
            "Кімге арналған: Маңғыстау облысының 18 жастан асқан тұрғындарына. Жол, қонақүй және тамақ төленеді.\n\n"
            "Сапардан соң әр қатысушы өз ауданында бір ашық кездесу өткізеді.",
            "Вы увидите, как министерство работает с гражданским обществом, и побываете на открытом заседании "
            "общественного совета Астаны. В последний день каждая группа выберет один опыт, подходящий её району.\n\n"
            "Для кого: для жителей Мангистауской области старше 18 лет. Дорога, гостиница и питание оплачиваются.\n\n"
            "После поездки каждый участник проводит в своём районе одну открытую встречу.",
            "You will see how a ministry works with civil society and attend an open meeting of Astana's public "
            "council. On the last day each group chooses one practice that suits its district.\n\n"
            "For residents of the Mangystau region over 18. Travel, hotel and meals are paid for.\n\n"
            "After the tour every participant holds one open meeting in the home district.",
        ),
        starts_at=at(first, "07:30"),
        ends_at=at(third, "22:00"),
        place="astana",
        capacity=15,
        languages=("kk", "ru"),
        accessibility=(Access.STEP_FREE, Access.LIFT, Access.ACCESSIBLE_TOILET, Access.TRANSPORT, Access.SIGN_LANGUAGE),
        accessibility_note=Slots(
            "Автобус кресло-арбаға қолайлы. Ымдау тілінің аудармашысын жазылғанда сұраңыз.",
            "Автобус приспособлен для кресла-коляски. О переводчике жестового языка скажите при записи.",
            "The bus takes wheelchairs. Ask for a sign language interpreter when you register.",
        ),
        contact_name=BEKZAT.name,
        contact_phone=BEKZAT.phone,
        contact_email=BEKZAT.email,
        registration_closes_at=at(first - timedelta(days=12), "18:00"),
        offer_hours=48,
        offers_stop_hours=72,
        party_limit=2,
        programme=(
            line(
                first,
                "07:30",
                "12:30",
                Slots("Ақтаудан Астанаға ұшу", "Перелёт из Актау в Астану", "Flight from Aktau to Astana"),
                place=Slots("Ақтау әуежайы, 1-кіреберіс", "Аэропорт Актау, вход 1", "Aktau airport, entrance 1"),
            ),
            line(
                first,
                "15:00",
                "17:00",
                Slots(
                    "Өңірді дамыту: дәріс және талқылау",
                    "Развитие региона: лекция и обсуждение",
                    "A region's development: lecture and discussion",
                ),
                speaker=Slots("Дәріскер (демо)", "Лектор (демо)", "Lecturer (demo)"),
            ),
            line(
                second,
                "10:00",
                "12:00",
                Slots(
                    "Министрлік азаматтық қоғаммен қалай жұмыс істейді?",
                    "Как министерство работает с гражданским обществом?",
                    "How does a ministry work with civil society?",
                ),
                speaker=SPECIALIST,
            ),
            line(
                second,
                "15:00",
                "17:30",
                Slots(
                    "Астана қаласының қоғамдық кеңесі: ашық отырыс",
                    "Общественный совет Астаны: открытое заседание",
                    "Astana's public council: an open meeting",
                ),
                speaker=MEMBER,
                role=Slots("ашық отырысты жүргізеді", "ведёт открытое заседание", "chairs the open meeting"),
            ),
            line(
                third,
                "10:00",
                "12:30",
                Slots("Өз ауданымызға не аламыз?", "Что возьмём в свой район?", "What do we take home?"),
                speaker=TRAINER,
            ),
            line(third, "17:00", "22:00", Slots("Ақтауға қайту", "Возвращение в Актау", "Return to Aktau")),
        ),
        questions=(
            QuestionLine(
                kind=QuestionKind.TEXT,
                label=Slots("Сапардан не күтесіз?", "Чего вы ждёте от поездки?", "What do you expect of the tour?"),
                hint=Slots(
                    "2–3 сөйлем жеткілікті.", "Достаточно 2–3 предложений.", "Two or three sentences are enough."
                ),
                required=True,
            ),
            QuestionLine(
                kind=QuestionKind.CHOICE,
                label=Slots("Кімнің атынан барасыз?", "От чьего имени вы едете?", "On whose behalf do you come?"),
                required=True,
                options=(
                    {
                        "key": "council",
                        "kk": "Қоғамдық кеңес атынан",
                        "ru": "От общественного совета",
                        "en": "A public council",
                    },
                    {
                        "key": "ngo",
                        "kk": "Үкіметтік емес ұйым атынан",
                        "ru": "От неправительственной организации",
                        "en": "An NGO",
                    },
                    {"key": "self", "kk": "Өз атымнан", "ru": "От себя", "en": "My own"},
                ),
            ),
            QuestionLine(
                kind=QuestionKind.CHOICES,
                label=Slots("Қай тақырыптар қызықтырады?", "Какие темы вам интересны?", "Which topics interest you?"),
                hint=Slots("Бірнешеуін таңдауға болады.", "Можно выбрать несколько.", "You may choose several."),
                options=(
                    {"key": "water", "kk": "Су", "ru": "Вода", "en": "Water"},
                    {
                        "key": "transport",
                        "kk": "Көлік және жол",
                        "ru": "Транспорт и дороги",
                        "en": "Transport and roads",
                    },
                    {"key": "youth", "kk": "Жастар", "ru": "Молодёжь", "en": "Youth"},
                    {"key": "ecology", "kk": "Экология", "ru": "Экология", "en": "Ecology"},
                ),
            ),
            QuestionLine(
                kind=QuestionKind.NUMBER,
                label=Slots(
                    "Қоғамдық жұмыспен неше жылдан бері айналысасыз?",
                    "Сколько лет вы занимаетесь общественной работой?",
                    "For how many years have you been active in public life?",
                ),
                hint=Slots(
                    "Жаңа бастасаңыз, 0 деп жазыңыз.",
                    "Если только начинаете, напишите 0.",
                    "Write 0 if you are just beginning.",
                ),
            ),
            QuestionLine(
                kind=QuestionKind.DATE,
                label=Slots(
                    "Жеке куәлігіңіздің мерзімі қашан бітеді?",
                    "До какого числа действует ваше удостоверение личности?",
                    "When does your identity card expire?",
                ),
                hint=Slots("Ұшақ билетін алуға керек.", "Нужно, чтобы купить авиабилет.", "Needed to book the flight."),
                required=True,
            ),
            QuestionLine(
                kind=QuestionKind.YES_NO,
                label=Slots(
                    "Бұрын мұндай сапарға қатыстыңыз ба?",
                    "Вы уже бывали в такой поездке?",
                    "Have you been on such a tour before?",
                ),
                required=True,
            ),
        ),
    )


PARTIES: Final = (
    Party(
        who="dana-quanyshova",
        answers=(
            "Жаңаөзенде жастар кеңесін құрып жатырмыз. Ұсыныстың қалай қаралатынын көріп, қалада қайталағым келеді.",
            "self",
            ["youth", "transport"],
            "3",
            "2031-04-18",
            "no",
        ),
        photographs=True,
    ),
    Party(
        who="gulnar", answers=("Басқа кеңестің отырысын көргім келеді.", "council", ["water"], "7", "2029-11-02", "no")
    ),
    Party(
        who="nurlan-qozhabekov",
        others=(Guest(name="Сандуғаш Қожабекова", needs=(Access.SIGN_LANGUAGE,)),),
        answers=("Есту қабілеті нашар жастармен жұмыс тәжірибесі керек.", "ngo", ["youth"], "5", "2030-06-30", "no"),
    ),
    Party(
        who="viktor-pavlenko",
        answers=(
            "Хочу сравнить, как советы работают с предложениями.",
            "council",
            ["transport", "ecology"],
            "10",
            "2028-09-14",
            "yes",
        ),
    ),
    Party(
        who="orynbasar-zhanbyrshy",
        answers=("Құрық ауылына пайдасы тиетін тәжірибе.", "council", ["transport"], "12", "2032-01-25", "yes"),
        called=True,
    ),
    Party(who="quanysh-alibek", answers=("Жастар орталығын ашу.", "self", ["youth"], "1", "2033-03-03", "no")),
    Party(
        who="zeynep-muqanova",
        answers=("Экологиялық бақылау қалай ұйымдастырылады?", "ngo", ["ecology", "water"], "4", "2030-12-12", "no"),
        photographs=True,
    ),
    Party(
        who="indira-kenzhebay",
        answers=(
            "Форт-Шевченкода ашық отырыс өткізгіміз келеді.",
            "council",
            ["water", "youth"],
            "2",
            "2029-05-20",
            "no",
        ),
    ),
    Party(
        who="timur-akhmetov",
        answers=("Хочу понять, как готовят рекомендации.", "self", ["ecology"], "0", "2031-08-08", "no"),
    ),
    Party(
        who="galym-tursynbay",
        others=(Guest(name="Жансая Тұрсынбай"),),
        answers=("Бейнеуге су мәселесі бойынша тәжірибе.", "ngo", ["water"], "6", "2030-02-17", "no"),
    ),
    Party(
        who="omirzaq-batyrkhan",
        needs=(Access.STEP_FREE, Access.TRANSPORT),
        needs_note="Балдақпен жүремін.",
        answers=("Мүгедектігі бар адамдардың кеңестегі орны.", "ngo", ["transport"], "9", "2028-07-07", "yes"),
    ),
)

STUDY_TOUR: Final = Gathering(
    slug="study-tour-astana", organisation=ALLIANCE, plan=plan, published=ago(24, "10:20"), parties=PARTIES
)

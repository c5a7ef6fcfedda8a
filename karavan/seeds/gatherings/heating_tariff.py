"""A public hearing in a large hall."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from karavan.core.languages import Slots
from karavan.events.models import Access, EventKind, QuestionKind
from karavan.events.rules.plan import Plan, QuestionLine
from karavan.events.rules.register import Guest
from karavan.seeds.cast import COUNCIL
from karavan.seeds.days import WEDNESDAY, at
from karavan.seeds.gathering import SAULE, Gathering, ago, line
from karavan.seeds.residents import Party

if TYPE_CHECKING:
    from karavan.seeds.days import Days

SPECIALIST = Slots("Тариф маманы (демо)", "Специалист по тарифам (демо)", "Tariff specialist (demo)")
CHAIR = Slots("Кеңес төрағасы (демо)", "Председатель совета (демо)", "Chair of the council (demo)")


def plan(days: Days) -> Plan:
    """Return a Wednesday afternoon in Aktau."""
    day = days.on(WEDNESDAY, weeks=2)
    return Plan(
        kind=EventKind.HEARING,
        title=Slots(
            "Жылу тарифінің жобасы: қоғамдық тыңдау",
            "Проект тарифа на тепло: общественные слушания",
            "Draft heating tariff: public hearing",
        ),
        summary=Slots(
            "Жаңа жылу тарифінің жобасы таныстырылады, тұрғындар сұрақ қойып, пікірін айтады.",
            "Проект нового тарифа на тепло представят жителям, каждый сможет задать вопрос и высказаться.",
            "The draft of a new heating tariff is presented; residents ask questions and say what they think.",
        ),
        about=Slots(
            "Тариф не үшін қаралып жатқаны, есептің қалай жасалғаны және орташа отбасының төлемі қаншаға "
            "өзгеретіні түсіндіріледі.\n\n"
            "Сөйлегіңіз келсе, жазылғанда белгілеңіз: әр адамға үш минут беріледі. Уақыт жетпеген сұрақтарға "
            "жауап жазбаша жарияланады.\n\n"
            "Бұл іс-шара көрсету үшін жасалған: тариф те, тыңдау да ойдан шығарылған.",
            "Расскажут, почему тариф пересматривают, как его посчитали и насколько изменится плата средней семьи.\n\n"
            "Если хотите выступить, отметьте это при записи: каждому дают три минуты. На вопросы, до которых не "
            "дойдёт очередь, ответы опубликуют письменно.\n\n"
            "Это событие создано для показа: и тариф, и слушания вымышлены.",
            "It is explained why the tariff is being reviewed, how it was worked out, and by how much an average "
            "family's payment would change.\n\n"
            "If you wish to speak, say so when you register: everybody has three minutes. Questions for which "
            "there is no time are answered in writing.\n\n"
            "This event is for demonstration: both the tariff and the hearing are invented.",
        ),
        starts_at=at(day, "15:00"),
        ends_at=at(day, "17:00"),
        place="aktau",
        venue=Slots("Достық үйі", "Дом дружбы", "House of Friendship"),
        capacity=120,
        languages=("kk", "ru"),
        accessibility=(Access.STEP_FREE, Access.LIFT, Access.HEARING_LOOP, Access.SIGN_LANGUAGE, Access.INTERPRETER_RU),
        accessibility_note=Slots(
            "Бірінші қатар кресло-арбамен келгендерге арналған.",
            "Первый ряд оставлен для тех, кто приедет на кресле-коляске.",
            "The first row is kept for people who come in wheelchairs.",
        ),
        contact_name=SAULE.name,
        contact_phone=SAULE.phone,
        contact_email=SAULE.email,
        programme=(
            line(
                day,
                "15:00",
                "15:10",
                Slots("Ашылуы, тыңдау тәртібі", "Открытие, порядок слушаний", "Opening, rules of the hearing"),
                speaker=CHAIR,
            ),
            line(
                day,
                "15:10",
                "15:40",
                Slots(
                    "Тариф жобасы мен оның есебі",
                    "Проект тарифа и его расчёт",
                    "The draft tariff and how it was worked out",
                ),
                speaker=SPECIALIST,
            ),
            line(
                day,
                "15:40",
                "16:50",
                Slots("Тұрғындардың сөзі мен сұрақтары", "Выступления и вопросы жителей", "Residents speak and ask"),
            ),
            line(day, "16:50", "17:00", Slots("Қорытынды", "Итоги", "Conclusions"), speaker=CHAIR),
        ),
        questions=(
            QuestionLine(
                kind=QuestionKind.YES_NO,
                label=Slots("Тыңдауда сөйлейсіз бе?", "Вы хотите выступить?", "Would you like to speak?"),
                required=True,
            ),
            QuestionLine(
                kind=QuestionKind.TEXT,
                label=Slots("Сұрағыңыз", "Ваш вопрос", "Your question"),
                hint=Slots(
                    "Алдын ала жазсаңыз, маман жауабын дайындап келеді.",
                    "Если написать заранее, специалист подготовит ответ.",
                    "If you write it now, the specialist can prepare an answer.",
                ),
            ),
        ),
    )


PARTIES: Final = (
    Party(who="aygerim-sultanova", answers=("no", "Есептегіш орнатқан үйге тариф бөлек бола ма?")),
    Party(
        who="olga-kim",
        others=(Guest(name="Валентина Ким", needs=(Access.HEARING_LOOP,)),),
        answers=("yes", "Почему расчёт за подъезд, а не за квартиру?"),
    ),
    Party(who="ermek-bayzhanov", answers=("yes",)),
    Party(who="serik-dosymov", answers=("no",), called=True),
    Party(who="gulzhan-abdikhalyq", needs=(Access.STEP_FREE,), answers=("no", "Жеңілдік кімдерге беріледі?")),
    Party(who="zhanar-tolegenova", others=(Guest(name="Арсен Төлегенов"),), answers=("no",)),
    Party(who="denis-kovalchuk", answers=("yes", "Когда пересмотрят нормы потребления?")),
    Party(who="tamara-rybakova", answers=("no",), called=True),
    Party(who="gulnar", answers=("no",)),
)

HEATING_TARIFF: Final = Gathering(
    slug="heating-tariff-hearing",
    organisation=COUNCIL,
    plan=plan,
    published=ago(20, "16:10"),
    parties=PARTIES,
    convened=True,
)

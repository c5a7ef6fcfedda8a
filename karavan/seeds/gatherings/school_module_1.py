"""Full, with a queue: somebody gave a seat back, and the first in the queue is thinking about it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from karavan.core.languages import Slots
from karavan.events.models import Access, EventKind, QuestionKind
from karavan.events.rules.plan import Plan, QuestionLine
from karavan.events.rules.register import Guest
from karavan.seeds.cast import ALLIANCE
from karavan.seeds.days import SATURDAY, at
from karavan.seeds.gathering import BEKZAT, TRAINER, Gathering, ago, line
from karavan.seeds.residents import Party

if TYPE_CHECKING:
    from karavan.seeds.days import Days


def plan(days: Days) -> Plan:
    """Return a Saturday's training for young people."""
    day = days.on(SATURDAY, weeks=1)
    return Plan(
        kind=EventKind.TRAINING,
        title=Slots(
            "Жас көшбасшылар мектебі: 1-модуль", "Школа молодых лидеров: модуль 1", "School for young leaders: module 1"
        ),
        summary=Slots(
            "16–29 жастағы белсенділерге арналған бір күндік тренинг: мәселені анықтау, топ жинау, алғашқы жобаны "
            "жоспарлау.",
            "Однодневный тренинг для активных людей 16–29 лет: увидеть проблему, собрать команду, спланировать "
            "первый проект.",
            "A one-day training for active people aged 16 to 29: see a problem, gather a team, plan a first project.",
        ),
        about=Slots(
            "Ауылыңызда бірдеңені өзгерткіңіз келсе, неден бастау керегін бірге анықтаймыз. Түске дейін әр топ өз "
            "мәселесін таңдайды, түстен кейін алғашқы жобасының жоспарын жасайды.\n\n"
            "Тренинг қазақ тілінде өтеді. Түскі ас пен материалдарды ұйымдастырушы береді, қатысу тегін.\n\n"
            "2-модуль бірнеше аптадан кейін болады, оған бөлек жазыласыз.",
            "Если хочется что-то изменить в своём селе, вместе разберёмся, с чего начать. До обеда каждая группа "
            "выбирает свою проблему, после обеда составляет план первого проекта.\n\n"
            "Тренинг проходит на казахском языке. Обед и материалы даёт организатор, участие бесплатное.\n\n"
            "Второй модуль будет через несколько недель, на него записываются отдельно.",
            "If you would like to change something in your village, we shall work out together where to begin. "
            "Before lunch each group chooses its problem, after lunch it plans a first project.\n\n"
            "The training is held in Kazakh. Lunch and materials are provided; taking part is free.\n\n"
            "The second module follows some weeks later and has its own registration.",
        ),
        starts_at=at(day, "10:00"),
        ends_at=at(day, "16:00"),
        place="beineu",
        venue=Slots("Бейнеу ауылы, Мәдениет үйі", "село Бейнеу, Дом культуры", "House of Culture, Beineu village"),
        capacity=20,
        languages=("kk",),
        accessibility=(Access.STEP_FREE, Access.ACCESSIBLE_TOILET),
        accessibility_note=Slots(
            "Кіреберісте пандус бар, зал бірінші қабатта.",
            "У входа есть пандус, зал на первом этаже.",
            "There is a ramp at the entrance, and the hall is on the ground floor.",
        ),
        contact_name=BEKZAT.name,
        contact_phone=BEKZAT.phone,
        contact_email=BEKZAT.email,
        registration_closes_at=at(day - timedelta(days=1), "18:00"),
        programme=(
            line(day, "10:00", "10:30", Slots("Танысу", "Знакомство", "Getting to know each other"), speaker=TRAINER),
            line(
                day,
                "10:30",
                "12:30",
                Slots("Мәселені қалай анықтаймыз?", "Как увидеть проблему?", "How do you see a problem?"),
                speaker=TRAINER,
            ),
            line(
                day,
                "13:30",
                "15:30",
                Slots("Алғашқы жобаның жоспары", "План первого проекта", "Planning a first project"),
                speaker=TRAINER,
            ),
            line(day, "15:30", "16:00", Slots("Қорытынды", "Подведение итогов", "Conclusions")),
        ),
        questions=(
            QuestionLine(
                kind=QuestionKind.CHOICE,
                label=Slots("Түскі асыңыз қандай болсын?", "Какой обед вам подойдёт?", "Which lunch suits you?"),
                required=True,
                options=(
                    {"key": "any", "kk": "Кез келген", "ru": "Любой", "en": "Any"},
                    {"key": "meatless", "kk": "Етсіз", "ru": "Без мяса", "en": "Without meat"},
                ),
            ),
            QuestionLine(
                kind=QuestionKind.TEXT,
                label=Slots(
                    "Ауылыңызда нені өзгерткіңіз келеді?",
                    "Что вам хочется изменить в своём селе?",
                    "What would you like to change in your village?",
                ),
                hint=Slots(
                    "Бір-екі сөйлем жеткілікті.", "Достаточно одного-двух предложений.", "A sentence or two is enough."
                ),
            ),
        ),
    )


PARTIES: Final = (
    Party(who="quanysh-alibek", answers=("any", "Жастар жиналатын орын жоқ."), photographs=True),
    Party(who="perizat-esenova", others=(Guest(name="Ділназ Есенова"), Guest(name="Мәди Есенов")), answers=("any",)),
    Party(who="galym-tursynbay", answers=("meatless",)),
    Party(
        who="aruzhan-sapar", others=(Guest(name="Томирис Сапар"),), answers=("any", "Кітапхана кешке дейін ашық болса.")
    ),
    Party(who="moldir-zhaqsylyq", needs=(Access.STEP_FREE,), needs_note="Кресло-арбамен келемін.", answers=("any",)),
    Party(who="erasyl-ongar", others=(Guest(name="Нұртас Оңғар"), Guest(name="Бекарыс Оңғар")), answers=("any",)),
    Party(who="dinara-khalyq", answers=("any",), called=True),
    Party(who="zhiger-mambet", others=(Guest(name="Айша Мәмбет"),), answers=("any",), photographs=True),
    Party(who="nazerke-aytqul", answers=("meatless", "Көшеге жарық керек.")),
    Party(who="qarlygash-bekzhan", others=(Guest(name="Санжар Бекжан"),), answers=("any",)),
    Party(who="symbat-qurmangazy", answers=("any",)),
    Party(who="kamila-yusupova", needs=(Access.INTERPRETER_RU,), answers=("any",)),
    Party(who="umit-rakhmet", answers=("any",), called=True),
    # Twenty seats are taken; from here on people wait.
    Party(who="amina", answers=("any", "Аулада балаларға ойын алаңы керек.")),
    Party(
        who="almagul-sagyndyq",
        others=(Guest(name="Ислам Сағындық"), Guest(name="Мерей Сағындық")),
        at_least=2,
        answers=("any",),
    ),
    Party(who="alikhan-tursynov", answers=("any",), called=True),
    Party(who="bibigul-otarbay", others=(Guest(name="Жанеля Отарбай"),), answers=("meatless",)),
    Party(who="nursultan-sherkhan", answers=("any",)),
)

SCHOOL_MODULE_1: Final = Gathering(
    slug="school-for-young-leaders-1",
    organisation=ALLIANCE,
    plan=plan,
    published=ago(21, "11:00"),
    parties=PARTIES,
    gives_back="nazerke-aytqul",
)

"""An ordinary training with seats left; Amina comes with her child."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from karavan.core.languages import Slots
from karavan.events.models import Access, EventKind, QuestionKind
from karavan.events.rules.plan import MaterialLine, Plan, QuestionLine
from karavan.events.rules.register import Guest
from karavan.seeds.cast import ALLIANCE
from karavan.seeds.days import SATURDAY, at
from karavan.seeds.gathering import BEKZAT, TRAINER, Gathering, ago, line
from karavan.seeds.residents import Party

if TYPE_CHECKING:
    from karavan.seeds.days import Days


def plan(days: Days) -> Plan:
    """Return a Saturday morning in the library."""
    day = days.on(SATURDAY, weeks=2)
    return Plan(
        kind=EventKind.TRAINING,
        title=Slots(
            "Оқылатын ұсыныс қалай жазылады?",
            "Как написать предложение, которое прочтут",
            "How to write a proposal that will be read",
        ),
        summary=Slots(
            "Бір мәселе, нақты шешім, жауапты орган: қоғамдық кеңеске ұсыныс жазып үйренеміз.",
            "Одна проблема, ясное решение, ответственный орган: учимся писать предложения в общественный совет.",
            "One problem, a clear solution, the body in charge: learning to write proposals to a public council.",
        ),
        about=Slots(
            "Ұсыныстардың көбі жауапсыз қалмайды, бірақ жалпылама жауап алады: мәселе тым кең, шешім тым "
            "бұлыңғыр. Сабақта үш нашар ұсынысты бірге түзетіп, соңында әркім өзінікін жазады.\n\n"
            "Ноутбук керек емес, қалам мен қағаз беріледі. Қаласаңыз, жазғаныңызды сол жерде оқып беріп, "
            "басқалардың пікірін естисіз.\n\n"
            "Балаңызбен келе аласыз: кітапхананың балалар бөлмесі ашық болады.",
            "Предложения редко остаются без ответа, но ответ часто общий: проблема слишком широкая, решение "
            "слишком туманное. На занятии вместе исправим три слабых предложения, а в конце каждый напишет своё.\n\n"
            "Ноутбук не нужен, ручку и бумагу дадим. Если захотите, прочтёте написанное вслух и услышите мнения.\n\n"
            "Можно прийти с ребёнком: детская комната библиотеки будет открыта.",
            "Proposals seldom go unanswered, but the answer is often a general one: the problem is too wide, the "
            "solution too vague. Together we mend three weak proposals, and in the end everybody writes one.\n\n"
            "You need no laptop; pen and paper are there. If you like, you read yours aloud and hear what others "
            "think.\n\n"
            "You may bring a child: the library's children's room is open.",
        ),
        starts_at=at(day, "10:00"),
        ends_at=at(day, "13:00"),
        place="zhanaozen",
        venue=Slots("Қалалық кітапхана", "Городская библиотека", "City library"),
        capacity=20,
        languages=("kk", "ru"),
        accessibility=(Access.STEP_FREE, Access.LARGE_PRINT, Access.CHILDCARE),
        accessibility_note=Slots(
            "Үлестірме материал ірі қаріппен де басылады.",
            "Раздаточные материалы будут и крупным шрифтом.",
            "Handouts are available in large print as well.",
        ),
        contact_name=BEKZAT.name,
        contact_phone=BEKZAT.phone,
        contact_email=BEKZAT.email,
        registration_closes_at=at(day - timedelta(days=1), "20:00"),
        programme=(
            line(
                day,
                "10:00",
                "11:20",
                Slots(
                    "Неге кейбір ұсыныс оқылмайды?",
                    "Почему одни предложения не читают?",
                    "Why are some proposals not read?",
                ),
                speaker=TRAINER,
            ),
            line(
                day,
                "11:40",
                "13:00",
                Slots("Өз ұсынысыңызды жазу", "Пишем своё предложение", "Writing a proposal of your own"),
                speaker=TRAINER,
            ),
        ),
        materials=(
            MaterialLine(
                title=Slots("Ұсыныстың үлгісі", "Образец предложения", "A sample proposal"),
                url="https://karavan.example/materials/sample-proposal",
            ),
        ),
        questions=(
            QuestionLine(
                kind=QuestionKind.TEXT,
                label=Slots(
                    "Қандай мәселе туралы жазғыңыз келеді?",
                    "О какой проблеме вы хотите написать?",
                    "Which problem would you like to write about?",
                ),
                hint=Slots("Бір сөйлем жеткілікті.", "Достаточно одного предложения.", "One sentence is enough."),
            ),
        ),
    )


PARTIES: Final = (
    Party(who="dana-quanyshova", answers=("Жаңаөзеннен таңғы автобус керек.",), photographs=True),
    Party(who="asqar-otegen", answers=("Көшедегі жарық.",)),
    Party(
        who="amina",
        others=(Guest(name="Алдияр Жолдасов", child=True, needs=(Access.CHILDCARE,)),),
        answers=("Аулаға ойын алаңы керек.",),
    ),
    Party(
        who="natalya-dyomina",
        needs=(Access.INTERPRETER_RU, Access.LARGE_PRINT),
        answers=("Расписание приёма в поликлинике.",),
    ),
    Party(who="bolat-qosaev", called=True),
    Party(who="shynar-medetova", others=(Guest(name="Гүлім Медетова"), Guest(name="Дәурен Медетов", child=True))),
    Party(who="rauan-sisenov", answers=("Қоқыс шығару кестесі.",)),
)

WRITING_PROPOSALS: Final = Gathering(
    slug="how-to-write-a-proposal", organisation=ALLIANCE, plan=plan, published=ago(19, "09:50"), parties=PARTIES
)

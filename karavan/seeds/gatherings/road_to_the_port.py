"""Called off yesterday, with a reason; those who had registered were told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from karavan.core.languages import Slots
from karavan.events.models import Access, EventKind
from karavan.events.rules.plan import Plan
from karavan.events.rules.register import Guest
from karavan.seeds.cast import ALLIANCE
from karavan.seeds.days import FRIDAY, at
from karavan.seeds.gathering import BEKZAT, FACILITATOR, Gathering, ago, line
from karavan.seeds.residents import Party

if TYPE_CHECKING:
    from karavan.seeds.days import Days


def plan(days: Days) -> Plan:
    """Return an afternoon in Quryq."""
    day = days.on(FRIDAY, weeks=2)
    return Plan(
        kind=EventKind.DIALOGUE,
        title=Slots(
            "Құрық портына баратын жол: диалог алаңы",
            "Дорога к порту Курык: диалоговая площадка",
            "The road to the port of Kuryk: a dialogue",
        ),
        summary=Slots(
            "Жолды кеңейту жоспары, оның ауылға әсері және айналма жолдар туралы ашық әңгіме.",
            "Открытый разговор о плане расширения дороги, о том, что он значит для села, и об объездах.",
            "An open talk about the plan to widen the road, what it means for the village, and the detours.",
        ),
        about=Slots(
            "Жоспарды картадан көріп, құрылыс кезінде ауылға қалай кіріп-шығуға болатынын сұрай аласыз.\n\n"
            "Ұсыныстарды жазып алып, жоба авторларына береміз.",
            "План покажут на карте, можно будет спросить, как въезжать в село и выезжать из него во время стройки.\n\n"
            "Предложения запишут и передадут авторам проекта.",
            "The plan is shown on a map, and you can ask how people will get in and out of the village during the "
            "works.\n\n"
            "Proposals are written down and given to the authors of the project.",
        ),
        starts_at=at(day, "16:00"),
        ends_at=at(day, "18:00"),
        place="karakiya",
        venue=Slots("Құрық ауылы, әкімдік залы", "село Курык, зал акимата", "Hall of the akimat, Kuryk village"),
        capacity=80,
        languages=("kk", "ru"),
        accessibility=(Access.STEP_FREE,),
        contact_name=BEKZAT.name,
        contact_phone=BEKZAT.phone,
        contact_email=BEKZAT.email,
        programme=(
            line(
                day,
                "16:00",
                "18:00",
                Slots("Жоспар және сұрақтар", "План и вопросы", "The plan, and questions"),
                speaker=FACILITATOR,
            ),
        ),
    )


PARTIES: Final = (
    Party(who="orynbasar-zhanbyrshy", called=True),
    Party(who="symbat-qurmangazy", others=(Guest(name="Нұрай Құрманғазы"),)),
    Party(who="aqzhol-tabynbaev"),
    Party(who="larisa-melnik"),
)

ROAD_TO_THE_PORT: Final = Gathering(
    slug="road-to-the-port-of-kuryk",
    organisation=ALLIANCE,
    plan=plan,
    published=ago(16, "14:15"),
    parties=PARTIES,
    cancelled=Slots(
        "Залда жөндеу жұмыстары жүріп жатыр. Жаңа күні белгіленгенде, бөлек хабарлаймыз.",
        "В зале идёт ремонт. Когда будет новая дата, сообщим отдельно.",
        "The hall is being repaired. We shall write again when there is a new date.",
    ),
)

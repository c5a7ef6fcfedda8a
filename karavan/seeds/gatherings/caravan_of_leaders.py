"""The study tour of the «Көшбасшылар керуені» project, as it was reported: the one event here that took place.

Facts only. What the report does not say (days, hours, names of participants) is left out, or said to be ours.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

from karavan.core.languages import Slots
from karavan.events.models import EventKind
from karavan.events.rules.plan import Plan, ProgrammeLine
from karavan.seeds.cast import ALLIANCE
from karavan.seeds.days import at
from karavan.seeds.gathering import Gathering

if TYPE_CHECKING:
    from karavan.seeds.days import Days

FIRST, SECOND, THIRD = date(2025, 12, 1), date(2025, 12, 2), date(2025, 12, 3)


def plan(_: Days) -> Plan:
    """Return what is known of the tour."""
    return Plan(
        kind=EventKind.STUDY_TOUR,
        title=Slots(
            "«Көшбасшылар керуені»: Астанаға танысу сапары",
            "«Караван лидеров»: ознакомительная поездка в Астану",
            "Caravan of Leaders: study tour to Astana",
        ),
        summary=Slots(
            "Маңғыстау облысының он бес адамнан тұратын делегациясы үш күндік танысу сапарымен Астанада болды.",
            "Делегация Мангистауской области из пятнадцати человек побывала в Астане с трёхдневной "
            "ознакомительной поездкой.",
            "A delegation of fifteen people from the Mangystau region spent three days in Astana on a study tour.",
        ),
        about=Slots(
            "Сапар «Көшбасшылар керуені» жобасы аясында өтті. Оны Маңғыстау облысының ақпарат және қоғамдық даму "
            "басқармасының тапсырысы бойынша «Маңғыстау облысының Азаматтық альянсы» ЗТБ ұйымдастырды.\n\n"
            "Делегация Alem University университетінің негізін қалаушы Гүлмира Құрғанбаеваның Қазақстан өңірлерін "
            "стратегиялық дамыту туралы дәрісін тыңдады, Парламенттің Сенаты мен Мәжілісінде кездесулерге "
            "қатысты.\n\n"
            "Мәдениет және ақпарат министрлігіндегі кездесуде азаматтық қоғамды қолдау және қоғамдық кеңестерді "
            "дамыту мәселелері талқыланды.",
            "Поездка прошла в рамках проекта «Караван лидеров». Её организовало ОЮЛ «Гражданский альянс Мангистауской "
            "области» по заказу управления информации и общественного развития Мангистауской области.\n\n"
            "Делегация прослушала лекцию основателя Alem University Гульмиры Курганбаевой о стратегическом развитии "
            "регионов Казахстана и приняла участие во встречах в Сенате и Мажилисе Парламента.\n\n"
            "На встрече в Министерстве культуры и информации говорили о поддержке гражданского общества и развитии "
            "общественных советов.",
            "The tour was part of the project Caravan of Leaders. It was organised by the Civic Alliance of Mangystau "
            "Region on the order of the region's department of information and public development.\n\n"
            "The delegation heard a lecture by Gulmira Kurganbayeva, founder of Alem University, on the strategic "
            "development of Kazakhstan's regions, and took part in meetings in the Senate and in the Mazhilis of the "
            "Parliament.\n\n"
            "A meeting in the Ministry of Culture and Information was about the support of civil society and the "
            "development of public councils.",
        ),
        editors_note=Slots(
            "Сапар туралы 2025 жылғы 13 желтоқсанда хабарланды, оның қай күндері өткені айтылмаған. Сондықтан 1–3 "
            "желтоқсан — біздің шартты таңдауымыз. Кездесулер хабарламадағы ретімен берілді, олардың күндерге "
            "бөлінуі де біздікі; сағаттары белгісіз. Бұл бет сапардан кейін жасалды, сапарға осы платформа арқылы "
            "жазылған жоқ.",
            "О поездке сообщили 13 декабря 2025 года, её дни не названы. Поэтому 1–3 декабря — наш условный "
            "выбор. Встречи идут в том порядке, в каком о них сообщили, по дням их распределили мы; часы "
            "неизвестны. Страница сделана после поездки, запись на неё шла не через эту платформу.",
            "The tour was reported on 13 December 2025, and the report does not give its days. The dates 1–3 "
            "December are therefore our own choice. The meetings stand in the order in which they were reported; "
            "we spread them over the days, and their hours are not known. This page was made after the tour, "
            "which people did not join through this platform.",
        ),
        starts_at=at(FIRST, "00:00"),
        ends_at=at(THIRD, "23:59"),
        all_day=True,
        place="astana",
        capacity=15,
        waiting_list=False,
        languages=(),
        programme=(
            ProgrammeLine(
                day=FIRST,
                title=Slots(
                    "Қазақстан өңірлерін стратегиялық дамыту туралы дәріс",
                    "Лекция о стратегическом развитии регионов Казахстана",
                    "Lecture on the strategic development of Kazakhstan's regions",
                ),
                speaker=Slots("Гүлмира Құрғанбаева", "Гульмира Курганбаева", "Gulmira Kurganbayeva"),
                speaker_role=Slots(
                    "Alem University университетінің негізін қалаушы",
                    "основатель Alem University",
                    "founder of Alem University",
                ),
            ),
            ProgrammeLine(
                day=SECOND,
                title=Slots(
                    "Парламенттің Сенаты мен Мәжілісіндегі кездесулер",
                    "Встречи в Сенате и Мажилисе Парламента",
                    "Meetings in the Senate and in the Mazhilis of the Parliament",
                ),
            ),
            ProgrammeLine(
                day=THIRD,
                title=Slots(
                    "Азаматтық қоғамды қолдау және қоғамдық кеңестерді дамыту туралы кездесу",
                    "Встреча о поддержке гражданского общества и развитии общественных советов",
                    "Meeting on the support of civil society and the development of public councils",
                ),
                place=Slots(
                    "Мәдениет және ақпарат министрлігі",
                    "Министерство культуры и информации",
                    "Ministry of Culture and Information",
                ),
            ),
        ),
    )


CARAVAN_OF_LEADERS: Final = Gathering(
    slug="caravan-of-leaders-astana-2025",
    organisation=ALLIANCE,
    plan=plan,
    demo=False,
    published=lambda _: at(date(2025, 11, 10), "10:00"),
)

"""A hearing and a sitting as they might have been: every kind of fact once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from karavan.core.languages import Slots
from karavan.protocols.hosts import (
    Advised,
    Decision,
    Document,
    Facts,
    Item,
    Kind,
    Notice,
    Poll,
    Present,
    Spoke,
    Statement,
    Vote,
)

BEGAN: Final = datetime(2026, 3, 5, 5, 5, tzinfo=UTC)
"""Five past ten in Aktau."""
COUNCIL: Final = Slots("Ақтау қоғамдық кеңесі", "Общественный совет Актау")
RECOMMENDED: Final = Advised(
    title=Slots("Тариф есебін жариялау", "Опубликовать расчёт тарифа"),
    text=Slots("Есепті 1 мамырға дейін сайтқа салу.", "Разместить расчёт на сайте до 1 мая."),
    addressee=Slots("Энергетика басқармасы", "Управление энергетики"),
)


def later(minutes: int) -> datetime:
    """Return the moment so many minutes after the beginning."""
    return BEGAN + timedelta(minutes=minutes)


HEARING: Final = Facts(
    kind=Kind.HEARING,
    council_id=1,
    page="hearings/tarif",
    council=COUNCIL,
    title=Slots("Жылу тарифі", "Тариф на тепло", "Heating tariff"),
    began_at=BEGAN,
    ended_at=later(145),
    place="aktau",
    venue=Slots("«Достық» үйі, 2-зал", "Дом «Достык», зал 2"),
    stream_url="https://stream.example.kz/tarif",
    caller=Slots("Энергетика басқармасы", "Управление энергетики"),
    called_by="state_body",
    ground=Slots("Кеңестің № 31 шешімі", "Решение совета № 31"),
    notice=Notice(given_at=BEGAN - timedelta(days=20), days=10, unit="working"),
    chair="Бекзат",
    secretary="Сәуле",
    tasks=Slots("Тарифтің неге өскенін анықтау.", "Выяснить, почему вырос тариф."),
    questions=Slots("Есеп дұрыс па?", "Верен ли расчёт?"),
    agenda=Slots("1. Баяндама\n2. Сұрақтар", "1. Доклад\n2. Вопросы"),
    registered=40,
    arrived=32,
    speakers=(
        Spoke(name="Әмина", position="for", topic="Тарифтің қажеттілігі", at=later(5)),
        Spoke(
            name="Данияр",
            position="against",
            topic="Расчёт потерь",
            at=later(12),
            notes=(Slots(ru="Просит показать первичные документы."),),
        ),
        Spoke(name="Ермек", position="question", at=later(20)),
    ),
    notes=(Slots("Дыбыс екі минутқа үзілді.", "Звук прерывался на две минуты."),),
    questions_asked=12,
    questions_answered=9,
    questions_merged=2,
    statements=(
        Statement(number=1, kind="for", name="Әмина"),
        Statement(number=2, kind="against", name="Данияр"),
        Statement(number=3, kind="against"),
        Statement(number=4, kind="question", name="Ермек"),
    ),
    polls=(
        Poll(
            number=1,
            question=Slots("Есеп түсінікті ме?", "Понятен ли расчёт?"),
            options=((Slots("Иә", "Да"), 18), (Slots("Жоқ", "Нет"), 9)),
        ),
    ),
    documents=(
        Document(title=Slots("Тариф есебі", "Расчёт тарифа"), version=1, sha256="a" * 64),
        Document(
            title=Slots("Тариф есебі", "Расчёт тарифа"),
            version=2,
            sha256="b" * 64,
            exception=Slots("Қате цифр түзетілді.", "Исправлена ошибочная цифра."),
        ),
    ),
    summary=Slots("Есеп түзетілетін болды.", "Расчёт будет исправлен."),
    recommendations=(RECOMMENDED,),
)

SITTING: Final = Facts(
    kind=Kind.SITTING,
    council_id=1,
    page="councils/aktau/sittings/9",
    council=COUNCIL,
    title=Slots("Көлік және жол", "Транспорт и дороги"),
    number=9,
    began_at=BEGAN,
    ended_at=later(90),
    place="aktau",
    venue=Slots("Қала әкімдігі, 2-зал", "Акимат города, зал 2"),
    notice=Notice(
        given_at=BEGAN - timedelta(days=2),
        days=5,
        unit="working",
        in_time=False,
        exception=Slots("Боран салдарынан жол жабылды.", "Из-за бурана закрыты дороги."),
    ),
    chair="Бекзат",
    secretary="Сәуле",
    members=4,
    quorum=(2, 3),
    present=(
        Present(name="Бекзат", office="chair", came_at=BEGAN, left_at=later(90)),
        Present(name="Сәуле", office="secretary", came_at=later(10), left_at=later(60), remote=True),
        Present(name="Әмина", office="member", came_at=BEGAN, left_at=later(90)),
    ),
    absent=("Ермек",),
    registered=6,
    items=(
        Item(
            position=1,
            title=Slots("Таңғы автобус", "Утренний автобус"),
            state="decided",
            speaker="Данияр",
            note=Slots("Жолаушылар саны көрсетілді.", "Показано число пассажиров."),
            conflicts=("Сәуле",),
            decision=Decision(
                number="MGS-S-2026-0031",
                text=Slots("Таңғы рейс қосу ұсынылсын.", "Рекомендовать добавить утренний рейс."),
                adopted=True,
                members=4,
                present=3,
                quorum=(2, 3),
                majority="present",
                votes_for=2,
                votes_against=0,
                votes_abstained=0,
                votes=(Vote(name="Бекзат", choice="for"), Vote(name="Әмина", choice="for")),
                opinions=(("Әмина", Slots(ru="Нужен ещё и вечерний рейс.")),),
            ),
        ),
        Item(position=2, title=Slots("Жолдардың есебі", "Отчёт о дорогах"), state="noted"),
        Item(position=3, title=Slots("Паркинг", "Парковки"), state="postponed"),
    ),
)

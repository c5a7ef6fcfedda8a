"""The rules of discussion: nine, each with its wording through time. Decisions quote a rule and a version of it.

A released wording is never changed: a new one is appended, with the day from which it holds, and a test compares the
fingerprints of the old ones. What is not forbidden here is allowed; sharp criticism of a body or an office is.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from karavan.core.languages import Slots


@dataclass(frozen=True, kw_only=True)
class Wording:
    """A rule as it reads from one day on."""

    version: int
    since: date
    title: Slots
    text: Slots
    breaks: Slots
    """An example of what breaks it."""
    keeps: Slots
    """An example that looks like it and is allowed."""


@dataclass(frozen=True, kw_only=True)
class Clause:
    """One rule. Its code never changes; its number is its place on the page."""

    code: str
    number: int
    sealed: bool = False
    """What was removed by it is shown to nobody but those who judge: to repeat it would do the harm again."""
    wordings: tuple[Wording, ...]

    @property
    def current(self) -> Wording:
        """The wording that holds now."""
        return self.wordings[-1]

    def at(self, version: int) -> Wording:
        """Return the wording a decision quoted."""
        return next(one for one in self.wordings if one.version == version)


_FIRST: Final = date(2026, 11, 1)


def _clause(code: str, number: int, *texts: Slots, sealed: bool = False) -> Clause:
    title, text, breaks, keeps = texts
    first = Wording(version=1, since=_FIRST, title=title, text=text, breaks=breaks, keeps=keeps)
    return Clause(code=code, number=number, sealed=sealed, wordings=(first,))


CLAUSES: Final = (
    _clause(
        "threats",
        1,
        Slots("Қорқыту және зорлыққа шақыру", "Угрозы и призывы к насилию", "Threats and calls to violence"),
        Slots(
            "Адамды қорқытуға, зорлыққа немесе мүлікті бүлдіруге шақыруға болмайды.",
            "Нельзя угрожать человеку, призывать к насилию или к порче имущества.",
            "Do not threaten anybody, and do not call for violence or damage.",
        ),
        Slots(
            "«Үйіңнің қайда екенін білемін, сақ бол»",
            "«Я знаю, где ты живёшь, берегись»",
            "“I know where you live, take care”",
        ),
        Slots(
            "«Басқарма басшысы жұмыстан кетуі керек»",
            "«Руководитель управления должен уйти с должности»",
            "“The head of the department should resign”",
        ),
        sealed=True,
    ),
    _clause(
        "insults",
        2,
        Slots("Адамды қорлау", "Оскорбление человека", "Insulting a person"),
        Slots(
            "Іс пен сөзді сынаңыз, адамды қорламаңыз. Боқтық сөз жазбаңыз.",
            "Критикуйте дела и слова, а не унижайте человека. Не используйте брань.",
            "Criticise what people do and say; do not degrade the person. Do not swear.",
        ),
        Slots("«Сен ақымақсың»", "«Ты дурак»", "“You are an idiot”"),
        Slots(
            "«Бұл жауап бос сөз, ештеңе істелмеген»",
            "«Этот ответ — пустые слова, ничего не сделано»",
            "“This answer is empty words, nothing was done”",
        ),
    ),
    _clause(
        "hatred",
        3,
        Slots("Араздық қоздыру", "Разжигание розни", "Stirring up hatred"),
        Slots(
            "Ұлтына, дініне, тіліне, жынысына, шыққан жеріне немесе денсаулығына бола адамдарды кемсітуге болмайды.",
            "Нельзя унижать людей из-за национальности, веры, языка, пола, происхождения или здоровья.",
            "Do not degrade people for their nationality, faith, language, sex, origin or health.",
        ),
        Slots("«Көшіп келгендердің бәрі осындай»", "«Все приезжие такие»", "“All who move here are like that”"),
        Slots(
            "«Ауданға көшіп келгендерге мектепте орын жетпейді»",
            "«Переехавшим в район не хватает мест в школе»",
            "“There are not enough school places for those who moved to the district”",
        ),
        sealed=True,
    ),
    _clause(
        "personal_data",
        4,
        Slots("Басқа адамның жеке деректері", "Личные данные другого человека", "Somebody else's personal data"),
        Slots(
            "Басқа адамның телефонын, мекенжайын, ЖСН-ін, ауруын, фотосын оның келісімінсіз жазбаңыз.",
            "Не пишите телефон, адрес, ИИН, сведения о здоровье и фото другого человека без его согласия.",
            "Do not give somebody's phone number, address, IIN, health or photo without their consent.",
        ),
        Slots(
            "«Көршімнің нөмірі: +7 7…, өзіне айтыңыз»",
            "«Телефон соседа: +7 7…, звоните ему»",
            "“My neighbour's number is +7 7…, call him”",
        ),
        Slots(
            "Басқарманың ресми телефоны мен мекенжайы",
            "Официальный телефон и адрес управления",
            "The official phone number and address of a department",
        ),
        sealed=True,
    ),
    _clause(
        "impersonation",
        5,
        Slots("Өзін басқа адам деп таныстыру", "Выдача себя за другого", "Posing as somebody else"),
        Slots(
            "Өзіңізді басқа адам, ұйым немесе лауазымды тұлға деп таныстырмаңыз, жалған құжат жарияламаңыз.",
            "Не выдавайте себя за другого человека, организацию или должностное лицо, не публикуйте поддельных "
            "документов.",
            "Do not pose as another person, an organisation or an official, and do not publish forged documents.",
        ),
        Slots(
            "«Мен әкімдіктенмін, мәселе шешілді» (олай болмаса)",
            "«Я из акимата, вопрос решён» (если это не так)",
            "“I am from the akimat, it is settled” (when that is not so)",
        ),
        Slots(
            "«Маған әкімдіктен осылай деп жауап берді»",
            "«Мне так ответили в акимате»",
            "“This is what the akimat told me”",
        ),
    ),
    _clause(
        "off_topic",
        6,
        Slots("Тақырыпқа қатысы жоқ", "Не по теме", "Off topic"),
        Slots(
            "Талқыланып жатқан мәселе туралы жазыңыз. Басқа мәселеге бөлек ұсыныс жолдаңыз.",
            "Пишите о том, что обсуждается. Для другого вопроса подайте отдельное предложение.",
            "Write about what is discussed here. Submit a proposal of its own for another matter.",
        ),
        Slots(
            "Автобус туралы талқылауда базардағы баға туралы жазу",
            "О ценах на базаре — в обсуждении автобуса",
            "Prices at the market, in a discussion about a bus",
        ),
        Slots(
            "Автобус туралы талқылауда аялдаманың жарығы туралы жазу",
            "Об освещении остановки — в обсуждении автобуса",
            "Light at the stop, in a discussion about a bus",
        ),
    ),
    _clause(
        "repetition",
        7,
        Slots("Бір пікірді қайталай беру", "Повторение одного и того же", "Saying the same again and again"),
        Slots(
            "Бір мәтінді бірнеше рет жарияламаңыз.",
            "Не публикуйте один и тот же текст несколько раз.",
            "Do not publish one text several times.",
        ),
        Slots(
            "Бір пікірді бес талқылауға көшіріп қою",
            "Одинаковое сообщение в пяти обсуждениях",
            "The same comment in five discussions",
        ),
        Slots(
            "Жаңа дерек келтіріп, пікірін толықтыру",
            "Дополнение своего мнения новыми фактами",
            "Adding new facts to what one said",
        ),
    ),
    _clause(
        "advertising",
        8,
        Slots("Жарнама және алдау сілтемелері", "Реклама и обманные ссылки", "Advertising and deceptive links"),
        Slots(
            "Тауар мен қызметті жарнамаламаңыз, ақша жинамаңыз, басқа жерге апаратын сілтеме бермеңіз.",
            "Не рекламируйте товары и услуги, не собирайте деньги, не давайте ссылок, которые ведут не туда.",
            "Do not advertise goods or services, collect money, or give links that lead elsewhere than they say.",
        ),
        Slots("«Арзан несие, жазыңыз»", "«Дешёвый кредит, пишите»", "“Cheap loans, write to me”"),
        Slots(
            "Заңға, жаңалыққа немесе картаға сілтеме",
            "Ссылка на закон, новость или карту",
            "A link to a law, a news item or a map",
        ),
    ),
    _clause(
        "unlawful",
        9,
        Slots("Заңмен тыйым салынған мәлімет", "Сведения, запрещённые законом", "What the law forbids"),
        Slots(
            "Заң таратуға тыйым салған мәліметті жарияламаңыз. Модератор заңның бабын көрсетеді.",
            "Не публикуйте того, что запрещает закон. Модератор называет статью закона.",
            "Do not publish what the law forbids. The moderator names the article of the law.",
        ),
        Slots(
            "Есірткі сатып алу жолын түсіндіру",
            "Объяснение, где купить наркотики",
            "Telling where to buy drugs",
        ),
        Slots(
            "Заңды сынау, оны өзгертуді ұсыну",
            "Критика закона и предложение его изменить",
            "Criticising a law and proposing to change it",
        ),
        sealed=True,
    ),
)
BY_CODE: Final = {clause.code: clause for clause in CLAUSES}


def clause(code: str) -> Clause:
    """Return a rule by its code; `KeyError` if there is none."""
    return BY_CODE[code]

"""A ready sentence for each rule: what a moderator may start from when she writes to an author, in her language.

The author reads it under the rule's title, so it says what was wrong in the text and what to do, not the rule again.
"""

from __future__ import annotations

from typing import Final

from karavan.core.languages import Slots

STARTERS: Final = {
    "threats": Slots(
        "Мәтінде адамды қорқытатын сөз бар. Талабыңызды қорқытпай, өз сөзіңізбен қайта жазыңыз.",
        "В тексте есть угроза. Напишите о своём требовании ещё раз — без угроз.",
        "The text contains a threat. Write again what you demand, without it.",
    ),
    "insults": Slots(
        "Мәтінде адамды қорлайтын сөз бар. Іс туралы ойыңызды сол сөзсіз қайта жаза аласыз.",
        "В тексте есть слова, которые унижают человека. Вы можете написать то же о деле — без этих слов.",
        "The text contains words that degrade a person. You can write the same about the matter without them.",
    ),
    "hatred": Slots(
        "Мәтін бір топ адамды шыққан тегіне бола кемсітеді. Мәселенің өзі туралы жазыңыз.",
        "Текст унижает группу людей из-за того, кто они. Напишите о самой проблеме.",
        "The text degrades a group of people for who they are. Write about the problem itself.",
    ),
    "personal_data": Slots(
        "Мәтінде басқа адамның жеке дерегі бар. Оны алып тастап, қайта жазыңыз.",
        "В тексте есть личные данные другого человека. Уберите их и напишите снова.",
        "The text contains somebody else's personal data. Leave it out and write again.",
    ),
    "impersonation": Slots(
        "Мәтін басқа адамның не органның атынан жазылғандай көрінеді. Өз атыңыздан жазыңыз.",
        "Текст выглядит написанным от чужого имени. Пишите от своего.",
        "The text reads as if somebody else had written it. Write in your own name.",
    ),
    "off_topic": Slots(
        "Бұл мәселе осы талқылауға қатысты емес. Ол туралы бөлек ұсыныс жолдай аласыз.",
        "Этот вопрос не относится к обсуждению. О нём можно подать отдельное предложение.",
        "This matter does not belong to the discussion. You can submit a proposal of its own about it.",
    ),
    "repetition": Slots(
        "Осы мәтін бұрын жарияланған. Жаңа дерегіңіз болса, соны жазыңыз.",
        "Этот текст уже опубликован. Если есть новые факты, напишите о них.",
        "This text has been published already. If you have new facts, write those.",
    ),
    "advertising": Slots(
        "Мәтін тауарды не қызметті жарнамалайды. Мұнда тек талқыланып жатқан мәселе туралы жазылады.",
        "Текст рекламирует товар или услугу. Здесь пишут только о том, что обсуждается.",
        "The text advertises something. Only what is discussed is written about here.",
    ),
    "unlawful": Slots(
        "Мәтінде заң таратуға тыйым салған мәлімет бар. Заң мен бабы: ",
        "В тексте есть сведения, распространение которых запрещает закон. Закон и статья: ",
        "The text contains what the law forbids to spread. Law and article: ",
    ),
}


def starter(clause: str, lang: str) -> str:
    """Return the ready sentence for a rule in this very language; "" if there is no such rule."""
    sentence = STARTERS.get(clause, Slots())
    return {"kk": sentence.kk, "ru": sentence.ru, "en": sentence.en}.get(lang, "")

"""From facts to the words of a protocol, in Kazakh and in Russian. Pure; the order is that of law 30-VIII, art. 13.

The two languages are written side by side, not translated: a label and its value on a line of its own, so that no
suffix and no case is ever glued to a name, a date or a number. What people wrote stands as they wrote it; where it
exists in the other language only, it stands in that one, and the protocol says so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from karavan.core.languages import Slots
from karavan.core.places import PLACES
from karavan.core.when import clock, day_long, day_medium, time_range
from karavan.protocols.hosts import Kind
from karavan.protocols.models import Part

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from karavan.protocols.hosts import Advised, Decision, Document, Facts, Item, Poll, Present, Spoke

TONGUES: Final = ("kk", "ru")
"""The languages a protocol is written in, each a text of its own."""

HEADINGS: Final[dict[Part, Slots]] = {
    Part.OPENING: Slots("Күні, уақыты және орны", "Дата, время и место", "Date, time and place"),
    Part.TASKS: Slots("Міндеттері мен күн тәртібі", "Задачи и повестка дня", "Tasks and agenda"),
    Part.PARTICIPANTS: Slots(
        "Қатысушылар және олардың заңға сәйкестігі",
        "Участники и их соответствие закону",
        "Participants and their conformity to the law",
    ),
    Part.FORMS: Slots("Қолданылған нысандар", "Использованные формы", "Forms used"),
    Part.COURSE: Slots("Талқылау барысы", "Ход обсуждения", "Course of the discussion"),
    Part.FACTS: Slots("Анықталған фактілер", "Установленные факты", "Facts found"),
    Part.VOTES: Slots("Дауыс беру және сауалнамалар", "Голосования и опросы", "Votes and straw polls"),
    Part.RECOMMENDATIONS: Slots("Ұсынымдар", "Рекомендации", "Recommendations"),
    Part.ATTACHMENTS: Slots("Қосымшалар", "Приложения", "Attachments"),
}
"""What each part is called; nothing is left out, an empty part says that there is nothing."""

_KK: Final[dict[str, Any]] = {
    "council": "Қоғамдық кеңес",
    "day": "Күні",
    "time": "Уақыты",
    "clock": "Ақтау уақыты",
    "venue": "Өткен жері",
    "stream": "Тікелей трансляция",
    "caller": "Кім шақырды",
    "callers": {"council": "қоғамдық кеңес", "state_body": "мемлекеттік орган", "citizens": "азаматтар"},
    "ground": "Негіздеме",
    "sitting": "Отырыс",
    "open": "ашық",
    "closed": "жабық",
    "why": "Себебі",
    "given": "Хабарландыру берілген күн",
    "term": "Белгіленген хабарлау мерзімі",
    "units": {"working": "жұмыс күні", "calendar": "күнтізбелік күн"},
    "chair": "Кеңес төрағасы",
    "secretary": "Кеңес хатшысы",
    "tasks": "Міндеттері",
    "questions": "Талқылауға шығарылған сұрақтар",
    "agenda": "Күн тәртібі",
    "not_named": "Көрсетілмеген.",
    "subject": "Қоғамдық бақылау субъектісі",
    "conformity": "Заң талаптарына сәйкестігі",
    "in_time": "хабарландыру белгіленген мерзімде берілген",
    "short": "хабарландыру қысқартылған мерзімде берілген",
    "registered": "Қатысуға тіркелген адам саны",
    "arrived": "Келген адам саны",
    "spoke": "Сөз сөйлеген адам саны",
    "written": "Түскен жазбаша пікір саны",
    "members": "Кеңестегі мүше саны",
    "needed": "Кворум үшін қажет мүше саны",
    "there": "Қатысқан мүше саны",
    "present": "Қатысқан мүшелер",
    "absent": "Қатыспаған мүшелер",
    "nobody": "жоқ",
    "came": "келген уақыты",
    "left": "кеткен уақыты",
    "remote": "онлайн қатысты",
    "offices": {"chair": "төраға", "deputy_chair": "төрағаның орынбасары", "secretary": "хатшы", "member": "мүше"},
    "quorum_kept": "әр шешім кворум болған кезде қабылданған",
    "form": "Қоғамдық бақылау нысаны",
    "hearing": "қоғамдық тыңдау",
    "form_sitting": "Нысаны",
    "sitting_form": "қоғамдық кеңестің отырысы, ашық дауыс беру",
    "means": "Қатысу тәсілдері",
    "mean": {
        "statements": "жазбаша пікірлер",
        "speakers": "ауызша сөздер",
        "questions": "залдан қойылған сұрақтар",
        "polls": "залдағы сауалнама",
    },
    "speakers": "Сөз сөйлегендер",
    "no_speakers": "Сөз сөйлеген ешкім болмады.",
    "position": "Ұстанымы",
    "positions": {"for": "қолдайды", "against": "қарсы", "question": "сұрағы бар"},
    "topic": "Тақырыбы",
    "note": "Хатшының жазбасы",
    "notes": "Хатшының жазбалары",
    "rapporteur": "Баяндамашы",
    "conflict": "Мүдделер қақтығысын мәлімдегендер",
    "outcome": "Нәтижесі",
    "outcomes": {
        "decided": "дауысқа салынды",
        "noted": "тыңдалды, назарға алынды",
        "postponed": "кейінге қалдырылды",
        "waiting": "қаралған жоқ",
        "current": "қаралған жоқ",
        "voting": "қаралған жоқ",
    },
    "no_items": "Күн тәртібінде мәселе болмады.",
    "for": "Қолдайтын жазбаша пікір саны",
    "against": "Қарсы жазбаша пікір саны",
    "question": "Жазбаша сұрақ саны",
    "numbers": "Нөмірлері",
    "asked": "Залдан қойылған сұрақ саны",
    "answered": "Жауап берілген сұрақ саны",
    "merged": "Басқа сұраққа біріктірілген сұрақ саны",
    "summary": "Қорытындысы",
    "dealt": "Қаралған мәселе саны",
    "adopted": "Қабылданған шешім саны",
    "rejected": "Қабылданбаған шешім саны",
    "postponed": "Кейінге қалдырылған мәселе саны",
    "poll": "Сауалнама",
    "poll_weight": "Залдағы сауалнаманың заңдық күші жоқ.",
    "no_polls": "Сауалнама өткізілмеді.",
    "decision": "Шешім",
    "no_votes": "Дауыс беру болмады.",
    "yes": "қабылданды",
    "no": "қабылданбады",
    "rule": "Шешім қабылдау тәртібі",
    "rules": {
        "present": "қатысқан мүшелердің жартысынан көбі",
        "all": "барлық мүшелердің жартысынан көбі",
        "two_thirds": "қатысқан мүшелердің үштен екісі",
    },
    "then": "Дауыс беру кезінде қатысқан мүше саны",
    "votes_for": "Жақтап берілген дауыс саны",
    "votes_against": "Қарсы берілген дауыс саны",
    "votes_abstained": "Қалыс қалған мүше саны",
    "voted": {"for": "Жақтап дауыс бергендер", "against": "Қарсы дауыс бергендер", "abstained": "Қалыс қалғандар"},
    "opinion": "Ерекше пікір",
    "to": "Кімге",
    "no_advice": "Ұсыным берілмеді.",
    "version": "Нұсқасы",
    "fingerprint": "Бақылау коды (SHA-256)",
    "replaced": "Хабарландырудан кейін ауыстырылды. Себебі",
    "no_documents": "Қосымша жоқ.",
    "tongue": {"kk": "қазақ тілінде", "ru": "орыс тілінде", "en": "ағылшын тілінде"},
}
_RU: Final[dict[str, Any]] = {
    "council": "Общественный совет",
    "day": "Дата",
    "time": "Время",
    "clock": "время Актау",
    "venue": "Место проведения",
    "stream": "Прямая трансляция",
    "caller": "Кем созваны",
    "callers": {"council": "общественный совет", "state_body": "государственный орган", "citizens": "граждане"},
    "ground": "Основание",
    "sitting": "Заседание",
    "open": "открытое",
    "closed": "закрытое",
    "why": "Причина",
    "given": "Дата объявления",
    "term": "Установленный срок объявления",
    "units": {"working": "в рабочих днях", "calendar": "в календарных днях"},
    "chair": "Председатель совета",
    "secretary": "Секретарь совета",
    "tasks": "Задачи",
    "questions": "Вопросы, вынесенные на обсуждение",
    "agenda": "Повестка дня",
    "not_named": "Не указаны.",
    "subject": "Субъект общественного контроля",
    "conformity": "Соответствие требованиям закона",
    "in_time": "объявление дано в установленный срок",
    "short": "объявление дано в сокращённый срок",
    "registered": "Зарегистрировались, человек",
    "arrived": "Пришли, человек",
    "spoke": "Выступили, человек",
    "written": "Поступило письменных мнений",
    "members": "Всего членов совета",
    "needed": "Для кворума нужно членов совета",
    "there": "Присутствовало членов совета",
    "present": "Присутствовали",
    "absent": "Отсутствовали",
    "nobody": "нет",
    "came": "время прихода",
    "left": "время ухода",
    "remote": "участие онлайн",
    "offices": {
        "chair": "председатель",
        "deputy_chair": "заместитель председателя",
        "secretary": "секретарь",
        "member": "член совета",
    },
    "quorum_kept": "каждое решение принято при наличии кворума",
    "form": "Форма общественного контроля",
    "hearing": "общественные слушания",
    "form_sitting": "Форма",
    "sitting_form": "заседание общественного совета, открытое голосование",
    "means": "Способы участия",
    "mean": {
        "statements": "письменные мнения",
        "speakers": "устные выступления",
        "questions": "вопросы из зала",
        "polls": "опрос в зале",
    },
    "speakers": "Выступили",
    "no_speakers": "Выступлений не было.",
    "position": "Позиция",
    "positions": {"for": "за", "against": "против", "question": "есть вопрос"},
    "topic": "Тема",
    "note": "Запись секретаря",
    "notes": "Записи секретаря",
    "rapporteur": "Докладчик",
    "conflict": "Заявили о конфликте интересов",
    "outcome": "Итог",
    "outcomes": {
        "decided": "поставлено на голосование",
        "noted": "заслушано, принято к сведению",
        "postponed": "отложено",
        "waiting": "не рассматривалось",
        "current": "не рассматривалось",
        "voting": "не рассматривалось",
    },
    "no_items": "В повестке дня не было вопросов.",
    "for": "Письменных мнений за",
    "against": "Письменных мнений против",
    "question": "Письменных вопросов",
    "numbers": "Номера",
    "asked": "Вопросов из зала",
    "answered": "Вопросов с ответом",
    "merged": "Вопросов, объединённых с другими",
    "summary": "Итоги",
    "dealt": "Рассмотрено вопросов",
    "adopted": "Принято решений",
    "rejected": "Не принято решений",
    "postponed": "Отложено вопросов",
    "poll": "Опрос",
    "poll_weight": "Опрос в зале не имеет юридической силы.",
    "no_polls": "Опросы не проводились.",
    "decision": "Решение",
    "no_votes": "Голосований не было.",
    "yes": "принято",
    "no": "не принято",
    "rule": "Порядок принятия решения",
    "rules": {
        "present": "больше половины присутствующих членов совета",
        "all": "больше половины всех членов совета",
        "two_thirds": "две трети присутствующих членов совета",
    },
    "then": "Присутствовало при голосовании",
    "votes_for": "Голосов за",
    "votes_against": "Голосов против",
    "votes_abstained": "Воздержалось",
    "voted": {"for": "Голосовали за", "against": "Голосовали против", "abstained": "Воздержались"},
    "opinion": "Особое мнение",
    "to": "Кому",
    "no_advice": "Рекомендации не вынесены.",
    "version": "Версия",
    "fingerprint": "Контрольный код (SHA-256)",
    "replaced": "Заменён после объявления. Причина",
    "no_documents": "Приложений нет.",
    "tongue": {"kk": "на казахском языке", "ru": "на русском языке", "en": "на английском языке"},
}
_WORDS: Final[Mapping[str, Mapping[str, Any]]] = {"kk": _KK, "ru": _RU}


# --- What the rules ask for -------------------------------------------------------------------------------


def title(facts: Facts) -> Slots:
    """Return what the protocol is called; in English too, for readers of lists."""
    if facts.kind == Kind.HEARING:
        names = {lang: facts.title.best(lang).text for lang in (*TONGUES, "en")}
        return Slots(
            f"Қоғамдық тыңдаудың хаттамасы: {names['kk']}",
            f"Протокол общественных слушаний: {names['ru']}",
            f"Minutes of the public hearing: {names['en']}",
        )
    return Slots(
        f"№ {facts.number} отырыстың хаттамасы",
        f"Протокол заседания № {facts.number}",
        f"Minutes of sitting No. {facts.number}",
    )


def parts(facts: Facts) -> dict[Part, Slots]:
    """Return every part, in both languages."""
    tellers = {
        Part.OPENING: _opening,
        Part.TASKS: _tasks,
        Part.PARTICIPANTS: _participants,
        Part.FORMS: _forms,
        Part.COURSE: _course,
        Part.FACTS: _facts,
        Part.VOTES: _votes,
        Part.ATTACHMENTS: _attachments,
    }
    told = {part: Slots(**{lang: teller(facts, lang) for lang in TONGUES}) for part, teller in tellers.items()}
    told[Part.RECOMMENDATIONS] = recommendations(facts.recommendations)
    return {part: told[part] for part in Part}


def recommendations(advised: Sequence[Advised]) -> Slots:
    """Return the part that lists what is recommended."""
    return Slots(**{lang: _recommended(advised, lang) for lang in TONGUES})


# --- The parts --------------------------------------------------------------------------------------------


def _opening(facts: Facts, lang: str) -> str:
    words, notice = _WORDS[lang], facts.notice
    place = PLACES[facts.place].best(lang).text if facts.place in PLACES else ""
    hours = f"{time_range(facts.began_at, facts.ended_at, lang)} ({words['clock']})"
    lines = [
        (words["council"], _said(facts.council, lang)),
        (words["day"], day_long(facts.began_at, lang)),
        (words["time"], hours),
        (words["venue"], _joined(_said(facts.venue, lang), place)),
        (words["stream"], facts.stream_url),
    ]
    if facts.kind == Kind.HEARING:
        called = words["callers"].get(facts.called_by, "")
        lines.append((words["caller"], _joined(called, _said(facts.caller, lang))))
    else:
        lines.append((words["sitting"], words["closed"] if facts.closed else words["open"]))
        lines.append((words["why"], _said(facts.closed, lang)))
    lines.append((words["ground"], _said(facts.ground, lang)))
    if notice.given_at is not None:
        lines.append((words["given"], day_medium(notice.given_at, lang)))
    lines += [(words["chair"], facts.chair), (words["secretary"], facts.secretary)]
    return _labelled(lines)


def _tasks(facts: Facts, lang: str) -> str:
    words = _WORDS[lang]
    agenda = _said(facts.agenda, lang)
    if facts.items:
        agenda = "\n".join(f"{item.position}. {_said(item.title, lang)}" for item in facts.items)
    told = [
        _block(words["tasks"], _said(facts.tasks, lang)),
        _block(words["questions"], _said(facts.questions, lang)),
        _block(words["agenda"], agenda),
    ]
    return _paragraphs(told) or str(words["not_named"])


def _participants(facts: Facts, lang: str) -> str:
    if facts.kind == Kind.HEARING:
        return _paragraphs([_public(facts, lang), _conformity(facts, lang)])
    return _paragraphs([_members(facts, lang), _conformity(facts, lang)])


def _public(facts: Facts, lang: str) -> str:
    words = _WORDS[lang]
    return _labelled(
        [
            (words["subject"], _said(facts.council, lang)),
            (words["registered"], facts.registered),
            (words["arrived"], facts.arrived),
            (words["spoke"], len(facts.speakers)),
            (words["written"], len(facts.statements)),
        ]
    )


def _members(facts: Facts, lang: str) -> str:
    words = _WORDS[lang]
    above, below = facts.quorum
    numbers = _labelled(
        [
            (words["subject"], _said(facts.council, lang)),
            (words["members"], facts.members),
            (words["needed"], -(-facts.members * above // below)),
            (words["there"], len(facts.present)),
            (words["registered"], facts.registered or ""),
        ]
    )
    present = "\n".join(f"{number}. {_seen(member, facts, lang)}" for number, member in enumerate(facts.present, 1))
    absent = "\n".join(f"{number}. {name}" for number, name in enumerate(facts.absent, 1))
    return _paragraphs(
        [
            numbers,
            _block(words["present"], present or words["nobody"]),
            _block(words["absent"], absent or words["nobody"]),
        ]
    )


def _seen(member: Present, facts: Facts, lang: str) -> str:
    """Say of a member that she was there; hours only where they differ from the sitting's."""
    words = _WORDS[lang]
    told = [f"{member.name}, {words['offices'].get(member.office, member.office)}"]
    if member.came_at > facts.began_at:
        told.append(f"{words['came']}: {clock(member.came_at, lang)}")
    if member.left_at is not None and member.left_at < facts.ended_at:
        told.append(f"{words['left']}: {clock(member.left_at, lang)}")
    if member.remote:
        told.append(words["remote"])
    return "; ".join(told)


def _conformity(facts: Facts, lang: str) -> str:
    words, notice = _WORDS[lang], facts.notice
    told = []
    if notice.given_at is not None:
        told.append(words["in_time"] if notice.in_time else words["short"])
    if any(item.decision for item in facts.items):
        told.append(words["quorum_kept"])
    term = f"{notice.days} ({words['units'][notice.unit]})" if notice.days else ""
    return _labelled(
        [
            (words["conformity"], "; ".join(told)),
            (words["term"], term),
            (words["why"], _said(notice.exception, lang)),
        ]
    )


def _forms(facts: Facts, lang: str) -> str:
    words = _WORDS[lang]
    if facts.kind == Kind.SITTING:
        return f"{words['form_sitting']}: {words['sitting_form']}"
    used = {
        "statements": facts.statements,
        "speakers": facts.speakers,
        "questions": facts.questions_asked,
        "polls": facts.polls,
    }
    means = ", ".join(words["mean"][name] for name, some in used.items() if some)
    return _labelled([(words["form"], words["hearing"]), (words["means"], means)])


def _course(facts: Facts, lang: str) -> str:
    words = _WORDS[lang]
    if facts.kind == Kind.SITTING:
        return _paragraphs(_dealt_with(item, lang) for item in facts.items) or str(words["no_items"])
    heard = [f"{number}. {_heard(speaker, lang)}" for number, speaker in enumerate(facts.speakers, 1)]
    notes = "\n".join(_said(note, lang) for note in facts.notes)
    told = [f"{words['speakers']}:", *heard] if heard else [words["no_speakers"]]
    return _paragraphs([*told, _block(words["notes"], notes)])


def _heard(speaker: Spoke, lang: str) -> str:
    words = _WORDS[lang]
    lines = [
        (words["position"], words["positions"].get(speaker.position, "")),
        (words["topic"], f"«{speaker.topic}»" if speaker.topic else ""),
        (words["time"], clock(speaker.at, lang) if speaker.at else ""),
        *((words["note"], _said(note, lang)) for note in speaker.notes),
    ]
    return "\n".join(filter(None, (speaker.name, _labelled(lines))))


def _dealt_with(item: Item, lang: str) -> str:
    words = _WORDS[lang]
    lines = [
        (words["rapporteur"], item.speaker),
        (words["conflict"], ", ".join(item.conflicts)),
        (words["note"], _said(item.note, lang)),
        (words["outcome"], words["outcomes"].get(item.state, "")),
        (words["decision"], f"№ {item.decision.number}" if item.decision else ""),
    ]
    return f"{item.position}. {_said(item.title, lang)}\n{_labelled(lines)}"


def _facts(facts: Facts, lang: str) -> str:
    words = _WORDS[lang]
    if facts.kind == Kind.SITTING:
        decided = [item.decision.adopted for item in facts.items if item.decision]
        states = [item.state for item in facts.items]
        lines = [
            (words["dealt"], sum(state in ("decided", "noted") for state in states)),
            (words["adopted"], sum(decided)),
            (words["rejected"], len(decided) - sum(decided)),
            (words["postponed"], states.count("postponed")),
        ]
        return _labelled(lines)
    told: list[tuple[str, object]] = []
    for kind in ("for", "against", "question"):
        numbers = [str(one.number) for one in facts.statements if one.kind == kind]
        told.append((words[kind], f"{len(numbers)}. {words['numbers']}: {', '.join(numbers)}" if numbers else 0))
    told += [
        (words["asked"], facts.questions_asked),
        (words["answered"], facts.questions_answered),
        (words["merged"], facts.questions_merged),
    ]
    return _paragraphs([_labelled(told), _block(words["summary"], _said(facts.summary, lang))])


def _votes(facts: Facts, lang: str) -> str:
    words = _WORDS[lang]
    if facts.kind == Kind.SITTING:
        told = [_decided(item.decision, item, lang) for item in facts.items if item.decision]
        return _paragraphs(told) or str(words["no_votes"])
    if not facts.polls:
        return str(words["no_polls"])
    return _paragraphs([*(_asked(poll, lang) for poll in facts.polls), words["poll_weight"]])


def _asked(poll: Poll, lang: str) -> str:
    words = _WORDS[lang]
    head = f"{words['poll']} № {poll.number}. {_said(poll.question, lang)}"
    return "\n".join([head, *(f"– {_said(option, lang)}: {votes}" for option, votes in poll.options)])


def _decided(decision: Decision, item: Item, lang: str) -> str:
    words = _WORDS[lang]
    names = {
        choice: ", ".join(vote.name for vote in decision.votes if vote.choice == choice)
        for choice in ("for", "against", "abstained")
    }
    lines = [
        (words["outcome"], words["yes"] if decision.adopted else words["no"]),
        (words["rule"], words["rules"].get(decision.majority, "")),
        (words["members"], decision.members),
        (words["then"], decision.present),
        (words["votes_for"], decision.votes_for),
        (words["votes_against"], decision.votes_against),
        (words["votes_abstained"], decision.votes_abstained),
        *((words["voted"][choice], who) for choice, who in names.items()),
        *((words["opinion"], f"{name}: {_said(said, lang)}") for name, said in decision.opinions),
    ]
    head = f"{words['decision']} № {decision.number}. {_said(item.title, lang)}"
    return "\n".join(filter(None, (head, _said(decision.text, lang), _labelled(lines))))


def _recommended(advised: Sequence[Advised], lang: str) -> str:
    words = _WORDS[lang]
    told = [
        "\n".join(
            filter(
                None,
                (
                    f"{number}. {_said(one.title, lang)}",
                    f"{words['to']}: {_said(one.addressee, lang)}",
                    _said(one.text, lang),
                ),
            )
        )
        for number, one in enumerate(advised, 1)
    ]
    return _paragraphs(told) or str(words["no_advice"])


def _attachments(facts: Facts, lang: str) -> str:
    words = _WORDS[lang]
    told = [_attached(number, document, lang) for number, document in enumerate(facts.documents, 1)]
    return _paragraphs(told) or str(words["no_documents"])


def _attached(number: int, document: Document, lang: str) -> str:
    words = _WORDS[lang]
    lines = [
        (words["version"], document.version),
        (words["fingerprint"], document.sha256),
        (words["replaced"], _said(document.exception, lang)),
    ]
    return f"{number}. {_said(document.title, lang)}\n{_labelled(lines)}"


# --- How lines are put ------------------------------------------------------------------------------------


def _said(slots: Slots, lang: str) -> str:
    """Return a text in this language, or in the one it exists in, saying so."""
    wording = slots.best(lang)
    words = "\n".join(line for line in wording.text.strip().splitlines() if line.strip())
    if not words or wording.lang == lang:
        return words
    return f"{words} ({_WORDS[lang]['tongue'][wording.lang]})"


def _labelled(lines: Iterable[tuple[str, object]]) -> str:
    """Write labels and values; what has no value is left out, the number nought is one."""
    return "\n".join(f"{label}: {value}" for label, value in lines if value not in ("", None))


def _block(label: str, text: str) -> str:
    return f"{label}:\n{text}" if text else ""


def _joined(*pieces: str) -> str:
    return ", ".join(filter(None, pieces))


def _paragraphs(told: Iterable[str]) -> str:
    return "\n\n".join(filter(None, told))

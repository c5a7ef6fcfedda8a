"""Payloads as the rules write them: the facts of one event or submission, and what each letter adds."""

from __future__ import annotations

from typing import Any, Final

EVENT: Final[dict[str, Any]] = {
    "slug": "study-tour",
    "title": {"kk": "Астанаға оқу сапары", "ru": "Учебный тур в Астану", "en": "Study tour to Astana"},
    "starts_at": "2026-12-10T05:00:00+00:00",
    "ends_at": "2026-12-10T07:30:00+00:00",
    "zone": "Asia/Aqtau",
    "all_day": False,
    "place": {"kk": "Ақтау қаласы", "ru": "город Актау", "en": "Aktau"},
    "venue": {"kk": "«Достық» үйі", "ru": "Дом «Достык»", "en": "Dostyk House"},
    "online_url": "https://meet.example/caravan",
    "directions_url": "",
    "contact_name": "Бекзат",
    "contact_phone": "+77011234567",
    "organiser": {"kk": "Азаматтық альянс", "ru": "Гражданский альянс", "en": "Civic Alliance"},
    "sequence": 3,
    "updated_at": "2026-11-01T05:00:00+00:00",
    "cancelled": False,
    "postponed": False,
    "demo": False,
}
SEATED: Final = {"name": "Әмина", "code": "7F3K92", "state": "seated"}
WAITING: Final = {"name": "Мадина", "code": "8G4M93", "state": "waiting"}
OFFERED: Final = {"name": "Тимур", "code": "9H5N94", "state": "offered"}

LINE: Final = {
    "day": "2026-12-10",
    "starts": "10:00",
    "ends": "12:00",
    "title": {"kk": "Ашылуы", "ru": "Открытие", "en": "Opening"},
    "place": {"kk": "Зал", "ru": "Зал", "en": "Hall"},
    "speaker": {"kk": "Данияр", "ru": "Данияр", "en": "Daniyar"},
}

PROPOSAL: Final[dict[str, Any]] = {
    "number": "MGS-2026-00017",
    "title": "Жаңаөзеннен таңғы автобус керек",
    "lang": "kk",
    "state": "answered",
    "supports": 48,
    "demo": False,
}
OTHER: Final = {"number": "MGS-2026-00012", "title": "Утренний рейс Жанаозен — Актау", "lang": "ru"}
CITY_COUNCIL: Final = {
    "kk": "Жаңаөзен қалалық қоғамдық кеңесі",
    "ru": "Общественный совет города Жанаозен",
    "en": "Zhanaozen city public council",
}
WHY: Final = {"kk": "Тасымалдаушымен келісу керек", "ru": "Нужно согласие перевозчика", "en": "The carrier must agree"}
DATE: Final = {"kind": "answer", "deadline_id": 31, "due_on": "2026-12-07"}
RECOMMENDATION: Final = {
    "kk": "Таңғы рейсті үш ай сынап көру",
    "ru": "Ввести утренний рейс на три месяца",
    "en": "Try a morning bus for three months",
}

_MORE: Final[dict[str, dict[str, Any]]] = {
    "events/removed": {"left": ["Ерлан"], "reason": {"kk": "Қайталанған жазылу", "ru": "Двойная запись", "en": ""}},
    "events/moved": {"to": "seated", "left": ["Әмина"], "reason": {"kk": "Орын босады", "ru": "Место есть", "en": ""}},
    "events/message": {
        "test": False,
        "message": {"subject": {"kk": "Не алып келу керек"}, "body": {"kk": "Су алыңыз.\n\nКүн ыстық\nболады."}},
    },
    "events/reminder": {"asks": True, "said": False, "people": [SEATED], "expires_at": EVENT["starts_at"]},
    "events/offer": {"seats": 2, "expires_at": "2026-12-01T07:00:00+00:00", "people": [OFFERED, WAITING]},
    "events/offer_expired": {"seats": 1, "people": []},
    "events/given_back": {"left": ["Ерлан"]},
    "events/event_changed": {
        "changes": [
            {"what": "starts_at", "before": "2026-12-10T04:00:00+00:00", "after": EVENT["starts_at"]},
            {"what": "venue", "before": {"kk": "Мектеп", "ru": "Школа", "en": "School"}, "after": EVENT["venue"]},
            {"what": "online_url", "before": "", "after": EVENT["online_url"]},
            {"what": "programme", "before": [LINE, None, LINE], "after": [LINE | {"starts": "11:00"}, LINE, None]},
        ],
    },
    "events/event_postponed": {"reason": {"kk": "Боран", "ru": "Буран", "en": "Blizzard"}},
    "events/certificate": {"certificates": [{"name": "Әмина", "code": "7F3K928G4M93"}]},
    "events/certificate_revoked": {
        "certificates": [{"name": "Әмина", "code": "7F3K928G4M93"}],
        "reason": {"kk": "Аты қате жазылған", "ru": "Имя записано с ошибкой", "en": "The name is misspelt"},
    },
    "events/feedback": {},
    "learning/photo_hidden": {"title": EVENT["title"], "event_id": 7, "words": "Мен келіспеген едім"},
    "events/event_cancelled": {"reason": {"kk": "Боран", "ru": "Буран", "en": "Blizzard"}},
    "accounts/sign_in_code": {"code": "402918", "minutes": 10},
    "notifications/test": {},
}
_ABOUT_PROPOSALS: Final[dict[str, dict[str, Any]]] = {
    "proposals/step": {"act": "answer", "role": "author", "reason": {"kk": "", "ru": "", "en": ""}},
    "proposals/text_changed": {"revision": 2},
    "proposals/join_asked": {"into": OTHER, "reason": WHY},
    "proposals/joined": {"into": OTHER},
    "proposals/date_moved": {**DATE, "before": "2026-12-04", "reason": WHY},
    "proposals/no_answer": DATE,
    "proposals/reminder": {
        **DATE,
        "occasion": "soon",
        "days_left": 3,
        "unit": "working",
        "subject": {"kind": "recommendation", "id": 5, "number": "MGS-R-2026-0031", "title": RECOMMENDATION},
    },
    "proposals/recommendation": {
        "number": "MGS-R-2026-0031",
        "title": RECOMMENDATION,
        "text": {"kk": "06:00 рейсін қосу.", "ru": "Добавить рейс в 06:00.", "en": "Add a bus at 06:00."},
        "basis": {"kk": "№ 31 хаттама", "ru": "Протокол № 31", "en": "Minutes no. 31"},
        "council": CITY_COUNCIL,
        "proposals": [{name: PROPOSAL[name] for name in ("number", "title", "lang")}, OTHER],
        "due_on": "2026-12-07",
    },
    "proposals/digest": {
        "changes": [
            {**OTHER, "act": "gather", "happened_at": "2026-11-20T05:00:00+00:00"},
            {**OTHER, "act": "answer", "happened_at": "2026-11-21T19:30:00+00:00"},
        ],
    },
}
STATEMENT: Final[dict[str, Any]] = {
    "case": 214,
    "action": "remove",
    "said": "removed",
    "revision": 1,
    "clause": "insults",
    "clause_version": 1,
    "words": "Екінші сөйлем көршіні қорлайды.",
    "words_lang": "kk",
    "basis": "flags",
    "found_by_machine": False,
    "decided_by_machine": False,
    "passages": 0,
    "measures": [{"kind": "pause", "hours": 24, "until": "2026-12-02T05:00:00+00:00"}],
    "outcome": None,
    "decided_at": "2026-12-01T05:00:00+00:00",
    "appeal_until": "2026-12-31T05:00:00+00:00",
    "log_seq": 1042,
    "receipt": "7F3K927F3K92",
}
MODERATED: Final[dict[str, Any]] = {
    "case": 214,
    "comment": "abcdefghijklmnop",
    "thread": {"title": "Жаңаөзеннен таңғы автобус керек", "lang": "kk"},
    "council": CITY_COUNCIL,
    "demo": False,
}
RULE: Final = {
    "number": 2,
    "title": {"kk": "Адамды қорлау", "ru": "Оскорбление человека", "en": "Insulting a person"},
}
_ABOUT_MODERATION: Final[dict[str, dict[str, Any]]] = {
    "moderation/decision": {"statement": STATEMENT, "rule": RULE},
    "moderation/outcome": {
        "statement": STATEMENT | {"action": "keep", "said": "kept", "measures": [], "clause": "", "clause_version": 0}
    },
    "moderation/held": {"due_at": "2026-12-01T07:00:00+00:00", "basis": "flags", "receipt": "7F3K927F3K92"},
    "moderation/appeal_received": {"due_at": "2026-12-06T07:00:00+00:00", "receipt": "7F3K927F3K92"},
    "moderation/appeal_decided": {
        "role": "appellant",
        "statement": STATEMENT
        | {"action": "keep", "said": "overturned", "outcome": "overturned", "measures": [], "appeal_until": None},
    },
    "moderation/sanction": {
        "measure": {"kind": "pause", "hours": 24, "until": None},
        "receipt": "7F3K927F3K92",
    },
}
_ABOUT_COMMENTS: Final[dict[str, dict[str, Any]]] = {
    "discussion/reply": {
        "occasion": "reply",
        "by": "Бекзат Т.",
        "comment": "abcdefghijklmnop",
        "thread": "ponmlkjihgfedcba",
        "title": "Жаңаөзеннен таңғы автобус керек",
        "title_lang": "kk",
    },
}
HEARING: Final[dict[str, Any]] = {
    "slug": "tarif",
    "title": {"kk": "Жылу тарифі", "ru": "Тариф на тепло", "en": "Heating tariff"},
    "starts_at": "2026-12-10T05:00:00+00:00",
    "ends_at": "2026-12-10T07:30:00+00:00",
    "place": EVENT["place"],
    "venue": EVENT["venue"],
    "stream_url": "",
    "statements_until": "2026-12-15T18:59:00+00:00",
    "demo": False,
}
_SILENT: Final = {"kk": "", "ru": "", "en": ""}
_ABOUT_HEARINGS: Final[dict[str, dict[str, Any]]] = {
    "hearings/announced": {"short_notice": _SILENT},
    "hearings/changed": {
        "what": ["notice", "when", "where", "words", "documents", "statements", "languages"],
        "stood": {"starts_at": "2026-12-09T05:00:00+00:00", "ends_at": "2026-12-09T07:30:00+00:00"},
        "short_notice": WHY,
    },
    "hearings/cancelled": {"reason": WHY},
    "hearings/summary": {"summary": WHY},
}
_ABOUT_SITTINGS: Final[dict[str, dict[str, Any]]] = {
    "sittings/notice": {
        "occasion": "convened",
        "number": 9,
        "title": {"kk": "9-отырыс: көлік және жол", "ru": "9-е заседание: транспорт и дороги", "en": ""},
        "council": CITY_COUNCIL,
        "council_slug": "aktau",
        "starts_at": "2026-12-07T10:00:00+00:00",
        "venue": {"kk": "Облыс әкімдігі, 2-зал", "ru": "Акимат области, зал 2", "en": ""},
        "agenda": [{"kk": "Таңғы автобус", "ru": "Утренний автобус", "en": ""}],
        "short_notice": {"kk": "", "ru": "", "en": ""},
        "reason": {"kk": "", "ru": "", "en": ""},
        "demo": False,
    },
}
MINUTES: Final[dict[str, Any]] = {
    "number": "MGS-P-2026-0004",
    "title": {"kk": "№ 9 отырыстың хаттамасы", "ru": "Протокол заседания № 9", "en": "Minutes of sitting No. 9"},
    "council": CITY_COUNCIL,
}
_ABOUT_PROTOCOLS: Final[dict[str, dict[str, Any]]] = {
    "protocols/laid_open": {**MINUTES, "last": "2026-12-04"},
    "protocols/correction_decided": {**MINUTES, "accepted": True},
}
_OF_THEIR_OWN: Final = ("proposals/reminder", "proposals/recommendation", "proposals/digest")
"""Letters that are about no one submission."""
PROPOSAL_LETTERS: Final = tuple(_ABOUT_PROPOSALS)
MODERATION_LETTERS: Final = tuple(_ABOUT_MODERATION)
_APPLIED: Final = {"application": "abcdefghijklmnop", "number": 7, "pseudonym": "K7M2PQRS", "slug": "study-tour"}
_ABOUT_SELECTIONS: Final[dict[str, dict[str, Any]]] = {
    "selection/received": {**_APPLIED, "again": False, "closes_at": "2026-12-01T18:59:00+00:00"},
    "selection/withdrawn": _APPLIED,
    "selection/decision": {
        **_APPLIED,
        "outcome": "accepted",
        "place": 3,
        "expires_at": "2026-12-04T07:00:00+00:00",
        "ticket": "abcdefghijklmnop",
    },
    "selection/cancelled": {**_APPLIED, "reason": {"kk": "Боран", "ru": "Буран", "en": "Blizzard"}},
    "selection/changed": {**_APPLIED, "people": [], **_MORE["events/event_changed"]},
    "selection/postponed": {**_APPLIED, "people": [], "reason": {"kk": "Боран", "ru": "Буран", "en": "Blizzard"}},
    "selection/reviewing": {"closes_at": "2026-12-01T18:59:00+00:00"},
}
LETTERS: Final = (
    "events/registered",
    "events/already_registered",
    *_MORE,
    *_ABOUT_PROPOSALS,
    *_ABOUT_MODERATION,
    *_ABOUT_COMMENTS,
    *_ABOUT_SITTINGS,
    *_ABOUT_HEARINGS,
    *_ABOUT_PROTOCOLS,
    *_ABOUT_SELECTIONS,
)
EVENT_LETTERS: Final = tuple(letter for letter in LETTERS if letter.startswith("events/"))


def payload_of(
    letter: str, *, event: dict[str, Any] | None = None, proposal: dict[str, Any] | None = None, **facts: Any
) -> dict[str, Any]:
    """Return a letter's payload; `event` and `proposal` change facts of theirs, all else replaces what it adds."""
    if letter in _ABOUT_PROPOSALS:
        about = {} if letter in _OF_THEIR_OWN else {"proposal": PROPOSAL | (proposal or {}), "council": CITY_COUNCIL}
        return {**about, **_ABOUT_PROPOSALS[letter], **facts}
    if letter in _ABOUT_MODERATION:
        return {**MODERATED, **_ABOUT_MODERATION[letter], **facts}
    if letter in _ABOUT_SELECTIONS:
        return {"event": EVENT | (event or {}), "people": [], **_ABOUT_SELECTIONS[letter], **facts}
    if letter in _ABOUT_PROTOCOLS:
        return {**_ABOUT_PROTOCOLS[letter], **facts}
    if letter in _ABOUT_HEARINGS:
        return {"hearing": HEARING, "council": CITY_COUNCIL, **_ABOUT_HEARINGS[letter], **facts}
    if not letter.startswith("events/"):
        return {**_MORE.get(letter, {}), **_ABOUT_COMMENTS.get(letter, {}), **_ABOUT_SITTINGS.get(letter, {}), **facts}
    usual = {"ticket": "abcdefghijklmnop", "people": [SEATED], **_MORE.get(letter, {})}
    return {"event": EVENT | (event or {}), **usual, **facts}

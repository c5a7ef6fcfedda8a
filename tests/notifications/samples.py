"""Payloads as the rules write them: the facts of one event, and what each letter adds."""

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
    "demo": False,
}
SEATED: Final = {"name": "Әмина", "code": "7F3K92", "state": "seated"}
WAITING: Final = {"name": "Мадина", "code": "8G4M93", "state": "waiting"}
OFFERED: Final = {"name": "Тимур", "code": "9H5N94", "state": "offered"}

_MORE: Final[dict[str, dict[str, Any]]] = {
    "events/offer": {"seats": 2, "expires_at": "2026-12-01T07:00:00+00:00", "people": [OFFERED, WAITING]},
    "events/offer_expired": {"seats": 1, "people": []},
    "events/given_back": {"left": ["Ерлан"]},
    "events/event_changed": {
        "changes": [
            {"what": "starts_at", "before": "2026-12-10T04:00:00+00:00", "after": EVENT["starts_at"]},
            {"what": "venue", "before": {"kk": "Мектеп", "ru": "Школа", "en": "School"}, "after": EVENT["venue"]},
            {"what": "online_url", "before": "", "after": EVENT["online_url"]},
        ],
    },
    "events/event_cancelled": {"reason": {"kk": "Боран", "ru": "Буран", "en": "Blizzard"}},
    "accounts/sign_in_code": {"code": "402918", "minutes": 10},
    "notifications/test": {},
}
LETTERS: Final = ("events/registered", "events/already_registered", *_MORE)
EVENT_LETTERS: Final = tuple(letter for letter in LETTERS if letter.startswith("events/"))


def payload_of(letter: str, *, event: dict[str, Any] | None = None, **facts: Any) -> dict[str, Any]:
    """Return a letter's payload; `event` changes facts of the event, everything else replaces what the letter adds."""
    if not letter.startswith("events/"):
        return {**_MORE.get(letter, {}), **facts}
    usual = {"ticket": "abcdefghijklmnop", "people": [SEATED], **_MORE.get(letter, {})}
    return {"event": EVENT | (event or {}), **usual, **facts}

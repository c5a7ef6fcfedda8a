"""Mangystau's districts as identifiers: «Маңғыстау» is a region, a district and a village, so names are no keys."""

from __future__ import annotations

from typing import Final

from karavan.core.languages import Slots

PLACES: Final[dict[str, Slots]] = {
    "aktau": Slots("Ақтау қаласы", "город Актау", "Aktau"),
    "zhanaozen": Slots("Жаңаөзен қаласы", "город Жанаозен", "Zhanaozen"),
    "beineu": Slots("Бейнеу ауданы", "Бейнеуский район", "Beineu District"),
    "karakiya": Slots("Қарақия ауданы", "Каракиянский район", "Karakiya District"),
    "mangystau": Slots("Маңғыстау ауданы", "Мангистауский район", "Mangystau District"),
    "munaily": Slots("Мұнайлы ауданы", "Мунайлинский район", "Munaily District"),
    "tupkaragan": Slots("Түпқараған ауданы", "Тупкараганский район", "Tupkaragan District"),
    "astana": Slots("Астана қаласы", "город Астана", "Astana"),
    "online": Slots("Онлайн", "Онлайн", "Online"),
}
"""Where an event can be."""

HOME_DISTRICTS: Final = ("aktau", "zhanaozen", "beineu", "karakiya", "mangystau", "munaily", "tupkaragan")
"""Where a resident of the region lives."""

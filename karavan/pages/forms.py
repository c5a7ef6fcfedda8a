"""How a reader wants the site to look and speak on this device."""

from __future__ import annotations

from karavan.core.problems import N_
from karavan.web.forms import Form, OneOf


class AppearanceForm(Form):
    """Light, dark, or as the device says; and the language."""

    theme = OneOf(N_("Appearance"), choices={"auto": N_("As my device"), "light": N_("Light"), "dark": N_("Dark")})
    language = OneOf(N_("Language of the site"), choices={"kk": "Қазақша", "ru": "Русский", "en": "English"})

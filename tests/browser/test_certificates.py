"""Checking a certificate where there is no net: by the page alone, as whoever holds the paper would."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from flask import current_app
from playwright.sync_api import expect

from karavan.learning.keys import keys_of
from karavan.learning.signing import KIND, Keyring, Said, fragment_of, key_id, payload_of
from tests.support.walker import WITH_HTMX

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.site import Site
    from tests.support.walker import Walker

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

NAME = "Әбдірахманова Гүлбаршын Қуанышқызы"
CODE = "7F3K92ABCDEF"
KEPT = "navigator.serviceWorker.ready.then(() => Boolean(navigator.serviceWorker.controller))"


def signed(keys: Keyring, *, name: str = NAME, shown: str = "") -> str:
    """Return what stands behind the # of a certificate's code; `shown`: the name somebody put there instead."""
    payload = payload_of(
        Said(KIND, keys.key_id, CODE, name, "Оқу сапары", "2026-11-20", "2026-11-21", 720, "2026-11-23")
    )
    return fragment_of(payload.replace(name, shown or name), keys.sign(payload))


@pytest.mark.once
def test_without_a_net_the_page_tells_a_certificate_from_a_forgery(
    new_walker: Callable[..., Walker], site: Site
) -> None:
    with site.inside():
        keys = keys_of(current_app)
    strange = ec.generate_private_key(ec.SECP256R1())
    name = key_id(strange.public_key())
    stranger = Keyring(name, strange, {name: strange.public_key()})
    reader = new_walker(WITH_HTMX)
    reader.open("certificates/")
    reader.page.wait_for_function(KEPT)
    reader.watch.silence = True
    reader.page.context.set_offline(True)
    verdicts = {
        "genuine": signed(keys),
        "forged": signed(keys, shown="Тимур"),
        "unknown": signed(stranger),
        "unreadable": "A" * 200,
    }
    for verdict, text in verdicts.items():
        reader.page.goto("about:blank")  # another part behind # alone would load nothing
        reader.page.goto(f"{site.url}/{reader.way.lang}/certificates/{CODE}#{text}")
        expect(reader.page.locator(f"[data-verdict={verdict}]")).to_be_visible()
        expect(reader.page.locator("[data-verdict]:visible")).to_have_count(1)
        facts = reader.page.locator("[data-fact=name]")
        expect(facts).to_have_text(NAME) if verdict == "genuine" else expect(facts).to_be_hidden()

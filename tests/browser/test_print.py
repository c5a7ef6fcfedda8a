"""What comes out of a printer, and whether a scanner can read it from a screen."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from karavan.core.database import db
from karavan.core.languages import Slots
from karavan.proposals.models import Proposal
from tests.support.scenes import BEKZAT, FULL

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import BrowserContext, Page, StorageState

    from tests.support.browser import Watch
    from tests.support.site import Site

pytestmark = pytest.mark.browser

MM = 96 / 25.4
SHEET = (210 - 24, 297 - 24)
"""What is left of A4 within our margins, in millimetres."""
LONG = Slots(
    kk="Астанаға танысу сапары: қоғамдық кеңестердің мүшелері мен Маңғыстау облысының жас көшбасшыларына арналған",
    ru="Ознакомительная поездка в Астану для членов общественных советов и молодых лидеров Мангистауской области",
)


@pytest.fixture
def ticket(site: Site, open_window: Callable[..., tuple[BrowserContext, Watch]]) -> Callable[..., Page]:
    """The ticket of so many people, before somebody whose screen is dark."""

    def show(people: int, **options: object) -> Page:
        event = site.new_event(seats=people, title=LONG, contact_name="Бекзат Төлеген", contact_phone="+77000000002")
        context, _ = open_window(color_scheme="dark", **options)
        page = context.new_page()
        page.goto(f"/kk/{site.ticket(site.register(event, people=people))}")
        return page

    return show


def on_paper(page: Page) -> Page:
    """Show a page as it is printed on A4."""
    page.set_viewport_size({"width": round(SHEET[0] * MM), "height": round(SHEET[1] * MM)})
    page.emulate_media(media="print")
    return page


def test_a_printed_ticket_is_only_the_ticket(ticket: Callable[..., Page]) -> None:
    page = on_paper(ticket(1))
    expect(page.locator(".ticket")).to_be_visible()
    for furniture in ("header.top", "footer.bot", ".toasts", ".btn", ".noprint"):
        for one in page.locator(furniture).all():
            expect(one).to_be_hidden()
    expect(page.locator("body")).to_have_css("background-color", "rgb(255, 255, 255)")
    expect(page.locator("body")).to_have_css("color", "rgb(0, 0, 0)")


def test_two_tickets_share_a_sheet_and_none_is_cut(ticket: Callable[..., Page]) -> None:
    page = on_paper(ticket(2))
    boxes = [one.bounding_box() for one in page.locator(".ticket").all()]
    assert len(boxes) == 2
    for box in boxes:
        assert box is not None
        assert box["width"] <= SHEET[0] * MM + 1
        assert box["height"] <= SHEET[1] * MM / 2
    for one in page.locator(".ticket").all():
        expect(one).to_have_css("break-inside", "avoid")


@pytest.mark.parametrize(("people", "sheets"), [(1, 1), (2, 1), (3, 2), (4, 2)])
def test_a_household_needs_a_sheet_for_every_two(ticket: Callable[..., Page], people: int, sheets: int) -> None:
    printed = ticket(people).pdf(prefer_css_page_size=True, format="A4")
    assert len(re.findall(rb"/Type\s*/Page\b(?!s)", printed)) == sheets


@pytest.mark.parametrize("paper", [False, True], ids=["on a dark screen", "on paper"])
def test_the_qr_code_is_dark_on_white(ticket: Callable[..., Page], *, paper: bool) -> None:
    page = ticket(1)
    if paper:
        on_paper(page)
    code = page.locator(".ticket .qr")
    expect(code).to_be_in_viewport() if paper else code.scroll_into_view_if_needed()
    expect(code).to_have_css("background-color", "rgb(255, 255, 255)")
    drawing = code.locator("svg")
    box = drawing.bounding_box()
    assert box is not None
    assert min(box["width"], box["height"]) >= 40 * MM, "a scanner wants about four centimetres"
    colours = drawing.evaluate(
        "svg => [...svg.querySelectorAll('path, rect')].map(one => [getComputedStyle(one).fill, "
        "getComputedStyle(one).stroke])"
    )
    assert colours
    used = {colour for pair in colours for colour in pair} - {"none", "rgb(255, 255, 255)"}
    assert used <= {"rgb(0, 0, 0)", "rgb(15, 37, 45)"}, used


def test_a_printed_roster_has_its_names_and_no_controls(
    site: Site,
    open_window: Callable[..., tuple[BrowserContext, Watch]],
    cookies_of: Callable[[str], StorageState | None],
) -> None:
    context, _ = open_window(storage_state=cookies_of(BEKZAT))
    page = context.new_page()
    page.goto(f"/kk/desk/events/{site.event_id(FULL)}/roster")
    on_paper(page)
    for control in page.locator("main .btn, main form, main .tabs").all():
        expect(control).to_be_hidden()
    expect(page.locator("#roster table")).to_be_visible()
    expect(page.locator("#roster thead")).to_have_css("display", "table-header-group")
    box = page.locator("#roster table").bounding_box()
    assert box is not None
    assert box["x"] + box["width"] <= SHEET[0] * MM + 1, "the table runs off the sheet"


@pytest.fixture
def sheet_of(open_window: Callable[..., tuple[BrowserContext, Watch]], site: Site) -> Callable[[str], Page]:
    """A page about a proposal of which there is much to say, on paper, printed from a dark screen."""

    def show(path: str) -> Page:
        with site.inside():
            number = db.session().scalars(select(Proposal.number).where(Proposal.key == "town-bus-morning")).one()
        context, _ = open_window(color_scheme="dark")
        page = context.new_page()
        page.goto(f"/kk/proposals/{number}{path}")
        return on_paper(page)

    return show


def test_the_slip_of_a_proposal_takes_half_a_sheet_and_its_code_can_be_read(sheet_of: Callable[[str], Page]) -> None:
    page = sheet_of("/slip")
    slip = page.locator(".ticket")
    box, code = slip.bounding_box(), slip.locator(".qr svg").bounding_box()
    assert box is not None
    assert code is not None
    assert box["width"] <= SHEET[0] * MM + 1
    assert box["height"] <= SHEET[1] * MM / 2
    assert min(code["width"], code["height"]) >= 25 * MM, "a short address is read from three centimetres"
    expect(slip.locator(".qr")).to_have_css("background-color", "rgb(255, 255, 255)")
    for control in page.locator("header.top, footer.bot, .btn").all():
        expect(control).to_be_hidden()
    printed = page.pdf(prefer_css_page_size=True, format="A4")
    assert len(re.findall(rb"/Type\s*/Page\b(?!s)", printed)) == 1


def test_a_printed_proposal_has_its_answer_and_no_controls(sheet_of: Callable[[str], Page]) -> None:
    page = sheet_of("")
    expect(page.locator(".official").first).to_be_visible()
    expect(page.locator("#support-panel .num")).to_be_visible()
    for control in page.locator("main .btn, main form, main button, main .crumbs").all():
        expect(control).to_be_hidden()
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= SHEET[0] * MM + 1, "the page runs off the sheet"

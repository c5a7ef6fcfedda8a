"""What letters about submissions say, to whom, and that no stranger's title breaks out of its quotation marks."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING, Any

import pytest

from karavan.core.languages import LANGUAGES
from karavan.deadlines.models import DeadlineKind
from karavan.deadlines.queries import Occasion
from karavan.notifications.models import Channel, Letter
from karavan.notifications.proposal_letters import DATES, NEWS, OCCASIONS, STEPS, one_line, quoted
from karavan.notifications.rendering import render
from karavan.proposals.lifecycle import LIFE
from karavan.proposals.models import Act
from tests.notifications.samples import OTHER, PROPOSAL, PROPOSAL_LETTERS, WHY, payload_of
from tests.notifications.test_letters import LINK
from tests.support.hostile import case
from tests.support.settings import BASE_URL

if TYPE_CHECKING:
    from karavan.notifications.messages import Outgoing

pytestmark = [pytest.mark.usefixtures("session"), pytest.mark.once]

PAGE = f"{BASE_URL}/en/proposals/MGS-2026-00017"
NOBODY = {"kk": "", "ru": "", "en": ""}


def letter(name: str, *, lang: str = "en", channel: Channel = Channel.EMAIL, **facts: Any) -> Outgoing:
    address = "amina@example.kz" if channel == Channel.EMAIL else "+77011234501"
    name = f"proposals/{name}"
    return render(
        Letter(key="test", channel=channel, letter=name, address=address, lang=lang, payload=payload_of(name, **facts))
    )


def plain(message: Outgoing) -> str:
    return message.text.replace("\u00a0", " ")


# --- Steps ----------------------------------------------------------------------------------------------------


def test_every_line_of_the_table_that_tells_somebody_has_its_words() -> None:
    said = {(act, role) for act, roles in STEPS.items() for role in roles}
    table = {(step.act.value, told.value.rstrip("s")) for step in LIFE for told in step.told}

    assert said == table
    assert set(NEWS) == {act.value for act in Act}
    assert set(DATES) == {kind.value for kind in DeadlineKind}
    assert set(OCCASIONS) == {occasion.value for occasion in Occasion}


@pytest.mark.parametrize(("act", "role"), [(act, role) for act, roles in STEPS.items() for role in roles])
@pytest.mark.parametrize("channel", Channel)
def test_every_step_says_what_happened_why_and_what_comes_next(act: str, role: str, channel: Channel) -> None:
    message = letter("step", channel=channel, act=act, role=role, reason=WHY)
    words = STEPS[act][role]

    assert plain(message).startswith(words.said)
    assert "MGS-2026-00017" in message.text
    assert f"{'What was done' if act == 'complete' else 'Reason'}: The carrier must agree" in message.text
    assert len(re.findall(rf"{BASE_URL}/en/\S+", message.text)) == 1
    assert PAGE in message.text
    if channel == Channel.EMAIL:
        assert message.subject == f"{words.said}: MGS-2026-00017"
        assert words.then in message.text
        assert words.then in unescape(message.html)
        assert "Zhanaozen city public council" in message.text
        assert f'href="{PAGE}"' in message.html


def test_an_author_and_a_supporter_are_told_why_they_are_written_to() -> None:
    author, supporter = (letter("step", act="answer", role=role, reason=NOBODY) for role in ("author", "supporter"))

    assert "as the author of the proposal" in author.text
    assert "because you support the proposal" in supporter.text
    assert "you can object once" in author.text
    assert "object" not in supporter.text
    assert "Reason" not in author.text + author.html


def test_an_invented_submission_is_called_one() -> None:
    assert "demonstration" not in letter("step").text
    for part in (message := letter("step", proposal={"demo": True})).text, message.html:
        assert "This is a demonstration. The proposal is invented." in part


@pytest.mark.parametrize("name", PROPOSAL_LETTERS)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_nothing_is_called_a_petition_an_appeal_or_a_signature(name: str, lang: str) -> None:
    message = letter(name.removeprefix("proposals/"), lang=lang)

    assert not re.search(
        r"petition|signature|appeal|петици|подпис|апелляц|қол қо", (message.text + message.html).lower()
    )
    assert "event" not in message.text


# --- The other letters ----------------------------------------------------------------------------------------


def test_supporters_hear_of_a_new_text_and_how_to_take_support_back() -> None:
    message = letter("text_changed")

    assert message.subject == "The text of a proposal you support was changed: MGS-2026-00017"
    assert "Version of the text: 2" in message.text
    assert "take it back on the page" in message.text
    assert "«" not in message.subject  # an author could change a title into anything


def test_a_question_about_joining_names_both_and_promises_that_nothing_happens_by_itself() -> None:
    message = letter("join_asked")

    assert "Nothing is joined without your consent." in message.text
    assert f"The other proposal: {OTHER['number']}" in message.text
    assert f"“{OTHER['title']}”" in message.text
    assert "Reason: The carrier must agree" in message.text
    assert f"Read both and answer: {PAGE}" in message.text


def test_a_supporter_of_a_joined_submission_moves_her_support_herself() -> None:
    message = letter("joined")

    assert "stays where it is until you move it yourself" in message.text
    assert OTHER["number"] in message.text
    assert f"Move my support, or leave it: {PAGE}" in message.text


def test_a_moved_date_is_told_before_and_after_with_its_reason() -> None:
    message = letter("date_moved")

    assert "What it is the date of: Answer to the recommendation" in plain(message)
    assert "Date before: Friday 4 December 2026\nDate now: Monday 7 December 2026" in plain(message)
    assert "Reason: The carrier must agree" in message.text
    assert f"{BASE_URL}/en/deadlines/31" in message.text


def test_a_date_that_the_calendar_moved_says_so() -> None:
    message = letter("date_moved", reason=NOBODY)

    assert "The calendar of working days has changed" in message.text
    assert "Reason" not in message.text


def test_a_passed_date_blames_nobody() -> None:
    message = letter("no_answer", lang="en")

    assert message.subject == "No answer has been received yet: MGS-2026-00017"
    assert "By when: Monday 7 December 2026" in plain(message)
    assert not re.search(r"late|fail|refus|ignor|break|violat", message.text)
    assert letter("no_answer", kind="consideration").subject == "The date has passed: MGS-2026-00017"


@pytest.mark.parametrize(
    ("occasion", "days_left", "subject", "left"),
    [
        ("half_time", 5, "Half of the term has passed", "Time left: 5 working days"),
        ("soon", 1, "The date is near", "Time left: 1 working day\n"),
        ("last_day", 0, "Today is the last day", ""),
        ("passed", -2, "The date has passed", ""),
    ],
)
def test_a_reminder_says_what_by_when_and_why_now(occasion: str, days_left: int, subject: str, left: str) -> None:
    message = letter("reminder", occasion=occasion, days_left=days_left)

    assert message.subject == f"{subject}: Answer to the recommendation, MGS-R-2026-0031"
    assert "What is due: Answer to the recommendation\nBy when: Monday 7 December 2026" in plain(message)
    assert left in message.text
    assert ("Time left" in message.text) == bool(left)
    assert "Try a morning bus for three months" in message.text
    assert f"{BASE_URL}/en/deadlines/31" in message.text


def test_a_reminder_of_something_without_a_number_does_without() -> None:
    draft = {"kind": "recommendation", "id": 5, "number": "", "title": WHY}
    message = letter("reminder", kind="sending", subject=draft, unit="calendar", days_left=2)

    assert message.subject == "The date is near: Sending the recommendation"
    assert "Number" not in message.text
    assert "Time left: 2 calendar days" in message.text


def test_a_reminder_about_a_submission_quotes_its_title() -> None:
    about = {"kind": "proposal", **{name: PROPOSAL[name] for name in ("number", "title", "lang")}}

    assert f"“{PROPOSAL['title']}”" in letter("reminder", kind="checking", subject=about).text


def test_a_body_reads_what_is_asked_by_whom_for_whom_and_by_when() -> None:
    message = letter("recommendation", lang="en")

    assert message.subject == "A recommendation of a public council: MGS-R-2026-0031"
    for words in (
        "Try a morning bus for three months",
        "Zhanaozen city public council",
        "Answer by: Monday 7 December 2026",
        "Add a bus at 06:00.",
        "Basis: Minutes no. 31",
        f"- “{PROPOSAL['title']}”, MGS-2026-00017",
        f"- “{OTHER['title']}”, MGS-2026-00012",
        f"{BASE_URL}/en/proposals/recommendations/MGS-R-2026-0031",
    ):
        assert words in plain(message)


def test_a_digest_lists_what_is_new_day_by_day_in_aktau() -> None:
    message = letter("digest")

    assert message.subject == "2 pieces of news in what you follow"
    assert "MGS-2026-00012, 20 November 2026\nGathers support" in plain(message)
    assert "MGS-2026-00012, 22 November 2026\nThere is an answer" in plain(message)  # after midnight in Aktau
    assert f"{BASE_URL}/en/follows/" in message.text


# --- Strangers ------------------------------------------------------------------------------------------------

HOSTILE = [
    "www.evil.example",
    "Жарайды». Шотыңыз бұғатталды: evil.example «",
    "”“ Your account is blocked ”: https://evil.example",
    "<b>Ә</b><script>alert(1)</script>",
    "бір\n\nекі\nhttps://evil.example",
    "\u202ekonys\u202c evil.example",
    "%(number)s {{ number }}",
    str(case("EM-08").text),
    str(case("EM-09").text),
]
ABOUT_ONE = ["step", "text_changed", "join_asked", "joined", "date_moved", "no_answer"]


def in_pairs(text: str, opening: str, closing: str) -> int:
    """Count the lines that hold a quoted title; each has exactly one pair of marks, in order."""
    lines = [line for line in text.splitlines() if opening in line or closing in line]
    for line in lines:
        assert re.fullmatch(
            f"[^{opening}{closing}]*{opening}[^{opening}{closing}]*{closing}[^{opening}{closing}]*", line
        )
    return len(lines)


@pytest.mark.parametrize("title", HOSTILE)
@pytest.mark.parametrize("name", ABOUT_ONE)
@pytest.mark.parametrize("channel", Channel)
def test_a_hostile_title_is_text_in_quotation_marks_and_no_link(name: str, channel: Channel, title: str) -> None:
    message = letter(name, channel=channel, lang="kk", proposal={"title": title})

    for text in (message.subject, message.text, message.html):
        assert [link for link in LINK.findall(text) if "karavan.test" not in link] == []
        assert "<script" not in text or text is message.text
        assert "\u202e" not in text
    if channel == Channel.EMAIL:
        assert in_pairs(message.text, "«", "»") == (2 if name.startswith("join") else 1)
        assert "<b>" not in message.html


@pytest.mark.parametrize("title", HOSTILE)
def test_hostile_titles_are_harmless_in_letters_about_several(title: str) -> None:
    evil = OTHER | {"title": title}
    change = evil | {"act": "answer", "happened_at": "2026-11-21T05:00:00+00:00"}
    messages = [
        letter("joined", into=evil),
        letter("join_asked", into=evil),
        letter("digest", changes=[change]),
        letter("recommendation", proposals=[evil]),
        letter("reminder", subject=evil | {"kind": "proposal"}),
    ]

    for message in messages:
        for text in (message.subject, message.text, message.html):
            assert [link for link in LINK.findall(text) if "karavan.test" not in link] == []
        assert "<script" not in message.html
        assert in_pairs(message.text, "“", "”") in {1, 2}


def test_an_author_cannot_slip_a_link_into_the_reason_of_a_withdrawal() -> None:
    evil = {"kk": "Бәрі https://evil.example сайтында", "ru": "", "en": ""}
    message = letter("step", act="withdraw", role="supporter", reason=evil)

    assert [link for link in LINK.findall(message.text + message.html) if "karavan.test" not in link] == []


def test_a_title_keeps_its_words_when_it_is_quoted() -> None:
    assert quoted("«Достық» үйіне пандус", "kk") == "«'Достық' үйіне пандус»"
    assert quoted("Пандус", "en") == "“Пандус”"
    assert one_line("бір\r\nекі   үш") == "бір екі үш"
    assert one_line("\x00") == "…"

"""Appeals: once, in time, decided by somebody who took no part, with all that follows from it put right."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import insert, select, update
from sqlalchemy.exc import DatabaseError

from karavan.accounts.models import Role, RoleGrant
from karavan.core.database import db, table_of
from karavan.core.problems import NotFound, Problem
from karavan.discussion.rules.edit import edit
from karavan.discussion.rules.withdraw import withdraw
from karavan.moderation.citizen_problems import (
    AppealedAlready,
    AppealWindowOver,
    NotDecidedYet,
    NothingToAppeal,
    NotOnAppeal,
    NotThisOutcome,
    NotWorse,
    TwoForThis,
    WordsTooFew,
)
from karavan.moderation.models import (
    Action,
    Appeal,
    Case,
    CaseState,
    Decision,
    Flag,
    FlagOutcome,
    LogAction,
    LogLine,
    Outcome,
    ReceiptKind,
    Sanction,
    SanctionKind,
    Visibility,
)
from karavan.moderation.problems import CaseMoved, Conflicted, NotModerator, TookPart, WordsMissing
from karavan.moderation.rules import log
from karavan.moderation.rules.appeal import appeal, judge
from karavan.moderation.rules.cases import claim
from karavan.moderation.rules.decide import Verdict, cosign
from karavan.moderation.rules.interests import declare, end
from karavan.moderation.rules.sanctions import SanctionWish
from karavan.moderation.terms import APPEAL_HOURS, APPEAL_WINDOW
from tests.moderation.people import (
    APPEAL,
    LATER,
    WORDS,
    case_now,
    cases_about,
    code_of,
    decided,
    flagged_by,
    letters_to,
    make_reader,
    moderator,
    verdict,
)
from tests.support.civic import make_council, make_person, write
from tests.support.races import doing
from tests.support.settings import NOW
from tests.support.talk import make_case, make_comment, make_thread, make_writer, reload_comment

if TYPE_CHECKING:
    from collections.abc import Callable

    from karavan.accounts.models import Person
    from karavan.councils.models import Council
    from karavan.discussion.models import Comment

pytestmark = pytest.mark.usefixtures("session")

SOURCE = "Сен ақымақсың. Автобус керек."


class Story:
    """A comment of somebody, flagged by a reader, decided by a first moderator; a second one is there."""

    def __init__(self, action: Action = Action.REMOVE, **more: Any) -> None:
        self.council: Council = make_council()
        self.author, self.reader = make_writer(), make_reader(self.council)
        self.thread = make_thread(self.council)
        self.comment: Comment = make_comment(
            self.thread, self.author, SOURCE, now=NOW, alignment=more.pop("alignment", None)
        )
        self.first, self.second = moderator(self.council), moderator(self.council)
        given = flagged_by(self.comment, self.reader)
        self.case_id = given.case_id or 0
        self.decision = decided(self.case, self.first, action, **more)

    @property
    def case(self) -> Case:
        return case_now(self.case_id)

    @property
    def seen(self) -> Visibility:
        return reload_comment(self.comment).visibility

    def appeals(self, by: Person | None = None, *, words: str = APPEAL, now: Any = LATER) -> Appeal:
        return write(appeal, self.case_id, by_id=(by or self.author).id, words=words, lang="kk", now=now)

    def judges(
        self,
        outcome: Outcome,
        action: Action = Action.KEEP,
        *,
        by: Person | None = None,
        now: Any = LATER,
        **more: Any,
    ) -> Decision:
        facts = {"words": "Қайта қарадым."} | more
        return write(
            judge,
            self.case_id,
            outcome,
            verdict(action, **facts),
            by_id=(by or self.second).id,
            read_version=self.case.version,
            now=now,
        )

    def logged(self) -> list[LogLine]:
        session = db.session()
        session.rollback()
        found = select(LogLine).where(LogLine.case_id == self.case_id)
        return list(session.scalars(found.order_by(LogLine.seq)))


# --- Appealing ------------------------------------------------------------------------------------------------


def test_an_author_appeals_once_and_gets_a_receipt_and_a_letter() -> None:
    story = Story()
    made = story.appeals()
    assert story.appeals(words=APPEAL * 2).id == made.id
    case = story.case
    assert (case.state, case.due_at) == (CaseState.APPEALED, LATER + timedelta(hours=APPEAL_HOURS))
    assert [line.by for line in story.logged()][-1] == "author"
    assert story.logged()[-1].action == LogAction.APPEALED
    code = code_of(story.case_id, story.author, ReceiptKind.APPELLANT)
    (letter,) = letters_to(story.author, "appeal_received")
    assert letter.payload["receipt"] == code != ""
    with pytest.raises(AppealedAlready):
        story.appeals(story.reader)


def test_who_flagged_appeals_against_what_stays_and_nobody_else() -> None:
    story = Story(Action.KEEP)
    with pytest.raises(NothingToAppeal):
        story.appeals()
    with pytest.raises(NotFound):
        story.appeals(make_person())
    assert not story.appeals(story.reader).by_author


def test_who_flagged_does_not_appeal_against_a_measure() -> None:
    with pytest.raises(NothingToAppeal):
        (story := Story(Action.COVER)).appeals(story.reader)


def test_an_appeal_needs_a_decision_words_and_time() -> None:
    open_one = make_case(make_comment(make_thread(), author := make_writer(), now=NOW), now=NOW)
    with pytest.raises(NotDecidedYet):
        write(appeal, open_one.id, by_id=author.id, words=APPEAL, lang="kk", now=NOW)
    story = Story()
    with pytest.raises(WordsTooFew):
        story.appeals(words="жоқ")
    with pytest.raises(AppealWindowOver):
        story.appeals(now=NOW + APPEAL_WINDOW + timedelta(minutes=1))
    with pytest.raises(NotFound):
        write(appeal, 4711, by_id=author.id, words=APPEAL, lang="kk", now=NOW)


def test_what_a_second_moderator_has_not_signed_cannot_be_appealed_against() -> None:
    """Hazard e: the second decision is pending."""
    story = Story(alignment="against")
    assert story.case.state == CaseState.ESCALATED
    with pytest.raises(NotDecidedYet):
        story.appeals()
    signing = {"by_id": story.second.id, "agree": True, "read_version": story.case.version, "now": NOW}
    write(cosign, story.case_id, **signing)
    assert story.appeals().by_author


@pytest.mark.race
def test_two_who_appeal_at_once_make_one_appeal(at_once: Callable[..., list[Any]]) -> None:
    story = Story(Action.KEEP)
    facts = {"words": APPEAL, "lang": "kk", "now": LATER}
    press = doing(appeal, story.case_id, by_id=story.reader.id, **facts)
    made = at_once(*[press] * 6)
    assert len({one.id for one in made}) == 1
    assert len(letters_to(story.reader, "appeal_received")) == 1
    assert [line.action for line in story.logged()].count(LogAction.APPEALED) == 1


# --- Four eyes ------------------------------------------------------------------------------------------------


def test_whoever_took_part_does_not_judge() -> None:
    story = Story()
    story.appeals()
    grants = [(story.author, Problem), (story.reader, Problem), (story.first, TookPart)]
    for person, refusal in grants:
        write(_grant, person.id, story.council.organisation_id)
        with pytest.raises(refusal):
            story.judges(Outcome.UPHELD, by=person)
    with pytest.raises(NotModerator):
        story.judges(Outcome.UPHELD, by=make_person())
    with pytest.raises(NotModerator):
        story.judges(Outcome.UPHELD, by=moderator(make_council(slug="elsewhere-council")))
    assert story.case.state == CaseState.APPEALED


def _grant(session: Any, person_id: int, organisation_id: int) -> None:
    session.add(RoleGrant(person_id=person_id, role=Role.SECRETARY, organisation_id=organisation_id, granted_at=NOW))


@pytest.mark.parametrize("who", ["author", "reader", "first"])
def test_the_database_itself_refuses_a_row_of_whoever_took_part(who: str) -> None:
    story = Story()
    story.appeals()
    person_id = getattr(story, who).id
    row = {
        "case_id": story.case_id,
        "on_appeal": True,
        "revision": 1,
        "action": Action.KEEP,
        "clause": "",
        "clause_version": 0,
        "words": WORDS,
        "words_lang": "kk",
        "spans": [],
        "shown_before": Visibility.REMOVED,
        "spans_before": [],
        "outcome": Outcome.OVERTURNED,
        "found_by_machine": False,
        "decided_by_machine": False,
        "needs_cosigner": False,
        "by_id": person_id,
        "decided_at": LATER,
        "settles_at": LATER,
    }
    with pytest.raises(DatabaseError, match="took part"):
        write(lambda session: session.execute(insert(table_of(Decision)).values(row)))
    claimed = {"state": CaseState.APPEAL_CLAIMED, "claimed_by_id": person_id, "claimed_until": LATER}
    with pytest.raises(DatabaseError, match="took part"):
        write(lambda session: session.execute(update(Case).where(Case.id == story.case_id).values(claimed)))
    assert story.case.state == CaseState.APPEALED


def test_a_cosigner_does_not_judge_and_neither_does_who_lost_her_role() -> None:
    story = Story(alignment="against")
    signing = {"by_id": story.second.id, "agree": True, "read_version": story.case.version, "now": NOW}
    write(cosign, story.case_id, **signing)
    story.appeals()
    with pytest.raises(TookPart):
        story.judges(Outcome.UPHELD)
    third = moderator(story.council)
    write(claim, story.case_id, by_id=third.id, now=LATER)
    write(_lose, third.id)
    with pytest.raises(NotModerator):
        story.judges(Outcome.UPHELD, by=third)


def _lose(session: Any, person_id: int) -> None:
    session.execute(update(RoleGrant).where(RoleGrant.person_id == person_id).values(ended_at=NOW))


# --- Judging --------------------------------------------------------------------------------------------------


def test_overturned_brings_the_text_back_and_puts_everything_right() -> None:
    wish = SanctionWish(kind=SanctionKind.PAUSE, hours=12)
    story = Story(sanction=wish)
    assert story.seen == Visibility.REMOVED
    story.appeals()
    made = story.judges(Outcome.OVERTURNED)
    assert story.seen == Visibility.PUBLISHED
    assert story.case.state == CaseState.FINAL
    assert "Сен ақымақсың" in reload_comment(story.comment).html
    session = db.session()
    assert session.scalars(select(Sanction.lifted_at)).one() == LATER
    assert session.scalars(select(Flag.outcome).where(Flag.case_id == story.case_id)).one() == FlagOutcome.DISAGREED
    last = next(line for line in story.logged() if line.action == LogAction.OVERTURNED)
    assert (last.seq, last.reverses, last.by) == (made.log_seq, story.decision.log_seq, "moderator:2")
    assert log.verify(session) is None
    (letter,) = letters_to(story.author, "appeal_decided")
    assert letter.payload["statement"]["outcome"] == "overturned"
    assert len(letters_to(story.author, "sanction")) == 1
    assert letters_to(story.reader, "appeal_decided") == []


def test_upheld_changes_nothing_but_is_final_and_told() -> None:
    story = Story()
    story.appeals()
    story.judges(Outcome.UPHELD)
    assert (story.seen, story.case.state) == (Visibility.REMOVED, CaseState.FINAL)
    assert story.logged()[-1].reverses is None
    assert len(letters_to(story.author, "appeal_decided")) == 1
    with pytest.raises(NotOnAppeal):
        story.judges(Outcome.OVERTURNED)


def test_modified_takes_less_away() -> None:
    story = Story()
    story.appeals()
    story.judges(Outcome.MODIFIED, Action.COVER, spans=((0, 13),))
    assert story.seen == Visibility.REDACTED
    html = reload_comment(story.comment).html
    assert "ақымақсың" not in html
    assert "Автобус" in html


def test_a_reader_who_is_right_gets_the_text_covered_and_both_are_told() -> None:
    story = Story(Action.KEEP)
    story.appeals(story.reader)
    story.judges(Outcome.OVERTURNED, Action.COVER, spans=((0, 13),))
    assert story.seen == Visibility.REDACTED
    assert [len(letters_to(one, "appeal_decided")) for one in (story.author, story.reader)] == [1, 1]
    assert db.session().scalars(select(Flag.outcome)).one() == FlagOutcome.AGREED


@pytest.mark.parametrize(
    ("first", "outcome", "action", "more", "refusal"),
    [
        (Action.REMOVE, Outcome.OVERTURNED, Action.COVER, {}, NotThisOutcome),
        (Action.REMOVE, Outcome.MODIFIED, Action.KEEP, {}, NotThisOutcome),
        (Action.REMOVE, Outcome.MODIFIED, Action.REMOVE, {}, NotThisOutcome),
        (Action.COVER, Outcome.MODIFIED, Action.REMOVE, {}, NotWorse),
        (Action.REMOVE, Outcome.UPHELD, Action.KEEP, {"words": "  "}, WordsMissing),
    ],
)
def test_a_judgement_says_one_thing_with_a_reason(
    first: Action, outcome: Outcome, action: Action, more: dict[str, Any], refusal: type[Problem]
) -> None:
    story = Story(first)
    story.appeals()
    with pytest.raises(refusal):
        story.judges(outcome, action, **more)
    assert story.case.state == CaseState.APPEALED


def test_a_critical_comment_is_not_removed_by_one_who_judges_alone() -> None:
    story = Story(Action.KEEP, alignment="against")
    story.appeals(story.reader)
    with pytest.raises(TwoForThis):
        story.judges(Outcome.OVERTURNED, Action.REMOVE)


def test_a_sanction_that_is_over_does_not_end_the_appeal() -> None:
    """Hazard l."""
    story = Story(sanction=SanctionWish(kind=SanctionKind.PAUSE, hours=1))
    story.appeals()
    much_later = NOW + timedelta(days=2)
    story.judges(Outcome.OVERTURNED, now=much_later)
    assert db.session().scalars(select(Sanction.lifted_at)).one() == much_later
    assert letters_to(story.author, "sanction") == []  # it was over: there is nothing to tell
    assert story.seen == Visibility.PUBLISHED


def test_what_its_author_took_back_no_appeal_brings_back() -> None:
    story = Story(Action.COVER)
    story.appeals()
    write(withdraw, story.comment.id, by_id=story.author.id, now=LATER)
    story.judges(Outcome.OVERTURNED)
    assert story.seen == Visibility.WITHDRAWN
    assert story.case.state == CaseState.FINAL


def test_another_decision_about_the_same_text_still_stands() -> None:
    """Hazard e: two cases about one text; the appeal against the first does not undo the second."""
    story = Story(Action.COVER)
    flagged_by(reload_comment(story.comment), make_reader(), clause="off_topic", now=LATER)
    second = cases_about(story.comment)[1]
    decided(second, story.first, Action.REMOVE, now=LATER, clause="off_topic")
    story.appeals()
    story.judges(Outcome.OVERTURNED)
    assert story.seen == Visibility.REMOVED


def test_a_corrected_text_is_not_touched_by_a_judgement_about_the_old_one() -> None:
    story = Story(Action.COVER)
    story.appeals()
    version = reload_comment(story.comment).version
    facts = {"by_id": story.author.id, "read_version": version, "now": LATER}
    write(edit, story.comment.id, "Автобус керек.", None, **facts)
    before = story.seen
    story.judges(Outcome.OVERTURNED)
    assert story.seen == before


def test_the_second_of_two_judges_finds_it_decided() -> None:
    story = Story()
    story.appeals()
    read = story.case.version
    story.judges(Outcome.UPHELD)
    third = {"by_id": moderator(story.council).id, "read_version": read, "now": LATER}
    with pytest.raises(NotOnAppeal):
        write(judge, story.case_id, Outcome.OVERTURNED, Verdict(action=Action.KEEP, words=WORDS), **third)


def test_an_older_version_is_refused() -> None:
    story = Story()
    story.appeals()
    facts = {"by_id": story.second.id, "read_version": story.case.version - 1, "now": LATER}
    with pytest.raises(CaseMoved):
        write(judge, story.case_id, Outcome.UPHELD, Verdict(action=Action.KEEP, words=WORDS), **facts)


@pytest.mark.race
def test_judges_at_once_make_one_decision_one_line_one_letter(at_once: Callable[..., list[Any]]) -> None:
    story = Story()
    story.appeals()
    judges = [moderator(story.council) for _ in range(6)]
    facts = {"read_version": story.case.version, "now": LATER}
    ruling = Verdict(action=Action.KEEP, words=WORDS, words_lang="kk")
    outcomes = (Outcome.UPHELD, Outcome.OVERTURNED)
    acts = [
        doing(judge, story.case_id, outcomes[number % 2], ruling, by_id=one.id, **facts)
        for number, one in enumerate(judges)
    ]
    results = at_once(*acts)
    assert sum(isinstance(result, Decision) for result in results) == 1
    assert sum(line.action in (LogAction.UPHELD, LogAction.OVERTURNED) for line in story.logged()) == 1
    assert len(letters_to(story.author, "appeal_decided")) == 1


# --- Declared interests ---------------------------------------------------------------------------------------


def test_a_moderator_with_an_interest_steps_aside_and_the_log_says_so() -> None:
    story = Story()
    story.appeals()
    write(claim, story.case_id, by_id=story.second.id, now=LATER)
    facts = {"person_id": story.second.id, "note": "Тасымалдаушы — менің інім", "now": LATER}
    first = write(declare, story.thread.id, **facts)
    assert write(declare, story.thread.id, **facts).id == first.id
    case = story.case
    assert (case.state, case.claimed_by_id) == (CaseState.APPEALED, None)
    with pytest.raises(Conflicted):
        story.judges(Outcome.UPHELD)
    recused = select(LogLine).where(LogLine.action == LogAction.RECUSED)
    (line,) = db.session().scalars(recused).all()
    assert (line.by, line.words, line.facts) == ("moderator:2", "", {"released": 1})
    write(end, first.id, person_id=story.second.id, now=LATER)
    with pytest.raises(TookPart):
        story.judges(Outcome.UPHELD)  # what was open when she had it stays with the others
    with pytest.raises(NotFound):
        write(end, first.id, person_id=story.first.id, now=LATER)


def test_only_moderators_declare_interests() -> None:
    story = Story()
    with pytest.raises(NotModerator):
        write(declare, story.thread.id, person_id=make_person().id, note="", now=NOW)
    with pytest.raises(NotFound):
        write(declare, 4711, person_id=story.second.id, note="", now=NOW)

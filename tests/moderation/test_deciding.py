"""What moderators may decide, what they must give for it, and what follows in the same moment."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select, update

from karavan.core.database import db, transact as write
from karavan.moderation import pieces
from karavan.moderation.models import (
    Action,
    Alias,
    Case,
    CasePart,
    CaseState,
    Decision,
    Flag,
    FlagOutcome,
    LogAction,
    Origin,
    Part,
    Receipt,
    Sanction,
    SanctionKind,
    Visibility,
)
from karavan.moderation.problems import (
    CaseMoved,
    ClaimedByAnother,
    Conflicted,
    DurationMissing,
    EverythingCovered,
    NothingCovered,
    NothingToSanction,
    NotModerator,
    NotYours,
    OutsideText,
    OwnCase,
    RuleMissing,
    TextMoved,
    TookPart,
    TooLate,
    WordsMissing,
)
from karavan.moderation.queries import Standing, overdue, standing, statement_of, tombs
from karavan.moderation.rules.cases import claim, expire, open_case, release, text_moved, void
from karavan.moderation.rules.decide import Verdict, cosign, sound_spans, undo
from karavan.moderation.rules.sanctions import SanctionWish
from karavan.moderation.terms import GRACE, LEASE
from karavan.notifications.models import Letter, LetterState
from tests.support.moderators import (
    COVER,
    KEEP,
    REMOVE,
    TEXT,
    Room,
    current,
    declare_interest,
    end_roles,
    judge,
    letters_of,
    lines,
    plain_flag,
    refused,
    said,
    seen,
)
from tests.support.settings import NOW
from tests.support.talk import make_writer

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


@pytest.fixture
def room(session: Session) -> Room:
    return Room()


def with_sanction(kind: SanctionKind, hours: int = 0, verdict: Verdict = REMOVE) -> Verdict:
    return Verdict(
        action=verdict.action,
        clause=verdict.clause,
        words=verdict.words,
        words_lang=verdict.words_lang,
        spans=verdict.spans,
        sanction=SanctionWish(kind, hours),
    )


def critical(room: Room, **more: Any) -> Any:
    from karavan.discussion.models import Alignment  # noqa: PLC0415 -- only here

    return room.case(room.comment(alignment=Alignment.AGAINST), **more)


# --- One decision ----------------------------------------------------------------------------------------


def test_removing_leaves_a_tombstone_with_rule_reason_and_log_number(room: Room) -> None:
    case = room.case()
    decision = judge(case, REMOVE, room.one)
    comment = seen(case.comment_id)
    assert (comment.visibility, comment.html, comment.text) == (Visibility.REMOVED, "", "")
    assert current(case).state == CaseState.DECIDED
    (line,) = lines(case)
    assert (line.action, line.clause, line.clause_version, line.words) == (
        LogAction.REMOVED,
        "insults",
        1,
        REMOVE.words,
    )
    assert (line.by, line.seq, line.automated, line.basis) == ("moderator:1", decision.log_seq, False, "moderator")
    tomb = tombs(db.session(), [case.comment_id], NOW)[case.comment_id]
    assert (tomb.clause, tomb.words, tomb.log_seq, tomb.appeal) == ("insults", REMOVE.words, line.seq, "open")
    assert "ақымақ" not in repr(line.__dict__) + repr(tomb)
    assert letters_of(room.author) == ["moderation/decision"]


def test_covering_hides_what_was_chosen_and_leaves_the_rest(room: Room) -> None:
    case = room.case()
    judge(case, COVER, room.one)
    comment = seen(case.comment_id)
    assert comment.visibility == Visibility.REDACTED
    assert "ақымақ" not in comment.html + comment.text
    assert "бос сөз" in comment.html
    assert lines(case)[0].facts["passages"] == 1


def test_keeping_publishes_what_waited_and_tells_whoever_flagged(room: Room) -> None:
    case, reporter = room.case(held=True, origin=Origin.FLAGS), make_writer()
    plain_flag(case, reporter.id)
    assert seen(case.comment_id).visibility == Visibility.HELD
    judge(case, KEEP, room.one)
    assert seen(case.comment_id).visibility == Visibility.PUBLISHED
    assert db.session().scalars(select(Flag.outcome)).all() == [FlagOutcome.DISAGREED]
    assert said(case) == [LogAction.HELD, LogAction.KEPT]
    assert letters_of(reporter) == ["moderation/outcome"]


def test_a_measure_against_the_text_agrees_with_whoever_flagged_it(room: Room) -> None:
    case, reporter = room.case(origin=Origin.FLAGS), make_writer()
    plain_flag(case, reporter.id)
    judge(case, COVER, room.one)
    assert db.session().scalars(select(Flag.outcome)).all() == [FlagOutcome.AGREED]


def test_one_statement_feeds_letter_log_and_tombstone(room: Room) -> None:
    case = room.case()
    decision = judge(case, with_sanction(SanctionKind.SLOW, 12), room.one)
    statement = statement_of(db.session(), db.session().get_one(Decision, decision.id))
    letter = db.session().scalars(select(Letter).where(Letter.letter == "moderation/decision")).one()
    line = lines(case)[0]
    assert letter.payload["statement"] | {"receipt": ""} == statement.plain()
    assert letter.next_try_at == NOW + GRACE
    assert letter.payload["statement"]["receipt"] in db.session().scalars(select(Receipt.code)).all()
    assert {name: getattr(line, name) for name in ("clause", "clause_version", "words", "words_lang")} == {
        name: value for name, value in statement.line().items() if name.startswith(("clause", "words"))
    }
    assert statement.measures[0].hours == 12
    assert statement.appeal_until == NOW + timedelta(days=30)


@pytest.mark.parametrize(
    ("verdict", "problem"),
    [
        (Verdict(action=Action.REMOVE, words="Себебі"), RuleMissing),
        (Verdict(action=Action.REMOVE, clause="no_such_rule", words="Себебі"), RuleMissing),
        (Verdict(action=Action.REMOVE, clause="insults", words=" \n"), WordsMissing),
        (Verdict(action=Action.COVER, clause="insults", words="Себебі"), NothingCovered),
        (Verdict(action=Action.COVER, clause="insults", words="Себебі", spans=((3, 4),)), NothingCovered),
        (Verdict(action=Action.COVER, clause="insults", words="Себебі", spans=((5, 5),)), OutsideText),
        (Verdict(action=Action.COVER, clause="insults", words="Себебі", spans=((-1, 5),)), OutsideText),
        (Verdict(action=Action.COVER, clause="insults", words="Себебі", spans=((5, 9000),)), OutsideText),
        (Verdict(action=Action.COVER, clause="insults", words="Себебі", spans=((0, 18), (19, 38))), EverythingCovered),
        (Verdict(action=Action.KEEP, sanction=SanctionWish(SanctionKind.NOTE)), NothingToSanction),
        (with_sanction(SanctionKind.PAUSE), DurationMissing),
        (with_sanction(SanctionKind.PAUSE, 100_000), DurationMissing),
    ],
)
def test_what_a_measure_needs_is_asked_for(room: Room, verdict: Verdict, problem: Any) -> None:
    case = room.case(room.comment(TEXT))
    refused(problem, judge, case, verdict, room.one)


def test_passages_are_merged_and_never_part_a_letter_from_its_marks() -> None:
    assert sound_spans([(5, 9), (0, 2), (7, 12), (2, 3)], "x" * 20) == ((0, 3), (5, 12))
    assert sound_spans([(0, 1)], "e\u0301!") == ((0, 2),)
    assert sound_spans([(1, 2)], "e\u0301!") == ((0, 2),)
    family = "\U0001f469\u200d\U0001f467\U0001f3fb"
    assert sound_spans([(1, 2)], "a" + family + "b") == ((1, 5),)


def test_a_covered_text_that_is_flagged_again_and_kept_stays_covered(room: Room) -> None:
    case = room.case()
    judge(case, COVER, room.one)
    again = room.case(seen(case.comment_id), Origin.FLAGS)
    judge(again, KEEP, room.two)
    assert seen(case.comment_id).visibility == Visibility.REDACTED
    assert "ақымақ" not in seen(case.comment_id).html
    assert tombs(db.session(), [case.comment_id])[case.comment_id].case_id == case.id
    third = room.case(seen(case.comment_id), Origin.FLAGS)
    other = Verdict(action=Action.COVER, clause="off_topic", words="Тақырыптан тыс", spans=((0, 3),))
    assert judge(third, other, room.two).spans == [[0, 3], [19, 32]]


@pytest.mark.parametrize("first", [COVER, REMOVE])
def test_a_corrected_text_is_read_by_a_moderator_and_shown(room: Room, first: Verdict) -> None:
    from karavan.discussion.rules.edit import edit  # noqa: PLC0415 -- only here

    case = room.case()
    judge(case, first, room.one)
    before = seen(case.comment_id)
    facts = {"by_id": room.author.id, "read_version": before.version, "now": NOW}
    write(edit, case.comment_id, "Бұл жауап бос сөз, ештеңе істелмеген.", None, **facts)
    assert seen(case.comment_id).html == before.html
    again = db.session().scalars(select(Case).order_by(Case.id.desc())).first()
    assert again is not None
    assert again.revision == case.revision + 1
    judge(again, KEEP, room.two)
    assert seen(case.comment_id).visibility == Visibility.PUBLISHED
    assert "ештеңе" in seen(case.comment_id).html
    assert tombs(db.session(), [case.comment_id]) == {}
    write(undo, again.id, by_id=room.two, now=NOW)
    assert "ештеңе" not in seen(case.comment_id).html, "nobody has decided about the new text"


def test_new_facts_bring_back_what_was_removed(room: Room) -> None:
    case = room.case()
    judge(case, REMOVE, room.one)
    again = room.case(seen(case.comment_id), Origin.NEW_FACTS)
    judge(again, KEEP, room.two)
    assert seen(case.comment_id).visibility == Visibility.REMOVED
    write(cosign, again.id, by_id=room.three, agree=True, read_version=2, now=NOW)
    assert seen(case.comment_id).visibility == Visibility.PUBLISHED
    assert tombs(db.session(), [case.comment_id]) == {}


# --- Who may ----------------------------------------------------------------------------------------------


def test_nobody_decides_in_her_own_case(room: Room) -> None:
    case, own = room.case(), room.one
    write(lambda session: session.execute(update(type(case)).values(author_id=own)))
    refused(OwnCase, judge, case, KEEP, own)
    plain_flag(case, room.two)
    refused(OwnCase, judge, case, KEEP, room.two)
    refused(OwnCase, write, claim, case.id, by_id=room.two, now=NOW)


def test_a_declared_interest_keeps_a_moderator_out(room: Room) -> None:
    case = room.case()
    write(claim, case.id, by_id=room.one, now=NOW)
    declare_interest(room.one, room.thread.id)
    refused(Conflicted, judge, case, KEEP, room.one)


def test_somebody_from_elsewhere_and_a_resident_are_refused(room: Room) -> None:
    case = room.case()
    refused(NotModerator, judge, case, KEEP, room.author.id)
    refused(NotModerator, judge, case, KEEP, make_writer().id)


def test_moderators_have_numbers_that_stay(room: Room) -> None:
    first, second = room.case(), room.case()
    judge(first, KEEP, room.two)
    judge(second, KEEP, room.one)
    judge(room.case(), KEEP, room.two)
    numbers = db.session().execute(select(Alias.person_id, Alias.number).order_by(Alias.number)).all()
    assert [tuple(row) for row in numbers] == [(room.two, 1), (room.one, 2)]


# --- Claims -----------------------------------------------------------------------------------------------


def test_a_claim_keeps_others_out_for_ten_minutes(room: Room) -> None:
    case = room.case()
    write(claim, case.id, by_id=room.one, now=NOW)
    told = refused(ClaimedByAnother, judge, case, KEEP, room.two)
    assert isinstance(told, ClaimedByAnother)
    assert (told.by, told.until) == ("moderator:1", NOW + LEASE)
    refused(ClaimedByAnother, write, claim, case.id, by_id=room.two, now=NOW)
    write(claim, case.id, by_id=room.one, now=NOW + 5 * MINUTE)
    refused(ClaimedByAnother, write, claim, case.id, by_id=room.two, now=NOW + 12 * MINUTE)
    taken = write(claim, case.id, by_id=room.two, now=NOW + 16 * MINUTE)
    assert taken.claimed_by_id == room.two


def test_a_case_given_back_is_free(room: Room) -> None:
    case = room.case()
    write(claim, case.id, by_id=room.one, now=NOW)
    write(release, case.id, by_id=room.two, now=NOW)
    assert current(case).state == CaseState.CLAIMED
    for _ in range(2):
        assert write(release, case.id, by_id=room.one, now=NOW).state == CaseState.OPEN
    judge(case, KEEP, room.two)


# --- The hazards ------------------------------------------------------------------------------------------


def test_hazard_a_the_second_moderator_learns_that_it_is_decided(room: Room) -> None:
    case = room.case()
    judge(case, REMOVE, room.one)
    refused(CaseMoved, judge, case, KEEP, room.two)


def test_hazard_b_a_text_that_was_changed_has_to_be_read_again(room: Room) -> None:
    case = room.case()

    def edit(session: Session) -> None:
        pieces.keeper().take(session, case.comment_id)
        text_moved(session, case.comment_id, case.revision + 1, now=NOW)

    write(edit)
    refused(CaseMoved, judge, case, REMOVE, room.one)
    refused(TextMoved, judge, case, REMOVE, room.one, read_revision=case.revision + 1)


def test_hazard_c_what_its_author_withdraws_is_decided_by_nobody(room: Room) -> None:
    case = room.case()
    plain_flag(case, make_writer().id)
    write(claim, case.id, by_id=room.one, now=NOW)

    def withdraw(session: Session) -> None:
        pieces.keeper().take(session, case.comment_id)
        pieces.keeper().show(session, case.comment_id, Visibility.WITHDRAWN, now=NOW)
        void(session, case.comment_id, now=NOW)

    write(withdraw)
    refused(CaseMoved, judge, case, REMOVE, room.one)
    assert current(case).state == CaseState.VOID
    assert seen(case.comment_id).visibility == Visibility.WITHDRAWN
    assert db.session().scalars(select(Flag.outcome)).all() == [FlagOutcome.VOID]
    conduct = room.case(seen(case.comment_id))
    judge(conduct, with_sanction(SanctionKind.NOTE), room.one)
    assert seen(case.comment_id).visibility == Visibility.WITHDRAWN


def test_hazard_d_what_is_flagged_after_a_decision_is_another_case(room: Room) -> None:
    case = room.case()
    judge(case, KEEP, room.one)
    again = room.case(seen(case.comment_id), Origin.FLAGS, held=True)
    assert again.id != case.id
    assert seen(case.comment_id).visibility == Visibility.PUBLISHED, "a person has read it: no machine holds it"


def test_hazard_f_a_case_goes_on_when_its_thread_is_closed(room: Room) -> None:
    case = room.case()

    def close(session: Session) -> None:
        from karavan.discussion.models import Thread  # noqa: PLC0415 -- only here

        session.execute(update(Thread).values(closed_at=NOW))

    write(close)
    judge(case, REMOVE, room.one)
    assert seen(case.comment_id).visibility == Visibility.REMOVED


def test_hazard_g_whoever_loses_her_role_decides_no_more(room: Room) -> None:
    case = room.case()
    write(claim, case.id, by_id=room.one, now=NOW)
    end_roles(room.one)
    refused(NotModerator, judge, case, REMOVE, room.one)
    refused(NotModerator, write, claim, case.id, by_id=room.one, now=NOW)


def test_hazard_h_a_lease_that_ran_out_costs_nobody_her_typing(room: Room) -> None:
    case = room.case()
    read = write(claim, case.id, by_id=room.one, now=NOW)
    assert write(expire, case.id, now=NOW + LEASE) == 1
    assert current(case).state == CaseState.OPEN
    judge(read, REMOVE, room.one, now=NOW + LEASE + MINUTE)


def test_hazard_h_unless_somebody_else_has_claimed_it_meanwhile(room: Room) -> None:
    case = room.case()
    read = write(claim, case.id, by_id=room.one, now=NOW)
    write(claim, case.id, by_id=room.two, now=NOW + LEASE)
    refused(ClaimedByAnother, judge, read, REMOVE, room.one, now=NOW + LEASE + MINUTE)


def test_hazard_i_the_same_sent_again_is_answered_with_the_first(room: Room) -> None:
    case = room.case()
    first = judge(case, REMOVE, room.one)
    assert judge(case, REMOVE, room.one).id == first.id
    assert judge(case, REMOVE, room.one, now=NOW + DAY).id == first.id
    refused(CaseMoved, judge, case, COVER, room.one)
    assert said(case) == [LogAction.REMOVED]
    assert letters_of(room.author) == ["moderation/decision"]


def test_hazard_i_a_proposal_sent_again_too(room: Room) -> None:
    case = critical(room)
    first = judge(case, REMOVE, room.one)
    assert judge(case, REMOVE, room.one).id == first.id
    assert said(case) == [LogAction.PROPOSED]


def test_hazard_m_a_machine_holds_nothing_a_person_has_approved(room: Room) -> None:
    case = room.case(origin=Origin.ROUTINE)
    judge(case, KEEP, room.one)
    room.case(seen(case.comment_id), Origin.FILTER, held=True)
    assert seen(case.comment_id).visibility == Visibility.PUBLISHED
    held = room.case(origin=Origin.FILTER, held=True)
    assert seen(held.comment_id).visibility == Visibility.HELD
    judge(held, KEEP, room.one)
    assert seen(held.comment_id).visibility == Visibility.PUBLISHED
    assert said(held) == [LogAction.HELD, LogAction.KEPT]


# --- Two signatures ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("why", ["closure", "two_days", "state_request", "critical"])
def test_what_weighs_heavily_needs_a_second_moderator(room: Room, why: str) -> None:
    case = {
        "critical": lambda: critical(room),
        "state_request": lambda: room.case(origin=Origin.STATE_REQUEST),
    }.get(why, room.case)()
    verdict = {
        "closure": with_sanction(SanctionKind.CLOSURE),
        "two_days": with_sanction(SanctionKind.PAUSE, 48),
    }.get(why, REMOVE)
    decision = judge(case, verdict, room.one)
    assert current(case).state == CaseState.ESCALATED
    assert tombs(db.session(), [case.comment_id])[case.comment_id].words == ""
    assert seen(case.comment_id).visibility == Visibility.HELD
    assert letters_of(room.author) == []
    assert standing(db.session(), room.author.id, room.organisation_id, NOW) == Standing()
    refused(TookPart, write, cosign, case.id, by_id=room.one, agree=True, read_version=2, now=NOW)
    signed = write(cosign, case.id, by_id=room.two, agree=True, read_version=2, now=NOW + MINUTE)
    assert (signed.id, signed.cosigner_id) == (decision.id, room.two)
    assert write(cosign, case.id, by_id=room.two, agree=True, read_version=2, now=NOW + MINUTE).id == decision.id
    assert seen(case.comment_id).visibility == Visibility.REMOVED
    proposed, decided = lines(case)[:2]
    assert (proposed.action, proposed.by) == (LogAction.PROPOSED, "moderator:1")
    assert (decided.action, decided.by, decided.facts["proposed"]) == (LogAction.REMOVED, "second:2", proposed.seq)
    assert letters_of(room.author) == ["moderation/decision"]
    parts = {(row.person_id, row.part) for row in db.session().scalars(select(CasePart))}
    assert {(room.one, Part.DECIDER), (room.two, Part.COSIGNER), (room.author.id, Part.AUTHOR)} <= parts


def test_what_the_second_refuses_is_as_it_was_before(room: Room) -> None:
    case = critical(room)
    html = seen(case.comment_id).html
    judge(case, with_sanction(SanctionKind.CLOSURE), room.one)
    refused(WordsMissing, write, cosign, case.id, by_id=room.two, agree=False, read_version=2, now=NOW)
    write(cosign, case.id, by_id=room.two, agree=False, words="Сын ғана", read_version=2, now=NOW)
    assert current(case).state == CaseState.OPEN
    assert (seen(case.comment_id).visibility, seen(case.comment_id).html) == (Visibility.PUBLISHED, html)
    assert said(case) == [LogAction.PROPOSED, LogAction.REFUSED]
    assert lines(case)[1].reverses == lines(case)[0].seq
    assert db.session().scalars(select(Sanction.lifted_at)).all() == [NOW]
    refused(CaseMoved, write, cosign, case.id, by_id=room.three, agree=True, read_version=2, now=NOW)
    judge(current(case), COVER, room.two)


def test_a_proposal_nobody_signs_lapses(room: Room) -> None:
    case = critical(room)
    judge(case, REMOVE, room.one)
    assert write(expire, case.id, now=NOW + 23 * timedelta(hours=1)) == 0
    assert write(expire, case.id, now=NOW + DAY) == 1
    assert write(expire, case.id, now=NOW + DAY) == 0
    assert current(case).state == CaseState.OPEN
    assert seen(case.comment_id).visibility == Visibility.PUBLISHED
    assert said(case) == [LogAction.PROPOSED, LogAction.UNDONE]


def test_a_text_not_published_yet_gets_no_stub_while_a_second_is_awaited(session: Session) -> None:
    from karavan.moderation.models import Mode  # noqa: PLC0415 -- only here

    room = Room(mode=Mode.BEFORE)
    case = critical(room)
    assert seen(case.comment_id).visibility == Visibility.PENDING
    judge(case, REMOVE, room.one)
    assert seen(case.comment_id).visibility == Visibility.PENDING
    write(cosign, case.id, by_id=room.two, agree=True, read_version=2, now=NOW)
    assert seen(case.comment_id).visibility == Visibility.REMOVED


# --- Undoing ----------------------------------------------------------------------------------------------


def test_what_was_pressed_by_mistake_is_undone_before_anybody_is_told(room: Room) -> None:
    case, reporter = room.case(), make_writer()
    plain_flag(case, reporter.id)
    html = seen(case.comment_id).html
    decision = judge(case, with_sanction(SanctionKind.PAUSE, 24), room.one)
    assert standing(db.session(), room.author.id, room.organisation_id, NOW).paused_until == NOW + DAY
    refused(NotYours, write, undo, case.id, by_id=room.two, now=NOW)
    undone = write(undo, case.id, by_id=room.one, now=NOW + GRACE / 2)
    assert (undone.state, undone.claimed_by_id, undone.closed_at) == (CaseState.CLAIMED, room.one, None)
    assert (seen(case.comment_id).visibility, seen(case.comment_id).html) == (Visibility.PUBLISHED, html)
    assert letters_of(room.author) == letters_of(reporter) == []
    assert standing(db.session(), room.author.id, room.organisation_id, NOW) == Standing()
    assert db.session().scalars(select(Flag.outcome)).all() == [None]
    removed, sanctioned, reversal, lifted = lines(case)
    assert (reversal.action, reversal.reverses) == (LogAction.UNDONE, removed.seq)
    assert (lifted.action, lifted.reverses) == (LogAction.SANCTION_LIFTED, sanctioned.seq)
    again = judge(undone, COVER, room.one, now=NOW + GRACE)
    assert again.id != decision.id
    assert letters_of(room.author) == ["moderation/decision"]


def test_after_the_grace_or_once_a_letter_is_being_sent_it_is_too_late(room: Room) -> None:
    case = room.case()
    judge(case, REMOVE, room.one)
    refused(TooLate, write, undo, case.id, by_id=room.one, now=NOW + GRACE)
    sending = update(Letter).where(Letter.letter == "moderation/decision").values(state=LetterState.SENDING)
    write(lambda session: session.execute(sending))
    refused(TooLate, write, undo, case.id, by_id=room.one, now=NOW)


def test_what_somebody_has_flagged_since_is_not_undone(room: Room) -> None:
    case = room.case()
    judge(case, KEEP, room.one)
    later = room.case(seen(case.comment_id), Origin.FLAGS)
    refused(CaseMoved, write, undo, case.id, by_id=room.one, now=NOW)
    judge(later, REMOVE, room.two)
    refused(CaseMoved, write, undo, case.id, by_id=room.one, now=NOW)


def test_undoing_covers_again_what_was_covered(room: Room) -> None:
    case = room.case()
    judge(case, COVER, room.one)
    html = seen(case.comment_id).html
    again = room.case(seen(case.comment_id))
    judge(again, REMOVE, room.one)
    write(undo, again.id, by_id=room.one, now=NOW)
    assert (seen(case.comment_id).visibility, seen(case.comment_id).html) == (Visibility.REDACTED, html)


def test_undoing_does_not_bring_back_what_was_withdrawn(room: Room) -> None:
    case = room.case()
    judge(case, REMOVE, room.one)

    def withdraw(session: Session) -> None:
        pieces.keeper().take(session, case.comment_id)
        pieces.keeper().show(session, case.comment_id, Visibility.WITHDRAWN, now=NOW)

    write(withdraw)
    write(undo, case.id, by_id=room.one, now=NOW)
    assert seen(case.comment_id).visibility == Visibility.WITHDRAWN


# --- The clock --------------------------------------------------------------------------------------------


def test_a_machines_hold_ends_by_itself_and_the_case_goes_on(room: Room) -> None:
    case = room.case(origin=Origin.FILTER, held=True, clause="insults")
    comment = seen(case.comment_id)
    assert (comment.visibility, comment.held_until) == (Visibility.HELD, NOW + DAY)
    assert letters_of(room.author) == ["moderation/held"]
    assert write(expire, case.id, now=NOW + DAY - MINUTE) == 0
    assert write(expire, case.id, now=NOW + DAY) == 1
    assert write(expire, case.id, now=NOW + DAY) == 0
    assert seen(case.comment_id).visibility == Visibility.PUBLISHED
    held, released = lines(case)
    assert (held.by, held.automated, held.clause) == ("machine", True, "insults")
    assert (released.action, released.by, released.reverses) == (LogAction.RELEASED, "clock", held.seq)
    assert current(case).state == CaseState.OPEN
    room.case(seen(case.comment_id), Origin.FLAGS, held=True)
    assert seen(case.comment_id).visibility == Visibility.PUBLISHED, "a text is held at most once"
    judge(current(case), REMOVE, room.one, now=NOW + 2 * DAY)


def test_a_text_waiting_too_long_for_publication_is_counted_in_public(session: Session) -> None:
    from karavan.moderation.models import Mode  # noqa: PLC0415 -- only here

    room = Room(mode=Mode.BEFORE)
    case = room.case()
    assert overdue(session, room.organisation_id, NOW) == 0
    assert [write(expire, case.id, now=NOW + days * DAY) for days in (1, 1, 2)] == [1, 0, 0]
    assert seen(case.comment_id).visibility == Visibility.PENDING
    assert said(case) == [LogAction.OVERDUE]
    assert overdue(db.session(), room.organisation_id, NOW + DAY) == 1
    judge(current(case), KEEP, room.one, now=NOW + DAY)
    assert overdue(db.session(), room.organisation_id, NOW + DAY) == 0


def test_the_round_settles_what_is_due_and_nothing_twice(room: Room, clock: Any) -> None:
    from karavan.moderation.tasks import settle_cases  # noqa: PLC0415 -- only here

    held, claimed = room.case(origin=Origin.FILTER, held=True), room.case()
    write(claim, claimed.id, by_id=room.one, now=NOW)
    assert settle_cases() == 0
    clock.shift(LEASE)
    assert settle_cases() == 1
    clock.shift(DAY)
    assert settle_cases() == 2
    assert settle_cases() == 0
    assert said() == [LogAction.HELD, LogAction.RELEASED, LogAction.OVERDUE]
    assert current(held).state == current(claimed).state == CaseState.OPEN


def test_a_proposal_about_a_text_that_was_changed_lapses_and_the_text_stays_held(room: Room) -> None:
    case = critical(room)
    judge(case, REMOVE, room.one)

    def edit(session: Session) -> None:
        pieces.keeper().take(session, case.comment_id)
        text_moved(session, case.comment_id, case.revision + 1, now=NOW)

    write(edit)
    assert (current(case).state, current(case).held) == (CaseState.OPEN, True)
    assert said(case) == [LogAction.PROPOSED, LogAction.UNDONE]
    write(expire, case.id, now=NOW + DAY)
    assert seen(case.comment_id).visibility == Visibility.PUBLISHED


# --- Cases and measures -----------------------------------------------------------------------------------


def test_there_is_one_open_case_for_a_text_and_it_gains_marks(room: Room) -> None:
    comment = room.comment()
    mark = {"start": 0, "end": 3, "why": "word", "clause": "insults"}
    first = room.case(comment, Origin.ROUTINE)
    second = room.case(comment, Origin.FILTER, marks=[mark])
    third = room.case(comment, Origin.FILTER, marks=[mark])
    assert first.id == second.id == third.id
    assert (third.marks, third.origin, third.version) == ([mark], Origin.ROUTINE, 1)
    decision = judge(third, REMOVE, room.one)
    assert decision.found_by_machine
    assert not decision.decided_by_machine
    assert lines(third)[0].facts["found_by_machine"] is True


def test_a_moderator_opens_no_case_about_her_own_text(room: Room) -> None:
    comment = room.comment()

    def opened(session: Session) -> None:
        piece = pieces.keeper().take(session, comment.id)
        open_case(session, piece, Origin.MODERATOR, now=NOW, by_id=room.author.id)

    refused(NotModerator, write, opened)


@pytest.mark.parametrize(
    ("kind", "hours", "meaning"),
    [
        (SanctionKind.NOTE, 0, {}),
        (SanctionKind.SLOW, 12, {"slow_seconds": 1800}),
        (SanctionKind.PREMODERATION, 24, {"premoderated": True}),
        (SanctionKind.PAUSE, 24, {"paused_until": NOW + DAY}),
    ],
)
def test_a_measure_means_what_it_says_and_ends_by_itself(
    room: Room, kind: SanctionKind, hours: int, meaning: dict[str, Any]
) -> None:
    judge(room.case(), with_sanction(kind, hours), room.one)
    told = standing(db.session(), room.author.id, room.organisation_id, NOW)
    assert told == Standing(**meaning)
    assert standing(db.session(), room.author.id, room.organisation_id, NOW + DAY) == Standing()
    assert said()[-1] == LogAction.SANCTIONED


def test_a_closure_holds_everywhere_and_names_two(room: Room) -> None:
    case = room.case()
    judge(case, with_sanction(SanctionKind.CLOSURE), room.one)
    write(cosign, case.id, by_id=room.two, agree=True, read_version=2, now=NOW)
    assert standing(db.session(), room.author.id, room.organisation_id + 1, NOW + 99 * DAY).closed
    sanction = db.session().scalars(select(Sanction)).one()
    assert (sanction.by_id, sanction.cosigner_id, sanction.heavy) == (room.one, room.two, True)
    assert db.session().scalars(select(func.count()).select_from(Decision)).one() == 1

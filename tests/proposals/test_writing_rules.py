"""Handing in: one number for each, whatever is pressed; texts through time; drafts that last thirty days."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from karavan.core.problems import NotFound
from karavan.core.tokens import new_public_id
from karavan.notifications.models import Letter
from karavan.proposals.models import Draft, Proposal, Revision, State
from karavan.proposals.problems import (
    ChangedMeanwhile,
    DayLimit,
    DraftIsGone,
    NothingChanged,
    NotOpenToEdits,
    NotYours,
)
from karavan.proposals.rules.tidy import forget_old_drafts
from karavan.proposals.rules.write import A_DAY, Words, edit, save_draft, submit
from karavan.record.models import RecordEntry, Verb
from tests.support.civic import make_council, make_person, make_proposal, reload_proposal, submission, write
from tests.support.settings import NOW

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

NEW = Words(title="Жаңаөзеннен екі автобус керек", problem="Автобус аз.", solution="Екі рейс қосу керек.")


def test_numbers_go_up_one_by_one(session: Session) -> None:
    council = make_council()
    numbers = [make_proposal(council).number for _ in range(3)]
    assert numbers == ["MGS-2026-00001", "MGS-2026-00002", "MGS-2026-00003"]


def test_the_same_draft_sent_again_is_the_same_submission_and_leaves_no_gap(session: Session) -> None:
    council, author = make_council(), make_person()
    wish = submission(council)
    first, again = (write(submit, wish, author_id=author.id, now=NOW) for _ in range(2))
    assert again.id == first.id
    assert make_proposal(council).number == "MGS-2026-00002"
    assert session.scalars(select(func.count()).select_from(Letter).where(Letter.letter == "proposals/step")).one() == 2


def test_a_draft_becomes_the_submission_and_can_no_longer_be_written_to(session: Session) -> None:
    council, author, key = make_council(), make_person(), new_public_id()
    write(save_draft, key, {"title": "x"}, lang="kk", now=NOW)
    proposal = write(submit, submission(council, key=key), author_id=author.id, now=NOW)
    session.expire_all()
    draft = session.scalars(select(Draft)).one()
    assert (draft.proposal_id, draft.fields) == (proposal.id, {})
    with pytest.raises(DraftIsGone):
        write(save_draft, key, {"title": "y"}, lang="kk", now=NOW)


def test_drafts_live_thirty_days_from_the_last_word(session: Session) -> None:
    key = new_public_id()
    write(save_draft, key, {"title": "x"}, lang="kk", now=NOW)
    write(save_draft, key, {"title": "y"}, lang="kk", now=NOW + timedelta(days=20))
    assert write(forget_old_drafts, now=NOW + timedelta(days=49)) == 0
    assert write(forget_old_drafts, now=NOW + timedelta(days=50)) == 1
    session.expire_all()
    assert session.scalars(select(Draft)).all() == []


def test_one_person_hands_in_so_many_a_day(session: Session) -> None:
    council, author = make_council(), make_person()
    for _ in range(A_DAY):
        write(submit, submission(council), author_id=author.id, now=NOW)
    with pytest.raises(DayLimit):
        write(submit, submission(council), author_id=author.id, now=NOW)
    write(submit, submission(council), author_id=author.id, now=NOW + timedelta(days=1, seconds=1))


def test_an_unknown_council_is_not_found_and_takes_no_number(session: Session) -> None:
    council, author = make_council(), make_person()
    wish = submission(council, council_id=4711)
    with pytest.raises(NotFound):
        write(submit, wish, author_id=author.id, now=NOW)
    assert make_proposal(council).number.endswith("00001")


class TestEdits:
    """Texts through time."""

    def test_every_text_stays_readable(self, session: Session) -> None:
        author = make_person()
        proposal = make_proposal(author=author)
        write(edit, proposal.id, NEW, person_id=author.id, read_version=proposal.version, now=NOW)
        texts = session.scalars(select(Revision.title).order_by(Revision.number)).all()
        assert texts == [proposal.title, NEW.title]
        assert reload_proposal(proposal.id).title == NEW.title

    def test_supporters_hear_that_the_text_they_supported_changed(self, session: Session) -> None:
        author = make_person()
        proposal = make_proposal(author=author, state=State.PUBLISHED, supports=3)
        write(edit, proposal.id, NEW, person_id=author.id, read_version=proposal.version, now=NOW)
        told = select(func.count()).select_from(Letter).where(Letter.letter == "proposals/text_changed")
        assert session.scalars(told).one() == 3
        after = reload_proposal(proposal.id)
        assert (after.revision, after.checked_revision) == (2, 1)
        assert session.scalars(select(Revision.supports).where(Revision.number == 2)).one() == 3
        changed = select(RecordEntry.id).where(RecordEntry.verb == Verb.PROPOSAL_EDITED)
        assert len(session.scalars(changed).all()) == 1

    def test_before_publication_nobody_needs_to_be_told(self, session: Session) -> None:
        author = make_person()
        proposal = make_proposal(author=author)
        write(edit, proposal.id, NEW, person_id=author.id, read_version=proposal.version, now=NOW)
        changed = select(RecordEntry.id).where(RecordEntry.verb == Verb.PROPOSAL_EDITED)
        assert session.scalars(changed).all() == []

    @pytest.mark.parametrize("state", [State.ADMITTED, State.AT_COUNCIL, State.DECLINED, State.DONE])
    def test_from_the_moment_the_council_has_it_the_text_stands(self, session: Session, state: State) -> None:
        author = make_person()
        proposal = make_proposal(author=author, state=state)
        with pytest.raises(NotOpenToEdits):
            write(edit, proposal.id, NEW, person_id=author.id, read_version=proposal.version, now=NOW)

    def test_only_the_author_edits_and_only_what_she_had_read(self, session: Session) -> None:
        author = make_person()
        proposal = make_proposal(author=author)
        with pytest.raises(NotYours):
            write(edit, proposal.id, NEW, person_id=make_person().id, read_version=proposal.version, now=NOW)
        with pytest.raises(ChangedMeanwhile):
            write(edit, proposal.id, NEW, person_id=author.id, read_version=proposal.version - 1, now=NOW)
        same = Words(title=proposal.title, problem=proposal.problem, solution=proposal.solution)
        with pytest.raises(NothingChanged):
            write(edit, proposal.id, same, person_id=author.id, read_version=proposal.version, now=NOW)
        assert session.scalars(select(func.count()).select_from(Proposal)).one() == 1

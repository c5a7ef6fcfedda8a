"""Changing and withdrawing one's own comment, finding others' helpful, and how moderation takes hold of them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from karavan.core.database import db
from karavan.core.problems import NotFound
from karavan.discussion.models import Alignment, Comment
from karavan.discussion.moderated import Comments
from karavan.discussion.problems import (
    ChangedMeanwhile,
    NewcomerLinks,
    NothingChanged,
    NotThereAnyMore,
    NotYours,
    OwnComment,
    ThreadClosed,
)
from karavan.discussion.rules.edit import edit
from karavan.discussion.rules.helpful import find_helpful, unfind_helpful
from karavan.discussion.rules.withdraw import withdraw
from karavan.moderation.models import Action, Case, CaseState, Mode, Visibility
from karavan.moderation.rules.decide import Verdict, decide, undo
from karavan.moderation.rules.flag import flag
from karavan.moderation.terms import FREE_EDIT
from tests.discussion.test_posting import put, standing_of, suspect
from tests.support.civic import make_council, make_person, make_staff, write
from tests.support.settings import NOW
from tests.support.talk import (
    SHUT,
    TITLE,
    make_case,
    make_comment,
    make_thread,
    make_writer,
    reload_comment,
    reload_thread,
    texts_of,
)

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

LATER = NOW + FREE_EDIT + timedelta(seconds=1)
NEW = "Енді басқаша айтайын."


def change(comment: Comment, source: str = NEW, *, by: int = 0, now: Any = NOW, **more: Any) -> Comment:
    stands = reload_comment(comment)
    facts = {"read_version": stands.version, "by_id": by or stands.author_id, "now": now} | more
    side = facts.pop("alignment", stands.alignment)
    write(edit, comment.id, source, side, **facts)
    return reload_comment(comment)


def history(comment: Comment) -> list[tuple[int, bool]]:
    return [(text.number, text.public) for text in texts_of(comment)]


def case_about(comment: Comment) -> Case:
    return db.session().scalars(select(Case).where(Case.comment_id == comment.id).order_by(Case.id.desc())).first()


class TestEditing:
    """Free for a quarter of an hour, then in public."""

    def test_at_first_it_is_mended_without_a_trace(self, session: Session) -> None:
        made = make_comment(make_thread(), alignment=Alignment.FOR)
        changed = change(made, alignment=Alignment.AGAINST, now=NOW + FREE_EDIT)
        assert (changed.text, changed.alignment, changed.revision, changed.edited_at) == (
            NEW,
            Alignment.AGAINST,
            2,
            None,
        )
        assert history(made) == [(1, False), (2, False)]
        assert changed.version > made.version

    def test_later_the_text_before_belongs_to_the_public_history(self, session: Session) -> None:
        made = make_comment(make_thread())
        assert change(made, now=LATER).edited_at == LATER
        assert history(made) == [(1, True), (2, False)]

    @pytest.mark.parametrize("what", ["answered", "flagged", "helpful"])
    def test_once_somebody_acted_on_it_nothing_is_free(self, session: Session, what: str) -> None:
        thread, other = make_thread(), make_writer()
        made = make_comment(thread)
        if what == "answered":
            make_comment(thread, other, parent=made)
        elif what == "flagged":
            write(flag, made.id, person_id=other.id, clause="insults", note="", revision=1, now=NOW)
        else:
            write(find_helpful, made.id, person_id=other.id, now=NOW)
        change(made)
        assert history(made) == [(1, True), (2, False)]

    def test_of_two_who_read_the_same_the_second_is_told(self, session: Session) -> None:
        made = make_comment(make_thread())
        change(made)
        with pytest.raises(ChangedMeanwhile):
            change(made, "Тағы басқаша", read_version=made.version)

    def test_only_the_author_and_only_what_is_there(self, session: Session) -> None:
        thread = make_thread()
        made = make_comment(thread)
        with pytest.raises(NotYours):
            change(made, by=make_writer().id)
        with pytest.raises(NothingChanged):
            change(made, f" {texts_of(made)[0].source} ")
        with pytest.raises(NotFound):
            write(edit, 4711, NEW, None, by_id=1, read_version=1, now=NOW)
        with pytest.raises(NewcomerLinks):
            change(make_comment(thread, make_person()), "https://a.kz https://b.kz")
        SHUT.add(thread.host_id)
        with pytest.raises(ThreadClosed):
            change(made)
        write(withdraw, made.id, by_id=made.author_id, now=NOW)
        with pytest.raises(NotThereAnyMore):
            change(made)

    def test_a_changed_text_is_looked_through_again(self, session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
        made = make_comment(make_thread())
        suspect(monkeypatch, hold=True)
        changed = change(made, now=LATER)
        assert (changed.visibility, changed.html) == (Visibility.HELD, "")
        assert (case_about(made).revision, case_about(made).held) == (2, True)

    def test_where_moderators_read_first_nobody_slips_a_text_in_later(
        self, session: Session, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        thread = make_thread()
        made = make_comment(thread)
        reply = make_comment(thread, parent=made)
        standing_of(monkeypatch, premoderated=True)
        changed = change(made)
        assert (changed.visibility, changed.html, changed.descendants) == (Visibility.HELD, "", 1)
        assert not case_about(made).held, "it does not show itself when the date has passed"
        assert reload_comment(reply).visibility == Visibility.PUBLISHED

    @pytest.mark.parametrize("state", [Visibility.REMOVED, Visibility.REDACTED, Visibility.HELD])
    def test_a_corrected_text_goes_to_review_and_readers_see_what_they_saw(
        self, session: Session, state: Visibility
    ) -> None:
        thread = make_thread()
        made = make_comment(thread, source="бір екі үш")
        change(made, "бір екі төрт", now=LATER)
        before = put(made, state, spans=[(0, 3)] if state == Visibility.REDACTED else ())
        seen = (before.html, before.text, before.visibility, before.covered, before.shown_revision)
        SHUT.add(thread.host_id)
        changed = change(made, now=LATER)
        assert (changed.html, changed.text, changed.visibility, changed.covered, changed.shown_revision) == seen
        assert (changed.revision, case_about(made).revision) == (3, 3)
        public = state == Visibility.HELD
        assert history(made) == [(1, public), (2, False), (3, False)]
        assert put(made, Visibility.PUBLISHED).text == NEW

    def test_a_cover_that_comes_back_lies_on_the_text_it_was_made_for(self, session: Session) -> None:
        council = make_council()
        made, staff = make_comment(make_thread(council), source="құпия сөз және қалғаны"), make_staff(council)
        case = make_case(made)
        verdict = Verdict(action=Action.COVER, clause="insults", words="Қорлады", words_lang="kk", spans=[(0, 9)])
        write(decide, case.id, verdict, by_id=staff.id, read_version=case.version, read_revision=1, now=NOW)
        assert change(made, "Мүлде басқа мәтін осында", now=LATER).text == "▇▇▇▇▇ ▇▇▇ және қалғаны"
        piece = Comments().find(db.session(), made.public_id)
        assert piece is not None
        assert (piece.spans, piece.revision) == ((), 2)
        other = case_about(made)
        remove = Verdict(action=Action.REMOVE, clause="insults", words="Тағы қорлады", words_lang="kk")
        write(decide, other.id, remove, by_id=staff.id, read_version=other.version, read_revision=2, now=LATER)
        assert reload_comment(made).text == ""
        write(undo, other.id, by_id=staff.id, now=LATER)
        assert reload_comment(made).text == "▇▇▇▇▇ ▇▇▇ және қалғаны"
        with pytest.raises(ValueError, match="nothing is covered"):
            put(make_comment(make_thread()), Visibility.REDACTED)

    def test_whoever_is_deciding_learns_that_the_text_moved(self, session: Session) -> None:
        made = make_comment(make_thread(mode=Mode.BEFORE))
        before = case_about(made).id
        change(made)
        after = case_about(made)
        assert (after.id, after.revision, after.state) == (before, 2, CaseState.OPEN)
        assert after.version > 1


class TestWithdrawing:
    """Taking it back."""

    def test_the_place_stays_and_the_text_goes(self, session: Session) -> None:
        thread = make_thread(mode=Mode.AFTER)
        made = make_comment(thread)
        reply = make_comment(thread, parent=made)
        for _ in range(2):
            write(withdraw, made.id, by_id=made.author_id, now=NOW)
        gone = reload_comment(made)
        assert (gone.visibility, gone.html, gone.text, gone.descendants) == (Visibility.WITHDRAWN, "", "", 1)
        assert texts_of(made)[0].source
        assert case_about(made).state == CaseState.VOID
        assert reload_comment(reply).visibility == Visibility.PUBLISHED
        assert reload_thread(thread).comments == 1

    def test_nobody_withdraws_what_is_not_hers_or_was_removed(self, session: Session) -> None:
        made = make_comment(make_thread())
        with pytest.raises(NotYours):
            write(withdraw, made.id, by_id=make_writer().id, now=NOW)
        put(made, Visibility.REMOVED)
        with pytest.raises(NotThereAnyMore):
            write(withdraw, made.id, by_id=made.author_id, now=NOW)


class TestHelpful:
    """One person, one mark."""

    def test_pressing_again_changes_nothing(self, session: Session) -> None:
        made, amina, dana = make_comment(make_thread()), make_person(), make_person()
        given = [write(find_helpful, made.id, person_id=who.id, now=NOW) for who in (amina, amina, dana)]
        taken = [write(unfind_helpful, made.id, person_id=amina.id) for _ in range(2)]
        assert (given, taken) == ([1, 1, 2], [1, 1])
        assert reload_comment(made).helpful == 1

    def test_only_what_somebody_else_wrote_and_can_be_read(self, session: Session) -> None:
        thread = make_thread()
        made = make_comment(thread)
        with pytest.raises(OwnComment):
            write(find_helpful, made.id, person_id=made.author_id, now=NOW)
        put(made, Visibility.HELD)
        with pytest.raises(NotThereAnyMore):
            write(find_helpful, made.id, person_id=make_person().id, now=NOW)
        put(made, Visibility.PUBLISHED)
        SHUT.add(thread.host_id)
        with pytest.raises(ThreadClosed):
            write(find_helpful, made.id, person_id=make_person().id, now=NOW)


class TestKeeping:
    """Comments as moderation knows them."""

    def test_what_a_moderator_reads_above_and_beside(self, session: Session) -> None:
        thread, author = make_thread(), make_writer()
        chain = [make_comment(thread, author)]
        for _ in range(11):
            chain.append(make_comment(thread, parent=chain[-1]))
        about = make_comment(thread, author, "Соңғысы", parent=chain[-1])
        context = Comments().context_of(session, about.id, "kk")
        assert (context.title, context.endpoint) == (TITLE, "pages.home")
        assert [piece.id for piece in context.above] == [*(one.id for one in chain[:8]), chain[-1].id]
        assert [piece.id for piece in context.beside] == [chain[0].id]

    def test_texts_are_found_by_their_public_ids_and_revisions(self, session: Session) -> None:
        made = make_comment(make_thread(), source="Бірінші")
        change(made, "Екінші")
        keeper = Comments()
        piece = keeper.find(session, made.public_id)
        assert piece is not None
        assert (piece.source, piece.revision, keeper.source_of(session, made.id, 1)) == ("Екінші", 2, "Бірінші")
        assert keeper.look(session, [made.id, 4711]) == {made.id: piece}
        assert keeper.place(session, piece.thread_id).public_id == piece.thread
        assert (keeper.place(session, 4711), keeper.find(session, "nothing"), keeper.look(session, [])) == (
            None,
            None,
            {},
        )
        assert keeper.find(session, make_comment_nowhere(made).public_id) is None
        with pytest.raises(NotFound):
            keeper.source_of(session, made.id, 9)
        with pytest.raises(NotFound):
            write(keeper.take, 4711)

    def test_a_case_can_be_opened_about_a_comment(self, session: Session) -> None:
        case = make_case()
        assert (case.state, case.revision) == (CaseState.OPEN, 1)


def make_comment_nowhere(like: Comment) -> Comment:
    """Return a comment in a thread whose host is gone."""
    made = make_comment(make_thread())

    def move(session: Session) -> Comment:
        comment = session.get_one(Comment, made.id)
        comment.thread.host = "gone"
        session.flush()
        return comment

    assert like.id != made.id
    return write(move)

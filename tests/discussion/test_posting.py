"""Writing a comment: what stands afterwards, what is refused and in which words, and what waits for a moderator."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select, update

from karavan.accounts.models import Role, RoleGrant
from karavan.core.languages import Slots
from karavan.core.problems import NotFound, Problem
from karavan.core.tokens import new_key
from karavan.discussion import tree
from karavan.discussion.models import DEEPEST, Alignment, Comment, CommentDraft, CommentRevision, Thread
from karavan.discussion.problems import (
    BadComment,
    NameMissing,
    NewcomerLinks,
    NewcomerWaits,
    NothingWritten,
    NotOfficial,
    NotYourRole,
    ParentGone,
    Repetition,
    ThreadClosed,
    ThreadIsFull,
    TooManyLinks,
    TooSoon,
    WritingClosed,
    WritingPaused,
)
from karavan.discussion.rules.drafts import clear_drafts, keep_draft
from karavan.discussion.rules.helpful import find_helpful
from karavan.discussion.rules.post import NewComment, post
from karavan.discussion.rules.rerender import rerender
from karavan.discussion.rules.show import show
from karavan.discussion.rules.take import take_comment
from karavan.discussion.rules.threads import close_thread, open_thread, reopen_thread, set_mode
from karavan.discussion.rules.withdraw import withdraw
from karavan.moderation.models import Action, Case, LogAction, LogLine, Mode, Origin, SanctionKind, Visibility
from karavan.moderation.problems import NotModerator
from karavan.moderation.queries import Standing
from karavan.moderation.rules.decide import Verdict, decide
from karavan.moderation.rules.sanctions import SanctionWish
from karavan.record.models import ActorRole
from karavan.web.locale import say, speaking
from tests.discussion.test_rendering import judge
from tests.support.civic import REASON, make_council, make_person, make_staff, write
from tests.support.hostile import Case as Hostile, cases
from tests.support.inert import each
from tests.support.settings import NOW
from tests.support.talk import (
    SHUT,
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

    from karavan.accounts.models import Person

MINUTE = timedelta(minutes=1)


def cases_of(comment: Comment) -> list[Case]:
    reload_comment(comment)
    from karavan.core.database import db  # noqa: PLC0415

    return list(db.session().scalars(select(Case).where(Case.comment_id == comment.id)))


def put(comment: Comment, visibility: Visibility, **more: Any) -> Comment:
    """Let a comment be seen otherwise, as a moderator's decision would."""

    def change(session: Session) -> None:
        show(session, take_comment(session, comment.id), visibility, now=NOW, **more)

    write(change)
    return reload_comment(comment)


class Suspicion:
    """What the machine says of a text."""

    def __init__(self, *, hold: bool, marks: list[dict[str, Any]]) -> None:
        self.hold, self.marks, self.clause = hold, marks, "insults"


def suspect(monkeypatch: pytest.MonkeyPatch, *, hold: bool = False, marks: bool = True) -> None:
    found = [{"start": 0, "end": 3, "why": "word", "clause": "insults"}] if marks else []
    answer = Suspicion(hold=hold, marks=found)
    monkeypatch.setattr("karavan.discussion.rules.review.screen", lambda *_, **__: answer)


def standing_of(monkeypatch: pytest.MonkeyPatch, **facts: Any) -> None:
    for rule in ("post", "edit"):
        monkeypatch.setattr(f"karavan.discussion.rules.{rule}.standing", lambda *_: Standing(**facts))


class TestStanding:
    """What stands in the thread afterwards."""

    def test_a_comment_can_be_read_at_once_and_its_text_is_kept(self, session: Session) -> None:
        thread, author = make_thread(), make_writer("Айгүл Сәрсенова")
        made = make_comment(thread, author, "**Келісемін**", alignment=Alignment.FOR, lang="kk")
        stands = reload_comment(made)
        assert (stands.visibility, stands.version, stands.revision, stands.shown_revision) == (
            Visibility.PUBLISHED,
            1,
            1,
            1,
        )
        assert (stands.html, stands.text) == ("<p><strong>Келісемін</strong></p>", "Келісемін")
        assert (stands.author_name, stands.alignment, stands.shown_at) == ("Айгүл С.", Alignment.FOR, NOW)
        assert (stands.seq, stands.path, stands.depth, stands.root_id) == (1, "0001", 0, stands.id)
        (text,) = texts_of(made)
        assert (text.source, text.number, text.public, len(text.sha256)) == ("**Келісемін**", 1, False, 64)
        assert session.scalar(select(func.count(Case.id))) == 0
        there = reload_thread(thread)
        assert (there.comments, there.last_seq, there.last_at, there.next_seq) == (1, 1, NOW, 2)

    def test_answers_stand_below_and_below_the_deepest_level_beside(self, session: Session) -> None:
        thread = make_thread()
        chain = [make_comment(thread)]
        for _ in range(DEEPEST + 2):
            chain.append(make_comment(thread, parent=chain[-1]))
        assert [one.depth for one in chain] == [*range(DEEPEST + 1), DEEPEST, DEEPEST]
        assert chain[-1].path[: DEEPEST * 4] == chain[DEEPEST].path[: DEEPEST * 4]
        assert chain[-1].parent_id == chain[-2].id
        assert {one.root_id for one in chain} == {chain[0].id}
        assert reload_comment(chain[0]).descendants == DEEPEST + 2

    def test_the_same_form_is_the_same_comment_even_when_it_would_be_refused_now(self, session: Session) -> None:
        thread, author, key = make_thread(), make_writer(), new_key()
        first = make_comment(thread, author, "Бір рет", key=key)
        assert make_comment(thread, author, "Бір рет", key=key).id == first.id
        SHUT.add(thread.host_id)
        assert make_comment(thread, author, "Бір рет", key=key).id == first.id
        with pytest.raises(NotFound):
            make_comment(thread, make_writer(), "Бір рет", key=key)
        assert reload_thread(thread).comments == 1

    def test_a_thread_is_opened_once(self, session: Session) -> None:
        council = make_council()
        ids = {write(open_thread, "proposal", 7, organisation_id=council.organisation_id, now=NOW).id for _ in range(2)}
        assert len(ids) == 1

    def test_her_draft_is_gone_once_she_has_sent_it_and_others_stay(self, session: Session) -> None:
        thread, amina, dana = make_thread(), make_writer(), make_writer()
        root = make_comment(thread)
        for person, parent in ((amina, ""), (amina, root.public_id), (dana, "")):
            for text in ("Жаза бастадым\0", "Жаза бастадым, тағы"):
                write(keep_draft, thread.id, parent, text, person_id=person.id, now=NOW)
        make_comment(thread, amina)
        drafts = session.execute(select(CommentDraft.person_id, CommentDraft.parent, CommentDraft.source)).all()
        assert set(drafts) == {
            (amina.id, root.public_id, "Жаза бастадым, тағы"),
            (dana.id, "", "Жаза бастадым, тағы"),
        }
        write(keep_draft, thread.id, "", "  ", person_id=dana.id, now=NOW)
        assert write(clear_drafts, now=NOW + timedelta(days=31)) == 1
        for nowhere in ((thread.id, "nowhere"), (4711, "")):
            with pytest.raises(NotFound):
                write(keep_draft, *nowhere, "Мәтін", person_id=amina.id, now=NOW)


class TestRefusals:
    """What is refused, and that a refusal leaves nothing behind."""

    @pytest.fixture(autouse=True)
    def _nothing_left(self, session: Session) -> Any:
        yield
        session.rollback()
        made = session.scalars(select(func.count(Comment.id))).one()
        assert made == sum(session.scalars(select(Thread.next_seq - 1)))

    def test_nothing_is_written_where_nobody_writes(self, session: Session) -> None:
        thread, council = make_thread(), make_council()
        staff = make_staff(council)
        write(close_thread, thread.id, REASON, by_id=staff.id, now=NOW)
        with pytest.raises(ThreadClosed):
            make_comment(thread)
        write(reopen_thread, thread.id, REASON, by_id=staff.id, now=NOW)
        make_comment(thread)
        SHUT.add(thread.host_id)
        with pytest.raises(ThreadClosed):
            make_comment(thread)
        with pytest.raises(NotFound):
            make_comment(make_thread(host="nobody"))
        with pytest.raises(NotFound):
            write(post, 4711, NewComment(source="Сәлем", lang="kk"), author_id=staff.id, key=new_key(), now=NOW)

    def test_what_cannot_be_read_cannot_be_answered(self, session: Session) -> None:
        thread = make_thread()
        root, elsewhere = make_comment(thread), make_comment(make_thread())
        for gone in (Visibility.HELD, Visibility.REMOVED, Visibility.PENDING, Visibility.ERASED):
            put(root, gone)
            with pytest.raises(ParentGone):
                make_comment(thread, parent=root)
        put(root, Visibility.REDACTED, spans=[(0, 3)])
        make_comment(thread, parent=root)
        with pytest.raises(ParentGone):
            make_comment(thread, parent=elsewhere)

    def test_hostile_texts_are_kept_harmless_or_refused_in_words(self, session: Session) -> None:
        thread, author, said = make_thread(), make_writer(), set()
        make_comment(thread, author)

        def write_it(case: Hostile) -> None:
            later = NOW + (len(said) + 1) * timedelta(hours=2)
            try:
                make_comment(thread, author, case.text or " ", now=later)
            except (BadComment, NothingWritten, TooManyLinks) as refused:
                said.add((case.id, refused.where))
            else:
                said.add((case.id, "source"))

        each((param.values[0] for param in cases(where="comment")), write_it)
        assert {where for _, where in said} == {"source"}
        for html in session.scalars(select(Comment.html)):
            judge(html)

    def test_nothing_too_long_or_full_of_links_is_taken(self, session: Session) -> None:
        thread, author = make_thread(), make_writer()
        make_comment(thread, author)
        with pytest.raises(BadComment):
            make_comment(thread, author, "ұ" * 10_001)
        with pytest.raises(NothingWritten):
            make_comment(thread, author, " \u200b\n ")
        with pytest.raises(TooManyLinks):
            make_comment(thread, author, "https://a.kz " * 11)

    def test_nobody_writes_without_a_name(self, session: Session) -> None:
        thread, nameless = make_thread(), make_writer()
        write(lambda session: setattr(session.get_one(type(nameless), nameless.id), "name", ""))
        with pytest.raises(NameMissing):
            make_comment(thread, nameless)

    def test_a_full_thread_says_so(self, session: Session) -> None:
        thread = make_thread()

        def fill(session: Session) -> None:
            session.execute(update(Thread).values(next_seq=tree.MOST + 1))

        write(fill)
        with pytest.raises(ThreadIsFull):
            make_comment(thread)
        write(lambda session: session.execute(update(Thread).values(next_seq=1)) and None)

    def test_a_pause_is_told_with_its_end_and_its_rule(self, session: Session) -> None:
        council = make_council()
        thread, author, staff = make_thread(council), make_writer(), make_staff(council)
        case = make_case(made := make_comment(thread, author))
        wish = SanctionWish(kind=SanctionKind.PAUSE, hours=5)
        verdict = Verdict(
            action=Action.REMOVE, clause="insults", words="Адамды қорлады", words_lang="kk", sanction=wish
        )
        write(decide, case.id, verdict, by_id=staff.id, read_version=case.version, read_revision=1, now=NOW)
        with pytest.raises(WritingPaused) as paused:
            make_comment(thread, author)
        with speaking("en"):
            assert say(paused.value.message) == (
                "You cannot write here now. This ends by itself. Until: 23\u00a0November 2026, 15:00. "
                "The rule that was broken: Insulting a person."
            )
        make_comment(thread, author, now=NOW + timedelta(hours=5))
        assert reload_comment(made).visibility == Visibility.REMOVED

    def test_a_closed_account_writes_nowhere(self, session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
        standing_of(monkeypatch, closed=True)
        with pytest.raises(WritingClosed):
            make_comment(make_thread())

    def test_the_same_again_within_an_hour_is_there_already(self, session: Session) -> None:
        thread, author = make_thread(), make_writer()
        first = make_comment(thread, author, "Автобус керек!")
        with pytest.raises(Repetition):
            make_comment(thread, author, "автобус  КЕРЕК.")
        make_comment(make_thread(), author, "Автобус керек!")
        make_comment(thread, make_writer(), "Автобус керек!")
        write(withdraw, first.id, by_id=author.id, now=NOW)
        make_comment(thread, author, "Автобус керек!")
        make_comment(thread, author, "Автобус керек!", now=NOW + timedelta(hours=1))


class TestHaste:
    """How long one waits, and that it is said."""

    def waits(self, thread: Thread, author: Person, after: timedelta) -> str:
        with pytest.raises(TooSoon) as soon, speaking("en"):
            make_comment(thread, author, now=NOW + after)
        assert soon.value.status == 429
        with speaking("en"):
            return say(soon.value.message)

    def test_slow_mode(self, session: Session) -> None:
        thread, author = make_thread(slow_seconds=30), make_writer()
        make_comment(thread, author, now=NOW)
        assert self.waits(thread, author, timedelta(seconds=9)) == (
            "In this discussion each person waits 30 seconds between two comments. You can write again in 21 seconds."
        )
        make_comment(thread, author, now=NOW + timedelta(seconds=30))
        make_comment(thread, now=NOW + timedelta(seconds=30))

    def test_a_measure_holds_in_all_threads_of_the_organisation(
        self, session: Session, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        thread, other, author = make_thread(), make_thread(), make_writer()
        make_comment(other, author)
        standing_of(monkeypatch, slow_seconds=600)
        assert "A moderator has set a pause" in self.waits(thread, author, MINUTE)
        make_comment(make_thread(make_council(slug="council-beineu")), author, now=NOW + MINUTE)

    def test_a_hot_thread_slows_everybody_down(self, session: Session) -> None:
        thread, author = make_thread(), make_writer()
        for _ in range(20):
            make_comment(thread, now=NOW)
        make_comment(thread, author, now=NOW + MINUTE)
        assert "Many people are writing here" in self.waits(thread, author, MINUTE + timedelta(seconds=1))
        make_comment(thread, author, now=NOW + 2 * MINUTE)
        make_comment(thread, author, now=NOW + 11 * MINUTE)
        make_comment(thread, author, now=NOW + 11 * MINUTE)

    def test_who_is_new_writes_little_until_something_of_hers_was_read(self, session: Session) -> None:
        thread, fresh, silent = make_thread(), make_person(), make_writer()
        for number in range(3):
            make_comment(thread, fresh, now=NOW + number * MINUTE)
        with pytest.raises(NewcomerWaits) as waits:
            make_comment(make_thread(), fresh, now=NOW + 3 * MINUTE)
        assert waits.value.message.facts["until"] == NOW + timedelta(hours=1)
        make_comment(thread, fresh, now=NOW + timedelta(hours=1))
        with pytest.raises(NewcomerLinks):
            make_comment(thread, silent, "https://a.kz https://b.kz")
        make_comment(thread, silent, "https://a.kz")
        make_comment(thread, silent, "https://a.kz https://b.kz")


class TestBadges:
    """In whose name one writes."""

    ROLES = (
        (Role.SECRETARY, ActorRole.SECRETARY, True),
        (Role.COUNCIL_MEMBER, ActorRole.COUNCIL_MEMBER, True),
        (Role.MODERATOR, ActorRole.MODERATOR, False),
        (Role.ORGANISER, ActorRole.ORGANISER, False),
    )

    @pytest.mark.parametrize(("role", "badge", "officially"), ROLES)
    def test_each_role_speaks_for_itself_and_only_while_it_is_held(
        self, session: Session, role: Role, badge: ActorRole, officially: bool
    ) -> None:
        council = make_council()
        thread, person = make_thread(council, mode=Mode.BEFORE), make_staff(council, role)
        made = reload_comment(make_comment(thread, person, speaking_as=badge))
        assert (made.speaking_as, made.speaking_for_id) == (badge, council.organisation_id)
        assert made.visibility == Visibility.PUBLISHED, "staff in their role are not read beforehand"
        if officially:
            assert make_comment(thread, person, speaking_as=badge, official=True).official
        else:
            with pytest.raises(NotOfficial):
                make_comment(thread, person, speaking_as=badge, official=True)
        write(lambda session: session.execute(update(RoleGrant).values(ended_at=NOW)) and None)
        with pytest.raises(NotYourRole):
            make_comment(thread, person, speaking_as=badge)
        plain = reload_comment(make_comment(thread, person))
        assert (plain.speaking_as, plain.visibility) == (None, Visibility.PENDING)

    def test_nobody_wears_what_she_holds_elsewhere_or_not_at_all(self, session: Session) -> None:
        thread = make_thread(make_council())
        elsewhere = make_staff(make_council(slug="council-beineu"), Role.SECRETARY)
        root = make_person(roles=((Role.ADMINISTRATOR, None),))
        for person in (elsewhere, root, make_writer()):
            for badge in (ActorRole.SECRETARY, ActorRole.ADMINISTRATOR, ActorRole.RESIDENT):
                with pytest.raises(NotYourRole):
                    make_comment(thread, person, speaking_as=badge)
            with pytest.raises(NotOfficial):
                make_comment(thread, person, official=True)


class TestWaiting:
    """What a moderator reads first, or afterwards."""

    def test_before_publication(self, session: Session) -> None:
        thread = make_thread(mode=Mode.BEFORE)
        made = reload_comment(make_comment(thread))
        assert (made.visibility, made.html, made.text, made.shown_at) == (Visibility.PENDING, "", "", None)
        assert [(case.origin, case.revision) for case in cases_of(made)] == [(Origin.PREMODERATION, 1)]
        assert (reload_thread(thread).comments, reload_thread(thread).last_seq) == (0, 0)

    def test_whose_texts_are_read_first_by_a_measure(self, session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
        standing_of(monkeypatch, premoderated=True)
        assert reload_comment(make_comment(make_thread())).visibility == Visibility.PENDING

    def test_afterwards(self, session: Session) -> None:
        made = reload_comment(make_comment(make_thread(mode=Mode.AFTER)))
        assert made.visibility == Visibility.PUBLISHED
        assert [case.origin for case in cases_of(made)] == [Origin.ROUTINE]

    def test_a_suspicion_holds_it_until_the_date(self, session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
        suspect(monkeypatch, hold=True)
        made = reload_comment(make_comment(make_thread()))
        (case,) = cases_of(made)
        assert (case.origin, case.held, len(case.marks)) == (Origin.FILTER, True, 1)
        assert (made.visibility, made.held_until, made.html) == (Visibility.HELD, case.due_at, "")

    def test_a_mark_alone_hides_nothing(self, session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
        suspect(monkeypatch)
        made = reload_comment(make_comment(make_thread()))
        (case,) = cases_of(made)
        assert (made.visibility, case.origin, case.held) == (Visibility.PUBLISHED, Origin.FILTER, False)


class TestSettling:
    """How a thread is moderated."""

    def test_a_moderator_sets_the_mode_and_the_log_says_so(self, session: Session) -> None:
        council = make_council()
        thread, staff = make_thread(council), make_staff(council)
        make_comment(thread)
        settled = write(set_mode, thread.id, Mode.BEFORE, 60, by_id=staff.id, now=NOW, read_version=1)
        assert (settled.mode, settled.slow_seconds, settled.mode_version) == (Mode.BEFORE, 60, 2)
        write(set_mode, thread.id, Mode.BEFORE, 60, by_id=staff.id, now=NOW, read_version=2)
        with pytest.raises(Problem, match="changed"):
            write(set_mode, thread.id, Mode.AFTER, 0, by_id=staff.id, now=NOW, read_version=1)
        write(close_thread, thread.id, Slots(ru="Решено"), by_id=staff.id, now=NOW)
        lines = session.execute(
            select(LogLine.action, LogLine.thread, LogLine.words, LogLine.words_lang).order_by(LogLine.seq)
        ).all()
        assert lines == [
            (LogAction.MODE_CHANGED, thread.public_id, "", ""),
            (LogAction.THREAD_CLOSED, thread.public_id, "Решено", "ru"),
        ]

    def test_nobody_else_does(self, session: Session) -> None:
        thread = make_thread(make_council())
        for stranger in (make_writer(), make_staff(make_council(slug="council-beineu"))):
            with pytest.raises(NotModerator):
                write(set_mode, thread.id, Mode.BEFORE, 0, by_id=stranger.id, now=NOW)
            with pytest.raises(NotModerator):
                write(close_thread, thread.id, REASON, by_id=stranger.id, now=NOW)


def test_what_older_rules_rendered_is_rendered_again(session: Session) -> None:
    thread = make_thread()
    shown, covered, gone = make_comment(thread), make_comment(thread, source="бір екі"), make_comment(thread)
    put(covered, Visibility.REDACTED, spans=[(0, 3)])
    put(gone, Visibility.REMOVED)
    write(find_helpful, shown.id, person_id=make_person().id, now=NOW)
    before = reload_thread(thread).version

    def spoil(session: Session) -> None:
        session.execute(update(Comment).where(Comment.html != "").values(html="<b>", text="?", render_version=0))
        session.execute(update(Comment).values(render_version=0))
        session.execute(update(CommentRevision).values(html="<b>", render_version=0))

    write(spoil)
    assert [write(rerender, limit=2, now=NOW) for _ in range(3)] == [4, 2, 0]
    assert reload_comment(shown).html.startswith("<p>Менің")
    assert reload_comment(covered).text == "▇▇▇ екі"
    assert (reload_comment(gone).html, reload_comment(gone).text) == ("", "")
    assert {text.html[:3] for one in (shown, covered, gone) for text in texts_of(one)} == {"<p>"}
    assert reload_thread(thread).version > before

"""Moderators keep a list of watched words: rare ones, each once, and the log tells how many and never which."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select

from karavan.accounts.models import Role
from karavan.core.database import transact as write
from karavan.core.problems import NotFound
from karavan.discussion.models import Comment
from karavan.moderation.models import Effect, LogAction, LogLine, Visibility, WatchedWord
from karavan.moderation.problems import NotModerator
from karavan.moderation.rules.log import verify
from karavan.moderation.rules.words import (
    BadWord,
    Tried,
    WordKnown,
    WordTooCommon,
    WordTooLong,
    WordTooShort,
    add_word,
    dry_run,
    end_word,
)
from tests.support.civic import make_council, make_person, make_staff
from tests.support.settings import NOW
from tests.support.talk import make_comment, make_thread

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from karavan.accounts.models import Person
    from karavan.councils.models import Council


def add(council: Council, by: Person, term: str, **changes: Any) -> WatchedWord:
    usual: dict[str, Any] = {"lang": "kk", "effect": Effect.HOLD, "clause": "insults", "now": NOW}
    return write(add_word, council.organisation_id, term, by_id=by.id, **usual | changes)


def lines(session: Session) -> list[LogLine]:
    session.rollback()
    return list(session.scalars(select(LogLine).where(LogLine.action == LogAction.WORDS_CHANGED).order_by(LogLine.seq)))


def test_a_moderator_adds_a_word_and_takes_it_off_and_the_log_counts_without_telling_it(session: Session) -> None:
    council = make_council()
    make_thread(council)
    moderator, secretary = make_staff(council), make_staff(council, Role.SECRETARY)
    word = add(council, moderator, " Қоян* ")
    assert (word.term, word.folded, word.effect) == ("Қоян*", "коян*", Effect.HOLD)
    add(council, secretary, "түлкі")
    write(end_word, council.organisation_id, word.id, by_id=secretary.id, now=NOW)
    write(end_word, council.organisation_id, word.id, by_id=secretary.id, now=NOW)  # pressed twice
    told = lines(session)
    assert [{**line.facts} for line in told] == [
        {"added": 1, "ended": 0, "watched": 1},
        {"added": 1, "ended": 0, "watched": 2},
        {"added": 0, "ended": 1, "watched": 1},
    ]
    assert not any("оян" in f"{line.words}{line.facts}" for line in told)
    assert verify(session) is None
    session.close()
    assert add(council, moderator, "қоян*").id != word.id  # what was taken off can come back


def test_the_same_word_is_refused_however_it_is_spelled(session: Session) -> None:
    council = make_council()
    make_thread(council)
    moderator = make_staff(council)
    add(council, moderator, "қасқыр")
    for again in ("Қасқыр", "каскыр", "қассқыр", "кacкыp"):
        with pytest.raises(WordKnown):
            add(council, moderator, again)
    assert len(lines(session)) == 1
    assert add(council, moderator, "қасқыр*").folded == "каскир*"


def test_what_is_no_word_is_refused(session: Session) -> None:
    council = make_council()
    make_thread(council)
    moderator = make_staff(council)
    for short in ("", "қо", "ааа", "*", "!!!"):
        with pytest.raises(WordTooShort):
            add(council, moderator, short)
    with pytest.raises(WordTooLong):
        add(council, moderator, "½" * 40)
    for bad in ("қоян\nтүлкі", "қ" * 61, "қоян\x00"):
        with pytest.raises(BadWord):
            add(council, moderator, bad)
    with pytest.raises(NotFound):
        add(council, moderator, "қоян", clause="taste")


def test_only_whoever_moderates_here_now_changes_the_list(session: Session) -> None:
    council, other = make_council(), make_council(slug="council-beineu", place="beineu")
    make_thread(council)
    moderator, stranger = make_staff(council), make_staff(other)
    word = add(council, moderator, "қоян")
    for nobody in (stranger, make_person(), make_staff(council, Role.COUNCIL_MEMBER)):
        with pytest.raises(NotModerator):
            add(council, nobody, "түлкі")
        with pytest.raises(NotModerator):
            write(end_word, council.organisation_id, word.id, by_id=nobody.id, now=NOW)
    with pytest.raises(NotFound):
        write(end_word, other.organisation_id, word.id, by_id=stranger.id, now=NOW)


def test_a_word_of_ordinary_speech_is_refused_with_the_figure(session: Session) -> None:
    council = make_council()
    thread = make_thread(council)
    moderator = make_staff(council)
    for n in range(6):
        make_comment(thread, source=f"Таңғы автобус керек, {n}." if n < 3 else f"Менің пікірім басқа, {n}.")
    assert dry_run(session, council.organisation_id, "автобус*") == Tried(found=3, tried=6)
    assert dry_run(session, council.organisation_id, "а в т о б у с").found == 0  # a phrase of seven letters
    session.close()
    with pytest.raises(WordTooCommon) as refused:
        add(council, moderator, "автобус")
    assert refused.value.message.facts == {"num": 3, "tried": 6}
    assert lines(session) == []
    assert session.scalar(select(func.count()).select_from(WatchedWord)) == 0


@pytest.mark.parametrize(
    ("found", "tried", "refused"), [(0, 0, False), (2, 2, False), (10, 500, False), (11, 500, True)]
)
def test_two_in_a_hundred_is_too_many_and_two_prove_nothing(found: int, tried: int, refused: bool) -> None:
    assert Tried(found, tried).too_many is refused


def test_a_comment_with_a_watched_word_is_held_for_a_person_and_one_with_a_marked_word_is_not(session: Session) -> None:
    council = make_council()
    thread = make_thread(council)
    moderator = make_staff(council)
    add(council, moderator, "қоян*")
    add(council, moderator, "түлкі", effect=Effect.MARK, now=NOW + timedelta(minutes=1))
    held = make_comment(thread, source="Ол қояндай қорқақ.")
    marked = make_comment(thread, source="Түлкі туралы ертегі.")
    session.rollback()
    shown = dict(session.execute(select(Comment.id, Comment.visibility)).all())
    assert shown == {held.id: Visibility.HELD, marked.id: Visibility.PUBLISHED}

"""Who is written to about an answer or a mention: once, until she has read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from karavan.core.database import db
from karavan.core.problems import NotFound
from karavan.discussion.models import Comment, ReadMark
from karavan.discussion.rules.edit import edit
from karavan.discussion.rules.read import mark_read
from karavan.moderation.models import Mode, Visibility
from karavan.notifications.models import Letter
from karavan.notifications.rendering import render
from tests.discussion.test_posting import put
from tests.support.civic import write
from tests.support.settings import NOW
from tests.support.talk import TITLE, make_comment, make_thread, make_writer, reload_comment, reload_thread

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from karavan.accounts.models import Person


def letters_to(person: Person) -> list[str]:
    """Return the occasions somebody was written to about."""
    db.session().rollback()
    mine = select(Letter).where(Letter.address == person.email, Letter.letter == "discussion/reply")
    return [letter.payload["occasion"] for letter in db.session().scalars(mine.order_by(Letter.id))]


def test_the_author_is_told_once_until_she_reads_again(session: Session) -> None:
    thread, amina = make_thread(), make_writer("Амина Қ")
    mine = make_comment(thread, amina)
    for _ in range(3):
        make_comment(thread, parent=mine)
    assert letters_to(amina) == ["reply"]
    write(mark_read, thread.id, person_id=amina.id, seq=1, now=NOW)
    make_comment(thread, parent=mine)
    assert letters_to(amina) == ["reply"], "she has not read the one she was told of"
    write(mark_read, thread.id, person_id=amina.id, seq=10**12, now=NOW)
    make_comment(thread, parent=mine)
    make_comment(thread, amina, parent=mine)
    assert letters_to(amina) == ["reply", "reply"]


def test_what_she_was_told_of_may_be_gone_when_she_reads(session: Session) -> None:
    thread, amina = make_thread(), make_writer()
    mine = make_comment(thread, amina)
    put(make_comment(thread, parent=mine), Visibility.REMOVED)
    write(mark_read, thread.id, person_id=amina.id, seq=reload_thread(thread).last_seq, now=NOW)
    make_comment(thread, parent=mine)
    assert letters_to(amina) == ["reply", "reply"]


def test_who_is_named_is_told_and_who_is_named_in_her_own_answer_is_told_once(session: Session) -> None:
    thread, amina, bekzat = make_thread(), make_writer("Амина Қ"), make_writer("Бекзат Т")
    mine = make_comment(thread, amina)
    make_comment(thread, bekzat)
    make_comment(thread, source="@Амина Қ. мен @Бекзат Т. қарасын", parent=mine)
    assert (letters_to(amina), letters_to(bekzat)) == (["reply"], ["mention"])


def test_a_name_two_people_share_or_a_stranger_tells_nobody(session: Session) -> None:
    thread = make_thread()
    twins = [make_writer("Дана Кенес"), make_writer("Дана Кенжеева")]
    for twin in twins:
        make_comment(thread, twin)
    silent = make_writer("Ермек О")
    made = make_comment(thread, source="@Дана К. және @Ермек О. қарасын")
    assert [letters_to(one) for one in (*twins, silent)] == [[], [], []]
    assert "mention" not in reload_comment(made).html


def test_what_waits_tells_when_it_can_be_read_and_only_then(session: Session) -> None:
    thread, amina = make_thread(), make_writer()
    mine = make_comment(thread, amina)
    write(lambda session: setattr(session.get_one(type(thread), thread.id), "mode", Mode.BEFORE))
    waiting = make_comment(thread, parent=mine)
    assert letters_to(amina) == []
    for visibility in (Visibility.PUBLISHED, Visibility.REMOVED, Visibility.PUBLISHED):
        put(waiting, visibility)
    assert letters_to(amina) == ["reply"]


def test_an_edit_tells_new_names_alone(session: Session) -> None:
    thread, amina, bekzat = make_thread(), make_writer("Амина Қ"), make_writer("Бекзат Т")
    for person in (amina, bekzat):
        make_comment(thread, person)
    made = make_comment(thread, source="@Амина Қ. қарасын")
    write(mark_read, thread.id, person_id=amina.id, seq=10, now=NOW)
    both = "@Амина Қ. мен @Бекзат Т. қарасын"
    write(edit, made.id, both, None, by_id=made.author_id, read_version=1, now=NOW)
    assert (letters_to(amina), letters_to(bekzat)) == (["mention"], ["mention"])


def test_marks_go_forward_only(session: Session) -> None:
    thread, amina = make_thread(), make_writer()
    for _ in range(3):
        make_comment(thread)
    for seq in (2, 1, 99, -4):
        write(mark_read, thread.id, person_id=amina.id, seq=seq, now=NOW)
    assert session.scalars(select(ReadMark.seq)).all() == [3]
    with pytest.raises(NotFound):
        write(mark_read, 4711, person_id=amina.id, seq=1, now=NOW)


@pytest.mark.parametrize("lang", ["kk", "ru", "en"])
def test_the_letter_says_who_and_where_and_never_what(session: Session, lang: str) -> None:
    thread, amina = make_thread(), make_writer(lang=lang)
    mine = make_comment(thread, amina)
    answer = make_comment(thread, make_writer("https://evil.example Қ"), "Құпия сөз", parent=mine)
    db.session().rollback()
    letter = db.session().scalars(select(Letter)).one()
    outgoing = render(letter)
    for part in (outgoing.text, outgoing.html):
        assert f"http://karavan.test/{lang}/comments/{answer.public_id}" in part
        assert TITLE in part
        assert "Құпия" not in part
        assert "https://evil" not in part
    assert outgoing.subject
    assert db.session().get_one(Comment, answer.id).author_name == "https://evil.example Қ."

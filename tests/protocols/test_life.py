"""From what happened to what is fixed for good: nobody signs what she has not read, nothing changes once published."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from karavan.core.languages import Slots
from karavan.core.problems import Problem
from karavan.core.when import local_day
from karavan.councils.models import SettingKey
from karavan.councils.rules import set_line
from karavan.councils.statute import Notice
from karavan.deadlines.models import Deadline, DeadlineKind, DeadlineState, Unit
from karavan.files.queries import content_of
from karavan.hearings.models import HearingState
from karavan.notifications.models import Letter
from karavan.notifications.rendering import render
from karavan.proposals.models import Recommendation, RecommendationState, Verdict
from karavan.proposals.problems import OtherCouncil
from karavan.proposals.rules.answer import Reply, check_answer, publish_answer, write_answer
from karavan.proposals.rules.recommend import Advice, begin_recommendation
from karavan.protocols.models import Part, Protocol, ProtocolState
from karavan.protocols.problems import (
    AlreadyPublished,
    BothLanguages,
    ChangedMeanwhile,
    CorrectionsAreOver,
    CorrectionsStillOpen,
    DecidedAlready,
    NotAgreed,
    NotAtThisStage,
    NothingChanged,
    NotOverYet,
    RequestsUndecided,
    SamePerson,
    TookNoPart,
)
from karavan.protocols.rules.agree import Signer, agree
from karavan.protocols.rules.correct import ask_for_correction, decide_correction
from karavan.protocols.rules.edit import edit_part, write_anew
from karavan.protocols.rules.publish import publish
from karavan.protocols.rules.write import lay_open, write as write_protocol
from karavan.record.models import ActorRole, RecordEntry, Verb
from tests.protocols.reading_pdfs import squeezed, words_of
from tests.protocols.stages import BY, agree_as, agree_both, make_stage, published, recommend, reload, version_of
from tests.support.assembly import make_hearing
from tests.support.civic import make_body, make_council, make_person
from tests.support.makers import write
from tests.support.races import doing

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session

    from tests.protocols.stages import Stage
    from tests.support.visit import Visit

NEW = Slots("Басқаша айтылды.", "Сказано иначе.")


def edited(stage: Stage, part: Part = Part.COURSE, words: Slots = NEW, *, read_version: int | None = None) -> Protocol:
    return write(edit_part, stage.protocol_id, part, words, read_version=read_version or version_of(stage))


def part_of(stage: Stage, part: Part) -> Slots:
    return next(one.text for one in reload(stage).parts if one.part == part)


def asked(stage: Stage, words: str = "Мен қарсы емеспін.", **how: Any) -> Any:
    facts = {"by_person": stage.speaker.id, "by_name": "Әмина Ж.", "now": stage.now, **how}
    return write(ask_for_correction, stage.protocol_id, Part.COURSE, words, **facts)


# --- Written ----------------------------------------------------------------------------------------------


def test_a_protocol_is_written_once_with_a_number_of_its_own(session: Session) -> None:
    stage = make_stage()
    again = write(write_protocol, "hearing", stage.hearing_id, now=stage.now, **BY)
    protocol = reload(stage)

    assert again.id == stage.protocol_id
    assert protocol.number == f"MGS-P-{local_day(stage.now).year}-0001"
    assert [one.part for one in protocol.parts] == list(Part)
    assert "Әмина Ж." in part_of(stage, Part.COURSE).kk
    assert protocol.facts["speakers"][0]["topic"] == "Тариф"
    assert len(protocol.facts["documents"]) == 1
    other = make_hearing(stage.council, state=HearingState.HELD, now=stage.now)
    assert write(write_protocol, "hearing", other.id, now=stage.now, **BY).number.endswith("-0002")


@pytest.mark.parametrize("state", [HearingState.ANNOUNCED, HearingState.LIVE])
def test_what_is_not_over_has_no_protocol(session: Session, state: HearingState) -> None:
    hearing = make_hearing(make_council(), state=state)

    with pytest.raises(NotOverYet):
        write(write_protocol, "hearing", hearing.id, now=hearing.starts_at, **BY)


def test_writing_anew_leaves_what_was_edited_by_hand(session: Session) -> None:
    stage = make_stage()
    edited(stage)
    write(write_anew, stage.protocol_id, read_version=version_of(stage))

    assert part_of(stage, Part.COURSE) == NEW


# --- Edited -----------------------------------------------------------------------------------------------


def test_an_edit_is_in_both_languages_and_of_the_version_that_was_read(session: Session) -> None:
    stage = make_stage()
    read = version_of(stage)
    edited(stage, read_version=read)

    assert version_of(stage) == read + 1
    edited(stage, read_version=read)  # a second press
    assert version_of(stage) == read + 1
    with pytest.raises(ChangedMeanwhile):
        edited(stage, words=Slots("Тағы", "Ещё"), read_version=read)
    with pytest.raises(NothingChanged):
        edited(stage)
    with pytest.raises(BothLanguages):
        edited(stage, words=Slots("Тек қазақша"))


# --- Corrected --------------------------------------------------------------------------------------------


def test_those_who_took_part_are_told_and_ask_while_the_days_last(session: Session) -> None:
    stage = make_stage()
    with pytest.raises(CorrectionsAreOver):
        asked(stage)
    write(lay_open, stage.protocol_id, read_version=version_of(stage), now=stage.now, **BY)

    letters = select(Letter.address).where(Letter.letter == "protocols/laid_open")
    assert session.scalars(letters).all() == [stage.speaker.email]
    assert asked(stage).id == asked(stage).id
    with pytest.raises(TookNoPart):
        asked(stage, by_person=make_person().id)
    with pytest.raises(CorrectionsAreOver):
        asked(stage, "Кеш қалдым", now=reload(stage).corrections_until)


def test_the_days_are_three_working_days_unless_the_statute_says_otherwise(session: Session) -> None:
    stage = make_stage(laid_open=True)  # a Monday
    until = reload(stage).corrections_until
    assert until is not None
    assert local_day(until) == date(2026, 11, 27)  # midnight after Thursday

    line = Notice(2, Unit.WORKING)
    facts = {"valid_from": local_day(stage.now), "citation": Slots("№ 7", "№ 7"), "note": "", "now": stage.now, **BY}
    write(set_line, stage.council.id, SettingKey.PUBLICATION, line, **facts)
    other = make_hearing(stage.council, state=HearingState.HELD, now=stage.now)
    made = write(write_protocol, "hearing", other.id, now=stage.now, **BY)
    opened = write(lay_open, made.id, read_version=1, now=stage.now, **BY)
    assert opened.corrections_until is not None
    assert local_day(opened.corrections_until) == date(2026, 11, 26)


def test_a_request_gets_one_answer_and_its_author_is_told(session: Session) -> None:
    stage = make_stage(laid_open=True)
    request = asked(stage)
    write(decide_correction, stage.protocol_id, request.id, accepted=True, answer="Дұрыс", now=stage.now)
    write(decide_correction, stage.protocol_id, request.id, accepted=True, answer="Дұрыс", now=stage.now)

    with pytest.raises(DecidedAlready):
        write(decide_correction, stage.protocol_id, request.id, accepted=False, answer="Жоқ", now=stage.now)
    told = select(func.count()).where(Letter.letter == "protocols/correction_decided")
    assert session.scalar(told) == 1


# --- Agreed to --------------------------------------------------------------------------------------------


def test_two_people_agree_after_the_days_for_corrections_and_every_request(session: Session) -> None:
    stage = make_stage(laid_open=True)
    request = asked(stage)
    with pytest.raises(CorrectionsStillOpen):
        agree_as(stage, Signer.CHAIR, stage.chair, now=stage.now)
    with pytest.raises(RequestsUndecided):
        agree_as(stage, Signer.CHAIR, stage.chair)
    write(decide_correction, stage.protocol_id, request.id, accepted=False, answer="Жазба бар", now=stage.later)
    with pytest.raises(NotAtThisStage):
        agree_as(stage, Signer.CHAIR, stage.secretary)  # she does not chair
    agree_as(stage, Signer.CHAIR, stage.chair)
    with pytest.raises(SamePerson):
        agree_as(stage, Signer.SECRETARY, stage.chair)
    agree_as(stage, Signer.CHAIR, stage.chair)  # a second press
    assert reload(stage).state == ProtocolState.OPEN
    agree_as(stage, Signer.SECRETARY, stage.secretary)

    assert reload(stage).state == ProtocolState.AGREED
    agreed = select(func.count()).where(RecordEntry.verb == Verb.PROTOCOL_AGREED)
    assert session.scalar(agreed) == 2


@pytest.mark.parametrize("both", [False, True])
def test_any_edit_takes_the_agreement_back(session: Session, both: bool) -> None:
    stage = make_stage(laid_open=True)
    agree_as(stage, Signer.CHAIR, stage.chair)
    if both:
        agree_as(stage, Signer.SECRETARY, stage.secretary)
    read = version_of(stage)
    edited(stage)
    protocol = reload(stage)

    assert protocol.state == ProtocolState.OPEN
    assert (protocol.chair_agreed_at, protocol.secretary_agreed_at, protocol.chair_name) == (None, None, "")
    with pytest.raises(ChangedMeanwhile):
        agree_as(stage, Signer.SECRETARY, stage.secretary, read_version=read)


@pytest.mark.race
@pytest.mark.timeout(240)
def test_nobody_ever_agrees_to_words_she_has_not_read(session: Session, at_once: Callable[..., list[Any]]) -> None:
    for number in range(4):
        stage = make_stage(laid_open=True, slug=f"council-{number}")
        read = version_of(stage)
        hand = {"person_id": stage.chair.id, "name": "Төраға", "read_version": read, "now": stage.later}
        results = at_once(
            doing(agree, stage.protocol_id, Signer.CHAIR, **hand),
            doing(edit_part, stage.protocol_id, Part.COURSE, NEW, read_version=read),
        )
        protocol = reload(stage)
        assert not isinstance(results[1], Problem)
        assert protocol.version == read + 1
        assert protocol.chair_agreed_at is None
        assert part_of(stage, Part.COURSE) == NEW


# --- Published --------------------------------------------------------------------------------------------


def test_what_both_agreed_to_is_published_with_its_papers_and_its_fingerprints(session: Session) -> None:
    stage = make_stage(both=True)
    protocol = published(stage)
    entry = session.scalars(select(RecordEntry).where(RecordEntry.verb == Verb.PROTOCOL_PUBLISHED)).one()

    assert (protocol.state, protocol.published_at) == (ProtocolState.PUBLISHED, stage.later)
    assert protocol.pdf_kk is not None
    assert protocol.pdf_ru is not None
    assert entry.facts["sha256_kk"] == protocol.pdf_kk.sha256
    assert entry.facts["sha256_ru"] == protocol.pdf_ru.sha256
    said = words_of(content_of(session, protocol.pdf_kk.id) or b"")
    assert all(squeezed(part.text.kk) in said for part in protocol.parts)


def test_nothing_is_published_that_both_have_not_agreed_to(session: Session) -> None:
    stage = make_stage(laid_open=True)
    agree_as(stage, Signer.CHAIR, stage.chair)

    with pytest.raises(NotAgreed):
        published(stage)


def test_papers_of_another_version_are_refused(session: Session) -> None:
    stage = make_stage(both=True)
    before = reload(stage)
    edited(stage)
    agree_both(stage)

    with pytest.raises(ChangedMeanwhile):
        write(
            publish,
            stage.protocol_id,
            (b"", b""),
            by=ActorRole.SECRETARY,
            by_person=None,
            read_version=before.version,
            now=stage.later,
        )


def test_each_recommendation_goes_to_the_clock_when_the_protocol_is_published(session: Session) -> None:
    stage = make_stage(recommended=True)
    second = recommend(stage, title="Өтелім туралы есеп беру")
    write(lay_open, stage.protocol_id, read_version=version_of(stage), now=stage.now, **BY)
    listed = part_of(stage, Part.RECOMMENDATIONS)
    agree_both(stage)
    protocol = published(stage)

    assert "1. Тариф есебін жариялау" in listed.kk
    assert "2. Өтелім туралы есеп беру" in listed.kk
    assert [one.state for one in protocol.recommendations] == [RecommendationState.SENT] * 2
    assert second in {one.id for one in protocol.recommendations}
    clocks = select(func.count()).where(Deadline.kind == DeadlineKind.ANSWER)
    assert session.scalar(clocks) == 2


def test_a_recommendation_that_rests_on_the_protocol_alone_goes_to_the_clock_too(
    session: Session, visit: Visit
) -> None:
    """A hearing need not be about anybody's proposal; what it recommends is owed an answer all the same."""
    stage = make_stage(laid_open=True)
    made = recommend(stage, alone=True)
    write(lambda session: setattr(session.get_one(Recommendation, made).addressee, "email", "body@example.kz"))
    agree_both(stage)
    published(stage)
    sent = session.get_one(Recommendation, made)
    assert (sent.state, bool(sent.number)) == (RecommendationState.SENT, True)
    clocks = select(Deadline.kind, Deadline.state).where(Deadline.recommendation_id == made).order_by(Deadline.id)
    assert session.execute(clocks).all() == [
        (DeadlineKind.SENDING, DeadlineState.MET),
        (DeadlineKind.ANSWER, DeadlineState.RUNNING),
    ]
    (letter,) = session.scalars(select(Letter).where(Letter.letter == "proposals/recommendation"))
    assert "Proposals of residents" not in render(letter).html
    page = visit.get(f"/en/proposals/recommendations/{sent.number}")
    assert "Proposals it speaks for" not in page.text
    reply = Reply(verdict=Verdict.ACCEPTED, text=Slots("Жауап", "Ответ"), signed_by="Бастық")
    facts: dict[str, Any] = {"now": stage.later}
    write(write_answer, made, reply, by_person=stage.secretary.id, read_version=0, **facts)
    write(check_answer, made, by_person=stage.chair.id, read_version=1, **facts)
    write(publish_answer, made, by=ActorRole.SECRETARY, read_version=2, **facts)
    session.expire_all()
    assert session.get_one(Recommendation, made).state == RecommendationState.ANSWERED


def test_elsewhere_a_recommendation_speaks_for_somebody(session: Session) -> None:
    stage = make_stage()
    advice = Advice(
        addressee_id=make_body().id,
        title=Slots("Атау", "Название"),
        text=Slots("Мәтін", "Текст"),
        basis=Slots(),
        proposals=frozenset(),
    )
    with pytest.raises(OtherCouncil):
        write(begin_recommendation, stage.council.id, advice, by_person=None, now=stage.now)


def test_a_published_protocol_is_refused_to_every_rule(session: Session) -> None:
    stage = make_stage(both=True)
    read = published(stage).version

    with pytest.raises(AlreadyPublished):
        edited(stage, read_version=read)
    with pytest.raises(AlreadyPublished):
        agree_as(stage, Signer.CHAIR, stage.chair, read_version=read)
    with pytest.raises(AlreadyPublished):
        asked(stage, "Кеш")


PAST_THE_RULES = (
    "UPDATE protocols SET title = '{}' WHERE id = :id",
    "UPDATE protocols SET state = 'open' WHERE id = :id",
    "DELETE FROM protocols WHERE id = :id",
    "UPDATE protocol_parts SET text = '{}' WHERE protocol_id = :id",
    "DELETE FROM protocol_parts WHERE protocol_id = :id",
    "INSERT INTO protocol_parts (protocol_id, position, part, text, edited) VALUES (:id, 99, 'more', '{}', false)",
    "DELETE FROM protocol_recommendations WHERE protocol_id = :id",
    "UPDATE file_contents SET content = NULL WHERE file_id = (SELECT pdf_kk_id FROM protocols WHERE id = :id)",
    "DELETE FROM file_contents WHERE file_id = (SELECT pdf_ru_id FROM protocols WHERE id = :id)",
)


def test_the_database_itself_refuses_to_change_what_is_published(session: Session) -> None:
    stage = make_stage(recommended=True, both=True)
    published(stage)

    def say(writing: Session, statement: str) -> None:
        writing.connection().execute(text(statement), {"id": stage.protocol_id})

    for statement in PAST_THE_RULES:
        with pytest.raises(DBAPIError, match="published protocol"):
            write(say, statement)

"""The pages of hearings, of what goes on in a hall, of sittings and of their minutes, in every state."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from karavan.accounts.models import Person, Role
from karavan.core.clock import now
from karavan.core.database import db, transact as write
from karavan.core.languages import Slots
from karavan.hearings.models import HearingDocument, HearingState, PollOption, Position, StatementKind
from karavan.hearings.rules import hall, matrix, polls, questions, speakers, summary
from karavan.hearings.rules.documents import replace_document
from karavan.protocols.models import Part
from karavan.protocols.rules.correct import ask_for_correction
from karavan.protocols.rules.write import lay_open
from karavan.record.models import ActorRole
from karavan.sittings.models import Sitting, SittingState
from karavan.sittings.rules.attend import came
from karavan.sittings.rules.close import close_sitting
from karavan.sittings.rules.opinion import give_opinion
from karavan.sittings.rules.vote import decide, declare_conflict
from tests.protocols.stages import OVER, Stage as Minutes, make_stage, published, reload, version_of
from tests.support.assembly import AHEAD, examined_pdf, make_document, make_hearing, make_sitting, reload_hearing
from tests.support.chamber import DRAFT, Chamber, for_votes, made, make_chamber, put_to_vote
from tests.support.civic import make_council, make_staff
from tests.support.live_hall import ALIKE, ANSWER, ASKED, NO, YES, Gathering
from tests.support.scene import AMINA, Scene, send_empty
from tests.support.site import address_of
from tests.support.talk import make_writer

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from karavan.councils.models import Council
    from karavan.hearings.models import Hearing
    from tests.support.site import Site

BY: dict[str, Any] = {"by": ActorRole.SECRETARY}
MENDED = Slots(kk="Қатесі түзетілді", ru="Исправлена ошибка")
SAID = Slots("Тариф туралы 12 адам айтты.", "О тарифе сказали 12 человек.", "12 people spoke of the tariff.")
LONG = "Осы мәселе туралы тұрғындардың айтқаны: " * 3


def assembly_scenes(_: Site) -> dict[str, list[Scene]]:
    """Bring about every state of hearings, sittings and minutes, and say where each can be seen."""
    hearings, sittings = _Hearings.planted(), _Sittings.planted()
    minutes = _minutes()
    return {
        "in the hall": [*hearings.at_once(), *sittings.at_once(), minutes[0]],
        "hearings": [*hearings.public(), *hearings.taking_part()],
        "hearing desk": hearings.desk(),
        "live": [*hearings.live_pages(), *hearings.console()],
        "sittings": sittings.public(),
        "sitting desk": sittings.desk(),
        "minutes": minutes[1:],
    }


def hall_of(council: Council, secretary: Person, *, begun: bool = True, **plan: Any) -> Gathering:
    """Return a hearing of this council whose notice was given a month ago for this moment."""
    moment = now()
    ahead: dict[str, Any] = {"now": moment - AHEAD, "starts_at": moment}
    hearing = make_hearing(council, state=HearingState.ANNOUNCED, secretary=secretary, **ahead | plan)
    gathering = Gathering(hearing.id, secretary.id, moment, moment)
    return gathering.begins() if begun else gathering


# --- Hearings -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class _Hearings:
    """A council with a hearing in each state, and who runs them."""

    council: Council
    secretary: str
    draft: Hearing
    bare: Hearing
    announced: Hearing
    cancelled: Hearing
    live: Hearing
    quiet: Hearing
    at_rest: Hearing
    taken: Hearing
    held: Hearing
    closed: Hearing
    receipts: tuple[str, str]
    group: int

    @classmethod
    def planted(cls) -> _Hearings:
        """Bring them about."""
        council = make_council(slug="scenes-of-hearings")
        secretary = make_staff(council, Role.SECRETARY)
        keeps: dict[str, Any] = {"secretary": secretary}
        live, quiet, at_rest, taken = (hall_of(council, secretary) for _ in range(4))
        _fill(live)
        speaker = quiet.speaker(Position.AGAINST, interpreter="sign")
        write(speakers.call_next, quiet.id, **quiet.desk)
        write(speakers.absent, quiet.id, **quiet.desk)
        assert speaker.id
        write(hall.take_break, at_rest.id, 10, **at_rest.desk)
        other = make_staff(council, Role.SECRETARY)
        write(hall.take_over, taken.id, by_id=other.id, now=now() + timedelta(minutes=10))
        write(speakers.at_door, taken.id, "Тұрғын", speakers.Wish(position=Position.FOR, topic=""), **BY, now=now())
        write(speakers.call_next, taken.id, by_id=other.id, now=now())
        write(speakers.pause, taken.id, by_id=other.id, now=now())
        announced = make_hearing(council, state=HearingState.ANNOUNCED, documents=2, **keeps)
        first = _document_of(announced).public_id
        newer = {"name": "tarif.pdf", "title": Slots(kk="Жаңа нұсқа", ru="Новая версия"), "read_version": None}
        write(replace_document, announced.id, first, examined_pdf(), exception=MENDED, now=now(), **newer)
        make_document(announced, title="Кейін қосылған құжат", exception=MENDED)
        early = Gathering(announced.id, secretary.id, now(), now())
        waits = early.statement(files=[("есеп.pdf", examined_pdf())])
        held = hall_of(council, secretary)
        receipts, group = _speak_up(held, waits.code)
        closed = hall_of(council, secretary, starts_at=now() - timedelta(days=7), now=now() - AHEAD * 2, begun=False)
        return cls(
            council=council,
            secretary=secretary.email or "",
            draft=make_hearing(council, state=HearingState.DRAFT, documents=2, **keeps),
            bare=make_hearing(council, state=HearingState.DRAFT, tasks=Slots(), questions=Slots(), **keeps),
            announced=announced,
            cancelled=make_hearing(council, state=HearingState.CANCELLED, **keeps),
            live=reload_hearing(live.id),
            quiet=reload_hearing(quiet.id),
            at_rest=reload_hearing(at_rest.id),
            taken=reload_hearing(taken.id),
            held=reload_hearing(held.id),
            closed=_closed(closed),
            receipts=receipts,
            group=group,
        )

    # What every `bin/test` looks at.

    def at_once(self) -> list[Scene]:
        live = f"hearings/{self.live.slug}"
        return [
            Scene("live", f"{live}/live", AMINA),
            Scene("big screen", f"{live}/screen"),
            Scene("hearing, live", live),
            Scene("hearing, announced", f"hearings/{self.announced.slug}"),
            Scene("console", f"desk/hearings/{self.live.id}/hall", self.secretary),
        ]

    # Who reads, and who takes part.

    def public(self) -> list[Scene]:
        announced, held, closed = (f"hearings/{one.slug}" for one in (self.announced, self.held, self.closed))
        return [
            Scene("hearings", "hearings/"),
            Scene("hearings, none found", "hearings/?q=nothing-is-called-this"),
            Scene("hearing, cancelled", f"hearings/{self.cancelled.slug}"),
            Scene("hearing, to be answered", held),
            Scene("hearing, closed", closed),
            Scene("hearing, of somebody who spoke up", held, AMINA),
            Scene("notice of a hearing", f"{announced}/notice"),
            Scene("speakers", f"hearings/{self.live.slug}/speakers"),
            Scene("speakers, none yet", f"{announced}/speakers"),
            Scene("statements", f"{held}/statements"),
            Scene("statements, of one kind", f"{held}/statements?kind=against"),
            Scene("statements, none", f"hearings/{self.quiet.slug}/statements"),
            Scene("matrix, of everybody", f"{held}/matrix"),
            Scene("matrix, all answered", f"{closed}/matrix"),
            Scene("summary", f"{closed}/summary"),
            Scene("a council with hearings", f"councils/{self.council.slug}"),
        ]

    def taking_part(self) -> list[Scene]:
        announced, live = f"hearings/{self.announced.slug}", f"hearings/{self.live.slug}"
        answered, waits = self.receipts
        return [
            Scene("statement", f"{announced}/statement", AMINA),
            Scene("statement, with mistakes", f"{announced}/statement", AMINA, do=send_empty),
            Scene("speaking", f"{announced}/speak", AMINA),
            Scene("speaking, with mistakes", f"{announced}/speak", AMINA, do=send_empty),
            Scene("speaking, my place", f"{live}/speak", AMINA),
            Scene("speaking, given up", f"{live}/speak/withdrawal", AMINA),
            Scene("statement receipts", "hearings/receipts/"),
            Scene("statement receipts, with mistakes", "hearings/receipts/", do=send_empty),
            Scene("statement receipt, answered", f"hearings/receipts/{answered}"),
            Scene("statement receipt, waiting", f"hearings/receipts/{waits}"),
        ]

    # The desk.

    def desk(self) -> list[Scene]:
        who, desk = self.secretary, "desk/hearings"
        draft, announced, held, closed = (
            f"{desk}/{one.id}" for one in (self.draft, self.announced, self.held, self.closed)
        )
        theirs = f"{draft}/documents/{_document_of(self.draft).public_id}"
        frozen = f"{announced}/documents/{_document_of(self.announced).public_id}"
        pages = {
            "list": f"{desk}/",
            "draft": draft,
            "bare draft": f"{desk}/{self.bare.id}",
            "announced": announced,
            "live": f"{desk}/{self.live.id}",
            "held": held,
            "closed": closed,
            "cancelled": f"{desk}/{self.cancelled.id}",
            "edit": f"{announced}/edit",
            "documents": f"{draft}/documents",
            "documents, frozen": f"{announced}/documents",
            "name of a document": f"{theirs}/name",
            "removal of a document": f"{theirs}/removal",
            "notice": f"{draft}/notice",
            "notice, something lacks": f"{desk}/{self.bare.id}/notice",
            "notice, given": f"{announced}/notice",
            "speakers": f"{desk}/{self.live.id}/speakers",
            "matrix": f"{held}/matrix",
            "matrix, groups": f"{held}/matrix?tab=groups",
            "matrix, answered": f"{held}/matrix?tab=answered",
            "answer, in a group": f"{held}/matrix/statements/2",
            "closing, refused": f"{held}/closing",
            "closing, done": f"{closed}/closing",
            "summary": f"{closed}/summary",
        }
        wrong = {
            "new": f"{desk}/new",
            "new document": f"{announced}/documents",
            "new version": f"{frozen}/version",
            "cancellation": f"{announced}/cancellation",
            "answer": f"{held}/matrix/statements/1",
            "answer of a group": f"{held}/matrix/groups/{self.group}",
            "grouping": f"{held}/matrix",
            "summary": f"{held}/summary",
        }
        return [
            *(Scene(f"hearing desk, {name}", path, who) for name, path in pages.items()),
            *(Scene(f"hearing desk, {name} with mistakes", path, who, send_empty) for name, path in wrong.items()),
        ]

    # The hall.

    def live_pages(self) -> list[Scene]:
        live = f"hearings/{self.live.slug}"
        return [
            Scene("live, of a visitor", f"{live}/live"),
            Scene("live, newest questions", f"{live}/live?sort=newest"),
            Scene("live, not begun", f"hearings/{self.announced.slug}/live"),
            Scene("live, nobody speaks", f"hearings/{self.quiet.slug}/live"),
            Scene("live, a break", f"hearings/{self.at_rest.slug}/live"),
            Scene("live, the clock stands", f"hearings/{self.taken.slug}/live"),
            Scene("live, over", f"hearings/{self.held.slug}/live"),
            Scene("live, my part", f"{live}/live/mine", AMINA),
            Scene("live, one question", f"{live}/live/questions/2", AMINA),
            Scene("live, asking", f"{live}/live/question", AMINA),
            Scene("live, asking with mistakes", f"{live}/live/question", AMINA, do=send_empty),
            Scene("big screen, not begun", f"hearings/{self.announced.slug}/screen"),
            Scene("big screen, a break", f"hearings/{self.at_rest.slug}/screen"),
            Scene("big screen, over", f"hearings/{self.held.slug}/screen"),
        ]

    def console(self) -> list[Scene]:
        states = ("announced", "live", "quiet", "at_rest", "taken", "held")
        who, halls = self.secretary, {name: f"desk/hearings/{getattr(self, name).id}/hall" for name in states}
        return [
            *(Scene(f"console, {name}", path, who) for name, path in halls.items() if name != "live"),
            Scene("console, note with mistakes", halls["quiet"], who, do=_empty_note),
            Scene("console, poll with mistakes", halls["quiet"], who, do=_empty_poll),
            Scene("console, somebody out of order", f"{halls['quiet']}/call", who, do=send_empty),
            Scene("console, nobody to call", f"{halls['at_rest']}/call", who),
            Scene("console, merging", f"{halls['live']}/questions/3", who, do=send_empty),
            Scene("console, ending", f"{halls['live']}/end", who),
        ]


def _fill(live: Gathering) -> None:
    """Let a hall be as full as halls are: somebody speaks, others wait, people ask, a straw poll is open."""
    amina = _person(AMINA)
    live.speaker(Position.FOR, interpreter="kk")
    live.speaker(Position.AGAINST)
    live.speaker(Position.QUESTION, who=amina)
    for _ in range(9):
        live.speaker(Position.AGAINST)
    write(speakers.call_next, live.id, **live.desk)
    write(speakers.call_next, live.id, **live.desk)
    asked = [live.question(), live.question(LONG), live.question(author=amina), live.question()]
    write(questions.support, live.id, asked[1].id, person_id=amina.id, now=live.now)
    write(questions.merge, live.id, asked[3].id, asked[1].id, **live.desk)
    write(questions.answered, live.id, asked[0].id, **live.desk)
    first = write(polls.open_poll, live.id, ASKED, [YES, NO], **live.desk)
    write(polls.vote, live.id, first.id, _answer_of(first.id), person_id=make_writer().id, now=live.now)
    write(polls.close_poll, live.id, first.id, **live.desk)
    write(polls.open_poll, live.id, Slots(kk="Үзіліс керек пе?", ru="Нужен ли перерыв?"), [YES, NO], **live.desk)
    write(hall.note, live.id, "Микрофон бес минут істемеді.", lang="kk", by_id=live.secretary, now=live.now)


def _answer_of(poll_id: int) -> int:
    return db.session().scalars(select(PollOption.id).where(PollOption.poll_id == poll_id)).first() or 0


def _speak_up(held: Gathering, waits: str) -> tuple[tuple[str, str], int]:
    """Let people say and ask what is owed an answer, end the hearing, and answer a part of it."""
    held.statement(LONG)
    alike = [held.statement(kind=StatementKind.AGAINST), held.statement(kind=StatementKind.QUESTION)]
    answered = held.statement(author=_person(AMINA))
    held.question()
    held.ends()
    entries = [("statement", one.id, None) for one in alike]
    group = write(matrix.group, held.id, entries, title=ALIKE)
    held.answers("statement", answered.id)
    return (answered.code, waits), group.id


def _closed(gathering: Gathering) -> Hearing:
    """Hold a hearing of a week ago, answer everything, close it and sum it up."""
    began = now() - timedelta(days=7)
    past = Gathering(gathering.id, gathering.secretary, began, began).begins()
    said = [past.statement(), past.statement(kind=StatementKind.AGAINST)]
    past.ends()
    group = write(matrix.group, past.id, [("statement", one.id, None) for one in said], title=ALIKE)
    write(matrix.answer_group, past.id, group.id, ANSWER, **BY, **past.desk)
    past.closes()
    write(summary.write_summary, past.id, SAID, **BY, now=now())
    return reload_hearing(past.id)


def _document_of(hearing: Hearing) -> HearingDocument:
    found = select(HearingDocument).where(HearingDocument.hearing_id == hearing.id).order_by(HearingDocument.id)
    return db.session().scalars(found).first()  # type: ignore[return-value]


def _empty_note(page: Page) -> None:
    page.locator("#note-button").click()
    page.wait_for_selector("#note-panel .errsum")


def _empty_poll(page: Page) -> None:
    page.locator("#poll-button").click()
    page.wait_for_selector("#poll-panel .errsum")


# --- Sittings -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class _Sittings:
    """A council with a sitting in each state, its secretary, and a member of it."""

    council: Council
    secretary: str
    member: str
    draft: Sitting
    convened: Sitting
    cancelled: Sitting
    room: Chamber
    """Nothing is decided there yet: the vote on the first item is open."""
    thin: Chamber
    """Too few have come."""
    held: Chamber

    @classmethod
    def planted(cls) -> _Sittings:
        """Bring them about."""
        council = make_council(slug="scenes-of-sittings")
        held = make_chamber(6, items=3, council=council)
        secretary = db.session().get_one(Person, held.secretary)
        _decide_and_close(held)
        return cls(
            council=council,
            secretary=secretary.email or "",
            member=db.session().get_one(Person, held.people[1]).email or "",
            draft=make_sitting(council, state=SittingState.DRAFT, items=2, secretary=secretary),
            convened=make_sitting(council, state=SittingState.CONVENED, items=2, secretary=secretary),
            cancelled=make_sitting(council, state=SittingState.CANCELLED, secretary=secretary),
            room=_voting(held, council, secretary),
            thin=_room_of(held, council, secretary, there=2),
            held=held,
        )

    def at_once(self) -> list[Scene]:
        desk = f"desk/sittings/{self.room.sitting_id}"
        return [
            Scene("sitting, going on", self._public(self.room)),
            Scene("sitting desk, room", f"{desk}/room", self.secretary),
            Scene("sitting desk, item with an open vote", f"{desk}/items/{self.room.item}", self.secretary),
        ]

    def public(self) -> list[Scene]:
        page, held = f"councils/{self.council.slug}", self._public(self.held)
        room, decided = self._public(self.room), f"{held}/items/{self.held.item}"
        return [
            Scene("sittings", f"{page}/sittings/"),
            Scene("sitting, convened", f"{page}/sittings/{self.convened.number}"),
            Scene("sitting, cancelled", f"{page}/sittings/{self.cancelled.number}"),
            Scene("sitting, held", held),
            Scene("sitting, of a member", room, self.member),
            Scene("record of votes", f"{page}/votes"),
            Scene("record of votes, of one member", f"{page}/votes?member={self.held.members[1]}"),
            Scene("member who votes", f"{page}/members/{self.held.members[1]}"),
            Scene("a council with sittings", page),
            Scene("own vote", f"{room}/vote", self.member),
            Scene("own vote, with mistakes", f"{room}/vote", self.member, do=_vote_for_nothing),
            Scene("own vote, nothing is open", f"{held}/vote", self.member),
            Scene("own conflict", f"{room}/items/{self.room.items[1]}/conflict", self.member),
            Scene("special opinion", f"{decided}/opinion", self.member),
            Scene("special opinion, with mistakes", f"{decided}/opinion", self.member, do=_send_emptied),
        ]

    def desk(self) -> list[Scene]:
        who, desk = self.secretary, "desk/sittings"
        draft, convened, held = (f"{desk}/{one}" for one in (self.draft.id, self.convened.id, self.held.sitting_id))
        thin, room = (f"{desk}/{one.sitting_id}" for one in (self.thin, self.room))
        pages = {
            "list": f"{desk}/",
            "draft": draft,
            "convened": convened,
            "held": held,
            "cancelled": f"{desk}/{self.cancelled.id}",
            "edit": f"{convened}/edit",
            "agenda": f"{draft}/agenda",
            "agenda, after notice": f"{convened}/agenda",
            "notice": f"{draft}/notice",
            "room, to open": f"{convened}/room",
            "room, too few": f"{thin}/room",
            "quorum": f"{room}/quorum",
            "item, decided": f"{held}/items/{self.held.item}",
            "item, waiting": f"{room}/items/{self.room.items[1]}",
        }
        wrong = {
            "new": f"{desk}/councils/{self.council.id}/new",
            "item of the agenda": f"{draft}/agenda/new",
            "cancellation": f"{convened}/cancellation",
            "closing": f"{room}/closing",
        }
        return [
            *(Scene(f"sitting desk, {name}", path, who) for name, path in pages.items()),
            *(Scene(f"sitting desk, {name} with mistakes", path, who, send_empty) for name, path in wrong.items()),
            Scene("sitting desk, vote without quorum", f"{thin}/items/{self.thin.item}", who, do=_open_the_vote),
        ]

    def _public(self, room: Chamber) -> str:
        number = db.session().scalars(select(Sitting.number).where(Sitting.id == room.sitting_id)).one()
        return f"councils/{self.council.slug}/sittings/{number}"


def _decide_and_close(room: Chamber) -> None:
    """Decide on one item, against one member who says why; reject another, with a conflict; close with one left."""
    decision = made(room, for_votes(4, against=1))
    opinion = {"lang": "kk", "person_id": room.people[1], "now": room.now}
    write(give_opinion, decision.id, "Есеп көрсетілмеді, сондықтан келіспеймін.", **opinion)
    write(declare_conflict, room.items[1], room.members[0], Slots(kk="Туысы сонда жұмыс істейді"), now=room.now)
    put_to_vote(room, {place: choice for place, choice in for_votes(2, against=4).items() if place}, item=room.items[1])
    write(decide, room.items[1], actor_id=room.secretary, now=room.now)
    write(close_sitting, room.sitting_id, now=room.now)


def _room_of(like: Chamber, council: Council, secretary: Person, *, there: int) -> Chamber:
    """Return one more open sitting of the same members, of whom so many have come."""
    sitting = make_sitting(council, state=SittingState.OPEN, items=2, secretary=secretary)
    for member in like.members[:there]:
        write(came, sitting.id, member, by_person=secretary.id, now=now())
    items = tuple(one.id for one in sitting.items)
    return replace(like, sitting_id=sitting.id, items=items, now=now())


def _voting(like: Chamber, council: Council, secretary: Person) -> Chamber:
    room = _room_of(like, council, secretary, there=5)
    write(declare_conflict, room.item, room.members[4], Slots(kk="Туысы сонда жұмыс істейді"), now=now())
    put_to_vote(room, for_votes(1))
    return room


def _vote_for_nothing(page: Page) -> None:
    page.locator("#vote-panel form button").click()
    page.wait_for_selector("#vote-panel .errsum")


def _send_emptied(page: Page) -> None:
    page.locator("main textarea").first.fill("")
    send_empty(page)


def _open_the_vote(page: Page) -> None:
    page.locator("form[action$='/steps/open_vote'] textarea").first.fill(DRAFT.kk)
    page.locator("form[action$='/steps/open_vote'] button").click()
    page.wait_for_selector(".errsum")


# --- Minutes ------------------------------------------------------------------------------------------------


def _minutes() -> list[Scene]:
    """Bring minutes into each state; the first scene is what every `bin/test` looks at."""
    draft = make_stage(slug="scenes-of-drafts")
    asked = make_stage(slug="scenes-of-corrections", laid_open=True, recommended=True)
    request = write(
        ask_for_correction,
        asked.protocol_id,
        Part.FACTS,
        "Мен екі рет сөйледім.",
        by_person=asked.speaker.id,
        by_name="Әмина Ж.",
        now=asked.now,
    )
    closing = _of_a_while_ago()
    agreed = make_stage(slug="scenes-of-agreement", both=True)
    fixed = make_stage(slug="scenes-of-minutes", both=True, recommended=True)
    public = {"fixed": published(fixed).number, "asked": reload(asked).number}
    desk, over = "desk/protocols", make_hearing(draft.council, state=HearingState.HELD, secretary=draft.secretary)
    pages = {
        "list": (f"{desk}/", draft),
        "writing": (f"{desk}/new/hearing/{over.id}", draft),
        "draft": (f"{desk}/{draft.protocol_id}", draft),
        "anew": (f"{desk}/{draft.protocol_id}/anew", draft),
        "opening": (f"{desk}/{draft.protocol_id}/opening", draft),
        "corrections": (f"{desk}/{asked.protocol_id}", asked),
        "part": (f"{desk}/{asked.protocol_id}/parts/facts", asked),
        "agreement": (f"{desk}/{closing.protocol_id}/agreement", closing),
        "to agree": (f"{desk}/{closing.protocol_id}", closing),
        "agreed": (f"{desk}/{agreed.protocol_id}", agreed),
        "publication": (f"{desk}/{agreed.protocol_id}/publication", agreed),
        "published": (f"{desk}/{fixed.protocol_id}", fixed),
    }
    speaker = asked.speaker.email or ""
    return [
        Scene("minutes, published", f"protocols/{public['fixed']}"),
        Scene("minutes, open to corrections", f"protocols/{public['asked']}"),
        Scene("correction, of a stranger", f"protocols/{public['asked']}/corrections", AMINA),
        Scene("correction", f"protocols/{public['asked']}/corrections", speaker, do=send_empty),
        Scene("correction, too late", f"protocols/{public['fixed']}/corrections", fixed.speaker.email or ""),
        *(Scene(f"minutes desk, {name}", path, stage.secretary.email or "") for name, (path, stage) in pages.items()),
        Scene(
            "minutes desk, correction with mistakes",
            f"{desk}/{asked.protocol_id}/corrections/{request.id}",
            asked.secretary.email or "",
            do=send_empty,
        ),
        Scene(
            "minutes desk, recommendation with mistakes",
            f"{desk}/{asked.protocol_id}/recommendations/new",
            asked.secretary.email or "",
            do=send_empty,
        ),
        Scene("minutes desk, of the chair", f"{desk}/{closing.protocol_id}/agreement", closing.chair.email or ""),
    ]


def _of_a_while_ago() -> Minutes:
    """Return minutes whose days for corrections have passed."""
    stage = make_stage(slug="scenes-of-signing")
    earlier = stage.now - OVER
    write(lay_open, stage.protocol_id, read_version=version_of(stage), now=earlier, **BY)
    return stage


def _person(key: str) -> Person:
    return db.session().scalars(select(Person).where(Person.email_key == address_of(key))).one()

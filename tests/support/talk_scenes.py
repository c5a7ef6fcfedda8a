"""The pages of discussions and of those who keep them in order, in every state: the town's, and a few that it lacks."""

from __future__ import annotations

from datetime import timedelta
from itertools import count
from typing import TYPE_CHECKING

from sqlalchemy import select

from karavan.accounts.models import Person
from karavan.core.clock import now
from karavan.core.database import db, transact as write
from karavan.core.languages import Slots
from karavan.councils.models import Council
from karavan.discussion.models import Comment, CommentRevision, Thread
from karavan.discussion.rules.edit import edit
from karavan.discussion.rules.helpful import find_helpful
from karavan.discussion.rules.threads import close_thread, set_mode
from karavan.events.models import Event
from karavan.moderation.models import Action, Case, Mode, Origin, Receipt, ReceiptKind, WatchedWord
from karavan.moderation.rules.appeal import appeal
from karavan.moderation.rules.cases import claim
from karavan.moderation.rules.decide import Verdict, decide
from karavan.moderation.rules.flag import flag
from karavan.moderation.rules.interests import declare
from karavan.proposals.models import Proposal, State
from tests.support.scene import AMINA, BEKZAT, DANIYAR, MAIN_BUTTON, SAULE, Scene, send_empty
from tests.support.site import address_of
from tests.support.talk import make_case, make_comment, make_thread, make_writer
from tests.support.talk_rows import put_comments

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.support.site import Site

REGION = "mangystau-region"
DEEP = 10
"""So many replies below each other: deeper than the page indents."""
REASON = Slots("Ұсыныс қаралып бітті", "Предложение рассмотрено", "The proposal has been dealt with")
INSULT = Verdict(action=Action.REMOVE, clause="insults", words="Адамды қорлайды, сөзін емес.", words_lang="kk")
_numbers = count(1)


def talk_scenes(site: Site) -> dict[str, list[Scene]]:
    """Bring about the states that the town lacks, and say where all can be seen."""
    return {
        "discussion": _threads(site),
        "own comments": [*_writing(site), *_mine()],
        "moderation": [
            *_public(),
            *_concerned(site),
            *_keeping(site),
            *_queue(),
            *_card(site),
            *_other_eyes(),
            *_upkeep(site),
        ],
    }


# --- Reading ----------------------------------------------------------------------------------------------


def _threads(site: Site) -> list[Scene]:
    stormy, meeting = f"threads/{_thread_of('bus-morning').public_id}", f"threads/{_meeting().public_id}"
    long, deep = _long_thread(site)
    empty, closed = new_thread(site), new_thread(site)
    talk_into(closed)
    write(close_thread, closed.id, REASON, by_id=_person(DANIYAR).id, now=now())
    comments = {
        "alone": _said("students"),
        "deep": deep,
        "whose author changed it": _said("two-hours"),
        "covered in part": _said("phone"),
        "removed": _said("insult"),
        "held": _said("held-word"),
        "withdrawn": _said("beineu-too"),
    }
    return [
        *(Scene(f"thread, {sort}", f"{stormy}?sort={sort}") for sort in ("helpful", "newest", "oldest", "awaiting")),
        Scene("thread, of an author", stormy, AMINA),
        Scene("thread, of a moderator", stormy, DANIYAR),
        Scene("thread, read before publication", meeting),
        Scene("thread, long", f"threads/{long.public_id}"),
        Scene("thread, second page", f"threads/{long.public_id}", do=_turn_the_page),
        Scene("thread, more replies", f"threads/{long.public_id}?sort=oldest", do=_more_replies),
        Scene("thread, nothing awaits an answer", f"threads/{empty.public_id}?sort=awaiting"),
        Scene("thread, empty", f"threads/{empty.public_id}"),
        Scene("thread, closed", f"threads/{closed.public_id}"),
        Scene("thread, what is new", f"{stormy}/newer?after=40&show=1"),
        Scene("thread, nothing is new", f"{stormy}/newer?after=9999&show=1"),
        Scene("under a submission", f"proposals/{_of_town('bus-morning').number}"),
        *(Scene(f"comment, {name}", f"comments/{one.public_id}") for name, one in comments.items()),
        Scene("comment, further replies", f"comments/{_said('empty-bus').public_id}/replies"),
        Scene("comment, how it was changed", f"comments/{_said('two-hours').public_id}/history"),
        Scene("comment, what was removed", f"comments/{_said('insult').public_id}/removed"),
    ]


def _long_thread(site: Site) -> tuple[Thread, Comment]:
    """Return a thread of three pages, and the end of a branch deeper than a page indents."""
    thread, writer = new_thread(site), make_writer("Айгүл Сәрсенова")
    root = make_comment(thread, writer, "Бірінші пікір: **осыдан** бәрі басталды.")
    write(put_comments, thread.id, writer.id, 45, text="Тағы бір пікір, оған жауап жоқ.")
    write(put_comments, thread.id, writer.id, 9, text="Бір жолдық жауап.", under=root)
    last = root
    for level in range(DEEP):
        last = make_comment(thread, source=f"{level + 1}-деңгейдегі жауап: бұл да оқылуы керек.", parent=last)
    return thread, last


def _turn_the_page(page: Page) -> None:
    page.locator("a[rel=next]").click()
    page.wait_for_url("**after=**")


def _more_replies(page: Page) -> None:
    link = page.locator("[id^=more-replies] a").first
    address = link.get_attribute("href")
    link.click()
    page.wait_for_function(
        "address => location.pathname.endsWith('/replies') || !document.querySelector(`a[href='${address}']`)",
        arg=address,
    )


# --- Writing ----------------------------------------------------------------------------------------------


def _writing(site: Site) -> list[Scene]:
    thread, amina = new_thread(site), _person(AMINA)
    write(set_mode, thread.id, Mode.BEFORE, 60, by_id=_person(DANIYAR).id, now=now())
    new = f"threads/{thread.public_id}/new"
    stormy = _thread_of("bus-morning")
    plain = f"threads/{stormy.public_id}/new"
    theirs, hers = _said("students"), make_comment(stormy, amina, "Бұл пікірді өзгертіп көремін.")
    given = _said("who-pays")
    write(find_helpful, given.id, person_id=amina.id, now=now())

    def too_late(page: Page) -> None:
        page.fill("[name=source]", "Менің өзгертуім.")
        with site.inside():
            stands = write(lambda session: session.get_one(Comment, hers.id, populate_existing=True))
            text = f"Басқа терезеде жазылған мәтін, {next(_numbers)}."
            read = {"by_id": amina.id, "read_version": stands.version, "now": now()}
            write(edit, hers.id, text, stands.alignment, **read)
        _press(page)
        page.wait_for_selector(".errsum")

    return [
        Scene("writing a comment", new, AMINA),
        Scene("writing a comment, with mistakes", new, AMINA, do=send_empty),
        Scene("writing a comment, a look at it", plain, AMINA, do=_preview),
        Scene("writing a comment, in a role", plain, SAULE),
        Scene("reply", f"comments/{theirs.public_id}/reply", AMINA),
        Scene("edit of a comment", f"comments/{hers.public_id}/edit", AMINA),
        Scene("edit of a comment, with mistakes", f"comments/{hers.public_id}/edit", AMINA, do=_send_emptied),
        Scene("edit of a comment, changed meanwhile", f"comments/{hers.public_id}/edit", AMINA, do=too_late),
        Scene("withdrawal of a comment", f"comments/{hers.public_id}/withdrawal", AMINA),
        Scene("helpful", f"comments/{theirs.public_id}/helpful", AMINA),
        Scene("helpful, given", f"comments/{given.public_id}/helpful", AMINA),
        Scene("helpful, one's own", f"comments/{hers.public_id}/helpful", AMINA),
    ]


def _preview(page: Page) -> None:
    page.fill("[name=source]", "**Маңызды:** автобус керек.\n\n- таңертең\n- кешке\n\n> Ұсыныста солай жазылған")
    page.locator("button[name=preview]").click()
    page.wait_for_selector("#preview-heading")


def _send_emptied(page: Page) -> None:
    page.fill("[name=source]", "")
    send_empty(page)


def _press(page: Page) -> None:
    page.locator(MAIN_BUTTON).first.click()


# --- Keeping a thread, one's own comments -----------------------------------------------------------------


def _keeping(site: Site) -> list[Scene]:
    thread, closed = new_thread(site), new_thread(site)
    daniyar = _person(DANIYAR).id
    write(close_thread, closed.id, REASON, by_id=daniyar, now=now())
    keeping = f"threads/{thread.public_id}/keeping"

    def too_late(page: Page) -> None:
        with site.inside():
            seconds = 60 * next(_numbers)
            write(set_mode, thread.id, Mode.AFTER, seconds, by_id=daniyar, now=now())
        page.locator("[name=mode][value=before]").check()
        page.locator("#mode-panel button[type=submit]").click()
        page.wait_for_selector("#mode-panel .errsum")

    return [
        Scene("keeping a thread", keeping, DANIYAR),
        Scene("keeping a thread, closing it with mistakes", f"{keeping}/closure", DANIYAR, do=_send_last),
        Scene("keeping a thread, changed meanwhile", keeping, DANIYAR, do=too_late),
        Scene("keeping a thread, closed", f"threads/{closed.public_id}/keeping", DANIYAR),
    ]


def _send_last(page: Page) -> None:
    page.locator("#closure-panel button[type=submit]").click()
    page.wait_for_selector(".errsum")


def _mine() -> list[Scene]:
    return [Scene("my comments", "me/comments", AMINA), Scene("my comments, none", "me/comments", BEKZAT)]


# --- What everybody can see -------------------------------------------------------------------------------


def _public() -> list[Scene]:
    kinds = {"of an author": ReceiptKind.AUTHOR, "of a reporter": ReceiptKind.REPORTER}
    kinds |= {"of an appellant": ReceiptKind.APPELLANT}
    insult = db.session().scalars(select(Case.id).where(Case.comment_id == _said("insult").id)).first()
    return [
        Scene("rules of discussion", "rules"),
        Scene("log", "moderation/log"),
        Scene("log, narrowed", "moderation/log?action=decided&rule=insults&automated=no"),
        Scene("log, of one case", f"moderation/log?case={insult}"),
        Scene("log, nothing found", "moderation/log?case=999999"),
        Scene("transparency", "transparency"),
        Scene("receipts", "receipts/"),
        Scene("receipts, with mistakes", "receipts/", do=send_empty),
        *(Scene(f"receipt {name}", f"receipts/{_receipt(kind)}") for name, kind in kinds.items()),
        Scene("receipt, waiting", f"receipts/{_receipt(ReceiptKind.REPORTER, _said('hearsay'))}"),
    ]


def _receipt(kind: ReceiptKind, about: Comment | None = None) -> str:
    chosen = select(Receipt.code).where(Receipt.kind == kind)
    if about is not None:
        chosen = chosen.join(Case, Case.id == Receipt.case_id).where(Case.comment_id == about.id)
    return db.session().scalars(chosen.order_by(Receipt.id)).first() or ""


# --- Whom it concerns -------------------------------------------------------------------------------------


def _concerned(site: Site) -> list[Scene]:
    amina, thread = _person(AMINA), new_thread(site)
    removed = make_comment(thread, amina, "Бұл жауапты жазған адам ештеңе түсінбейді.")
    judge(removed, INSULT)
    appealed = make_comment(thread, amina, "Мұндай жауапты бала да жазар еді.")
    case = judge(appealed, INSULT)
    write(appeal, case.id, by_id=amina.id, words="Жауапты сынадым, адамды емес.", lang="kk", now=now())
    kept = make_comment(thread, source="Кеңес ұйықтап отыр, жауап бос сөз.")
    flags = {"clause": "insults", "note": "", "now": now()}
    write(flag, kept.id, person_id=make_writer().id, revision=kept.revision, **flags)
    judge(kept, Verdict(action=Action.KEEP))
    fresh = make_comment(thread, source="Бағдаршам жанбай тұр, бірақ ешкім қарамайды.")
    flagged = make_comment(thread, source="Мұны қазір жөндемесе, қыста кеш болады.")
    write(flag, flagged.id, person_id=amina.id, revision=flagged.revision, **flags)
    return [
        Scene("flag", f"comments/{fresh.public_id}/flag", AMINA),
        Scene("flag, with mistakes", f"comments/{fresh.public_id}/flag", AMINA, do=send_empty),
        Scene("flag, of what was kept", f"comments/{kept.public_id}/flag", AMINA, do=_flag),
        Scene("flag, done", f"comments/{flagged.public_id}/flag", AMINA),
        Scene("appeal", f"comments/{removed.public_id}/appeal", AMINA),
        Scene("appeal, with mistakes", f"comments/{removed.public_id}/appeal", AMINA, do=send_empty),
        Scene("appeal, made", f"comments/{appealed.public_id}/appeal", AMINA),
        Scene("removed, of its author", f"comments/{removed.public_id}", AMINA),
    ]


def _flag(page: Page) -> None:
    page.locator("[name=clause][value=insults]").check()
    page.fill("[name=note]", "Кеңесті қорлайды")
    _press(page)
    page.wait_for_selector(".errsum")


# --- The queue and its cards ------------------------------------------------------------------------------


def _queue() -> list[Scene]:
    tabs = ("new", "flags", "held", "appeals", "second")
    return [
        *(Scene(f"queue, {tab}", f"moderation/?tab={tab}", DANIYAR) for tab in tabs),
        *(Scene(f"queue of the secretary, {tab}", f"moderation/?tab={tab}", SAULE) for tab in ("appeals", "second")),
        Scene("queue, not for her", "moderation/", AMINA, status=403),
    ]


def _card(site: Site) -> list[Scene]:
    thread = new_thread(site)
    plain = make_case(make_comment(thread, source="Мына жауапты кім жазды? Өзі оқып көрді ме? Меніңше, жоқ."))
    taken = make_case(make_comment(thread, source="Бұл мәтінді басқа модератор оқып отыр."))
    moving = make_comment(thread, make_writer("Нұрай Әлібек"), "Бірінші мәтін. Екінші сөйлем өзгермейді.")
    moved = make_case(moving)
    decided = judge(make_comment(thread, source="Бұл мәтін туралы шешім шығарылған."), INSULT)

    def take_it(page: Page) -> None:
        with site.inside():
            write(claim, taken.id, by_id=_person(SAULE).id, now=now())
        page.reload()

    def too_late(page: Page) -> None:
        _cover(page)
        with site.inside():
            stands = write(lambda session: session.get_one(Comment, moving.id, populate_existing=True))
            text = f"Жаңа {next(_numbers)}-мәтін. Екінші сөйлем өзгермейді."
            read = {"by_id": stands.author_id, "read_version": stands.version, "now": now()}
            write(edit, moving.id, text, None, **read)
        page.locator("#press-decide").click()
        page.wait_for_selector(".errsum")

    def undo(page: Page) -> None:
        with site.inside():
            judge(make_comment(thread, source=f"Бұл {next(_numbers)}-мәтін қалады."), Verdict(action=Action.KEEP))
        page.reload()

    return [
        Scene("card, new", f"moderation/cases/{_case_of('not-a-school')}", DANIYAR),
        Scene("card, flagged", f"moderation/cases/{_case_of('hearsay')}", DANIYAR),
        Scene("card, held", f"moderation/cases/{_case_of('held-word')}", DANIYAR),
        Scene("card, without scripts covering", f"moderation/cases/{plain.id}?choice=cover", DANIYAR),
        Scene("card, removing", f"moderation/cases/{plain.id}?choice=remove", DANIYAR),
        Scene("card, covering", f"moderation/cases/{plain.id}", DANIYAR, do=_cover),
        Scene("card, covering with mistakes", f"moderation/cases/{plain.id}", DANIYAR, do=_cover_without_a_rule),
        Scene("card, another is on it", f"moderation/cases/{taken.id}", DANIYAR, do=take_it),
        Scene("card, the text moved", f"moderation/cases/{moved.id}", DANIYAR, do=too_late),
        Scene("card, decided", f"moderation/cases/{decided.id}", DANIYAR),
        Scene("card, that she may not judge", f"moderation/cases/{_case_of('market')}/appeal", DANIYAR),
        Scene("queue, something to undo", "moderation/", DANIYAR, do=undo),
    ]


def _cover(page: Page) -> None:
    """Choose to cover, as somebody does who has a rule and a reason."""
    page.locator("#press-cover").click()
    page.wait_for_selector("#press-decide")
    page.locator(".bit input").first.check()
    page.locator("[name=clause][value=insults]").check()
    page.fill("[name=words]", "Бір сөйлемі адамды қорлайды.")
    page.locator("#press-preview").click()
    page.wait_for_selector("#author-reads .letter")


def _cover_without_a_rule(page: Page) -> None:
    page.locator("#press-cover").click()
    page.wait_for_selector("#press-decide")
    page.fill("[name=words]", "Бір сөйлемі адамды қорлайды.")
    page.locator("#press-decide").click()
    page.wait_for_selector(".errsum")


# --- Other eyes, and what keeps the desk in order ---------------------------------------------------------


def _other_eyes() -> list[Scene]:
    appealed, second = _case_of("market"), _case_of("paid-crowd")
    return [
        Scene("appeal card", f"moderation/cases/{appealed}/appeal", SAULE),
        Scene("appeal card, overturning", f"moderation/cases/{appealed}/appeal", SAULE, do=_overturn),
        Scene("appeal card, changing", f"moderation/cases/{appealed}/appeal", SAULE, do=_change),
        Scene("second signature", f"moderation/cases/{second}/second", SAULE),
        Scene("second signature, without a reason", f"moderation/cases/{second}/second", SAULE, do=_refuse),
        Scene("second signature, one's own", f"moderation/cases/{second}/second", DANIYAR),
        Scene("second look", "moderation/second-look", SAULE),
        Scene("second look, with mistakes", "moderation/second-look", SAULE, do=_send_main),
        Scene("second look, nothing left", "moderation/second-look", DANIYAR),
    ]


def _overturn(page: Page) -> None:
    page.locator("#press-overturned").click()
    page.wait_for_selector("#press-decide")
    page.locator("#press-decide").click()
    page.wait_for_selector(".errsum")


def _change(page: Page) -> None:
    page.locator("#press-modified").click()
    page.locator("#press-cover").click()
    page.wait_for_selector(".bits")


def _refuse(page: Page) -> None:
    page.locator("button[value=refuse]").click()
    page.wait_for_selector(".errsum")


def _send_main(page: Page) -> None:
    page.locator("main form[method=post] button[type=submit]").first.click()
    page.wait_for_selector(".errsum")


def _upkeep(site: Site) -> list[Scene]:
    thread = new_thread(site)
    same = "Несие тегін, құжатсыз! Бүгін жазылыңыз."
    cases = [make_case(make_comment(thread, make_writer(), same), Origin.MODERATOR) for _ in range(3)]
    text = db.session().scalars(select(CommentRevision.sha256).where(CommentRevision.comment_id == cases[0].comment_id))
    bulk = f"moderation/bulk?text={text.one()}"
    word = db.session().scalars(select(WatchedWord.id).order_by(WatchedWord.id)).first()
    theirs = new_thread(site)
    write(declare, theirs.id, person_id=_person(SAULE).id, note="Осы көшеде тұрамын.", now=now())
    make_case(make_comment(theirs, source="Бұл туралы Сәуле шешпейді, ол мүдделі."))
    return [
        Scene("identical texts", "moderation/bulk", DANIYAR),
        Scene("identical texts, chosen", bulk, DANIYAR),
        Scene("identical texts, with mistakes", bulk, DANIYAR, do=_send_main),
        Scene("interests, none", "moderation/interests", DANIYAR),
        Scene("interests, with mistakes", "moderation/interests", DANIYAR, do=_send_main),
        Scene("interests, one", "moderation/interests", SAULE),
        Scene("words", "moderation/words", DANIYAR),
        Scene("words, with mistakes", "moderation/words", DANIYAR, do=_send_main),
        Scene("words, tried", "moderation/words", DANIYAR, do=_try_a_word),
        Scene("words, one no longer", f"moderation/words/{word}/end", DANIYAR),
        Scene("request of a state body", "moderation/requests/new", DANIYAR),
        Scene("request of a state body, with mistakes", "moderation/requests/new", DANIYAR, do=_send_main),
        Scene("card, of a state body's request", f"moderation/cases/{_case_of('false-report')}", SAULE),
        Scene("shortcuts", "moderation/shortcuts", DANIYAR),
    ]


def _try_a_word(page: Page) -> None:
    page.fill("[name=term]", "автобус*")
    page.locator("button[value=try]").click()
    page.wait_for_selector("#words-panel .flash")


# --- Who and what -----------------------------------------------------------------------------------------


def new_thread(site: Site) -> Thread:
    """Return the thread of a submission of its own, to the regional council, of which nobody else knows."""
    proposal = site.new_proposal(State.SUPPORTING, title=f"Балалар алаңына жарық керек ({next(_numbers)})")
    council = db.session().scalars(select(Council).where(Council.slug == REGION)).one()
    return make_thread(council, host="proposal", host_id=proposal.id)


def talk_into(thread: Thread) -> None:
    """Let two people say something."""
    first = make_comment(thread, source="Қолдаймын, бұрыннан керек.")
    make_comment(thread, source="Мен де қолдаймын.", parent=first)


def judge(comment: Comment, verdict: Verdict) -> Case:
    """Let Daniyar decide about a comment, so long ago that it cannot be undone unless it is kept."""
    moment = now() - timedelta(seconds=0 if verdict.action == Action.KEEP else 60)
    case = make_case(comment)
    read = {"read_version": case.version, "read_revision": case.revision}
    write(decide, case.id, verdict, by_id=_person(DANIYAR).id, now=moment, **read)
    return case


def _of_town(key: str) -> Proposal:
    return db.session().scalars(select(Proposal).where(Proposal.key == f"town-{key}")).one()


def _thread_of(key: str) -> Thread:
    about = (Thread.host == "proposal") & (Thread.host_id == _of_town(key).id)
    return db.session().scalars(select(Thread).where(about)).one()


def _meeting() -> Thread:
    event = db.session().scalars(select(Event.id).where(Event.slug == "open-meeting-transport")).one()
    about = (Thread.host == "event") & (Thread.host_id == event)
    return db.session().scalars(select(Thread).where(about)).one()


def _said(key: str) -> Comment:
    return db.session().scalars(select(Comment).where(Comment.key == f"town-{key}")).one()


def _case_of(key: str) -> int:
    return (
        db.session().scalars(select(Case.id).where(Case.comment_id == _said(key).id).order_by(Case.id.desc())).first()
        or 0
    )


def _person(key: str) -> Person:
    return db.session().scalars(select(Person).where(Person.email_key == address_of(key))).one()

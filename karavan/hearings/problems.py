"""What the rules about hearings refuse, in sentences."""

from karavan.core.problems import Message, Problem


class ChangedMeanwhile(Problem):
    """Somebody else acted on it after this page was opened."""

    status = 409
    text = Message("This has changed since you opened the page. Look at what stands now, then decide again.")


class NotAtThisStage(Problem):
    """The step does not lead on from where the hearing is."""

    status = 409
    text = Message("This cannot be done at the stage the hearing is at now.")


class ReasonMissing(Problem):
    """What differs from the usual is explained in public."""

    text = Message("Give a reason in Kazakh or in Russian.")
    where = "reason"


class NoticeTooShort(Problem):
    """The statute gives the public more days; a reason would have to be published."""

    text = Message(
        "With notice given today, the hearing can be held on %(day)s at the earliest. "
        "Choose that day or a later one, or publish a reason."
    )


class NoticeNotCounted(Problem):
    """Nobody counted the days, or they reach past the hearing: notice is given by `rules.announce` alone."""

    status = 409
    text = Message("The days of the notice have not been counted.")


class NoticeWouldBeTooShort(Problem):
    """A document changed after notice, and the days of a new notice would reach past the hearing."""

    text = Message(
        "A new notice would allow the hearing on %(day)s at the earliest. "
        "First move the hearing to that day or later, or record an exception with a reason."
    )


class NotReadyToAnnounce(Problem):
    """Something the public must be told stands in one language only, or in none."""

    text = Message("Write this in Kazakh and in Russian: both stand in the notice.")


class DateHasPassed(Problem):
    """Nobody can come to a day that is over."""

    text = Message("Choose a day and hour that lie ahead.")
    where = "day"


class NotItsHour(Problem):
    """It is held when notice said it would be: people who come must find it going on, not over."""

    text = Message(
        "A hearing begins on the day of which notice was given, at most half an hour before its hour. "
        "If that day has passed, give notice of another."
    )


class EndsBeforeItStarts(Problem):
    """Its hours stand in the wrong order."""

    text = Message("The end must be after the beginning.")
    where = "ends"


class WindowTooShort(Problem):
    """Statements are taken at least until the hearing is over."""

    text = Message("Written statements must be taken at least until the hearing is over.")
    where = "until_day"


class NotOpenToEdits(Problem):
    """What was announced and has begun stands as it was announced."""

    status = 409
    text = Message("The hearing can no longer be changed: it has begun, or it was called off.")


class OtherCouncil(Problem):
    """Proposals that are not public, or another council's."""

    text = Message("Choose published proposals of this council.")
    where = "proposals"


class DocumentsAreFrozen(Problem):
    """Everybody could read it: it stays, and a new version stands beside it."""

    status = 409
    text = Message("Notice has been given: a document can only be replaced by a new version, and the old one stays.")


class TooManyDocuments(Problem):
    """A bundle nobody can read informs nobody."""

    text = Message("There can be at most 30 documents.")
    where = "file"


class BundleIsDamaged(Problem):
    """What is stored is not what was put in. Nobody should ever read this."""

    status = 409
    text = Message("A document's stored bytes do not match its fingerprint. Add the document again.")


class NotAllAnswered(Problem):
    """A statement or a question is still owed an answer."""

    text = Message("Not every statement and question has an answer yet.")

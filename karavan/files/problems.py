"""Why a file cannot be taken: each says what the person can do instead."""

from __future__ import annotations

from karavan.core.problems import Message, Problem


class FileIsEmpty(Problem):
    """There is nothing in it."""

    text = Message("This file is empty. Choose another one.")


class FileIsTooLarge(Problem):
    """It has more bytes than we take."""

    text = Message("This file is larger than %(megabytes)d MB. Choose a smaller one.")


class WrongKindOfFile(Problem):
    """It is neither a picture nor a PDF, whatever its name says."""

    text = Message("This is neither a picture (JPEG, PNG, WebP) nor a PDF document.")


class PhotoIsHeic(Problem):
    """What some telephones make of a photo, and few other devices open."""

    text = Message("This photo is in the HEIC format, which many devices cannot open. Save it as JPEG and choose that.")


class PictureIsBroken(Problem):
    """Part of it is missing, or it is no picture at all."""

    text = Message("This picture is damaged, or a part of it is missing. Try to save it again.")


class PictureIsTooLarge(Problem):
    """It would take too much memory to look at."""

    text = Message("This picture has more than %(megapixels)d million points. Make it smaller and try again.")


class DocumentIsBroken(Problem):
    """It is not whole, or looking through it takes too long."""

    text = Message("This PDF is damaged, or it is built in an unusual way. Print it into a new PDF and choose that.")


class DocumentIsLocked(Problem):
    """It asks for a password."""

    text = Message("This PDF asks for a password. Save it without one and try again.")


class DocumentIsTooLong(Problem):
    """It has too many pages."""

    text = Message("This PDF has more than %(pages)d pages. Choose a shorter one, or a part of it.")


class DocumentHoldsFiles(Problem):
    """There are other files inside."""

    text = Message("There are other files inside this PDF. Save it without them, and attach each one by itself.")


class DocumentIsForm(Problem):
    """An XFA form, which most programs cannot show."""

    text = Message("This PDF is a form that most programs cannot show. Print it into a new PDF and choose that.")


class TooManyFiles(Problem):
    """All who look through files are at work."""

    status = 503
    text = Message("Many people are sending files just now. Please try again in a minute.")

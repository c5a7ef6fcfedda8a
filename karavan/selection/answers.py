"""What an applicant answered to the event's questions, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from karavan.roster.words import answer_in_words

if TYPE_CHECKING:
    from collections.abc import Iterable

    from karavan.core.languages import Slots
    from karavan.events.models import Question
    from karavan.selection.models import Application


def answered(questions: Iterable[Question], application: Application) -> list[tuple[Slots, str]]:
    """Pair each question that was answered with the answer, in the reader's language."""
    return [
        (question.label, answer_in_words(question, application.answers[str(question.id)]))
        for question in questions
        if str(question.id) in application.answers
    ]

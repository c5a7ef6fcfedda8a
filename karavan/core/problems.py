"""What a rule says when it says no: a message to translate and a status, never prose."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar, Self


@dataclass(frozen=True, slots=True)
class Message:
    """An English sentence that is the key of its translations, with the facts that fill its %(gaps)s."""

    id: str
    facts: dict[str, object] = field(default_factory=dict)
    plural: str | None = None
    count: int = 1

    @classmethod
    def counted(cls, singular: str, plural: str, num: int, **facts: object) -> Self:
        """Make a sentence about a number of things; the number is available as %(num)d."""
        return cls(singular, {"num": num, **facts}, plural, num)

    def with_facts(self, **facts: object) -> Message:
        """Return the same sentence with more of its gaps filled."""
        return Message(self.id, {**self.facts, **facts}, self.plural, self.count)


def N_(text: str) -> str:  # noqa: N802 -- gettext's own name for "mark, translate later"
    """Mark a sentence for the translators without translating it here."""
    return text


class Problem(Exception):
    """An expected refusal. `web` answers it with `status` and the translated message; nothing was changed."""

    status: ClassVar[int] = 422
    text: ClassVar[Message] = Message("This cannot be done.")
    where: str = ""
    """The form field the sentence belongs to, if one does."""

    def __init__(self, message: Message | None = None, *, where: str = "", **facts: object) -> None:
        """Refuse; `where` names another field than the usual one."""
        self.message = message or self.text.with_facts(**facts)
        if where:
            self.where = where
        super().__init__(self.message.id)


class NotFound(Problem):
    """There is no such thing, or not for this person: the two must look alike."""

    status = 404
    text = Message("There is nothing at this address.")

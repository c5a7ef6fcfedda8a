"""Writing in a thread: a comment, a reply, a changed text, a withdrawal, "this is helpful"; and one's own comments."""

from karavan.discussion.views.writing import acts, compose
from karavan.discussion.views.writing.room import blueprint

__all__ = ["acts", "blueprint", "compose"]

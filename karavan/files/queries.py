"""Reading files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from karavan.files.models import FileContent, StoredFile

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


def content_of(session: Session, file_id: int) -> bytes | None:
    """Return a file's bytes. Whether this reader may have them, its owner's page has decided before."""
    return session.scalar(select(FileContent.content).where(FileContent.file_id == file_id))


def file_by_public_id(session: Session, public_id: str) -> StoredFile | None:
    """Return the file with this public id."""
    return session.scalar(select(StoredFile).where(StoredFile.public_id == public_id))

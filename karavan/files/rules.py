"""Keeping a file. The row and its bytes are written together, in the transaction of whatever the file belongs to."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

from sqlalchemy import Column, delete, exists, not_, select

from karavan.core.database import Base
from karavan.core.tokens import new_public_id
from karavan.files.models import FileContent, StoredFile

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from karavan.files.checking import Examined


AT_ONCE: Final = 500


def store(session: Session, examined: Examined, *, now: datetime) -> StoredFile:
    """Keep a file that was examined. Examine before the transaction: that takes too long to hold others up."""
    file = StoredFile(
        public_id=new_public_id(),
        mime=examined.mime,
        size=len(examined.content),
        sha256=hashlib.sha256(examined.content).hexdigest(),
        width=examined.width,
        height=examined.height,
        pages=examined.pages,
        stored_at=now,
    )
    session.add(file)
    session.flush()
    session.add(FileContent(file_id=file.id, content=examined.content))
    session.flush()
    return file


def discard(session: Session, file_id: int) -> None:
    """Delete a file to which nothing belongs any more: an unfinished draft's, for instance."""
    for model in (FileContent, StoredFile):
        found = session.get(model, file_id)
        if found is not None:
            session.delete(found)
            session.flush()


def discard_unused(session: Session) -> int:
    """Delete files to which no row of any table points any more, some hundreds at a time, and say how many."""
    used = [exists().where(column == StoredFile.id) for column in _pointing_here()]
    unused = list(session.scalars(select(StoredFile.id).where(*map(not_, used)).limit(AT_ONCE)))
    session.execute(delete(FileContent).where(FileContent.file_id.in_(unused)))
    session.execute(delete(StoredFile).where(StoredFile.id.in_(unused)))
    return len(unused)


def _pointing_here() -> list[Column[int]]:
    """Return every column of every package that keeps a file's id; the bytes themselves keep nothing alive."""
    return [
        key.parent
        for table in Base.metadata.sorted_tables
        if table is not FileContent.__table__
        for key in table.foreign_keys
        if key.column.table is StoredFile.__table__
    ]

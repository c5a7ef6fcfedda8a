"""Stored files. The bytes lie in the database, so that one backup holds everything and a transaction is whole."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from karavan.core.database import Base, UtcDateTime


class StoredFile(Base):
    """A picture made anew, or a document that was looked through. Who may see it, its owner's page decides."""

    __tablename__ = "stored_files"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(24), unique=True)
    mime: Mapped[str] = mapped_column(String(40))
    size: Mapped[int]
    """Bytes as stored."""
    sha256: Mapped[str] = mapped_column(String(64))
    width: Mapped[int | None]
    height: Mapped[int | None]
    pages: Mapped[int | None]
    stored_at: Mapped[datetime] = mapped_column(UtcDateTime)


class FileContent(Base):
    """The bytes, apart from the row that lists read."""

    __tablename__ = "file_contents"

    file_id: Mapped[int] = mapped_column(ForeignKey("stored_files.id"), primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)

"""Files as plain values."""

from __future__ import annotations

from dataclasses import dataclass

from garant.kit.file_types import is_picture


@dataclass(frozen=True, slots=True)
class FileView:
    """A file without its content. `message` None: it came with the report, or is held. `size` in bytes."""

    key: str
    name: str
    media_type: str
    size: int
    message: int | None

    @property
    def picture(self) -> bool:
        """Whether it may be shown inside a page."""
        return is_picture(self.media_type)


@dataclass(frozen=True, slots=True)
class FileContent:
    """A file to hand over."""

    name: str
    media_type: str
    sha256: str
    content: bytes

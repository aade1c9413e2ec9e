"""The question of this folder: which documents are in this file?

A reader yields what it understood and, in place, what it had to leave out and why. It never guesses
an encoding and never types a value: fields stay as they were written, the store's schema types them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from adhere.need import Document
from adhere.read.source import Source


@dataclass(frozen=True, slots=True)
class Skipped:
    """Something that did not become a document: a file, a row (`line`, where it is known), or a value.

    `failed` means that something could not be read, so it is not known of all that the file or folder gave
    before whether it is still there.
    """

    path: str
    line: int | None
    reason: str
    failed: bool = False

    def __str__(self) -> str:
        return f"{self.path}{'' if self.line is None else f':{self.line}'}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Row:
    """A document of a file of many, and the line, or number of the record, that it stands in."""

    document: Document
    line: int


class Reader(Protocol):
    """Reads files whose name ends in one of `suffixes` (lower case; `.gz` behind them is taken off)."""

    suffixes: frozenset[str]

    def read(self, source: Source) -> Iterator[Document | Row | Skipped]:
        """Errors  FileError where nothing of the file can be read; other exceptions count the same."""
        ...

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
    """Something that did not become a document: a whole file (`line` None), or one row or value of it."""

    path: str
    line: int | None
    reason: str

    def __str__(self) -> str:
        return f"{self.path}{'' if self.line is None else f':{self.line}'}: {self.reason}"


class Reader(Protocol):
    """Reads files whose name ends in one of `suffixes` (lower case; `.gz` behind them is taken off)."""

    suffixes: frozenset[str]

    def read(self, source: Source) -> Iterator[Document | Skipped]:
        """Errors  FileError where nothing of the file can be read; other exceptions count the same."""
        ...

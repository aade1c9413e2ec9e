"""The question of this folder: how does this search, ours or anyone's, rank documents for a need?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from adhere.evaluate.benchmark import Query
from adhere.need import Document

DEPTH = 1000
"""Documents that a search of the whole corpus returns."""


class System(Protocol):
    """A search under test. The id of a query is for systems that look answers up, such as run files."""

    name: str

    def index(self, documents: Sequence[Document]) -> None:
        """Take the corpus of a benchmark, in place of any before it."""
        ...

    def rank(self, query: Query, candidates: Sequence[str] | None) -> dict[str, float] | None:
        """Document id -> score, higher is better: over exactly the candidates, or the best of the corpus.
        None where the system has no answer: the query is counted as missing."""
        ...

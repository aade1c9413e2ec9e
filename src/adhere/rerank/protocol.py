"""The question of this folder: in which order does a model that reads them put these documents?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from adhere.need import Document, Need


class Reranker(Protocol):
    """Reads a few documents for a need. What it reads of the need is the query and the instruction."""

    name: str

    def scores(self, need: Need, documents: Sequence[Document]) -> list[float]:
        """One number per document, in the order given (best first, as far as is known); higher is better.

        Errors  RemoteError for an endpoint that fails or answers nonsense: a score is never made up
        """
        ...

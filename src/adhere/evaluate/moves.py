"""Where do documents go when the instruction changes? Ranks before and after, for a slope chart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from adhere.evaluate.benchmark import Query
from adhere.evaluate.judgements import Judgements, Run
from adhere.evaluate.measures.protocol import positions
from adhere.evaluate.systems.protocol import System
from adhere.need import Document

MOST = 60
"""Documents of each sort: more lines than that are a blot."""
PER_NEED = 3


def moves(judgements: Judgements, run: Run) -> list[dict[str, Any]]:
    """[{"need", "document", "sort": "flipped" | "staying", "original", "changed"}], over needs that flip any.

    A rank of None is that of a document not shown; those that neither run shows are left out.
    """
    found: dict[str, list[dict[str, Any]]] = {"flipped": [], "staying": []}
    for need in judgements.pairs():
        flipped = judgements.flipped_in(need)
        staying = judgements.staying_in(need) if flipped else ()
        before, after = (positions(run.get(f"{need}-{part}", {})) for part in ("og", "changed"))
        for sort, documents in (("flipped", flipped), ("staying", staying)):
            shown = sorted(document for document in documents if document in before or document in after)
            for document in shown[:PER_NEED]:
                ranks = {"original": before.get(document), "changed": after.get(document)}
                found[sort].append({"need": need, "document": document, "sort": sort, **ranks})
    return [row for rows in found.values() for row in _evenly(rows)]


def _evenly(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    return [rows[place * len(rows) // MOST] for place in range(MOST)] if len(rows) > MOST else list(rows)


class Recorded:
    """A system whose answers are kept, query by query; those that a journal gives were never asked."""

    def __init__(self, system: System) -> None:
        self.name = system.name
        self.wrapped = system
        self._runs: dict[int, dict[str, dict[str, float]]] = {}
        self._run: dict[str, dict[str, float]] = {}

    def index(self, documents: Sequence[Document]) -> None:
        # two benchmarks may ask queries of the same id, each of its own documents
        self._run = self._runs.setdefault(id(documents), {})
        self.wrapped.index(documents)

    def run(self, documents: Sequence[Document]) -> Run:
        """The answers given over these documents, the very sequence that was indexed."""
        return self._runs.get(id(documents), {})

    def rank(self, query: Query, candidates: Sequence[str] | None) -> dict[str, float] | None:
        scores = self.wrapped.rank(query, candidates)
        if scores is not None:
            self._run[query.id] = scores
        return scores

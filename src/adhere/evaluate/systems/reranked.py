"""A reranker under test: it orders the candidates of a benchmark, with no search of ours before it."""

from __future__ import annotations

from collections.abc import Sequence

from adhere.errors import InputError
from adhere.evaluate.benchmark import Query
from adhere.evaluate.systems.protocol import some
from adhere.need import Document
from adhere.rerank import Reranker


class Reranked:
    """Reads every candidate, in the order of the benchmark."""

    def __init__(self, reranker: Reranker, *, name: str = "", identity: str = "") -> None:
        self.name = name or f"rerank:{reranker.name}"
        self.identity = identity or self.name
        self._reranker = reranker
        self._documents: dict[str, Document] = {}

    def index(self, documents: Sequence[Document]) -> None:
        self._documents = {document.id: document for document in some(documents)}

    def rank(self, query: Query, candidates: Sequence[str] | None) -> dict[str, float]:
        if candidates is None:
            raise InputError(f"{self.name} reranks candidates; this benchmark has no top_ranked.jsonl.")
        documents = [self._documents[document] for document in candidates]
        return dict(zip(candidates, self._reranker.scores(query.need, documents), strict=True))

"""The packaged encoder alone: cosine with the best passage, the instruction left out or glued on."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from adhere.encode.protocol import Array, Encoder
from adhere.evaluate.benchmark import Query
from adhere.evaluate.systems.protocol import DEPTH
from adhere.need import Document
from adhere.render import concatenated


class Dense:
    """A plain bi-encoder over our own encoder: what the engine would be without criteria and words."""

    def __init__(self, encoder: Encoder | None = None, *, instructed: bool = False) -> None:
        from adhere.encode import load

        self.name = "minilm+instruction" if instructed else "minilm"
        self.instructed = instructed
        self._encoder = encoder or load()
        self._ids: list[str] = []
        self._vectors: Array = np.zeros((0, self._encoder.dimension), np.float32)
        self._owner = np.zeros(0, np.int64)

    def index(self, documents: Sequence[Document]) -> None:
        passages = [
            (place, encoded.vector)
            for place, encodings in enumerate(self._encoder.encode_documents(documents))
            for encoded in encodings
        ]
        self._ids = [document.id for document in documents]
        self._owner = np.array([place for place, _ in passages])
        self._vectors = np.stack([vector for _, vector in passages])

    def rank(self, query: Query, candidates: Sequence[str] | None) -> dict[str, float]:
        need = query.need
        text = concatenated(need.query, need.instruction) if self.instructed else need.query
        best = np.full(len(self._ids), -np.inf, np.float32)
        np.maximum.at(best, self._owner, self._vectors @ self._encoder.encode_queries([text])[0])
        scores = dict(zip(self._ids, best.tolist(), strict=True))
        if candidates is not None:
            return {document: scores[document] for document in candidates}
        top = np.argsort(-best, kind="stable")[:DEPTH]
        return {self._ids[place]: float(best[place]) for place in top}

"""The packaged encoder alone: cosine with the best passage, the instruction left out or glued on."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from adhere.encode.protocol import Array
from adhere.evaluate.benchmark import Query
from adhere.evaluate.systems.engine import Indexed
from adhere.evaluate.systems.protocol import DEPTH
from adhere.need import Document
from adhere.render import concatenated


class Dense:
    """What the engine would be without criteria and words: its own vectors, searched plainly."""

    def __init__(self, indexed: Indexed | None = None, *, instructed: bool = False) -> None:
        self.name = "minilm+instruction" if instructed else "minilm"
        self.instructed = instructed
        self._indexed = indexed or Indexed()
        self._ids: list[str] = []
        self._vectors: Array = np.zeros((0, 0), np.float32)
        self._owner = np.zeros(0, np.int64)

    def index(self, documents: Sequence[Document]) -> None:
        self._indexed.index(documents)
        # by falling id, as ties are ranked: which of them are cut off must not depend on the corpus' order
        self._ids = sorted((document.id for document in documents), reverse=True)
        kept = self._indexed.engine.store.candidates(self._ids)
        passages = [kept[identifier].passages for identifier in self._ids]
        self._owner = np.repeat(np.arange(len(passages)), [len(each) for each in passages])
        self._vectors = np.stack([passage.vector for each in passages for passage in each])

    def rank(self, query: Query, candidates: Sequence[str] | None) -> dict[str, float]:
        need = query.need
        text = concatenated(need.query, need.instruction) if self.instructed else need.query
        best = np.full(len(self._ids), -np.inf, np.float32)
        vector = self._indexed.engine.encoder.encode_queries([text])[0]
        np.maximum.at(best, self._owner, self._vectors @ vector)
        scores = dict(zip(self._ids, best.tolist(), strict=True))
        if candidates is not None:
            return {document: scores[document] for document in candidates}
        top = np.argsort(-best, kind="stable")[:DEPTH]
        return {self._ids[place]: float(best[place]) for place in top}

"""BM25 through bm25s: the baseline that most stacks run, and that no instruction is written for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from adhere.errors import require
from adhere.evaluate.benchmark import Query
from adhere.evaluate.systems.protocol import DEPTH, some
from adhere.need import Document
from adhere.ranking import rank
from adhere.render import fed, passage_text


class BM25:
    """Lucene's BM25 (k1 1.2, b 0.75), English stop words left out, no stemming.

    A document that shares no word with the query scores 0, and is not among those found.
    """

    def __init__(self, *, instructed: bool = False) -> None:
        self.name = "bm25+instruction" if instructed else "bm25"
        self.instructed = instructed
        self._library = require("bm25s", feature="The system bm25", extra="eval")
        self._index: Any = None
        self._ids: list[str] = []

    def index(self, documents: Sequence[Document]) -> None:
        self._ids = [document.id for document in some(documents)]
        texts = [passage_text(document.title, document.text) for document in documents]
        self._index = self._library.BM25(method="lucene", k1=1.2, b=0.75)
        self._index.index(self._tokens(texts), show_progress=False)

    def rank(self, query: Query, candidates: Sequence[str] | None) -> dict[str, float]:
        text = fed(query.need) if self.instructed else query.need.query
        words = self._tokens([text], ids=False)[0]
        known = [word for word in words if word in self._index.vocab_dict]
        scores = self._index.get_scores(known) if known else [0.0] * len(self._ids)
        every = {document: float(score) for document, score in zip(self._ids, scores, strict=True)}
        if candidates is not None:
            return {document: every[document] for document in candidates}
        found = {document: score for document, score in every.items() if score > 0}
        return {document: found[document] for document in rank(found)[:DEPTH]}

    def _tokens(self, texts: Sequence[str], *, ids: bool = True) -> Any:
        return self._library.tokenize(list(texts), stopwords="en", return_ids=ids, show_progress=False)

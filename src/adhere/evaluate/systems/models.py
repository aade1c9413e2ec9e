"""Any model that sentence-transformers loads as a bi-encoder.

The instruction is fed through a template, by default query, space, instruction, as mteb does. Models that
were trained with another one say so on their card: `Instruct: {instruction}\\nQuery: {query}` is common.
A query without an instruction is fed alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from adhere.encode.sentence_transformers import loaded
from adhere.evaluate.benchmark import Query
from adhere.evaluate.systems.protocol import DEPTH, some
from adhere.need import Document
from adhere.ranking import rank
from adhere.render import INSTRUCTED, checked, fed, passage_text


class BiEncoder:
    """Cosine of the fed query with title and text, cut to what the model reads."""

    def __init__(self, model: str, *, template: str = INSTRUCTED) -> None:
        self.name = f"st:{model}"
        self.identity = self.name if template == INSTRUCTED else f"{self.name}#{template}"
        self._template = checked(template)
        self._model = loaded("SentenceTransformer", model, device="cpu")
        self._documents: Sequence[Document] = ()
        self._ids: list[str] = []
        self._vectors = np.zeros((0, 0), np.float32)

    def index(self, documents: Sequence[Document]) -> None:
        if documents is self._documents:
            return
        self._documents = some(documents)
        self._ids = [document.id for document in documents]
        texts = [passage_text(document.title, document.text) for document in documents]
        self._vectors = self._encode(texts, "encode_document")

    def rank(self, query: Query, candidates: Sequence[str] | None) -> dict[str, float]:
        vector = self._encode([fed(query.need, self._template)], "encode_query")[0]
        scores = dict(zip(self._ids, (self._vectors @ vector).tolist(), strict=True))
        if candidates is not None:
            return {document: scores[document] for document in candidates}
        return {document: scores[document] for document in rank(scores)[:DEPTH]}

    def _encode(self, texts: Sequence[str], how: str) -> np.ndarray[Any, np.dtype[np.float32]]:
        encode = getattr(self._model, how)  # with the prompt, if the model has one for this side
        return np.asarray(encode(list(texts), normalize_embeddings=True, show_progress_bar=False))

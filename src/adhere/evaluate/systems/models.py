"""Any model that sentence-transformers loads, as a bi-encoder or a cross-encoder (reranker).

The instruction is fed through a template, by default query, space, instruction, as mteb does. Models that
were trained with another one say so on their card: `Instruct: {instruction}\\nQuery: {query}` is common.
A query without an instruction is fed alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from adhere.errors import InputError, ModelError, require
from adhere.evaluate.benchmark import Query
from adhere.evaluate.systems.protocol import DEPTH
from adhere.need import Document, Need
from adhere.render import passage_text

TEMPLATE = "{query} {instruction}"


class BiEncoder:
    """Cosine of the fed query with title and text, cut to what the model reads."""

    def __init__(self, model: str, *, template: str = TEMPLATE) -> None:
        self.name = f"st:{model}"
        self._template = checked(template)
        self._model = _loaded("SentenceTransformer", model)
        self._documents: Sequence[Document] = ()
        self._ids: list[str] = []
        self._vectors = np.zeros((0, 0), np.float32)

    def index(self, documents: Sequence[Document]) -> None:
        if documents is self._documents:
            return
        self._documents = documents
        self._ids = [document.id for document in documents]
        texts = [passage_text(document.title, document.text) for document in documents]
        self._vectors = self._encode(texts, "encode_document")

    def rank(self, query: Query, candidates: Sequence[str] | None) -> dict[str, float]:
        vector = self._encode([fed(query.need, self._template)], "encode_query")[0]
        scores = dict(zip(self._ids, (self._vectors @ vector).tolist(), strict=True))
        if candidates is not None:
            return {document: scores[document] for document in candidates}
        return dict(sorted(scores.items(), key=lambda pair: pair[1], reverse=True)[:DEPTH])

    def _encode(self, texts: Sequence[str], how: str) -> np.ndarray[Any, np.dtype[np.float32]]:
        encode = getattr(self._model, how)  # with the prompt, if the model has one for this side
        return np.asarray(encode(list(texts), normalize_embeddings=True, show_progress_bar=False))


class CrossEncoder:
    """A reranker's score of the fed query with title and text. It needs candidates to rerank."""

    def __init__(self, model: str, *, template: str = TEMPLATE) -> None:
        self.name = f"ce:{model}"
        self._template = checked(template)
        self._model = _loaded("CrossEncoder", model)
        self._texts: dict[str, str] = {}

    def index(self, documents: Sequence[Document]) -> None:
        self._texts = {document.id: passage_text(document.title, document.text) for document in documents}

    def rank(self, query: Query, candidates: Sequence[str] | None) -> dict[str, float]:
        if candidates is None:
            raise InputError("A cross-encoder reranks candidates; this benchmark has no top_ranked.jsonl.")
        text = fed(query.need, self._template)
        pairs = [(text, self._texts[document]) for document in candidates]
        scores = np.asarray(self._model.predict(pairs, show_progress_bar=False), np.float64)
        if scores.shape != (len(pairs),):
            raise ModelError(
                f"{self.name} gives {scores.shape[1:]} numbers per pair; a reranker gives one score."
            )
        return dict(zip(candidates, scores.tolist(), strict=True))


def fed(need: Need, template: str = TEMPLATE) -> str:
    """The text that carries query and instruction into a model."""
    if not need.instruction:
        return need.query
    return template.replace("{query}", need.query).replace("{instruction}", need.instruction)


def checked(template: str) -> str:
    """Errors  InputError if the template would silently drop the query or the instruction"""
    lacking = [part for part in ("{query}", "{instruction}") if part not in template]
    if lacking:
        raise InputError(f"The template {template!r} has no {' and no '.join(lacking)}.")
    return template


def _loaded(kind: str, model: str) -> Any:
    library = require("sentence_transformers", feature=f"The model {model!r}", extra="models")
    try:
        return getattr(library, kind)(model, device="cpu")
    except (OSError, ValueError) as error:
        raise ModelError(
            f"{model!r} does not load as a {kind}: {error}\n"
            "Give a folder of a sentence-transformers model, or an id in the local cache."
        ) from error

"""Adhere as a model that mteb scores: the whole engine, its encoder alone, or its judges as a reranker.

    model = AdhereSearch()
    mteb.evaluate(model, mteb.get_tasks(tasks=["Core17InstructionRetrieval"]))

mteb hands queries and instructions to a search model apart, as the engine wants them. It glues them together
for an encoder, and hands both to a cross-encoder.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

import adhere
from adhere.encode.protocol import Array, Encoder
from adhere.errors import InputError, require
from adhere.need import Document, Mode
from adhere.search.engine import Engine

if TYPE_CHECKING:
    from mteb.models.model_meta import ModelMeta

NAME = "adhere/adhere"
Rows = Iterable[Mapping[str, Any]]
"""Rows of a corpus (id, title, text) or of queries (id, text, instruction), as mteb's data sets hold them."""


class AdhereSearch:
    """The engine under mteb's SearchProtocol: indexes the corpus, searches or ranks `top_ranked`.

    In `rank` mode every document gets a score; in `balanced` and `strict` what is removed comes last.
    """

    def __init__(
        self, engine: Callable[[], Engine] = Engine.in_memory, *, mode: Mode = "rank", name: str = NAME
    ) -> None:
        self._make = engine
        self._engine: Engine | None = None
        self.mode: Mode = mode
        self._name = name if mode == "rank" else f"{name}-{mode}"

    @property
    def mteb_model_meta(self) -> ModelMeta:
        return _meta(self._name, "hybrid")

    def index(self, corpus: Rows, **_: Any) -> None:
        """A new engine over these documents."""
        if self._engine is not None:
            self._engine.close()
        self._engine = self._make()
        self._engine.add([_document(row) for row in corpus])

    def search(
        self,
        queries: Rows,
        *,
        top_k: int,
        top_ranked: Mapping[str, Sequence[str]] | None = None,
        **_: Any,
    ) -> dict[str, dict[str, float]]:
        """Query id -> document id -> score.

        Errors  InputError before `index`, and for a query that is no single text
        """
        if self._engine is None:
            raise InputError("There is nothing to search: mteb must call index() with a corpus first.")
        results: dict[str, dict[str, float]] = {}
        for row in queries:
            query, instruction = _need(row)
            if top_ranked is None:
                answer = self._engine.search(query, instruction, k=top_k, mode=self.mode)
                results[row["id"]] = {hit.document.id: hit.score for hit in answer.hits}
            else:
                ids = list(dict.fromkeys(top_ranked.get(row["id"], ())))
                results[row["id"]] = self._engine.rank(query, instruction, ids, mode=self.mode) if ids else {}
        return results


class AdhereEncoder:
    """Our encoder alone under mteb's EncoderProtocol: one vector of length one per text.

    A document of several passages is the direction of their mean, which the engine itself never uses.
    """

    def __init__(
        self,
        model_name: str = f"{NAME}-encoder",
        revision: str | None = None,  # noqa: ARG002 (of the protocol)
        *,
        device: str | None = None,  # noqa: ARG002 (of the protocol)
        encoder: Encoder | None = None,
        **_: Any,
    ) -> None:
        from adhere.encode import load

        self._encoder = encoder or load()
        self._name = model_name

    @property
    def mteb_model_meta(self) -> ModelMeta:
        return _meta(self._name, "dense", dimension=self._encoder.dimension)

    def encode(self, inputs: Iterable[Mapping[str, Any]], *, prompt_type: Any = None, **_: Any) -> Array:
        """Shapes  batches of n texts in all -> (n, H)"""
        rows = list(_rows(inputs))
        if getattr(prompt_type, "value", prompt_type) == "query":
            return self._encoder.encode_queries([str(row["text"]) for row in rows])
        documents = [_document({"id": str(number), **row}) for number, row in enumerate(rows)]
        vectors = [
            np.mean([passage.vector for passage in passages], axis=0)
            for passages in self._encoder.encode_documents(documents)
        ]
        stacked = np.stack(vectors)
        return np.asarray(stacked / np.linalg.norm(stacked, axis=1, keepdims=True), dtype=np.float32)

    def similarity(self, embeddings1: Any, embeddings2: Any) -> Array:
        """Cosine. Shapes  (n, H) and (m, H) -> (n, m)"""
        return np.atleast_2d(_array(embeddings1)) @ np.atleast_2d(_array(embeddings2)).T

    def similarity_pairwise(self, embeddings1: Any, embeddings2: Any) -> Array:
        """Cosine. Shapes  (n, H) and (n, H) -> (n,)"""
        return np.asarray((_array(embeddings1) * _array(embeddings2)).sum(axis=-1), dtype=np.float32)


class AdhereReranker:
    """The engine under mteb's CrossEncoderProtocol: it ranks the documents that come with a query."""

    def __init__(
        self,
        model_name: str = f"{NAME}-reranker",
        revision: str | None = None,  # noqa: ARG002 (of the protocol)
        device: str | None = None,  # noqa: ARG002 (of the protocol)
        *,
        engine: Callable[[], Engine] = Engine.in_memory,
        **_: Any,
    ) -> None:
        self._make = engine
        self._name = model_name

    @property
    def mteb_model_meta(self) -> ModelMeta:
        return _meta(self._name, "cross-encoder")

    def predict(
        self, inputs1: Iterable[Mapping[str, Any]], inputs2: Iterable[Mapping[str, Any]], **_: Any
    ) -> Array:
        """A score per pair of query and document. Shapes  n pairs -> (n,)"""
        needs = [_need(row) for row in _rows(inputs1)]
        documents = [_document(row) for row in _rows(inputs2)]
        asked: dict[tuple[str, str], list[int]] = {}
        for place, need in enumerate(needs):
            asked.setdefault(need, []).append(place)
        scores = np.zeros(len(needs), dtype=np.float32)
        with self._make() as engine:
            engine.add({document.id: document for document in documents}.values())
            for (query, instruction), places in asked.items():
                ids = list(dict.fromkeys(documents[place].id for place in places))
                ranked = engine.rank(query, instruction, ids)
                scores[places] = [ranked[documents[place].id] for place in places]
        return scores


def _need(row: Mapping[str, Any]) -> tuple[str, str]:
    # A dataloader glues the instruction to the text and keeps the query beside it; a data set does neither.
    query, instruction = row.get("query", row["text"]), row.get("instruction") or ""
    if not isinstance(query, str):
        raise InputError(
            f"The query {row.get('id')!r} is a {type(query).__name__}; only texts are understood."
        )
    return query, str(instruction)


def _document(row: Mapping[str, Any]) -> Document:
    return Document(str(row["id"]), str(row.get("body", row["text"])), str(row.get("title") or ""))


def _rows(batches: Iterable[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """The rows of a dataloader, which come as columns."""
    for batch in batches:
        for values in zip(*batch.values(), strict=True):
            yield dict(zip(batch, values, strict=True))


def _array(embeddings: Any) -> Array:
    return np.asarray(embeddings, dtype=np.float32)


def _meta(name: str, kind: str, *, dimension: int | None = None) -> ModelMeta:
    module = require("mteb.models.model_meta", feature="The mteb adapter", extra="mteb")
    meta: ModelMeta = module.ModelMeta(
        loader=None,
        name=name,
        revision=adhere.__version__,
        release_date=None,
        languages=["eng-Latn"],
        n_parameters=None,
        memory_usage_mb=None,
        max_tokens=None,
        embed_dim=dimension,
        license="apache-2.0",
        open_weights=True,
        public_training_code=None,
        public_training_data=None,
        framework=["ONNX"],
        similarity_fn_name="cosine",
        use_instructions=True,
        training_datasets=None,
        model_type=[kind],
    )
    return meta

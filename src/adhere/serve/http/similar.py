"""The shapes of other systems, so that their clients work here: OpenAI's vector stores and embeddings, and
the rerank of Cohere and Jina. Each takes an instruction too, and answers with what became of it.
"""

from __future__ import annotations

import base64
import copy
import math
import uuid
from collections.abc import Callable
from typing import Any

import numpy as np
from fastapi import APIRouter
from starlette.responses import Response

from adhere.encode.protocol import Array
from adhere.errors import InputError
from adhere.need import All, Answer, Criteria, Criterion, Document, Expression, Field, Not, Operator
from adhere.need import Any as AnyOf
from adhere.search.engine import Engine
from adhere.search.wire import answer_to_json, jsonable
from adhere.serve.http.asking import Asked, Asking
from adhere.serve.http.bodies import Comparison, Compound, EmbeddingsBody, RerankBody, VectorStoreBody
from adhere.serve.http.problems import Json
from adhere.serve.http.strict import StrictRoute
from adhere.serve.refusals import NoSuchDocument
from adhere.serve.service import Ask
from adhere.words import tokens

router = APIRouter(prefix="/v1", tags=["shapes of other systems"], route_class=StrictRoute)
OPERATORS: dict[str, Operator] = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<=", "eq": "=", "in": "in"}
MAX_DEPTH = 20
STEP = 16
"""Texts that are encoded before it is asked whether somebody still waits for them."""
EXTRAS = ("program", "criteria", "notes", "removed", "relax")


# --- OpenAI --------------------------------------------------------------------------------------


@router.post("/vector_stores/{store}/search")
async def vector_store(store: str, body: VectorStoreBody, asking: Asking) -> Response:
    """OpenAI's vector store search. `adhere` holds what became of the instruction, each item its ledger."""
    asking.caller.must("read")
    if store != asking.service.name:
        raise NoSuchDocument(f"There is no vector store {store!r} here, only {asking.service.name!r}.")
    queries = [body.query] if isinstance(body.query, str) else body.query
    filters = Criteria((Criterion("want", _expression(body.filters)),)) if body.filters else None
    ask = Ask("\n".join(queries), body.instruction, body.max_num_results, filters=filters)
    answer = await asking.service.search(asking.caller, ask)
    threshold = body.ranking_options.score_threshold if body.ranking_options else 0.0
    whole = answer_to_json(answer)
    extras = {name: whole[name] for name in EXTRAS}
    if body.rewrite_query:
        why = "rewrite_query not done: search_query is what ran"
        extras["notes"] = [*extras["notes"], {"span": None, "why": why}]
    items = [
        item | {"ledger": hit["ledger"]}
        for item, hit in zip(_items(answer), whole["hits"], strict=True)
        if item["score"] >= threshold
    ]
    return Json(
        {
            "object": "vector_store.search_results.page",
            "search_query": queries,
            "data": items,
            "has_more": False,
            "next_page": None,
            "adhere": extras,
        }
    )


def _items(answer: Answer) -> list[dict[str, Any]]:
    return [
        {
            "file_id": hit.document.id,
            "filename": hit.document.title or hit.document.id,
            "score": likelihood(hit.score),
            "attributes": jsonable(hit.document.fields),
            "content": [{"type": "text", "text": hit.document.text}],
        }
        for hit in answer.hits
    ]


def _expression(asked: Comparison | Compound, depth: int = 1) -> Expression:
    if depth > MAX_DEPTH:
        raise InputError(f"Filters may lie in each other {MAX_DEPTH} deep.")
    if isinstance(asked, Compound):
        parts = tuple(_expression(part, depth + 1) for part in asked.filters)
        return All(parts) if asked.type == "and" else AnyOf(parts)
    value = tuple(asked.value) if isinstance(asked.value, list) else asked.value
    if asked.type in ("ne", "nin"):
        return Not(Field(asked.key, "=" if asked.type == "ne" else "in", value))
    return Field(asked.key, OPERATORS[asked.type], value)


@router.post("/embeddings")
async def embeddings(body: EmbeddingsBody, asking: Asking) -> Response:
    """OpenAI's embeddings, by the encoder of the store. `usage` counts words."""
    asking.caller.must("read")
    encoder = asking.service.engine.encoder
    if body.model not in ("adhere", encoder.name):
        raise InputError(f"There is no model {body.model!r} here; the store's is {encoder.name!r}.")
    if body.dimensions not in (None, encoder.dimension):
        raise InputError(f"{encoder.name} has {encoder.dimension} dimensions, not {body.dimensions}.")
    texts = [body.input] if isinstance(body.input, str) else body.input

    def encoded(go_on: Callable[[], None]) -> Array:
        rows = []
        for start in range(0, len(texts), STEP):
            go_on()
            rows.append(encoder.encode_queries(texts[start : start + STEP]))
        return np.concatenate(rows)

    vectors = await asking.service.run_alone(encoded)
    words = sum(len(list(tokens(text))) for text in texts)
    coded: list[Any] = vectors.tolist()
    if body.encoding_format == "base64":
        coded = [base64.b64encode(np.asarray(vector, "<f4").tobytes()).decode() for vector in vectors]
    return Json(
        {
            "object": "list",
            "data": [
                {"object": "embedding", "index": number, "embedding": vector}
                for number, vector in enumerate(coded)
            ],
            "model": encoder.name,
            "usage": {"prompt_tokens": words, "total_tokens": words},
        }
    )


# --- Cohere and Jina -----------------------------------------------------------------------------


@router.post("/rerank")
async def rerank(body: RerankBody, asking: Asking) -> Response:
    """Order the given documents as the instruction says. None is left out: what violates it comes last."""
    asking.caller.must("read")
    given = {text for text in (body.instruction, body.instruct) if text is not None}
    if len(given) > 1:
        raise InputError("instruction and instruct are two names for one thing, and differ here. Send one.")
    texts = [each if isinstance(each, str) else each.text for each in body.documents]
    instruction = given.pop() if given else ""
    answer = await asking.service.run_alone(
        lambda go_on: _judged(asking, body.query, instruction, texts, go_on)
    )
    whole = answer_to_json(answer)
    results = []
    for hit, shown in zip(answer.hits[: body.top_n], whole["hits"], strict=False):
        index = _index(hit.document.id)
        result = {"index": index, "relevance_score": likelihood(hit.score), "ledger": shown["ledger"]}
        results.append(result | ({"document": {"text": texts[index]}} if body.return_documents else {}))
    extras = {name: whole[name] for name in EXTRAS}
    return Json({"id": str(uuid.uuid4()), "model": "adhere", "results": results, "adhere": extras})


def _judged(
    asking: Asked, query: str, instruction: str, texts: list[str], go_on: Callable[[], None]
) -> Answer:
    """The texts in a store of their own: nothing of the server's store is read. `go_on` may end it."""
    ours = asking.service.engine_of(asking.caller)
    engine = Engine.in_memory(ours.encoder, parser=copy.copy(ours.parser))
    documents = [Document(_name(number), text) for number, text in enumerate(texts)]
    for start in range(0, len(documents), STEP):
        go_on()
        engine.add(documents[start : start + STEP])
    return engine.search(
        query,
        instruction,
        k=len(texts),
        mode="rank",
        standing=ours.standing,
        on_event=lambda _: go_on(),
    )


def _name(index: int) -> str:
    # Of equal scores the larger id comes first: the one that was given first.
    return f"{999_999 - index:06d}"


def _index(name: str) -> int:
    return 999_999 - int(name)


def likelihood(score: float) -> float:
    """A score, which is a sum of logarithms of probabilities, between 0 and 1."""
    return min(1.0, math.exp(score))

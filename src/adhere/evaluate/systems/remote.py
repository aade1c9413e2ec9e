"""Searches and rerankers behind a URL, each described by a small TOML or JSON file.

A reranker, in the shape of Cohere, Jina, vLLM (all `results` of index and relevance_score) or TEI:

    kind = "rerank"
    url = "http://localhost:8080/rerank"
    shape = "tei"                  # cohere, jina, vllm or tei
    model = "BAAI/bge-reranker-base"
    instruction = "instruct"       # the field that takes the instruction; left out: glued to the query
    key_env = "RERANK_KEY"         # environment variable with the bearer token

A search, where {query}, {instruction} and {k} are filled into the request (sent as JSON):

    kind = "search"
    url = "http://localhost:9200/wiki/_search"
    request = { query = { match = { text = "{query} {instruction}" } }, size = "{k}" }
    results = "hits.hits"          # path to the list of hits
    id = "_id"                     # path to the id in a hit
    score = "_score"               # left out: the order of the list counts
"""

from __future__ import annotations

import json
import os
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from math import inf
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import Request, urlopen

from adhere.errors import FileError, InputError, RemoteError
from adhere.evaluate.benchmark import Query
from adhere.evaluate.systems.protocol import DEPTH, System, file_identity, some
from adhere.need import Document, Need
from adhere.render import fed, passage_text

SHAPES = ("cohere", "jina", "vllm", "tei")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """The description of a URL, field by field as in the file."""

    kind: str
    url: str
    name: str = ""
    shape: str = "cohere"
    model: str = ""
    instruction: str = ""
    request: Mapping[str, Any] = field(default_factory=dict)
    results: str = ""
    id: str = "id"
    score: str = ""
    key_env: str = ""
    timeout: float = 30.0


def remote(path: str | Path) -> System:
    """The system that a description file speaks of.

    Errors  FileError for a file that is no such description
    """
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8")
        given = json.loads(text) if path.suffix == ".json" else tomllib.loads(text)
    except (OSError, ValueError) as error:
        raise FileError(f"{path} cannot be read as a description of a URL: {error}") from error
    known = [part.name for part in fields(Endpoint)]
    unknown = sorted(set(given) - set(known))
    if unknown or "url" not in given or given.get("kind") not in ("rerank", "search"):
        wrong = f"unknown: {', '.join(unknown)}" if unknown else 'needed: url, and kind "rerank" or "search"'
        raise FileError(f"{path}: {wrong}. Known fields are {', '.join(known)}.")
    endpoint = Endpoint(**{"name": path.stem, **given})
    if endpoint.shape not in SHAPES:
        raise FileError(f"{path}: shape {endpoint.shape!r} is none of {', '.join(SHAPES)}.")
    made = RerankURL if endpoint.kind == "rerank" else SearchURL
    return made(endpoint, identity=file_identity("url", path))


class RerankURL:
    """Sends the candidates' texts with the query, and takes the scores that come back."""

    def __init__(self, endpoint: Endpoint, *, identity: str = "") -> None:
        self.name = f"url:{endpoint.name}"
        self.identity = identity or self.name
        self._endpoint = endpoint
        self._texts: dict[str, str] = {}

    def index(self, documents: Sequence[Document]) -> None:
        self._texts = {d.id: passage_text(d.title, d.text) for d in some(documents)}

    def rank(self, query: Query, candidates: Sequence[str] | None) -> dict[str, float]:
        if candidates is None:
            raise InputError("A reranker needs candidates; this benchmark has no top_ranked.jsonl.")
        texts = [self._texts[document] for document in candidates]
        answer = _post(self._endpoint, self._body(query.need, texts))
        rows: Any = answer.get("results") if isinstance(answer, dict) else answer
        key = "score" if self._endpoint.shape == "tei" else "relevance_score"
        try:
            scores = {candidates[row["index"]]: float(row[key]) for row in rows}
        except (TypeError, KeyError, IndexError, ValueError) as error:
            raise RemoteError(
                f"{self._endpoint.url} answered no {self._endpoint.shape} ranking (index and {key}): "
                f"{json.dumps(answer)[:200]}"
            ) from error
        if len(scores) != len(set(candidates)):
            raise RemoteError(
                f"{self._endpoint.url} scored {len(scores)} of {len(candidates)} documents; all are needed."
            )
        return scores

    def _body(self, need: Need, texts: Sequence[str]) -> dict[str, Any]:
        slot = self._endpoint.instruction
        query = need.query if slot else fed(need)
        if self._endpoint.shape == "tei":
            body: dict[str, Any] = {"query": query, "texts": texts, "raw_scores": True}
        else:
            body = {"query": query, "documents": texts, "top_n": len(texts), "model": self._endpoint.model}
        if slot and need.instruction:
            body[slot] = need.instruction
        return body


class SearchURL:
    """Sends the need into a search that has documents of its own, under the benchmark's ids."""

    def __init__(self, endpoint: Endpoint, *, identity: str = "") -> None:
        if not endpoint.request or not endpoint.results:
            raise FileError(f"The search {endpoint.name!r} needs `request` and `results` in its description.")
        self.name = f"url:{endpoint.name}"
        self.identity = identity or self.name
        self._endpoint = endpoint

    def index(self, documents: Sequence[Document]) -> None:
        """Nothing to do: the service has its own index."""

    def rank(self, query: Query, candidates: Sequence[str] | None) -> dict[str, float]:
        need = query.need
        slots = {"query": need.query, "instruction": need.instruction, "k": DEPTH}
        answer = _post(self._endpoint, _filled(self._endpoint.request, slots))
        hits = _at(answer, self._endpoint.results, self._endpoint)
        if not isinstance(hits, list):
            raise RemoteError(f"{self._endpoint.url}: {self._endpoint.results!r} is no list of hits.")
        scores: dict[str, float] = {}
        for position, hit in enumerate(hits):
            score = _at(hit, self._endpoint.score, self._endpoint) if self._endpoint.score else -position
            document = str(_at(hit, self._endpoint.id, self._endpoint))
            # a search of passages lists a document once for each; its best place is its own
            scores[document] = max(float(score), scores.get(document, -inf))
        if candidates is None:
            return scores
        chosen = set(candidates)
        return {document: score for document, score in scores.items() if document in chosen}


_SLOT = re.compile(r"\{(query|instruction|k)\}")


def _filled(request: Any, slots: Mapping[str, Any]) -> Any:
    if isinstance(request, Mapping):
        return {key: _filled(value, slots) for key, value in request.items()}
    if isinstance(request, list):
        return [_filled(value, slots) for value in request]
    if not isinstance(request, str):
        return request
    if request == "{k}":
        return slots["k"]  # alone it stays a number
    # in one pass: what a user writes in braces is text, no slot
    return _SLOT.sub(lambda found: str(slots[found[1]]), request).strip()


def _at(value: Any, path: str, endpoint: Endpoint) -> Any:
    for key in path.split("."):
        try:
            value = value[int(key) if isinstance(value, list) else key]
        except (KeyError, IndexError, TypeError, ValueError) as error:
            raise RemoteError(f"{endpoint.url}: the answer has nothing at {path!r} (no {key!r}).") from error
    return value


def _post(endpoint: Endpoint, body: Mapping[str, Any]) -> Any:
    headers = {"Content-Type": "application/json"}
    if endpoint.key_env:
        if endpoint.key_env not in os.environ:
            raise InputError(f"The environment variable {endpoint.key_env} (key_env) is not set.")
        headers["Authorization"] = f"Bearer {os.environ[endpoint.key_env]}"
    request = Request(endpoint.url, json.dumps(body).encode(), headers, method="POST")
    try:
        with urlopen(request, timeout=endpoint.timeout) as response:
            return json.load(response)
    except (URLError, TimeoutError, ValueError) as error:
        raise RemoteError(f"{endpoint.url}: {error}") from error

"""A running server, asked as if it were the engine: what commands use when a server owns the store."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from adhere.errors import InputError, RemoteError
from adhere.need import (
    Answer,
    Criteria,
    Criterion,
    Document,
    Evidence,
    FieldEvidence,
    Hit,
    Mode,
    Need,
    Note,
    Parsed,
    Removed,
    Span,
    Step,
    TextEvidence,
    Verdict,
)
from adhere.parse.language import read
from adhere.schema import FieldInfo, Schema
from adhere.search.indexing import Added, Progress
from adhere.search.request import criteria_from
from adhere.serve.wire import document_to_json

TOKEN = "ADHERE_TOKEN"
"""Environment variable with the bearer token, where the server wants one."""
BATCH = 64
"""Documents of one request, as many as the engine keeps at once."""
BATCH_BYTES = 1024 * 1024
TRIES = 4
"""How often a batch is sent where the server asks to wait, and no longer than this:"""
LONGEST_WAIT = 60.0


class TooLarge(RemoteError):
    """The request's body is over the server's limit."""


class Client:
    """The server at `url`, which must serve `store`. Errors  RemoteError, InputError in the server's words"""

    def __init__(self, url: str, store: Path | str, *, timeout: float = 330.0) -> None:
        if urlsplit(url).scheme not in ("http", "https"):
            raise InputError(f"{url!r} is no address of a server; write http://127.0.0.1:8080.")
        self.url = url.rstrip("/")
        self.timeout = timeout
        serves, wanted = self.status()["store"], Path(store).resolve().stem
        if serves != wanted:
            raise InputError(f"The server at {self.url} serves the store {serves!r}, not {wanted!r}.")

    def search(
        self,
        query: str,
        instruction: str = "",
        *,
        k: int = 10,
        as_of: datetime | None = None,
        mode: Mode = "balanced",
        filters: str | None = None,
        criteria: str | None = None,
    ) -> Answer:
        """As `Engine.search`."""
        body = {
            "query": query,
            "instruction": instruction,
            "k": k,
            "as_of": as_of and as_of.isoformat(),
            "mode": mode,
            "filters": filters,
            "criteria": criteria,
            "documents": True,
        }
        answer = answer_from_json(self._ask("POST", "/v1/search", body))
        # A server does not send back what it was given.
        return replace(answer, need=replace(answer.need, filters=criteria_from(filters, "filter")))

    def add(
        self, documents: Iterable[Document], *, progress: Callable[[Progress], None] | None = None
    ) -> Added:
        """As `Engine.add`: all of them are kept when this returns."""
        total = len(documents) if isinstance(documents, Sequence) else None
        added, done = Added(), 0
        for batch in _batches(documents):
            for counts in self._added(batch):
                added = Added(
                    *(getattr(added, name) + counts[name] for name in ("new", "changed", "unchanged"))
                )
            done += len(batch)
            if progress:
                progress(Progress(done, total, done))
        return added

    def sync(
        self,
        documents: Iterable[Document],
        *,
        within: Callable[[Document], bool] = lambda _: True,  # noqa: ARG002 (of `Engine.sync`)
        progress: Callable[[Progress], None] | None = None,
    ) -> Added:
        """Like `add`. Nothing is deleted: other documents of a server are not for one client to miss."""
        return self.add(documents, progress=progress)

    def status(self) -> dict[str, Any]:
        """What the server says of its store, as far as the token sees."""
        status: dict[str, Any] = self._ask("GET", "/v1/status")
        return status

    @property
    def schema(self) -> Schema:
        """The fields of the documents, with the values that a server sends."""
        return schema_from_json(self._ask("GET", "/v1/schema"))

    def _added(self, batch: Sequence[bytes]) -> Iterator[Mapping[str, int]]:
        """What the server counts of these documents, which are sent in halves where they are too large."""
        try:
            yield self._ask(
                "POST", "/v1/documents", b'{"documents":[' + b",".join(batch) + b"]}", tries=TRIES
            )
        except TooLarge as error:
            if len(batch) == 1:
                one = json.loads(batch[0])["id"]
                raise TooLarge(
                    f"{error} It is the document {one!r}, {len(batch[0]):,} bytes as JSON: split it, or "
                    "start the server with a larger --max-body."
                ) from error
            half = len(batch) // 2
            yield from self._added(batch[:half])
            yield from self._added(batch[half:])

    def _ask(self, method: str, path: str, body: Any = None, *, tries: int = 1) -> Any:
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if token := os.environ.get(TOKEN):
            headers["Authorization"] = f"Bearer {token}"
        data = body if body is None or isinstance(body, bytes) else _json(body)
        request = Request(self.url + path, data, headers, method=method)
        try:
            with urlopen(request, timeout=self.timeout) as response:
                return json.load(response)
        except HTTPError as error:
            wait = _wait(error)
            if tries <= 1 or wait is None:
                raise _told(error, self.url) from error
            time.sleep(wait)
            return self._ask(method, path, data, tries=tries - 1)
        except (URLError, TimeoutError, ValueError) as error:
            raise RemoteError(f"The server at {self.url} does not answer: {error}. Is it running?") from error


def _json(value: Any) -> bytes:
    """Letters as themselves, not as escapes of six bytes; half characters can only be escapes."""
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "backslashreplace")


def _batches(documents: Iterable[Document]) -> Iterator[list[bytes]]:
    """The documents as JSON, as many together as one request should carry; a large one goes alone."""
    batch: list[bytes] = []
    size = 0
    for document in documents:
        row = _json(document_to_json(document))
        if batch and (len(batch) == BATCH or size + len(row) > BATCH_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(row)
        size += len(row)
    if batch:
        yield batch


def _wait(error: HTTPError) -> float | None:
    """Seconds after which the server wants to be asked again; None where it is of no use, or too long."""
    given = error.headers.get("Retry-After", "")
    if error.code not in (429, 503) or not given.isdecimal() or int(given[:9]) > LONGEST_WAIT:
        return None
    return float(given)


def answer_from_json(data: Mapping[str, Any]) -> Answer:
    """The answer of which `answer_to_json` made this, with the documents that came along."""
    notes = tuple(Note(_span(note["span"]), note["why"]) for note in data["notes"])
    criteria = _criteria(data)
    as_of = datetime.fromisoformat(data["as_of"]) if data["as_of"] else None
    return Answer(
        need=Need(data["query"], data["instruction"], as_of),
        parsed=Parsed(
            data["instruction"],
            Criteria(tuple(one for one in criteria if one.source == "instruction")),
            tuple((start, end) for start, end in data["background"]),
            tuple((start, end) for start, end in data["task"]),
        ),
        criteria=criteria,
        hits=tuple(_hit(hit) for hit in data["hits"]),
        mode=data["mode"],
        removed=tuple(Removed(**removed) for removed in data["removed"]),
        relax=tuple(data["relax"]),
        notes=notes,
        trace=tuple(Step(**step) for step in data["trace"]),
        took_ms=data["took_ms"],
    )


def schema_from_json(data: Mapping[str, Any]) -> Schema:
    """The schema of which `schema_to_json` made this."""
    fields = {
        one["name"]: FieldInfo(
            one["name"],
            one["type"],
            one["list"],
            one["documents"],
            one["values"],
            one["complete"],
            tuple(one["unparsed"]),
            one["unparsed_count"],
            one["description"],
        )
        for one in data["fields"]
    }
    return Schema(fields, data["documents"], data["time_field"])


def _criteria(data: Mapping[str, Any]) -> Criteria:
    return Criteria(tuple(_criterion(shown) for shown in data["criteria"]))


def _criterion(shown: Mapping[str, Any]) -> Criterion:
    [criterion] = read(shown["text"])
    return replace(
        criterion,
        span=_span(shown["span"]),
        confidence=shown["confidence"],
        question=shown["question"],
        source=shown["source"],
    )


def _hit(data: Mapping[str, Any]) -> Hit:
    given = data["document"]
    time = datetime.fromisoformat(given["time"]) if given["time"] else None
    document = Document(**{**given, "time": time})
    ledger = tuple(Verdict(**{**one, "evidence": _evidence(one["evidence"])}) for one in data["ledger"])
    return Hit(data["rank"], document, data["score"], ledger, data.get("rerank"))


def _evidence(data: Mapping[str, Any] | None) -> Evidence | None:
    if data is None:
        return None
    if "field" in data:
        return FieldEvidence(data["field"], data["value"])
    start, end = data["span"]
    return TextEvidence(data["passage"], data["text"], (start, end))


def _span(data: Sequence[int] | None) -> Span | None:
    return None if data is None else (data[0], data[1])


def _told(error: HTTPError, url: str) -> InputError | RemoteError:
    """What the server refuses, in its words; a request that it cannot take is an error of the input."""
    try:
        detail = str(json.load(error)["detail"])
    except (ValueError, KeyError, TypeError):
        detail = f"it answered {error.code} {error.reason}"
    if error.code == 422:
        return InputError(detail)
    hint = f" Put a token into the environment variable {TOKEN}." if error.code == 401 else ""
    kind = TooLarge if error.code == 413 else RemoteError
    return kind(f"{url}: {detail}{hint}")

"""What the retrievers of all frameworks share: how one string is read, and where the ledger goes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from adhere.errors import InputError
from adhere.need import Answer, Criteria, Document, Hit
from adhere.parse.language import read
from adhere.search.wire import answer_to_json
from adhere.values import as_utc

EXPLAINED = "adhere"
"""Key of the metadata under which a hit carries its rank, score, ledger and the criteria: a name of its
own, so that a document's own `score` or `rank` is never written over. See `key_of`."""

PARTS = ("rank", "score", "rerank", "ledger")

Filters = str | Criteria | None


def instructed(text: str, instruction: str | None) -> tuple[str, str]:
    """Query and instruction: without an instruction the one string is both, and "" means no instruction."""
    return text, text if instruction is None else instruction


def together(*filters: Filters) -> Criteria:
    """Filters of the retriever and of the call, all of which count: a call can add to them, never loosen."""
    parts = [read(one) if isinstance(one, str) else one or Criteria() for one in filters]
    return Criteria(tuple(criterion for part in parts for criterion in part))


def instant(given: datetime | str | None) -> datetime | None:
    """An aware instant; one without a zone is in UTC. Errors  InputError for a string that is no ISO date"""
    if isinstance(given, str):
        try:
            given = datetime.fromisoformat(given)
        except ValueError:
            raise InputError(f"as_of {given!r} is no ISO date such as 2026-07-01.") from None
    return None if given is None else as_utc(given)


def key_of(fields: Mapping[str, Any]) -> str:
    """Where a document's explanation goes: `adhere`, or `adhere_ledger` if it has a field of that name."""
    key = EXPLAINED
    while key in fields:
        key = f"{key}_ledger"
    return key


def explained(answer: Answer) -> Iterator[tuple[Hit, dict[str, Any]]]:
    """Each hit with the metadata of its document: the fields, and the explanation under `key_of` them."""
    whole = answer_to_json(answer)
    shared = {name: whole[name] for name in ("criteria", "program", "notes")}
    for hit, shown in zip(answer.hits, whole["hits"], strict=True):
        explanation = {name: shown[name] for name in PARTS if name in shown} | shared
        document = hit.document
        named = {name: value for name in ("title", "url") if (value := getattr(document, name))}
        yield hit, {**named, **document.fields, key_of(document.fields): explanation}


def as_document(text: str, metadata: Mapping[str, Any], identifier: str | None) -> Document:
    """A document from a framework's one; without an id of its own its content is its identity."""
    fields = {name: value for name, value in metadata.items() if not _explanation(name, value)}
    if not identifier:
        content = json.dumps([text, fields], sort_keys=True, default=str)
        identifier = hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest()[:32]
    title, url = (fields.get(name) for name in ("title", "url"))
    return Document(
        identifier,
        text,
        title if isinstance(title, str) else "",
        url if isinstance(url, str) else "",
        fields,
    )


def _explanation(name: str, value: Any) -> bool:
    """Whether this is what `explained` adds, and no field of the document that is called the same."""
    ours = {"rank", "score", "ledger", "program"}
    return name.startswith(EXPLAINED) and isinstance(value, Mapping) and ours <= value.keys()

"""Obedience on top of a search that people already run: no re-indexing, the same answer with its ledger."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from adhere.encode.protocol import Encoder
from adhere.errors import InputError
from adhere.need import Answer, Document, Mode, Note
from adhere.parse.protocol import Parser
from adhere.schema import Schema
from adhere.search.engine import Engine

Search = Callable[[str, int], Iterable[Document | Mapping[str, Any] | str]]
"""Any search: (query, k) -> documents, best first; a mapping needs id (or _id) and text."""

OVERFETCH = 10
FEWEST = 50
REMEMBERED = 5000


class Obedient:
    """A search that does what it is told. Call it like `engine.search`.

    Documents stay in memory between calls, so that what comes back again is not encoded again; past
    `REMEMBERED` of them it starts anew.
    """

    def __init__(self, search: Search, engine: Callable[[], Engine]) -> None:
        self.search = search
        self._make = engine
        self._engine = engine()

    def __call__(
        self,
        query: str,
        instruction: str = "",
        *,
        k: int = 10,
        as_of: datetime | None = None,
        mode: Mode = "balanced",
        criteria: str | None = None,
        filters: str | None = None,
    ) -> Answer:
        """Over-fetches, judges and reranks; a note warns where the pool was too shallow for the criteria."""
        depth = max(FEWEST, OVERFETCH * k)
        documents = [as_document(found) for found in self.search(query, depth)]
        if self._engine.schema.documents > REMEMBERED:
            self._engine = self._make()
        self._engine.add(documents)
        answer = self._engine.search(
            query,
            instruction,
            k=k,
            as_of=as_of,
            mode=mode,
            criteria=criteria,
            filters=filters,
            only=[document.id for document in documents],
        )
        if len(documents) >= depth and len(answer.hits) < k:
            why = (
                f"the search was asked for {depth} documents, and only {len(answer.hits)} of them pass: "
                "there may be more further down. Filter in the search itself, or ask it for more."
            )
            return replace(answer, notes=(*answer.notes, Note(None, why)))
        return answer


def obey(
    search: Search,
    *,
    schema: Schema | None = None,
    encoder: Encoder | None = None,
    parser: Parser | None = None,
) -> Obedient:
    """Make any search obey instructions: `obey(search)(query, instruction, k=10)`.

    `schema` sets the types of fields where a page of results is too little to infer them from.
    """
    types = {name: info.type for name, info in schema.fields.items()} if schema else None
    return Obedient(search, lambda: Engine.in_memory(encoder, parser=parser, types=types))


def as_document(found: Document | Mapping[str, Any] | str) -> Document:
    """A document from what a search returns. Errors  InputError for a mapping without id or text."""
    if isinstance(found, Document):
        return found
    if isinstance(found, str):
        return Document(id=found[:200], text=found)
    identifier, text = found.get("id", found.get("_id")), found.get("text", found.get("page_content"))
    if identifier is None or text is None:
        raise InputError(
            f"A search result must be a Document, or a mapping with id and text; found keys {sorted(found)}."
        )
    fields = found.get("fields") or found.get("metadata") or {}
    return Document(
        str(identifier), str(text), str(found.get("title") or ""), str(found.get("url") or ""), fields
    )

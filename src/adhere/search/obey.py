"""Obedience on top of a search that people already run: no re-indexing, the same answer with its ledger."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from threading import Lock
from typing import Any

from adhere.encode.protocol import Encoder
from adhere.errors import InputError
from adhere.need import Answer, Criteria, Document, Mode, Note
from adhere.parse.protocol import Parser
from adhere.schema import FieldInfo, Schema
from adhere.search.engine import Engine
from adhere.search.request import count_of, text_of
from adhere.store.check import several
from adhere.store.memory import MemoryStore

Found = Document | Mapping[str, Any] | str
Search = Callable[[str, int], Iterable[Found]]
"""Any search: (query, k) -> documents, best first; a mapping needs id (or _id) and text."""

OVERFETCH = 10
LONGEST_NAME = 200
"""Characters of a text that has no id of its own that stand for it."""
FEWEST = 50
REMEMBERED = 5000


class Pool:
    """Documents that some search found, judged and ranked as the engine ranks its own.

    They stay in memory between calls, so that what comes back again is not encoded again; past `REMEMBERED`
    of them it starts anew. Calls from several threads take turns.
    """

    def __init__(self, engine: Callable[[], Engine]) -> None:
        self._make = engine
        self._engine = engine()
        self._turn = Lock()

    def search(
        self,
        documents: Sequence[Document],
        query: str,
        instruction: str = "",
        *,
        k: int = 10,
        as_of: datetime | None = None,
        mode: Mode = "balanced",
        criteria: str | Criteria | None = None,
        filters: str | Criteria | None = None,
        depth: int | None = None,
    ) -> Answer:
        """The k best of these; a note warns where `depth` were asked for and too few of them pass."""
        with self._turn:
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
        if depth is not None and len(documents) >= depth and len(answer.hits) < k:
            why = (
                f"the search gave {len(documents)} documents, and only {len(answer.hits)} of them pass: "
                "there may be more further down. Filter in the search itself, or ask it for more."
            )
            return replace(answer, notes=(*answer.notes, Note(None, why)))
        return answer


class Obedient:
    """A search that does what it is told. Call it like `engine.search`."""

    def __init__(self, search: Search, pool: Pool) -> None:
        self.search = search
        self.pool = pool

    def __call__(
        self,
        query: str,
        instruction: str = "",
        *,
        k: int = 10,
        as_of: datetime | None = None,
        mode: Mode = "balanced",
        criteria: str | Criteria | None = None,
        filters: str | Criteria | None = None,
    ) -> Answer:
        """Over-fetches, judges and reranks; a note warns where the pool was too shallow for the criteria."""
        text_of(query, "the query")
        depth = depth_for(count_of(k))
        found = self.search(query, depth)
        several(found, "A search must return a list of documents, best first; found {}.")
        return self.pool.search(
            [as_document(one) for one in found],
            query,
            instruction,
            k=k,
            as_of=as_of,
            mode=mode,
            criteria=criteria,
            filters=filters,
            depth=depth,
        )


def obey(
    search: Search,
    *,
    schema: Schema | None = None,
    encoder: Encoder | None = None,
    parser: Parser | None = None,
) -> Obedient:
    """Make any search obey instructions: `obey(search)(query, instruction, k=10)`.

    `schema` names the fields that instructions may speak of, with their types, where a page of results is
    too little to infer them from.
    """
    return Obedient(search, pool(schema=schema, encoder=encoder, parser=parser))


def pool(
    *, schema: Schema | None = None, encoder: Encoder | None = None, parser: Parser | None = None
) -> Pool:
    """An empty pool, for those who fetch the documents themselves."""
    if schema is None:
        return Pool(lambda: Engine.in_memory(encoder, parser=parser))
    if encoder is None:
        from adhere.encode import load

        encoder = load()
    loaded, known = encoder, schema
    return Pool(
        lambda: Engine(
            _Page(loaded.dimension, known), loaded, parser=parser, time_field=known.time_field or None
        )
    )


def depth_for(k: int) -> int:
    """How many documents to fetch for k that pass."""
    return max(FEWEST, OVERFETCH * k)


def as_document(found: Found) -> Document:
    """A document from what a search returns. Errors  InputError for a mapping without id or text."""
    if isinstance(found, Document):
        return found
    if isinstance(found, str):
        return Document(id=_named(found), text=found)
    if not isinstance(found, Mapping):
        raise InputError(
            f"A search result must be a Document, or a mapping with id and text; found {found!r}."
        )
    identifier, text = found.get("id", found.get("_id")), found.get("text", found.get("page_content"))
    if identifier is None or text is None:
        raise InputError(
            f"A search result must be a Document, or a mapping with id and text; found keys {sorted(found)}."
        )
    fields = found.get("fields") or found.get("metadata") or {}
    return Document(
        str(identifier), str(text), str(found.get("title") or ""), str(found.get("url") or ""), fields
    )


def _named(text: str) -> str:
    """An id for a text that has none; two long ones that begin alike have two."""
    if len(text) <= LONGEST_NAME:
        return text
    return f"{text[:LONGEST_NAME]} #{hashlib.sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()[:12]}"


class _Page(MemoryStore):
    """A few documents of a larger store, seen with its fields, whether or not they have them."""

    def __init__(self, dimension: int, known: Schema) -> None:
        super().__init__(
            dimension,
            types={name: info.type for name, info in known.fields.items()},
            time_field=known.time_field or None,
        )
        self._known = known
        self._merged: tuple[Schema, Schema] | None = None

    @property
    def schema(self) -> Schema:
        page = super().schema
        if self._merged is None or self._merged[0] is not page:
            fields = {
                **page.fields,
                **{name: _merged(info, page.fields.get(name)) for name, info in self._known.fields.items()},
            }
            self._merged = page, Schema(fields, page.documents, page.time_field)
        return self._merged[1]


def _merged(known: FieldInfo, page: FieldInfo | None) -> FieldInfo:
    if page is None:
        return known
    return replace(known, is_list=known.is_list or page.is_list, values={**page.values, **known.values})

"""Adhere as a Haystack component, and obedience around any Haystack text retriever.

    pipeline.add_component("retriever", AdhereRetriever(store="notes.adhere"))
    pipeline.run({"retriever": {"query": "vector index", "instruction": "only accepted proposals"}})

    ObedientRetriever(InMemoryBM25Retriever(documents)).run("vector index, but nothing on C extensions")

Both fit Haystack's `TextRetriever`, so they plug into its MultiRetriever. Both go to YAML and back, which
Haystack allows for modules that you trust: `Pipeline.loads(text, allowed_modules=[...])` with this name.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from adhere.adapters.common import as_document, explained, instant, instructed, together
from adhere.adapters.haystack_filters import HaystackFilters, to_criteria
from adhere.encode.protocol import Encoder
from adhere.errors import InputError, require
from adhere.need import Answer, Criteria, Mode
from adhere.parse.language import write
from adhere.parse.protocol import Parser
from adhere.schema import FieldInfo, FieldType, Schema
from adhere.search.engine import Engine
from adhere.search.engine import open as open_engine
from adhere.search.obey import depth_for, pool

require("haystack", feature="The Haystack adapter", extra="haystack")

from haystack import Document, component, default_from_dict, default_to_dict  # noqa: E402
from haystack.core.serialization import component_to_dict  # noqa: E402


@component
class AdhereRetriever:
    """Retrieves from an Adhere store, given by its path, or from an engine that is already open.

    Without an instruction the query is both. `filters` of a run are added to those of the component.
    Every document carries its score, and rank, ledger and criteria under `meta["adhere"]`.
    """

    def __init__(
        self,
        store: str | Engine,
        *,
        instruction: str | None = None,
        filters: HaystackFilters = None,
        top_k: int = 10,
        mode: Mode = "balanced",
    ) -> None:
        self.store = store
        self.instruction = instruction
        self.filters = filters
        self.top_k = top_k
        self.mode: Mode = mode
        self._engine = store if isinstance(store, Engine) else None

    def warm_up(self) -> None:
        """Open the store. A run does it too."""
        if self._engine is None:
            self._engine = open_engine(str(self.store), create=False)

    def close(self) -> None:
        """Give the store back, so that another process can open it."""
        if self._engine is not None:
            self._engine.close()
        if not isinstance(self.store, Engine):
            self._engine = None

    @component.output_types(documents=list[Document])
    def run(
        self,
        query: str,
        filters: dict[str, Any] | str | None = None,
        top_k: int | None = None,
        instruction: str | None = None,
        as_of: datetime | str | None = None,
        criteria: str | None = None,
    ) -> dict[str, list[Document]]:
        """The best documents for a query under an instruction."""
        self.warm_up()
        assert self._engine is not None
        answer = self._engine.search(
            *instructed(query, self.instruction if instruction is None else instruction),
            k=self.top_k if top_k is None else top_k,
            mode=self.mode,
            filters=together(to_criteria(self.filters), to_criteria(filters)),
            as_of=instant(as_of),
            criteria=criteria,
        )
        return {"documents": _documents(answer)}

    @component.output_types(documents=list[Document])
    async def run_async(
        self,
        query: str,
        filters: dict[str, Any] | str | None = None,
        top_k: int | None = None,
        instruction: str | None = None,
        as_of: datetime | str | None = None,
        criteria: str | None = None,
    ) -> dict[str, list[Document]]:
        """`run`, off the event loop."""
        found: dict[str, list[Document]] = await asyncio.to_thread(
            self.run, query, filters, top_k, instruction, as_of, criteria
        )
        return found

    def to_dict(self) -> dict[str, Any]:
        """Errors  InputError for a component over an open engine, which no file can hold"""
        if isinstance(self.store, Engine):
            raise InputError(
                "This component was made over an open engine, which cannot be written down. "
                'Make it over the path of a store: AdhereRetriever(store="notes.adhere").'
            )
        written: dict[str, Any] = default_to_dict(
            self,
            store=self.store,
            instruction=self.instruction,
            filters=_writable(self.filters),
            top_k=self.top_k,
            mode=self.mode,
        )
        return written

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> AdhereRetriever:
        made: AdhereRetriever = default_from_dict(cls, data)
        return made


@component
class ObedientRetriever:
    """Judges what another text retriever finds. Its documents stay as they are, with the explanation added.

    It is asked for ten times as many documents as are wanted, at least 50. `types` says what fields the
    documents have (keyword, number, version, date, boolean) where a page of results does not show it.
    Filters are applied to what it found.
    """

    def __init__(
        self,
        retriever: Any,
        *,
        instruction: str | None = None,
        filters: HaystackFilters = None,
        top_k: int = 10,
        mode: Mode = "balanced",
        types: Mapping[str, FieldType] | None = None,
        encoder: Encoder | None = None,
        parser: Parser | None = None,
    ) -> None:
        self.retriever = retriever
        self.instruction = instruction
        self.filters = filters
        self.top_k = top_k
        self.mode: Mode = mode
        self.types = dict(types or {})
        schema = Schema({name: FieldInfo(name, type_) for name, type_ in self.types.items()})
        self._own = [one for one in (encoder, parser) if one is not None]
        self._pool = pool(schema=schema if types else None, encoder=encoder, parser=parser)

    def warm_up(self) -> None:
        """Warm the retriever up, where it has something to warm up."""
        if hasattr(self.retriever, "warm_up"):
            self.retriever.warm_up()

    @component.output_types(documents=list[Document])
    def run(
        self,
        query: str,
        filters: dict[str, Any] | str | None = None,
        top_k: int | None = None,
        instruction: str | None = None,
        as_of: datetime | str | None = None,
        criteria: str | None = None,
    ) -> dict[str, list[Document]]:
        """The best of the documents that the retriever finds for the query."""
        depth = depth_for(self.top_k if top_k is None else top_k)
        found = self.retriever.run(query=query, top_k=depth)["documents"]
        return self._judged(found, query, filters, top_k, instruction, as_of, criteria)

    @component.output_types(documents=list[Document])
    async def run_async(
        self,
        query: str,
        filters: dict[str, Any] | str | None = None,
        top_k: int | None = None,
        instruction: str | None = None,
        as_of: datetime | str | None = None,
        criteria: str | None = None,
    ) -> dict[str, list[Document]]:
        """`run`, with the retriever awaited where it can be, and the judging off the event loop."""
        depth = depth_for(self.top_k if top_k is None else top_k)
        if hasattr(self.retriever, "run_async"):
            found = (await self.retriever.run_async(query=query, top_k=depth))["documents"]
        else:
            found = (await asyncio.to_thread(self.retriever.run, query=query, top_k=depth))["documents"]
        return await asyncio.to_thread(
            self._judged, found, query, filters, top_k, instruction, as_of, criteria
        )

    def _judged(
        self,
        found: Sequence[Document],
        query: str,
        filters: HaystackFilters,
        top_k: int | None,
        instruction: str | None,
        as_of: datetime | str | None,
        criteria: str | None,
    ) -> dict[str, list[Document]]:
        k = self.top_k if top_k is None else top_k
        answer = self._pool.search(
            [as_document(one.content or "", one.meta, one.id) for one in found],
            *instructed(query, self.instruction if instruction is None else instruction),
            k=k,
            mode=self.mode,
            filters=together(to_criteria(self.filters), to_criteria(filters)),
            as_of=instant(as_of),
            criteria=criteria,
            depth=depth_for(k),
        )
        return {"documents": _documents(answer, found)}

    def to_dict(self) -> dict[str, Any]:
        """Errors  InputError where it was given an encoder or a parser, which no file can hold"""
        if self._own:
            raise InputError("This component was given an encoder or a parser, which cannot be written down.")
        written: dict[str, Any] = default_to_dict(
            self,
            retriever=component_to_dict(self.retriever, "retriever"),
            instruction=self.instruction,
            filters=_writable(self.filters),
            top_k=self.top_k,
            mode=self.mode,
            types=self.types,
        )
        return written

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> ObedientRetriever:
        made: ObedientRetriever = default_from_dict(cls, data)
        return made


def _writable(filters: HaystackFilters) -> dict[str, Any] | str | None:
    if isinstance(filters, Criteria):
        return write(filters)
    return filters if filters is None or isinstance(filters, str) else dict(filters)


def _documents(answer: Answer, found: Sequence[Document] = ()) -> list[Document]:
    """Documents of the hits: those that were found, with the explanation added, or new ones."""
    known = {one.id: one for one in found}
    return [
        replace(known[hit.document.id], meta=metadata, score=hit.score)
        if hit.document.id in known
        else Document(id=hit.document.id, content=hit.document.text, meta=metadata, score=hit.score)
        for hit, metadata in explained(answer)
    ]

"""Adhere as a LlamaIndex retriever, and obedience around any LlamaIndex retriever.

    retriever = AdhereRetriever(adhere.open("notes.adhere"), instruction="only accepted proposals")
    retriever.retrieve("vector index")
    retriever.retrieve(InstructedQuery("vector index", instruction="nothing on C extensions", k=5))

    obey_retriever(index.as_retriever()).retrieve("vector index, but nothing on C extensions")

LlamaIndex hands a retriever nothing but a query bundle, so what a call asks for travels in one of our own.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from adhere.adapters.common import Filters, as_document, explained, instant, instructed, key_of, together
from adhere.encode.protocol import Encoder
from adhere.errors import require
from adhere.need import Answer, Document, Mode
from adhere.parse.protocol import Parser
from adhere.schema import Schema
from adhere.search.engine import Engine
from adhere.search.obey import Pool, depth_for, pool

require("llama_index.core", feature="The LlamaIndex adapter", extra="llamaindex")

from llama_index.core.base.base_retriever import BaseRetriever  # noqa: E402
from llama_index.core.schema import (  # noqa: E402
    BaseNode,
    MetadataMode,
    NodeWithScore,
    QueryBundle,
    TextNode,
)


@dataclass
class InstructedQuery(QueryBundle):
    """A query with what counts as relevant for it; what is left out is taken from the retriever.

    `filters` (criteria notation) are trusted and added to those of the retriever, `criteria` replace parsing.
    """

    instruction: str | None = None
    filters: Filters = None
    as_of: datetime | str | None = None
    criteria: Filters = None
    k: int | None = None


class AdhereRetriever(BaseRetriever):
    """Retrieves from an Adhere engine. Without an instruction anywhere, the one string is both.

    Every node carries its rank, score, ledger and the criteria under `metadata["adhere"]`, which neither a
    model that embeds the node nor one that reads it gets to see.
    """

    def __init__(
        self,
        engine: Engine,
        *,
        instruction: str | None = None,
        filters: Filters = None,
        as_of: datetime | str | None = None,
        k: int = 10,
        mode: Mode = "balanced",
        **options: Any,
    ) -> None:
        super().__init__(**options)
        self.engine = engine
        self._defaults = InstructedQuery("", instruction=instruction, filters=filters, as_of=as_of, k=k)
        self._mode: Mode = mode

    def answer(self, query: QueryBundle | str) -> Answer:
        """The whole answer: hits, criteria, notes, and what each criterion removed."""
        query, instruction, how = _asked(query, self._defaults)
        return self.engine.search(query, instruction, mode=self._mode, **how)

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        return _nodes(self.answer(query_bundle))

    async def _aretrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        return await asyncio.to_thread(self._retrieve, query_bundle)


class ObedientRetriever(BaseRetriever):
    """Judges what another retriever finds, and hands out its nodes; made by `obey_retriever`."""

    def __init__(
        self, base: BaseRetriever, judged: Pool, defaults: InstructedQuery, mode: Mode, **options: Any
    ) -> None:
        super().__init__(**options)
        self.base = base
        self._pool = judged
        self._defaults = defaults
        self._mode: Mode = mode

    def answer(self, query: QueryBundle | str) -> Answer:
        """The whole answer: hits, criteria, notes, and what each criterion removed."""
        return self._judged(query, _deepened(self.base, self._depth(query)).retrieve(query))

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        found = _deepened(self.base, self._depth(query_bundle)).retrieve(query_bundle)
        return _nodes(self._judged(query_bundle, found), found)

    async def _aretrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        found = await _deepened(self.base, self._depth(query_bundle)).aretrieve(query_bundle)
        return _nodes(await asyncio.to_thread(self._judged, query_bundle, found), found)

    def _depth(self, query: QueryBundle | str) -> int:
        return depth_for(_asked(query, self._defaults)[2]["k"])

    def _judged(self, query: QueryBundle | str, found: Sequence[NodeWithScore]) -> Answer:
        # From a base that cannot be asked for more, however many came: there may be more further down.
        depth = self._depth(query) if hasattr(self.base, "similarity_top_k") else len(found)
        text, instruction, how = _asked(query, self._defaults)
        documents = [_document(one.node) for one in found]
        return self._pool.search(documents, text, instruction, mode=self._mode, depth=depth, **how)


def obey_retriever(
    base: BaseRetriever,
    *,
    schema: Schema | None = None,
    instruction: str | None = None,
    filters: Filters = None,
    as_of: datetime | str | None = None,
    k: int = 10,
    mode: Mode = "balanced",
    encoder: Encoder | None = None,
    parser: Parser | None = None,
    **options: Any,
) -> ObedientRetriever:
    """Make a retriever obey instructions, without indexing anything again.

    One with a `similarity_top_k` is asked for ten times as many nodes as are wanted, at least 50; any other
    is taken as it answers.
    """
    judged = pool(schema=schema, encoder=encoder, parser=parser)
    defaults = InstructedQuery("", instruction=instruction, filters=filters, as_of=as_of, k=k)
    return ObedientRetriever(base, judged, defaults, mode, **options)


def _asked(query: QueryBundle | str, defaults: InstructedQuery) -> tuple[str, str, dict[str, Any]]:
    """Query, instruction, and the keyword arguments of a search, the call's before the retriever's."""
    text = query if isinstance(query, str) else query.query_str
    call = query if isinstance(query, InstructedQuery) else InstructedQuery(text)
    instruction = defaults.instruction if call.instruction is None else call.instruction
    how = {
        "filters": together(defaults.filters, call.filters),
        "as_of": instant(defaults.as_of if call.as_of is None else call.as_of),
        "criteria": call.criteria,
        "k": defaults.k if call.k is None else call.k,
    }
    return *instructed(text, instruction), how


def _deepened(base: BaseRetriever, depth: int) -> BaseRetriever:
    if not hasattr(base, "similarity_top_k"):
        return base
    deeper = copy(base)
    deeper.similarity_top_k = depth
    return deeper


def _document(node: BaseNode) -> Document:
    return as_document(node.get_content(metadata_mode=MetadataMode.NONE), node.metadata, node.node_id)


def _nodes(answer: Answer, found: Sequence[NodeWithScore] = ()) -> list[NodeWithScore]:
    """Nodes of the hits: those that were found, with the explanation added, or new ones."""
    known = {one.node.node_id: one.node for one in found}
    nodes = []
    for hit, metadata in explained(answer):
        node = known.get(hit.document.id) or TextNode(id_=hit.document.id, text=hit.document.text)
        hidden = {
            name: [*getattr(node, name), key_of(hit.document.fields)]
            for name in ("excluded_embed_metadata_keys", "excluded_llm_metadata_keys")
        }
        shown = node.model_copy(update={"metadata": metadata, **hidden})
        nodes.append(NodeWithScore(node=shown, score=hit.score))
    return nodes

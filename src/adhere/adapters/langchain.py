"""Adhere as a LangChain retriever, and obedience around any LangChain retriever or vector store.

    retriever = AdhereRetriever(engine=adhere.open("notes.adhere"))
    retriever.invoke("vector index", instruction="only accepted proposals, nothing on C extensions")

    retriever = obey_retriever(vectorstore, metadata_field_info=[AttributeInfo("rating", "1 to 10", "float")])
    retriever.invoke("films about dinosaurs with a rating above 7, but no comedies")

The second is the move from SelfQueryRetriever: the same description of the metadata, the same one string.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, Self

from adhere.adapters.common import Filters, as_document, explained, instant, instructed, together
from adhere.encode.protocol import Encoder
from adhere.errors import SchemaError, require
from adhere.need import Answer, Document, Mode
from adhere.parse.protocol import Parser
from adhere.schema import FieldInfo, FieldType, Schema
from adhere.search.engine import Engine
from adhere.search.obey import Pool, depth_for, pool

require("langchain_core", feature="The LangChain adapter", extra="langchain")

from langchain_core.callbacks import (  # noqa: E402
    AsyncCallbackManagerForRetrieverRun,
    CallbackManagerForRetrieverRun,
)
from langchain_core.documents import Document as LangChainDocument  # noqa: E402
from langchain_core.retrievers import BaseRetriever  # noqa: E402
from langchain_core.runnables import run_in_executor  # noqa: E402
from langchain_core.vectorstores import VectorStore, VectorStoreRetriever  # noqa: E402


class Attribute(Protocol):
    """What we read of an attribute; LangChain's own `AttributeInfo` has it."""

    @property
    def name(self) -> str: ...
    @property
    def description(self) -> str: ...
    @property
    def type(self) -> str: ...


@dataclass(frozen=True, slots=True)
class AttributeInfo:
    """A field of the metadata, in the words of SelfQueryRetriever."""

    name: str
    description: str
    type: str


TYPES: Mapping[str, tuple[FieldType, bool]] = {
    "string": ("keyword", False),
    "integer": ("number", False),
    "float": ("number", False),
    "number": ("number", False),
    "boolean": ("boolean", False),
    "date": ("date", False),
    "datetime": ("date", False),
    "version": ("version", False),
    "list": ("keyword", True),
    "list[string]": ("keyword", True),
    "string or list[string]": ("keyword", True),
}
"""Type of an attribute -> type of our field, and whether it holds several values."""


class InstructedRetriever(BaseRetriever):
    """A retriever that takes an instruction per call; without one, its one string is query and instruction.

    `filters` (criteria notation) are trusted: those of a call are added to them. Every document carries its
    rank, score, ledger and the criteria under `metadata["adhere"]`.
    """

    k: int = 10
    mode: Mode = "balanced"
    filters: Any = None

    @abstractmethod
    def answer(
        self,
        query: str,
        instruction: str | None = None,
        *,
        filters: Filters = None,
        as_of: datetime | str | None = None,
        criteria: Filters = None,
        k: int | None = None,
    ) -> Answer:
        """The whole answer: hits, criteria, notes, and what each criterion removed."""

    async def aanswer(self, query: str, instruction: str | None = None, **how: Any) -> Answer:
        """`answer`, off the event loop."""
        return await run_in_executor(None, self.answer, query, instruction, **how)

    def _get_relevant_documents(
        self,
        query: str,
        *,
        run_manager: CallbackManagerForRetrieverRun,  # noqa: ARG002 (LangChain passes it)
        instruction: str | None = None,
        filters: Filters = None,
        as_of: datetime | str | None = None,
        criteria: Filters = None,
        k: int | None = None,
    ) -> list[LangChainDocument]:
        return _documents(
            self.answer(query, instruction, filters=filters, as_of=as_of, criteria=criteria, k=k)
        )

    async def _aget_relevant_documents(
        self,
        query: str,
        *,
        run_manager: AsyncCallbackManagerForRetrieverRun,  # noqa: ARG002 (LangChain passes it)
        instruction: str | None = None,
        filters: Filters = None,
        as_of: datetime | str | None = None,
        criteria: Filters = None,
        k: int | None = None,
    ) -> list[LangChainDocument]:
        return _documents(
            await self.aanswer(query, instruction, filters=filters, as_of=as_of, criteria=criteria, k=k)
        )

    def _how(
        self, filters: Filters, as_of: datetime | str | None, criteria: Filters, k: int | None
    ) -> dict[str, Any]:
        return {
            "k": self.k if k is None else k,
            "mode": self.mode,
            "as_of": instant(as_of),
            "filters": together(self.filters, filters),
            "criteria": criteria,
        }


class AdhereRetriever(InstructedRetriever):
    """Retrieves from an Adhere engine: `AdhereRetriever(engine=adhere.open("notes.adhere"), k=5)`."""

    engine: Any

    @classmethod
    def from_documents(
        cls,
        documents: Iterable[LangChainDocument],
        document_contents: str = "",  # noqa: ARG003 (there is no prompt to put it into)
        metadata_field_info: Sequence[Attribute | Mapping[str, str]] = (),
        *,
        encoder: Encoder | None = None,
        parser: Parser | None = None,
        **options: Any,
    ) -> Self:
        """Index documents in memory. Fields that are not described get the type that their values suggest.

        `document_contents` is taken so that a call for SelfQueryRetriever needs no change; nothing uses it.
        Errors  SchemaError for an attribute of a type that we do not know
        """
        schema = schema_of(metadata_field_info)
        types = {name: info.type for name, info in schema.fields.items()}
        engine = Engine.in_memory(encoder, parser=parser, types=types)
        engine.add([_document(one) for one in documents])
        return cls(engine=engine, **options)

    def answer(
        self,
        query: str,
        instruction: str | None = None,
        *,
        filters: Filters = None,
        as_of: datetime | str | None = None,
        criteria: Filters = None,
        k: int | None = None,
    ) -> Answer:
        """The whole answer: hits, criteria, notes, and what each criterion removed."""
        how = self._how(filters, as_of, criteria, k)
        found: Answer = self.engine.search(*instructed(query, instruction), **how)
        return found


class ObedientRetriever(InstructedRetriever):
    """Judges what another retriever or vector store finds; made by `obey_retriever`."""

    base: Any
    pool: Any

    def answer(
        self,
        query: str,
        instruction: str | None = None,
        *,
        filters: Filters = None,
        as_of: datetime | str | None = None,
        criteria: Filters = None,
        k: int | None = None,
    ) -> Answer:
        """The whole answer: hits, criteria, notes, and what each criterion removed."""
        how = self._how(filters, as_of, criteria, k)
        base, options = _deepened(self.base, depth_for(how["k"]))
        found = (
            base.similarity_search(query, **options)
            if isinstance(base, VectorStore)
            else base.invoke(query, **options)
        )
        return self._judged(found, query, instruction, how)

    async def aanswer(self, query: str, instruction: str | None = None, **how: Any) -> Answer:
        """`answer`, with the search of the base awaited and the judging off the event loop."""
        how = self._how(*(how.get(name) for name in ("filters", "as_of", "criteria", "k")))
        base, options = _deepened(self.base, depth_for(how["k"]))
        found = await (
            base.asimilarity_search(query, **options)
            if isinstance(base, VectorStore)
            else base.ainvoke(query, **options)
        )
        return await run_in_executor(None, self._judged, found, query, instruction, how)

    def _judged(
        self,
        found: Sequence[LangChainDocument],
        query: str,
        instruction: str | None,
        how: Mapping[str, Any],
    ) -> Answer:
        judged: Pool = self.pool
        # From a base that cannot be asked for more, however many came: there may be more further down.
        depth = depth_for(how["k"]) if _takes_k(self.base) else len(found)
        documents = [_document(one) for one in found]
        return judged.search(documents, *instructed(query, instruction), **how, depth=depth)


def obey_retriever(
    base: BaseRetriever | VectorStore,
    *,
    metadata_field_info: Sequence[Attribute | Mapping[str, str]] = (),
    schema: Schema | None = None,
    encoder: Encoder | None = None,
    parser: Parser | None = None,
    **options: Any,
) -> ObedientRetriever:
    """Make a retriever or vector store obey instructions, without indexing anything again.

    It is asked for ten times as many documents as are wanted, at least 50: a vector store and its retriever
    by their `k`, any other retriever by its field `k`; one that has none is taken as it answers.
    Errors  SchemaError for an attribute of a type that we do not know
    """
    known = schema or (schema_of(metadata_field_info) if metadata_field_info else None)
    return ObedientRetriever(base=base, pool=pool(schema=known, encoder=encoder, parser=parser), **options)


def schema_of(attributes: Sequence[Attribute | Mapping[str, str]]) -> Schema:
    """Described metadata as a schema, field by field. Errors  SchemaError for an unknown type"""
    fields = {}
    for attribute in attributes:
        one = AttributeInfo(**attribute) if isinstance(attribute, Mapping) else attribute
        if one.type not in TYPES:
            raise SchemaError(
                f"The attribute {one.name!r} is of type {one.type!r}. Known types: {', '.join(TYPES)}."
            )
        type_, is_list = TYPES[one.type]
        fields[one.name] = FieldInfo(one.name, type_, is_list=is_list, description=one.description)
    return Schema(fields)


def _deepened(base: Any, depth: int) -> tuple[Any, dict[str, int]]:
    if not _takes_k(base):
        return base, {}
    if isinstance(base, BaseRetriever) and "k" in type(base).model_fields:
        return base.model_copy(update={"k": depth}), {}
    return base, {"k": depth}


def _takes_k(base: Any) -> bool:
    return isinstance(base, VectorStore | VectorStoreRetriever) or "k" in type(base).model_fields


def _document(found: LangChainDocument) -> Document:
    return as_document(found.page_content, found.metadata, found.id)


def _documents(answer: Answer) -> list[LangChainDocument]:
    return [
        LangChainDocument(page_content=hit.document.text, metadata=metadata, id=hit.document.id)
        for hit, metadata in explained(answer)
    ]

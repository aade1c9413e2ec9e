"""The LlamaIndex adapter against the real package."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

pytest.importorskip("llama_index.core", reason="needs adhere[llamaindex]")

from llama_index.core import VectorStoreIndex
from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.embeddings import MockEmbedding
from llama_index.core.schema import MetadataMode, NodeRelationship, NodeWithScore, RelatedNodeInfo, TextNode

from adhere.adapters.llama_index import AdhereRetriever, InstructedQuery, obey_retriever
from adhere.search.engine import Engine
from adhere.testing.fakes import FakeEncoder
from corpus import DOCUMENTS
from films import FILMS

ASKED = "films rated higher than 8.5, but nothing animated"


def proposals(**options: Any) -> AdhereRetriever:
    engine = Engine.in_memory(FakeEncoder())
    engine.add(DOCUMENTS)
    return AdhereRetriever(engine, **options)


def ids(found: list[NodeWithScore]) -> set[str]:
    return {one.node.node_id for one in found}


def nodes() -> list[TextNode]:
    source = {NodeRelationship.SOURCE: RelatedNodeInfo(node_id="page")}
    return [
        TextNode(id_=str(number), text=text, metadata=fields, relationships=source)
        for number, (text, fields) in enumerate(FILMS)
    ]


def test_one_string_is_query_and_instruction() -> None:
    found = proposals().retrieve("imports, only final ones")
    assert ids(found) == {"P-3", "P-4"}
    told = found[0].node.metadata["adhere"]
    assert told["rank"] == 1 and told["score"] == found[0].score
    assert "met" in {verdict["outcome"] for verdict in told["ledger"]}


def test_the_instruction_is_a_field_or_comes_with_the_query() -> None:
    retriever = proposals(instruction="only final ones", filters='avoid field(authors = "Max Born")')
    assert ids(retriever.retrieve("imports")) == {"P-3"}
    asked = InstructedQuery(
        "imports", instruction="", as_of="2019-12-31", k=2, filters='avoid field(status = "Active")'
    )
    assert ids(retriever.retrieve(asked)) == {"P-3", "P-6"}
    given = InstructedQuery("imports", criteria='want field(status = "Draft")')
    assert retriever.retrieve(given) == []
    assert retriever.answer(given).removed[0].violated > 0


def test_async_answers_the_same_and_the_explanation_is_hidden_from_models() -> None:
    retriever = proposals()

    async def several() -> list[list[NodeWithScore]]:
        return await asyncio.gather(*(retriever.aretrieve("imports, only final ones") for _ in range(4)))

    for found in asyncio.run(several()):
        assert ids(found) == {"P-3", "P-4"}
        for mode in (MetadataMode.LLM, MetadataMode.EMBED):
            assert "adhere" not in found[0].node.get_content(metadata_mode=mode)


def test_a_vector_index_obeys_and_keeps_its_nodes() -> None:
    index = VectorStoreIndex(nodes(), embed_model=MockEmbedding(embed_dim=8))
    base = index.as_retriever(similarity_top_k=2)
    retriever = obey_retriever(base, encoder=FakeEncoder())
    found = retriever.retrieve(ASKED)
    assert [one.node.metadata["director"] for one in found] == ["Andrei Tarkovsky"]
    assert found[0].node.source_node is not None and found[0].node.source_node.node_id == "page"
    assert ids(asyncio.run(retriever.aretrieve(ASKED))) == ids(found)
    assert base.similarity_top_k == 2
    assert "adhere" not in index.docstore.get_node(found[0].node.node_id).metadata


class Fixed(BaseRetriever):
    """Answers with all films, however many are wanted."""

    def _retrieve(self, query_bundle: Any) -> list[NodeWithScore]:
        return [NodeWithScore(node=node, score=1.0) for node in nodes()]


def test_a_retriever_that_cannot_go_deeper_says_so() -> None:
    answer = obey_retriever(Fixed(), encoder=FakeEncoder()).answer(ASKED)
    assert len(answer.hits) == 1 and "further down" in answer.notes[-1].why

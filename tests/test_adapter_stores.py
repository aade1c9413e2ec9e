"""A search in somebody else's store, made obedient: what it decides itself, and what is judged afterwards."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import pytest

from adhere.adapters import elasticsearch, pgvector, qdrant
from adhere.errors import InputError, SchemaError
from adhere.need import Document
from adhere.parse.rules import RulesParser
from adhere.store.infer import infer
from adhere.testing.fakes import FakeEncoder
from adhere.testing.parsers import ScriptedParser
from corpus import DOCUMENTS

SCHEMA = infer(DOCUMENTS)
PARSER = ScriptedParser(
    {
        "final, nothing on C": 'want field(status = "Final")\navoid mentions("C")',
        "early": 'prefer about("early")',
    }
)


def obedient(asked: list[Any]) -> Any:
    """Around a search in SQL that applies nothing and remembers what it was asked."""

    def search(query: str, k: int, where: str, params: list[Any]) -> Iterable[Document]:
        asked.append((query, k, where, params))
        return DOCUMENTS

    return pgvector.obey_sql(search, schema=SCHEMA, encoder=FakeEncoder(), parser=PARSER)


def test_a_real_collection_filters_and_the_rest_is_judged() -> None:
    client_module = pytest.importorskip("qdrant_client")
    models, client, encoder = client_module.models, client_module.QdrantClient(":memory:"), FakeEncoder()
    size = models.VectorParams(size=encoder.dimension, distance=models.Distance.COSINE)
    client.create_collection("notes", vectors_config=size)
    points = [
        models.PointStruct(
            id=number,
            vector=encoder.encode_queries([one.text])[0].tolist(),
            payload={"text": one.text, "title": one.title, **one.fields},
        )
        for number, one in enumerate(DOCUMENTS, start=1)
    ]
    client.upsert("notes", points)
    seen: list[int] = []

    def search(query: str, k: int, where: Any) -> list[Document]:
        vector = encoder.encode_queries([query])[0].tolist()
        found = client.query_points("notes", query=vector, query_filter=where, limit=k).points
        seen.append(len(found))
        return [qdrant.document(point) for point in found]

    ask = qdrant.obey_qdrant(search, schema=SCHEMA, encoder=encoder, parser=PARSER)
    answer = ask("start-up", "final, nothing on C", k=5)
    assert seen == [2] and answer.ids == ["3"]
    assert answer.hits[0].document.title == "Typed dictionaries"
    assert [verdict.outcome for verdict in answer.hits[0].ledger] == ["met", "met"]
    assert [note.why for note in answer.notes] == [
        "decided by Qdrant itself, before its search (not counted as removed): want status is Final",
        'not decided by Qdrant, judged on the 2 documents it found: avoid mentions "C"',
    ]


def test_what_the_search_did_not_filter_is_filtered_after_it() -> None:
    asked: list[Any] = []
    answer = obedient(asked)("start-up", "final, nothing on C", k=2)
    assert asked == [("start-up", 50, '("status" IS NOT NULL AND "status" IN (%s))', ["Final"])]
    assert answer.ids == ["P-3"] and {one.criterion for one in answer.removed} == {"c1", "c2"}


def test_the_answer_shows_the_parse_that_was_pushed() -> None:
    asked: list[Any] = []

    def search(query: str, k: int, where: str, params: list[Any]) -> Iterable[Document]:
        asked.append(params)
        return DOCUMENTS

    ask = pgvector.obey_sql(search, schema=SCHEMA, encoder=FakeEncoder(), parser=RulesParser())
    answer = ask("start-up", "Only documents with status Final.")
    assert asked == [["Final"]] and set(answer.ids) == {"P-3", "P-4"}
    assert answer.criteria == answer.parsed.criteria
    assert [(one.source, one.span is not None) for one in answer.criteria] == [("instruction", True)]


def test_trusted_filters_and_the_instant_go_down_too() -> None:
    asked: list[Any] = []
    at = datetime(2020, 1, 1, tzinfo=UTC)
    answer = obedient(asked)("start-up", "early", as_of=at, filters='avoid field(status = "Active")')
    assert asked[0][2:] == (
        '((NOT ("status" IS NOT NULL AND "status" IN (%s))) AND ("created" IS NOT NULL AND "created" <= %s))',
        ["Active", at],
    )
    assert set(answer.ids) == {"P-3", "P-6"}


def test_in_mode_rank_only_trusted_filters_reach_the_store() -> None:
    asked: list[Any] = []
    answer = obedient(asked)(
        "start-up",
        criteria='want field(status = "Final")',
        filters='avoid field(status = "Active")',
        mode="rank",
    )
    assert asked[0][3] == ["Active"] and len(answer.hits) == 6


def test_a_wrong_field_never_reaches_the_store() -> None:
    asked: list[Any] = []
    with pytest.raises(SchemaError):
        obedient(asked)("start-up", criteria="want field(pages > 3)")
    assert asked == []


def test_hits_become_documents() -> None:
    hit = {"_id": 7, "_source": {"body": "lazy imports", "title": "Lazy", "status": "Final"}}
    made = elasticsearch.document(hit, text="body")
    assert made == Document("7", "lazy imports", "Lazy", fields={"status": "Final"})
    with pytest.raises(InputError, match="no 'text'"):
        elasticsearch.document(hit)


def test_elasticsearch_gets_its_filter() -> None:
    asked: list[Any] = []

    def search(query: str, k: int, where: dict[str, Any]) -> list[Document]:
        asked.append(where)
        return DOCUMENTS

    ask = elasticsearch.obey_elasticsearch(search, schema=SCHEMA, encoder=FakeEncoder(), parser=PARSER)
    assert ask("start-up", "final, nothing on C").ids == ["P-3"]
    assert asked == [{"terms": {"status": ["Final"]}}]

"""The LangChain adapter against the real package: drop-in, per call, async, and around other retrievers."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest

pytest.importorskip("langchain_core", reason="needs adhere[langchain]")

from langchain_core.documents import Document
from langchain_core.embeddings import DeterministicFakeEmbedding
from langchain_core.retrievers import BaseRetriever
from langchain_core.vectorstores import InMemoryVectorStore
from pydantic import Field

from adhere.adapters.langchain import (
    AdhereRetriever,
    AttributeInfo,
    ObedientRetriever,
    obey_retriever,
    schema_of,
)
from adhere.errors import CriteriaError, InputError, SchemaError
from adhere.search.engine import Engine
from adhere.testing.fakes import FakeEncoder
from corpus import DOCUMENTS
from films import FILMS

FIELDS = [
    AttributeInfo("genre", "The genre of the film", "string or list[string]"),
    AttributeInfo("year", "The year of release", "integer"),
    AttributeInfo("director", "Who directed the film", "string"),
    AttributeInfo("rating", "A 1 to 10 rating", "float"),
]
DOCS = [Document(text, metadata=fields, id=str(number)) for number, (text, fields) in enumerate(FILMS)]


def films(**options: Any) -> AdhereRetriever:
    return AdhereRetriever.from_documents(
        DOCS, "Brief summary of a film", FIELDS, encoder=FakeEncoder(), **options
    )


def directors(found: list[Document]) -> set[str]:
    return {document.metadata["director"] for document in found}


def test_one_string_is_query_and_instruction() -> None:
    found = films().invoke("films rated higher than 8.5, but nothing animated")
    assert directors(found) == {"Andrei Tarkovsky"}
    told = found[0].metadata["adhere"]
    assert told["rank"] == 1 and isinstance(told["score"], float)
    assert 'avoid field(genre = "animated")' in told["program"]
    assert {verdict["outcome"] for verdict in told["ledger"][-2:]} == {"met"}
    assert found[0].id == "5" and found[0].metadata["year"] == 1979


def test_a_separate_instruction_is_not_part_of_the_query() -> None:
    answer = films().answer("dreams", "not directed by Christopher Nolan")
    assert answer.need.query == "dreams"
    assert "Christopher Nolan" not in {hit.document.fields["director"] for hit in answer.hits}
    assert len(films().invoke("dreams, not directed by Christopher Nolan", instruction="")) == len(DOCS)


def test_each_call_has_its_own_filters_clock_criteria_and_k() -> None:
    retriever = AdhereRetriever(engine=_proposals(), filters='avoid field(status = "Rejected")')
    plain = {document.id for document in retriever.invoke("imports", instruction="")}
    assert plain == {"P-1", "P-3", "P-4", "P-5", "P-6", "P-7"}
    early = retriever.invoke("imports", instruction="", as_of="2019-12-31")
    assert {document.id for document in early} == {"P-3", "P-5", "P-6"}
    both = retriever.invoke("imports", instruction="", filters='want field(status in ["Rejected", "Final"])')
    assert {document.id for document in both} == {"P-3", "P-4"}
    given = retriever.invoke("imports", criteria='want field(status = "Final")', k=1)
    assert len(given) == 1 and given[0].metadata["adhere"]["program"] == 'want field(status = "Final")'
    with pytest.raises(InputError, match="no ISO date"):
        retriever.invoke("imports", as_of="yesterday")
    with pytest.raises(CriteriaError, match="rules that a program decides"):
        retriever.invoke("imports", filters='want about("C")')


def test_it_runs_in_a_chain_in_a_batch_and_async() -> None:
    retriever = films(k=2)
    chain = retriever | (lambda found: [document.id for document in found])
    one = chain.invoke("films about toys, no thrillers")
    assert retriever.batch(["films about toys, no thrillers"])[0][0].id == one[0]

    async def several() -> list[list[Document]]:
        asked = ["films about toys, no thrillers", "dreams, nothing animated"] * 4
        return await asyncio.gather(*(retriever.ainvoke(text) for text in asked))

    answers = asyncio.run(several())
    assert [document.id for document in answers[0]] == one
    assert all("Satoshi Kon" not in directors(found) for found in answers[1::2])


def test_attributes_map_one_to_one() -> None:
    langchain_classic = pytest.importorskip("langchain_classic.chains.query_constructor.schema")
    theirs = langchain_classic.AttributeInfo(name="year", description="of release", type="integer")
    schema = schema_of([theirs, {"name": "tags", "description": "", "type": "list[string]"}])
    assert [(info.name, info.type, info.is_list, info.description) for info in schema.fields.values()] == [
        ("year", "number", False, "of release"),
        ("tags", "keyword", True, ""),
    ]
    kinds = {
        "string": "keyword",
        "integer": "number",
        "float": "number",
        "boolean": "boolean",
        "date": "date",
    }
    for theirs_, ours in kinds.items():
        assert schema_of([AttributeInfo("x", "", theirs_)]).fields["x"].type == ours
    with pytest.raises(SchemaError, match="'colour'"):
        schema_of([AttributeInfo("x", "", "colour")])


def test_a_described_type_holds_against_what_the_values_suggest() -> None:
    retriever = AdhereRetriever.from_documents(
        [Document("a", metadata={"code": "7"})],
        metadata_field_info=[AttributeInfo("code", "", "string")],
        encoder=FakeEncoder(),
    )
    assert retriever.engine.schema["code"].type == "keyword"


def test_documents_without_an_id_keep_one_and_own_fields_stay() -> None:
    made = AdhereRetriever.from_documents(
        [Document("same", metadata={"score": 3, "title": "T"}), Document("same", metadata={"score": 4})],
        encoder=FakeEncoder(),
    )
    found = made.invoke("same", instruction="")
    assert sorted(document.metadata["score"] for document in found) == [3, 4]
    assert len({document.id for document in found}) == 2


def test_an_own_field_of_the_name_of_the_ledger_stays() -> None:
    own = [
        Document("plain notes", id="a", metadata={"adhere": "loosely"}),
        Document("plain notes", id="b", metadata={"adhere": {"ledger": "red"}, "adhere_ledger": 1}),
        Document("plain notes", id="c"),
    ]
    made = AdhereRetriever.from_documents(own, encoder=FakeEncoder())
    found = {one.id: one.metadata for one in made.invoke("notes", instruction="")}
    assert found["a"]["adhere"] == "loosely" and found["a"]["adhere_ledger"]["rank"]
    assert found["b"]["adhere"] == {"ledger": "red"} and found["b"]["adhere_ledger"] == 1
    assert found["b"]["adhere_ledger_ledger"]["rank"] and found["c"]["adhere"]["rank"]
    kept = made.invoke("notes", instruction="", filters='want field(adhere = "loosely")')
    assert [one.id for one in kept] == ["a"]


# --- the other direction ----------------------------------------------------------------------------


class Listed(BaseRetriever):
    """Answers with the first k documents, whatever is asked."""

    k: int = 4
    asked: list[str] = Field(default_factory=list)

    def _get_relevant_documents(self, query: str, *, run_manager: Any) -> list[Document]:
        self.asked.append(f"{query} {self.k}")
        return DOCS[: self.k]


def vectors() -> InMemoryVectorStore:
    store = InMemoryVectorStore(DeterministicFakeEmbedding(size=16))
    store.add_documents(DOCS)
    return store


@pytest.mark.parametrize("base", [vectors, lambda: vectors().as_retriever(), Listed])
def test_any_retriever_obeys(base: Any) -> None:
    retriever = obey_retriever(base(), metadata_field_info=FIELDS, encoder=FakeEncoder())
    found = retriever.invoke("films rated higher than 8.5, but nothing animated")
    assert directors(found) == {"Andrei Tarkovsky"}
    again = asyncio.run(retriever.ainvoke("films rated higher than 8.5, but nothing animated"))
    assert [document.id for document in again] == [document.id for document in found]


def test_it_fetches_deeper_than_it_answers_and_asks_the_query_alone() -> None:
    base = Listed()
    obey_retriever(base, encoder=FakeEncoder(), k=3).invoke("films", instruction="nothing animated")
    assert base.asked == ["films 50"] and base.k == 4


def test_obedience_nests_and_its_own_explanation_is_no_field() -> None:
    inner = obey_retriever(vectors(), encoder=FakeEncoder())
    outer = obey_retriever(inner, encoder=FakeEncoder())
    assert isinstance(outer, ObedientRetriever)
    answer = outer.answer(
        "dreams", "not directed by Christopher Nolan", as_of=datetime(2026, 1, 1, tzinfo=UTC)
    )
    assert all("adhere" not in hit.document.fields for hit in answer.hits) and answer.hits


class Fixed(BaseRetriever):
    """Answers with four documents, however many are wanted."""

    def _get_relevant_documents(self, query: str, *, run_manager: Any) -> list[Document]:
        return DOCS[:4]


def test_a_retriever_that_cannot_go_deeper_says_so() -> None:
    want = "want field(rating > 8.5)"
    shallow = obey_retriever(Fixed(), encoder=FakeEncoder()).answer("films", "", filters=want)
    assert len(shallow.hits) == 1 and "further down" in shallow.notes[-1].why
    whole = obey_retriever(vectors(), encoder=FakeEncoder()).answer("films", "", filters=want)
    assert len(whole.hits) == 2 and whole.notes == ()


def _proposals() -> Engine:
    engine = Engine.in_memory(FakeEncoder())
    engine.add(DOCUMENTS)
    return engine

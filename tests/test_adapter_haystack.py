"""The Haystack adapter against the real package: components, pipelines, filters, YAML."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("haystack", reason="needs adhere[haystack]")

from haystack import Document, Pipeline
from haystack.components.retrievers.in_memory import InMemoryBM25Retriever
from haystack.document_stores.in_memory import InMemoryDocumentStore
from haystack.utils.filters import document_matches_filter

import adhere
from adhere.adapters.haystack import AdhereRetriever, ObedientRetriever
from adhere.adapters.haystack_filters import to_criteria
from adhere.errors import CriteriaError, InputError, StoreMissing
from adhere.search.engine import Engine
from adhere.testing.fakes import FakeEncoder
from corpus import DOCUMENTS
from films import FILMS

ASKED = "films rated higher than 8.5, but nothing animated"


def engine() -> Engine:
    made = Engine.in_memory(FakeEncoder())
    made.add(DOCUMENTS)
    return made


def bm25() -> InMemoryBM25Retriever:
    store = InMemoryDocumentStore()
    store.write_documents(
        [Document(id=str(n), content=f"films: {text}", meta=fields) for n, (text, fields) in enumerate(FILMS)]
    )
    return InMemoryBM25Retriever(store)


def ids(found: dict[str, list[Document]]) -> set[str]:
    return {document.id for document in found["documents"]}


def test_a_run_takes_instruction_filters_clock_and_k() -> None:
    retriever = AdhereRetriever(
        engine(), filters={"field": "meta.status", "operator": "!=", "value": "Rejected"}
    )
    assert ids(retriever.run("imports, only final ones")) == {"P-3", "P-4"}
    plain = retriever.run("imports", instruction="")
    assert ids(plain) == {"P-1", "P-3", "P-4", "P-5", "P-6", "P-7"}
    assert ids(retriever.run("imports", instruction="", as_of="2019-12-31")) == {"P-3", "P-5", "P-6"}
    both = {"field": "meta.status", "operator": "in", "value": ["Rejected", "Final"]}
    assert ids(retriever.run("imports", filters=both, instruction="")) == {"P-3", "P-4"}
    top = retriever.run("imports", criteria='want field(status = "Final")', top_k=1)["documents"]
    assert len(top) == 1 and top[0].meta["adhere"]["program"] == 'want field(status = "Final")'
    assert top[0].score == top[0].meta["adhere"]["score"]


def test_it_runs_in_a_pipeline_and_async() -> None:
    pipeline = Pipeline()
    pipeline.add_component("retriever", AdhereRetriever(engine()))
    asked = {"query": "imports", "instruction": "only final ones"}
    assert ids(pipeline.run({"retriever": asked})["retriever"]) == {"P-3", "P-4"}
    retriever = AdhereRetriever(engine())

    async def several() -> list[Any]:
        return await asyncio.gather(*(retriever.run_async(**asked) for _ in range(4)))

    assert [ids(found) for found in asyncio.run(several())] == [{"P-3", "P-4"}] * 4


def test_a_pipeline_over_a_store_goes_to_yaml_and_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adhere.encode.load", FakeEncoder)
    path = str(tmp_path / "notes.adhere")
    with adhere.open(path) as made:
        made.add(DOCUMENTS)
    pipeline = Pipeline()
    pipeline.add_component("retriever", AdhereRetriever(path, instruction="only final ones", top_k=1))
    again = Pipeline.loads(pipeline.dumps(), allowed_modules=["adhere.adapters.haystack"])
    found = again.run({"retriever": {"query": "start-up"}})["retriever"]
    assert len(found["documents"]) == 1 and ids(found) <= {"P-3", "P-4"}
    again.get_component("retriever").close()
    with pytest.raises(InputError, match="path of a store"):
        AdhereRetriever(engine()).to_dict()
    with pytest.raises(StoreMissing):
        AdhereRetriever(str(tmp_path / "none.adhere")).run("start-up")


def test_any_text_retriever_obeys() -> None:
    retriever = ObedientRetriever(bm25(), encoder=FakeEncoder())
    found = retriever.run(ASKED)["documents"]
    assert [document.meta["director"] for document in found] == ["Andrei Tarkovsky"]
    assert ids(asyncio.run(retriever.run_async(ASKED))) == {"5"}
    filters = {"field": "meta.year", "operator": "<", "value": 2000}
    assert ids(retriever.run("films", filters=filters, instruction="")) == {"0", "4", "5"}


def test_obedience_goes_to_yaml_and_back_with_its_retriever() -> None:
    made = ObedientRetriever(bm25(), types={"year": "number"}, filters="want field(year > 2000)", top_k=3)
    again = ObedientRetriever.from_dict(made.to_dict())
    assert again.to_dict() == made.to_dict() and isinstance(again.retriever, InMemoryBM25Retriever)
    with pytest.raises(InputError, match="cannot be written down"):
        ObedientRetriever(bm25(), encoder=FakeEncoder()).to_dict()


# --- filters --------------------------------------------------------------------------------------

_fields = st.sampled_from(["meta.year", "meta.rating"])
_compare = st.sampled_from(["==", "<", "<=", ">", ">="])
_leaves = st.one_of(
    st.fixed_dictionaries(
        {"field": _fields, "operator": _compare, "value": st.sampled_from([1993, 8.3, 2010])}
    ),
    st.fixed_dictionaries(
        {"field": st.just("meta.genre"), "operator": st.just("in"), "value": st.just(["thriller", "drama"])}
    ),
)
_positive = st.recursive(
    _leaves,
    lambda inner: st.fixed_dictionaries(
        {"operator": st.sampled_from(["AND", "OR"]), "conditions": st.lists(inner, min_size=1, max_size=3)}
    ),
    max_leaves=4,
)
_negative = st.one_of(
    st.fixed_dictionaries(
        {"operator": st.just("NOT"), "conditions": st.lists(_positive, min_size=1, max_size=2)}
    ),
    st.fixed_dictionaries(
        {"field": _fields, "operator": st.just("!="), "value": st.sampled_from([1993, 8.3])}
    ),
    st.fixed_dictionaries(
        {"field": st.just("meta.genre"), "operator": st.just("not in"), "value": st.just(["thriller"])}
    ),
)
_filters = st.one_of(
    _positive,
    st.fixed_dictionaries(
        {"operator": st.just("AND"), "conditions": st.lists(_positive | _negative, min_size=1, max_size=3)}
    ),
    _negative,
)


@pytest.fixture(scope="module")
def films() -> Engine:
    made = Engine.in_memory(FakeEncoder())
    made.add([adhere.Document(str(n), text, fields=fields) for n, (text, fields) in enumerate(FILMS)])
    return made


@settings(max_examples=60, deadline=None)
@given(filters=_filters)
def test_filters_mean_what_they_mean_to_haystack(films: Engine, filters: dict[str, Any]) -> None:
    documents = [Document(id=str(n), content=text, meta=fields) for n, (text, fields) in enumerate(FILMS)]
    expected = {one.id for one in documents if document_matches_filter(filters, one)}
    assert set(films.search("film", k=10, filters=to_criteria(filters)).ids) == expected


@pytest.mark.parametrize(
    "filters",
    [
        {"field": "meta.year", "operator": "like", "value": 1},
        {"operator": "OR", "conditions": [{"field": "meta.year", "operator": "!=", "value": 1}]},
        {"operator": "AND", "conditions": []},
        {"field": "meta.year", "operator": "==", "value": None},
    ],
)
def test_a_filter_without_an_equal_is_refused(filters: dict[str, Any]) -> None:
    with pytest.raises(CriteriaError):
        to_criteria(filters)


def test_both_plug_into_the_multi_retriever() -> None:
    retrievers = pytest.importorskip("haystack.components.retrievers")
    both = {"store": AdhereRetriever(engine()), "films": ObedientRetriever(bm25(), encoder=FakeEncoder())}
    found = retrievers.MultiRetriever(retrievers=both).run(query="films about imports, nothing animated")
    assert {"P-1", "5"} <= ids(found) and not {"2", "4"} & ids(found)

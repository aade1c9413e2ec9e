"""mteb scores our engine: its own FollowIR class on local data gives the figures that our measures give."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

pytest.importorskip("mteb", reason="needs adhere[mteb]")

import mteb
from datasets import Dataset
from mteb.models import CrossEncoderProtocol, EncoderProtocol, SearchProtocol
from mteb.tasks.instruction_reranking.eng import news21_instruction_retrieval as followir

from adhere.adapters.mteb import AdhereEncoder, AdhereReranker, AdhereSearch
from adhere.errors import InputError
from adhere.evaluate.benchmark import Benchmark, Query
from adhere.evaluate.judgements import Judgements
from adhere.evaluate.measures import parse_measure
from adhere.evaluate.run import answer
from adhere.evaluate.systems.engine import Adhere, Indexed
from adhere.need import Document, Need
from adhere.parse.protocol import Parser
from adhere.search.engine import Engine
from adhere.testing.fakes import FakeEncoder
from adhere.testing.parsers import ScriptedParser

pytestmark = pytest.mark.slow  # importing mteb takes seconds

TOPICS = ["trains", "ships", "planes"]
PLACES = ["Norway", "Peru", "Japan", "Kenya"]
EVERY = "Anything that speaks of it is relevant."
"""Instruction of the original queries; the changed ones rule out one place."""

CORPUS = [
    {
        "id": f"d{n:02}",
        "title": f"Report {n}",
        "text": f"{topic} in {place}, number {n}. The {topic} left late.",
    }
    for n, (topic, place) in enumerate([(topic, place) for topic in TOPICS for place in PLACES] * 2)
]
INSTRUCTIONS = {
    f"{number}-{part}": EVERY if part == "og" else f"Nothing about {place} is relevant."
    for number, place in enumerate(PLACES[:3])
    for part in ("og", "changed")
}
QUERIES = [
    {"id": query, "text": f"late {TOPICS[int(query[0])]}", "instruction": text}
    for query, text in INSTRUCTIONS.items()
]
SCRIPT = {f"Nothing about {place} is relevant.": f'avoid about("{place}")' for place in PLACES}


def _relevant(query: str, text: str) -> bool:
    ruled_out = query.endswith("-changed") and PLACES[int(query[0])] in text
    return TOPICS[int(query[0])] in text and not ruled_out


QRELS = {
    query["id"]: {row["id"]: int(_relevant(query["id"], row["text"])) for row in CORPUS} for query in QUERIES
}
FLIPPED = {
    str(n): [d for d, grade in QRELS[f"{n}-og"].items() if grade > QRELS[f"{n}-changed"][d]] for n in range(3)
}
TOP_RANKED = {query["id"]: [row["id"] for row in CORPUS][::-1] for query in QUERIES}


class Local(followir.News21InstructionRetrieval):
    """mteb's own FollowIR task over the documents above; what it scores is kept unrounded beside it."""

    ranked = True
    unrounded: dict[str, dict[str, float]]

    def load_data(self, **_: Any) -> None:
        self.dataset = {
            "default": {
                "test": {
                    "corpus": Dataset.from_list(CORPUS),
                    "queries": Dataset.from_list(QUERIES),
                    "relevant_docs": {query: dict(grades) for query, grades in QRELS.items()},
                    "top_ranked": TOP_RANKED if self.ranked else None,
                }
            }
        }
        self.data_loaded = True

    def task_specific_scores(self, scores: Any, *rest: Any, **named: Any) -> Any:
        self.unrounded = scores
        return super().task_specific_scores(scores, *rest, **named)


@pytest.fixture(autouse=True)
def local_qrel_diff(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [{"query-id": need, "corpus-ids": documents} for need, documents in FLIPPED.items()]
    monkeypatch.setattr(followir, "load_dataset", lambda *_, **__: rows)


def engine(parser: Parser | None = None) -> Engine:
    return Engine.in_memory(FakeEncoder(), parser=parser or ScriptedParser(SCRIPT))


def scored(model: Any, task: Local) -> dict[str, Any]:
    result = mteb.evaluate(model, task, cache=None, show_progress_bar=False, co2_tracker=False)
    return result.task_results[0].scores["test"][0]


def ours(task: Local, mode: Any = "rank") -> dict[str, float]:
    benchmark = Benchmark(
        "local",
        [Document(row["id"], row["text"], row["title"]) for row in CORPUS],
        tuple(Query(row["id"], Need(row["text"], row["instruction"])) for row in QUERIES),
        Judgements(QRELS, {need: frozenset(flipped) for need, flipped in FLIPPED.items()}),
        {query: tuple(ids) for query, ids in TOP_RANKED.items()} if task.ranked else {},
    )
    run = answer(benchmark, Adhere(Indexed(engine), mode=mode))
    names = ("nDCG@10/og", "nDCG@10/changed", "MAP/og", "MAP/changed", "p-MRR")
    values = {name: parse_measure(name).values(benchmark.judgements, run) for name in names}
    return {name: float(np.mean(list(of.values()))) for name, of in values.items()}


@pytest.mark.parametrize("ranked", [True, False], ids=["top_ranked", "whole corpus"])
@pytest.mark.parametrize("mode", ["rank", "balanced"])
def test_mteb_gives_the_figures_that_we_give(ranked: bool, mode: Any) -> None:
    task = Local()
    task.ranked = ranked
    theirs, expected = scored(AdhereSearch(engine, mode=mode), task), ours(task, mode)
    assert theirs["p-MRR"] == pytest.approx(expected["p-MRR"], abs=1e-6) and expected["p-MRR"] > 0.3
    for part in ("og", "changed"):
        of_part = [each for query, each in task.unrounded.items() if query.endswith(f"-{part}")]
        for name, key in (("nDCG@10", "ndcg_cut_10"), ("MAP", "map_cut_1000")):
            exact = np.mean([each[key] for each in of_part])
            assert exact == pytest.approx(expected[f"{name}/{part}"], abs=1e-6)
        assert theirs[part]["ndcg_at_10"] == pytest.approx(expected[f"nDCG@10/{part}"], abs=6e-6)


def test_queries_and_instructions_reach_the_engine_apart() -> None:
    seen: list[tuple[str, str]] = []

    class Listening(ScriptedParser):
        def parse(self, instruction: str, *, query: str = "", **rest: Any) -> Any:
            seen.append((query, instruction))
            return super().parse(instruction, query=query, **rest)

    scored(AdhereSearch(lambda: engine(Listening(SCRIPT))), Local())
    assert seen == [(row["text"], row["instruction"]) for row in QUERIES]


def test_the_reranker_sees_both_apart_too_and_ranks_alike() -> None:
    assert scored(AdhereReranker(engine=engine), Local())["p-MRR"] == pytest.approx(
        ours(Local())["p-MRR"], abs=1e-6
    )


def test_the_encoder_alone_runs_and_gets_both_in_one_text() -> None:
    texts: list[str] = []

    class Listening(FakeEncoder):
        def encode_queries(self, asked: Any) -> Any:
            texts.extend(asked)
            return super().encode_queries(asked)

    figures = scored(AdhereEncoder(encoder=Listening()), Local())
    assert texts == [f"{row['text']} {row['instruction']}" for row in QUERIES]
    assert -1 <= figures["p-MRR"] <= 1 and figures["og"]["ndcg_at_10"] > 0


def test_documents_of_many_passages_have_one_vector_of_length_one() -> None:
    encoder = AdhereEncoder(encoder=FakeEncoder(words=5, overlap=1))
    vectors = encoder.encode([{"text": ["one two three " * 9, "four"]}])
    assert vectors.shape == (2, 32)
    assert np.diag(encoder.similarity(vectors, vectors)) == pytest.approx([1.0, 1.0], abs=1e-6)
    assert encoder.similarity_pairwise(vectors, vectors) == pytest.approx([1.0, 1.0], abs=1e-6)


def test_they_are_what_mteb_takes_them_for() -> None:
    search, encoder, reranker = AdhereSearch(engine), AdhereEncoder(encoder=FakeEncoder()), AdhereReranker()
    assert isinstance(search, SearchProtocol) and not isinstance(
        search, EncoderProtocol | CrossEncoderProtocol
    )
    assert isinstance(encoder, EncoderProtocol) and isinstance(reranker, CrossEncoderProtocol)
    assert AdhereSearch(engine, mode="strict").mteb_model_meta.name == "adhere/adhere-strict"


def test_searching_before_indexing_and_strange_queries_are_errors() -> None:
    search = AdhereSearch(engine)
    with pytest.raises(InputError, match="index"):
        search.search([], top_k=3)
    search.index(CORPUS)
    with pytest.raises(InputError, match="only texts"):
        search.search([{"id": "q", "text": ["a", "conversation"]}], top_k=3)
    assert search.search([{"id": "q", "text": "trains"}], top_k=3, top_ranked={}) == {"q": {}}

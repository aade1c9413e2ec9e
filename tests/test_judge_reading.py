"""The reading judge: the reader counts, its sentence is shown, only the first candidates are read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from adhere.encode.protocol import Array, Candidate
from adhere.judge import layout
from adhere.judge.about import ClauseJudge
from adhere.judge.protocol import Question
from adhere.judge.reading import ReadingJudge, Weights
from adhere.need import About, Document, TextEvidence
from adhere.testing.fakes import FakeEncoder
from adhere.words import tokens

NOW = datetime(2026, 1, 1, tzinfo=UTC)
ENCODER = FakeEncoder()
ONLY_READ = Weights(0, 0, 0, 0, 0, 1, 0)
TEXTS = {
    "attack": "A study of jailbreaks. We present a stronger attack on chat models. Code is public.",
    "defence": "A study of jailbreaks. We present a stronger defence of chat models. Code is public.",
    "empty": "",
}


class Words:
    """Reads as a program would: a criterion holds where one sentence has all of its words."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, ...]] = []

    def read(self, query: str, criteria: Sequence[str], sentences: Sequence[str]) -> tuple[Array, Array]:
        self.asked.append(tuple(criteria))
        said = [[_share(criterion, sentence) for sentence in sentences] for criterion in criteria]
        table = np.array(said, np.float32).reshape(len(criteria), len(sentences))
        return table.max(axis=1, initial=0.0) * 8 - 4, table


def _share(criterion: str, sentence: str) -> float:
    wanted, there = ({word for word, _ in tokens(text)} for text in (criterion, sentence))
    return len(wanted & there) / len(wanted)


def candidates(*names: str, title: str = "") -> list[Candidate]:
    documents = [Document(name, TEXTS[name], title) for name in names]
    return [
        Candidate(d, tuple(p)) for d, p in zip(documents, ENCODER.encode_documents(documents), strict=True)
    ]


def asked(*says: str) -> Question:
    return Question("jailbreaks", NOW, tuple(map(About, says)))


def judge(reader: Words, *, weights: Weights = ONLY_READ, most: int = 32) -> ReadingJudge:
    clause = ClauseJudge(ENCODER, lambda ids, texts: {i: [0.0] * len(texts) for i in ids})
    return ReadingJudge(clause, reader, weights, most=most)


def test_the_sentence_that_the_reader_saw_is_shown_in_its_place() -> None:
    (row,) = judge(Words()).judge(asked("stronger attack", "bread"), candidates("attack"))
    held, other = row
    assert held.p is not None and held.p > 0.9 and isinstance(held.evidence, TextEvidence)
    start, end = held.evidence.span
    assert TEXTS["attack"][start:end] == held.evidence.text == "We present a stronger attack on chat models."
    assert other.p is not None and other.p < 0.1 and other.evidence is None


def test_a_title_is_read_and_shown_where_there_is_no_sentence() -> None:
    (row,) = judge(Words()).judge(asked("robot hands"), candidates("empty", title="Robot hands"))
    assert row[0].evidence == TextEvidence(-1, "Robot hands", (0, 11))
    (row,) = judge(Words()).judge(asked("robot hands"), candidates("attack", title="Robot hands"))
    assert row[0].p is not None and row[0].p > 0.9
    assert isinstance(row[0].evidence, TextEvidence) and row[0].evidence.passage == 0


def test_only_the_first_candidates_are_read() -> None:
    reader = Words()
    rows = judge(reader, most=1).judge(asked("attack"), candidates("attack", "defence"))
    assert len(reader.asked) == 1 and [row[0].judge for row in rows] == ["reading", "clause"]


def test_twice_as_many_are_read_as_are_shown() -> None:
    reader, many = Words(), candidates(*["attack", "defence"] * 20)
    for shown, read in ((0, 32), (2, 16), (10, 20), (40, 32)):
        reader.asked.clear()
        judge(reader).judge(Question("jailbreaks", NOW, (About("attack"),), shown), many)
        assert len(reader.asked) == read


def test_many_criteria_are_read_a_few_at_a_time() -> None:
    reader = Words()
    says = [f"attack {n}" for n in range(layout.CRITERIA + 2)]
    (row,) = judge(reader).judge(asked(*says), candidates("attack"))
    assert [len(some) for some in reader.asked] == [layout.CRITERIA, 2] and len(row) == len(says)


def test_an_empty_document_is_judged() -> None:
    (row,) = judge(Words(), weights=Weights()).judge(asked("attack"), candidates("empty"))
    assert row[0].p is not None and row[0].p < 0.5 and row[0].evidence is None


@settings(max_examples=20, deadline=None)
@given(st.permutations(["attack", "defence", "empty"]), st.integers(1, 3))
def test_company_does_not_matter(names: list[str], count: int) -> None:
    question = asked("stronger attack", "code")
    together = judge(Words()).judge(question, candidates(*names[:count]))
    alone = [judge(Words()).judge(question, candidates(name))[0] for name in names[:count]]
    assert together == alone

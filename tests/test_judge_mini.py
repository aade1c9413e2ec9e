"""The reading judge: added words count, the sentence that says them is shown, company does not matter."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adhere.encode.protocol import Array, Candidate
from adhere.judge.mini import MiniJudge, Weights
from adhere.judge.protocol import Question
from adhere.need import About, Document, Span, TextEvidence
from adhere.testing.fakes import FakeEncoder
from adhere.words import tokens

NOW = datetime(2026, 1, 1, tzinfo=UTC)
TEXTS = {
    "attack": "A study of jailbreaks. We present a stronger attack on chat models. Code is public.",
    "defence": "A study of jailbreaks. We present a stronger defence of chat models. Code is public.",
    "other": "Bread needs water. Flour comes second.",
    "empty": "",
}


class Tokens(FakeEncoder):
    """The fake encoder, with one piece per word; counts what it encodes."""

    encoded = 0

    def encode_tokens(self, text: str) -> tuple[list[Span], Array]:
        self.encoded += 1
        spans = [span for _, span in tokens(text)]
        return spans, self._vectors([text[start:end] for start, end in spans])


def candidates(encoder: FakeEncoder, names: Sequence[str]) -> list[Candidate]:
    documents = [Document(name, TEXTS[name]) for name in names]
    return [
        Candidate(d, tuple(p)) for d, p in zip(documents, encoder.encode_documents(documents), strict=True)
    ]


def no_words(ids: Sequence[str], texts: Sequence[str]) -> dict[str, list[float]]:
    return {identifier: [0.0] * len(texts) for identifier in ids}


@pytest.fixture
def judge() -> MiniJudge:
    return MiniJudge(Tokens(), no_words)


def asked(*says: str) -> Question:
    return Question("jailbreaks of chat models", NOW, tuple(map(About, says)))


def test_the_word_that_a_criterion_adds_decides(judge: MiniJudge) -> None:
    rows = judge.readings(
        asked("defence against jailbreaks"), candidates(judge.encoder, ["attack", "defence"])
    )
    (attack,), (defence,) = rows
    assert defence.coverage > attack.coverage + 0.2
    assert defence.p(judge.weights) > attack.p(judge.weights)


def test_the_sentence_that_says_it_is_shown_in_its_place(judge: MiniJudge) -> None:
    sure = MiniJudge(judge.encoder, no_words, Weights(bias=5.0))
    ((judgement,),) = sure.judge(asked("stronger defence"), candidates(judge.encoder, ["defence"]))
    evidence = judgement.evidence
    assert isinstance(evidence, TextEvidence) and "defence" in evidence.text
    assert TEXTS["defence"][slice(*evidence.span)] == evidence.text


def test_nothing_is_shown_where_it_does_not_hold(judge: MiniJudge) -> None:
    ((judgement,),) = judge.judge(asked("stronger defence"), candidates(judge.encoder, ["other"]))
    assert judgement.p is not None and judgement.p < 0.5 and judgement.evidence is None


def test_an_empty_document_is_judged(judge: MiniJudge) -> None:
    ((reading,),) = judge.readings(asked("stronger defence"), candidates(judge.encoder, ["empty"]))
    assert reading.coverage == 0.0 and reading.evidence is None


@settings(deadline=None, max_examples=20)
@given(st.permutations(list(TEXTS)), st.integers(1, 4))
def test_company_does_not_matter(names: list[str], count: int) -> None:
    encoder = Tokens()
    question = asked("stronger attack", "bread")
    together = MiniJudge(encoder, no_words).judge(question, candidates(encoder, names[:count]))
    alone = [
        MiniJudge(encoder, no_words).judge(question, candidates(encoder, [name]))[0] for name in names[:count]
    ]
    assert together == alone


def test_sentences_are_encoded_once() -> None:
    encoder = Tokens()
    judge = MiniJudge(encoder, no_words)
    found = candidates(encoder, ["attack", "defence"])
    first = judge.judge(asked("attack"), found)
    before = encoder.encoded
    assert judge.judge(asked("attack"), found) == first
    assert encoder.encoded == before + 2  # the query and the criterion, no sentence


def test_words_that_the_query_said_do_not_count(judge: MiniJudge) -> None:
    (both,) = judge.readings(asked("jailbreaks"), candidates(judge.encoder, ["attack"]))
    assert both[0].coverage == pytest.approx(1.0, abs=1e-3)  # it adds nothing: all its words count
    (new,) = judge.readings(asked("jailbreaks of spacecraft"), candidates(judge.encoder, ["attack"]))
    assert new[0].coverage < 0.6


class Fixed:
    """A reader that is as sure of a criterion as it is long."""

    def read(self, query: str, criteria: Sequence[str], sentences: Sequence[str]) -> Array:
        assert sentences[0] == "A study of jailbreaks."
        return np.array([len(criterion) for criterion in criteria], np.float32)


def test_a_trained_reader_is_one_more_part_of_the_decision() -> None:
    encoder = Tokens()
    judge = MiniJudge(encoder, no_words, Weights(read=0.5), reader=Fixed())
    (row,) = judge.readings(asked("bread", "stronger attack"), candidates(encoder, ["attack"]))
    assert [reading.read for reading in row] == [5.0, 15.0]
    plain = MiniJudge(encoder, no_words).readings(asked("bread"), candidates(encoder, ["attack"]))
    assert plain[0][0].read == 0.0 and row[0].p(judge.weights) > plain[0][0].p(judge.weights)

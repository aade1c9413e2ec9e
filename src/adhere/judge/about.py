"""Judge of meaning without a model of its own: the encoder's cosine and the words, calibrated.

For a clause c and a query q on one document, with m the largest cosine over its sentences and
w = BM25 / (BM25 + 5), and the weights of a `Calibration`,

    p = sigmoid(meaning * m(c) + words * w(c) + said * s(c) + query_meaning * m(q) + query_words * w(q)
                + bias),

where s is 1 if c is but a word or two and a sentence says them (`said`). The query's own score counts against
the clause: in a pool that is all about the query, what is near the query is near every clause. The formula
runs inside the engine too (`program`), there without s.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from adhere.encode.protocol import Candidate, Encoder
from adhere.judge.logic import HOLDS
from adhere.judge.protocol import Question
from adhere.judge.said import Said, said
from adhere.need import About, Condition, Judgement, Kind, TextEvidence

HALF_BM25 = 5.0
"""BM25 at which the words count half; keeps one long clause from outweighing every other."""

SAID = 1.0
"""What it counts, in log-odds, that a sentence says all words of a criterion of few: .07 of accuracy and .03
of AUC on `labels/short.jsonl`, where any value from .5 to 1.5 gains."""

WordScores = Callable[[Sequence[str], Sequence[str]], Mapping[str, Sequence[float]]]
"""(document ids, texts) -> for each id its BM25 with each text, in the statistics of the whole store."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """Weights of the logistic decision. Fitted by `benchmarks/calibrate_about.py` on the development set."""

    meaning: float = 6.46
    words: float = 4.44
    query_meaning: float = -2.62
    query_words: float = -0.07
    said: float = SAID
    bias: float = -4.63


class ClauseJudge:
    """Judges `about` by the best sentence; that sentence is the evidence."""

    name = "clause"
    kinds: frozenset[Kind] = frozenset({"about"})

    def __init__(self, encoder: Encoder, words: WordScores, calibration: Calibration | None = None) -> None:
        self.encoder = encoder
        self.words = words
        self.calibration = calibration or Calibration()

    def judge(self, question: Question, candidates: Sequence[Candidate]) -> list[list[Judgement]]:
        """One row per candidate, one judgement per condition."""
        return [
            [one.judgement(one.p(self.calibration), self.name) for one in row]
            for row in self.nearness(question, candidates)
        ]

    def nearness(self, question: Question, candidates: Sequence[Candidate]) -> list[list[Nearness]]:
        """What `judge` decides by. One row per candidate, one entry per condition."""
        texts = [question.query, *(_text(condition) for condition in question.conditions)]
        vectors = self.encoder.encode_queries(texts)
        words = self.words([candidate.document.id for candidate in candidates], texts)
        saids = [said(text) for text in texts[1:]]
        return [_row(candidate, vectors, words[candidate.document.id], saids) for candidate in candidates]


@dataclass(frozen=True, slots=True)
class Nearness:
    """How near a condition is to one document, the query beside it, and the sentence nearest to it."""

    meaning: float
    words: float
    query_meaning: float
    query_words: float
    said: bool
    nearest: TextEvidence | None

    def p(self, c: Calibration) -> float:
        """The probability that the condition holds."""
        z = c.bias + c.query_meaning * self.query_meaning + c.query_words * self.query_words
        return sigmoid(z + c.meaning * self.meaning + c.words * self.words + c.said * self.said)

    def judgement(self, p: float, judge: str) -> Judgement:
        """The nearest sentence shows that a condition holds; where it does not hold, nothing shows it."""
        return Judgement(p, self.nearest if p >= HOLDS else None, judge)


def _row(
    candidate: Candidate, vectors: NDArray[np.float32], words: Sequence[float], saids: Sequence[Said]
) -> list[Nearness]:
    places = sentences_of(candidate)
    cosines = candidate.cosines(vectors)
    best = cosines.max(axis=0, initial=0.0)  # no sentence, no nearness
    texts = [candidate.document.title, *(place.text for place in places)]
    saturated = [score / (score + HALF_BM25) for score in words]
    return [
        Nearness(
            float(best[column]),
            saturated[column],
            float(best[0]),
            saturated[0],
            saids[column - 1].within(texts),
            places[int(cosines[:, column].argmax())] if places else None,
        )
        for column in range(1, len(vectors))
    ]


def sigmoid(z: float) -> float:
    """The probability of log-odds z."""
    return 1.0 / (1.0 + math.exp(-z))


def sentences_of(candidate: Candidate) -> list[TextEvidence]:
    """Every sentence of a candidate as evidence, in the order of its stacked sentence vectors."""
    return [
        TextEvidence(
            encoded.passage.number,
            encoded.passage.text[start:end],
            (encoded.passage.start + start, encoded.passage.start + end),
        )
        for encoded in candidate.passages
        for start, end in encoded.passage.sentences
    ]


def _text(condition: Condition) -> str:
    assert isinstance(condition, About)
    return condition.text

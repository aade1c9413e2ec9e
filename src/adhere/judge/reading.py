"""Judge of meaning that reads: a small cross-encoder over the sentences nearest to each criterion.

The clause judge compares whole sentences, so that "a defence against jailbreaks" is near every sentence on
jailbreaks. Here a trained model reads the criteria and the sentences together, and its log-odds r join what
the clause judge goes by:

    p = sigmoid(meaning * m(c) + words * w(c) + said * s(c) + query_meaning * m(q) + query_words * w(q)
                + read * r + bias)

Only the first candidates are read, which come best first: twice as many as will be shown, FEWEST at least
and READ at most. For the others the clause judge's word stands, until a search asks again for those that
came up in their place (`search/execute.py`). The evidence is the sentence in which the
model sees most of a criterion, its cosine and the words that it shares counted too. The time of a question
is that of reading, some 200 tokens a document (docs/Speed.md).
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from adhere.encode.protocol import Array, Candidate
from adhere.judge import layout
from adhere.judge.about import SAID, ClauseJudge, Nearness, sentences_of, sigmoid
from adhere.judge.logic import HOLDS
from adhere.judge.protocol import Question
from adhere.need import About, Judgement, Kind, TextEvidence
from adhere.words import terms, tokens

FEWEST, READ = 16, 32
"""Candidates that are read, at least and at most."""
NEAR, SAYS = 4.0, 4.0
"""What a sentence's cosine with a criterion, and the share of its words that it has, count as evidence."""


class Reader(Protocol):
    """A trained model that reads; see `adhere.judge.cross`."""

    def read(self, query: str, criteria: Sequence[str], sentences: Sequence[str]) -> tuple[Array, Array]:
        """Log-odds that each criterion holds, and how much of it each sentence says; sentences that did not
        fit have none. Shapes  C criteria, S sentences -> (C,), (C, <= S)"""
        ...


@dataclass(frozen=True, slots=True)
class Weights:
    """Weights of the decision. Fitted by `benchmarks/calibrate_reading.py` on the development set."""

    meaning: float = 4.34
    words: float = 4.31
    query_meaning: float = -2.21
    query_words: float = 0.11
    said: float = SAID
    read: float = 0.70
    bias: float = -5.19


@dataclass(frozen=True, slots=True)
class Reading:
    """What is known of one condition on one document that was read."""

    near: Nearness
    read: float
    evidence: TextEvidence | None

    def p(self, w: Weights) -> float:
        """The probability that the condition holds."""
        near = self.near
        z = w.meaning * near.meaning + w.words * near.words + w.read * self.read + w.bias
        z += w.query_meaning * near.query_meaning + w.query_words * near.query_words
        return sigmoid(z + w.said * near.said)


class ReadingJudge:
    """Judges `about` by reading; no document's verdict depends on the others. Safe to share between threads.

    `threads` documents are read side by side.
    """

    name = "reading"
    kinds: frozenset[Kind] = frozenset({"about"})

    def __init__(
        self,
        clause: ClauseJudge,
        reader: Reader,
        weights: Weights | None = None,
        *,
        most: int = READ,
        threads: int = 2,
    ) -> None:
        self.clause, self.reader, self.most, self.threads = clause, reader, most, threads
        self.weights = weights or Weights()

    def judge(self, question: Question, candidates: Sequence[Candidate]) -> list[list[Judgement]]:
        """One row per candidate, one judgement per condition."""
        most = self.reads(question)
        read = [[self._decide(one) for one in row] for row in self.readings(question, candidates[:most])]
        return read + self.clause.judge(question, candidates[most:])

    def reads(self, question: Question) -> int:
        """How many candidates, the first, `judge` reads."""
        return min(self.most, max(FEWEST, 2 * question.shown)) if question.shown else self.most

    def readings(self, question: Question, candidates: Sequence[Candidate]) -> list[list[Reading]]:
        """What `judge` decides by, of all these candidates. One row per candidate, one per condition."""
        says = [condition.text for condition in question.conditions if isinstance(condition, About)]
        vectors = self.clause.encoder.encode_queries(says)
        near = self.clause.nearness(question, candidates)
        with ThreadPoolExecutor(self.threads) as pool:
            pages = pool.map(lambda one: self._page(question.query, says, vectors, one), candidates)
            return [
                [Reading(*both) for both in zip(row, *page, strict=True)]
                for row, page in zip(near, pages, strict=True)
            ]

    def _page(
        self, query: str, says: Sequence[str], vectors: Array, candidate: Candidate
    ) -> tuple[list[float], list[TextEvidence | None]]:
        """Log-odds and evidence of each criterion on one document, a few criteria at a time."""
        logits: list[float] = []
        shown: list[TextEvidence | None] = []
        for start in range(0, len(says), layout.CRITERIA):
            some = slice(start, start + layout.CRITERIA)
            places, cosines = read_of(candidate, vectors[some])
            found, said = self.reader.read(query, says[some], [place.text for place in places])
            logits += [float(one) for one in found]
            read = said.shape[1]
            near = said + beside(says[some], [place.text for place in places[:read]], cosines[:, :read])
            shown += [_most_said(places, row) for row in near]
        return logits, shown

    def _decide(self, reading: Reading) -> Judgement:
        p = reading.p(self.weights)
        # The sentence shows that a condition holds; where it does not hold, nothing shows it.
        return Judgement(p, reading.evidence if p >= HOLDS else None, self.name)


def _most_said(places: Sequence[TextEvidence], said: Array) -> TextEvidence | None:
    """The sentence that says most of a criterion; the title only where no sentence was read."""
    first = 1 if len(said) > 1 and places[0].passage < 0 else 0
    return places[first + int(said[first:].argmax())] if len(said) else None


def beside(criteria: Sequence[str], sentences: Sequence[str], cosines: Array) -> Array:
    """What counts as evidence besides what the reader sees. Shapes  C, S, (C, S) -> (C, S)"""
    wanted, said = ([_stems(text) for text in texts] for texts in (criteria, sentences))
    shared = [[len(some & own) / max(1, len(some)) for own in said] for some in wanted]
    return NEAR * cosines + SAYS * np.array(shared, np.float32).reshape(cosines.shape)


def _stems(text: str) -> frozenset[str]:
    return frozenset(terms(token for token, _ in tokens(text)))


def read_of(candidate: Candidate, vectors: Array) -> tuple[list[TextEvidence], Array]:
    """What is read of a document for these criteria, its title and the sentences nearest to them in order,
    and their cosines; the title has none.

    Shapes  vectors (C, H) -> at most 1 + SENTENCES places, (C, places)
    """
    title = candidate.document.title
    head = [TextEvidence(-1, title, (0, len(title)))] if title else []
    places = sentences_of(candidate)
    if not places:
        return head, np.zeros((len(vectors), len(head)), np.float32)
    cosines = candidate.cosines(vectors)
    chosen = layout.chosen(cosines, layout.SENTENCES)
    blank = np.zeros((len(vectors), len(head)), np.float32)
    return head + [places[at] for at in chosen], np.concatenate([blank, cosines[chosen].T], axis=1)

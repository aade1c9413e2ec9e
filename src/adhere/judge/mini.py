"""Judge of meaning that reads: each word of a criterion against each word of the sentences nearest to it.

The clause judge compares whole sentences, so that "a defence against jailbreaks" is near every sentence on
jailbreaks. This one also asks how well the words that the criterion adds to the query are said:

    coverage = mean over those words of their largest cosine with a word piece of the sentences read,

each word in its own context, by the states of the encoder; it has no weights of its own. A trained reader may
be added (`judge/cross.py`); none is shipped yet, see benchmarks/LOG.md.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from threading import Lock
from typing import Protocol

import numpy as np

from adhere.encode.protocol import Array, Candidate, Encoder
from adhere.judge.about import HALF_BM25, WordScores, sentences_of
from adhere.judge.logic import HOLDS
from adhere.judge.protocol import Question
from adhere.need import About, Judgement, Kind, Span, TextEvidence
from adhere.words import tokens

READ = 4
"""Sentences read per criterion, those nearest to it; the title is read too."""
SAME = 0.75
"""Cosine from which on a word of the criterion says nothing that the query has not said."""
REMEMBERED = 2_000
"""Sentences whose states are kept between questions (some 20 kB each)."""
SILENT = frozenset(
    word
    for word, _ in tokens(
        "a an the of in on for to and or with by from is are be as at that this it its not no into over than "
        "which who whose how what whether any other such merely mainly plain itself alone solely only paper "
        "document"
    )
)
"""Words of a criterion that no document need say."""


class TokenEncoder(Encoder, Protocol):
    """An encoder that also shows the states behind its vectors."""

    def encode_tokens(self, text: str) -> tuple[list[Span], Array]:
        """Spans of the word pieces of a text, and a unit vector for each. Shapes  T pieces -> (T, H)"""
        ...


class Reader(Protocol):
    """A trained model that reads; see `adhere.judge.cross`."""

    def read(self, query: str, criteria: Sequence[str], sentences: Sequence[str]) -> Array:
        """The logit that each criterion holds. Shapes  C criteria -> (C,)"""
        ...


@dataclass(frozen=True, slots=True)
class Weights:
    """Weights of the logistic decision. Fitted by `benchmarks/calibrate_mini.py` on the development set."""

    meaning: float = 4.79
    words: float = 4.19
    coverage: float = 3.39
    query_meaning: float = -2.60
    query_words: float = 0.22
    read: float = 0.0
    bias: float = -5.51


@dataclass(frozen=True, slots=True)
class Reading:
    """What is known of one condition on one document, and the sentence that says most of it."""

    meaning: float
    words: float
    coverage: float
    evidence: TextEvidence | None
    query_meaning: float
    query_words: float
    read: float = 0.0

    def p(self, weights: Weights) -> float:
        """The probability that the condition holds."""
        names = ("meaning", "words", "coverage", "query_meaning", "query_words", "read")
        z = weights.bias + sum(getattr(weights, name) * getattr(self, name) for name in names)
        return 1.0 / (1.0 + math.exp(-z))


class MiniJudge:
    """Judges `about` by sentences, words and coverage; no document's verdict depends on the others.

    `threads` sentences are encoded side by side. Safe to share between threads.
    """

    name = "mini"
    kinds: frozenset[Kind] = frozenset({"about"})

    def __init__(
        self,
        encoder: TokenEncoder,
        words: WordScores,
        weights: Weights | None = None,
        *,
        reader: Reader | None = None,
        threads: int = 2,
    ) -> None:
        self.encoder, self.words, self.threads, self.reader = encoder, words, threads, reader
        self.weights = weights or Weights()
        self._known: OrderedDict[str, Array] = OrderedDict()
        self._turn = Lock()

    def judge(self, question: Question, candidates: Sequence[Candidate]) -> list[list[Judgement]]:
        """One row per candidate, one judgement per condition."""
        return [[self._decide(reading) for reading in row] for row in self.readings(question, candidates)]

    def readings(self, question: Question, candidates: Sequence[Candidate]) -> list[list[Reading]]:
        """What `judge` decides by. One row per candidate, one reading per condition."""
        says = [condition.text for condition in question.conditions if isinstance(condition, About)]
        texts = [question.query, *says]
        vectors = self.encoder.encode_queries(texts)
        words = self.words([candidate.document.id for candidate in candidates], texts)
        known = self.encoder.encode_tokens(question.query)[1]
        added = [self._added(text, known) for text in says]
        pages = [_page(candidate, vectors) for candidate in candidates]
        states = self._states(text for page in pages for text in page.texts)
        rows = [
            _row(page, added, [bm25 / (bm25 + HALF_BM25) for bm25 in words[candidate.document.id]], states)
            for candidate, page in zip(candidates, pages, strict=True)
        ]
        return self._read(question.query, says, pages, rows) if self.reader else rows

    def _read(
        self, query: str, says: Sequence[str], pages: Sequence[_Page], rows: Sequence[list[Reading]]
    ) -> list[list[Reading]]:
        """The readings with what the trained reader makes of the same sentences."""
        assert self.reader is not None
        read = self.reader.read
        with ThreadPoolExecutor(self.threads) as pool:
            logits = list(pool.map(lambda page: read(query, says, page.texts), pages))
        return [
            [replace(reading, read=float(logit)) for reading, logit in zip(row, found, strict=True)]
            for row, found in zip(rows, logits, strict=True)
        ]

    def _decide(self, reading: Reading) -> Judgement:
        p = reading.p(self.weights)
        # The nearest sentence shows that a condition holds; where it does not hold, nothing shows it.
        return Judgement(p, reading.evidence if p >= HOLDS else None, self.name)

    def _added(self, says: str, known: Array) -> list[Array]:
        """The states of each word that a criterion adds to the query; of all its words if it adds none."""
        spans, states = self.encoder.encode_tokens(says)
        found = []
        for word, (start, end) in tokens(says):
            inside = [at for at, span in enumerate(spans) if start <= span[0] and span[1] <= end]
            if inside and word not in SILENT:
                found.append(states[inside])
        new = [word for word in found if not len(known) or (word @ known.T).max(axis=1).mean() < SAME]
        return new or found

    def _states(self, texts: Iterable[str]) -> dict[str, Array]:
        """The states of each text, from memory where they are known."""
        wanted = dict.fromkeys(texts)
        with self._turn:
            found = {text: self._known[text] for text in wanted if text in self._known}
        missing = [text for text in wanted if text not in found]
        with ThreadPoolExecutor(self.threads) as pool:
            fresh = dict(
                zip(missing, pool.map(lambda text: self.encoder.encode_tokens(text)[1], missing), strict=True)
            )
        with self._turn:
            self._known.update(fresh)
            while len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
        return found | fresh


@dataclass(frozen=True, slots=True)
class _Page:
    """What is read of a candidate: the best cosine with the query and each condition, and the sentences
    nearest to them, the title first. Shapes  best (1 + C,)"""

    best: Array
    title: str
    places: list[TextEvidence]

    @property
    def texts(self) -> list[str]:
        return [*([self.title] if self.title else []), *(place.text for place in self.places)]


def _page(candidate: Candidate, vectors: Array) -> _Page:
    places = sentences_of(candidate)
    title = candidate.document.title
    if not places:
        return _Page(np.zeros(len(vectors), np.float32), title, [])
    cosines = np.concatenate([passage.sentences for passage in candidate.passages]) @ vectors.T
    nearest = np.argsort(-cosines[:, 1:], axis=0, kind="stable")[:READ]
    read = sorted(set(nearest.ravel().tolist()))
    return _Page(cosines.max(axis=0), title, [places[at] for at in read])


def _row(
    page: _Page, added: Sequence[list[Array]], words: Sequence[float], states: Mapping[str, Array]
) -> list[Reading]:
    return [
        Reading(
            float(page.best[column]),
            words[column],
            *_coverage(page, new, states),
            query_meaning=float(page.best[0]),
            query_words=words[0],
        )
        for column, new in enumerate(added, start=1)
    ]


def _coverage(
    page: _Page, added: list[Array], states: Mapping[str, Array]
) -> tuple[float, TextEvidence | None]:
    """How well the page says the added words, and the sentence that says most of them."""
    rows = [_said(added, states[text]) for text in page.texts]
    if not rows or not added:
        return 0.0, None
    table = np.stack(rows)  # (title and sentences, words)
    of_sentences = table[1:] if page.title else table
    evidence = page.places[int(of_sentences.mean(axis=1).argmax())] if page.places else None
    return float(table.max(axis=0).mean()), evidence


def _said(added: list[Array], text: Array) -> Array:
    """For each word its mean over pieces of the largest cosine with a piece of the text."""
    if not len(text):
        return np.zeros(len(added), np.float32)
    said: Array = np.array([(word @ text.T).max(axis=1).mean() for word in added], np.float32)
    return said

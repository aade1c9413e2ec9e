"""Which passages hold the words, and how much? The plain BM25 that every store must agree with."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence

from adhere.need import Document, Passage
from adhere.words import terms, tokens

K1, B = 1.2, 0.75
_BETWEEN = "|"  # No token, so no phrase reaches from the title into the text.


def words_of(document: Document, passages: Sequence[Passage]) -> list[list[str]]:
    """For each passage the tokens it is found by: those of the title, then those of the text it touches.

    Phrases are matched on these, BM25 counts their `terms`.
    A token that a passage boundary cuts in two belongs whole to both sides, so that no word of the
    document is ever missing from all of them.
    """
    title = [token for token, _ in tokens(document.title)]
    head = [*title, _BETWEEN] if title else []
    inside: list[list[str]] = [list(head) for _ in passages]
    order = sorted(range(len(passages)), key=lambda number: passages[number].start)
    text = tokens(document.text)
    first = 0
    for number in order:
        start, end = passages[number].start, passages[number].start + len(passages[number].text)
        while first < len(text) and text[first][1][1] <= start:
            first += 1
        for position in range(first, len(text)):
            token, span = text[position]
            if span[0] >= end:
                break
            inside[number].append(token)
    return inside


def terms_of(text: str) -> list[str]:
    """The distinct terms that a clause asks for, in order."""
    return list(dict.fromkeys(terms(token for token, _ in tokens(text))))


class Bm25:
    """BM25 over passages given as terms, with Lucene's idf and the classic numerator k1 + 1.

    Source  Robertson and Zaragoza 2009; idf = ln(1 + (N - df + .5) / (df + .5))
    """

    def __init__(self, passages: Sequence[Sequence[str]]) -> None:
        self.lengths = [len(passage) for passage in passages]
        # As the engine counts them: a passage without words is no passage.
        self.number = sum(1 for length in self.lengths if length)
        self.mean = sum(self.lengths) / max(1, self.number)
        self.postings: dict[str, dict[int, int]] = {}
        for number, passage in enumerate(passages):
            for token, frequency in Counter(passage).items():
                self.postings.setdefault(token, {})[number] = frequency

    def scores(self, text: str) -> Mapping[int, float]:
        """Score by passage number, of passages that hold one of the words; a repeated word counts once."""
        found: dict[int, float] = {}
        for token in terms_of(text):
            postings = self.postings.get(token, {})
            idf = math.log(1 + (self.number - len(postings) + 0.5) / (len(postings) + 0.5))
            for number, tf in postings.items():
                norm = K1 * (1 - B + B * self.lengths[number] / self.mean)
                found[number] = found.get(number, 0.0) + idf * tf * (K1 + 1) / (tf + norm)
        return found

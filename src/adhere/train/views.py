"""Examples side by side: a query, the instructions it came with, the documents they make relevant or not."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from adhere.synth.protocol import Example, Text

MOST = 6
"""Instructions of one query that are learned together."""
RELEVANT, NOT_RELEVANT, UNKNOWN = 1, 0, -1


@dataclass(frozen=True, slots=True)
class Views:
    """`relevant[v, d]` says whether document d is relevant under instruction v. Shapes  (V, D) int8"""

    query: str
    instructions: tuple[str, ...]
    documents: tuple[Text, ...]
    relevant: NDArray[np.int8]


def grouped(examples: Iterable[Example]) -> list[Views]:
    """Examples of one origin and query together, in their order, at most MOST at a time."""
    found: dict[tuple[str, str, str], list[Example]] = {}
    for example in examples:
        found.setdefault((example.maker, example.origin, example.query), []).append(example)
    return [
        _views(group[start : start + MOST])
        for group in found.values()
        for start in range(0, len(group), MOST)
    ]


def _views(examples: Sequence[Example]) -> Views:
    texts = {text.id: text for one in examples for text in (*one.relevant, *one.not_relevant)}
    places = {identifier: place for place, identifier in enumerate(texts)}
    relevant = np.full((len(examples), len(texts)), UNKNOWN, np.int8)
    for row, one in zip(relevant, examples, strict=True):
        row[[places[text.id] for text in one.not_relevant]] = NOT_RELEVANT
        row[[places[text.id] for text in one.relevant]] = RELEVANT
    instructions = tuple(one.instruction for one in examples)
    return Views(examples[0].query, instructions, tuple(texts.values()), relevant)


@dataclass(frozen=True, slots=True)
class Batch:
    """Several groups at once; documents of other groups are not relevant, unless they are the same text.

    Shapes  relevant (V, D) int8, group_of_view (V,), group_of_document (D,)
    """

    queries: tuple[str, ...]
    instructions: tuple[str, ...]
    documents: tuple[Text, ...]
    relevant: NDArray[np.int8]
    group_of_view: NDArray[np.int64]
    group_of_document: NDArray[np.int64]


def batch(groups: Sequence[Views]) -> Batch:
    """Views and documents of all groups, one after the other."""
    views = [(g, group.query, asked) for g, group in enumerate(groups) for asked in group.instructions]
    documents = [(g, text) for g, group in enumerate(groups) for text in group.documents]
    relevant = np.zeros((len(views), len(documents)), np.int8)
    row = column = 0
    for group in groups:
        height, width = group.relevant.shape
        relevant[row : row + height, column : column + width] = group.relevant
        row, column = row + height, column + width
    for v, (g, query, _) in enumerate(views):
        own = {text.text for other, text in documents if other == g}
        for d, (other, text) in enumerate(documents):
            if other != g and (text.text in own or groups[other].query == query):
                relevant[v, d] = UNKNOWN
    return Batch(
        tuple(query for _, query, _ in views),
        tuple(asked for _, _, asked in views),
        tuple(text for _, text in documents),
        relevant,
        np.array([g for g, _, _ in views]),
        np.array([g for g, _ in documents]),
    )


def batches(groups: Sequence[Views], size: int, seed: int) -> Iterator[list[Views]]:
    """Groups until they hold `size` instructions, without end; every epoch in another order."""
    epoch = 0
    while True:
        order = list(groups)
        random.Random(f"{seed}/{epoch}").shuffle(order)
        some: list[Views] = []
        for group in order:
            some.append(group)
            if sum(len(one.instructions) for one in some) >= size:
                yield some
                some = []
        if some:
            yield some
        epoch += 1


def squares(
    relevant: NDArray[np.int8], groups: NDArray[np.int64] | None = None
) -> list[tuple[int, int, int, int]]:
    """(v, w, d, e) where v makes d relevant and not e, and w the other way round.

    `groups` names the query of every v; only instructions of one query are set against each other.
    Shapes  relevant (V, D), groups (V,)
    """
    found = []
    for v in range(len(relevant)):
        for w in range(v + 1, len(relevant)):
            if groups is not None and groups[v] != groups[w]:
                continue
            firsts = np.flatnonzero((relevant[v] == RELEVANT) & (relevant[w] == NOT_RELEVANT))
            seconds = np.flatnonzero((relevant[v] == NOT_RELEVANT) & (relevant[w] == RELEVANT))
            found += [(v, w, int(d), int(e)) for d in firsts for e in seconds]
    return found

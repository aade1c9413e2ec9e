"""The question of this folder: what vectors stand for a text?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from adhere.need import Document, Passage

Array = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Encoded:
    """A passage and its vectors, all of length one.

    Shapes  vector (H,), sentences (S, H) with one row per span of `passage.sentences`
    """

    passage: Passage
    vector: Array
    sentences: Array


@dataclass(frozen=True, slots=True)
class Candidate:
    """A document with all that a store holds of it: what judges read."""

    document: Document
    passages: tuple[Encoded, ...] = ()

    def cosines(self, vectors: Array) -> Array:
        """Cosine of every sentence, in order of passage and sentence, with every vector of length one.

        Shapes  vectors (V, H) -> (S, V); S may be 0
        """
        if not self.passages:
            return np.empty((0, len(vectors)), np.float32)
        cosines: Array = np.concatenate([encoded.sentences for encoded in self.passages]) @ vectors.T
        return cosines


class Encoder(Protocol):
    """Turns documents into passages with vectors, and queries and clauses into vectors."""

    name: str
    dimension: int
    fingerprint: str
    """Changes whenever the vectors would: hash of weights, lengths, pooling and template."""

    def encode_documents(self, documents: Sequence[Document]) -> Iterator[list[Encoded]]:
        """For each document in order, its passages (never none; an empty text has one empty passage)."""
        ...

    def encode_queries(self, texts: Sequence[str]) -> Array:
        """Shapes  n texts -> (n, H)"""
        ...

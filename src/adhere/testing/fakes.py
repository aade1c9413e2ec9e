"""Stand-ins that need no model: the same text gives the same vectors on every machine."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence

import numpy as np

from adhere.encode.protocol import Array, Encoded, Encoder
from adhere.need import Document, Passage, Span
from adhere.render import passage_text, query_text
from adhere.store.protocol import Entry
from adhere.words import tokens

_SENTENCE = re.compile(r"\S.*?(?:[.!?](?=\s)|\s*\Z)", re.DOTALL)


class FakeEncoder:
    """Every word has a random but fixed direction; a text points to the mean of its words.

    A passage holds some `words` words and shares `overlap` of them with the next one.
    """

    name = "fake"

    def __init__(self, dimension: int = 32, *, words: int = 200, overlap: int = 40) -> None:
        self.dimension = dimension
        self.words, self.overlap = words, overlap
        self.fingerprint = f"fake/{dimension}/{words}/{overlap}"
        self._directions: dict[str, Array] = {}

    def encode_documents(self, documents: Sequence[Document]) -> Iterator[list[Encoded]]:
        for document in documents:
            yield [self._encoded(document, passage) for passage in self._passages(document)]

    def encode_queries(self, texts: Sequence[str]) -> Array:
        """Shapes  n texts -> (n, H)"""
        return self._vectors([query_text(text) for text in texts])

    def _passages(self, document: Document) -> Iterator[Passage]:
        spans = [match.span() for match in re.finditer(r"\S+", document.text)] or [(0, 0)]
        step = self.words - self.overlap
        for number, first in enumerate(range(0, max(1, len(spans) - self.overlap), step)):
            window = spans[first : first + self.words]
            start = window[0][0] if first else 0
            last = first + self.words >= len(spans)
            text = document.text[start : None if last else window[-1][1]]
            yield Passage(document.id, number, text, start, _sentences(text))

    def _encoded(self, document: Document, passage: Passage) -> Encoded:
        sentences = [passage.text[start:end] for start, end in passage.sentences]
        vector = self._vectors([passage_text(document.title, passage.text)])[0]
        return Encoded(passage, vector, self._vectors(sentences))

    def _vectors(self, texts: Sequence[str]) -> Array:
        if not texts:
            return np.zeros((0, self.dimension), np.float32)
        return np.stack([self._vector(text) for text in texts])

    def _vector(self, text: str) -> Array:
        words = [token for token, _ in tokens(text)] or [""]
        mean: Array = np.mean([self._direction(word) for word in words], axis=0, dtype=np.float32)
        return (mean / np.linalg.norm(mean)).astype(np.float32)

    def _direction(self, word: str) -> Array:
        if word not in self._directions:
            seed = int.from_bytes(hashlib.sha256(word.encode()).digest()[:8], "big")
            direction = np.random.default_rng(seed).standard_normal(self.dimension)
            self._directions[word] = (direction / np.linalg.norm(direction)).astype(np.float32)
        return self._directions[word]


def entries(documents: Sequence[Document], encoder: Encoder) -> list[Entry]:
    """The documents as a store is given them, each with its passages and a fingerprint of its content."""
    return [
        Entry(
            document,
            tuple(passages),
            hashlib.sha256(repr(document).encode("utf-8", "replace")).hexdigest()[:16],
        )
        for document, passages in zip(documents, encoder.encode_documents(documents), strict=True)
    ]


def _sentences(text: str) -> tuple[Span, ...]:
    return tuple(match.span() for match in _SENTENCE.finditer(text))

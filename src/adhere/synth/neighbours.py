"""Which texts lie near each other? Hard negatives come from here."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from adhere.encode.protocol import Encoder


class Neighbours:
    """Nearest texts by an encoder's cosine; without an encoder, by shared words of the texts."""

    def __init__(self, encoder: Encoder, *, block: int = 1024) -> None:
        self._encoder, self._block = encoder, block

    def among(self, texts: Sequence[str], count: int) -> list[list[int]]:
        """For each text the positions of the `count` nearest others, nearest first."""
        vectors = self._encoder.encode_queries(texts)
        found: list[list[int]] = []
        for start in range(0, len(texts), self._block):
            cosines = vectors[start : start + self._block] @ vectors.T
            cosines[np.arange(len(cosines)), np.arange(start, start + len(cosines))] = -2.0
            nearest = np.argpartition(-cosines, min(count, len(texts) - 1) - 1, axis=1)[:, :count]
            for row, columns in zip(cosines, nearest, strict=True):
                found.append(columns[np.argsort(-row[columns])].tolist())
        return found

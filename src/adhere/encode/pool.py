"""Late chunking: the vectors of a passage and of its sentences, read off one forward pass.

Every token has seen the whole passage and its title, so a sentence's vector knows what "it" stands for.
Source  Günther et al. 2024, "Late Chunking", arXiv 2409.04701
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from adhere.encode.protocol import Array, Encoded
from adhere.need import Passage, Span


def pooled(
    passage: Passage, states: Array, offsets: Sequence[Span], *, prefix: int, vector: Array | None = None
) -> Encoded:
    """The passage with its vector (by default the mean of all its tokens), and one mean vector per sentence.

    Shapes  states (T, H) of the tokens of the rendered text, offsets T spans in it, of which the first
            `prefix` code points (title and line break) are not the passage's own
    A sentence without a token of its own (control characters, text cut off) gets the passage's vector.
    """
    vector = unit(states.mean(axis=0)) if vector is None else vector
    middles = np.asarray([(start + end) / 2 - prefix if end > start else -1.0 for start, end in offsets])
    rows = np.tile(vector, (len(passage.sentences), 1))
    for row, (start, end) in enumerate(passage.sentences):
        inside = (middles >= start) & (middles < end)
        if inside.any():
            rows[row] = unit(states[inside].mean(axis=0))
    return Encoded(passage, vector, rows)


def unit(vectors: Array) -> Array:
    """Rows scaled to length one; a row of zeros stays. Shapes  (..., H) -> (..., H)"""
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    scaled: Array = (vectors / np.maximum(lengths, 1e-12)).astype(np.float32)
    return scaled

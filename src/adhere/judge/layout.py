"""What the small judge reads: a query, several criteria and a few sentences in one row of tokens.

    [CLS] query [SEP] criterion [SEP] criterion [SEP] ... sentence [SEP] sentence [SEP] ...

Training and serving share this file. Every part has a segment id by its role, and the judge reads the mean
of the states of a part, its closing [SEP] included.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from adhere.need import Span

if TYPE_CHECKING:
    from tokenizers import Tokenizer

CLS, SEP = 101, 102
QUERY, CRITERION, SENTENCE = 0, 1, 2
SEGMENTS = 3
MAX_QUERY, MAX_CRITERION, MAX_SENTENCE = 12, 36, 40
"""Tokens that are read of a part; the rest is cut."""
CRITERIA, SENTENCES = 5, 5
"""Criteria and sentences (the title apart) that are read in one row, at most."""
MAX_TOKENS = 320
"""Sentences are left off the end where a row would be longer."""


@dataclass(frozen=True, slots=True)
class Row:
    """Token ids, segment ids, and half-open runs of positions of each criterion and sentence."""

    ids: list[int]
    types: list[int]
    criteria: list[Span]
    sentences: list[Span]


def pieces(tokenizer: Tokenizer, texts: Sequence[str], most: int) -> list[list[int]]:
    """Token ids of each text, without special tokens, at most `most` of each."""
    return [e.ids[:most] for e in tokenizer.encode_batch(list(texts), add_special_tokens=False)]


def arrange(query: list[int], criteria: Sequence[list[int]], sentences: Sequence[list[int]]) -> Row:
    """Put the parts in a row; the first sentence is always read, the others while there is room."""
    made = Row([CLS, *query, SEP], [QUERY] * (len(query) + 2), [], [])
    for part in criteria:
        made.criteria.append(_append(made, part, CRITERION))
    for part in sentences:
        if made.sentences and len(made.ids) + len(part) + 1 > MAX_TOKENS:
            break
        made.sentences.append(_append(made, part, SENTENCE))
    return made


def row(tokenizer: Tokenizer, query: str, criteria: Sequence[str], sentences: Sequence[str]) -> Row:
    """The row of these texts, each cut to what is read of its part."""
    parts = ((query,), MAX_QUERY), (criteria, MAX_CRITERION), (sentences, MAX_SENTENCE)
    (asked,), says, body = (pieces(tokenizer, texts, most) for texts, most in parts)
    return arrange(asked, says, body)


def _append(row: Row, part: list[int], segment: int) -> Span:
    start = len(row.ids)
    row.ids.extend((*part, SEP))
    row.types.extend([segment] * (len(part) + 1))
    return start, len(row.ids)


def chosen(cosines: NDArray[np.float32], most: int) -> list[int]:
    """Which sentences are read: each criterion in turn names its next best, in text order at the end.

    Shapes  (S, C) -> at most `most` positions
    """
    picked: dict[int, None] = {}
    for row in np.argsort(-cosines, axis=0, kind="stable"):
        for sentence in row:
            if len(picked) == most:
                return sorted(picked)
            picked.setdefault(int(sentence))
    return sorted(picked)

"""The judges of a store: one per kind. That of time is made per search, for it knows what was superseded."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from adhere.encode.protocol import Encoder
from adhere.judge.about import ClauseJudge
from adhere.judge.cross import default_reader
from adhere.judge.field import FieldJudge
from adhere.judge.fitted import Fitted
from adhere.judge.form import FormJudge
from adhere.judge.mentions import MentionsJudge
from adhere.judge.protocol import Judge
from adhere.judge.reading import ReadingJudge
from adhere.store.protocol import Clause, Store, Words


def default_judges(store: Store, encoder: Encoder, fitted: Fitted | None = None) -> list[Judge]:
    """Meaning (with the packaged weights, or those that `adhere train` fitted), fields, words, form."""
    weights = fitted.weights if fitted else None
    about = ReadingJudge(clause_judge(store, encoder), default_reader(), weights)
    return [about, FieldJudge(lambda: store.schema), MentionsJudge(), FormJudge()]


def clause_judge(store: Store, encoder: Encoder) -> ClauseJudge:
    """The judge of meaning that does not read, in the word statistics of this store."""

    def words(ids: Sequence[str], texts: Sequence[str]) -> dict[str, list[float]]:
        rows: dict[str, list[float]] = {identifier: [] for identifier in ids}
        blank = np.zeros(encoder.dimension, np.float32)  # no formula here asks for meaning
        for text in texts:
            scores = store.score(ids, [Clause(blank, text)], Words(0))
            for identifier in ids:
                rows[identifier].append(scores[identifier])
        return rows

    return ClauseJudge(encoder, words)

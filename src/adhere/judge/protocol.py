"""The question of this folder: does this condition hold in this document, and where is it seen?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from adhere.encode.protocol import Candidate
from adhere.need import Condition, Judgement, Kind


@dataclass(frozen=True, slots=True)
class Question:
    """What the judges are asked about: the query, the clock of the need, and distinct conditions.

    `shown` is how many documents will be shown, so that a slow judge can spend its time on those; 0: all.
    """

    query: str
    now: datetime
    conditions: tuple[Condition, ...]
    shown: int = 0


class Judge(Protocol):
    """Decides conditions of its kinds."""

    name: str
    kinds: frozenset[Kind]

    def judge(self, question: Question, candidates: Sequence[Candidate]) -> list[list[Judgement]]:
        """One row per candidate, one judgement per condition, both in the order given."""
        ...

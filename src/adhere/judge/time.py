"""Judge of time: did the document speak within the window, had it been written, is it recent?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from adhere.encode.protocol import Candidate
from adhere.judge.protocol import Question
from adhere.need import AsOf, Condition, FieldEvidence, Judgement, Kind, Recent, Time


class TimeJudge:
    """Compares `document.time`; a document without a time is unknown.

    `superseded` maps an instant to the ids that a newer version of their group had replaced by then.
    """

    name = "time"
    kinds: frozenset[Kind] = frozenset({"time"})

    def __init__(self, field: str = "time", superseded: dict[datetime, frozenset[str]] | None = None) -> None:
        self.field = field or "time"
        self.superseded = superseded or {}

    def judge(self, question: Question, candidates: Sequence[Candidate]) -> list[list[Judgement]]:
        """One row per candidate, one judgement per condition; recency is a probability by half-life."""
        return [
            [self._one(condition, candidate, question.now) for condition in question.conditions]
            for candidate in candidates
        ]

    def _one(self, condition: Condition, candidate: Candidate, now: datetime) -> Judgement:
        time = candidate.document.time
        evidence = FieldEvidence(self.field, time)
        if time is None:
            return Judgement(None, evidence, self.name)
        match condition:
            case Time(start, end):
                holds = (start is None or time >= start) and (end is None or time < end)
                return Judgement(float(holds), evidence, self.name)
            case AsOf(instant):
                gone = candidate.document.id in self.superseded.get(instant, frozenset())
                return Judgement(float(time <= instant and not gone), evidence, self.name)
            case Recent(half_life_days):
                age_days = max((now - time).total_seconds() / 86_400, 0.0)
                return Judgement(0.5 ** (age_days / half_life_days), evidence, self.name)
            case _:
                raise TypeError(f"not a condition of time: {condition!r}")

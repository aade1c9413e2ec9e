"""Judge of form: what a program reads off the text, such as its length or whether it has code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from adhere.encode.protocol import Candidate
from adhere.form import form_features
from adhere.judge.field import compares
from adhere.judge.protocol import Question
from adhere.need import Condition, FieldEvidence, Form, Judgement, Kind, Scalar


class FormJudge:
    """Computes the features from the document itself, with the function the store filters by."""

    name = "form"
    kinds: frozenset[Kind] = frozenset({"form"})

    def judge(self, question: Question, candidates: Sequence[Candidate]) -> list[list[Judgement]]:
        """One row per candidate, one judgement per condition."""
        asked = {condition.feature for condition in question.conditions if isinstance(condition, Form)}
        return [
            [self._one(condition, features) for condition in question.conditions]
            for features in (form_features(candidate.document, asked) for candidate in candidates)
        ]

    def _one(self, condition: Condition, features: Mapping[str, Scalar]) -> Judgement:
        assert isinstance(condition, Form)
        found = features.get(condition.feature)
        if found is None:
            return Judgement(None, FieldEvidence(condition.feature, None), self.name)
        holds = compares(condition.op, found, condition.value)
        return Judgement(float(holds), FieldEvidence(condition.feature, found), self.name)

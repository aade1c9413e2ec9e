"""Judge of words: does the phrase stand in the title or the text?"""

from __future__ import annotations

from collections.abc import Sequence

from adhere.encode.protocol import Candidate
from adhere.judge.protocol import Question
from adhere.need import Condition, Judgement, Kind, Mentions, TextEvidence
from adhere.words import occurrences


class MentionsJudge:
    """Shows the first place where the phrase stands."""

    name = "mentions"
    kinds: frozenset[Kind] = frozenset({"mentions"})

    def judge(self, question: Question, candidates: Sequence[Candidate]) -> list[list[Judgement]]:
        """One row per candidate, one judgement per condition."""
        return [
            [self._one(condition, candidate) for condition in question.conditions] for candidate in candidates
        ]

    def _one(self, condition: Condition, candidate: Candidate) -> Judgement:
        assert isinstance(condition, Mentions)
        document = candidate.document
        for passage, text in ((-1, document.title), (0, document.text)):
            span = next(occurrences(condition.phrase, text), None)
            if span is not None:
                number = passage if passage < 0 else _passage_at(candidate, span[0])
                return Judgement(1.0, TextEvidence(number, text[slice(*span)], span), self.name)
        return Judgement(0.0, None, self.name)


def _passage_at(candidate: Candidate, offset: int) -> int:
    numbers = [p.passage.number for p in candidate.passages if p.passage.start <= offset]
    return max(numbers, default=0)

"""From judgements on conditions to verdicts on criteria: three-valued logic, then polarity."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from adhere.need import (
    All,
    Any,
    Condition,
    Criterion,
    Expression,
    Judgement,
    Not,
    Outcome,
    Verdict,
    conditions,
)

HOLDS = 0.5
"""A condition holds at this probability and above. Judges calibrate their p so that this is right."""


def effective(criterion: Criterion) -> Expression:
    """The criterion's condition with its exception folded in: what decides it is true of this.

    A wanted X unless Y is met where X or Y holds; an avoided X unless Y is violated where X and not Y.
    """
    if criterion.unless is None:
        return criterion.what
    if criterion.polarity in ("want", "prefer"):
        return Any((criterion.what, criterion.unless))
    return All((criterion.what, Not(criterion.unless)))


def leaves(criteria: Iterable[Criterion]) -> Iterator[Condition]:
    """The conditions of the criteria, those of exceptions too, in order and as often as they are said."""
    return (leaf for one in criteria for leaf in conditions(effective(one)))


def fold(expression: Expression, leaves: Mapping[Condition, Judgement]) -> Judgement:
    """The judgement on an expression from those on its leaves (Kleene; min, max and 1 - p on the known).

    `all` takes its least likely part, `any` its likeliest, each with that part's evidence; an unknown
    part decides only where no known one does.
    """
    match expression:
        case All(parts):
            return _extreme([fold(part, leaves) for part in parts], least=True)
        case Any(parts):
            return _extreme([fold(part, leaves) for part in parts], least=False)
        case Not(part):
            inner = fold(part, leaves)
            return Judgement(None if inner.p is None else 1.0 - inner.p, inner.evidence, inner.judge)
        case _:
            return leaves[expression]


def _extreme(parts: list[Judgement], *, least: bool) -> Judgement:
    known = [(part.p, part) for part in parts if part.p is not None]
    unknown = [part for part in parts if part.p is None]
    if not known and not unknown:
        return Judgement(1.0 if least else 0.0, None, "logic")
    if not known:
        return unknown[0]
    p, deciding = (min if least else max)(known, key=lambda pair: pair[0])
    decided = p < HOLDS if least else p >= HOLDS
    return deciding if decided or not unknown else unknown[0]


def verdict(identifier: str, criterion: Criterion, leaves: Mapping[Condition, Judgement]) -> Verdict:
    """The verdict on one criterion, polarity applied: an avoid whose condition holds is violated."""
    judgement = fold(effective(criterion), leaves)
    return Verdict(
        identifier, outcome(criterion, judgement.p), judgement.p, judgement.evidence, judgement.judge
    )


def outcome(criterion: Criterion, p: float | None) -> Outcome:
    """met, violated or unknown: the probability that the condition holds, seen from the polarity."""
    if p is None:
        return "unknown"
    return "met" if (p >= HOLDS) == (criterion.polarity in ("want", "prefer")) else "violated"

"""Verdicts: three-valued logic over judgements, then polarity."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adhere.judge.logic import effective, fold, outcome, verdict
from adhere.need import About, All, Any, Condition, Criterion, Expression, Judgement, Not

A, B, C = About("a"), About("b"), About("c")
VALUES = st.sampled_from([0.0, 1.0, None])


def leaves(**values: float | None) -> dict[Condition, Judgement]:
    return {About(name): Judgement(p, None, "test") for name, p in values.items()}


def expressions() -> st.SearchStrategy[Expression]:
    parts: st.SearchStrategy[Expression] = st.sampled_from([A, B, C])
    return st.recursive(
        parts,
        lambda inner: st.one_of(
            inner.map(Not),
            st.lists(inner, min_size=1, max_size=3).map(lambda p: All(tuple(p))),
            st.lists(inner, min_size=1, max_size=3).map(lambda p: Any(tuple(p))),
        ),
        max_leaves=6,
    )


def completions(a: float | None, b: float | None, c: float | None) -> list[dict[Condition, Judgement]]:
    options = [[0.0, 1.0] if value is None else [value] for value in (a, b, c)]
    return [leaves(a=x, b=y, c=z) for x, y, z in product(*options)]


@given(expressions(), VALUES, VALUES, VALUES)
def test_a_known_verdict_survives_whatever_the_unknowns_turn_out_to_be(
    expression: Expression, a: float | None, b: float | None, c: float | None
) -> None:
    p = fold(expression, leaves(a=a, b=b, c=c)).p
    if p is not None:
        assert {fold(expression, world).p for world in completions(a, b, c)} == {p}


@given(expressions(), VALUES, VALUES, VALUES)
def test_not_turns_true_into_false_and_leaves_unknown_alone(
    expression: Expression, a: float | None, b: float | None, c: float | None
) -> None:
    p = fold(expression, leaves(a=a, b=b, c=c)).p
    assert fold(Not(expression), leaves(a=a, b=b, c=c)).p == (None if p is None else 1.0 - p)


@pytest.mark.parametrize(
    ("polarity", "holds", "exception", "expected"),
    [
        ("avoid", 1.0, 0.0, "violated"),
        ("avoid", 1.0, 1.0, "met"),
        ("avoid", 0.0, 0.0, "met"),
        ("avoid", 1.0, None, "unknown"),
        ("want", 0.0, 1.0, "met"),
        ("want", 0.0, 0.0, "violated"),
        ("want", 1.0, None, "met"),
    ],
)
def test_unless_lifts_a_criterion(
    polarity: str, holds: float, exception: float | None, expected: str
) -> None:
    criterion = Criterion(polarity, A, unless=B)  # type: ignore[arg-type]
    assert verdict("c1", criterion, leaves(a=holds, b=exception)).outcome == expected


def test_the_deciding_part_brings_its_evidence() -> None:
    judged = {A: Judgement(0.9, None, "first"), B: Judgement(0.2, None, "second")}
    assert fold(All((A, B)), judged).judge == "second"
    assert fold(Any((A, B)), judged).judge == "first"


def test_outcome_reads_the_probability_from_the_polarity() -> None:
    want, avoid = Criterion("want", A), Criterion("avoid", A)
    assert [outcome(want, p) for p in (0.9, 0.1, None)] == ["met", "violated", "unknown"]
    assert [outcome(avoid, p) for p in (0.9, 0.1, None)] == ["violated", "met", "unknown"]


def test_effective_leaves_a_criterion_without_exception_alone() -> None:
    assert effective(Criterion("avoid", A)) == A

"""Does a document fulfil what an example asks? By the verdicts of an engine, which did not write it."""

from __future__ import annotations

from collections.abc import Sequence

from adhere.need import About, Criteria, Criterion, Verdict
from adhere.search.engine import Engine
from adhere.synth.protocol import Example


def verdicts(engine: Engine, example: Example) -> dict[str, bool | None]:
    """Whether each document meets every rule that the engine reads in the instruction, by id.

    None where it reads no rule, or cannot decide one. Wishes decide nothing. Without an instruction the query
    is the rule. `partial(verdicts, engine)` is what `adhere.synth.check.check` takes.
    """
    ids = [text.id for text in (*example.relevant, *example.not_relevant)]
    asked = None if example.instruction else Criteria((Criterion("want", About(example.query)),))
    answer = engine.search(
        example.query, example.instruction, k=len(ids), mode="rank", only=ids, criteria=asked
    )
    return {hit.document.id: _fulfilled(answer.criteria, hit.ledger) for hit in answer.hits}


def _fulfilled(criteria: Criteria, ledger: Sequence[Verdict]) -> bool | None:
    outcomes = {
        verdict.outcome for criterion, verdict in zip(criteria, ledger, strict=True) if criterion.hard
    }
    if "violated" in outcomes:
        return False
    return True if outcomes == {"met"} else None

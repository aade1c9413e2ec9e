"""Answers as JSON objects: the one form in which command line, HTTP and MCP hand them out.

Instants are ISO 8601, versions strings, spans pairs of code points.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from packaging.version import Version

from adhere.need import (
    Answer,
    Criteria,
    Criterion,
    Evidence,
    FieldEvidence,
    Note,
    Parsed,
    Relation,
    Span,
    Verdict,
)
from adhere.need import conditions as leaves
from adhere.parse.language import says, write, write_criterion
from adhere.search.trace import Planned

Json = Any


def answer_to_json(answer: Answer) -> dict[str, Json]:
    """The whole answer. `program` is the exact text that gives the same hits when it is run as criteria."""
    need = answer.need
    return {
        "query": need.query,
        "instruction": need.instruction,
        "mode": answer.mode,
        "as_of": None if need.as_of is None else need.as_of.isoformat(),
        **_criteria(answer.criteria, answer.parsed, answer.notes),
        "removed": [
            {"criterion": each.criterion, "violated": each.violated, "unknown": each.unknown}
            for each in answer.removed
        ],
        "relax": list(answer.relax),
        "hits": [
            {
                "rank": hit.rank,
                "id": hit.document.id,
                "title": hit.document.title,
                "score": hit.score,
                **({} if hit.rerank is None else {"rerank": hit.rerank}),
                "ledger": [_verdict(verdict) for verdict in hit.ledger],
            }
            for hit in answer.hits
        ],
        "trace": [{"step": each.step, "count": each.count, "ms": round(each.ms, 3)} for each in answer.trace],
        "took_ms": round(answer.took_ms, 3),
    }


def parsed_to_json(
    parsed: Parsed, *, query: str = "", mode: str = "balanced", as_of: datetime | None = None
) -> dict[str, Json]:
    """An instruction taken apart: the same object without what only a search knows."""
    return {
        "query": query,
        "instruction": parsed.instruction,
        "mode": mode,
        "as_of": None if as_of is None else as_of.isoformat(),
        **_criteria(parsed.criteria, parsed, ()),
    }


def planned_to_json(planned: Planned) -> dict[str, Json]:
    """What is going to run, as it is known before anything is looked for: the answer's criteria part."""
    need = planned.need
    return {
        "query": need.query,
        "instruction": need.instruction,
        "mode": planned.mode,
        "as_of": None if need.as_of is None else need.as_of.isoformat(),
        **_criteria(planned.criteria, planned.parsed, planned.notes),
    }


def all_notes(parsed: Parsed, notes: tuple[Note, ...]) -> tuple[Note, ...]:
    """What the parser and the search noted, each once."""
    return tuple(dict.fromkeys((*parsed.notes, *notes)))


def condition_says(criterion: Criterion) -> str:
    """What a criterion asks, without its polarity, which stands beside it."""
    return says(criterion.what) + (f", unless {says(criterion.unless)}" if criterion.unless else "")


def enforced(criterion: Criterion) -> bool:
    """Whether it does all that it asks: an assumed one only demotes, a relation is not executed yet."""
    parts = (criterion.what, *([criterion.unless] if criterion.unless else []))
    return not criterion.assumed and not any(
        isinstance(leaf, Relation) for part in parts for leaf in leaves(part)
    )


def _criteria(criteria: Criteria, parsed: Parsed, notes: tuple[Note, ...]) -> dict[str, Json]:
    return {
        "program": write(criteria),
        "criteria": [
            {
                "id": id,
                "kind": criterion.kind,
                "polarity": criterion.polarity,
                "says": condition_says(criterion),
                "span": _span(criterion.span),
                "confidence": criterion.confidence,
                "enforced": enforced(criterion),
                "assumed": criterion.assumed,
                "question": criterion.question,
                "source": criterion.source,
                "text": write_criterion(criterion),
            }
            for id, criterion in criteria.named()
        ],
        "background": [_span(span) for span in parsed.background],
        "task": [_span(span) for span in parsed.task],
        "notes": [{"span": _span(note.span), "why": note.why} for note in all_notes(parsed, notes)],
    }


def _verdict(verdict: Verdict) -> dict[str, Json]:
    return {
        "criterion": verdict.criterion,
        "outcome": verdict.outcome,
        "p": verdict.p,
        "evidence": _evidence(verdict.evidence),
        "judge": verdict.judge,
    }


def _evidence(evidence: Evidence | None) -> dict[str, Json] | None:
    if evidence is None:
        return None
    if isinstance(evidence, FieldEvidence):
        return {"field": evidence.field, "value": jsonable(evidence.value)}
    return {"passage": evidence.passage, "text": evidence.text, "span": _span(evidence.span)}


def jsonable(value: Any) -> Json:
    """A field's value as JSON can hold it."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Version):
        return str(value)
    if isinstance(value, Mapping):
        return {str(name): jsonable(item) for name, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [jsonable(item) for item in value]
    return value


def _span(span: Span | None) -> list[int] | None:
    return None if span is None else list(span)

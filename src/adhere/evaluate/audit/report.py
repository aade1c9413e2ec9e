"""What an audit says: the JSON of its results, from which table and page are made."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from adhere.evaluate.audit.exam import HEADLINE, Examined, depth
from adhere.evaluate.audit.facets import KINDS
from adhere.evaluate.audit.needs import POLARITIES, AuditNeed
from adhere.evaluate.judgements import Run
from adhere.evaluate.measures.protocol import positions
from adhere.evaluate.report import results_to_json
from adhere.evaluate.run import Result
from adhere.evaluate.statistics import estimate
from adhere.need import Answer, Document
from adhere.parse.language import write, write_criterion

Json = dict[str, Any]
WORST = 10


@dataclass(frozen=True, slots=True)
class Setting:
    """What an audit was asked for, so that it can be made again."""

    documents: int
    seed: int
    wordings: str
    hidden: str
    asked: int


def audit_to_json(
    setting: Setting, needs: Sequence[AuditNeed], found: Sequence[Examined], *, seed: int = 0
) -> Json:
    """{"audit": {documents, needs, no_answer, seed, wordings, hidden, absent, kinds: {kind: needs}},
    "benchmarks": as `adhere evaluate` prints them, each system with "reaches" and "groups"}

    Groups are {"kind" | "polarity" | "clauses": {value: {measure: {value, low, high, n}}}}.
    """
    rows = tuple(examined.row for examined in found)
    report = results_to_json([Result("audit", len(needs), rows)], seed=seed)
    for system, examined in zip(report["benchmarks"][0]["systems"], found, strict=True):
        system["reaches"] = examined.reaches
        system["groups"] = _groups(needs, examined, seed)
    counts = {kind: sum(need.kind == kind for need in needs) for kind in KINDS}
    about = {
        "documents": setting.documents,
        "needs": len(needs),
        "asked": setting.asked,
        "no_answer": sum(need.no_answer for need in needs),
        "seed": setting.seed,
        "wordings": setting.wordings,
        "hidden": setting.hidden,
        "kinds": {kind: count for kind, count in counts.items() if count},
        "absent": [kind for kind, count in counts.items() if not count],
    }
    return {"audit": about, **report}


def _groups(needs: Sequence[AuditNeed], examined: Examined, seed: int) -> Json:
    sorts: dict[str, Callable[[AuditNeed], str]] = {
        "kind": lambda need: need.kind,
        "polarity": lambda need: need.polarity,
        "clauses": lambda need: str(len(need.clauses)),
    }
    order = [*KINDS, *POLARITIES, "1", "2", "3"]
    return {
        sort: {
            value: _measures({need.id for need in needs if of(need) == value}, examined, seed)
            for value in sorted({of(need) for need in needs}, key=order.index)
        }
        for sort, of in sorts.items()
    }


def _measures(ids: set[str], examined: Examined, seed: int) -> Json:
    found = {}
    for measure, values in examined.row.values.items():
        one = estimate({case: value for case, value in values.items() if case in ids}, seed=seed)
        found[measure] = {"value": one.value, "low": one.low, "high": one.high, "n": one.n}
    return found


# --- failures ----------------------------------------------------------------------------------


def worst(needs: Sequence[AuditNeed], examined: Examined, number: int = WORST) -> list[AuditNeed]:
    """The needs that a system obeys least; of equals, those it ranks worst, then by id. Silence where
    something qualifies, and hits where nothing does, are failures like any other."""
    values = examined.row.values

    def success(need: AuditNeed) -> float:
        return values["no-answer"][need.id] if need.no_answer else values[HEADLINE][need.id]

    failed = [need for need in needs if success(need) < 1]
    ordered = sorted(failed, key=lambda n: (success(n), values["nDCG@10/changed"].get(n.id, 0.0), n.id))
    return _by_turns(ordered)[:number]


def _by_turns(needs: Sequence[AuditNeed]) -> list[AuditNeed]:
    """Reordered so that the kinds take turns: ten failures of one cause teach less than ten causes."""
    queues: dict[str, list[AuditNeed]] = {}
    for need in needs:
        queues.setdefault(need.kind, []).append(need)
    turns = [(place, need) for queue in queues.values() for place, need in enumerate(queue)]
    return [need for _, need in sorted(turns, key=lambda turn: turn[0])]


def failures_to_json(
    needs: Sequence[AuditNeed], run: Run, answers: Mapping[str, Answer], documents: Mapping[str, Document]
) -> list[Json]:
    """Each failed need with what was meant, what was made of it, and the documents that went wrong."""
    return [_failure(need, run, answers.get(need.id), documents) for need in needs]


def _failure(need: AuditNeed, run: Run, given: Answer | None, documents: Mapping[str, Document]) -> Json:
    ranks = positions(run.get(f"{need.id}-changed", {}))
    shown = list(ranks)[: depth(need)]
    missed = sorted(need.wished or need.changed, key=lambda i: (ranks.get(i, len(ranks) + 1), i))
    return {
        "need": need.id,
        "kind": need.kind,
        "polarity": need.polarity,
        "query": need.query,
        "instruction": need.after.instruction,
        "meant": write(need.truth),
        "made": None if given is None else write(given.criteria),
        "notes": [] if given is None else [note.why for note in given.notes],
        "no_answer": need.no_answer,
        "top": depth(need),
        "wrong": [
            {"rank": rank, **_document(identifier, documents), "breaks": list(_breaks(need, identifier))}
            for rank, identifier in enumerate(shown, start=1)
            if identifier not in need.meeting
        ],
        "missed": [
            {"rank": ranks.get(identifier), **_document(identifier, documents)}
            for identifier in missed
            if identifier not in shown
        ][:5],
    }


def _breaks(need: AuditNeed, identifier: str) -> Iterator[str]:
    for criterion, satisfied in zip(need.truth, need.satisfied, strict=True):
        if identifier not in satisfied:
            yield write_criterion(criterion)


def _document(identifier: str, documents: Mapping[str, Document]) -> Json:
    return {"id": identifier, "title": documents[identifier].title or documents[identifier].text[:80]}

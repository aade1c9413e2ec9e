"""Put systems through the audit: ask every need of the documents as the systems may see them, and measure.

obeyed@10     share of the changed run's first ten that meet every criterion (a run of fewer is measured over
              what it shows; an empty one has 0). Where fewer than ten documents qualify, over that many;
              for a preference, where fewer than ten on the topic meet it.
read          share of the needs of exact kinds whose instruction was taken for exactly the criteria
              that were meant, of systems that show them: does the reading fail, or the search?
no-answer     share of the needs that no document satisfies whose answer is empty, and says why: the
              criterion that removed the documents is one of the need's. Other measures leave these needs out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol, runtime_checkable

from adhere.evaluate.audit.needs import AuditNeed
from adhere.evaluate.benchmark import Benchmark, Query
from adhere.evaluate.judgements import Judgements, Run
from adhere.evaluate.measures import parse_measure
from adhere.evaluate.measures.protocol import Measure, Part, positions
from adhere.evaluate.reach import instruction_reaches
from adhere.evaluate.run import THROWS, Progress, Row, answer, check_names, measured
from adhere.evaluate.systems.limits import Random
from adhere.evaluate.systems.protocol import System
from adhere.need import Answer, Condition, Document, Field, Need, conditions

TOP = 10
HEADLINE = "obeyed@10"
READ = "read"
NO_ANSWER = "no-answer"
STANDARD: tuple[Measure | Part, ...] = tuple(
    parse_measure(name)
    for name in ("violations@10", "nDCG@10/og", "nDCG@10/changed", "interaction", "selective-p-MRR", "p-MRR")
)


@runtime_checkable
class Explains(Protocol):
    """A system that can show what it made of an instruction, and why it shows nothing."""

    def answer(self, need: Need, k: int) -> Answer: ...


@dataclass(frozen=True, slots=True)
class Examined:
    """One system: its measures per need, its run without the documents nobody can judge, whether the
    instruction reached it (None: not asked), and its own account of each need, by id, where it gives one."""

    row: Row
    run: Run = field(default_factory=dict)
    reaches: bool | None = None
    answers: Mapping[str, Answer] = field(default_factory=dict)


def without(documents: Sequence[Document], hidden: str) -> list[Document]:
    """The documents as the systems under test see them: the hidden field is not there."""
    return [
        replace(document, fields={name: v for name, v in document.fields.items() if name != hidden})
        for document in documents
    ]


def as_benchmark(needs: Sequence[AuditNeed], documents: Sequence[Document], *, name: str) -> Benchmark:
    """The needs as a benchmark: under a preference grade 2 for what it lifts, else grade 1 for relevant."""
    qrels: dict[str, dict[str, int]] = {}
    queries = []
    candidates: dict[str, tuple[str, ...]] = {}
    for need in needs:
        queries += [Query(f"{need.id}-og", need.before), Query(f"{need.id}-changed", need.after)]
        qrels[f"{need.id}-og"] = dict.fromkeys(sorted(need.original), 1)
        qrels[f"{need.id}-changed"] = {
            identifier: (identifier in need.changed) + (identifier in need.wished)
            for identifier in sorted(need.original)
        }
        if need.unknown:
            known = tuple(d.id for d in documents if d.id not in need.unknown)
            candidates |= {f"{need.id}-og": known, f"{need.id}-changed": known}
    return Benchmark(name, documents, tuple(queries), Judgements(qrels), candidates)


def examine(
    needs: Sequence[AuditNeed],
    documents: Sequence[Document],
    systems: Sequence[System],
    *,
    progress: Progress | None = None,
) -> list[Examined]:
    """One row per system, between chance (mean of some throws) and perfection. `documents` are what the
    systems may see.

    Errors  what a system raises, as an AdhereError naming system and query; InputError for systems of one
            name, and for one named like a row that every table has
    """
    check_names(systems)
    exam = replace(as_benchmark(needs, documents, name="audit"), candidates={})
    found = [Examined(_chance(needs, exam))]
    for system in systems:
        run = known(needs, answer(exam, system, progress=progress))
        answers = _explained(needs, system)
        row = _row(system.name, needs, exam, run, _silent(needs, run, answers), _read(needs, answers))
        found.append(Examined(row, run, instruction_reaches(system, exam, indexed=True), answers))
    right = {need.id: 1.0 for need in needs if need.no_answer}
    perfect = known(needs, _perfect(needs, exam))
    return [*found, Examined(_row("perfect", needs, exam, perfect, right), perfect)]


def known(needs: Sequence[AuditNeed], run: Run) -> dict[str, dict[str, float]]:
    """The run without the documents of which nobody can say whether they are right."""
    unknown = {f"{need.id}-{part}": need.unknown for need in needs for part in ("og", "changed")}
    return {
        query: {document: score for document, score in scores.items() if document not in unknown[query]}
        for query, scores in run.items()
    }


def obeyed(need: AuditNeed, ranking: Sequence[str]) -> float:
    """Share of the first ten that meet every criterion."""
    shown = ranking[: depth(need)]
    return sum(document in need.meeting for document in shown) / len(shown) if shown else 0.0


def depth(need: AuditNeed) -> int:
    """How many documents can be asked to meet every criterion: ten, or as many as there are."""
    return min(TOP, len(need.wished or need.meeting) or TOP)


def names_the_cause(need: AuditNeed, given: Answer) -> bool:
    """Whether an answer without hits says that one of the need's own criteria removed the documents."""
    asked = {_subject(clause.facet.condition) for clause in need.clauses}
    criteria = dict(given.criteria.named())
    took = [criteria[each.criterion] for each in given.removed if each.violated + each.unknown]
    return not given.hits and any(_subject(leaf) in asked for c in took for leaf in conditions(c.what))


def _subject(condition: Condition) -> str:
    return condition.name if isinstance(condition, Field) else condition.kind


# --- measuring ---------------------------------------------------------------------------------


def _row(
    system: str,
    needs: Sequence[AuditNeed],
    exam: Benchmark,
    run: Run,
    silent: Mapping[str, float],
    read: Mapping[str, float] | None = None,
) -> Row:
    """The standard measures and ours over the needs that have an answer, `no-answer` over the rest, and
    `read` over all whose criteria a program can compare."""
    answerable = [need for need in needs if not need.no_answer]
    ids = {f"{need.id}-{part}" for need in answerable for part in ("og", "changed")}
    qrels = {query: grades for query, grades in exam.judgements.qrels.items() if query in ids}
    kept = replace(exam, judgements=Judgements(qrels))
    row = measured(system, kept, {query: scores for query, scores in run.items() if query in ids}, STANDARD)
    best = {need.id: obeyed(need, list(positions(run.get(f"{need.id}-changed", {})))) for need in answerable}
    return replace(row, values={HEADLINE: best, READ: read or {}, **row.values, NO_ANSWER: silent})


def _chance(needs: Sequence[AuditNeed], exam: Benchmark) -> Row:
    rows = []
    for seed in range(THROWS):
        run = known(needs, answer(exam, Random(seed)))
        rows.append(_row("random", needs, exam, run, _silent(needs, run, {})))
    means = {
        measure: {case: sum(row.values[measure][case] for row in rows) / THROWS for case in cases}
        for measure, cases in rows[0].values.items()
    }
    return replace(rows[0], values=means)


def _perfect(needs: Sequence[AuditNeed], exam: Benchmark) -> dict[str, dict[str, float]]:
    """Relevant documents by grade, then those that meet the criteria off the topic, then all others."""
    qrels = exam.judgements.qrels
    every = [document.id for document in exam.documents]
    run = {}
    for need in needs:
        for part, kept in (("og", frozenset[str]()), ("changed", need.meeting)):
            grades = qrels[f"{need.id}-{part}"]
            scores = {document: 2.0 * grades.get(document, 0) + (document in kept) for document in every}
            run[f"{need.id}-{part}"] = {} if part == "changed" and need.no_answer else scores
    return run


def _explained(needs: Sequence[AuditNeed], system: System) -> dict[str, Answer]:
    return {need.id: system.answer(need.after, TOP) for need in needs} if isinstance(system, Explains) else {}


def _read(needs: Sequence[AuditNeed], answers: Mapping[str, Answer]) -> dict[str, float]:
    return {
        need.id: float(set(answers[need.id].criteria) == set(need.truth))
        for need in needs
        if need.id in answers and all(clause.facet.kind != "about" for clause in need.clauses)
    }


def _silent(needs: Sequence[AuditNeed], run: Run, answers: Mapping[str, Answer]) -> dict[str, float]:
    return {
        need.id: float(
            not run.get(f"{need.id}-changed", {"": 0.0})
            and need.id in answers
            and names_the_cause(need, answers[need.id])
        )
        for need in needs
        if need.no_answer
    }

"""Put systems through an exam: answer every query, measure, and set it against chance and perfection."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from dataclasses import dataclass, field
from numbers import Real

from adhere.errors import AdhereError, InputError, RemoteError
from adhere.evaluate.benchmark import Benchmark, Query
from adhere.evaluate.journal import Journal
from adhere.evaluate.judgements import Run, check_run, missing, tied_share
from adhere.evaluate.measures import PAIRED, UNPAIRED, parse_measure
from adhere.evaluate.measures.protocol import Measure, Part
from adhere.evaluate.systems.limits import Blind, Perfect, Random
from adhere.evaluate.systems.protocol import System, identity, innermost
from adhere.evaluate.systems.runs import RunFile

Measures = Sequence[Measure | Part]
Progress = Callable[[str, int, int], None]
"""Called with what is running, queries answered and queries in all."""

THROWS = 20
"""Most runs that the random row is the mean of: one throw of the dice is too noisy to be called chance."""
RANKINGS = 2000
"""Random rankings that are enough: over many queries a few throws will do."""
POOLED = "all"
RANKING = "A ranking is a mapping, document id -> score (a number, higher is better); None is no answer."

Values = Mapping[str, Mapping[str, float]]
"""Measure -> case -> value."""


@dataclass(frozen=True, slots=True)
class Row:
    """One system on one benchmark: values per case, queries it left unanswered, share of tied scores."""

    system: str
    values: Values
    queries: int
    missing: int
    tied: float


@dataclass(frozen=True, slots=True)
class Result:
    """One benchmark: number of needs, and a row per system from random to perfect. `groups` says which cases
    resemble each other, such as variants of one query: intervals are over those."""

    benchmark: str
    needs: int
    rows: tuple[Row, ...]
    groups: Mapping[str, str] = field(default_factory=dict)


def evaluate(
    benchmarks: Sequence[Benchmark],
    systems: Sequence[System],
    *,
    measures: Measures | None = None,
    journal: Journal | None = None,
    progress: Progress | None = None,
) -> list[Result]:
    """A result per benchmark, and where there are several of a kind one more over all their needs.

    Every result holds the rows random (mean of up to THROWS runs) and perfect. `measures` None takes those
    of each benchmark. With a `journal`, what it already answers is not asked again.
    Errors  what a system raises, as an AdhereError naming system and query; InputError for systems or
            benchmarks of one name, and for a system named like a row that every table has
    """
    check_names(systems)
    _apart([benchmark.name for benchmark in benchmarks], "benchmarks", "replace(benchmark, name=...)")
    results = []
    for benchmark in benchmarks:
        chosen = measures or default_measures(benchmark)
        rows = [_random(benchmark, chosen)]
        perfect: System = Perfect(benchmark.judgements)
        for system in [*systems, perfect]:
            kept = journal if system is not perfect else None
            run = answer(benchmark, system, journal=kept, progress=progress)
            rows.append(measured(system.name, benchmark, run, chosen))
        groups = benchmark.judgements.case_groups()
        results.append(Result(benchmark.name, benchmark.needs, tuple(rows), groups))
    alike = len({frozenset(row.values) for result in results for row in result.rows}) == 1
    return [*results, pooled(results)] if len(results) > 1 and alike else results


def check_names(systems: Sequence[System]) -> None:
    """Errors  InputError for two of one name, and for one named like a row that every table has"""
    for system in systems:
        taken = system.name in ("random", "perfect")
        if taken or (system.name == "blind" and not isinstance(innermost(system), Blind)):
            raise InputError(
                f"A system is named {system.name!r}, and so is a row that every table is read against. "
                "Give the system another name."
            )
    _apart([system.name for system in systems], "systems", "system.name = ...")


def _apart(names: Sequence[str], what: str, how: str) -> None:
    twice = next((name for place, name in enumerate(names) if name in names[:place]), None)
    if twice is not None:
        raise InputError(
            f"Two {what} are named {twice!r}, and their numbers could not be told apart. Rename one: {how}"
        )


def default_measures(benchmark: Benchmark) -> Measures:
    """Those that the benchmark is published with, else by whether its needs are paired."""
    if benchmark.measures:
        return [parse_measure(name) for name in benchmark.measures]
    return PAIRED if benchmark.paired else UNPAIRED


def answer(
    benchmark: Benchmark,
    system: System,
    *,
    journal: Journal | None = None,
    progress: Progress | None = None,
) -> dict[str, dict[str, float]]:
    """The run of a system. The documents are indexed only if a question is still open.

    Errors  what a system raises, as an AdhereError naming it; InputError if it answers no query at all
    """
    _check_run_file(benchmark, system)
    key = identity(system)
    answers = dict(journal.answers(benchmark, key)) if journal else {}
    what, total = f"{benchmark.name}: {system.name}", len(benchmark.queries)
    waiting = [query for query in benchmark.queries if query.id not in answers]
    if progress and waiting:
        progress(f"{what}, indexing", 0, total)
    if waiting:
        _index(benchmark, system)
    known = {document.id for document in benchmark.documents}
    for query in waiting:
        answers[query.id] = ask(system, query, benchmark.candidates.get(query.id), known)
        if journal:
            journal.add(benchmark, key, query.id, answers[query.id])
        if progress:
            progress(what, len(answers), total)
    run = {query: scores for query, scores in answers.items() if scores is not None}
    if answers and not run:
        raise InputError(
            f"{system.name} answered None to each of the {total} queries of {benchmark.name!r}. {RANKING}"
        )
    return run


def _check_run_file(benchmark: Benchmark, system: System) -> None:
    given, asked = innermost(system), [query.id for query in benchmark.queries]
    if isinstance(given, RunFile) and asked and not set(asked) & set(given.queries):
        raise InputError(
            f"{given.path} answers no query of {benchmark.name!r}: its first ids are "
            f"{', '.join(given.queries[:3])}, those of the benchmark {', '.join(asked[:3])}. "
            "Is it the run of another benchmark?"
        )


def _index(benchmark: Benchmark, system: System) -> None:
    name, over = system.name, repr(benchmark.name)
    with _told(f"{name} on {over}", f"{name} failed to index {over}"):
        system.index(benchmark.documents)


@contextmanager
def _told(where: str, failed: str) -> Iterator[None]:
    """What a system raises, as an error of ours that says where."""
    try:
        yield
    except AdhereError as error:
        raise type(error)(f"{where}: {error}") from error
    except Exception as error:
        raise RemoteError(f"{failed}: {type(error).__name__}: {error}") from error


def ask(
    system: System, query: Query, candidates: Sequence[str] | None, known: AbstractSet[str]
) -> dict[str, float] | None:
    """One ranking, checked: finite ranks over documents that were there to be ranked.

    Errors  AdhereError naming system and query; where `known` is empty any document is taken
    """
    name, which = system.name, f"query {query.id!r}"
    with _told(f"{name} on {which}", f"{name} failed on {which}"):
        scores = system.rank(query, candidates)
    if scores is None:
        return None
    scores = _ranking(system, query, scores)
    check_run({query.id: scores})
    allowed = known if candidates is None else set(candidates)
    strange = next((document for document in scores if document not in allowed), None) if allowed else None
    if strange is not None:
        where = "the corpus" if candidates is None else "the candidates"
        raise RemoteError(f"{system.name} on query {query.id!r} ranked {strange!r}, which is not in {where}.")
    return scores


def _ranking(system: System, query: Query, given: object) -> dict[str, float]:
    """What a system returned, if it is a ranking, with floats that a journal can hold."""
    if not isinstance(given, Mapping):
        raise InputError(
            f"{system.name} answered query {query.id!r} with a {type(given).__name__}. {RANKING}"
        )
    for document, score in given.items():
        if not isinstance(score, Real):
            raise InputError(
                f"{system.name} on query {query.id!r} gave {document!r} the score {score!r}. {RANKING}"
            )
    return {document: float(score) for document, score in given.items()}


def measured(system: str, benchmark: Benchmark, run: Run, measures: Measures) -> Row:
    """Every measure of one run."""
    values = {str(measure): measure.values(benchmark.judgements, run) for measure in measures}
    return Row(system, values, len(run), len(missing(benchmark.judgements, run)), tied_share(run))


def pooled(results: Sequence[Result]) -> Result:
    """All needs of several benchmarks in one, each need counting the same."""
    rows = []
    for row in results[0].rows:
        parts = [(r.benchmark, p) for r in results for p in r.rows if p.system == row.system]
        values = {
            measure: {f"{name}/{case}": v for name, part in parts for case, v in part.values[measure].items()}
            for measure in row.values
        }
        queries = sum(part.queries for _, part in parts)
        tied = sum(part.tied * part.queries for _, part in parts) / max(queries, 1)
        rows.append(Row(row.system, values, queries, sum(part.missing for _, part in parts), tied))
    groups = {
        f"{result.benchmark}/{case}": f"{result.benchmark}/{group}"
        for result in results
        for case, group in result.groups.items()
    }
    return Result(POOLED, sum(result.needs for result in results), tuple(rows), groups)


def _random(benchmark: Benchmark, measures: Measures) -> Row:
    throws = []
    for seed in range(max(1, min(THROWS, RANKINGS // max(1, len(benchmark.queries))))):
        throws.append(measured("random", benchmark, answer(benchmark, Random(seed)), measures))
    values = {
        measure: {case: sum(t.values[measure][case] for t in throws) / len(throws) for case in cases}
        for measure, cases in throws[0].values.items()
    }
    return Row("random", values, throws[0].queries, 0, 0.0)

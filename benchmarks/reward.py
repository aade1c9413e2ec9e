"""The weights of the score by a reward, by supervision, and as served: judged on needs they did not see.

    python benchmarks/reward.py --data DIR [--steps 400] [--seeds 3]

The six weights of `adhere.search.program` are searched for on five sixths of the judged needs and measured on
the last, six times: by reward, what is sought is interaction + changed nDCG@10 themselves, by a (1 + 1)
evolution strategy; supervised, what is sought is that of two documents of one query the better one scores
higher (logistic loss over pairs of different grade). Parse and verdicts are the served engine's. Development
figures, x100; the served weights were chosen by hand, on these needs among others (benchmarks/LOG.md).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from adhere.evaluate.judgements import Judgements, split_id
from adhere.evaluate.measures import parse_measure
from adhere.judge.cross import default_reader
from adhere.judge.reading import ReadingJudge
from adhere.need import Criteria, Criterion
from adhere.search import program
from adhere.search.engine import Engine
from adhere.search.judges import clause_judge, default_judges
from adhere.search.program import QueryTerm
from adhere.store.protocol import Clause
from combine import Scored, logs
from development import MEASURES, Table, arguments, corpora, features

NAMES = ("query", "want", "together", "avoid", "wish", "floor")
SERVED = (1.0, program.WANT, program.TOGETHER, program.AVOID, program.WISH, program.FLOOR)
"""The first counts the query's term as a multiple of what it is."""
REWARD = ("nDCG@10/changed", "interaction")
FOLDS = 6
DEEPEST = 1000
REACH = 0.25  # standard deviation of a step, in logarithms; it shrinks where steps fail

Weights = Sequence[float]


@dataclass(frozen=True, slots=True)
class Case:
    """One query on its pool, as the served engine judges it."""

    ids: list[str]
    scored: Scored

    def scores(self, weights: Weights) -> Table:
        """Of every document under these weights. Shapes  -> (documents,)"""
        return logs(**dict(zip(NAMES, weights, strict=True)))(self.scored)


@dataclass(frozen=True, slots=True)
class Bench:
    """The cases of one corpus by query, and what is right there."""

    name: str
    judgements: Judgements
    cases: dict[str, Case]

    def only(self, needs: set[str]) -> Bench:
        """Those of some needs, called CORPUS/NEED."""

        def mine(query: str) -> bool:
            return f"{self.name}/{split_id(query)[0]}" in needs

        qrels = {query: grades for query, grades in self.judgements.qrels.items() if mine(query)}
        cases = {query: case for query, case in self.cases.items() if mine(query)}
        return replace(self, judgements=replace(self.judgements, qrels=qrels), cases=cases)


def collected(data: Path) -> list[Bench]:
    """What the served engine makes of every judged need."""
    found = []
    for name, (benchmark, served) in corpora(data).items():
        engine = thorough(served)
        cases = {}
        for query in benchmark.queries:
            ids = sorted(benchmark.candidates[query.id])
            cases[query.id] = _case(engine, query.need.query, query.need.instruction, ids)
            print(f"\r{name}: {len(cases)} of {len(benchmark.queries)} queries", end="", flush=True)
        print()
        found.append(Bench(name, benchmark.judgements, cases))
    return found


def thorough(engine: Engine) -> Engine:
    """One that reads every document, so that no verdict depends on the order that is sought."""
    store, encoder = engine.store, engine.encoder
    judges = default_judges(store, encoder)
    about = ReadingJudge(clause_judge(store, encoder), default_reader(), most=DEEPEST)
    return Engine(store, encoder, parser=engine.parser, judges=[about, *judges[1:]])


def _case(engine: Engine, query: str, instruction: str, ids: list[str]) -> Case:
    answer = engine.search(query, instruction, k=len(ids), only=ids, mode="rank")
    place = {identifier: number for number, identifier in enumerate(ids)}
    hits = sorted(answer.hits, key=lambda hit: place[hit.document.id])
    meaning, words = (table[:, 0] for table in features(engine, ids, [query]))
    term = QueryTerm.of(query)
    if answer.criteria:
        clause = [Clause(engine.encoder.encode_queries([query])[0], query)]
        term = term.relative_to(max(engine.store.score(ids, clause, term.odds()).values()))
    near = np.array([term.p(m, w) for m, w in zip(meaning, words, strict=True)])
    columns = zip(answer.criteria, zip(*(hit.ledger for hit in hits), strict=True), strict=True)
    terms = [(one, np.array([v.p for v in column], float)) for one, column in columns]
    joined = _joined(engine, query, answer.criteria, ids)
    case = Case(ids, Scored(term.weight, near, terms, joined))
    assert np.allclose(case.scores(SERVED), [hit.score for hit in hits], atol=1e-3), query
    return case


def _joined(engine: Engine, query: str, criteria: Criteria, ids: list[str]) -> Table | None:
    # No ledger shows the p of the wants read together, so it is made one more wish.
    if (text := program.together(criteria)) is None:
        return None
    asked = Criteria((*criteria, Criterion("prefer", text)))
    answer = engine.search(query, criteria=asked, k=len(ids), only=ids, mode="rank")
    found = {hit.document.id: hit.ledger[-1].p for hit in answer.hits}
    return np.array([found[identifier] for identifier in ids], float)


def figures(benches: Sequence[Bench], weights: Weights, measures: Sequence[str]) -> list[dict[str, float]]:
    """Values by case of each measure."""
    found: list[dict[str, float]] = [{} for _ in measures]
    for bench in benches:
        run = {q: dict(zip(c.ids, c.scores(weights).tolist(), strict=True)) for q, c in bench.cases.items()}
        for values, measure in zip(found, measures, strict=True):
            cases = parse_measure(measure).values(bench.judgements, run)
            values |= {f"{bench.name}/{case}": value for case, value in cases.items()}
    return found


def reward(benches: Sequence[Bench], weights: Weights) -> float:
    return float(sum(np.mean(list(values.values())) for values in figures(benches, weights, REWARD)))


def supervision(benches: Sequence[Bench], weights: Weights) -> float:
    """Mean log-likelihood of the order of two documents of one query whose grades differ."""
    values = []
    for bench in benches:
        for query, case in bench.cases.items():
            scores, grades = case.scores(weights), bench.judgements.qrels[query]
            level = np.array([grades.get(identifier, 0) for identifier in case.ids])
            better = level[:, None] > level[None, :]
            if better.any():
                gap = scores[:, None] - scores[None, :]
                values.append(-np.logaddexp(0, -gap[better]).mean())
    return float(np.mean(values))


def sought(goal: Callable[[Weights], float], steps: int, seed: int) -> Weights:
    """The best weights that a (1 + 1) evolution strategy finds from the served ones.

    Source  Rechenberg's 1/5 rule, as in Auger 2009 (GECCO)
    """
    rng, best, reach = np.random.default_rng(seed), np.array(SERVED), REACH
    value = goal(tuple(best))
    for _ in range(steps):
        tried = best * np.exp(reach * rng.standard_normal(len(best)))
        tried[-1] = min(tried[-1], 0.5)
        found = goal(tuple(tried))
        reach *= np.exp(0.8 / 3) if found > value else np.exp(-0.2 / 3)
        if found > value:
            best, value = tried, found
    return tuple(best)


def main() -> None:
    options = arguments(__doc__, "--steps", "--seeds")
    steps, seeds = int(options.steps or 400), int(options.seeds or 3)
    benches = collected(options.data)
    needs = sorted({f"{b.name}/{need}" for b in benches for need in b.judgements.pairs()})
    shuffled = [needs[i] for i in np.random.default_rng(0).permutation(len(needs))]
    ways: Mapping[str, Callable[[Sequence[Bench], Weights], float]] = {
        "by reward": reward,
        "supervised": supervision,
    }
    print(f"| {len(needs)} needs | " + " | ".join(MEASURES) + " |\n" + "|---" * (len(MEASURES) + 1) + "|")
    _show("served", figures(benches, SERVED, MEASURES))
    for name, goal in ways.items():
        for seed in range(seeds):
            unseen: list[dict[str, float]] = [{} for _ in MEASURES]
            for fold in range(FOLDS):
                test = set(shuffled[fold::FOLDS])
                seen = [bench.only(set(needs) - test) for bench in benches]
                weights = sought(lambda w, goal=goal, seen=seen: goal(seen, w), steps, seed)  # type: ignore[misc]
                for values, some in zip(
                    unseen, figures([b.only(test) for b in benches], weights, MEASURES), strict=True
                ):
                    values |= some
            _show(f"{name}, unseen needs, seed {seed}", unseen)
        weights = sought(lambda w, goal=goal: goal(benches, w), steps, 0)  # type: ignore[misc]
        told = ", ".join(f"{name} {value:.2f}" for name, value in zip(NAMES, weights, strict=True))
        _show(f"{name}, on what it saw ({told})", figures(benches, weights, MEASURES))


def _show(name: str, values: Sequence[Mapping[str, float]]) -> None:
    print(
        f"| {name} | " + " | ".join(f"{100 * np.mean(list(v.values())):.1f}" for v in values) + " |",
        flush=True,
    )


if __name__ == "__main__":
    main()

"""Compare ways to make one score of the query, wants, avoids and wishes, on the development set.

    python benchmarks/combine.py --data DIR

Every way sees the same parse and the same clause probabilities and ranks the judged pool of every need.
Needs whose criteria are of exact kinds are few there: this is about `about`. Development figures.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from adhere.evaluate.measures import parse_measure
from adhere.evaluate.statistics import estimate
from adhere.judge.about import HALF_BM25, Calibration
from adhere.judge.logic import effective, leaves
from adhere.need import About, All, Any, Criterion, Expression, Not
from adhere.search.program import (
    AVOID,
    FLOOR,
    QUERY,
    QUERY_MEANING,
    QUERY_WORDS,
    TOGETHER,
    WANT,
    WISH,
    QueryTerm,
    by_meaning,
    heard,
    together,
)
from development import Table, arguments, corpora, features

MEASURES = (
    "nDCG@10/og",
    "nDCG@10/changed",
    "interaction",
    "selective-p-MRR",
    "violations@10",
    "p-MRR",
    "two-way",
)


@dataclass(frozen=True)
class Scored:
    """One query on its pool: p of the query and what it counts, each criterion with the p that its condition
    holds (nan where it is unknown), and that of the wants read together."""

    weight: float
    query: Table
    terms: list[tuple[Criterion, Table]]
    joined: Table | None


Way = Callable[[Scored], Table]


def logs(
    *,
    query: float = 1.0,
    avoid: float = AVOID,
    want: float = WANT,
    together: float = TOGETHER,
    want_power: float = 1.0,
    avoid_power: float = 0.5,
    wish: float = WISH,
    floor: float = FLOOR,
    lean: float = 0.0,
    all_heard: bool = False,
) -> Way:
    """`program.Weights` with others: wants and avoids are divided by their number to these powers, `lean` is
    added to the log-odds of every p, and what nothing meets may count in full."""

    def part(p: Table) -> float:
        return 1.0 if all_heard else heard([None if np.isnan(one) else float(one) for one in p])

    def floored(p: Table) -> Table:
        return np.asarray(np.log(floor + (1 - floor) * p))

    def leaned(p: Table) -> Table:
        known = np.where(np.isnan(p), 0.5, p)
        return np.asarray(known * np.exp(lean) / (known * np.exp(lean) + 1 - known))

    def way(scored: Scored) -> Table:
        wants = [one for one, _ in scored.terms if one.polarity == "want" and one.hard]
        judged = sum(not one.exact for one in wants)
        avoids = sum(one.polarity == "avoid" and one.hard for one, _ in scored.terms)
        apart = want if scored.joined is not None else want + together

        def count(one: Criterion, p: Table) -> float:
            if not one.hard:
                return wish
            if one.polarity == "avoid":
                return avoid / float(avoids**avoid_power)
            if one.exact:
                return (want + together) / len(wants)
            return (part(p) if by_meaning(one) else 1.0) * apart / float(judged**want_power)

        total = query * scored.weight * np.log(scored.query)
        for one, p in scored.terms:
            favourable = leaned(p) if one.polarity in ("want", "prefer") else 1 - leaned(p)
            total = total + count(one, p) * floored(favourable)
        if scored.joined is not None:
            total = total + part(scored.joined) * together * floored(leaned(scored.joined))
        return np.asarray(total)

    return way


def weighted(avoid: float) -> Way:
    """A plain weighted sum of probabilities, in which a strong want pays for a violated avoid."""

    def way(scored: Scored) -> Table:
        total = scored.query.copy()
        for criterion, held in scored.terms:
            p = held if criterion.polarity in ("want", "prefer") else 1 - held
            total += (avoid if criterion.polarity == "avoid" else 1.0 if criterion.hard else WISH) * p
        return total

    return way


WAYS: dict[str, Way] = {
    "query alone": lambda scored: scored.query,
    "weighted sum, avoid 1": weighted(1.0),
    "weighted sum, avoid 2": weighted(2.0),
    "logs (ours)": logs(),
    "logs, wants only apart": logs(want=WANT + TOGETHER, together=0.0),
    "logs, wants only together": logs(want=0.0, together=WANT + TOGETHER),
    "logs, every want in full": logs(want_power=0.0),
    "logs, every avoid in full": logs(avoid_power=0.0),
    "logs, wants half": logs(want=WANT / 2, together=TOGETHER / 2),
    "logs, wants double": logs(want=2 * WANT, together=2 * TOGETHER),
    "logs, avoids half": logs(avoid=AVOID / 2),
    "logs, avoids double": logs(avoid=2 * AVOID),
    "logs, query double": logs(query=2.0),
    "logs, lean 1.25": logs(lean=1.25),
    "logs, floor .15": logs(floor=0.15),
    "logs, all heard in full": logs(all_heard=True),
    "logs, as before": logs(
        query=1.5 / QUERY,
        together=0.0,
        avoid=4.0,
        avoid_power=0.0,
        wish=0.35,
        floor=0.02,
        lean=1.25,
        all_heard=True,
    ),
}


def probability(expression: Expression, leaves: dict[About, Table]) -> Table:
    """min, max and complement over `about`; what is not `about` counts as a coin here."""
    match expression:
        case All(parts):
            return np.asarray(np.min([probability(part, leaves) for part in parts], axis=0))
        case Any(parts):
            return np.asarray(np.max([probability(part, leaves) for part in parts], axis=0))
        case Not(part):
            return 1 - probability(part, leaves)
        case About():
            return leaves[expression]
        case _:
            return np.full_like(next(iter(leaves.values())), 0.5)


def score(query: str, criteria: Sequence[Criterion], meaning: Table, words: Table) -> Scored:
    """Shapes  meaning, words (documents, 1 + abouts), column 0 the query"""
    c, saturated = Calibration(), words / (words + HALF_BM25)
    base = c.bias + c.query_meaning * meaning[:, 0] + c.query_words * saturated[:, 0]
    z = base[:, None] + c.meaning * meaning + c.words * saturated
    abouts = _abouts(criteria)
    held = {about: 1 / (1 + np.exp(-z[:, column])) for column, about in enumerate(abouts, start=1)}
    term = QueryTerm.of(query)
    near = QUERY_MEANING * meaning[:, 0] + QUERY_WORDS * words[:, 0] / (words[:, 0] + term.half)
    term = term.relative_to(float(near.max()) + term.bias) if held else term
    terms = []
    for criterion in criteria if held else ():
        terms.append((criterion, probability(effective(criterion), held)))
    text = together(criteria)
    joined = held[text] if text else None
    return Scored(term.weight, 1 / (1 + np.exp(-near - term.bias)), terms, joined)


def _abouts(criteria: Sequence[Criterion]) -> list[About]:
    abouts = [leaf for leaf in leaves(criteria) if isinstance(leaf, About)]
    text = together(criteria)
    return list(dict.fromkeys([*abouts, text] if text else abouts))


def main() -> None:
    values: dict[str, dict[str, dict[str, float]]] = {way: {m: {} for m in MEASURES} for way in WAYS}
    for name, (benchmark, engine) in corpora(arguments(__doc__).data).items():
        runs: dict[str, dict[str, dict[str, float]]] = {way: {} for way in WAYS}
        for query in benchmark.queries:
            ids = benchmark.candidates[query.id]
            criteria = engine.parse(query.need.instruction, query.need.query).criteria.items
            texts = [query.need.query, *(about.text for about in _abouts(criteria))]
            scored = score(query.need.query, criteria, *features(engine, ids, texts))
            for way, function in WAYS.items():
                runs[way][query.id] = dict(zip(ids, function(scored).tolist(), strict=True))
        for way, run in runs.items():
            for measure in MEASURES:
                cases = parse_measure(measure).values(benchmark.judgements, run)
                values[way][measure] |= {f"{name}/{case}": value for case, value in cases.items()}
    print(f"{'x100, development set':38}" + "".join(f"{measure:>17}" for measure in MEASURES))
    for way, measures in values.items():
        cells = (f"{100 * (estimate(cases).value or 0):17.1f}" for cases in measures.values())
        print(f"{way:38}" + "".join(cells))


if __name__ == "__main__":
    main()

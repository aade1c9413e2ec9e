"""How well does an encoder follow instructions while it learns?

On the judged needs, the development set, it ranks each pool by the nearest passage; on groups of examples
that were held out it is asked for the 2x2 cases alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from adhere.encode.protocol import Array
from adhere.errors import InputError
from adhere.evaluate.benchmark import Benchmark, Query, find, load
from adhere.evaluate.measures import parse_measure
from adhere.evaluate.run import Result, measured, pooled
from adhere.need import Document, Need
from adhere.render import passage_text
from adhere.train.views import Views, squares

MEASURES = ("nDCG@10/og", "nDCG@10/changed", "interaction", "selective-p-MRR", "violations@10")
Ask = Callable[[Sequence[str], Sequence[str]], Array]
"""Queries and instructions -> unit vectors."""
Units = Callable[[Sequence[str]], list[Array]]
"""Texts -> unit vectors of each one's passages."""


class Tower:
    """An encoder as a system under test: cosine with the best passage."""

    name = "encoder"

    def __init__(self, ask: Ask, units: Units) -> None:
        self._ask, self._units = ask, units
        self._vectors: dict[str, Array] = {}

    def index(self, documents: Sequence[Document]) -> None:
        units = self._units([passage_text(one.title, one.text) for one in documents])
        self._vectors = {one.id: vectors for one, vectors in zip(documents, units, strict=True)}

    def rank(self, query: Query, candidates: Sequence[str] | None) -> dict[str, float]:
        vector = self._ask([query.need.query], [query.need.instruction])[0]
        return {i: float((self._vectors[i] @ vector).max()) for i in candidates or self._vectors}


@dataclass(frozen=True, slots=True)
class Watch:
    """The judged corpora and the held-out groups."""

    benchmarks: tuple[Benchmark, ...]
    held_out: tuple[Views, ...]

    @property
    def texts(self) -> list[str]:
        """Every text whose vectors it needs."""
        judged = [passage_text(d.title, d.text) for one in self.benchmarks for d in one.documents]
        return judged + [text.text for group in self.held_out for text in group.documents]

    def figures(self, ask: Ask, units: Units) -> dict[str, float]:
        """Means over the judged needs, `plain`: nDCG@10 of the original needs with the instruction left out,
        and shares of the held-out squares."""
        tower = Tower(ask, units)
        results: list[Result] = []
        plain: list[Result] = []
        for one in self.benchmarks:
            tower.index(one.documents)
            left_out = [Query(query.id, Need(query.need.query)) for query in one.queries]
            for queries, measures, found in (
                (one.queries, MEASURES, results),
                (left_out, MEASURES[:1], plain),
            ):
                run = {query.id: tower.rank(query, one.candidates.get(query.id)) for query in queries}
                row = measured(tower.name, one, run, [parse_measure(name) for name in measures])
                found.append(Result(one.name, one.needs, (row,)))
        values = {name: _mean(results, name) for name in MEASURES} | {"plain": _mean(plain, MEASURES[0])}
        values |= _squares(self.held_out, ask, units)
        return {name: round(value, 4) for name, value in values.items()}


def watch(data: Path, held_out: Sequence[Views]) -> Watch:
    return Watch(tuple(load(folder) for folder in find(data / "bench" / "judged")), tuple(held_out))


def chosen_by(figures: dict[str, float]) -> float:
    """What a checkpoint is chosen by. Never by p-MRR or two-way, which a worse changed run can buy."""
    return (figures["interaction"] + figures["nDCG@10/changed"]) / 2


def _mean(results: Sequence[Result], measure: str) -> float:
    values = pooled(results).rows[0].values[measure]
    if not values:
        names = ", ".join(one.benchmark for one in results)
        raise InputError(
            f"No need of {names} lets {measure} be measured: a development set holds paired needs."
        )
    return float(np.mean(list(values.values())))


def _squares(groups: Sequence[Views], ask: Ask, units: Units) -> dict[str, float]:
    """Of all 2x2 cases the share with a positive interaction, and the share with both rankings right."""
    effects: list[bool] = []
    both: list[bool] = []
    for group in groups:
        found = squares(group.relevant)
        if not found:
            continue
        views = ask([group.query] * len(group.instructions), group.instructions)
        documents = units([text.text for text in group.documents])
        scores = np.stack([(views @ one.T).max(axis=1) for one in documents], axis=1)
        for v, w, d, e in found:
            first, second = scores[v, d] - scores[v, e], scores[w, e] - scores[w, d]
            effects.append(first + second > 0)
            both.append(first > 0 and second > 0)
    return (
        {"held-out interaction": float(np.mean(effects)), "held-out both": float(np.mean(both))}
        if both
        else {}
    )

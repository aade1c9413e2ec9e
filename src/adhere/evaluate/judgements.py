"""What counts as right: qrels and runs, the pairing of needs, and the documents an instruction flips.

A paired need `X` is two queries, `X-og` under the original instruction and `X-changed` under the changed
one (`X-reversed`, where there is one, under its opposite). Everything else is a query of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from adhere.errors import InputError

Qrels = Mapping[str, Mapping[str, int]]
"""Query id -> document id -> grade: 1 and more is relevant, 0 is not, below 0 is explicitly unwanted."""
Run = Mapping[str, Mapping[str, float]]
"""Query id -> document id -> score, higher is better."""

PARTS = ("og", "changed", "reversed")


def split_id(query_id: str) -> tuple[str, str]:
    """Need and part of a query id: "x-og" -> ("x", "og"); the part is empty for an unpaired query."""
    need, dash, part = query_id.rpartition("-")
    return (need, part) if dash and part in PARTS else (query_id, "")


@dataclass(frozen=True, slots=True)
class Judgements:
    """The truth of one benchmark.

    `flipped` maps a need to the documents relevant originally and not under the change, where a benchmark
    lists them; elsewhere they follow from the qrels. `groups` maps a query to the base query it is a
    variant of, for measures over variants; a query not in it belongs to its need.
    """

    qrels: Qrels
    flipped: Mapping[str, frozenset[str]] = field(default_factory=dict)
    groups: Mapping[str, str] = field(default_factory=dict)

    def pairs(self) -> list[str]:
        """Needs judged under both instructions."""
        return [
            need
            for need, part in map(split_id, self.qrels)
            if part == "og" and f"{need}-changed" in self.qrels
        ]

    def relevant(self, query_id: str) -> frozenset[str]:
        """Documents of grade 1 and more."""
        return frozenset(document for document, grade in self.qrels[query_id].items() if grade >= 1)

    def flipped_in(self, need: str) -> frozenset[str]:
        """Documents relevant originally and not under the change."""
        if need in self.flipped:
            return self.flipped[need]
        return self.relevant(f"{need}-og") - self.relevant(f"{need}-changed")

    def staying_in(self, need: str) -> frozenset[str]:
        """Documents relevant under both instructions."""
        return self.relevant(f"{need}-og") & self.relevant(f"{need}-changed")

    def group(self, query_id: str) -> str:
        """The base query that this query is a variant of."""
        return self.groups.get(query_id) or split_id(query_id)[0]

    def case_groups(self) -> dict[str, str]:
        """Case -> base query, for the cases of every measure: queries, and needs by their first query."""
        found = {query: self.group(query) for query in self.qrels}
        return {split_id(query)[0]: base for query, base in reversed(found.items())} | found


def missing(judgements: Judgements, run: Run) -> list[str]:
    """Judged queries that a run does not answer. Every measure counts them at its worst value."""
    return [query for query in judgements.qrels if query not in run]


def check_run(run: Run) -> None:
    """Errors  InputError naming query and document of the first score that is not a number."""
    for query, scores in run.items():
        for document, score in scores.items():
            if score != score:
                raise InputError(
                    f"The run scores document {document!r} of query {query!r} as NaN, which has no rank. "
                    "Fix the system that made it."
                )


def tied_share(run: Run) -> float:
    """Share of scored documents whose score another document of the same query has too.

    Ties are ranked by document id, so a large share means that ids, not the system, made the ranking.
    """
    tied = total = 0
    for scores in run.values():
        total += len(scores)
        counts: dict[float, int] = {}
        for score in scores.values():
            counts[score] = counts.get(score, 0) + 1
        tied += sum(count for count in counts.values() if count > 1)
    return tied / total if total else 0.0

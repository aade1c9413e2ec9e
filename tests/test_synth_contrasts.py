"""Labels made by reading, as examples that an encoder learns from."""

from __future__ import annotations

from typing import Any

from adhere.synth import contrasts
from adhere.synth.protocol import Example, Text

TEXTS = {("peps", str(n)): Text(str(n), f"text {n}") for n in range(4)}
CRITERIA = [
    {"says": "It adds syntax.", "holds": {"0": True, "1": False, "2": True, "3": None}},
    {"says": "It was accepted", "holds": {"0": True, "1": True, "2": False, "3": True}},
]
POOL = {
    "group": "p1", "view": 0, "corpus": "peps", "query": "syntax", "criteria": CRITERIA,
    "instruction": "New syntax, no accepted ones",
    "clauses": [{"polarity": "want", "criterion": 0}, {"polarity": "avoid", "criterion": 1}],
}  # fmt: skip


class Sources:
    """Two views that swap, one of which speaks of a document that may not be learned from."""

    def rows(self, name: str) -> list[dict[str, Any]]:
        views = [
            {"instruction": "only 0", "relevant": ["0"], "not_relevant": ["1"]},
            {"instruction": "only 9", "relevant": ["9"], "not_relevant": ["0"]},
        ]
        return [{"group": "g1", "corpus": "peps", "query": "q", "views": views}]

    def licence(self, name: str) -> str:
        return f"licence of {name}"


def ids(example: Example) -> tuple[list[str], list[str]]:
    return [one.id for one in example.relevant], [one.id for one in example.not_relevant]


def test_a_pool_is_asked_as_written_and_one_criterion_both_ways() -> None:
    made = {one.key: one for _, one in contrasts.pools(Sources(), TEXTS, [POOL])}  # type: ignore[arg-type]
    own, wanted, unwanted = (made[f"pools/p1/{name}"] for name in ("own", "want", "avoid"))
    # "2" has new syntax and was not accepted; of "3" only one is known, and that one fails.
    assert ids(own) == (["2"], ["0", "1", "3"])
    assert ids(wanted) == ids(unwanted)[::-1]
    assert wanted.instruction != unwanted.instruction
    assert own.licence == "CC0-1.0; licence of peps"


def test_a_pool_with_an_exception_is_not_decided_by_its_clauses() -> None:
    limited = POOL | {"clauses": [*POOL["clauses"], {"polarity": "want", "criterion": 0, "unless_of": 1}]}
    made = [one.key for _, one in contrasts.pools(Sources(), TEXTS, [limited])]  # type: ignore[arg-type]
    assert made == ["pools/p1/want", "pools/p1/avoid"]


def test_criteria_become_queries() -> None:
    made = [one for _, one in contrasts.criteria(Sources(), TEXTS, [POOL])]  # type: ignore[arg-type]
    assert [(one.query, one.instruction, ids(one)) for one in made] == [
        ("It adds syntax.", "", (["0", "2"], ["1"])),
        ("It was accepted", "", (["0", "1", "3"], ["2"])),
    ]


def test_views_without_their_documents_are_left_out() -> None:
    made = [one.key for _, one in contrasts.reversals(Sources(), TEXTS)]  # type: ignore[arg-type]
    assert made == ["reversals/g1/0"]

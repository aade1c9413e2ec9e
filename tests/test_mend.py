"""Scraps find their neighbours, torn phrases come together, what is whole stays, what is sure wins."""

from __future__ import annotations

import pytest

from adhere.parse.mend import admitted, mended, overruled, refused
from adhere.parse.rules.cues import Label
from adhere.parse.tags import Clause


def labelled(text: str) -> tuple[str, list[Clause]]:
    """Text and clauses out of "want:reports on ferries|avoid:no fares"; what follows no colon is outside."""
    plain, found = "", []
    for part in text.split("|"):
        role, colon, words = part.partition(":")
        if colon:
            found.append(Clause((len(plain), len(plain) + len(words)), _ROLES[role]))
        plain += words if colon else part
    return plain, found


_ROLES: dict[str, Label] = {
    "want": "want",
    "avoid": "avoid",
    "prefer": "prefer",
    "background": "background",
    "task": "task",
}


@pytest.mark.parametrize(
    ("torn", "whole"),
    [
        ("want:So| |want:show me ways of docking", "So |want:show me ways of docking"),
        ("avoid:block limits| |avoid:and| |avoid:blob fees", "avoid:block limits and blob fees"),
        ("want:bargaining| |want:between producers", "want:bargaining between producers"),
        ("want:renewal (coffee,| |want:cocoa, tin)|.", "want:renewal (coffee, cocoa, tin)|."),
        (
            "avoid:Stoppages at banks|, |avoid:refineries| or |avoid:factories| do not count",
            "avoid:Stoppages at banks, refineries or factories| do not count",
        ),
        (
            "avoid:leave out papers| |want:in which gender is studied",
            "avoid:leave out papers in which gender is studied",
        ),
        ("want:Looking for| |want:ferries", "task:Looking for| |want:ferries"),
        ("want:ferries that| |avoid:carry| |want:trains", "want:ferries that carry trains"),
    ],
)
def test_what_was_torn_is_whole_again(torn: str, whole: str) -> None:
    text, found = labelled(torn)
    assert [(c.role, text[slice(*c.span)]) for c in mended(text, found)] == [
        (c.role, whole_text[slice(*c.span)]) for whole_text, clauses in [labelled(whole)] for c in clauses
    ]


@pytest.mark.parametrize(
    "kept",
    [
        "want:ferries|. |want:trains",
        "want:export quotas|, |want:buffer stocks",
        "want:ferries|, |avoid:no fares",
        "task:Find| |want:ferries",
        "background:I run a museum|. |want:ferries",
    ],
)
def test_what_is_whole_stays(kept: str) -> None:
    text, found = labelled(kept)
    assert mended(text, found) == found


def test_an_exception_still_limits_what_it_limited() -> None:
    text = "So no fares unless they rose"
    found = [
        Clause((0, 2), "want"),
        Clause((3, 11), "avoid"),
        Clause((12, 28), "want", unless_of=1),
    ]
    assert [(text[slice(*c.span)], c.unless_of) for c in mended(text, found)] == [
        ("no fares", None),
        ("unless they rose", 0),
    ]


def test_a_sure_clause_is_cut_out_of_the_others() -> None:
    text, found = labelled("want:ferries and no tables, and fares")
    sure = [Clause((12, 21), "avoid")]
    assert [(c.role, text[slice(*c.span)]) for c in overruled(text, found, sure)] == [
        ("want", "ferries and"),
        ("avoid", "no tables"),
        ("want", "and fares"),
    ]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("want:the images are other than X-rays", ["want:the images are", "avoid:other than X-rays"]),
        ("want:cars without drivers", ["want:cars without drivers"]),
        ("avoid:other than X-rays", ["avoid:other than X-rays"]),
    ],
)
def test_a_want_that_says_what_must_not_be_excludes_it(before: str, after: list[str]) -> None:
    text, found = labelled(before)
    assert [f"{c.role}:{text[slice(*c.span)]}" for c in refused(text, found)] == after


@pytest.mark.parametrize(
    ("before", "role"),
    [
        ("avoid:Work on buses also belongs", "want"),
        ("avoid:Maps count too", "want"),
        ("avoid:Work on buses does not belong", "avoid"),
        ("avoid:no maps", "avoid"),
    ],
)
def test_what_is_let_in_is_not_excluded(before: str, role: str) -> None:
    text, found = labelled(before)
    assert [c.role for c in admitted(text, found)] == [role]


@pytest.mark.parametrize(
    ("before", "roles"),
    [
        ("want:Wind|. |background:Tides are also relevant", ["want", "want"]),
        ("avoid:No wind|. |background:Tides are also relevant", ["avoid", "background"]),
        ("want:Wind|. |background:Spanish is fine", ["want", "background"]),
        ("want:Wind|. |background:Spanish is in scope too", ["want", "background"]),
        ("want:Wind|. |background:Tides are not included either", ["want", "background"]),
    ],
)
def test_background_that_lets_more_in_widens_the_want_before_it(before: str, roles: list[str]) -> None:
    text, found = labelled(before)
    assert [c.role for c in admitted(text, found)] == roles

"""How well clauses are found: figures per letter and digit, per core and per link."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import product

from adhere.need import Span
from adhere.parse.tags import ROLES, Clause
from adhere.train.clauses import Example

EXCLUDING = ("avoid", "disprefer")
ASKING = ("want", "avoid", "prefer", "disprefer")
NONE = ""
"""The role of a character outside of every clause."""


def figures(examples: Sequence[Example], predicted: Sequence[Sequence[Clause]]) -> dict[str, float]:
    """Shares over the labelled letters and digits, and F1 of exclusions and of `unless` links."""
    roles: Counter[tuple[str, str]] = Counter()
    tally: Counter[str] = Counter()
    for example, found in zip(examples, predicted, strict=True):
        gold, said = (_owners(example.instruction, clauses) for clauses in (example.clauses, found))
        for character, right, guess in zip(example.instruction, gold, said, strict=True):
            if not character.isalnum():
                continue
            roles[right.role if right else NONE, guess.role if guess else NONE] += 1
            if right and guess and right.role in ASKING and guess.role in ASKING:
                tally.update(kinds=1, kinds_right=right.kind == guess.kind)
        tally.update(_cores(example.clauses, found))
        tally.update(_links(example.clauses, found))

    def count(gold: Sequence[str], said: Sequence[str] = (*ROLES, NONE)) -> int:
        return sum(roles[pair] for pair in product(gold, said))

    excluded, said_excluded = count(EXCLUDING), count((*ROLES, NONE), EXCLUDING)
    values = {
        "polarity": _share(sum(roles[role, role] for role in ROLES), count(ROLES)),
        "exclusion_f1": _share(2 * count(EXCLUDING, EXCLUDING), excluded + said_excluded),
        "filed_as_background": _share(count(ASKING, ["background"]), count(ASKING)),
        "background_enforced": _share(count(["background"], ASKING), count(["background"])),
        "kind": _share(tally["kinds_right"], tally["kinds"]),
        "core": _share(tally["cores_right"], tally["cores"]),
        "unless_f1": _share(2 * tally["links_right"], tally["links"] + tally["links_said"]),
    }
    return {name: round(value, 4) for name, value in values.items()}


def _share(part: int, whole: int) -> float:
    return part / max(1, whole)


def _owners(text: str, clauses: Sequence[Clause]) -> list[Clause | None]:
    owners: list[Clause | None] = [None] * len(text)
    for clause in clauses:
        start, end = clause.span
        owners[start:end] = [clause] * (end - start)
    return owners


def _cores(gold: Sequence[Clause], found: Sequence[Clause]) -> dict[str, int]:
    """Whether the core of an exclusion was cut out exactly, where its clause was."""
    cut = {clause.span: clause.core for clause in found}
    asked = [c for c in gold if c.role in EXCLUDING and c.core and c.span in cut]
    return {"cores": len(asked), "cores_right": sum(cut[clause.span] == clause.core for clause in asked)}


def _links(gold: Sequence[Clause], found: Sequence[Clause]) -> dict[str, int]:
    """A link is right if both its ends overlap the ends of a labelled one."""
    wanted, said = _ends(gold), _ends(found)
    right = sum(any(_overlap(a, c) and _overlap(b, d) for c, d in wanted) for a, b in said)
    return {"links": len(wanted), "links_said": len(said), "links_right": right}


def _ends(clauses: Sequence[Clause]) -> list[tuple[Span, Span]]:
    return [(c.span, clauses[c.unless_of].span) for c in clauses if c.unless_of is not None]


def _overlap(one: Span, other: Span) -> bool:
    return min(one[1], other[1]) > max(one[0], other[0])

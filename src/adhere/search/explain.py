"""Why so few: what each criterion took away, and the smallest change that would let documents back in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations

from adhere.need import Criteria, Criterion, Note, Polarity, Removed
from adhere.parse.language import write
from adhere.search.plan import Sieve
from adhere.store.protocol import And, Filter, Negation, Or, Store

SOFTER: dict[Polarity, Polarity] = {"want": "prefer", "avoid": "disprefer"}
MOST_RELAXATIONS = 3


def removed(store: Store, sieves: Sequence[Sieve], trusted: Filter) -> tuple[Removed, ...]:
    """For each criterion how many documents it alone takes away, and how many of those are unknown to it."""
    return tuple(_removed(store, sieve, trusted) for sieve in sieves)


def barred(filters: Criteria) -> Note:
    """That the trusted filters alone leave nothing to search, whatever is asked."""
    rules = write(filters).replace("\n", "; ")
    return Note(None, f"no document passes the filter {rules}, which nothing in a search loosens")


def unread(shown: int, read: int) -> Note:
    """That what is shown was not all read, for reading kept putting down what it read."""
    why = (
        f"not all of the best {shown} were read: reading put down so many of the {read} it read that others, "
        "judged without it, took their place; mode strict reads on, a narrower query has fewer of them"
    )
    return Note(None, why)


def _removed(store: Store, sieve: Sieve, trusted: Filter) -> Removed:
    if sieve.criterion.polarity == "avoid":
        return Removed(sieve.id, store.count(And((trusted, sieve.holds))), 0)
    violated = store.count(And((trusted, sieve.fails)))
    unknown = store.count(And((trusted, Negation(Or((sieve.holds, sieve.fails))))))
    return Removed(sieve.id, violated, unknown)


def relaxations(
    store: Store, criteria: Criteria, sieves: Sequence[Sieve], trusted: Filter, kept: int
) -> tuple[str, ...]:
    """Programs that keep more documents than `kept`: one rule made a wish, or as few together as it takes.

    Of changes of the same size the one that lets fewest documents in comes first: it bends the need least.
    """
    for size in range(1, len(sieves) + 1):
        counted = []
        for softened in combinations(sieves, size):
            rest = tuple(sieve.keeps for sieve in sieves if sieve not in softened)
            count = store.count(And((trusted, *rest)))
            if count > kept:
                counted.append((count, write(soften(criteria, [sieve.criterion for sieve in softened]))))
        if counted:
            return tuple(program for _, program in sorted(counted)[:MOST_RELAXATIONS])
        if size == 2 and len(sieves) > 6:
            break  # the number of combinations explodes, and three broken rules are another need
    return ()


def judged_relaxations(criteria: Criteria, broken: Counter[frozenset[str]]) -> tuple[str, ...]:
    """The same for what mode strict took away by judgement; `broken` counts it by the rules that it breaks.

    A document comes back where all of these are wishes. As few rules as possible, then as few documents.
    """
    fewest = min(map(len, broken), default=0)
    named = dict(criteria.named())
    sets = sorted(
        (count, sorted(identifiers)) for identifiers, count in broken.items() if len(identifiers) == fewest
    )
    return tuple(write(soften(criteria, [named[i] for i in identifiers])) for _, identifiers in sets)


def soften(criteria: Criteria, which: Sequence[Criterion]) -> Criteria:
    """The criteria with some rules made wishes: want becomes prefer, avoid becomes disprefer."""
    return Criteria(
        tuple(
            replace(criterion, polarity=SOFTER[criterion.polarity])
            if any(criterion is one for one in which)
            else criterion
            for criterion in criteria
        )
    )

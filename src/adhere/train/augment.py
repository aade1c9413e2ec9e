"""More labelled instructions out of labelled ones, without writing a word of our own."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from adhere.need import Span
from adhere.parse.tags import Clause
from adhere.train.clauses import Example

LONGEST_FILLER = 6  # words: beyond that a condition is a sentence of its own and fits no other frame


class Maker:
    """Changes labelled instructions and keeps their labels true.

    *Mixing* joins sentences of different instructions. *Refilling* puts what one clause speaks of into the
    frame of another ("disregard {}" with "shorter pages"), so that the wording of a polarity is learned
    apart from its topics. *Listing* does so with two to four things in a row, so that a list shares the role
    of its frame however far away that stands ("a, b, c and d are noise"). *Roughening* drops capitals, full
    stops and apostrophes, as people in a hurry do. Each is done to a share of the instructions; `mixed` adds
    that share of mixtures to them, `listed` is the share of lists among what is refilled.
    """

    def __init__(
        self,
        examples: Sequence[Example],
        *,
        mixed: float,
        refilled: float,
        roughened: float,
        seed: int,
        listed: float = 0.0,
    ) -> None:
        self._examples = list(examples)
        self._mixed, self._refilled, self._roughened, self._seed = mixed, refilled, roughened, seed
        self._listed = listed
        self._sentences = [sentence for example in examples for sentence in sentences(example)]
        self._fillers = [filler for example in examples for filler in fillers(example)]

    def epoch(self, number: int) -> list[Example]:
        """Every example once, some of them changed, and the mixtures; the same for the same number."""
        rng = random.Random(f"{self._seed}/{number}")
        mixtures = int(self._mixed * len(self._examples))
        made = [*self._examples, *(mixture(self._sentences, rng) for _ in range(mixtures))]
        made = [self._refill(example, rng) for example in made]
        return [roughened(example, rng) if rng.random() < self._roughened else example for example in made]

    def _refill(self, example: Example, rng: random.Random) -> Example:
        for position, clause in enumerate(example.clauses):
            if _fillable(clause) and rng.random() < self._refilled:
                example = refilled(example, position, self._filler(rng))
        return example

    def _filler(self, rng: random.Random) -> str:
        """One condition, or some of them as a list."""
        if rng.random() >= self._listed:
            return rng.choice(self._fillers)
        *first, last = (rng.choice(self._fillers) for _ in range(rng.choice((2, 3, 3, 4))))
        return ", ".join(first) + rng.choice((" and ", " or ", ", ", ", and ", ", or ")) + last


def _fillable(clause: Clause) -> bool:
    return clause.core is not None and clause.role not in ("background", "task")


def fillers(example: Example) -> list[str]:
    """The short conditions of an instruction, in its own words."""
    cores = [clause.core for clause in example.clauses if clause.core and _fillable(clause)]
    texts = [example.instruction[start:end] for start, end in cores]
    return [text for text in texts if len(text.split()) <= LONGEST_FILLER]


def sentences(example: Example) -> list[Example]:
    """The example cut where a sentence ends between clauses; a limiting clause stays with what it limits."""
    parts: list[Example] = []
    first = 0
    for last, clause in enumerate(example.clauses):
        end = len(example.instruction)
        if last + 1 < len(example.clauses):
            following = example.clauses[last + 1]
            end = following.span[0]
            seam = example.instruction[clause.span[1] - 1 : end]
            if not re.search(r"[.;?!]", seam) or following.unless_of is not None:
                continue
        parts.append(_cut(example, first, last, end))
        first = last + 1
    return parts


def _cut(example: Example, first: int, last: int, end: int) -> Example:
    start = example.clauses[first].span[0] if first else 0
    clauses = _moved(example.clauses[first : last + 1], lambda offset: offset - start, -first)
    return Example(example.query, example.instruction[start:end].rstrip(), clauses)


def mixture(parts: Sequence[Example], rng: random.Random) -> Example:
    """Two to four sentences one after the other, under the query of the first."""
    mixed = rng.choice(parts)
    for _ in range(rng.choice((1, 1, 2, 2, 3))):
        mixed = joined(mixed, rng.choice(parts), rng.choice((". ", ". ", "; ", ", ", " ")))
    return mixed


def joined(left: Example, right: Example, separator: str) -> Example:
    """Both instructions as one, under the query and the schema of the first."""
    head = left.instruction
    if not head.endswith(("?", "!")):
        last = left.clauses[-1].span[1] if left.clauses else 0
        head = head[: max(len(head.rstrip(" .;,")), last)]
    shift = len(head) + len(separator)
    clauses = _moved(right.clauses, lambda offset: offset + shift, len(left.clauses))
    return Example(left.query, head + separator + right.instruction, left.clauses + clauses, left.schema)


def refilled(example: Example, position: int, filler: str) -> Example:
    """The example with what clause `position` speaks of exchanged for something else."""
    core = example.clauses[position].core
    assert core is not None
    start, end = core
    left, right = example.instruction[:start], example.instruction[end:]
    if example.instruction[start].isupper() and (not left or left.endswith(". ")):
        filler = filler[0].upper() + filler[1:]
    grown = len(filler) - (end - start)
    clauses = _moved(example.clauses, lambda offset: offset + grown if offset >= end else offset, 0)
    return replace(example, instruction=left + filler + right, clauses=clauses)


def roughened(example: Example, rng: random.Random) -> Example:
    """The example with capitals made small, or apostrophes, commas or the last full stop dropped."""
    changes = [c for c in (r"[A-Z]", r"['’]", r"[.;,]$", r"(?<=\w),(?= )") if rng.random() < 0.5]
    pattern = re.compile("|".join(changes or ["[A-Z]"]))
    kept: list[str] = []
    moved: list[int] = []
    for offset, character in enumerate(example.instruction):
        moved.append(len(kept))
        if not pattern.match(example.instruction, offset):
            kept.append(character)
        elif character.isalpha():
            kept.append(character.lower())
    moved.append(len(kept))
    return replace(example, instruction="".join(kept), clauses=_moved(example.clauses, moved.__getitem__, 0))


def _moved(clauses: Sequence[Clause], move: Callable[[int], int], shift: int) -> tuple[Clause, ...]:
    """The clauses with their offsets moved and the positions of limited clauses shifted."""

    def span(old: Span) -> Span:
        return move(old[0]), move(old[1])

    return tuple(
        replace(
            clause,
            span=span(clause.span),
            core=None if clause.core is None else span(clause.core),
            unless_of=None if clause.unless_of is None else clause.unless_of + shift,
            slots=clause.slots and tuple(replace(slot, span=span(slot.span)) for slot in clause.slots),
        )
        for clause in clauses
    )

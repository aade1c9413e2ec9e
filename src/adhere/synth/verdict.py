"""Does this criterion hold in this text? One row of training data of a judge.

A judge cannot learn from "the wrong document" which clause failed, so every label is of one criterion on one
text. `adhere.synth.verdicts`, `papers` and `reversals` make such rows.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field

from adhere.encode.split import sentences as spans
from adhere.synth.sources import Sources

SENTENCES = 5
"""Most sentences of a text that is put together."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A criterion, whether it holds (None: unknown), and the positions of the sentences that show it.

    `group` and `polarity` bind criteria of one instruction: see `Verdicts.groups`. `near` are the positions
    that a judge would be shown for it, best first, where a row holds more sentences than are read; `prior`
    what is known of it without reading, as log-odds.
    """

    says: str
    holds: bool | None
    shown: tuple[int, ...] = ()
    polarity: str = "want"
    group: int = -1
    near: tuple[int, ...] = ()
    prior: float = 0.0


@dataclass(frozen=True, slots=True)
class Verdicts:
    """A text with its labels: one row of training data of the judge.

    `groups` says for each group of criteria whether the instruction as a whole is fulfilled.
    """

    query: str
    asked: tuple[Asked, ...]
    sentences: tuple[str, ...]
    origin: str
    licence: str
    document: str = ""
    groups: tuple[bool, ...] = ()
    seed: str = field(default="", compare=False)


def split(text: str) -> list[str]:
    """The sentences of a text."""
    return [text[start:end] for start, end in spans(text)]


def some(body: Sequence[str], rng: random.Random, most: int) -> list[str]:
    """At most this many sentences, in order, mostly without gaps."""
    count = min(most, len(body))
    if rng.random() < 0.5:
        start = rng.randint(0, len(body) - count)
        return list(body[start : start + count])
    return [body[i] for i in sorted(rng.sample(range(len(body)), count))]


def row(
    sources: Sources,
    name: str,
    document: str,
    query: str,
    asked: Sequence[Asked],
    body: Sequence[str],
    rng: random.Random,
) -> Verdicts:
    """A row with its criteria shuffled, so that their order says nothing."""
    mixed = [one for one in asked if one.says]
    rng.shuffle(mixed)
    return Verdicts(query, tuple(mixed), tuple(body), name, sources.licence(name), document)

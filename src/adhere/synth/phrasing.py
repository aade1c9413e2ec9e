"""Instructions in many wordings: four lengths times four styles, from facts said as noun phrases."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import Literal, get_args

from adhere.synth.facts import said
from adhere.synth.protocol import Fact

Length = Literal["terse", "short", "medium", "long"]
Style = Literal["plain", "negation", "background", "persona"]
LENGTHS: tuple[Length, ...] = get_args(Length)
STYLES: tuple[Style, ...] = get_args(Style)

_WANT: Mapping[Length, Sequence[str]] = {
    "terse": ("{}", "only {}"),
    "short": ("Only documents with {}.", "It has to come with {}.", "Limit this to {}."),
    "medium": (
        "A relevant document is one with {}; whatever lacks it is of no use.",
        "Please return only documents with {}.",
    ),
    "long": (
        "To count as relevant, a document must come with {}. It does not matter how closely it otherwise "
        "fits the query: where this is missing, it should not be returned.",
    ),
}
_AVOID: Mapping[Length, Sequence[str]] = {
    "terse": ("no {}", "not {}"),
    "short": ("Nothing with {}.", "Leave out {}.", "Skip whatever has {}."),
    "medium": (
        "Documents with {} are not relevant, however well they fit otherwise.",
        "Please leave out everything with {}.",
    ),
    "long": (
        "I have seen more than enough with {}, and would rather not meet it again. Anything of the kind is "
        "to be treated as not relevant, even where it answers the query well.",
    ),
}
_BACKGROUND = (
    "I am putting together a reading list for a class next month.",
    "We looked at this two years ago and then lost sight of it.",
    "This is for a short report that a colleague will check.",
)
_PERSONA = (
    "I am a librarian helping a visitor.",
    "As a journalist on a deadline, I have little time.",
    "I teach beginners and work from what I find.",
)


def instruction(truth: Sequence[Fact], length: Length, style: Style, rng: random.Random) -> str:
    """An instruction that asks for exactly these facts."""
    sentences = [
        rng.choice((_WANT if fact.polarity == "want" else _AVOID)[length]).format(said(fact, rng))
        for fact in truth
    ]
    if style == "background":
        sentences.insert(rng.choice((0, len(sentences))), rng.choice(_BACKGROUND))
    if style == "persona":
        sentences.insert(0, rng.choice(_PERSONA))
    if length == "terse":
        sentences = [sentence.rstrip(".") for sentence in sentences]
        return ", ".join(sentences) if style in ("plain", "negation") else ". ".join(sentences)
    return " ".join(sentences)

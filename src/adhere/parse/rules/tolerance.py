"""What leaves a field open asks nothing: "status doesn't matter", where "old papers don't matter" excludes.

What is left open must be the name of one of the store's fields, or an attribute that documents everywhere
have. Of anything else, "doesn't matter" is as likely an exclusion, and the words around it decide.

Nor does "no wait" ask anything; but what stands before it may be what it takes back, and is assumed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from adhere.need import Criterion, Span
from adhere.parse.rules.link import Linker
from adhere.parse.rules.polarity import Clause
from adhere.parse.rules.tokens import tokens
from adhere.parse.rules.typing import ASSUMED
from adhere.parse.rules.vocabulary import stem, words

_QUESTION = "Is this what is taken back?"
ATTRIBUTES = words("age author date format language length order size source year")
"""What documents have whether a schema names it or not."""
_KINDS_OF_FIELD = words("date field name number value")
_ARTICLES = words("the a an its their which what whose whichever exact precise particular specific actual")

_X = r"(?P<x>(?:[\w'’-]+ ){0,3}?[\w'’-]+)"
_NOT = r"(?:do|does) ?n(?:[o'’]|o)?t"
_BEGINS = r"(?:^|(?<=[.;,:!?\n(–—])|(?<=\band\b)|(?<=\bbut\b)|(?<=\bthough\b)|(?<=\bwhile\b))[ \t]*"
_ENDS = (
    r"(?: to (?:me|us)| at all| here| either| for me| in the (?:least|slightest))*"
    r"(?=\s*(?:$|[.;,:!?\n)–—]|\b(?:and|but|though|so|as long)\b))"
)
_NO_MATTER = (
    r"irrelevant|immaterial|unimportant|not important|not a (?:factor|concern|criterion)|all the same"
    r"|neither here nor there|of no (?:importance|concern|consequence|interest)|up to you|(?:left )?open"
)
_CARE = "(?:care|mind|bother|worry)(?: about)?"
_AS_TO = "(?:as to|for|on|about|regarding)"
_LEFT_OPEN = tuple(
    re.compile(f"{_BEGINS}{pattern}{_ENDS}", re.IGNORECASE)
    for pattern in (
        rf"{_X} (?:really )?{_NOT} (?:really )?matter",
        rf"(?:please )?(?:(?:i|we) )?(?:really )?{_NOT} (?:really |much )?{_CARE} {_X}",
        rf"{_X} (?:is|are) (?:really |quite )?(?:{_NO_MATTER})",
        rf"{_X} makes? no difference",
        rf"(?:i have )?no (?:particular |strong )?(?:preference|opinion|wish) {_AS_TO} {_X}",
        rf"any {_X} (?:will do|goes|works|is fine|is ok(?:ay)?)",
        rf"{_X}: ?(?:any|whatever|open|no matter|who cares|{_NOT} care)",
    )
)


_TAKES_BACK = re.compile(
    r"\b(?:no,? (?:wait|hang on|hold on|scratch that|sorry|make (?:it|that))|wait,? no|hang on|scratch that|"
    r"strike that|on second thoughts?|(?:no|or),? (?:rather|i mean)|make that|correction:|"
    r"actually,? (?:no|wait|scratch that|make (?:it|that)))(?:,? no\b)?",
    re.IGNORECASE,
)


def settled_as_open(instruction: str, found: Sequence[Clause], linker: Linker | None) -> list[Clause]:
    """The clauses; those within words that leave a field open or take something back are background."""
    spans = [*left_open(instruction, linker), *(match.span() for match in _TAKES_BACK.finditer(instruction))]
    return [
        Clause(clause.span, "background", None)
        if any(start <= clause.span[0] and clause.span[1] <= end for start, end in spans)
        else clause
        for clause in found
    ]


def doubted(instruction: str, criteria: Sequence[Criterion]) -> list[Criterion]:
    """The criteria; what ends right before words that take something back, or holds them, is assumed."""
    cues = [match.span() for match in _TAKES_BACK.finditer(instruction)]
    return [
        replace(one, assumed=True, confidence=min(one.confidence, ASSUMED), question=_QUESTION)
        if one.span and any(_before(instruction, one.span, cue) for cue in cues)
        else one
        for one in criteria
    ]


def _before(instruction: str, span: Span, cue: Span) -> bool:
    return span[0] < cue[0] and not re.search(r"\w", instruction[span[1] : cue[0]])


def left_open(instruction: str, linker: Linker | None) -> list[Span]:
    """The words that leave a field open."""
    return [
        (match.start(), match.end())
        for pattern in _LEFT_OPEN
        for match in pattern.finditer(instruction)
        if _attribute(match["x"], linker)
    ]


def _attribute(text: str, linker: Linker | None) -> bool:
    said = [token.text for token in tokens(text)]
    while said and said[0].casefold() in _ARTICLES:
        said.pop(0)
    if len(said) > 1 and said[-1].casefold() in _KINDS_OF_FIELD:
        said.pop()
    named = linker is not None and tuple(map(stem, said)) in linker.names
    return named or (len(said) == 1 and said[0].casefold() in ATTRIBUTES)

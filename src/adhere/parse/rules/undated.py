"""What reads like a rule that a program decides and is none, and so is asked about.

Times that no calendar has ("after the war", "from last spring", "that are old"), and the lack of a value.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from adhere.need import About, Criterion, conditions
from adhere.parse.rules.dates import SAID
from adhere.parse.rules.link import Linker
from adhere.parse.rules.timed import year_field
from adhere.parse.rules.typing import ASSUMED
from adhere.parse.rules.vocabulary import stems
from adhere.schema import Schema

_UNDATED = re.compile(
    rf"^(?:(?:{SAID}|that|which|are|is|were|was|from|any|all|ones|only|due|expiring|starting|ending) )*"
    r"(?:(?:before|after|since|until|till|prior to|predating|(?:older|newer|earlier|later|more recent) than) "
    r"(?:\w+\W*){1,5}|(?:from|in|during) (?:the )?(?:last|past|previous|recent|early|late) (?:\w+\W*){1,2}"
    r"|(?:(?:too|very|really|rather) )?(?:old|older|new|newer|fresh|fresher|stale|outdated))"
    r"(?: (?:ones|documents?|papers?|articles?|pages?))?$",
    re.IGNORECASE,
)
_KIND = re.compile(r" (?:dates?|values?|numbers?|names?)$", re.IGNORECASE)
"""What may follow the name of a field: "no due date"."""
_ABSENT = "Are documents without a value for {!r} meant? No rule can ask for that; its words are avoided."
_QUESTION = "{!r} cannot be held against a date here, so its words are looked for. Which date is meant?"


def undated(text: str) -> bool:
    """Whether the words are a time, and none that a calendar has."""
    return _UNDATED.match(text) is not None


def asked_when(criteria: Sequence[Criterion], schema: Schema | None) -> list[Criterion]:
    """The criteria; where a store has dates, one that rests on a time without any is assumed."""
    if schema is None or not (schema.time_field or year_field(schema)):
        return list(criteria)
    return [_asked(one) for one in criteria]


def asked_of_names(criteria: Sequence[Criterion], linker: Linker | None) -> list[Criterion]:
    """The criteria; an exclusion of what is but the name of a field ("no due date") is assumed: whether a
    document has a value there is nothing that a rule can ask."""
    return [
        replace(one, assumed=True, confidence=ASSUMED, question=_ABSENT.format(one.what.text))
        if linker is not None
        and one.polarity == "avoid"
        and isinstance(one.what, About)
        and tuple(stems(_KIND.sub("", one.what.text))) in linker.names
        else one
        for one in criteria
    ]


def _asked(criterion: Criterion) -> Criterion:
    whole = [criterion.what, *([criterion.unless] if criterion.unless is not None else [])]
    subjects = [leaf.text for what in whole for leaf in conditions(what) if isinstance(leaf, About)]
    times = [text for text in subjects if undated(text)]
    if criterion.assumed or not times:
        return criterion
    confidence = min(criterion.confidence, ASSUMED)
    return replace(criterion, assumed=True, confidence=confidence, question=_QUESTION.format(times[0]))

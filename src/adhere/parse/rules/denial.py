"""Which typed phrases does a "not" beside them deny? "that are not withdrawn", "do not mention asyncio"."""

from __future__ import annotations

import re
from dataclasses import replace

from adhere.need import Expression, Field, Form, Time
from adhere.parse.rules.form import Phrase

_OTHERWISE_SPELLED = re.compile(
    r"\b(?:(?:is|are|was|were|do|does|did|has|have|had|should|must|would|could|sha|ca|wo)n['’]?t"
    r"|cannot|neither|never)\b",
    re.IGNORECASE,
)
_DENIAL = (
    r"\b(?:(?:that|which|who|they|it)\s+)?"
    r"(?:(?:is|are|was|were|be|do|does|did|has|have|had|should|must|shall|may|can|could|would|will)\s+)?"
    r"(?<!\bor )(?<!\bneed )not\s+(?!(?:have|need) to\b)"
    r"(?:(?:be|been|being|have|yet|already|a|an|the|any|by|from|in|for|on|of|to|as|about)\s+)*{}$"
)
"""A denial, and what may stand between it and what it denies; "do not have to be" denies nothing."""
_DENIED, _DENIED_BOUND = (re.compile(_DENIAL.format(more), re.IGNORECASE) for more in ("", r"(?:\w+\s+)?"))
"""A bound may have its verb between: "may not run over 8,000 words"."""


def spelled(text: str) -> str:
    """The text with every denial as a plain "not" of the same length: "aren't" is "   not"."""
    return _OTHERWISE_SPELLED.sub(lambda match: "not".rjust(len(match[0])), text)


def denied(text: str, phrase: Phrase) -> Phrase:
    """The phrase, marked as denied and with its denial in its span, where one stands right before it."""
    pattern = _DENIED_BOUND if one_sided(phrase.meaning) else _DENIED
    match = pattern.search(text, 0, phrase.span[0])
    return phrase if match is None else replace(phrase, span=(match.start(), phrase.span[1]), denied=True)


def one_sided(meaning: Expression) -> bool:
    """Whether it bounds a number or a date on one side."""
    if isinstance(meaning, Time):
        return (meaning.start is None) != (meaning.end is None)
    return isinstance(meaning, Field | Form) and meaning.op in ("<", "<=", ">", ">=")

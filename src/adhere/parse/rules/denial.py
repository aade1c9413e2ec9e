"""Which typed phrases does a "not" beside them deny? "that are not withdrawn", "do not mention asyncio"."""

from __future__ import annotations

import re
from dataclasses import replace

from adhere.parse.rules.form import Phrase

_OTHERWISE_SPELLED = re.compile(
    r"\b(?:(?:is|are|was|were|do|does|did|has|have|had|should|must|would|could|sha|ca|wo)n['’]?t"
    r"|cannot|neither|never)\b",
    re.IGNORECASE,
)
_DENIED = re.compile(
    r"\b(?:(?:that|which|who|they|it)\s+)?"
    r"(?:(?:is|are|was|were|be|do|does|did|has|have|had|should|must|shall|may|can|could|would|will)\s+)?"
    r"(?<!\bor )(?<!\bneed )not\s+(?!(?:have|need) to\b)"
    r"(?:(?:be|been|being|have|yet|already|a|an|the|any|by|from|in|for|on|of|to|as|about)\s+)*$",
    re.IGNORECASE,
)
"""A denial, and what may stand between it and what it denies; "do not have to be" denies nothing."""


def spelled(text: str) -> str:
    """The text with every denial as a plain "not" of the same length: "aren't" is "   not"."""
    return _OTHERWISE_SPELLED.sub(lambda match: "not".rjust(len(match[0])), text)


def denied(text: str, phrase: Phrase) -> Phrase:
    """The phrase, marked as denied and with its denial in its span, where one stands right before it."""
    match = _DENIED.search(text, 0, phrase.span[0])
    return phrase if match is None else replace(phrase, span=(match.start(), phrase.span[1]), denied=True)

"""What does a clause say of fields of truth values? "in stock", "without tests", "non-premium"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from adhere.need import Field
from adhere.parse.rules.form import Phrase
from adhere.parse.rules.tokens import Token, bare
from adhere.parse.rules.vocabulary import GENERIC, STOPWORDS, stem, stems
from adhere.schema import FieldInfo, Schema

_POSSESSING = frozenset(("ha", "hav", "has", "have", "is"))
"""Stems that open a name of a truth value and may be left out."""
_DENYING = frozenset(("without", "no", "not"))
_BETWEEN = frozenset(("is", "are", "be", "must", "should", "not", "need", "have", "to", "was", "were"))
_ARTICLES = frozenset(("a", "an", "any", "the"))
_HOLDING = frozenset(("has", "have", "having", "with", "containing", "is", "are"))


@dataclass(frozen=True, slots=True)
class Flag:
    """Tokens [first, last) that say whether a field of truth values holds."""

    name: str
    first: int
    last: int
    holds: bool


def flag_phrases(found: Sequence[Token], flags: Sequence[Flag], values: Sequence[bool]) -> Iterator[Phrase]:
    """Flags as conditions; `values` says which tokens begin a value of the store and are no other content."""
    for flag in flags:
        first, last = flag.first, flag.last
        others = any(
            not (first <= i < last or values[i] or bare(other.text) in STOPWORDS | GENERIC)
            for i, other in enumerate(found)
        )
        adjective = found[last - 1].text.casefold().endswith("ed") and last < len(found)
        alone = last - first > 1 or adjective
        said = " ".join(token.text for token in found[first:last])
        question = "" if alone or not others else f"Does {said!r} mean the field {flag.name}?"
        span = (found[first].span[0], found[last - 1].span[1])
        yield Phrase(span, Field(flag.name, "=", flag.holds), not question, question)


def flags_of(found: Sequence[Token], schema: Schema) -> list[Flag]:
    """All that is said of fields of truth values, left to right."""
    fields = [info for info in schema.fields.values() if info.type == "boolean"]
    at = (_flag(found, place, fields) for place in range(len(found) if fields else 0))
    return [flag for flag in at if flag]


def _apart(name: str, found: Sequence[Token], place: int, said: Sequence[str]) -> Flag | None:
    """A name of two words with others between ("bills are not included"), or turned round ("don't allow
    pets")."""
    if len(said) != 2:
        return None
    words = [token.text.casefold() for token in found[place : place + 5]]
    if [stem(word) for word in words[:2]] == [said[1], said[0]]:
        denied = place > 0 and found[place - 1].text.casefold() == "not"
        return Flag(name, place - denied, place + 2, holds=not denied)
    if not words or stem(words[0]) != said[0]:
        return None
    end = next((at for at, word in enumerate(words[1:], start=1) if word not in _BETWEEN), 0)
    if end > 1 and stem(words[end]) == said[1]:
        return Flag(name, place, place + end + 1, holds="not" not in words[1:end])
    return None


def _outside(name: str, found: Sequence[Token], place: int, said: Sequence[str]) -> Flag | None:
    """The opposite of a name that begins with "in": "out of stock" of `in_stock`."""
    if len(said) < 2 or said[0] != "in":
        return None
    opposites = [["out", "of", *said[1:]], ["-".join(("out", "of", *said[1:]))]]
    if said[1:] == ["stock"]:
        opposites.append(["sold", "out"])
    for words in opposites:
        if [stem(token.text) for token in found[place : place + len(words)]] == list(map(stem, words)):
            return Flag(name, place, place + len(words), holds=False)
    return None


def _flag(found: Sequence[Token], place: int, fields: Sequence[FieldInfo]) -> Flag | None:
    """The field that the tokens from `place` on name, with what denies it before them.

    `has_tests` is named by "tests" and by "with tests", and denied by "without tests"; `in_stock` is
    named by "in stock"; `premium` is denied by "non-premium".
    """
    for info in fields:
        spelled = stems(info.name.rpartition(".")[2])
        possessed = len(spelled) > 1 and spelled[0] in _POSSESSING
        said = spelled[1:] if possessed else spelled
        words = [stem(token.text) for token in found[place : place + len(said)]]
        if apart := _apart(info.name, found, place, said):
            return apart
        if len(said) == 1 and words[:1] in ([f"non-{said[0]}"], [f"un{said[0]}"]):
            return Flag(info.name, place, place + 1, holds=False)
        if otherwise := _outside(info.name, found, place, said):
            return otherwise
        if words != said:
            continue
        start = place - (place > 0 and found[place - 1].text.casefold() in _ARTICLES)
        before = found[start - 1].text.casefold() if start else ""
        if before in _DENYING:
            return Flag(info.name, start - 1, place + len(said), holds=False)
        return Flag(info.name, place - (possessed and before in _HOLDING), place + len(said), holds=True)
    return None

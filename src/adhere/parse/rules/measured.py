"""Which numbers say by their unit, or by the verb before them, which field they measure?

"under 100 euros", "at least 4 stars", "weighs less than 2 kg", "costs between 20 and 40": the store has a
field of prices, ratings, grams. A number whose unit no single field of the store has stays with its clause.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from adhere.need import All, Expression, Field, Operator
from adhere.parse.rules.form import COMPARE, Phrase, number
from adhere.parse.rules.vocabulary import stem, stems
from adhere.schema import Schema

MEASURES: Mapping[str, tuple[str, str]] = {
    "price": ("cost", "priced euro eur dollar usd buck pound gbp € $ £"),
    "cost": ("price", "costing priced euro eur dollar usd buck pound gbp € $ £"),
    "salary": ("pay wage", "paying paid earn earning euro eur dollar usd pound gbp € $ £"),
    "rating": ("rated star score", ""),
    "weight": ("weigh weighing", "gram g kg kilo"),
    "minute": ("min", "take taking hour"),
    "duration": ("last lasting", "minute min take taking hour"),
    "wordcount": ("", "word"),
    "experience": ("", "year yr"),
    "serving": ("serve portion people person", ""),
}
"""By the stem of a part of a field's name: other words for it, and its units."""
_SCALES: Mapping[tuple[str, str], int] = {
    ("kg", "g"): 1000, ("kilo", "g"): 1000, ("kilogram", "g"): 1000,
    ("hour", "minut"): 60, ("hour", "min"): 60,
}  # fmt: skip
"""What a unit counts of the unit that a field's name ends with."""
_FURTHER: Mapping[str, Operator] = {
    "within": "<=", "not over": "<=", "not above": "<=", "cheaper than": "<", "lighter than": "<",
    "quicker than": "<", "faster than": "<", "lower than": "<", "heavier than": ">", "better than": ">",
    "dearer than": ">", "not under": ">=", "not below": ">=", "<": "<", "<=": "<=", ">": ">", ">=": ">=",
}  # fmt: skip
_COMPARE: Mapping[str, Operator] = {**COMPARE, **_FURTHER}
_COMPARED = "|".join(sorted(map(re.escape, _COMPARE), key=len, reverse=True))
_NUMBER = r"[€$£]?\s?(?:\d+(?:,\d{3})*(?:\.\d+)?|two|three|four|five|six|seven|eight|nine|ten)k?"
_MORE = r"(?:or|and) (?:more|better|higher|above|up(?:wards)?|over)\b"
_LESS = r"(?:or|and) (?:less|fewer|lower|below|under|cheaper)\b"
_MEASURED = re.compile(
    r"(?<![\w.])(?:(?P<verb>[a-z]+) (?:(?:it|them|you|me|up|out|for|in|at|of|with) )?)?(?P<said>"
    rf"(?P<compare>{_COMPARED}) ?(?P<bound>{_NUMBER})"
    rf"|(?:between |from )?(?P<first>{_NUMBER}) ?(?:to|and|-|–) ?(?P<last>{_NUMBER})"
    rf"|(?P<least>{_NUMBER})(?:\+|(?= (?:[a-z]+ )?{_MORE}))"
    rf"|(?P<most>{_NUMBER})(?= (?:[a-z]+ )?{_LESS}))(?!\w|[.,]\d)"
    r"(?P<measure>\s?(?:of )?(?P<unit>(?!(?:or|and|to|but|in|on|with|for|a|the)\b)[a-z]+|€)(?![\w.])"
    r"(?: of (?P<of>[a-z]+))?)?"
    rf"(?P<more> {_MORE}| {_LESS})?",
    re.IGNORECASE,
)


def measured_phrases(text: str, schema: Schema) -> Iterator[Phrase]:
    """Every number with a comparison or a range, of which sign, unit or verb tells the field."""
    parts = {name: stems(name) for name, info in schema.fields.items() if info.type == "number"}
    for match in _MEASURED.finditer(text) if parts else ():
        said = [word for word in (match["of"], _sign(match), match["unit"], match["verb"]) if word]
        named = [(fields[0], word) for word in said if len(fields := _fields(word, parts)) == 1]
        if not named:
            continue
        name, word = named[0]
        scale = _SCALES.get((stem(match["unit"] or ""), parts[name][-1]), 1)
        leads = match["verb"] and _fields(match["verb"], parts) == [name]
        start = match.start() if leads else match.start("said")
        measures = match["unit"] and (word == match["unit"] or name in _fields(match["unit"], parts))
        foreign = match["unit"] and not measures and word == match["verb"]  # "cost under 300 including"
        yield Phrase(
            (start, match.start("measure") if foreign else match.end()), _meaning(name, match, scale)
        )


def _fields(word: str, parts: Mapping[str, list[str]]) -> list[str]:
    """The fields that the word names; else those that it is another word for; else those whose unit it is."""
    said = stem(word)
    found = [name for name, own in parts.items() if said in own]
    for place in (0, 1):
        found = found or [name for name, own in parts.items() if said in _known(own, place)]
    return found


def _known(own: Sequence[str], place: int) -> set[str]:
    """The stems of other words (0) or of units (1) for a field with a name of these stems."""
    words = [words[place].split() for name, words in MEASURES.items() if stem(name) in own]
    return {stem(word) for several in words for word in several}


def _sign(match: re.Match[str]) -> str:
    said = re.search(r"[€$£]", match[0])
    return said[0] if said else ""


def _meaning(name: str, match: re.Match[str], scale: int) -> Expression:
    if match["first"]:
        low, high = (_value(match[end]) * scale for end in ("first", "last"))
        return All((Field(name, ">=", low), Field(name, "<=", high)))
    if match["bound"]:
        return Field(name, _COMPARE[match["compare"].casefold()], _value(match["bound"]) * scale)
    if match["least"]:
        return Field(name, ">=", _value(match["least"]) * scale)
    return Field(name, "<=", _value(match["most"]) * scale)


def _value(text: str) -> float | int:
    plain = text.strip("€$£ ").casefold()
    return number(plain.removesuffix("k")) * (1000 if plain.endswith("k") else 1)

"""Which numbers say by their unit, or by the verb before them, which field they measure?

"under 100 euros", "at least 4 stars", "weighs less than 2 kg", "costs between 20 and 40": the store has a
field of prices, ratings, grams. A number whose unit no single field of the store has stays with its clause.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from adhere.need import All, Expression, Field, Operator
from adhere.parse.rules.form import COMPARE, Phrase
from adhere.parse.rules.numbers import WORDED, number
from adhere.parse.rules.vocabulary import stem, stems
from adhere.schema import Schema

MEASURES: Mapping[str, tuple[str, str]] = {
    "price": ("cost", "priced euro eur dollar usd buck pound gbp quid € $ £"),
    "cost": ("price", "costing priced euro eur dollar usd buck pound gbp quid € $ £"),
    "rent": ("rental", "pcm euro eur dollar usd buck pound gbp quid € $ £"),
    "salary": ("pay wage", "paying paid earn earning euro eur dollar usd pound gbp quid € $ £"),
    "room": ("bedroom bed", ""),
    "capacity": ("seat seating hold holding", "people person"),
    "citation": ("cited", "time"),
    "area": ("", "sqm"),
    "rating": ("rated star score", ""),
    "weight": ("weigh weighing", "gram g kg kilo kilogram"),
    "minute": ("min", "take taking hour"),
    "hour": ("hr", "take taking minute min"),
    "duration": ("last lasting", "minute min take taking hour hr hrs"),
    "wordcount": ("", "word"),
    "experience": ("", "year yr"),
    "serving": ("serve portion people person", ""),
}
"""By the stem of a part of a field's name: other words for it, and its units."""
MONEY = frozenset("euro euros eur dollar dollars usd buck bucks pound pounds gbp quid pcm € $ £".split())  # noqa: SIM905
_UNITS: Mapping[str, tuple[str, float]] = {
    "g": ("weight", 1), "gram": ("weight", 1), "kg": ("weight", 1000), "kilo": ("weight", 1000),
    "kilogram": ("weight", 1000), "min": ("time", 1), "minut": ("time", 1), "minute": ("time", 1),
    "hour": ("time", 60), "hr": ("time", 60), "hrs": ("time", 60), "h": ("time", 60), "day": ("time", 1440),
}  # fmt: skip
"""By the stem of a unit: what it measures, and how many of the smallest one it is."""
_FURTHER: Mapping[str, Operator] = {
    "within": "<=", "not over": "<=", "not above": "<=", "cheaper than": "<", "lighter than": "<",
    "smaller than": "<", "quicker than": "<", "faster than": "<", "lower than": "<", "larger than": ">",
    "bigger than": ">", "heavier than": ">", "better than": ">",
    "dearer than": ">", "more expensive than": ">", "budget is": "<=", "budget of": "<=", "budget:": "<=",
    "exactly": "=", "not under": ">=", "not below": ">=", "<": "<", "<=": "<=", ">": ">", ">=": ">=",
}  # fmt: skip
_COMPARE: Mapping[str, Operator] = {**COMPARE, **_FURTHER}
_COMPARED = "|".join(sorted(map(re.escape, _COMPARE), key=len, reverse=True))
_ADJECTIVES: Mapping[str, str] = {
    "cheaper": "price", "dearer": "price", "expensive": "price", "lighter": "weight", "heavier": "weight",
}  # fmt: skip
"""What a comparative says is measured."""
_NUMBER = rf"[€$£]?\s?(?:(?:\d{{1,3}}(?:\.\d{{3}})+(?![.\d])|\d+(?:,\d{{3}})*(?:\.\d+)?)k?|(?!one\b){WORDED})"
_THOUSANDS = re.compile(r"\d{1,3}(?:\.\d{3})+")
"""An amount of money as much of Europe writes it: "1.000 euros" are a thousand."""
_MORE = r"(?:(?:or|and) (?:more|better|higher|above|up(?:wards)?|over)|min(?:imum)?|at (?:the )?least)\b"
_LESS = r"(?:(?:or|and) (?:less|fewer|lower|below|under|cheaper)|max(?:imum)?|tops|at (?:the )?most)\b"
_AREA = r"square (?:met(?:re|er)s?|feet)|sq\.? ?m(?:et(?:re|er)s?)?|m2|m²"
_PER_MONTH = r"(?:a|per) month|monthly|p\.?c?\.?m"
_NO_VERB = (
    "no|not|never|nor|and|or|but|between|from|to|for|at|with|of|in|is|are|be|a|an|the|only|under|over|above|"
    rf"below|within|exactly|{WORDED}"
)
_MEASURED = re.compile(
    rf"(?<![\w.])(?:(?P<verb>(?!(?:{_NO_VERB})\b)[a-z]+) (?:(?:it|them|you|me|up|out|for|in|at|of|with) )?)?"
    r"(?P<said>"
    rf"(?P<compare>{_COMPARED})\.? ?(?P<bound>{_NUMBER})"
    rf"|(?P<opens>between |from )?(?P<first>{_NUMBER}) ?(?:to|-|–|(?(opens)and|(?!))) ?(?P<last>{_NUMBER})"
    rf"|(?P<least>{_NUMBER})(?:\+|(?= (?:[a-z]+ )?{_MORE}))"
    rf"|(?P<most>{_NUMBER})(?= (?:[a-z]+ )?{_LESS}))(?!\w|[.,]\d)"
    rf"(?P<measure>\s?(?:of )?(?P<unit>{_AREA}|{_PER_MONTH}"
    r"|(?!(?:or|and|to|but|in|on|with|for|a|the)\b)[a-z]+|€)(?![\w.])"
    r"(?: of (?P<of>[a-z]+))?)?"
    rf"(?P<more> {_MORE}| {_LESS})?",
    re.IGNORECASE,
)
_BEHIND = re.compile(rf"\s?(?P<unit>{_AREA}|{_PER_MONTH}|[a-z]+|€)(?![\w.])", re.IGNORECASE)
_COUNTED = re.compile(
    rf"(?<![\w.,-])(?P<number>\d+|{WORDED})[- ](?P<unit>[a-z]+)\b(?! (?:or|and) (?:more|less|fewer))", re.I
)


def measured_phrases(text: str, schema: Schema) -> Iterator[Phrase]:
    """Every number with a comparison or a range, of which sign, unit or verb tells the field."""
    parts = _number_fields(schema)
    for match in _MEASURED.finditer(text) if parts else ():
        compared = _ADJECTIVES.get((match["compare"] or "").casefold().removesuffix(" than").split(" ")[-1])
        unit = _unit(match["unit"] or "")
        said = [w for w in (match["of"], compared, _sign(match), unit, match["verb"]) if w]
        named = [(fields[0], word) for word in said if len(fields := _fields(word, parts)) == 1]
        if not named:
            continue
        name, word = named[0]
        scale = _scale(stem(unit), parts[name][-1])
        leads = match["verb"] and _fields(match["verb"], parts) == [name]
        start = match.start() if leads else match.start("said")
        measures = unit and (word == unit or name in _fields(unit, parts))
        foreign = match["unit"] and not measures and word == match["verb"]  # "cost under 300 including"
        yield Phrase(
            (start, match.start("measure") if foreign else match.end()),
            _meaning(name, match, scale, money=word in MONEY),
        )


def unit_fields(behind: str, schema: Schema) -> list[str]:
    """The fields of numbers that the word right behind a number names, or is the unit of."""
    unit = _BEHIND.match(behind)
    return _fields(_unit(unit["unit"]), _number_fields(schema)) if unit else []


def _number_fields(schema: Schema) -> dict[str, list[str]]:
    """The fields of numbers, each with the stems of its name."""
    return {name: stems(name) for name, info in schema.fields.items() if info.type == "number"}


def _unit(text: str) -> str:
    """The unit in one word."""
    if re.fullmatch(_AREA, text, re.IGNORECASE):
        return "sqm"
    return "pcm" if re.fullmatch(_PER_MONTH, text, re.IGNORECASE) else text


def _scale(unit: str, own: str) -> float:
    """How much of the unit that a field's name ends with one of the unit that was said is."""
    (said, many), (meant, few) = _UNITS.get(unit, ("", 1)), _UNITS.get(own, ("", 1))
    return many / few if said == meant else 1


def counted_phrases(text: str, schema: Schema) -> Iterator[Phrase]:
    """Plain counts of what a field is named by: "2 bed", "a two-room flat"."""
    parts = _number_fields(schema)
    for match in _COUNTED.finditer(text) if parts else ():
        said = stem(match["unit"])
        if match["unit"].casefold().rstrip("s") in ("year", "month", "week", "day", "hour", "minute"):
            continue  # "older than two years" speaks of time
        own = [name for name, names in parts.items() if said in names[:1] and len(names) == 1]
        named = own or [name for name, names in parts.items() if said in _known(names, 0)]
        if len(named) == 1:
            yield Phrase(match.span(), Field(named[0], "=", number(match["number"])))


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


def _meaning(name: str, match: re.Match[str], scale: float, *, money: bool) -> Expression:
    if match["first"]:
        low, high = (_value(match[end], scale, money=money) for end in ("first", "last"))
        return All((Field(name, ">=", low), Field(name, "<=", high)))
    if match["bound"]:
        return Field(name, _COMPARE[match["compare"].casefold()], _value(match["bound"], scale, money=money))
    if match["least"]:
        return Field(name, ">=", _value(match["least"], scale, money=money))
    return Field(name, "<=", _value(match["most"], scale, money=money))


def _value(text: str, scale: float, *, money: bool) -> float | int:
    plain = text.strip("€$£ ").casefold()
    if money and _THOUSANDS.fullmatch(plain):
        plain = plain.replace(".", "")
    found = number(plain.removesuffix("k")) * (1000 if plain.endswith("k") else 1) * scale
    return int(found) if found == int(found) else round(found, 9)

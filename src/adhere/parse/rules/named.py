"""Which conditions name their field outright? "a rating of at least 7", "post history before 2012".

A name with a comparison behind it leaves no doubt which field is meant, so these phrases are always sure.
Names are read as people write them: `python_version` is "python version", in either number.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence

from dateutil.parser import ParserError
from packaging.version import Version

from adhere.need import All, Any, Expression, Field, Not, Operator, Scalar
from adhere.parse.rules.dates import DATE, SAID, interval
from adhere.parse.rules.form import Phrase
from adhere.parse.rules.numbers import number
from adhere.parse.rules.vocabulary import stem
from adhere.parse.rules.vocabulary import stems as spelling
from adhere.schema import Schema

_LESS = r"(?:less|lower|fewer|smaller|older|earlier|shorter) than|below|under|before|prior to|<"
_MORE = r"(?:more|higher|greater|larger|bigger|newer|later|longer) than|above|over|after|beyond|exceeding|>"
_LEAST = r"at least|since|from|starting (?:at|from|with|in)|on or after|min(?:imum)?(?: of)?|>=|≥"
_MOST = r"at most|up to|until|till|through|on or before|max(?:imum)?(?: of)?|<=|≤"
_OR_MORE = (
    r"\s?\+|,? (?:or|and) (?:later|newer|above|higher|more|after|greater|over|up(?:wards?)?)\b"
    r"| (?:upwards?|onwards?|on)\b"
)
_OR_LESS = r",? (?:or|and) (?:earlier|older|below|lower|less|before|fewer|under)\b"
_VERB = (
    r"(?:(?:is|are|was|were|be|being|must be|should be|has to be|reads?|equals?|equal to|of|at|in|as|set to)"
    r"\b|[:=])"
)
_VALUE: Mapping[str, str] = {
    "number": r"-?\d+(?:,\d{3})*(?:\.\d+)?(?!\w|[\w.]*\d)",
    "version": r"v?\d+(?:\.\d+)*(?![\w.]*\d)",
    "date": DATE,
    "boolean": r"(?:true|yes|false|no)\b",
}


def _pattern(value: str) -> re.Pattern[str]:
    return re.compile(
        rf"\s*(?:{_VERB}\s*)*(?:"
        rf"(?:between|from) (?P<first>{value}) (?:and|to|up to|until|through) (?P<last>{value})"
        rf"|(?P<from>{value}) ?(?:to|up to|until|through|-|–) ?(?P<to>{value})"
        rf"|(?:either )?(?P<listed>{value}(?:, {value})*,? (?:or|and) {value})"
        rf"|(?P<no>not? )?(?:(?P<least>{_LEAST})|(?P<most>{_MOST})|(?P<less>{_LESS})|(?P<more>{_MORE}))\s*"
        rf"(?P<bound>{value})(?P<upwards>{_OR_MORE})?"
        rf"|(?:!=|≠|<>)\s*(?P<unlike>{value})"
        rf"|(?:exactly )?(?P<value>{value})(?:(?P<or_more>{_OR_MORE})|(?P<or_less>{_OR_LESS}))?)",
        re.IGNORECASE,
    )


_AFTER_NAME = {type_: _pattern(value) for type_, value in _VALUE.items()}
_WORD = re.compile(r"[^\W_]+")
_DETERMINER = re.compile(r"\b(?:with|whose|where|the|an?|their|its|have|has|having|and whose)\s+$", re.I)
_OPPOSITE: Mapping[str, Operator] = {"<": ">=", ">": "<=", "<=": ">", ">=": "<"}


def named_phrases(text: str, schema: Schema) -> Iterator[Phrase]:
    """Every name of a field of numbers, versions, dates or truth values that a comparison follows."""
    found = list(_WORD.finditer(text))
    stems = [stem(word[0]) for word in found]
    for name, info in schema.fields.items():
        pattern = _AFTER_NAME.get(info.type)
        spelled = spelling(name.rpartition(".")[2])
        for first in range(len(found) - len(spelled) + 1) if pattern and spelled else ():
            if stems[first : first + len(spelled)] != spelled:
                continue
            start, end = found[first].start(), found[first + len(spelled) - 1].end()
            match = pattern.match(text, end) if pattern else None
            if match is None or (_is_verb(text[start:end]) and not _DETERMINER.search(text[:start])):
                continue
            meaning = _meaning(name, info.type, match)
            if meaning is not None:
                yield Phrase((start, match.end()), meaning)


def _is_verb(name: str) -> bool:
    """ "created before 2015" may speak of any document; "with created before 2015" names the field."""
    return re.fullmatch(SAID, name, re.IGNORECASE) is not None


def _meaning(name: str, type_: str, match: re.Match[str]) -> Expression | None:
    """The comparison, None where it names no possible date."""
    try:
        if match["first"]:
            return _both(
                compared(name, type_, ">=", match["first"]), compared(name, type_, "<=", match["last"])
            )
        if match["from"]:
            return _both(compared(name, type_, ">=", match["from"]), compared(name, type_, "<=", match["to"]))
        if match["listed"]:
            return _one_of(
                name, type_, [found[0] for found in re.finditer(_VALUE[type_], match["listed"], re.I)]
            )
        if match["unlike"]:
            return Not(compared(name, type_, "=", match["unlike"]))
        if match["value"]:
            op: Operator = ">=" if match["or_more"] else "<=" if match["or_less"] else "="
            return compared(name, type_, op, match["value"])
        bound: Operator = ">=" if match["least"] else "<=" if match["most"] else "<" if match["less"] else ">"
        return compared(name, type_, _OPPOSITE[bound] if match["no"] else bound, match["bound"])
    except (ParserError, OverflowError, ValueError):
        return None  # "post history before 31 February 2020": the words stay part of the clause


def compared(name: str, type_: str, op: Operator, text: str) -> Expression:
    """One comparison with what the text says; a year, month or day is the stretch of time that it is.

    Errors  ValueError (ParserError, InvalidVersion) or OverflowError for what is no value of the type
    """
    if type_ != "date":
        return Field(name, op, _READ[type_](text))
    start, end = interval(text)
    bounds: Mapping[str, Expression] = {
        "<": Field(name, "<", start),
        "<=": Field(name, "<", end),
        ">": Field(name, ">=", end),
        ">=": Field(name, ">=", start),
    }
    return bounds.get(op) or _both(Field(name, ">=", start), Field(name, "<", end))


def _one_of(name: str, type_: str, values: Sequence[str]) -> Expression:
    """Any of the values that a list names."""
    if type_ == "date":
        return Any(tuple(compared(name, type_, "=", value) for value in values))
    return Field(name, "in", tuple(_READ[type_](value) for value in values))


def _both(first: Expression, second: Expression) -> Expression:
    return All((first, second))


_READ: Mapping[str, Callable[[str], Scalar]] = {
    "number": number,
    "version": lambda text: Version(text.lstrip("vV")),
    "boolean": lambda text: text.casefold() in ("true", "yes"),
}

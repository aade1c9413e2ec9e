"""Which versions does a clause ask for? "for 3.12", "3.8 to 3.10", "3.12, 3.13 or later"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from packaging.version import InvalidVersion, Version

from adhere.need import All, Expression, Field, Operator
from adhere.parse.rules.form import COMPARE, COMPARED, Phrase
from adhere.schema import Schema

_VERSION = re.compile(
    rf"\b(?:(?P<word>for|in|on|targets?|targeting|target|version|since|from|before|after|until|up to|"
    rf"between|{COMPARED}) )?(?:the )?"
    r"(?:(?P<name>(?!(?:and|or|to|through|between|no|not|never|nor)\b)[A-Za-z][\w.]*) )?"
    r"v?(?P<version>\d+\.\d+(?:\.\d+)?)(?P<more> or (?:later|newer|above|"
    r"higher)| ?\+| and (?:later|newer|above|up)| or (?:earlier|older|below|lower))?(?![\w.]*\d)",
    re.IGNORECASE,
)
_VERSIONS_LISTED = re.compile(r"\s*(?:,|,?\s*(?:or|and)|/)\s*", re.IGNORECASE)
_TO = ("to", "-", "–", "through", "up to", "until")


def version_phrases(text: str, schema: Schema) -> Iterator[Phrase]:
    """Every version in the text as a condition on the field of versions; sure where there is only one."""
    fields = [info for info in schema.fields.values() if info.type == "version"]
    found: list[tuple[re.Match[str], Operator, Version]] = []
    for match in _VERSION.finditer(text) if fields else ():
        try:
            version = Version(match["version"])
        except InvalidVersion:
            continue
        op = _version_operator((match["word"] or "").casefold(), (match["more"] or "").casefold())
        found.append((match, op, version))
    for run in _runs(text, found):
        first, last = run[0][0], run[-1][0]
        known = any(run[0][2] in _versions(value) for value in fields[0].values)
        sure = len(fields) == 1 and (known or bool(first["word"] or last["more"]))
        question = "" if sure else f"Does {first['version']} mean the field {fields[0].name}?"
        span = (first.start(), last.end())
        yield Phrase(span, _versions_meant(fields[0].name, text, run), sure, question, plain=len(fields) == 1)


_Found = tuple[re.Match[str], Operator, Version]


def _runs(text: str, found: Sequence[_Found]) -> Iterator[list[_Found]]:
    """Versions that make one condition: "3.8 to 3.10", "3.12, 3.13 or 3.14"."""
    run: list[_Found] = []
    for this in found:
        between = text[run[-1][0].end() : this[0].start()] if run else ""
        plain = not this[0]["word"] and all(not match["more"] for match, _, _ in (*run, this))
        listed = plain and all(op == "=" for _, op, _ in run) and _VERSIONS_LISTED.fullmatch(between)
        ranged = plain and len(run) == 1 and _ranged(run[0], between)
        if run and (listed or ranged):
            run.append(this)
            continue
        if run:
            yield run
        run = [this]
    if run:
        yield run


def _ranged(first: _Found, between: str) -> bool:
    """Whether two versions with that between them are the ends of a range."""
    word = between.strip().casefold()
    opened = (first[0]["word"] or "").casefold()
    both = word == "and" and opened == "between"
    return (first[1] == "=" or opened == "from") and (word in _TO or both)


def _versions_meant(name: str, text: str, run: Sequence[_Found]) -> Expression:
    if len(run) == 1:
        return Field(name, run[0][1], run[0][2])
    if _ranged(run[0], text[run[0][0].end() : run[1][0].start()]):
        return All((Field(name, ">=", run[0][2]), Field(name, "<=", run[1][2])))
    return Field(name, "in", tuple(version for _, _, version in run))


def _version_operator(word: str, more: str) -> Operator:
    if any(later in more for later in ("later", "newer", "above", "higher", "+", "up")):
        return ">="
    if more:
        return "<="
    return _AT_VERSION.get(word) or COMPARE.get(word, "=")


_AT_VERSION: dict[str, Operator] = {"since": ">=", "from": ">=", "before": "<", "after": ">", "until": "<="}


def _versions(value: str) -> Iterator[Version]:
    for part in value.split(","):
        try:
            yield Version(part.strip())
        except InvalidVersion:
            continue

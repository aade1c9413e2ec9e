"""What does a clause mean? Typed conditions where a program can decide, else `about` its cleaned words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import pairwise

from adhere.need import (
    About,
    All,
    Any,
    Criterion,
    Expression,
    Field,
    Form,
    Not,
    Polarity,
    Recent,
    Span,
    conditions,
)
from adhere.parse.language.english import LANGUAGES
from adhere.parse.rules.about import about_of, bears, blanked, cleaned, content, erased, has_content
from adhere.parse.rules.cues import Cue, find_cue
from adhere.parse.rules.dates import DATE, time_phrases
from adhere.parse.rules.denial import denied, one_sided, spelled
from adhere.parse.rules.form import Phrase, form_phrases, mention_phrases
from adhere.parse.rules.link import Linker
from adhere.parse.rules.measured import counted_phrases, measured_phrases
from adhere.parse.rules.named import named_phrases
from adhere.parse.rules.timed import timed
from adhere.parse.rules.vocabulary import stem, stems
from adhere.schema import Schema

SURE, ASSUMED = 0.9, 0.5
"""Confidence of a typed criterion that is sure, and of one that is assumed."""

_DANGLING = re.compile(
    r"^(?:(?:from|by|with|in|for|of|whose|that|are|is|have|has|an?|the|as|their) )+"
    r"(?=(?:on|about|from|with|by|in|for|that|which)\b)",
    re.IGNORECASE,
)
"""What is left of a phrase that was typed, before the next one: "from [Ann Cole] on golems"."""
_LED = re.compile(r"^(?:for|with|in|of|from|by) (?!\d)", re.IGNORECASE)
"""What leads from a thing that was typed to the subject behind it: "[cotton products] for camping"."""
_OR = re.compile(r",?\s+or\s+", re.IGNORECASE)
_AND = re.compile(r"(?:,?\s+n?or|(?<=s),?\s+and)\s+", re.IGNORECASE)
"""What stands between the things that an exclusion lists: "no drafts and process papers" is neither."""
_LAST_OF_LIST = re.compile(r",\s*or\b", re.IGNORECASE)
_COMMA_OR = re.compile(r",?\s+or\s+|,\s*", re.IGNORECASE)
_UNLESS = re.compile(r"\bunless\b", re.IGNORECASE)
_EITHER = re.compile(r"^\s*either\b", re.IGNORECASE)
_WORD = re.compile(r"\w+")
_REVERSED: Mapping[Polarity, Polarity] = {
    "want": "avoid",
    "avoid": "want",
    "prefer": "disprefer",
    "disprefer": "prefer",
}


def criteria_of(
    instruction: str, span: Span, polarity: Polarity, *, linker: Linker | None, now: datetime
) -> list[Criterion]:
    """The criteria of one clause, with spans that tile it or, where its parts interleave, all equal it.

    Wants and preferences come apart into one criterion per condition; an exclusion stays one, because
    "nothing on X before 2019" excludes only what is both.
    """
    text = instruction[slice(*span)]
    shown = blanked(text)
    cue = find_cue(text)
    if not has_content(shown) and _any_sure(text, linker, now) and not _any_sure(shown, linker, now):
        shown = text  # the cue holds the condition: "they must not be drafts"
        cue = cue if _UNLESS.search(text) else None
    elif cue and _named_denial(text, cue, linker):
        shown, polarity = text, _REVERSED[polarity]  # "the status must not be Final"
    found = _read(shown, linker, now)
    if polarity in ("avoid", "disprefer") and not (cue and cue.label == polarity):
        found = [replace(phrase, denied=False) for phrase in found]  # its "not" is why the clause excludes
    either = _alternatives(shown, found, polarity, linker, now)
    if either is not None:
        return [Criterion(polarity, either, span=span, confidence=SURE)]
    sure = _without_overlaps([phrase for phrase in found if phrase.sure])
    rest = cleaned(erased(shown, [phrase.span for phrase in sure]))
    rest = cleaned(_LED.sub("", _DANGLING.sub("", rest))) if sure else rest
    about = about_of(rest, polarity) if has_content(rest) and not (sure and bears(rest)) else None
    if polarity in ("avoid", "disprefer"):
        parts = [meant(phrase) for phrase in sure if not phrase.soft]
        parts += [about] if about is not None else []
        if not parts:
            parts = [meant(phrase) for phrase in sure] or [About(content(text))]
        criterion = Criterion(polarity, parts[0] if len(parts) == 1 else All(tuple(parts)), span=span)
        return [criterion]
    unsure = _without_overlaps([phrase for phrase in found if not phrase.sure], sure)
    return apart(span, polarity, shown, sure, unsure, about or (None if sure else About(content(text))))


def sure_phrases(text: str, linker: Linker | None, now: datetime) -> list[Phrase]:
    """The conditions of a clause that the rules are sure of, its cue apart."""
    return _without_overlaps([phrase for phrase in _read(blanked(text), linker, now) if phrase.sure])


def sure_bounds(text: str, linker: Linker | None, now: datetime) -> list[Phrase]:
    """The one-sided bounds that the rules are sure of, with the denials that stand before them."""
    found = _without_overlaps([phrase for phrase in _read(text, linker, now) if phrase.sure])
    return [phrase for phrase in found if one_sided(phrase.meaning)]


def denials(instruction: str, span: Span, *, linker: Linker | None, now: datetime) -> list[Criterion]:
    """What a clause that only speaks of "it" or "they" says no document may be: "must not be withdrawn"."""
    if linker is None or not find_cue(instruction[slice(*span)]):
        return []
    found = criteria_of(instruction, span, "want", linker=linker, now=now)
    return found if all(c.exact and c.hard and c.polarity == "avoid" for c in found) else []


def apart(
    span: Span,
    polarity: Polarity,
    shown: str,
    sure: Sequence[Phrase],
    unsure: Sequence[Phrase],
    about: Expression | None,
) -> list[Criterion]:
    """One criterion per condition; spans tile the clause where each typed phrase is at one of its ends."""
    items = [(phrase.span, phrase) for phrase in sure]
    tiles = _tiles(span, shown, [phrase.span for phrase in sure], about is not None) if not unsure else None
    found = [
        Criterion(
            _polarity(phrase, polarity),
            _whole(phrase),
            span=tiles[place] if tiles else span,
            confidence=SURE,
        )
        for place, phrase in items
    ]
    if about is not None:
        found.append(Criterion(polarity, about, span=tiles[(-1, -1)] if tiles else span))
    found += [
        Criterion(
            _REVERSED[polarity] if phrase.denied else polarity,
            phrase.meaning,
            assumed=True,
            span=span,
            confidence=ASSUMED,
            question=phrase.question,
        )
        for phrase in unsure
    ]
    return sorted(found, key=lambda criterion: criterion.span or span)


def _alternatives(
    text: str, found: Sequence[Phrase], polarity: Polarity, linker: Linker | None, now: datetime
) -> Expression | None:
    """Any of the conditions between which an "or" stands, where each is typed: "drafts or before 2005"."""
    joint = _AND if polarity in ("avoid", "disprefer") else _OR
    inside = [phrase.span for phrase in found]
    for cut in (_COMMA_OR, joint) if _LAST_OF_LIST.search(text) else (joint, _COMMA_OR):
        cuts = [
            match.span()
            for match in cut.finditer(text)
            if not any(start < match.end() and match.start() < end for start, end in inside)
        ]
        if not any(joint.fullmatch(text, *span) for span in cuts):
            continue
        ends = [start for start, _ in cuts] + [len(text)]
        parts = [text[start:end] for start, end in zip([0, *(end for _, end in cuts)], ends, strict=True)]
        meanings = [_alternative(part, number, linker, now) for number, part in enumerate(parts)]
        typed = [meaning for meaning in meanings if meaning is not None]
        if len(typed) == len(parts):
            return Any(tuple(typed))
        if _EITHER.match(text) and typed:
            return Any(
                tuple(
                    About(cleaned(_EITHER.sub("", part))) if meaning is None else meaning
                    for part, meaning in zip(parts, meanings, strict=True)
                )
            )
    return None


def _alternative(part: str, number: int, linker: Linker | None, now: datetime) -> Expression | None:
    """The condition that one of several alternatives is, None where words of it are left over."""
    said = _EITHER.sub("", part).strip()
    if number and re.fullmatch(DATE, said, re.IGNORECASE):
        said = f"in {said}"  # "made in 1954 or 1955"
    sure = _without_overlaps([phrase for phrase in _read(said, linker, now) if phrase.sure])
    if not sure or has_content(erased(said, [phrase.span for phrase in sure])):
        return None
    if any(phrase.soft or isinstance(phrase.meaning, Recent) for phrase in sure):
        return None
    whole = tuple(meant(phrase) for phrase in sure)
    return whole[0] if len(whole) == 1 else All(whole)


def _polarity(phrase: Phrase, polarity: Polarity) -> Polarity:
    """What the clause says of the phrase: the other way round where it is denied, a wish where it is soft."""
    base: Polarity = "prefer" if phrase.soft or isinstance(phrase.meaning, Recent) else polarity
    return _REVERSED[base] if phrase.denied else base


def _whole(phrase: Phrase) -> Expression:
    """What a want asks of the phrase: all values that are asked for together."""
    meaning = phrase.meaning
    if (
        phrase.together
        and not phrase.denied
        and isinstance(meaning, Field)
        and isinstance(meaning.value, tuple)
    ):
        return All(tuple(Field(meaning.name, "=", value) for value in meaning.value))
    return meaning


def meant(phrase: Phrase) -> Expression:
    """The condition of a phrase, turned round where it is denied."""
    return Not(phrase.meaning) if phrase.denied else phrase.meaning


def _named_denial(text: str, cue: Cue, linker: Linker | None) -> bool:
    """Whether the cue is no verdict, but denies a field that is named before it a value in it."""
    if linker is None or cue.side != "before":
        return False
    return any(
        (
            isinstance(phrase.meaning, Not)
            or (isinstance(phrase.meaning, Field) and phrase.meaning.value is False)
        )
        and phrase.span[0] < cue.start < phrase.span[1]
        for phrase in linker.phrases(spelled(text))
    )


def _read(text: str, linker: Linker | None, now: datetime) -> list[Phrase]:
    """All typed phrases; where they leave nothing of the clause unsaid, those with one reading are sure."""
    shown = spelled(text)
    found = [denied(shown, phrase) for phrase in _phrases(shown, linker, now)]
    sure = _without_overlaps([phrase for phrase in found if phrase.sure])
    more = _without_overlaps([phrase for phrase in found if phrase.plain and not phrase.sure], sure)
    both = (*sure, *more)
    fields = [_single_fields(phrase, linker) for phrase in both if not phrase.denied]
    unlike = sum(map(len, fields)) == len(set().union(*fields))  # a "final draft" is not of two statuses
    unsaid = erased(shown, [phrase.span for phrase in both])
    if not more or not unlike or (has_content(unsaid) and not bears(unsaid)):
        return found
    return [replace(phrase, sure=True, question="") if phrase in more else phrase for phrase in found]


def _any_sure(text: str, linker: Linker | None, now: datetime) -> bool:
    return any(phrase.sure for phrase in _read(text, linker, now))


def _single_fields(phrase: Phrase, linker: Linker | None) -> set[str]:
    """The fields of the phrase that hold one value per document, so that no two values can be wanted."""
    named = {leaf.name for leaf in conditions(phrase.meaning) if isinstance(leaf, Field)}
    return {name for name in named if linker and not linker.schema.fields[name].is_list}


def _tiles(span: Span, shown: str, places: Sequence[Span], rest: bool) -> dict[Span, Span] | None:
    """A span per typed phrase, if each lies at an end of the clause; (-1, -1) stands for what is left."""
    start, end = 0, len(shown)
    tiles: dict[Span, Span] = {}
    left = sorted(places)
    if any(one[1] > other[0] for one, other in pairwise(left)):
        return None  # one name of a field goes for two values
    while left and not has_content(shown[start : left[0][0]]) and (rest or len(left) > 1):
        place = left.pop(0)
        tiles[place] = (span[0] + start, span[0] + place[1])
        start = place[1]
    while left and not has_content(shown[left[-1][1] : end]) and (rest or len(left) > 1):
        place = left.pop()
        tiles[place] = (span[0] + place[0], span[0] + end)
        end = place[0]
    if len(left) > (0 if rest else 1) or (rest and not shown[start:end].strip(" ,;")):
        return None
    tiles[left[0] if left else (-1, -1)] = (span[0] + start, span[0] + end)
    return {place: _inside(shown, span[0], tile) for place, tile in tiles.items()}


def _inside(shown: str, offset: int, tile: Span) -> Span:
    """The tile without blanks and commas at an inner edge; at an edge of the clause they are its cue."""
    start, end = tile[0] - offset, tile[1] - offset
    while 0 < start < end and (shown[start].isspace() or shown[start] in ",;"):
        start += 1
    while start < end < len(shown) and shown[end - 1].isspace():
        end -= 1
    return offset + start, offset + end


def _phrases(text: str, linker: Linker | None, now: datetime) -> Iterator[Phrase]:
    """All typed phrases, the surest kinds first: words, fields, time, form."""
    yield from mention_phrases(text)
    if linker:
        yield from named_phrases(text, linker.schema)
        yield from measured_phrases(text, linker.schema)
        yield from counted_phrases(text, linker.schema)
        yield from linker.phrases(text)
    schema = linker.schema if linker else None
    for phrase in time_phrases(text, now):
        typed = timed(text, phrase, schema)
        if typed:
            yield typed
    for form in form_phrases(text):
        yield replace(form, meaning=as_field(form.meaning, schema))


def as_field(meaning: Expression, schema: Schema | None) -> Expression:
    """A language, or a part such as code, as the store's own field says it, where it has one ("language",
    "has_code"); else as the text shows it."""
    match meaning:
        case Any(parts):
            return Any(tuple(as_field(part, schema) for part in parts))
        case Form("language", "=", str(code)):
            for name in ("language", "lang", "locale") if schema else ():
                info = schema.fields.get(name) if schema else None
                said = {code.casefold(), LANGUAGES.get(code, code).casefold()}
                found = [value for value in (info.values if info else ()) if str(value).casefold() in said]
                if found:
                    return Field(name, "=", found[0])
        case Form(feature, "=", bool(holds)) if schema:
            flags = [info.name for info in schema.fields.values() if info.type == "boolean"]
            named = [name for name in flags if stems(name)[-1:] == [stem(feature)]]
            if len(named) == 1:
                return Field(named[0], "=", holds)
    return meaning


def _without_overlaps(phrases: Sequence[Phrase], taken: Sequence[Phrase] = ()) -> list[Phrase]:
    kept: list[Phrase] = []
    for phrase in phrases:
        if all(
            phrase.span[1] <= other.span[0] or other.span[1] <= phrase.span[0] for other in (*taken, *kept)
        ):
            kept.append(phrase)
    return sorted(kept, key=lambda phrase: phrase.span)

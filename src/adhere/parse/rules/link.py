"""Which phrases of a clause name a field of the store, or one of its real values?

Only unambiguous links are sure: the field is named beside the value, the value stands on a word such as
"proposals" or "ones" ("rejected ones"), a name is introduced by "by", or the clause has no other content. All
other links are offered as assumptions, with the question that would settle them.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from threading import Lock

from adhere.need import Expression, Field, Not, Span
from adhere.parse.rules.flags import flag_phrases, flags_of
from adhere.parse.rules.form import COMPARE, COMPARED, Phrase
from adhere.parse.rules.numbers import number
from adhere.parse.rules.shielded import joined, pattern_of
from adhere.parse.rules.tokens import Token, bare, tokens
from adhere.parse.rules.versions import version_phrases
from adhere.parse.rules.vocabulary import (
    GENERIC,
    HEADS,
    SENTENCE_OPENERS,
    STOPWORDS,
    singular,
    stem,
    stems,
    words,
)
from adhere.schema import FieldInfo, Schema

SYNONYMS: dict[str, tuple[str, ...]] = {
    "author": (
        "by",
        "written by",
        "authored by",
        "co-authored by",
        "coauthored by",
        "author",
        "writer",
        "wrote",
    ),
    "status": ("state", "status"),
    "type": ("kind", "type"),
    "topic": ("subject", "topic", "area", "category"),
    "category": ("category", "categories"),
    "assignee": ("assigned to", "assigned"),
    "reporter": ("reported by", "raised by", "filed by"),
    "place": ("place", "country"),
    "package": ("package", "library"),
    "cast": ("starring", "with", "featuring", "actor"),
    "director": ("directed by", "by", "director"),
    "genre": ("genre",),
}
"""Other words for common field names, by the stem of the name."""

MANY_VALUES = 50
"""From so many values on a field may be one that names its documents rather than sorts them."""
_JOINED = re.compile(r"[\s,]*(?:or|and|and/or|/)?(?:\s+(?:the|an?|from|by|in|for))?[\s,]*$", re.IGNORECASE)
_COMPARISON = re.compile(
    rf"\b(?P<compare>{COMPARED}|of|is|=|exactly|equals?) (?P<number>\d[\d,]*(?:\.\d+)?)\b", re.IGNORECASE
)


_HYPHEN = re.compile(r"(?<=\w)[-_](?=\w)")
_LINKING = frozenset(
    words(
        "is ar are be was of in a an the mark as set to must should not among one read equal either their "
        "its includ contain hav"
    )
)
"""Stems that may stand between a value and the name of its field: "must be among the authors"."""


def grades(info: FieldInfo, least: str) -> tuple[str, ...]:
    """The value and those that are better, where a field's values are grades: "C or better" is A, B or C."""
    values = sorted(map(str, info.values))
    lettered = len(values) > 1 and all(re.fullmatch("[A-Z]", value) for value in values)
    return tuple(value for value in values if value <= least) if lettered else ()


def _better(words: str) -> bool:
    return words.split()[-1].casefold() in ("above", "higher", "up", "upwards", "better")


OPEN_END = re.compile(
    r" (?:or|and) (?:above|below|higher|lower|up|upwards?|better|worse|more|less|later|earlier)\b",
    re.IGNORECASE,
)
"""What follows a value that is not meant alone; the order of words is not known: "P1 and above"."""
_UNLIKE = re.compile(r"!=|≠|<>")
_PLACING = re.compile(r"^\s*(?:in|at|by|from|for)\s+", re.IGNORECASE)


_DESCRIBING = words("about on that which from by with set older newer since after before until")
_BEING = words("is are was were be been has have had not yet already still either neither both")


@dataclass(slots=True)
class Linker:
    """The dictionary of one schema: built once, then asked for every clause."""

    schema: Schema
    values: dict[str, list[tuple[tuple[str, ...], str, str]]] = field(default_factory=dict)
    names: dict[tuple[str, ...], set[str]] = field(default_factory=dict)
    denying: re.Pattern[str] | None = None

    def __post_init__(self) -> None:
        if self.names:
            return  # taken over from a schema with the same fields
        denying: list[str] = []
        for name, info in self.schema.fields.items():
            self._add_name(name)
            if info.type != "keyword":
                continue
            for value in info.values:
                spellings = _spellings(value)
                if (as_one := joined(value)) != value:  # how the rules are shown "won't fix"
                    spellings = (*spellings, (singular(as_one),))
                    denying.append(value)
                for folded in spellings:
                    self.values.setdefault(folded[0], []).append((folded, name, value))
        self.denying = pattern_of(denying)
        for entries in self.values.values():
            entries.sort(key=lambda entry: -len(entry[0]))

    def _add_name(self, name: str) -> None:
        parts = stems(name)
        for spelled in (parts, stems(name.rpartition(".")[2])):  # "stable" for milestone.stable
            self.names.setdefault(tuple(spelled), set()).add(name)
        for part in parts:
            self.names.setdefault((part, "by"), set()).add(name)  # "sponsored by", "owned by"
        for part in parts[-1:]:
            for synonym in SYNONYMS.get(part, ()) or SYNONYMS.get(f"{part}e", ()):
                self.names.setdefault(tuple(stem(word) for word in synonym.split()), set()).add(name)

    def spelled(self, text: str, name: str) -> str:
        """The value of the field that the text is, as the store spells it; "" where it has none such."""
        folded = _folded(text)
        entries = self.values.get(folded[0], ()) if folded else ()
        found = [value for words, field_, value in entries if field_ == name and words == folded]
        return next((value for value in found if value == text), found[0] if found else "")

    def part_of(self, text: str, name: str) -> str:
        """The one value of the field that has these words in it; "" where it has none, or several."""
        folded = set(_folded(text))
        values = self.schema.fields[name].values if folded else ()
        # Folding changes no more than the last two letters of a word: of 50,000 names few are folded.
        starts = [word[:-2] for word in folded]
        likely = (value for value in values if all(start in _plain(value) for start in starts))
        found = [value for value in likely if folded <= set(_folded(value))]
        return found[0] if len(found) == 1 else ""

    def marks(self, text: str) -> list[tuple[Span, int]]:
        """The words that the schema knows: 1 for the name of a field, 2 for a value, 3 for both."""
        found = tokens(text)
        stems = [stem(token.text) for token in found]
        singulars = [singular(token.text) for token in found]
        marked = [0] * len(found)
        for place in range(len(found)):
            for size in (3, 2, 1):
                if tuple(stems[place : place + size]) in self.names and place + size <= len(found):
                    marked[place : place + size] = [mark | 1 for mark in marked[place : place + size]]
                    break
            link = self._value_at(found, singulars, place)
            if link:
                marked[place : link.last] = [mark | 2 for mark in marked[place : link.last]]
        return [(token.span, mark) for token, mark in zip(found, marked, strict=True) if mark]

    def phrases(self, text: str) -> Iterator[Phrase]:
        """Everything in the clause that can be linked; sure and unsure, left to right by kind."""
        found = tokens(text)
        flags = flags_of(found, self.schema)
        flagged = {place for flag in flags for place in range(flag.first, flag.last)}
        yield from self._value_phrases(text, found, flagged)
        yield from version_phrases(text, self.schema)
        yield from self._number_phrases(text, found)
        values = [singular(token.text) in self.values for token in found]
        yield from flag_phrases(found, flags, values)

    # --- keyword values -------------------------------------------------------------------------

    def _value_phrases(self, text: str, found: Sequence[Token], flagged: Collection[int]) -> Iterator[Phrase]:
        stems = [stem(token.text) for token in found]
        singulars = [singular(token.text) for token in found]
        position, links = 0, []
        while position < len(found):
            link = self._value_at(found, singulars, position)
            if link:
                links.append(link)
            position = link.last if link else position + 1
        for group in _grouped(text, found, links):
            yield self._phrase(text, found, stems, group, flagged)

    def _value_at(self, found: Sequence[Token], words: list[str], position: int) -> _Link | None:
        matches = [
            entry
            for entry in self.values.get(words[position], ())
            if tuple(words[position : position + len(entry[0])]) == entry[0]
        ]
        longest = [entry for entry in matches if len(entry[0]) == len(matches[0][0])]
        opener = bool(longest) and len(longest[0][0]) == 1 and found[position].text in SENTENCE_OPENERS
        if (
            not longest
            or opener
            or (len(longest[0][2]) <= 2 and all(found[position].text != e[2] for e in longest))
        ):
            return None
        readings: dict[str, list[str]] = {}
        for _, name, value in longest:
            readings.setdefault(name, []).append(value)
        return _Link(position, position + len(longest[0][0]), readings)

    def _phrase(
        self,
        text: str,
        found: Sequence[Token],
        stems: list[str],
        group: list[_Link],
        flagged: Collection[int],
    ) -> Phrase:
        first, last = group[0].first, group[-1].last
        named, first, last = self._named(stems, first, last, set(group[0].readings))
        proper = group[0].last - group[0].first > 1 and found[group[0].first].text[:1].isupper()
        author = next((n for n in group[0].readings if proper and _of_authors(n)), "")
        name = named or author or self._likeliest(group)
        values = tuple(dict.fromkeys(value for link in group for value in link.readings.get(name, ())))
        others = any(
            not (first <= i < last or i in flagged or _empty(token.text)) for i, token in enumerate(found)
        )
        noun = found[last].text if last < len(found) else ""
        on_noun = noun.casefold() in HEADS and singular(noun) not in self.values
        alone = (len(group[0].readings) == 1 and not self.identifies(name)) or bool(author)
        apart = len(group) > 1 and _stands_apart(found, first, last, text)
        headed = _heads(found, first, last) or _said_of_documents(found, first)
        placed = not others or on_noun or proper or headed
        sure = bool(named) or (apart and alone) or (alone and placed)
        end = found[last if on_noun else last - 1].span[1]
        meaning: Expression = Field(name, "=", values[0]) if len(values) == 1 else Field(name, "in", values)
        between = text[found[first].span[0] : found[group[0].first].span[0]]
        if named and ("not" in stems[first : group[0].first] or _UNLIKE.search(between)):
            meaning = Not(meaning)
        also = "".join(f" or {other}" for other in sorted(group[0].readings) if other != name)
        question = "" if sure else f"Does {' '.join(values)!r} mean the field {name}{also}?"
        further = OPEN_END.match(text, found[last - 1].span[1])
        graded = (
            further
            and _better(further[0])
            and len(values) == 1
            and grades(self.schema.fields[name], values[0])
        )
        if further and graded and (named or alone):
            return Phrase((found[first].span[0], further.end()), Field(name, "in", graded))
        if further:
            sure, question = False, f"Which values of {name} are {' '.join(values)!r}{further[0]}?"
        span = (found[first].span[0], end)
        both = first > 0 and found[first - 1].text.casefold() == "both"
        together = self.schema.fields[name].is_list and (both or _people(text, found, group))
        return Phrase(
            span, meaning, sure, question, plain=alone and not further, together=together and len(values) > 1
        )

    def _likeliest(self, group: list[_Link]) -> str:
        """Of the fields that have these values, the one in which they are commonest."""
        first, last = group[0].readings, group[-1].readings
        common = {
            name: sum(self.schema.fields[name].values.get(value, 0) for value in values)
            for name, values in first.items()
        }
        return min(first, key=lambda name: (name not in last, -common[name], name))

    def identifies(self, name: str) -> bool:
        """Whether nearly every document has its own value, as with titles, which words of a subject meet."""
        values = self.schema.fields[name].values
        return len(values) >= MANY_VALUES and sum(values.values()) < 1.2 * len(values)

    def _named(self, stems: list[str], first: int, last: int, fields: set[str]) -> tuple[str, int, int]:
        """The field that is named right before or after the value, and the tokens it then covers."""
        start, end = first, last
        while start > 0 and first - start < 4 and stems[start - 1] in _LINKING:
            start -= 1
        while end < len(stems) and end - last < 5 and stems[end] in _LINKING:
            end += 1
        for size in (3, 2, 1):
            named = self.names.get(tuple(stems[max(start - size, 0) : start]), set()) & fields
            if len(named) == 1 and start >= size:
                return next(iter(named)), start - size, last
            named = self.names.get(tuple(stems[end : end + size]), set()) & fields
            whole = end + size <= len(stems) and stems[end : end + size] not in (["by"], ["with"])
            if len(named) == 1 and whole:
                return next(iter(named)), first, end + size
        return "", first, last

    # --- versions, numbers, flags ---------------------------------------------------------------

    def _number_phrases(self, text: str, found: Sequence[Token]) -> Iterator[Phrase]:
        fields = self._of_type("number")
        for match in _COMPARISON.finditer(text) if fields else ():
            before = [token for token in found if token.span[1] <= match.start()][-2:]
            after = [token for token in found if token.span[0] >= match.end()][:1]
            for info in fields:
                near = [
                    token for token in (*before, *after) if stem(token.text) == stem(info.name.split(".")[-1])
                ]
                if near:
                    span = (min(match.start(), near[0].span[0]), max(match.end(), near[0].span[1]))
                    op = COMPARE.get(match["compare"].casefold(), "=")
                    yield Phrase(span, Field(info.name, op, number(match["number"])))

    def _of_type(self, type_: str) -> list[FieldInfo]:
        return [info for info in self.schema.fields.values() if info.type == type_]


class Linking:
    """A parser's dictionary of the schema that it last saw. Safe to share between threads.

    A write makes another schema: its dictionary is made once, by one thread, and taken over from the last
    where no field has changed.
    """

    _linker: Linker | None = None

    def _link(self, schema: Schema | None) -> Linker | None:
        if schema is None:
            return None
        with _TURN:
            last = self._linker
            if last is None or last.schema is not schema:
                alike = last is not None and _same_fields(last.schema, schema)
                last = (
                    Linker(schema, last.values, last.names, last.denying)
                    if last and alike
                    else Linker(schema)
                )
                self._linker = last
            # Returned apart from what is kept: another thread may put another schema's in its place.
            return last


_TURN = Lock()
"""Whose turn it is to make a dictionary: several threads at once would each make the same."""


def _same_fields(one: Schema, other: Schema) -> bool:
    return len(one.fields) == len(other.fields) > 0 and all(
        other.fields.get(name) is info for name, info in one.fields.items()
    )


@lru_cache(maxsize=200_000)
def _spellings(value: str) -> tuple[tuple[str, ...], ...]:
    """The folded words that a value is known by, none for a lone stop word. Stores have 50,000 values."""
    both = dict.fromkeys((_folded(value), _folded(_HYPHEN.sub(" ", value))))
    return tuple(f for f in both if f and not (len(f) == 1 and f[0] in STOPWORDS))


@dataclass(frozen=True, slots=True)
class _Link:
    """Tokens [first, last) that spell a value, by field the values they may be."""

    first: int
    last: int
    readings: dict[str, list[str]]


def _grouped(text: str, found: Sequence[Token], links: Sequence[_Link]) -> Iterator[list[_Link]]:
    """Values of one field that stand in a list: "Accepted, Final or Active"."""
    group: list[_Link] = []
    for link in links:
        between = text[found[group[-1].last - 1].span[1] : found[link.first].span[0]] if group else ""
        if (
            group
            and _JOINED.match(between)
            and between.strip()
            and set(group[0].readings) & set(link.readings)
        ):
            group.append(link)
            continue
        if group:
            yield group
        group = [link]
    if group:
        yield group


def _people(text: str, found: Sequence[Token], group: Sequence[_Link]) -> bool:
    """Whether names of several words are joined by "and": "with Ann Cole and Bo Dale" is with both."""
    between = text[found[group[0].last - 1].span[1] : found[group[-1].first].span[0]]
    named = all(link.last - link.first > 1 and found[link.first].text[:1].isupper() for link in group)
    return named and re.search(r"\b(?:and|&)\b", between) is not None and not re.search(r"\bor\b", between)


def _heads(found: Sequence[Token], first: int, last: int) -> bool:
    """Whether a value in the plural is the noun that the rest of the clause describes: "comedies about"."""
    led = all(_empty(token.text) for token in found[:first])
    described = last < len(found) and found[last].text.casefold() in _DESCRIBING
    return led and described and found[last - 1].text.casefold().endswith("s") and last - first == 1


def _said_of_documents(found: Sequence[Token], first: int) -> bool:
    """Whether the value is what documents are said to be: "async proposals that are not rejected"."""
    place = first - 1
    while place >= 0 and found[place].text.casefold() in _BEING:
        place -= 1
    relative = place >= 1 and found[place].text.casefold() in ("that", "which")
    return relative and place < first - 1 and found[place - 1].text.casefold() in HEADS


def _stands_apart(found: Sequence[Token], first: int, last: int, text: str) -> bool:
    """Whether nothing else stands between the commas around the values: ", accepted or final,"."""
    start, end = found[first].span[0], found[last - 1].span[1]
    left, right = text.rfind(",", 0, start), text.find(",", end)
    between = (_PLACING.sub("", text[left + 1 : start]), text[end : right if right >= 0 else len(text)])
    return left >= 0 and not any(part.strip() for part in between)


def _folded(value: str) -> tuple[str, ...]:
    return tuple(singular(token.text) for token in tokens(value))


def _plain(value: str) -> str:
    return value.casefold().replace("’", "'")


def _of_authors(name: str) -> bool:
    """Whether the field says who wrote: what a name means that other fields have too."""
    return stem(re.split(r"[\W_]+", name)[-1]) == "author"


def _empty(word: str) -> bool:
    return bare(word) in STOPWORDS or bare(word) in GENERIC

"""Instructions whose conditions a program can decide, made from written wordings and fields.

`labels/wordings` of the repository holds frames ("Only papers {those}, please."), phrases ("with a {field} of
at least {value}") and whole sentences; `labels/fields.jsonl` holds fields of made-up collections with values.
Here they are put together, in ever new ways, with every slot's place known. The README of `labels` describes
the files.
"""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from adhere.errors import FileError
from adhere.parse.rules.cues import TASK, Label
from adhere.parse.tags import Clause, Slot
from adhere.schema import FieldInfo, Schema
from adhere.synth.labelled import read_labels
from adhere.train.augment import fillers, joined, roughened, sentences
from adhere.train.clauses import Example
from adhere.train.values import LANGUAGE_NAMES, count, date, keywords, mention, numbers, shown, version, years
from adhere.train.whole import Template, filled

FORMS = {"list form": "list"} | {kind: kind for kind in ("code", "numbers", "links", "table", "question")}
"""Kinds of wordings that name a form, and the slot that its words are."""
_PART = re.compile(r"\{(\w+?)(2?)\}|\[([^\[\]]+)\]")
_OPERATOR = re.compile(r"(number|version|date|time|words)(>=|<=|>|<|=)$")
_KINDS = {"words": "form", "time": "time", "language": "language", "about": "topic", "mentions": ""}
"""What the kinds head is taught; of the others, "field" and "form"."""
_ROLES: tuple[Label, ...] = ("want", "want", "avoid", "avoid", "prefer", "prefer", "disprefer")
"""How often a frame of each polarity is drawn."""


@dataclass(frozen=True, slots=True)
class Wordings:
    """Frames by polarity, phrases by kind, sentences with kinds and polarity, and whole instructions."""

    frames: Mapping[Label, Sequence[str]]
    phrases: Mapping[str, Sequence[str]]
    sentences: Sequence[tuple[tuple[str, ...], Label, str]]
    whole: Sequence[Template] = ()


_INLINE: Mapping[Label, Sequence[str]] = {
    "avoid": (
        "and nothing {those}",
        "but nothing {those}",
        "but none {those}",
        "and no ones {those}",
        "though not those {those}",
        "never ones {those}",
        "minus anything {those}",
        "yet without any {those}",
    ),
    "prefer": (
        "ideally {those}",
        "preferably {those}",
        "ideally ones {those}",
        "preferably some {those}",
        "and if possible {those}",
        "ones {those} first",
        "with a preference for those {those}",
    ),
    "disprefer": ("ones {those} last", "those {those} only if need be"),
}
"""How a sentence goes on with another polarity."""
_CONNECTIVE = re.compile(r"(?:and|but|though|yet) ")


def read_wordings(folder: Path) -> Wordings:
    """All `frames*.jsonl`, `phrases*.jsonl`, `sentences*.jsonl` and, if any, `whole*.jsonl` of a folder.

    Errors  FileError if there are none
    """
    frames: dict[Label, list[str]] = defaultdict(list)
    phrases: dict[str, list[str]] = defaultdict(list)
    for row in _rows(folder, "frames"):
        frames[row["polarity"]].append(row["text"])
    for row in _rows(folder, "phrases"):
        phrases[row["kind"]].append(row["text"])
    whole = [
        (tuple(row["kind"].split(" + ")), row["polarity"], row["text"]) for row in _rows(folder, "sentences")
    ]
    templates = [Template(row["text"]) for row in _rows(folder, "whole", needed=False)]
    return Wordings(dict(frames), dict(phrases), whole, templates)


def _rows(folder: Path, name: str, *, needed: bool = True) -> list[dict[str, Any]]:
    files = sorted(folder.glob(f"{name}*.jsonl"))
    if needed and not files:
        raise FileError(
            f"{folder} holds no {name}*.jsonl. Name the folder labels/wordings of the repository."
        )
    return [row for file in files for row in read_labels(file)]


def read_fields(path: Path) -> list[list[FieldInfo]]:
    """The fields of every made-up collection."""
    domains: dict[str, list[FieldInfo]] = defaultdict(list)
    for row in read_labels(path):
        values = {str(value): 1 for value in row["values"]}
        domains[row["domain"]].append(FieldInfo(row["name"], row["type"], is_list=row["list"], values=values))
    return list(domains.values())


@dataclass(slots=True)
class _Text:
    """A text that grows, and the slots in it."""

    text: str = ""
    slots: list[Slot] = field(default_factory=list)

    def add(self, text: str, label: str = "", *, denied: bool = False) -> None:
        if label:
            self.slots.append(Slot((len(self.text), len(self.text) + len(text)), label, denied))
        self.text += text

    def append(self, other: _Text) -> None:
        shift = len(self.text)
        self.slots += [Slot((s.span[0] + shift, s.span[1] + shift), s.label, s.denied) for s in other.slots]
        self.text += other.text


class TypedMaker:
    """Makes typed instructions without end; the same for the same seed and number.

    `natural` are labelled instructions, whose short conditions become subjects, whose sentences stand beside
    some of what is made, and whose background says who asks and why.
    """

    def __init__(
        self,
        wordings: Wordings,
        domains: Sequence[Sequence[FieldInfo]],
        natural: Sequence[Example],
        *,
        seed: int,
        roughened: float = 0.1,
        whole: float = 0.0,
    ) -> None:
        self._wordings, self._domains, self._seed, self._roughened = wordings, domains, seed, roughened
        self._whole = whole if wordings.whole else 0.0
        self._subjects = [filler for example in natural for filler in fillers(example)]
        self._beside = [part for example in natural for part in sentences(example)]
        self._context = [
            part for part in self._beside if part.clauses and {c.role for c in part.clauses} == {"background"}
        ]
        self._words = sorted({word for text in self._subjects for word in re.findall(r"[A-Za-z]{4,}", text)})
        self._kinds = sorted(wordings.phrases)

    def epoch(self, number: int, size: int) -> Iterator[Example]:
        """So many instructions of one to three sentences."""
        for row in range(size):
            yield self.example(random.Random(f"{self._seed}/{number}/{row}/typed"))

    def example(self, rng: random.Random) -> Example:
        """One instruction over the fields of one collection, which it knows in two thirds of the cases."""
        fields = rng.choice(self._domains)
        made = (
            self._of_a_template(rng, fields)
            if rng.random() < self._whole
            else self._put_together(rng, fields)
        )
        if self._context and rng.random() < 0.15:
            pair = (rng.choice(self._context), made)
            made = joined(*(pair if rng.random() < 0.7 else pair[::-1]), ". ")
        if rng.random() < self._roughened:
            made = roughened(made, rng)
        schema = Schema({info.name: info for info in fields}) if rng.random() < 0.67 else None
        query = rng.choice(self._subjects)
        return Example(query, made.instruction, made.clauses, schema)

    def _of_a_template(self, rng: random.Random, fields: Sequence[FieldInfo]) -> Example:
        """One whole instruction as it was written, with other values."""
        while True:
            made = filled(rng.choice(self._wordings.whole), rng, fields, self._subjects, self._words)
            if made is not None:
                return made

    def _put_together(self, rng: random.Random, fields: Sequence[FieldInfo]) -> Example:
        """One to three sentences, each of a frame or a wording of its own."""
        made = self._sentence(rng, fields)
        for _ in range(rng.choice((0, 0, 0, 1, 1, 2))):
            other = rng.choice(self._beside) if rng.random() < 0.25 else self._sentence(rng, fields)
            pair = (made, other) if rng.random() < 0.7 else (other, made)
            made = joined(*pair, rng.choice((". ", ". ", ". ", "; ", "\n", ", ")))
        return joined(made, self._inline(rng, fields), ", ") if rng.random() < 0.2 else made

    def schema(self, rng: random.Random) -> Schema:
        """The schema of some collection."""
        return Schema({info.name: info for info in rng.choice(self._domains)})

    # --- one sentence ---------------------------------------------------------------------------

    def _sentence(self, rng: random.Random, fields: Sequence[FieldInfo]) -> Example:
        while True:
            if rng.random() < 0.35 and self._wordings.sentences:
                kinds, role, pattern = rng.choice(self._wordings.sentences)
                built = self._filled(rng, fields, kinds, pattern)
                start = None
            else:
                role = rng.choice([role for role in _ROLES if role in self._wordings.frames])
                kinds, built, start = self._framed(rng, fields, role)
            if built is not None:
                return _labelled(built, kinds, role, start)

    def _inline(self, rng: random.Random, fields: Sequence[FieldInfo]) -> Example:
        """A few words that go on with another polarity: "and nothing in French"."""
        while True:
            role = rng.choice([role for role in _ROLES if role in _INLINE])
            frame = rng.choice(_INLINE[role])
            built = self._around(rng, fields, frame, (rng.choice(self._kinds),))
            if built is None:
                continue
            lead = _CONNECTIVE.match(built.text)
            clause = Clause((lead.end() if lead else 0, len(built.text)), role, "", slots=tuple(built.slots))
            return Example("", built.text, (clause,))

    def _framed(
        self, rng: random.Random, fields: Sequence[FieldInfo], role: Label
    ) -> tuple[tuple[str, ...], _Text | None, int]:
        frame = rng.choice(self._wordings.frames[role])
        kinds = tuple(rng.sample(self._kinds, 2 if rng.random() < 0.15 and len(self._kinds) > 1 else 1))
        return kinds, self._around(rng, fields, frame, kinds), frame.index("{those}")

    def _around(
        self, rng: random.Random, fields: Sequence[FieldInfo], frame: str, kinds: Sequence[str]
    ) -> _Text | None:
        """The frame with a phrase of each kind in it; None where the collection has no field for one."""
        before, _, after = frame.partition("{those}")
        built = _Text(before)
        for place, kind in enumerate(kinds):
            phrase = self._filled(rng, fields, (kind,), rng.choice(self._wordings.phrases[kind]))
            if phrase is None:
                return None
            if place:
                built.add(rng.choice((" and ", ", ", " and ")))
            built.append(phrase)
        built.add(after)
        return built

    def _filled(
        self, rng: random.Random, fields: Sequence[FieldInfo], kinds: Sequence[str], pattern: str
    ) -> _Text | None:
        """The pattern with words in its places; None where the collection has no field for it."""
        places: list[dict[str, list[tuple[str, str]]]] = []
        for kind in kinds:
            filled = self._places(rng, fields, kind)
            if filled is None:
                return None
            places.append(filled)
        forms = [
            (FORMS[bare], kind != bare)
            for kind, bare in ((k, k.removeprefix("not ")) for k in kinds)
            if bare in FORMS
        ]
        built, end = _Text(), 0
        for match in _PART.finditer(pattern):
            built.add(pattern[end : match.start()])
            end = match.end()
            if match[3]:
                label, denied = forms.pop(0)
                built.add(match[3], label, denied=denied)
                continue
            number = 1 if match[2] else 0
            for text, label in places[number][match[1]]:
                built.add(text, label, denied=kinds[number].startswith("not ") and label != "field")
        built.add(pattern[end:])
        return built

    def _places(
        self, rng: random.Random, fields: Sequence[FieldInfo], kind: str
    ) -> dict[str, list[tuple[str, str]]] | None:
        """For every placeholder of the kind, the pieces of text that fill it, with their slots."""
        bare = kind.removeprefix("not ")
        compared = _OPERATOR.match(bare)
        label = compared[2] if compared and compared[2] != "=" else "value"
        if bare in FORMS:
            return {}
        if bare == "mentions":
            return {"value": [(mention(rng, self._words), "mention")]}
        if bare == "about":
            return {"value": [(rng.choice(self._subjects), "subject")]}
        if bare == "language":
            return {"value": [(rng.choice(LANGUAGE_NAMES), "language")]}
        if compared and compared[1] == "words":
            return {"value": [(count(rng), f"words{compared[2]}")]}
        if bare == "time range":
            return _range(years(rng))
        if compared and compared[1] == "time":
            return {"value": [(date(rng), label)]}
        return self._of_field(rng, fields, bare, label)

    def _of_field(
        self, rng: random.Random, fields: Sequence[FieldInfo], kind: str, op: str
    ) -> dict[str, list[tuple[str, str]]] | None:
        type_ = re.sub(r"[<>=]+$| range$", "", kind)
        known = {"field": "keyword", "value": "keyword", "list": "keyword"}.get(type_, type_)
        fitting = [
            f
            for f in fields
            if f.type == known and (type_ not in ("field", "list") or f.is_list == (type_ == "list"))
        ]
        if not fitting:
            return None
        info = rng.choice(fitting)
        named = [(shown(info.name, rng), "field")]
        if kind.endswith(" range"):
            ends = years(rng) if type_ == "date" else numbers(rng, info)
            return {"field": named} | _range(ends)
        if known == "keyword":
            return {"field": named, "value": keywords(rng, list(info.values))}
        values: Mapping[str, Callable[[], str]] = {
            "boolean": lambda: rng.choice(("true", "false", "yes", "no", "True", "False")),
            "number": lambda: numbers(rng, info)[0],
            "version": lambda: version(rng, list(info.values)),
            "date": lambda: date(rng),
        }
        return {"field": named, "value": [(values[known](), op)]}


def _labelled(built: _Text, kinds: Sequence[str], role: Label, start: int | None) -> Example:
    """The text as an example of one clause, without what ends it, and with a lead-in cut off a want."""
    last = max(len(built.text.rstrip(" \t\n.!?;,")), *(slot.span[1] for slot in built.slots))
    first = len(built.text) - len(built.text.lstrip())
    lead = TASK.match(built.text) if role == "want" and start else None
    clauses = []
    if lead and lead.end() <= (start or 0) and lead[0].strip():
        clauses.append(Clause((first, lead.start() + len(lead[0].rstrip())), "task", "topic", slots=()))
        first = lead.end()
    bare = kinds[0].removeprefix("not ")
    kind = (
        ""
        if len(kinds) > 1
        else _KINDS.get(re.sub(r"[<>=]+$| range$", "", bare), "form" if bare in FORMS else "field")
    )
    clauses.append(Clause((first, last), role, kind, slots=tuple(built.slots)))
    text = built.text[:1].upper() + built.text[1:] if start is not None else built.text
    return Example("", text, tuple(clauses))


def _range(ends: tuple[str, str]) -> dict[str, list[tuple[str, str]]]:
    return {"value": [(ends[0], ">=")], "end": [(ends[1], "<=")]}

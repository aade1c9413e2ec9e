"""Whole instructions with places to fill: how people put several conditions into one sentence.

A line of `labels/wordings/whole*.jsonl` has a text of tagged clauses with places in them:

    show me <want>{keyword} ones since {time>=}</want>, <avoid>nothing on {subject}</avoid>

Tags are the polarities, `background`, and `unless` for what limits the clause before it. Places are
`keyword`, `keyword2` ... (values of one field), `other`, `other2` (of a second one), `number`, `version`,
`time` and `date` with their operator, `words` with its, `subject`, `mention`, `language`; `flag` is an
adjective that names a field of truth values ("organic"), `feature` a noun that does ("transcript" of
`has_transcript`); `{keyword.field}` is the name of the field; `[code:snippets]` are words that name a form.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal, cast, get_args

from adhere.errors import FileError
from adhere.need import Span
from adhere.parse.rules.cues import TASK, Label
from adhere.parse.tags import Clause, Slot
from adhere.schema import FieldInfo
from adhere.train.clauses import Example
from adhere.train.values import LANGUAGE_NAMES, cased, count, date, mention, numbers, shown, version, years

Tag = Literal["want", "avoid", "prefer", "disprefer", "background", "unless"]
FORMS = ("code", "numbers", "links", "list", "table", "question")
_TYPES = {
    "keyword": "keyword", "other": "keyword", "number": "number", "version": "version", "date": "date",
    "flag": "boolean", "feature": "boolean",
}  # fmt: skip
"""The type of the field that a place is filled from."""
_HAS = "has_"
"""What the name of a field begins with that says whether a document has something."""
_PLACES = (*_TYPES, "time", "words", "subject", "mention", "language")
_PIECE = re.compile(
    r"<(?P<close>/?)(?P<tag>\w+)>"
    r"|\{(?P<place>[a-z]+)(?P<which>\d?)(?P<named>\.field)?(?P<op>>=|<=|>|<|=)?\}"
    rf"|\[(?P<form>{'|'.join(FORMS)}):(?P<said>[^\[\]]+)\]"
)
_STRAY = re.compile(r"[<>{}\[\]]")
_KINDS = {"subject": "topic", "language": "language"} | dict.fromkeys(FORMS, "form")
"""What the kinds head is taught of a clause with this slot alone."""


@dataclass(frozen=True, slots=True)
class Template:
    """A whole instruction: plain text, tags and places in their order.

    Errors  FileError if tags are not balanced, or a place or a form is not known
    """

    text: str

    def __post_init__(self) -> None:
        opened, clauses = "", 0
        for piece in _PIECE.finditer(self.text):
            tag = piece["tag"]
            if tag:
                fits = opened == tag if piece["close"] else not opened and tag in get_args(Tag)
                opened = "" if piece["close"] else tag
                clauses += bool(piece["close"])
                fits = fits and (tag != "unless" or clauses > 0)
            else:
                fits = bool(opened) and piece["place"] in (None, *_PLACES)
            if not fits:
                raise self._error(piece[0])
        stray = _STRAY.search(_PIECE.sub("", self.text))
        if opened or stray or not clauses:
            raise self._error(stray[0] if stray else opened or "its end")

    def _error(self, found: str) -> FileError:
        return FileError(
            f"The wording {self.text!r} cannot be read at {found!r}. Clauses stand in <want>, <avoid>, "
            "<prefer>, <disprefer>, <background> or, behind another, <unless>, and places stand in clauses; "
            "adhere.train.whole has the list."
        )


def filled(
    template: Template,
    rng: random.Random,
    fields: Sequence[FieldInfo],
    subjects: Sequence[str],
    words: Sequence[str],
) -> Example | None:
    """The instruction with its places filled; None where the collection has no field for one."""
    values = _Values(rng, fields, subjects, words)
    text, end = "", 0
    slots: list[Slot] = []
    clauses: list[Clause] = []
    start = 0
    for piece in _PIECE.finditer(template.text):
        text += template.text[end : piece.start()]
        end = piece.end()
        if piece["tag"] and not piece["close"]:
            start, slots = len(text), []
        elif piece["tag"]:
            clauses.append(_clause(piece["tag"], (start, len(text)), slots, clauses))
        else:
            said, label = (piece["said"], piece["form"]) if piece["form"] else values.of(piece)
            if said is None:
                return None
            slots.append(Slot((len(text), len(text) + len(said)), label))
            text += said
    text += template.text[end:]
    leads = _lead_in(text, clauses)
    moved = [c if c.unless_of is None else replace(c, unless_of=c.unless_of + len(leads)) for c in clauses]
    return Example("", text, (*leads, *moved))


def _clause(tag: str, span: Span, slots: Sequence[Slot], before: Sequence[Clause]) -> Clause:
    labels = {slot.label for slot in slots}
    kind = _KINDS.get(next(iter(labels)), "field") if len(labels) == 1 else ""
    core = slots[0].span if len(slots) == 1 and labels == {"subject"} else None
    if tag != "unless":
        return Clause(span, cast("Label", tag), kind, core, slots=tuple(slots))
    excluding = [n for n, clause in enumerate(before) if clause.role in ("avoid", "disprefer")]
    limited = excluding[-1] if excluding else len(before) - 1
    return Clause(span, "want", kind, core, limited, slots=tuple(slots))


def _lead_in(text: str, clauses: Sequence[Clause]) -> list[Clause]:
    """What opens the instruction and only says that it is one: "show me"."""
    lead = TASK.match(text[: clauses[0].span[0]] + "it")
    if lead is None or text[lead.end() : clauses[0].span[0]].strip():
        return []
    return [Clause((lead.start(), len(lead[0].rstrip())), "task", "topic", slots=())]


class _Values:
    """What fills the places of one instruction: each kind from one field, and no value twice."""

    def __init__(
        self,
        rng: random.Random,
        fields: Sequence[FieldInfo],
        subjects: Sequence[str],
        words: Sequence[str],
    ) -> None:
        self._rng, self._subjects, self._words = rng, subjects, words
        free = rng.sample(list(fields), len(fields))
        self._fields: dict[str, FieldInfo] = {}
        for place, type_ in _TYPES.items():
            info = next((one for one in free if one.type == type_ and _names(one.name, place)), None)
            if info is not None:
                free.remove(info)
                self._fields[place] = info
        self._left = {place: rng.sample(list(f.values), len(f.values)) for place, f in self._fields.items()}
        self._times = years(rng)

    def of(self, piece: re.Match[str]) -> tuple[str | None, str]:
        """The words for a place, None where there are none, and the slot that they fill."""
        place, op = piece["place"], piece["op"]
        label = "value" if op in (None, "=") else op
        plain: dict[str, Callable[[], tuple[str, str]]] = {
            "subject": lambda: (self._rng.choice(self._subjects), "subject"),
            "mention": lambda: (mention(self._rng, self._words), "mention"),
            "language": lambda: (self._rng.choice(LANGUAGE_NAMES), "language"),
            "words": lambda: (count(self._rng), f"words{op}"),
            "time": lambda: (self._time(piece["which"]), label),
        }
        if place in plain:
            return plain[place]()
        info = self._fields.get(place)
        if info is None:
            return None, ""
        if piece["named"]:
            return shown(info.name, self._rng), "field"
        if info.type == "boolean":
            return shown(info.name.removeprefix(_HAS), self._rng), "field"
        return self._value(place, info), label

    def _time(self, which: str) -> str:
        """A date; two of them are years, the later one second."""
        return self._times[1] if which else self._times[0] if self._rng.random() < 0.5 else date(self._rng)

    def _value(self, place: str, info: FieldInfo) -> str | None:
        if info.type == "number":
            return numbers(self._rng, info)[0]
        if info.type == "version":
            return version(self._rng, list(info.values))
        if info.type == "date":
            return date(self._rng)
        return cased(self._left[place].pop(), self._rng) if self._left[place] else None


def _names(name: str, place: str) -> bool:
    """Whether a field of this name can be said in this place: as a noun, or as one adjective."""
    if place == "feature":
        return name.startswith(_HAS)
    return place != "flag" or "_" not in name or name.endswith("_accessible")

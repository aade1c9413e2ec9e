"""What are the fields of these documents? Types and dictionaries of values, learned from raw metadata.

Every field counts, per type, how many of its values read as that type, so documents can come and go one
by one and the type follows. Nothing here is stored per document: a store that changes its mind about a
type re-reads nothing but these counts.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from operator import itemgetter
from typing import Any

from adhere.errors import SchemaError
from adhere.need import Document
from adhere.schema import FieldInfo, FieldType, Schema
from adhere.store.protocol import TIME
from adhere.values import Raw, as_written, beyond_exact, flatten, lists_in, parts, read, written

MOST_VALUES = 100_000
"""Distinct values a field keeps; further new ones are not counted, and the field says so (`complete`)."""
ENOUGH = 0.8
"""Share of the values that must read as a type; the others are reported as unparsed."""
TIME_FIELDS = tuple(
    "created published date datetime time timestamp issued posted submitted written updated modified".split()  # noqa: SIM905
)
"""Names of fields that say when a document speaks, the best first."""

_TYPES: tuple[FieldType, ...] = ("boolean", "date", "number", "version")
_TWO_DOTS = re.compile(r"v?\d+\.\d+\.\d+\S*|v\d+\.\d+\S*")
_TRAILING_ZERO = re.compile(r"\d+\.[1-9]0")
_MONEY = re.compile(r"price|cost|amount|fee|rate|total|score|salary|budget|percent", re.I)
_LISTS = frozenset(
    "authors tags keywords topics categories genres labels people places languages cast aliases".split()  # noqa: SIM905
)


def infer(
    documents: Iterable[Document],
    *,
    types: Mapping[str, FieldType] | None = None,
    time_field: str | None = None,
) -> Schema:
    """The schema of these documents; `types` and `time_field` overrule what their values suggest.

    Errors  SchemaError if an override names a field that no document has
    """
    columns = Columns()
    for document in documents:
        columns.add(document)
    schema = columns.schema(types=types, time_field=time_field)
    for name in (*(types or {}), *([time_field] if time_field else [])):
        if name not in schema:
            raise SchemaError(
                f"No document has a field {name!r}. Fields: {', '.join(schema.fields) or 'none'}."
            )
    return schema


def dated(document: Document, time_field: str | None = None) -> Document:
    """The document with its time taken from `time_field`, else from the best-named date of its fields."""
    if document.time is not None:
        return document
    fields = {name.casefold(): values for name, values in flatten(document.fields).items()}
    for name in [time_field.casefold()] if time_field else TIME_FIELDS:
        times = [t for raw in fields.get(name, ()) for t in read(raw, "date") if isinstance(t, datetime)]
        if times:
            return replace(document, time=max(times))
    return document


@dataclass
class Column:
    """What has been seen in one field, in numbers of documents (`total`, `reads`, `marks`: of values).

    `values` is capped, the other counts are not: what was never counted could not be taken away again.
    """

    documents: int = 0
    lists: int = 0
    values: Counter[str] = field(default_factory=Counter)
    reads: Counter[str] = field(default_factory=Counter)
    marks: Counter[str] = field(default_factory=Counter)
    overflow: bool = False
    total: int = 0
    _known: tuple[FieldType | None, FieldInfo] | None = field(default=None, compare=False)
    """What `info` last said, until another value is counted: a write changes few fields of a large store."""

    def count(self, scalars: list[Raw], is_list: bool, sign: int) -> None:
        """Add (sign 1) or take away (sign -1) the values of one document."""
        self._known = None
        self.documents += sign
        self.lists += sign * is_list
        for text, raw in {written(raw): raw for raw in scalars}.items():
            self._keep(text, sign)
            self.total += sign
            self.reads.update({type: sign for type in _TYPES if _reads(raw, type)})
            self.marks.update(dict.fromkeys(_marks(text), sign))

    def _keep(self, text: str, sign: int) -> None:
        if text in self.values:
            self.values[text] += sign
            if self.values[text] <= 0:
                del self.values[text]
        elif sign > 0 and len(self.values) < MOST_VALUES:
            self.values[text] = sign
        elif sign > 0:
            self.overflow = True

    def type(self, name: str) -> FieldType:
        """The type that nearly all values read as; keyword if none."""
        if not self.total:
            return "keyword"
        fits = {type for type in _TYPES if self.reads[type] >= ENOUGH * self.total}
        for type in ("boolean", "date"):
            if type in fits:
                return type
        if "version" in fits and ("number" not in fits or self._looks_like_versions(name)):
            return "version" if self.marks["dot"] or "version" in name.casefold() else "keyword"
        return "number" if "number" in fits else "keyword"

    def _looks_like_versions(self, name: str) -> bool:
        if "version" in name.casefold() or self.marks["two dots"] > 0:
            return True
        return self.marks["trailing zero"] > 0 and not _MONEY.search(name)

    def splits(self, name: str) -> bool:
        """Whether a comma in a keyword separates values: "A, B" of authors does, in a title it does not.

        Either the name is that of a list, or the parts live lives of their own: most of them occur in other
        values too, and some both first and later, as "Paris, France" and "Smith, John" never do.
        """
        rows = [parts(text) for text in self.values if "," in text]
        if not rows or any(len(part) > 40 or len(part.split()) > 4 for row in rows for part in row):
            return False
        if name.rpartition(".")[2].casefold() in _LISTS:
            return True
        first = Counter(row[0] for row in rows if row) + Counter(t for t in self.values if "," not in t)
        later = Counter(part for row in rows for part in row[1:])
        seen = first + later
        recurring = sum(1 for part in seen if seen[part] > 1)
        return recurring > 0.5 * len(seen) and sum(1 for part in later if part in first) > 0.3 * len(later)

    def info(self, name: str, type: FieldType | None) -> FieldInfo:
        """The field as the schema shows it; the same object as long as nothing is counted."""
        if self._known is None or self._known[0] != type:
            self._known = type, self._info(name, type or self.type(name))
        return self._known[1]

    def _info(self, name: str, type: FieldType) -> FieldInfo:
        split = type == "keyword" and self.splits(name)
        values: Counter[str] = Counter()
        unparsed: Counter[str] = Counter()
        commas = False
        if type == "keyword" and not split:
            values = self.values  # any text is a keyword, as it stands
        else:
            for text, number in self.values.items():
                if not read(text, type, split=split):
                    unparsed[text] += number
                    continue
                shown = as_written(text, type, split=split)
                commas = commas or len(shown) > 1
                values.update(dict.fromkeys(shown, number))
        ordered = sorted(values.items())
        ordered.sort(key=itemgetter(1), reverse=True)
        return FieldInfo(
            name=name,
            type=type,
            is_list=self.lists > 0 or commas,
            documents=self.documents,
            values=dict(ordered),
            complete=not self.overflow,
            unparsed=tuple(text for text, _ in unparsed.most_common(20)),
            unparsed_count=sum(unparsed.values()),
            split=split,
        )


class Columns:
    """The fields of a changing set of documents."""

    def __init__(self) -> None:
        self.documents = 0
        self.timed = 0
        self.columns: dict[str, Column] = {}

    def add(self, document: Document) -> None:
        self._count(document, 1)

    def remove(self, document: Document) -> None:
        """Forget a document that was added before."""
        self._count(document, -1)

    def schema(
        self, *, types: Mapping[str, FieldType] | None = None, time_field: str | None = None
    ) -> Schema:
        """The schema as of now. An override may name a field that no document has yet."""
        types = types or {}
        fields = {name: column.info(name, types.get(name)) for name, column in sorted(self.columns.items())}
        if time_field is None:
            # Documents may have their time beside their fields; TIME is where a store keeps it.
            time_field = _time_field(fields) or (TIME if self.timed > 0 else "")
        return Schema(fields, self.documents, time_field)

    def to_json(self) -> dict[str, Any]:
        """Plain data that `from_json` reads back to equal columns."""
        return {
            "documents": self.documents,
            "timed": self.timed,
            "columns": {
                name: {
                    "documents": column.documents,
                    "lists": column.lists,
                    "values": dict(column.values),
                    "reads": dict(column.reads),
                    "marks": dict(column.marks),
                    "overflow": column.overflow,
                    "total": column.total,
                }
                for name, column in self.columns.items()
            },
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Columns:
        """Errors  KeyError for data that lacks a count"""
        columns = cls()
        columns.documents = data["documents"]
        columns.timed = data.get("timed", 0)  # a store of before counted none
        for name, c in data["columns"].items():
            columns.columns[name] = Column(
                c["documents"],
                c["lists"],
                Counter(c["values"]),
                Counter(c["reads"]),
                Counter(c["marks"]),
                c["overflow"],
                # Stores of before have no total; below the cap the values give it.
                c["total"] if c["overflow"] else sum(c["values"].values()),
            )
        return columns

    def _count(self, document: Document, sign: int) -> None:
        self.documents += sign
        self.timed += sign * (document.time is not None)
        lists = lists_in(document.fields)
        for name, scalars in flatten(document.fields).items():
            column = self.columns.setdefault(name, Column())
            column.count(scalars, name in lists, sign)
            if column.documents <= 0:
                del self.columns[name]


def _reads(raw: Raw, type: FieldType) -> bool:
    """Whether a value counts as one of this type; whole numbers that no float tells apart are names."""
    return bool(read(raw, type)) and not (type == "number" and beyond_exact(raw))


def _marks(text: str) -> list[str]:
    marks = [mark for mark, sign in (("dot", "."), ("comma", ",")) if sign in text]
    for part in parts(text):
        if _TWO_DOTS.fullmatch(part):
            marks.append("two dots")
        if _TRAILING_ZERO.fullmatch(part):
            marks.append("trailing zero")
    return marks


def _time_field(fields: Mapping[str, FieldInfo]) -> str:
    dates = {name.casefold(): name for name, info in fields.items() if info.type == "date"}
    named = [dates[name] for name in TIME_FIELDS if name in dates]
    return named[0] if named else max(dates.values(), key=lambda name: fields[name].documents, default="")

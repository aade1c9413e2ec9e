"""What holds in which document, decided by program and apart from the engine's own judges.

The audit never asks a judge that is itself under audit: a mistake in `adhere.judge` must show up here as a
failed need, not as a wrong key to the exam.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import Any

from adhere.form import form_features
from adhere.need import Condition, Document, Field, Form, Mentions, Scalar, Time
from adhere.schema import Schema
from adhere.values import typed, values_at
from adhere.words import occurrences, tokens

Ids = frozenset[str]

_COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


class Truth:
    """The documents with everything that conditions ask of them, read once."""

    def __init__(self, documents: Sequence[Document], schema: Schema) -> None:
        self.documents = documents
        self.schema = schema
        self.ids: Ids = frozenset(document.id for document in documents)
        self._known: dict[Condition, Ids] = {}
        self._values: dict[str, dict[str, tuple[Scalar, ...]]] = {}

    def holds(self, condition: Condition) -> Ids:
        """Ids of the documents in which the condition holds; where a value is unknown it does not."""
        if condition not in self._known:
            self._known[condition] = frozenset(self._matching(condition))
        return self._known[condition]

    def values(self, name: str) -> dict[str, tuple[Scalar, ...]]:
        """Document id -> values of a field under its type, of the documents that have one."""
        if name not in self._values:
            info = self.schema[name]
            found = ((each.id, typed(info, values_at(each.fields, name))) for each in self.documents)
            self._values[name] = {identifier: values for identifier, values in found if values}
        return self._values[name]

    def unlabelled(self, name: str) -> Ids:
        """Ids of the documents without a value of the field: what would be asked of it, nobody knows."""
        return self.ids - self.values(name).keys()

    @cached_property
    def forms(self) -> dict[str, dict[str, bool | int | str]]:
        """Document id -> features of `adhere.form`."""
        return {document.id: form_features(document) for document in self.documents}

    @cached_property
    def words(self) -> dict[str, dict[str, int]]:
        """Word -> document id -> how often it occurs there; the title counts like three times the text."""
        found: dict[str, dict[str, int]] = {}
        for document in self.documents:
            for text, weight in ((document.title, 3), (document.text, 1)):
                for word, _ in tokens(text):
                    row = found.setdefault(word, {})
                    row[document.id] = row.get(document.id, 0) + weight
        return found

    @cached_property
    def times(self) -> dict[str, datetime]:
        """Document id -> its time, of the documents that have one."""
        return {document.id: document.time for document in self.documents if document.time is not None}

    def _matching(self, condition: Condition) -> Iterator[str]:
        match condition:
            case Field(name, op, value):
                for identifier, values in self.values(name).items():
                    if any(_COMPARE[op](each, value) for each in values):
                        yield identifier
            case Mentions(phrase) if phrase in self.words:
                yield from self.words[phrase]
            case Mentions(phrase):
                for document in self.documents:
                    if any(
                        True for text in (document.title, document.text) for _ in occurrences(phrase, text)
                    ):
                        yield document.id
            case Time(start, end):
                for identifier, time in self.times.items():
                    if (start is None or start <= time) and (end is None or time < end):
                        yield identifier
            case Form(feature, op, value):
                for identifier, features in self.forms.items():
                    if _COMPARE[op](features[feature], value):
                        yield identifier
            case _:
                raise TypeError(f"no program decides {condition!r}")

"""Is this something a store can keep, filter by, or score? Asked before any engine is.

Engines stay silent where they should object: Qdrant Edge answers `must_not` on an unknown field with every
document, and a string compared to a number with none. So nothing unknown or of a wrong type gets there.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from difflib import get_close_matches
from typing import Any

import numpy as np

from adhere.encode.protocol import Array
from adhere.errors import InputError, SchemaError
from adhere.form import FEATURES
from adhere.need import Document
from adhere.schema import FieldType, Schema
from adhere.store.protocol import (
    FORM,
    TIME,
    And,
    Clause,
    Constant,
    Decay,
    Divide,
    Entry,
    Exp,
    Filter,
    Formula,
    Known,
    Ln,
    Match,
    Meaning,
    Negation,
    Or,
    Product,
    Range,
    Sum,
    Words,
)
from adhere.values import check_whole


def field_type(name: str, schema: Schema) -> FieldType:
    """The type of a field or reserved name.

    Errors  SchemaError for a name that neither the schema nor the store knows
    """
    if name == TIME:
        return "date"
    if name.startswith(FORM) and name.removeprefix(FORM) in FEATURES:
        return FEATURES[name.removeprefix(FORM)]
    if name in schema:
        return schema[name].type
    known = (
        [TIME, *(FORM + feature for feature in FEATURES)] if name.startswith("@") else sorted(schema.fields)
    )
    near = get_close_matches(name, known, n=1)
    hint = f" Did you mean {near[0]!r}?" if near else ""
    raise SchemaError(
        f"There is no field {name!r} in this store.{hint} Its fields: {', '.join(known) or 'none'}."
    )


def check_filter(where: Filter, schema: Schema) -> None:
    """Errors  SchemaError for an unknown field, or a value or bound that is not of the field's type"""
    match where:
        case And(parts) | Or(parts):
            for part in parts:
                check_filter(part, schema)
        case Negation(part):
            check_filter(part, schema)
        case Match(name, values):
            for value in values:
                _check_value(name, field_type(name, schema), value)
        case Range():
            _check_range(where, field_type(where.field, schema))
        case Known(name):
            field_type(name, schema)


def check_formula(formula: Formula, clauses: Sequence[Clause], schema: Schema) -> None:
    """Errors  SchemaError for a decay over no date; InputError for a clause that is not there, or NaN"""
    match formula:
        case Meaning(number) | Words(number):
            if not 0 <= number < len(clauses):
                raise InputError(f"The formula speaks of clause {number}, but there are {len(clauses)}.")
        case Constant(value):
            if not math.isfinite(value):
                raise InputError(f"A formula constant must be finite, found {value}.")
        case Decay(name, origin, half_life_days):
            if (type := field_type(name, schema)) != "date":
                raise SchemaError(f"Recency needs a date field; {name!r} is a {type} field.")
            if origin.tzinfo is None or not half_life_days > 0:
                raise InputError("Recency needs an aware origin and a half-life above 0 days.")
        case Sum(parts) | Product(parts):
            for part in parts:
                check_formula(part, clauses, schema)
        case Divide(left, right):
            check_formula(left, clauses, schema)
            check_formula(right, clauses, schema)
        case Exp(part) | Ln(part):
            check_formula(part, clauses, schema)


def check_clauses(clauses: Sequence[Clause], dimension: int) -> None:
    """Errors  InputError for a vector of another shape, or with NaN"""
    for number, clause in enumerate(clauses):
        _check_vectors(clause.vector, (dimension,), f"Clause {number} ({clause.text[:40]!r})")


def ids_of(given: Iterable[str], what: str = "ids") -> list[str]:
    """The ids as a list. One string is refused: read by its characters, "22" would be the document "2".

    Errors  InputError, naming `what`, for anything but several strings
    """
    if isinstance(given, str):
        raise InputError(f"{what} is a list of document ids, found {given!r}. For one document: [{given!r}].")
    if not isinstance(given, Iterable):
        raise InputError(f"{what} is a list of document ids, found {given!r:.80}.")
    found = list(given)
    for each in found:
        if not isinstance(each, str):
            raise InputError(f"{what} is a list of document ids, which are strings; it holds {each!r:.80}.")
    return found


def several(documents: object, message: str) -> None:
    """Errors  InputError for one document, or a string, in place of several; {} of the message is what was
    found"""
    if isinstance(documents, str | Mapping | Document) or not isinstance(documents, Iterable):
        raise InputError(message.format(f"{documents!r:.80}"))


def check_document(document: Document) -> None:
    """Errors  InputError for what is no `Document`, or a part of it that is not of its type"""
    if not isinstance(document, Document):
        raise InputError(
            f"Documents are adhere.Document(id, text, title=..., fields=...), found {document!r:.80}."
        )
    for part in ("id", "text", "title", "url", "group"):
        if not isinstance(value := getattr(document, part), str):
            raise InputError(f"Document {document.id!r:.80}: its {part} is a string, found {value!r:.80}.")
    if not isinstance(document.fields, Mapping):
        raise InputError(
            f"Document {document.id!r}: its fields are a mapping, found {document.fields!r:.80}."
        )
    if document.time is not None and not isinstance(document.time, datetime):
        raise InputError(f"Document {document.id!r}: its time is a datetime, found {document.time!r:.80}.")


def check_entry(entry: Entry, dimension: int) -> None:
    """Errors  InputError, naming the document, for what no store could give back as it was"""
    document = entry.document
    where = f"Document {document.id!r}"
    if not document.id:
        raise InputError("A document needs an id that is not empty.")
    if not entry.passages:
        raise InputError(f"{where} has no passages; an empty text has one empty passage.")
    if document.time is not None and document.time.tzinfo is None:
        raise InputError(f"{where} has a time without a zone: {document.time}. Give it one, e.g. UTC.")
    check_whole(
        (document.id, document.title, document.url, document.group, document.text, document.fields), where
    )
    for encoded in entry.passages:
        _check_vectors(encoded.vector, (dimension,), where)
        _check_vectors(encoded.sentences, (len(encoded.passage.sentences), dimension), where)


def _check_value(name: str, type: FieldType, value: object) -> None:
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    fits = {
        "keyword": isinstance(value, str),
        "version": isinstance(value, str),
        "number": number and _is_number(value),
        "boolean": isinstance(value, bool),
        "date": False,
    }[type]
    if not fits:
        want = {"date": "a Range of aware datetimes", "version": "versions as written"}.get(
            type, f"{type} values"
        )
        raise SchemaError(f"{name!r} is a {type} field and takes {want}; found {value!r}.")


def _check_range(where: Range, type: FieldType) -> None:
    if type not in ("number", "date"):
        raise SchemaError(
            f"{where.field!r} is a {type} field, which has no range. Use a Match of its values."
        )
    for bound in (where.gt, where.gte, where.lt, where.lte):
        if bound is None:
            continue
        if type == "number" and not (not isinstance(bound, (datetime, bool, str)) and _is_number(bound)):
            raise SchemaError(f"{where.field!r} is a number field; found the bound {bound!r}.")
        if type == "date" and not (isinstance(bound, datetime) and bound.tzinfo is not None):
            raise SchemaError(f"{where.field!r} is a date field and takes aware datetimes; found {bound!r}.")


def _is_number(value: Any) -> bool:
    try:
        return not math.isnan(float(value))
    except (OverflowError, TypeError):
        return False


def _check_vectors(vectors: Array, shape: tuple[int, ...], where: str) -> None:
    if tuple(vectors.shape) != shape:
        raise InputError(f"{where}: a vector has the shape {vectors.shape}, this store expects {shape}.")
    if not np.isfinite(vectors).all():
        raise InputError(f"{where}: a vector has a value that is not finite.")

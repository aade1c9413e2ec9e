"""A row becomes a document: what its columns are taken for, in tables and in lines of JSON alike."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from adhere.errors import FileError
from adhere.need import Document

IDS = ("_id", "id", "doc_id", "docid")
TITLES = ("title", "name", "headline", "subject")
TEXTS = ("text", "body", "content", "contents", "abstract", "description", "summary", "extract", "document")
URLS = ("url", "link")
NESTED = ("metadata", "fields")
"""Keys whose value is a mapping of fields, as in BEIR's corpus.jsonl."""


def row_document(
    row: Mapping[str, Any], *, id: str, url: str, text_column: str = "", title_column: str = ""
) -> Document:
    """The document of a row. `id` and `url` serve where the row has none of its own.

    Everything that is not id, title, text or url is a field, as given; absent and empty values are none.
    `metadata` and `fields` are fields of their own where they hold plain text, as in a table.
    Errors  FileError where the named text column is missing, or `metadata` is neither mapping nor text
    """
    if text_column and text_column not in row:
        raise FileError(f"no column {text_column!r}; there are {', '.join(map(repr, row))}")
    names = {
        "id": first(row, IDS),
        "title": title_column or first(row, TITLES),
        "text": text_column or first(row, TEXTS),
        "url": first(row, URLS),
    }
    fields: dict[str, Any] = {}
    nested = [name for name in NESTED if not isinstance(row.get(name), str)]
    for name in nested:
        if not isinstance(row.get(name) or {}, Mapping):
            raise FileError(f"{name!r} must be an object of names and values, not {row[name]!r:.80}")
        fields |= row.get(name) or {}
    fields |= {name: row[name] for name in row if name not in {*names.values(), *nested}}
    given = {part: _string(row.get(name)) for part, name in names.items()}
    return Document(
        id=given["id"] or id,
        text=given["text"],
        title=given["title"],
        url=given["url"] or url,
        fields={name: plain(value) for name, value in fields.items() if not _absent(value)},
    )


def first(row: Mapping[str, Any] | Sequence[str], names: Sequence[str]) -> str:
    """The first of the names that the row has, in any case; empty for none."""
    there = {name.casefold(): name for name in reversed(list(row))}
    return next((there[name] for name in names if name in there), "")


def guess_text_column(columns: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> str:
    """The column that holds the text: by its name, else the one with the longest values in these rows."""
    named = first(columns, TEXTS)
    if named:
        return named
    taken = {first(columns, IDS), first(columns, URLS)}
    free = [column for column in columns if column not in taken]
    return max(free, key=lambda c: sum(len(str(row.get(c) or "")) for row in rows), default="")


def plain(value: Any) -> Any:
    """A value as JSON can hold it: dates and times as ISO 8601, durations and UUIDs as text, decimals as
    numbers, the rest as it is."""
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta | UUID):
        return str(value)
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, Mapping):
        return {str(name): plain(item) for name, item in value.items() if item is not None}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value if item is not None]
    return value


def _absent(value: Any) -> bool:
    return value is None or value == "" or (isinstance(value, float) and math.isnan(value))


def _string(value: Any) -> str:
    return "" if _absent(value) else str(value)

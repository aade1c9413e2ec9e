"""A document as one JSON text and back, equal to what was given: dates and tuples included."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from adhere.errors import InputError
from adhere.need import Document

_TAGS = ("@datetime", "@date", "@tuple", "@map")


def to_json(document: Document) -> str:
    """Errors  InputError for a field value that is neither JSON nor a date, naming document and field"""
    try:
        return json.dumps(
            {
                "id": document.id,
                "text": document.text,
                "title": document.title,
                "url": document.url,
                "fields": {name: _tagged(value) for name, value in document.fields.items()},
                "time": document.time.isoformat() if document.time else None,
                "group": document.group,
            },
            ensure_ascii=False,
            separators=(",", ":"),
        )
    except TypeError as error:
        raise InputError(f"Document {document.id!r}: {error}") from None


def from_json(text: str) -> Document:
    """The document that `to_json` wrote."""
    data = json.loads(text)
    data["fields"] = {name: _untagged(value) for name, value in data["fields"].items()}
    data["time"] = datetime.fromisoformat(data["time"]) if data["time"] else None
    return Document(**data)


def _tagged(value: Any) -> Any:
    match value:
        case None | bool() | int() | float() | str():
            return value
        case datetime():
            return {"@datetime": value.isoformat()}
        case date():
            return {"@date": value.isoformat()}
        case tuple():
            return {"@tuple": [_tagged(item) for item in value]}
        case list():
            return [_tagged(item) for item in value]
        case Mapping() if all(isinstance(key, str) for key in value):
            inner = {key: _tagged(item) for key, item in value.items()}
            return {"@map": inner} if any(key in _TAGS for key in inner) else inner
    raise TypeError(
        f"a field holds a {type(value).__name__} ({str(value)[:40]!r}). "
        "Fields hold strings, numbers, booleans, dates, lists and objects with string keys."
    )


def _untagged(value: Any) -> Any:
    if isinstance(value, list):
        return [_untagged(item) for item in value]
    if not isinstance(value, dict):
        return value
    match value:
        case {"@datetime": text, **rest} if not rest:
            return datetime.fromisoformat(text)
        case {"@date": text, **rest} if not rest:
            return date.fromisoformat(text)
        case {"@tuple": items, **rest} if not rest:
            return tuple(_untagged(item) for item in items)
        case {"@map": inner, **rest} if not rest:
            return {key: _untagged(item) for key, item in inner.items()}
    return {key: _untagged(item) for key, item in value.items()}

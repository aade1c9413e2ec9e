"""Documents and schemas as JSON objects, the same over HTTP and MCP."""

from __future__ import annotations

from pathlib import PurePath
from typing import Any
from urllib.parse import quote, urlsplit

from adhere.need import Document
from adhere.schema import Schema
from adhere.search.wire import jsonable


def document_to_json(document: Document) -> dict[str, Any]:
    """The whole document."""
    return {
        "id": document.id,
        "title": document.title,
        "text": document.text,
        "url": document.url,
        "fields": jsonable(document.fields),
        "time": document.time.isoformat() if document.time else None,
        "group": document.group,
    }


def schema_to_json(schema: Schema, *, values: int = 200) -> dict[str, Any]:
    """The fields with their types and their most frequent values."""
    return {
        "documents": schema.documents,
        "time_field": schema.time_field,
        "fields": [
            {
                "name": name,
                "type": info.type,
                "list": info.is_list,
                "documents": info.documents,
                "values": {str(jsonable(v)): count for v, count in list(info.values.items())[:values]},
                "complete": info.complete and len(info.values) <= values,
                "unparsed": list(info.unparsed),
                "unparsed_count": info.unparsed_count,
                "description": info.description,
            }
            for name, info in schema.fields.items()
        ],
    }


def address(document: Document, base: str) -> str:
    """Where the document is: its own url, its file, or else its place below `base`. Never empty."""
    if urlsplit(document.url).scheme:
        return document.url
    if document.url and PurePath(document.url).is_absolute():
        return PurePath(document.url).as_uri()
    return f"{base}/{quote(document.id, safe='')}"

"""JSON lines: a document per line, in BEIR's form (_id, title, text, metadata) or with keys of its own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from adhere.errors import FileError
from adhere.read.protocol import Row, Skipped
from adhere.read.rows import row_document
from adhere.read.source import Source, is_text


class JsonlReader:
    suffixes = frozenset({".jsonl", ".ndjson"})

    def read(self, source: Source) -> Iterator[Row | Skipped]:
        path = str(source.path)
        with source.rows() as stream:
            for number, line in enumerate(stream, start=1):
                if not line.strip():
                    continue
                try:
                    document = row_document(
                        _object(line), id=f"{source.id}#{number}", url=path, text_column=source.text_column
                    )
                except (FileError, ValueError, RecursionError) as error:
                    yield Skipped(path, number, str(error), failed=True)
                else:
                    yield Row(document, number)


def _object(line: str) -> dict[str, Any]:
    if not is_text(line):
        raise FileError("not UTF-8")
    try:
        value = json.loads(line, parse_constant=_constant)
    except json.JSONDecodeError as error:
        raise FileError(f"not JSON: {error}") from error
    if not isinstance(value, dict):
        raise FileError(f"a JSON object is needed, this is {type(value).__name__}")
    return value


def _constant(name: str) -> None:
    """NaN is how Python writes a missing number; an infinity means something, so it is refused."""
    if name != "NaN":
        raise FileError(f"{name} is not JSON")

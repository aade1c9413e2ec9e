"""With what was this file of examples made? Kept beside it, so that a run goes on only with the same.

FILE.options is one JSON object: source, documents (their number and a hash of their content), maker, seed,
description and licence; for scores (`adhere.train.teach`) the system and its spread.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from adhere.errors import FileError, InputError
from adhere.need import Document

Options = Mapping[str, str | int | float]


def options_of(
    source: Path, documents: Mapping[str, Document], *, maker: str, seed: int, description: str, licence: str
) -> Options:
    """What the examples of a run depend on."""
    return {
        "source": source.resolve().name,
        "documents": _identity(documents),
        "maker": maker,
        "seed": seed,
        "description": description,
        "licence": licence,
    }


def resume(raw: Path, file: Path, options: Options, *, most: int | None = None) -> None:
    """Note in `file` with what the examples of `raw` are made, if it holds none, or the same ones, so far.

    Errors  InputError saying what differs, or that `raw` holds more than `most`; FileError where nothing can
            be written, or `file` is no such note
    """
    if raw.exists() and raw.stat().st_size:
        _check(raw, _read(file), options, most)
    try:
        file.write_text(json.dumps(options, ensure_ascii=False) + "\n", encoding="utf-8")
    except OSError as error:
        raise FileError(f"{file} cannot be written: {error.strerror or error}.") from error


def _check(raw: Path, noted: Mapping[str, Any], options: Options, most: int | None) -> None:
    way_out = f"Choose another --out, or delete {raw}."
    if not noted:
        raise InputError(f"{raw} does not say how it was made, so a run cannot go on with it. {way_out}")
    different = [
        f"{name} {noted.get(name)!r}, now {value!r}"
        for name, value in options.items()
        if noted.get(name) != value
    ]
    if different:
        raise InputError(f"{raw} was made with {'; '.join(different)}. {way_out}")
    held = raw.read_bytes().count(b"\n")
    if most is not None and held > most:
        raise InputError(f"{raw} holds {held} examples, more than --most {most}. {way_out}")


def _read(file: Path) -> Mapping[str, Any]:
    """What was noted; empty where nothing is."""
    if not file.exists():
        return {}
    try:
        noted = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise FileError(f"{file} cannot be read: {error}. Choose another --out.") from error
    if not isinstance(noted, dict):
        raise FileError(f"{file} is no note of how examples were made. Choose another --out.")
    return noted


def _identity(documents: Mapping[str, Document]) -> str:
    digest = hashlib.sha256()
    for document in documents.values():
        content = [document.id, document.title, document.text, dict(document.fields), document.time]
        told = json.dumps(content, sort_keys=True, default=str)
        digest.update(told.encode("utf-8", "surrogatepass") + b"\n")
    return f"{len(documents)} ({digest.hexdigest()[:12]})"

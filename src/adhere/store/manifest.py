"""What was this store made with? A small JSON file that is checked before anything is read."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from adhere.errors import StoreError, StoreMismatch, StoreMissing
from adhere.render import TEMPLATE
from adhere.schema import FieldType

FORMAT = 2
NAME = "manifest.json"


@dataclass(frozen=True, slots=True)
class Manifest:
    """The makings of a store. `saved` is False while it is being written to: a process that dies then
    leaves the catalog to be made again from the documents."""

    encoder_name: str
    encoder_fingerprint: str
    dimension: int
    format: int = FORMAT
    template: str = TEMPLATE
    sentences: str = "float16"
    types: Mapping[str, FieldType] = field(default_factory=dict)
    time_field: str | None = None
    bytes_per_document: int | None = None
    saved: bool = False

    def save(self, store: Path) -> None:
        """Written beside and moved into place, so that no half of it is ever seen."""
        temporary = store / f"{NAME}.tmp"
        with temporary.open("w", encoding="utf-8") as file:
            json.dump(asdict(self), file, ensure_ascii=False)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(store / NAME)


def load(store: Path) -> Manifest:
    """Errors  StoreMissing if there is no store, StoreMismatch for another format, StoreError if damaged"""
    path = store / NAME
    if not path.is_file():
        raise StoreMissing(f"There is no store at {store}. Make one with:  adhere index {store} PATH...")
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        if data["format"] == FORMAT:
            return Manifest(**data)
    except (ValueError, TypeError, KeyError) as error:
        raise StoreError(
            f"{path} is damaged ({error}). Index the documents again into a new store."
        ) from None
    raise StoreMismatch(
        f"The store {store} has format {data['format']}, this version of Adhere reads format {FORMAT}.\n"
        "Index the documents again into a new store, or install the version that made it."
    )


def check(found: Manifest, asked: Manifest, store: Path) -> None:
    """Errors  StoreMismatch, naming both sides, if the store's vectors are not those of the asked encoder"""
    blank: dict[str, Any] = {"types": {}, "time_field": None, "bytes_per_document": None, "saved": False}
    ours, theirs = asdict(replace(asked, **blank)), asdict(replace(found, **blank))
    different = [key for key in ours if ours[key] != theirs[key]]
    if different:
        was = ", ".join(f"{key} {theirs[key]!r}" for key in different)
        now = ", ".join(f"{key} {ours[key]!r}" for key in different)
        raise StoreMismatch(
            f"The store {store} was made with {was}; it was opened with {now}.\n"
            "Open it with the encoder it was made with, or index the documents again into a new store."
        )

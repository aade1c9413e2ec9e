"""Which documents does the store hold? What is kept in memory, so that most questions read no payload.

Saved when the store is closed. A process that dies before leaves the engine's own records to be read again.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from uuid import UUID

from adhere.need import Document
from adhere.store.infer import Columns
from adhere.store.points import point_id

NAME = "catalog.json"


@dataclass(frozen=True, slots=True)
class Held:
    """A document in the store: `stamp` names its last writing, and with it the ids of its points."""

    fingerprint: str
    stamp: str
    passages: int
    group: str
    time: datetime | None


@dataclass
class Catalog:
    """All documents of a store, the statistics of their fields, and whose point is whose."""

    documents: dict[str, Held] = field(default_factory=dict)
    columns: Columns = field(default_factory=Columns)
    passages: int = 0
    of_point: dict[int | str | UUID, str] = field(default_factory=dict)

    def add(self, document: Document, held: Held) -> None:
        self._hold(document.id, held)
        self.columns.add(document)

    def remove(self, document: Document) -> None:
        for point in self.points(document.id):
            del self.of_point[point]
        self.passages -= self.documents.pop(document.id).passages
        self.columns.remove(document)

    def points(self, document: str) -> Iterator[UUID]:
        """The ids of a document's points, the first passage first."""
        held = self.documents[document]
        return (point_id(document, held.stamp, number) for number in range(held.passages))

    def save(self, store: Path) -> None:
        rows = [
            (i, held.fingerprint, held.stamp, held.passages, held.group, held.time and held.time.isoformat())
            for i, held in self.documents.items()
        ]
        text = json.dumps({"documents": rows, "columns": self.columns.to_json()}, ensure_ascii=False)
        temporary = store / f"{NAME}.tmp"
        temporary.write_text(text, encoding="utf-8")
        temporary.replace(store / NAME)

    @classmethod
    def load(cls, store: Path) -> Catalog | None:
        """The catalog as saved; None where it is missing or damaged, so that it has to be made again."""
        try:
            data = json.loads((store / NAME).read_text(encoding="utf-8"))
            catalog = cls(columns=Columns.from_json(data["columns"]))
            for i, fingerprint, stamp, passages, group, time in data["documents"]:
                instant = datetime.fromisoformat(time) if time else None
                catalog._hold(i, Held(fingerprint, stamp, passages, group, instant))
        except (FileNotFoundError, ValueError, KeyError, TypeError):
            return None
        return catalog

    def _hold(self, i: str, held: Held) -> None:
        self.documents[i] = held
        self.passages += held.passages
        self.of_point.update(dict.fromkeys(self.points(i), i))

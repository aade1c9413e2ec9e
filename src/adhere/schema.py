"""What a store knows about the fields of its documents: names, types, and the values that occur.

The parser links phrases to it, the planner checks criteria against it before any engine is asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

FieldType = Literal["keyword", "number", "version", "date", "boolean"]


@dataclass(frozen=True, slots=True)
class FieldInfo:
    """One field. `values` maps each distinct value (as written) to its number of documents, most
    frequent first; `complete` is False where there were too many to keep. `unparsed` shows raw values
    that are not of the type (they are kept, and count as unknown). `split` says that a keyword with commas
    is a list of keywords."""

    name: str
    type: FieldType
    is_list: bool = False
    documents: int = 0
    values: Mapping[str, int] = field(default_factory=dict)
    complete: bool = True
    unparsed: tuple[str, ...] = ()
    unparsed_count: int = 0
    description: str = ""
    split: bool = False


@dataclass(frozen=True, slots=True)
class Schema:
    """All fields of a store by name, how many documents it holds, and which field is their time."""

    fields: Mapping[str, FieldInfo] = field(default_factory=dict)
    documents: int = 0
    time_field: str = ""

    def __contains__(self, name: str) -> bool:
        return name in self.fields

    def __getitem__(self, name: str) -> FieldInfo:
        return self.fields[name]

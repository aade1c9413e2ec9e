"""The question of this folder: what does the instruction ask for?"""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from adhere.need import Parsed
from adhere.schema import Schema


class Parser(Protocol):
    """Takes an instruction apart. Law 1 holds for every implementation: nothing is dropped in silence."""

    name: str

    def parse(
        self, instruction: str, *, query: str = "", schema: Schema | None = None, now: datetime
    ) -> Parsed:
        """`now` is an aware datetime, the clock that relative dates resolve against."""
        ...

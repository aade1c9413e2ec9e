"""The question of this folder: what does the instruction ask for?"""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from adhere.errors import InputError
from adhere.need import Parsed
from adhere.schema import Schema

MAX_CHARACTERS = 20_000
"""Longest instruction taken; what is longer is a document, and belongs into the store."""


class Parser(Protocol):
    """Takes an instruction apart. Law 1 holds for every implementation: nothing is dropped in silence."""

    name: str

    def parse(
        self, instruction: str, *, query: str = "", schema: Schema | None = None, now: datetime
    ) -> Parsed:
        """`now` is an aware datetime, the clock that relative dates resolve against."""
        ...


def check(instruction: str, now: datetime) -> None:
    """Errors  InputError for more than MAX_CHARACTERS, or for a clock without a time zone"""
    if len(instruction) > MAX_CHARACTERS:
        raise InputError(
            f"The instruction has {len(instruction):,} characters, the limit is {MAX_CHARACTERS:,}. "
            "Say what counts as relevant, and index longer texts as documents."
        )
    if now.tzinfo is None:
        raise InputError(f"The clock {now.isoformat()} has no time zone; pass an aware datetime.")

"""Instruction to criteria: `parse(instruction)`, without a language model."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache

from adhere.need import Parsed
from adhere.parse.protocol import Parser
from adhere.schema import Schema


def parse(
    instruction: str, *, query: str = "", schema: Schema | None = None, now: datetime | None = None
) -> Parsed:
    """What an instruction asks for. With a schema its phrases are linked to fields and their values.

    `now` is the clock that relative dates resolve against; it defaults to the current instant.
    """
    return default_parser().parse(instruction, query=query, schema=schema, now=now or datetime.now(UTC))


@cache
def default_parser() -> Parser:
    """The parser that searches use unless told: the packaged tagger, which takes the rules along."""
    from adhere.parse.tagger import PACKAGED, default_tagger

    if (PACKAGED / "manifest.json").exists():
        return default_tagger()
    from adhere.parse.rules import RulesParser

    return RulesParser()

"""A parser that answers from a script, for tests of what comes after parsing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from adhere.need import Criteria, Parsed
from adhere.parse.language import read
from adhere.schema import Schema


class ScriptedParser:
    """Reads an instruction as the criteria the script gives for it, and any other as background."""

    name = "scripted"

    def __init__(self, script: Mapping[str, str] | None = None) -> None:
        self.script = script or {}

    def parse(
        self,
        instruction: str,
        *,
        query: str = "",  # noqa: ARG002 (of the protocol)
        schema: Schema | None = None,  # noqa: ARG002
        now: datetime,  # noqa: ARG002
    ) -> Parsed:
        """The script's criteria without spans, in the notation of `adhere.parse.language`."""
        if instruction in self.script:
            return Parsed(instruction, read(self.script[instruction]))
        return Parsed(instruction, Criteria(), background=((0, len(instruction)),) if instruction else ())

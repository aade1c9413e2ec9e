"""Instruction to criteria without a model: clauses by cues, conditions by typing, law 1 by accounting."""

from __future__ import annotations

from datetime import datetime

from adhere.need import Parsed
from adhere.parse.protocol import check
from adhere.parse.rules.composition import compose
from adhere.parse.rules.link import Linking
from adhere.parse.rules.polarity import clauses
from adhere.parse.rules.shielded import restored, shielded
from adhere.schema import Schema


class RulesParser(Linking):
    """Knows general English cues and the store's schema, and no subject matter."""

    name = "rules"

    def parse(
        self,
        instruction: str,
        *,
        query: str = "",  # noqa: ARG002 (of the protocol)
        schema: Schema | None = None,
        now: datetime,
    ) -> Parsed:
        """The query is not read: an instruction says what counts on its own.

        Errors  as `adhere.parse.protocol.check`"""
        check(instruction, now)
        linker = self._link(schema)
        shown = shielded(instruction, linker.denying if linker else None)
        return restored(compose(shown, clauses(shown), linker=linker, now=now), instruction, shown)

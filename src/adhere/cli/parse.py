"""`adhere parse INSTRUCTION`: what would run, and what became of every word."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from adhere.cli.app import AsJson, AsOf
from adhere.cli.console import print_json, results


def parse(
    instruction: Annotated[
        str, typer.Argument(metavar="INSTRUCTION", help="An instruction.", show_default=False)
    ],
    store: Annotated[
        Path | None, typer.Option(metavar="STORE", help="Read it against the fields of this store.")
    ] = None,
    query: Annotated[str, typer.Option(help="The query that it goes with.")] = "",
    as_of: AsOf = None,
    as_json: AsJson = False,
) -> None:
    """Show the criteria that an instruction becomes, without searching."""
    import adhere
    from adhere.cli.show import show_parsed
    from adhere.parse import default_parser
    from adhere.search.wire import parsed_to_json

    if store is None:
        parsed = default_parser().parse(instruction, query=query, now=as_of or datetime.now(UTC))
    else:
        with adhere.open(store, create=False) as engine:
            parsed = engine.parse(instruction, query, as_of=as_of)
    if as_json:
        print_json(parsed_to_json(parsed, query=query, as_of=as_of))
    else:
        show_parsed(results(), parsed)

"""What all commands share: the place where errors become exit codes, and options that all of them have."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from adhere import __version__
from adhere.cli.console import errors, plain
from adhere.errors import AdhereError

GATE = 3
"""Exit status of a gate that was not met, such as `--fail-under`."""


class Mode(StrEnum):
    """The modes of a search, as a choice of the command line."""

    balanced = "balanced"
    strict = "strict"
    rank = "rank"


class Commands(TyperGroup):
    """The group of commands. An AdhereError in any of them is printed and becomes its exit code."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except AdhereError as error:
            kind = type(error).__name__
            if ctx.meta.get("json"):
                typer.echo(json.dumps({"error": {"kind": kind, "message": str(error)}}), err=True)
            else:
                console = errors()
                console.print("error: ", style="bold red", end="")
                console.print(plain(str(error), lines=True))
            raise typer.Exit(error.exit_code) from error

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002
        return list(self.commands)  # the order of a first visit, not of the alphabet


def _remember(ctx: typer.Context, value: bool) -> bool:
    ctx.meta["json"] = value
    return value


def _instant(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(
            f"{text!r} is no date. Write 2024-06-30 or 2024-06-30T12:00+02:00."
        ) from None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _version(value: bool) -> None:
    if value:
        typer.echo(f"adhere {__version__}")
        raise typer.Exit


def common(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Search that does what you told it."""


AsJson = Annotated[
    bool, typer.Option("--json", callback=_remember, help="Print one JSON object and nothing else.")
]
StorePath = Annotated[Path, typer.Argument(metavar="STORE", help="Folder of the store.", show_default=False)]
AsOf = Annotated[
    datetime | None,
    typer.Option("--as-of", parser=_instant, metavar="DATE", help="The day it is for this need, else now."),
]

"""The command line: one file per command, each of which asks the engine once and prints the answer.

Results go to stdout, progress and messages to stderr. Exit status 0 ok, 1 an error of ours, 2 wrong usage,
3 a gate that was not met. Commands import the engine when they run, so that `adhere --help` is quick.
"""

from __future__ import annotations

import typer

from adhere.cli.app import Commands, common
from adhere.cli.audit import audit
from adhere.cli.demo import demo
from adhere.cli.diff import diff
from adhere.cli.evaluate import evaluate
from adhere.cli.index import index
from adhere.cli.mcp import mcp
from adhere.cli.parse import parse
from adhere.cli.search import search
from adhere.cli.serve import serve
from adhere.cli.status import status
from adhere.cli.synth import synth
from adhere.cli.train import train

app = typer.Typer(
    cls=Commands,
    help="Search that does what you told it.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.callback()(common)
app.command()(demo)
app.command()(index)
app.command()(search)
app.command()(parse)
app.command()(status)
app.command()(serve)
app.command()(mcp)
app.command()(evaluate)
app.command()(audit)
app.command()(diff)
app.command()(synth)
app.command()(train)


def main() -> None:
    """Entry point of the `adhere` command."""
    app(prog_name="adhere")

"""Printing: two consoles, and what text from documents must go through before a terminal sees it."""

from __future__ import annotations

import json
import sys
from typing import IO, TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from rich.console import Console

MARKS = {
    "want": "+",
    "avoid": "-",
    "prefer": "~",
    "disprefer": "~",
    "met": "✔",
    "violated": "✘",
    "unknown": "?",
    "more": "…",
    "moved up": "▲",
    "moved down": "▼",
    "new": "●",
    "dot": "·",
}
ASCII_MARKS = {
    **MARKS,
    "met": "v",
    "violated": "x",
    "more": "...",
    "moved up": "^",
    "moved down": "v",
    "new": "*",
    "dot": "-",
}
STYLES = {"want": "green", "avoid": "red", "prefer": "cyan", "disprefer": "magenta"}
OUTCOMES = {"met": "green", "violated": "red", "unknown": "yellow"}


def results() -> Console:
    """Console on stdout. Markup is off everywhere: a document may contain `[red]`."""
    return _console(sys.stdout)


def errors() -> Console:
    """Console on stderr, for progress and messages."""
    return _console(sys.stderr)


def mark(console: Console, name: str) -> str:
    """A sign for an outcome or a polarity; in ASCII where the terminal's encoding has no more."""
    return (MARKS if console.encoding.lower().startswith("utf") else ASCII_MARKS)[name]


def plain(value: object, *, lines: bool = False) -> str:
    """Text that cannot drive a terminal: control and formatting characters are shown, not sent.

    White space becomes a space, with `lines` line ends stay.
    """
    return "".join(_shown(sign, lines) for sign in str(value))


def print_json(value: Any) -> None:
    """One object on stdout, ASCII with escapes: whatever a document holds, it reaches no terminal raw."""
    typer.echo(json.dumps(value, indent=2, ensure_ascii=True, allow_nan=False))


def _shown(sign: str, lines: bool) -> str:
    if sign.isprintable() or (lines and sign == "\n"):
        return sign
    return " " if sign.isspace() else sign.encode("unicode_escape").decode()


def _console(stream: IO[str]) -> Console:
    from rich.console import Console

    console = Console(file=stream, markup=False, emoji=False, highlight=False, soft_wrap=False)
    if not console.encoding.lower().startswith("utf") and hasattr(stream, "reconfigure"):
        stream.reconfigure(errors="backslashreplace")
    return console

"""Markdown: YAML front matter becomes fields, the first heading the title, the rest plain text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token

from adhere.errors import FileError, require
from adhere.need import Document
from adhere.read.protocol import Skipped
from adhere.read.rows import plain
from adhere.read.source import Source

_FRONT = re.compile(r"\A---[ \t]*\n(?P<yaml>.*?)^(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)
_TAG = re.compile(r"<!--.*?-->|</?[A-Za-z][^<>]*>", re.DOTALL)


class MarkdownReader:
    suffixes = frozenset({".md", ".markdown"})

    def read(self, source: Source) -> Iterator[Document | Skipped]:
        text = source.text()
        front = _FRONT.match(text)
        given = _front_matter(front["yaml"]) if front else {}
        title = str(given.pop("title", ""))
        heading, body = plain_text(text[front.end() :] if front else text, title)
        yield Document(
            id=source.id,
            text=body,
            title=title or heading or source.name,
            url=str(source.path),
            fields={str(name): plain(value) for name, value in given.items() if value is not None},
        )


def plain_text(markdown: str, title: str = "") -> tuple[str, str]:
    """First heading, and the text without it: paragraphs as lines, code blocks kept in their fences.

    With a `title` given elsewhere, a heading that says something else stays in the text.
    """
    tokens = MarkdownIt("commonmark").enable("table").parse(markdown)
    heading, blocks, row = "", list[str](), list[str]()
    for position, token in enumerate(tokens):
        if token.type == "inline":
            words = _words(token.children or [])
            if not heading and tokens[position - 1].type == "heading_open":
                heading = words
                blocks += [words] if title and words != title else []
            elif tokens[position - 1].type in ("td_open", "th_open"):
                row.append(words)
            else:
                blocks.append(words)
        elif token.type == "tr_close":
            blocks.append(" | ".join(row))
            row = []
        elif token.type in ("fence", "code_block"):
            blocks.append(f"```{token.info}\n{token.content.rstrip()}\n```")
        elif token.type == "html_block":
            blocks.append(_TAG.sub("", token.content).strip())
    return heading, "\n\n".join(block for block in blocks if block)


def _words(tokens: Sequence[Token]) -> str:
    parts = []
    for token in tokens:
        if token.type in ("softbreak", "hardbreak"):
            parts.append(" ")
        elif token.type != "html_inline":
            parts.append(token.content)
    return "".join(parts).strip()


def _front_matter(text: str) -> dict[Any, Any]:
    yaml = require("yaml", feature="Reading YAML front matter", extra="files")
    try:
        # BaseLoader keeps every scalar as written: "3.10" stays a version and no date is reinterpreted.
        given = yaml.load(text, Loader=yaml.BaseLoader)
    except yaml.YAMLError as error:
        raise FileError(f"front matter is not YAML: {' '.join(str(error).split())}") from error
    if given is not None and not isinstance(given, Mapping):
        raise FileError("front matter is YAML, but no mapping of names to values")
    return dict(given or {})

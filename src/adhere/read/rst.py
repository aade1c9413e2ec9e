"""reStructuredText: RFC 822 headers as PEPs have them (or a field list) become fields; markup is lifted off.

Without docutils, which would follow `include` and fail on unknown directives: words matter here, not layout.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from email.parser import HeaderParser
from email.utils import getaddresses

from adhere.need import Document
from adhere.read.protocol import Skipped
from adhere.read.source import Source

_FIELD_LIST = re.compile(r"\A(?::[\w][\w -]*:[^\n]*\n(?:[ \t]+[^\n]+\n)*)+")
_ADORNMENT = re.compile(r"^([=\-~`'\"^_*+#:.<>])\1{2,}[ \t]*$")
_DIRECTIVE = re.compile(r"^[ \t]*\.\.[ \t]+(?P<name>[\w:-]+)::[ \t]*(?P<argument>.*)$")
_EXPLICIT = re.compile(r"^[ \t]*\.\.(?:[ \t]|$)")
_OPTION = re.compile(r"^[ \t]+:[\w-]+:")
_INLINE = (
    (re.compile(r":pep:`(\d+)(?:#[^`]*)?`"), r"PEP \1"),
    (re.compile(r":rfc:`(\d+)(?:#[^`]*)?`"), r"RFC \1"),
    (re.compile(r":[\w:+.-]+:`~?([^`<]*?)(?:\s*<[^`>]*>)?`"), r"\1"),
    (re.compile(r"``(.+?)``", re.DOTALL), r"\1"),
    (re.compile(r"`([^`<]+?)\s*<[^`>]+>`__?"), r"\1"),
    (re.compile(r"`([^`]+)`_{0,2}"), r"\1"),
    (re.compile(r"(?<!\w)\*\*(\S(?:.*?\S)?)\*\*(?!\w)"), r"\1"),
    (re.compile(r"(?<![\w*])\*(\S(?:[^*\n]*\S)?)\*(?![\w*])"), r"\1"),
    (re.compile(r"[ \t]*\[(?:\d+|#\w*)\]_"), ""),
)
_UNSEEN = frozenset(
    {"highlight", "index", "raw", "contents", "image", "figure", "include", "role", "default-role"}
)


class RstReader:
    suffixes = frozenset({".rst", ".rest"})

    def read(self, source: Source) -> Iterator[Document | Skipped]:
        fields, body = headers(source.text())
        title = str(fields.pop("title", ""))
        number = fields.get("pep", "")
        heading, text = plain_text(body)
        if title:
            heading, text = "", "\n\n".join(part for part in (heading, text) if part)
        yield Document(
            id=source.id,
            text=text,
            title=f"PEP {number}: {title}" if number and title else title or heading or source.name,
            url=str(source.path),
            fields=fields,
        )


def headers(text: str) -> tuple[dict[str, str | list[str]], str]:
    """Header fields with names like `python_version`, and the body. Mail addresses give way to names."""
    text = text.lstrip("\n")
    listed = _FIELD_LIST.match(text)
    message = HeaderParser().parsestr(
        re.sub(r"^:([\w][\w -]*):", r"\1:", listed[0], flags=re.MULTILINE).replace(" :", ":")
        if listed
        else text
    )
    if not listed and len(message) < 2:
        return {}, text
    fields: dict[str, str | list[str]] = {}
    for name, value in message.items():
        value = _lifted(" ".join(value.split()))
        if value:
            fields[name.strip().lower().replace("-", "_").replace(" ", "_")] = _names(value)
    body = text[listed.end() :] if listed else message.get_payload()
    return fields, str(body)


def _names(value: str) -> str | list[str]:
    """["A", "B"] of "A <a@x.org>, B <b@y.org>"; every other value as it is."""
    if "@" not in value or "://" in value:
        return value
    return [name or address for name, address in getaddresses([value]) if name or address]


def plain_text(body: str) -> tuple[str, str]:
    """First section title, and the words of everything else; comments, targets and options are dropped.

    Options of a directive stand right below it; a field list behind a blank line is its content.
    """
    lines = body.expandtabs().split("\n")
    heading, kept, hidden_by, options = "", list[str](), -1, False
    for position, line in enumerate(lines):
        indent = len(line) - len(line.lstrip())
        if hidden_by >= 0 and (not line.strip() or indent > hidden_by):
            continue
        hidden_by = -1
        options = options and bool(line.strip())
        directive = _DIRECTIVE.match(line)
        if directive:
            options = True
            if directive["name"] in _UNSEEN:
                hidden_by = indent
            elif directive["argument"] and directive["name"] not in ("code-block", "code", "sourcecode"):
                kept.append(directive["argument"])
        elif _EXPLICIT.match(line):
            note = re.match(r"^[ \t]*\.\.[ \t]+\[[^\]]+\][ \t]+(.*)$", line)
            if note:
                kept.append(note[1])
            else:
                hidden_by = indent
        elif _ADORNMENT.match(line):
            title = lines[position - 1].strip() if position else ""
            if not heading and kept and title and kept[-1].strip() == title:
                heading = kept.pop().strip()
        elif not (options and _OPTION.match(line)):
            kept.append(line.rstrip())
    text = _lifted("\n".join(kept))
    text = re.sub(r"^[ \t]*::$", "", text, flags=re.MULTILINE).replace("::\n", ":\n")
    return heading, re.sub(r"\n{3,}", "\n\n", text).strip("\n")


def _lifted(text: str) -> str:
    """Text without inline markup: roles, literals, emphasis, links and footnote marks."""
    for pattern, replacement in _INLINE:
        text = pattern.sub(replacement, text)
    return text

"""HTML: visible text, title, and meta elements as fields. Scripts, styles and hidden parts are dropped."""

from __future__ import annotations

import re
from collections.abc import Iterator

from adhere.errors import require
from adhere.need import Document
from adhere.read.protocol import Skipped
from adhere.read.source import Source, decode

_CHARSET = re.compile(rb"""<meta[^>]+charset\s*=\s*["']?\s*([\w-]+)""", re.IGNORECASE)
_INVISIBLE = "script, style, noscript, template, svg, iframe, head, [hidden]"
_BLOCKS = (
    "address, article, aside, blockquote, br, dd, div, dl, dt, figcaption, footer, form, h1, h2, h3, h4, h5, "
    "h6, header, hr, li, main, nav, ol, p, pre, section, table, td, th, tr, ul"
)
_BREAK = "\ue000"  # private use: white space of the source must not be taken for the break of a block
_TECHNICAL = re.compile(
    r"^(viewport|robots|googlebot|generator|theme-color|referrer|format-detection|csrf.*|msapplication.*"
    r"|.*verification|twitter:.*|fb:.*|og:(image|url|title|type|site_name|locale|video).*)$"
)


class HtmlReader:
    suffixes = frozenset({".html", ".htm", ".xhtml"})

    def read(self, source: Source) -> Iterator[Document | Skipped]:
        content = source.bytes()
        declared = _CHARSET.search(content[:4096])
        title, fields, text = visible(decode(content, declared[1].decode().lower() if declared else ""))
        yield Document(source.id, text, title or source.name, str(source.path), fields)


def visible(html: str) -> tuple[str, dict[str, str], str]:
    """Title, fields (from meta elements and `lang`), and the text a reader of the page sees."""
    lexbor = require("selectolax.lexbor", feature="Reading HTML", extra="files")
    tree = lexbor.LexborHTMLParser(html.replace(_BREAK, ""))
    heading = tree.css_first("title") or tree.css_first("h1")
    title = " ".join(heading.text().split()) if heading else ""
    fields: dict[str, str] = {}
    for meta in tree.css("meta[content]"):
        name = (meta.attributes.get("name") or meta.attributes.get("property") or "").strip().lower()
        value = (meta.attributes.get("content") or "").strip()
        if name and value and not _TECHNICAL.match(name):
            fields.setdefault(name.rpartition(":")[2].replace("-", "_").replace(".", "_"), value)
    language = tree.css_first("html[lang]")
    if language and language.attributes.get("lang"):
        fields.setdefault("language", language.attributes["lang"])
    for node in tree.css(_INVISIBLE):
        node.decompose()
    for node in tree.css(_BLOCKS):
        node.insert_before(_BREAK)
        node.insert_after(_BREAK)
    lines = (" ".join(line.split()) for line in tree.root.text().split(_BREAK)) if tree.root else ()
    return title, fields, "\n".join(line for line in lines if line)

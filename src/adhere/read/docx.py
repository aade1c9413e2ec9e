"""Word documents: paragraphs and tables in order, core properties as fields."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator

from adhere.errors import FileError, require
from adhere.need import Document
from adhere.read.protocol import Skipped
from adhere.read.source import WHOLE_LIMIT, Source


class DocxReader:
    suffixes = frozenset({".docx"})

    def read(self, source: Source) -> Iterator[Document | Skipped]:
        docx = require("docx", feature="Reading Word documents", extra="files")
        content = io.BytesIO(source.bytes())
        if not zipfile.is_zipfile(content):
            raise FileError("not a .docx file: Word's newer format is a zip archive, this is none")
        with zipfile.ZipFile(content) as archive:
            if sum(part.file_size for part in archive.infolist()) > 4 * WHOLE_LIMIT:
                raise FileError(f"unpacks to more than {4 * WHOLE_LIMIT // 2**20} MiB")
        word = docx.Document(content)
        about = word.core_properties
        blocks, heading = [], ""
        for block in word.iter_inner_content():
            if isinstance(block, docx.table.Table):
                blocks += [" | ".join(cell.text.strip() for cell in row.cells) for row in block.rows]
            elif not heading and block.style and block.style.name.startswith(("Title", "Heading")):
                heading = block.text.strip()
                # The property is the title then, and often a template's: the heading says what this is.
                blocks += [heading] if about.title and heading != about.title else []
            else:
                blocks.append(block.text.strip())
        given = {
            "author": about.author,
            "subject": about.subject,
            "keywords": about.keywords,
            "category": about.category,
            "created": about.created.isoformat() if about.created else "",
            "modified": about.modified.isoformat() if about.modified else "",
        }
        yield Document(
            id=source.id,
            text="\n\n".join(block for block in blocks if block),
            title=about.title or heading or source.name,
            url=str(source.path),
            fields={name: value for name, value in given.items() if value},
        )

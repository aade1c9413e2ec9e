"""PDF: the text of all pages, with the document's own title, author, keywords and date as fields."""

from __future__ import annotations

import io
from collections.abc import Iterator

from adhere.errors import FileError, require
from adhere.need import Document
from adhere.read.protocol import Skipped
from adhere.read.source import Source


class PdfReader:
    suffixes = frozenset({".pdf"})

    def read(self, source: Source) -> Iterator[Document | Skipped]:
        pypdf = require("pypdf", feature="Reading PDF", extra="files")
        reader = pypdf.PdfReader(io.BytesIO(source.bytes()))
        if reader.is_encrypted and not reader.decrypt(""):
            raise FileError("encrypted with a password; save it without one first")
        pages = [page.extract_text().strip() for page in reader.pages]
        text = "\n\n".join(page for page in pages if page)
        if not text:
            raise FileError(f"no text on its {len(pages)} pages (scanned?); run OCR on it first")
        about = reader.metadata or pypdf.DocumentInformation()
        given = {
            "author": about.get("/Author"),
            "subject": about.get("/Subject"),
            "keywords": about.get("/Keywords"),
            "created": about.creation_date.isoformat() if about.creation_date else None,
            "pages": len(pages),
        }
        yield Document(
            id=source.id,
            text=text,
            title=str(about.get("/Title") or "").strip() or source.name,
            url=str(source.path),
            fields={
                name: value if isinstance(value, int) else str(value)
                for name, value in given.items()
                if value
            },
        )

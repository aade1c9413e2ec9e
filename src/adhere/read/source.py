"""A file to be read: its bytes with .gz taken off, its text in an encoding that is certain, or a refusal.

Sizes are capped after decompression, because a gigabyte of zeros travels as a megabyte of gzip.
"""

from __future__ import annotations

import codecs
import gzip
import io
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, TextIO, cast

from adhere.errors import FileError

WHOLE_LIMIT = 64 * 2**20
"""Bytes of a file that is one document."""
ROWS_LIMIT = 8 * 2**30
"""Bytes of a file that is read row by row."""
BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@dataclass(frozen=True, slots=True)
class Source:
    """A file and the id that its document gets, or that its rows' ids begin with.

    `text_column` names the column or key that holds the text, where a reader should not guess it.
    """

    path: Path
    id: str
    text_column: str = ""

    @property
    def suffix(self) -> str:
        """The ending that tells the format, lower case: `.csv` for `A.CSV.GZ`."""
        path = self.path.with_suffix("") if self.gzipped else self.path
        return path.suffix.lower()

    @property
    def gzipped(self) -> bool:
        return self.path.suffix.lower() == ".gz"

    @property
    def name(self) -> str:
        """File name without its endings, what a document without a title is called."""
        return (self.path.with_suffix("") if self.gzipped else self.path).stem

    def bytes(self, limit: int = WHOLE_LIMIT) -> bytes:
        """The whole content. Errors  FileError above `limit`, or if it is no gzip file after all"""
        try:
            with self._open() as stream:
                content = stream.read(limit + 1)
        except (gzip.BadGzipFile, EOFError, zlib.error) as error:
            raise FileError(f"not a complete gzip file: {error}") from error
        if len(content) > limit:
            raise FileError(_too_large(limit))
        return content

    def text(self) -> str:
        """The whole content as text, line ends as \\n.

        Errors  FileError where it is binary or neither UTF-8 nor marked by a byte order mark
        """
        return decode(self.bytes()).replace("\r\n", "\n").replace("\r", "\n")

    def rows(self) -> TextIO:
        """The content as a stream of text; bytes that are not text come as lone surrogates (`is_text`).

        Errors  FileError where it is binary; reading raises it too, above the limit and for damaged gzip
        """
        stream = io.BufferedReader(_Capped(self._open(), ROWS_LIMIT), 2**16)
        head = stream.peek(8192)[:8192]
        encoding = marked_encoding(head) or "utf-8"
        if encoding == "utf-8" and b"\0" in head:
            stream.close()
            raise FileError("binary, not text")
        return io.TextIOWrapper(stream, encoding=encoding, errors="surrogateescape", newline="")

    def _open(self) -> BinaryIO:
        return cast(BinaryIO, gzip.open(self.path, "rb")) if self.gzipped else self.path.open("rb")


def decode(content: bytes, declared: str = "") -> str:
    """Text of bytes: by byte order mark, else as declared, else UTF-8; never with replacements."""
    encoding = marked_encoding(content) or declared or "utf-8"
    if encoding == "utf-8" and b"\0" in content[:8192]:
        raise FileError("binary, not text")
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        raise FileError(
            f"not {encoding.upper()} at byte {error.start}; convert it (for example with iconv) first"
        ) from error
    except LookupError as error:
        raise FileError(f"declares the encoding {encoding!r}, which Python does not know") from error


def marked_encoding(content: bytes) -> str:
    """Encoding by byte order mark; empty where there is none."""
    return next((encoding for bom, encoding in BOMS if content.startswith(bom)), "")


def is_text(text: str) -> bool:
    """Whether it can be written as UTF-8: no lone surrogates, as undecodable bytes leave them."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


class _Capped(io.RawIOBase):
    """A stream that refuses to give more than `limit` bytes."""

    def __init__(self, stream: BinaryIO, limit: int) -> None:
        self._stream, self._limit, self._given = stream, limit, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        try:
            content = self._stream.read(len(buffer))
        except (gzip.BadGzipFile, EOFError, zlib.error) as error:
            raise FileError(f"not a complete gzip file: {error}") from error
        self._given += len(content)
        if self._given > self._limit:
            raise FileError(_too_large(self._limit))
        buffer[: len(content)] = content
        return len(content)

    def close(self) -> None:
        self._stream.close()
        super().close()


def _too_large(limit: int) -> str:
    size = f"{limit / 2**20:,.0f} MiB" if limit >= 2**20 else f"{limit:,} bytes"
    return f"larger than {size} when unpacked; split it into smaller files"

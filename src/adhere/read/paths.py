"""Read files and folders: `read_paths` walks them, picks the reader, and reports what it leaves out."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import fields, is_dataclass, replace
from functools import cache
from pathlib import Path

from adhere.errors import AdhereError, FileError
from adhere.need import Document
from adhere.read.protocol import Reader, Row, Skipped
from adhere.read.source import Source, is_text


def read_paths(
    paths: Iterable[str | Path],
    *,
    on_skip: Callable[[Skipped], None],
    text_column: str = "",
    without: Iterable[Path] = (),
) -> Iterator[Document]:
    """All documents of files and folders, folders in sorted order, hidden files left out.

    An id is the one given in the file, else the path from the folder's own name on ("notes/2024/a.md"),
    with "#" and the line for rows; it does not depend on where the command runs. One bad file or row is
    told to `on_skip` and left out, and so is the second of two documents with one id. Nothing is read
    in `without`, such as a store that lies among its own documents.
    Errors  FileError for a path that does not exist, before anything is read
    """
    roots = [Path(path) for path in paths]
    for root in roots:
        if not root.exists():
            raise FileError(f"{root} does not exist. Give files or folders that are there.")
    seen = {os.path.realpath(path) for path in without}
    sources = (source for root in roots for source in _sources(root, seen, on_skip))
    return _documents((replace(source, text_column=text_column) for source in sources), on_skip)


def suffixes() -> list[str]:
    """File endings that can be read, sorted."""
    return sorted(_readers())


def _documents(sources: Iterable[Source], on_skip: Callable[[Skipped], None]) -> Iterator[Document]:
    owners: dict[str, str] = {}
    for source in sources:
        for item in _read(source):
            if isinstance(item, Skipped):
                on_skip(item)
                continue
            document, line = (item.document, item.line) if isinstance(item, Row) else (item, None)
            if not all(map(is_text, _strings(document))):
                reason = f"{document.id!r} holds code points that are not text"
                on_skip(Skipped(str(source.path), line, reason, failed=True))
                continue
            if reason := _reason(document, source, owners):
                on_skip(Skipped(str(source.path), line, reason))
                continue
            owners[document.id] = str(source.path) if line is None else f"{source.path}:{line}"
            yield document


def _sources(root: Path, seen: set[str], on_skip: Callable[[Skipped], None]) -> Iterator[Source]:
    """Files of a path in sorted order; each real file and folder once, so that links cannot loop."""
    # Not resolve(): a folder reached by a link is called what the user calls it.
    root = Path(os.path.normpath(root.absolute()))
    top = root if root.is_dir() else root.parent
    for path in _walk(root, seen, on_skip):
        source = Source(path, Path(top.name, path.relative_to(top)).as_posix())
        if source.suffix in _readers():
            yield source
        else:
            on_skip(Skipped(str(path), None, f"no reader for {source.suffix or 'files without an ending'!r}"))


def _walk(path: Path, seen: set[str], on_skip: Callable[[Skipped], None]) -> Iterator[Path]:
    real = os.path.realpath(path)
    if real in seen:
        return
    seen.add(real)
    if path.is_file():
        yield path
        return
    if not path.is_dir():
        on_skip(Skipped(str(path), None, "neither a file nor a folder that can be opened"))
        return
    try:
        children = sorted(child for child in path.iterdir() if not child.name.startswith("."))
    except OSError as error:
        on_skip(Skipped(str(path), None, error.strerror or str(error), failed=True))
        return
    for child in children:
        yield from _walk(child, seen, on_skip)


def _read(source: Source) -> Iterator[Document | Row | Skipped]:
    """What the reader gives; an exception of any library ends this file, with its reason, and no other."""
    empty = True
    try:
        for item in _readers()[source.suffix].read(source):
            empty = False
            yield item
        if empty:
            yield Skipped(str(source.path), None, "holds no documents")
    except OSError as error:
        yield Skipped(str(source.path), None, error.strerror or str(error), failed=True)
    except AdhereError as error:
        yield Skipped(str(source.path), None, str(error), failed=True)
    except Exception as error:
        yield Skipped(str(source.path), None, f"{type(error).__name__}: {error}", failed=True)


def _reason(document: Document, source: Source, owners: dict[str, str]) -> str:
    """Why a document is left out; empty if it is not."""
    if not document.text.strip() and document.title.strip() in ("", source.name):
        return f"{document.id!r} has neither title nor text"
    if document.id in owners:
        return f"the id {document.id!r} was already read from {owners[document.id]}"
    return ""


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif is_dataclass(value):
        for field in fields(value):
            yield from _strings(getattr(value, field.name))
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _strings(key)
            yield from _strings(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _strings(item)


@cache
def _readers() -> dict[str, Reader]:
    # Inside, so that a program which reads no files loads no reader; their libraries load later still.
    from adhere.read.csv import CsvReader
    from adhere.read.docx import DocxReader
    from adhere.read.html import HtmlReader
    from adhere.read.jsonl import JsonlReader
    from adhere.read.markdown import MarkdownReader
    from adhere.read.parquet import ParquetReader
    from adhere.read.pdf import PdfReader
    from adhere.read.rst import RstReader
    from adhere.read.text import TextReader

    readers: list[Reader] = [
        MarkdownReader(),
        RstReader(),
        TextReader(),
        HtmlReader(),
        PdfReader(),
        DocxReader(),
        CsvReader(),
        JsonlReader(),
        ParquetReader(),
    ]
    return {suffix: reader for reader in readers for suffix in reader.suffixes}

"""CSV and TSV: a header line, then one document per row."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from itertools import chain, islice

from adhere.errors import FileError
from adhere.read.protocol import Row, Skipped
from adhere.read.rows import guess_text_column, row_document
from adhere.read.source import Source, is_text

CELL_LIMIT = 16 * 2**20
SAMPLE = 50
Cells = tuple[int, dict[str, str]]


class CsvReader:
    suffixes = frozenset({".csv", ".tsv"})

    def read(self, source: Source) -> Iterator[Row | Skipped]:
        csv.field_size_limit(CELL_LIMIT)
        path = str(source.path)
        with source.rows() as stream:
            header_line = stream.readline()
            if not header_line.strip():
                raise FileError("empty: a header line with the names of the columns is needed")
            delimiter = "\t" if source.suffix == ".tsv" else _delimiter(header_line)
            columns = next(csv.reader([header_line], delimiter=delimiter))
            if len(set(columns)) < len(columns):
                raise FileError(f"two columns have the same name: {', '.join(columns)}")
            rows = _rows(csv.reader(stream, delimiter=delimiter), columns, path)
            sample = list(islice(rows, SAMPLE))
            text_column = source.text_column or guess_text_column(
                columns, [row[1] for row in sample if not isinstance(row, Skipped)]
            )
            for item in chain(sample, rows):
                if isinstance(item, Skipped):
                    yield item
                    continue
                line, row = item
                document = row_document(row, id=f"{source.id}#{line}", url=path, text_column=text_column)
                yield Row(document, line)


def _rows(reader: Iterator[list[str]], columns: list[str], path: str) -> Iterator[Cells | Skipped]:
    """Rows with the number of their record, from 2 as the header is 1, so that an id is stable."""
    line = 1
    while True:
        line += 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield Skipped(path, line, str(error), failed=True)
            continue
        if not cells:
            continue
        if len(cells) != len(columns):
            reason = f"{len(cells)} cells, the header names {len(columns)} columns"
            yield Skipped(path, line, reason, failed=True)
        elif not all(map(is_text, cells)):
            yield Skipped(path, line, "not UTF-8", failed=True)
        else:
            yield line, dict(zip(columns, cells, strict=True))


def _delimiter(header_line: str) -> str:
    return max(",;\t|", key=header_line.count)

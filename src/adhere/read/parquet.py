"""Parquet: one document per row, read in batches."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

from adhere.errors import FileError, require
from adhere.read.protocol import Row, Skipped
from adhere.read.rows import guess_text_column, row_document
from adhere.read.source import ROWS_LIMIT, Source

BATCH = 256
UNPACKED_LIMIT = 2**30
"""Bytes of a gzipped Parquet file, which has to be unpacked into memory as a whole."""


class ParquetReader:
    suffixes = frozenset({".parquet"})

    def read(self, source: Source) -> Iterator[Row | Skipped]:
        parquet = require("pyarrow.parquet", feature="Reading Parquet", extra="files")
        path = str(source.path)
        table = parquet.ParquetFile(io.BytesIO(source.bytes(UNPACKED_LIMIT)) if source.gzipped else path)
        groups = [table.metadata.row_group(number) for number in range(table.num_row_groups)]
        if sum(group.total_byte_size for group in groups) > ROWS_LIMIT:
            raise FileError(f"larger than {ROWS_LIMIT // 2**30} GiB when unpacked; split it")
        columns = []
        for column in table.schema_arrow:
            if _holds_bytes(column.type):
                yield Skipped(path, None, f"column {column.name!r} holds bytes and is left out")
            else:
                columns.append(column.name)
        text_column, number = source.text_column, 0
        for batch in table.iter_batches(batch_size=BATCH, columns=columns):
            rows = batch.to_pylist()
            text_column = text_column or guess_text_column(columns, rows)
            for row in rows:
                number += 1
                document = row_document(row, id=f"{source.id}#{number}", url=path, text_column=text_column)
                yield Row(document, number)


def _holds_bytes(type: Any) -> bool:
    """Whether a column's type is raw bytes, or has some in a struct, list or map; a UUID is none."""
    types = require("pyarrow.types", feature="Reading Parquet", extra="files")
    if hasattr(type, "storage_type"):
        return type.extension_name != "arrow.uuid" and _holds_bytes(type.storage_type)
    if types.is_dictionary(type):
        return _holds_bytes(type.value_type)
    raw = (types.is_binary, types.is_large_binary, types.is_fixed_size_binary, types.is_binary_view)
    return any(is_raw(type) for is_raw in raw) or any(
        _holds_bytes(type.field(number).type) for number in range(type.num_fields)
    )

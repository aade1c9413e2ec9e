"""`adhere index STORE PATH...`: read files, keep what is new or changed, drop what is gone."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast, get_args

import typer

from adhere.cli.app import AsJson, StorePath
from adhere.cli.console import errors, plain, print_json, results
from adhere.cli.opened import Url, opened
from adhere.errors import SchemaError
from adhere.schema import FieldInfo, FieldType

if TYPE_CHECKING:
    from adhere.need import Document
    from adhere.read import Skipped
    from adhere.search.indexing import Added

_NAMES = re.compile(r"""'[^']*'|"[^"]*"|\S*/\S*|\d+""")
TYPES: tuple[str, ...] = get_args(FieldType)
HELD = 20_000
"""Documents read ahead, so that progress knows the end; above it they stream and the end is not known."""
SHOWN = 5
"""Of skips for one reason, so many are shown in full."""


def index(
    store: StorePath,
    paths: Annotated[
        list[Path], typer.Argument(metavar="PATH...", help="Files and folders.", show_default=False)
    ],
    types: Annotated[
        list[str] | None,
        typer.Option("--type", metavar="FIELD=TYPE", help=f"Type of a field: {', '.join(TYPES)}."),
    ] = None,
    time_field: Annotated[
        str | None, typer.Option(metavar="FIELD", help="The date field that is the documents' time.")
    ] = None,
    text_column: Annotated[
        str, typer.Option(metavar="NAME", help="Column or key that holds the text, where it is not guessed.")
    ] = "",
    fail_on_skip: Annotated[
        bool, typer.Option("--fail-on-skip", help="Exit 1 if a file or row was skipped.")
    ] = False,
    url: Url = "",
    as_json: AsJson = False,
) -> None:
    """Index files and folders; again, only what changed.

    Reads .md .rst .txt .html .pdf .docx .csv .tsv .jsonl .parquet, each also as .gz. Header fields, columns
    and keys become typed fields. Documents of these paths that are gone are deleted; others stay.
    """
    import adhere
    from adhere.cli.progress import progress
    from adhere.cli.show import fields_table, fields_to_json
    from adhere.read import read_paths

    skipped: list[Skipped] = []
    given = _types(types or [])
    documents = read_paths(paths, on_skip=skipped.append, text_column=text_column, without=[store])
    ahead: Iterable[Document] | None = None
    if url and (given or time_field):
        raise typer.BadParameter(
            "--type and --time-field are for who opens the store: start the server anew."
        )
    if given or time_field:
        ahead = _ahead(documents)
        again = read_paths(paths, on_skip=lambda _: None, text_column=text_column, without=[store])
        _check_fields(ahead if isinstance(ahead, list) else again, store, given, time_field)
    opening = opened(store, url) if url else adhere.open(store, types=given, time_field=time_field)
    with opening as engine:
        ahead = _ahead(documents) if ahead is None else ahead
        with progress("documents", len(ahead) if isinstance(ahead, list) else None) as show:
            added = engine.sync(ahead, within=lambda document: _of(document, paths, skipped), progress=show)
        schema = engine.schema
    if url:
        errors().print("Nothing was deleted: a server keeps what is gone from these paths.", style="dim")
    if as_json:
        print_json(
            {
                "new": added.new,
                "changed": added.changed,
                "unchanged": added.unchanged,
                "gone": added.removed,
                "skipped": [
                    {"path": each.path, "line": each.line, "reason": each.reason} for each in skipped
                ],
                "documents": schema.documents,
                "fields": fields_to_json(schema),
            }
        )
    else:
        console = results()
        console.print(_counts(added, len(skipped)))
        _reasons(skipped)
        if schema.fields:
            console.print(fields_table(console, schema))
    if skipped and fail_on_skip:
        raise typer.Exit(1)


def _types(given: list[str]) -> dict[str, FieldType]:
    types: dict[str, FieldType] = {}
    for each in given:
        name, _, type_ = each.rpartition("=")
        if not name or type_ not in TYPES:
            raise typer.BadParameter(f"{each!r}: write FIELD=TYPE with one of {', '.join(TYPES)}.")
        types[name] = cast(FieldType, type_)
    return types


def _check_fields(
    documents: Iterable[Document], store: Path, types: dict[str, FieldType], time_field: str | None
) -> None:
    """Errors  SchemaError, before a store is made or changed, for a field that neither the documents nor the
    store have, or a time that is no date"""
    import adhere
    from adhere.store.infer import Columns
    from adhere.store.manifest import NAME

    columns = Columns()
    for document in documents:
        columns.add(document)
    fields = dict(columns.schema(types=types).fields)
    wrong = _wrong_field(fields, types, time_field)
    if wrong and (store / NAME).exists():
        with adhere.open(store, create=False) as engine:
            fields = {**engine.schema.fields, **fields}
        wrong = _wrong_field(fields, types, time_field)
    if wrong:
        shown = ", ".join(f"{name} ({info.type})" for name, info in sorted(fields.items())) or "none"
        raise SchemaError(f"{wrong} Nothing was indexed. Fields: {shown}.")


def _wrong_field(fields: Mapping[str, FieldInfo], types: Iterable[str], time_field: str | None) -> str:
    """What is wrong with the options, in words; empty where nothing is."""
    for name in (*types, *([time_field] if time_field else [])):
        if name not in fields:
            return f"No document has a field {name!r}."
    if time_field and not (fields[time_field].type == "date" and fields[time_field].values):
        return (
            f"--time-field {time_field}: its values are not read as dates. Name a date field, or write the "
            "values as 2024-06-30."
        )
    return ""


def _ahead(documents: Iterator[Document]) -> Iterable[Document]:
    held = list(islice(documents, HELD + 1))
    return held if len(held) <= HELD else chain(held, documents)


def _of(document: Document, paths: list[Path], skipped: list[Skipped]) -> bool:
    """Whether a stored document came from these paths; a file that failed today keeps what it gave before."""
    file = Path(document.url)
    roots = [os.path.normpath(path.absolute()) for path in paths]
    failed = any(each.failed and file.is_relative_to(each.path) for each in skipped)
    return not failed and any(file.is_relative_to(root) for root in roots)


def _counts(added: Added, skipped: int) -> str:
    return (
        f"{added.new:,} new, {added.changed:,} changed, {added.unchanged:,} unchanged, "
        f"{added.removed:,} gone, {skipped:,} skipped"
    )


def _reasons(skipped: list[Skipped]) -> None:
    """Each in full; of many alike the first few, and the number of the others."""
    console = errors()
    kinds: dict[str, list[Skipped]] = {}
    for each in skipped:
        kinds.setdefault(_kind(each.reason), []).append(each)
    for alike in kinds.values():
        for each in alike if len(alike) <= SHOWN else alike[: SHOWN - 1]:
            console.print(f"skipped {plain(each)}")
    for kind, alike in kinds.items():
        if len(alike) > SHOWN:
            console.print(f"skipped {len(alike) - SHOWN + 1:,} more: {plain(kind)} (--json lists all)")


def _kind(reason: str) -> str:
    """A reason without what differs from file to file and row to row: names, paths, numbers, details."""
    return _NAMES.sub("...", reason).partition(":")[0]

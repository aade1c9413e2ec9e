"""What a benchmark argument means: a folder, a TREC collection, an ir_datasets id, or a hub data set."""

from __future__ import annotations

from adhere.errors import InputError
from adhere.evaluate.benchmark import Benchmark, find, load


def benchmarks(source: str) -> list[Benchmark]:
    """`FOLDER` (one or a folder of several), `trec:FOLDER`, `irds:ID`, or `hub:NAME[/SUBSET]:FOLDER`.

    Errors  FileError naming file and line, InputError for an id that is not known
    """
    kind, colon, rest = source.partition(":")
    if colon and kind == "trec":
        from adhere.evaluate.trec import load_trec

        return [load_trec(rest)]
    if colon and kind == "irds":
        from adhere.evaluate.irds import load_irds

        return [load_irds(rest)]
    if colon and kind == "hub":
        from adhere.evaluate.hub import load_hub

        name, second, folder = rest.partition(":")
        if not second:
            raise InputError(f"{source!r} lacks the local folder: hub:NAME:FOLDER. Nothing is downloaded.")
        return [load_hub(name, folder)]
    return [load(folder) for folder in find(source)]

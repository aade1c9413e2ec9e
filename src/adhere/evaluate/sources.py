"""What a benchmark argument means: a folder, a TREC collection, an ir_datasets id, or a hub data set."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from adhere.errors import InputError
from adhere.evaluate.benchmark import Benchmark, find, load


def every(sources: Iterable[str]) -> list[Benchmark]:
    """The benchmarks of several arguments, each once; those of one name are named by where they are.

    Errors  as `benchmarks`
    """
    found = {place: one for source in sources for place, one in _placed(source)}
    named = Counter(one.name for one in found.values())
    return [replace(one, name=place) if named[one.name] > 1 else one for place, one in found.items()]


def benchmarks(source: str) -> list[Benchmark]:
    """`FOLDER` (one or a folder of several), `trec:FOLDER`, `irds:ID`, or `hub:NAME[/SUBSET]:FOLDER`.

    Errors  FileError naming file and line, InputError for an id that is not known
    """
    return [one for _, one in _placed(source)]


def _placed(source: str) -> list[tuple[str, Benchmark]]:
    """Each benchmark with where it is: as it was asked for, or its folder."""
    kind, colon, rest = source.partition(":")
    if colon and kind == "trec":
        from adhere.evaluate.trec import load_trec

        return [(source, load_trec(rest))]
    if colon and kind == "irds":
        from adhere.evaluate.irds import load_irds

        return [(source, load_irds(rest))]
    if colon and kind == "hub":
        from adhere.evaluate.hub import load_hub

        name, second, folder = rest.partition(":")
        if not second:
            raise InputError(f"{source!r} lacks the local folder: hub:NAME:FOLDER. Nothing is downloaded.")
        return [(source, load_hub(name, folder))]
    return [(str(folder), load(folder)) for folder in find(source)]

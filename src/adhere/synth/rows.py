"""Write the verdict rows that a judge learns from.

    python -m adhere.synth.rows --data DIR --out DIR [--only NAME ...] [--seed 0]

One file per maker, and manifest.json: for each its rows, its labels and the licences of its sources, and the
sha256 of every file that was read. A file that is there is kept: delete it to make it again.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

from adhere.synth import papers, verdicts
from adhere.synth.labelled import labelled
from adhere.synth.reversals import Clauses, reversals
from adhere.synth.sources import Sources
from adhere.synth.verdict import Verdicts

Make = Callable[[random.Random], Iterator[Verdicts]]


def write(out: Path, makers: Mapping[str, Make], sources: Sources, *, seed: int) -> dict[str, Any]:
    """Write the rows of every maker whose file is not there; the manifest."""
    out.mkdir(parents=True, exist_ok=True)
    path = out / "manifest.json"
    manifest: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {"makers": {}, "read": {}}
    for name, make in makers.items():
        if name in manifest["makers"] and (out / f"{name}.jsonl").exists():
            continue
        partial_file = out / f"{name}.jsonl.part"
        with partial_file.open("w", encoding="utf-8") as lines:
            manifest["makers"][name] = _written(lines, make(random.Random(f"{seed}/{name}"))) | {"seed": seed}
        partial_file.rename(out / f"{name}.jsonl")
        manifest["read"] |= sources.read
        path.write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
        print(name, manifest["makers"][name], flush=True)
    return manifest


def _written(lines: Any, rows: Iterator[Verdicts]) -> dict[str, Any]:
    count, labels, met = 0, 0, 0
    licences: dict[str, set[str]] = {}
    for row in rows:
        lines.write(json.dumps(asdict(row), ensure_ascii=False) + "\n")
        count, labels = count + 1, labels + len(row.asked)
        met += sum(asked.holds is True for asked in row.asked)
        licences.setdefault(row.origin, set()).add(row.licence)
    return {
        "rows": count,
        "labels": labels,
        "met": met,
        "licences": {origin: sorted(some) for origin, some in licences.items()},
    }


def makers(sources: Sources, labels: Sequence[Path] = ()) -> dict[str, Make]:
    """Every maker of verdict rows by name. The encoder and the parser are loaded when one needs them."""
    from adhere.encode.onnx import default_encoder
    from adhere.synth.neighbours import Neighbours

    near = Neighbours(default_encoder())
    plain: dict[str, Make] = {name: partial(make, sources) for name, make in verdicts.MAKERS.items()}
    return plain | {
        "summaries": lambda rng: papers.summaries(sources, rng, near),
        "papers": lambda rng: papers.papers(sources, rng, near),
        "reversals": lambda rng: reversals(sources, rng, _clauses()),
        **(_read(sources, labels) if labels else {}),
    }


def _read(sources: Sources, labels: Sequence[Path]) -> dict[str, Make]:
    from adhere.encode.onnx import default_encoder

    encoder = default_encoder()
    return {
        "labelled": lambda rng: labelled(sources, rng, labels, encoder),
        "labelled_held_out": lambda rng: labelled(sources, rng, labels, encoder, held_out=True),
    }


def _clauses() -> Clauses:
    from adhere.parse.tagger import TaggerParser

    tagger = TaggerParser()

    def split(instruction: str, query: str) -> list[tuple[str, str]]:
        return [
            (clause.role, instruction[slice(*(clause.core or clause.span))])
            for clause in tagger.clauses(instruction, query=query)
        ]

    return split


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--data", type=Path, required=True, help="folder that holds bench/, corpora/ and train/"
    )
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument(
        "--labels", type=Path, nargs="*", default=[], help="labels/dual_view.jsonl, labels/pools.jsonl"
    )
    parser.add_argument("--only", nargs="*", default=None, metavar="NAME")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    sources = Sources(options.data)
    chosen = {
        n: m for n, m in makers(sources, options.labels).items() if options.only is None or n in options.only
    }
    write(options.out, chosen, sources, seed=options.seed)


if __name__ == "__main__":
    main()

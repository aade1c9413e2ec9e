"""Let a system that reads more than an encoder can score examples, so that an encoder may learn from it.

    python -m adhere.train.teach --examples FILE... --system adhere --out SCORES.jsonl
    python -m adhere.train.encoder --examples FILE... --teacher SCORES.jsonl --taught 1 ...

--system is what `adhere evaluate` takes: our engine, ce:FOLDER for a cross-encoder of sentence-transformers,
rerank:..., url:FILE. Its scores are read as log-odds, divided by --spread. A line per query and instruction;
a run that was stopped goes on where it was.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from adhere.errors import AdhereError
from adhere.evaluate.benchmark import Query
from adhere.evaluate.systems import System, Systems
from adhere.need import Need
from adhere.synth.protocol import Text, read, untorn
from adhere.train.bank import document
from adhere.train.views import Views, grouped


def scored(system: System, groups: Sequence[Views], done: set[str], spread: float = 1.0) -> Iterator[str]:
    """A line of JSON per query and instruction that is not in `done`: the score of every document by id.

    Errors  AdhereError where the system has no answer, which must not become a gap in what is taught
    """
    texts = {_name(text): text.text for group in groups for text in group.documents}
    system.index([document(name, text) for name, text in texts.items()])
    for group in groups:
        names = {text.id: _name(text) for text in group.documents}
        for instruction in group.instructions:
            if key(group.query, instruction) in done:
                continue
            query = Query(key(group.query, instruction), Need(group.query, instruction))
            found = system.rank(query, list(names.values()))
            if found is None:
                raise AdhereError(f"{system.name} has no answer to {group.query!r} under {instruction!r}.")
            scores = {identifier: round(found[name] / spread, 4) for identifier, name in names.items()}
            row = {"query": group.query, "instruction": instruction, "scores": scores}
            yield json.dumps(row, ensure_ascii=False)


def key(query: str, instruction: str) -> str:
    """What names a query under an instruction in a file of scores."""
    return f"{query}\n{instruction}"


def read_scores(path: Path) -> dict[str, dict[str, float]]:
    """Key -> document id -> score. A line that a crash tore is left out."""
    raw = path.read_text(encoding="utf-8") if path.exists() else ""
    rows = map(json.loads, raw[: raw.rfind("\n") + 1].splitlines())
    return {key(row["query"], row["instruction"]): row["scores"] for row in rows}


def _name(text: Text) -> str:
    # Ids of two corpora may be the same.
    return hashlib.sha1(text.text.encode("utf-8", "surrogatepass")).hexdigest()


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--examples", type=Path, nargs="+", required=True)
    parser.add_argument("--system", default="adhere")
    parser.add_argument("--spread", type=float, default=1.0)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    groups = grouped(one for file in options.examples for one in read(file))
    untorn(options.out)
    done = read_scores(options.out)
    total = len({key(group.query, asked) for group in groups for asked in group.instructions})
    with options.out.open("a", encoding="utf-8") as lines:
        for count, line in enumerate(scored(Systems()(options.system), groups, set(done), options.spread), 1):
            lines.write(line + "\n")
            lines.flush()
            if count % 200 == 0:
                print(f"{len(done) + count:,} of {total:,}", flush=True)


if __name__ == "__main__":
    main()

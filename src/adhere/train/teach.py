"""Let a system that reads more than an encoder can score examples, so that an encoder may learn from it.

    python -m adhere.train.teach --examples FILE... --system adhere --out SCORES.jsonl
    python -m adhere.train.encoder --examples FILE... --teacher SCORES.jsonl --taught 1 ...

--system is what `adhere evaluate` takes: our engine, ce:FOLDER for a cross-encoder of sentence-transformers,
rerank:..., url:FILE. Its scores are read as log-odds, divided by --spread. A line per query and instruction;
a run that was stopped goes on where it was, with the system and the spread that SCORES.jsonl.options names.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from adhere.errors import AdhereError
from adhere.evaluate.benchmark import Query
from adhere.evaluate.systems import System, Systems
from adhere.evaluate.systems.protocol import identity
from adhere.need import Need
from adhere.synth.protocol import Text, read, untorn
from adhere.synth.resume import resume
from adhere.train.bank import document
from adhere.train.views import Views, grouped

Scores = Mapping[str, Mapping[str, float]]
"""Query and instruction (`key`) -> document id -> score."""


def scored(system: System, groups: Sequence[Views], done: Scores, spread: float = 1.0) -> Iterator[str]:
    """A line of JSON per query and instruction: the score of every document by id, of all groups that ask the
    same. Left out is what `done` has for all of these documents.

    Errors  AdhereError where the system has no answer, which must not become a gap in what is taught
    """
    texts = {_name(text): text.text for group in groups for text in group.documents}
    system.index([document(name, text) for name, text in texts.items()])
    for need, names in asked(groups).items():
        named = key(need.query, need.instruction)
        if names.keys() <= done.get(named, {}).keys():
            continue
        found = system.rank(Query(named, need), list(dict.fromkeys(names.values())))
        if found is None:
            raise AdhereError(f"{system.name} has no answer to {need.query!r} under {need.instruction!r}.")
        scores = {identifier: round(found[name] / spread, 4) for identifier, name in names.items()}
        row = {"query": need.query, "instruction": need.instruction, "scores": scores}
        yield json.dumps(row, ensure_ascii=False)


def asked(groups: Sequence[Views]) -> dict[Need, dict[str, str]]:
    """Every query under an instruction -> id -> name of the documents of all groups that ask it."""
    found: dict[Need, dict[str, str]] = {}
    for group in groups:
        names = {text.id: _name(text) for text in group.documents}
        for instruction in group.instructions:
            found.setdefault(Need(group.query, instruction), {}).update(names)
    return found


def key(query: str, instruction: str) -> str:
    """What names a query under an instruction in a file of scores."""
    return f"{query}\n{instruction}"


def read_scores(path: Path) -> dict[str, dict[str, float]]:
    """Key -> document id -> score. A torn last line is left out; of one document the last score counts."""
    raw = path.read_text(encoding="utf-8") if path.exists() else ""
    found: dict[str, dict[str, float]] = {}
    # Not `splitlines`, for a query may hold a U+2028, which JSON leaves as it is.
    for line in raw.split("\n")[:-1]:
        row = json.loads(line)
        found.setdefault(key(row["query"], row["instruction"]), {}).update(row["scores"])
    return found


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
    system = Systems()(options.system)
    untorn(options.out)
    made_with = {"system": identity(system), "spread": options.spread}
    resume(options.out, options.out.with_name(options.out.name + ".options"), made_with)
    done = read_scores(options.out)
    total = len(asked(groups))
    with options.out.open("a", encoding="utf-8") as lines:
        for count, line in enumerate(scored(system, groups, done, options.spread), 1):
            lines.write(line + "\n")
            lines.flush()
            if count % 200 == 0:
                print(f"{len(done) + count:,} of {total:,}", flush=True)


if __name__ == "__main__":
    main()

"""Write examples for an encoder: instructions and criteria that were labelled by reading, and plain queries.

    python -m adhere.synth.contrasts --data DIR --labels labels --out DIR

Files of examples (`adhere.synth.protocol`), each but `plain` also as NAME_held_out, a tenth of the groups:

reversals   the instructions of train/dual_view.jsonl, under which the same documents swap (arXiv 2604.18845)
pools       six documents on one subject: the instruction written for them, and one labelled criterion
            wanted and avoided
criteria    the labelled criteria themselves as queries: documents in which they hold, and others of the
            same subject in which they do not
plain       queries without an instruction and the text that answers them

What has no relevant document left, or under an instruction none that is not, because its documents may not
be learned from, is left out; of the reversals it is printed how many.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from adhere.synth.labelled import ASKING, HELD_OUT, fold, read_labels
from adhere.synth.protocol import Example, Text, text_of, write
from adhere.synth.reversals import documents_by, named_in
from adhere.synth.sources import Sources

Texts = Mapping[tuple[str, str], Text]
"""(corpus, document id) -> the document."""
Row = Mapping[str, Any]
LABELS = ("dual_view.jsonl", "pools.jsonl")
LICENCE = "CC0-1.0"

WANTED = (
    "Only documents of which this is true: {}.",
    "A relevant document: {}. All others are not relevant.",
    "It must be one where the following holds: {}.",
    "Required: {}.",
    "I am only interested if this applies: {}.",
)
UNWANTED = (
    "Leave out documents of which this is true: {}.",
    "Not relevant: {}. All others are welcome.",
    "It must not be one where the following holds: {}.",
    "Ruled out: {}.",
    "I am not interested if this applies: {}.",
)


def reversals(sources: Sources, texts: Texts) -> Iterator[tuple[str, Example]]:
    """Group and example of every view of dual_view whose documents may be learned from."""
    for group in sources.rows("dual_view"):
        for number, view in enumerate(group["views"]):
            sides = [_found(texts, group["corpus"], view[side]) for side in ("relevant", "not_relevant")]
            if all(sides):
                key = f"reversals/{group['group']}/{number}"
                yield (
                    group["group"],
                    _example(key, "reversals", group, view["instruction"], *sides, sources=sources),
                )


def pools(sources: Sources, texts: Texts, labels: Sequence[Row]) -> Iterator[tuple[str, Example]]:
    """The instruction of every pool, and one of its criteria asked for and ruled out."""
    for pool in labels:
        name, rng = pool["group"], random.Random(pool["group"])
        for key, instruction, relevant in _asked_of(pool, rng):
            judged = {i: fits for i, fits in relevant.items() if fits is not None}
            sides = [
                _found(texts, pool["corpus"], [i for i, fits in judged.items() if fits is side])
                for side in (True, False)
            ]
            if all(sides):
                yield (
                    name,
                    _example(f"pools/{name}/{key}", "pools", pool, instruction, *sides, sources=sources),
                )


def criteria(sources: Sources, texts: Texts, labels: Sequence[Row]) -> Iterator[tuple[str, Example]]:
    """Every labelled criterion as a query."""
    for row in labels:
        asking = [one for one in row["clauses"] if one["polarity"] in ASKING]
        for number, one in enumerate(row.get("criteria") or asking):
            sides = [
                _found(texts, row["corpus"], [i for i, holds in one["holds"].items() if holds is side])
                for side in (True, False)
            ]
            if sides[0]:
                key = f"criteria/{row['group']}/{row['view']}/{number}"
                stated = {**row, "query": one["says"]}
                yield row["group"], _example(key, "criteria", stated, "", *sides, sources=sources)


def plain(sources: Sources) -> Iterator[tuple[str, Example]]:
    """Questions of nq_oracle with the passage that answers them."""
    questions = {row["_id"]: row["text"] for row in sources.rows("nq_oracle", "queries")}
    passages = {row["_id"]: row for row in sources.rows("nq_oracle")}
    for query, document in sources.pairs("nq_oracle").items():
        if query in questions and document in passages:
            row = passages[document]
            text = Text(document, f"{row['title']}\n{row['text']}" if row.get("title") else row["text"])
            licence = sources.licence("nq_oracle")
            yield (
                query,
                Example(
                    f"plain/{query}", "plain", questions[query], "", (text,), (), "nq_oracle", licence, 0
                ),
            )


def _asked_of(pool: Row, rng: random.Random) -> Iterator[tuple[str, str, dict[str, bool | None]]]:
    """Name, instruction, and document id -> whether it is relevant under it, None where that is not known."""
    asking = [one for one in pool["clauses"] if "criterion" in one]
    hard = [one for one in asking if one["polarity"] in ("want", "avoid") and one.get("unless_of") is None]
    limited = any(one.get("unless_of") is not None for one in asking)
    stated = [(one["polarity"], pool["criteria"][one["criterion"]]["holds"]) for one in hard]
    documents = pool["criteria"][0]["holds"]
    if stated and not limited:
        yield "own", pool["instruction"], {i: _fits(i, stated) for i in documents}
    splitting = [one for one in pool["criteria"] if len({*one["holds"].values()} - {None}) == 2]
    if splitting:
        one, number = rng.choice(splitting), rng.randrange(len(WANTED))
        says = one["says"].rstrip(".")
        for polarity, wordings in (("want", WANTED), ("avoid", UNWANTED)):
            yield (
                polarity,
                wordings[number].format(says),
                {i: _fits(i, [(polarity, one["holds"])]) for i in documents},
            )


def _fits(document: str, stated: Sequence[tuple[str, Mapping[str, bool | None]]]) -> bool | None:
    """Whether every want holds and no avoid does; one clause that fails decides."""
    known = [
        None if holds.get(document) is None else holds[document] == (polarity == "want")
        for polarity, holds in stated
    ]
    return False if False in known else None if None in known else True


def _example(
    key: str,
    maker: str,
    row: Row,
    instruction: str,
    relevant: tuple[Text, ...],
    rest: tuple[Text, ...],
    *,
    sources: Sources,
) -> Example:
    licence = f"{LICENCE}; {sources.licence(row['corpus'])}"
    return Example(key, maker, row["query"], instruction, relevant, rest, row["corpus"], licence, 0)


def _found(texts: Texts, corpus: str, ids: Sequence[str]) -> tuple[Text, ...]:
    return tuple(texts[corpus, i] for i in ids if (corpus, i) in texts)


def _texts(sources: Sources, labels: Sequence[Row]) -> Texts:
    """The documents that the labels and dual_view speak of."""
    wanted = named_in(sources.rows("dual_view"))
    for row in labels:
        for one in (*row.get("criteria", ()), *row["clauses"]):
            wanted.setdefault(row["corpus"], set()).update(one.get("holds", ()))
    return {place: text_of(document) for place, document in documents_by(sources, wanted).items()}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True, help="folder that holds bench/ and train/")
    parser.add_argument("--labels", type=Path, required=True, help="labels/ of the repository")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    sources = Sources(options.data)
    dual, pooled = (read_labels(options.labels / name) for name in LABELS)
    texts = _texts(sources, [*dual, *pooled])
    makers: dict[str, Callable[[], Iterator[tuple[str, Example]]]] = {
        "reversals": lambda: reversals(sources, texts),
        "pools": lambda: pools(sources, texts, pooled),
        "criteria": lambda: criteria(sources, texts, [*dual, *pooled]),
        "plain": lambda: plain(sources),
    }
    options.out.mkdir(parents=True, exist_ok=True)
    views = sum(len(group["views"]) for group in sources.rows("dual_view"))
    for name, make in makers.items():
        made = list(make())
        if name == "reversals" and len(made) < views:
            print(
                f"{views - len(made):,} of {views:,} views left out: documents that may not be learned from"
            )
        kept = [one for group, one in made if name == "plain" or fold(group) != HELD_OUT]
        held_out = [one for group, one in made if name != "plain" and fold(group) == HELD_OUT]
        for suffix, some in (("", kept), ("_held_out", held_out)):
            if some:
                count = write(options.out / f"{name}{suffix}.jsonl", iter(some), most=len(some))
                print(f"{name}{suffix}.jsonl: {count:,} examples", flush=True)


if __name__ == "__main__":
    main()

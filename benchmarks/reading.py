"""Are instructions over real stores taken for what they mean? Written ones, with their criteria.

    python benchmarks/reading.py --data DIR [--test] [--model FOLDER] [--show 10]
    python benchmarks/reading.py --data DIR --wordings shown [--needs 60]
    python benchmarks/reading.py --data DIR --everyday [--test] [--show 10]

labels/stores_development.jsonl holds 120 instructions over peps, movies and keps, labels/stores_test.jsonl
120 over peps, movies, arxiv and pysec, which nobody who builds the parser reads. A reading is compared by
what it does:
  let through   the rules of exact kinds let the same documents through
  wishes        the wishes of exact kinds move the same documents, in the same direction
  exact         both
  subjects      as many subjects (`about`) are wanted, avoided, preferred and dispreferred
  silent        nothing of exact kind was made of it although something was meant

--wordings asks instead for the very criteria of the audit's instructions over peps, pysec, movies and keps,
`about` left out: `read` of `adhere audit`, without searching.

--everyday asks for the instructions of labels/everyday.jsonl, as people type them, over eleven stores, six of
which are our own (labels/everyday); with --test for those of labels/everyday_test.jsonl, which nobody reads.
Each is put under four queries, because a query may change what the model makes of an instruction. Hence
  steady        exact under all of its queries

--hard asks for the 180 of labels/everyday_hard.jsonl, by which a tester broke the parser, over three more
stores of our own; the parser was mended by them since.
"""

from __future__ import annotations

import argparse
import json
import os
import typing
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from adhere.evaluate.audit.needs import make_needs
from adhere.evaluate.audit.truth import Truth
from adhere.evaluate.audit.wordings import HALVES, Half
from adhere.need import (
    About,
    All,
    Any,
    AsOf,
    Criteria,
    Criterion,
    Expression,
    Not,
    Recent,
    conditions,
)
from adhere.parse import language
from adhere.parse.rules import RulesParser
from adhere.parse.tagger import PACKAGED, TaggerParser
from adhere.store.infer import dated, infer
from stores import document, rows

LABELS = Path(__file__).parent.parent / "labels"
FILES = {
    "peps": "corpora/peps/corpus.jsonl",
    "movies": "corpora/movies/corpus.jsonl.gz",
    "arxiv": "corpora/arxiv.jsonl.gz",
    "keps": "corpora/keps/corpus.jsonl",
    "pysec": "corpora/pysec/corpus.jsonl.gz",
}
MOST = 3000
"""Documents of each corpus: the instructions were written over the schema of so many."""
NOW = datetime(2026, 11, 28, tzinfo=UTC)
Ids = frozenset[str]
Need = dict[str, typing.Any]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=os.environ.get("ADHERE_DATA"))
    parser.add_argument("--test", action="store_true")
    parser.add_argument("--model", type=Path, default=PACKAGED)
    parser.add_argument("--show", type=int, default=0, help="misread ones to print (development only)")
    parser.add_argument("--wordings", choices=HALVES, help="the audit's instructions instead")
    parser.add_argument("--everyday", action="store_true", help="what people type, each under four queries")
    parser.add_argument("--hard", action="store_true", help="what a tester wrote to break the parser")
    parser.add_argument("--needs", type=int, default=60, help="of the audit, over each store")
    options = parser.parse_args()
    if options.data is None:
        parser.error("give --data DIR, or set ADHERE_DATA")
    if options.wordings:
        _audited(Path(options.data), TaggerParser(options.model), options.wordings, options.needs)
        return
    kind = "hard" if options.hard else "everyday" if options.everyday else "stores"
    if options.hard and options.test:
        parser.error("--hard has no --test: all of it was read")
    needs = _needs(kind, test=options.test)
    truths = {store: truth(Path(options.data), store) for store in dict.fromkeys(n["store"] for n in needs)}
    print(f"{len(needs)} instructions\n\n| parser | store | {' | '.join(MEASURES)} |")
    print("|---|---|" + "---|" * len(MEASURES))
    for name, parse in {"rules": RulesParser().parse, "ours": TaggerParser(options.model).parse}.items():
        shown = 0 if options.test or name == "rules" else options.show
        _table(name, needs, truths, parse, shown)


def _audited(data: Path, parser: TaggerParser, half: Half, count: int) -> None:
    """How many of the audit's instructions are taken for exactly what was meant, a line a store."""
    for store in ("peps", "pysec", "movies", "keps"):
        over = truth(data, store)
        needs = make_needs(over.documents, over.schema, seed=1, count=count, wordings=half)
        needs = [need for need in needs if all(c.facet.kind != "about" for c in need.clauses)]
        right = 0
        for need in needs:
            parsed = parser.parse(need.after.instruction, query=need.query, schema=over.schema, now=NOW)
            right += set(parsed.criteria) == set(need.truth)
        print(f"{store}: {right} of {len(needs)} read exactly", flush=True)


def _needs(name: str, *, test: bool) -> list[Need]:
    files = {
        "everyday": ("everyday", "everyday_test"),
        "stores": ("stores_development", "stores_test"),
        "hard": ("everyday_hard",),
    }
    file = LABELS / f"{files[name][test]}.jsonl"
    needs = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    return [{"queries": [need.get("query", "")], **need} for need in needs]


def truth(data: Path, store: str) -> Truth:
    """What a program decides of the documents of a corpus, or of one that we made up for everyday.jsonl."""
    file = data / FILES[store] if store in FILES else LABELS / "everyday" / f"{store}.jsonl"
    found = [document(row, None) for row in islice(rows(file), MOST)]
    schema = infer(found)
    return Truth([dated(one, schema.time_field) for one in found], schema)


def _table(
    name: str,
    needs: Sequence[Need],
    truths: dict[str, Truth],
    parse: Callable[..., object],
    show: int,
) -> None:
    tally: dict[str, Counter[str]] = defaultdict(Counter)
    for need in needs:
        over = truths[need["store"]]
        meant = language.read(need["criteria"])
        made = {query: _made(parse, need["instruction"], query, over) for query in need["queries"]}
        right = {query: _compared(over, meant, criteria) for query, criteria in made.items()}
        wrong = [query for query in made if not right[query]["exact"]]
        for store in (need["store"], "all"):
            for found in right.values():
                tally[store].update(found, queries=1)
            tally[store].update(needs=1, steady=not wrong)
        if wrong and show:
            show -= 1
            _show(need, meant, {query: made[query] for query in wrong})
    for store, counts in tally.items():
        shares = [f"{counts[key] / counts['queries']:.0%}" for key in MEASURES[:-1]]
        shares.append(f"{counts['steady'] / counts['needs']:.0%}")
        print(f"| {name} | {store} ({counts['needs']}) | {' | '.join(shares)} |")


def _made(parse: Callable[..., object], instruction: str, query: str, over: Truth) -> Criteria:
    parsed = parse(instruction, query=query, schema=over.schema, now=NOW)
    return parsed.criteria  # type: ignore[attr-defined, no-any-return]


def _show(need: Need, meant: Criteria, made: dict[str, Criteria]) -> None:
    """A misread instruction, and each wrong reading with the number of its queries that lead to it."""
    print(
        f"\n[{need['store']}] {need['instruction']}\n  meant {language.write(meant)!r}".replace("\\n", "; ")
    )
    for text, times in Counter(language.write(criteria) for criteria in made.values()).items():
        print(f"  {times} of {len(need['queries'])}  " + text.replace("\n", "; "))


MEASURES = ("exact", "let through", "wishes", "subjects", "silent", "steady")


def _compared(over: Truth, meant: Criteria, made: Criteria) -> dict[str, bool]:
    through = _through(over, meant) == _through(over, made)
    wishes = _wishes(over, meant) == _wishes(over, made)
    subjects = [Counter(c.polarity for c in criteria if not _typed(c)) for criteria in (meant, made)]
    silent = any(map(_typed, meant)) and not any(_typed(c) and not c.assumed for c in made)
    return {
        "exact": through and wishes,
        "let through": through,
        "wishes": wishes,
        "subjects": subjects[0] == subjects[1],
        "silent": silent,
    }


def _typed(criterion: Criterion) -> bool:
    return any(not isinstance(leaf, About) for leaf in conditions(criterion.what))


def _through(over: Truth, criteria: Criteria) -> Ids:
    """The documents that the rules of exact kinds let through; what is assumed removes nothing."""
    kept = over.ids
    for criterion in criteria:
        if criterion.hard and not criterion.assumed and _typed(criterion):
            holding = _holding(over, criterion.what)
            kept = kept & holding if criterion.polarity == "want" else kept - holding
    return kept


def _wishes(over: Truth, criteria: Criteria) -> Counter[tuple[str, Ids]]:
    return Counter(
        (criterion.polarity, _holding(over, criterion.what))
        for criterion in criteria
        if not criterion.hard and not criterion.assumed and _typed(criterion)
    )


def _holding(over: Truth, what: Expression) -> Ids:
    """Where it holds; a subject is left out of what it is joined with, because no program decides it."""
    match what:
        case Not(part):
            return over.ids - _holding(over, part)
        case All(parts) | Any(parts):
            held = [_holding(over, part) for part in parts if not isinstance(part, About)]
            join = frozenset.intersection if isinstance(what, All) else frozenset.union
            return join(*held) if held else over.ids
        case About() | Recent() | AsOf():
            return over.ids
    values = getattr(what, "value", None)
    if isinstance(values, tuple):
        return frozenset().union(*(over.holds(type(what)(what.name, "=", value)) for value in values))
    return over.holds(what)  # type: ignore[arg-type]


if __name__ == "__main__":
    main()

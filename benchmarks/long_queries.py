"""Does an instruction that says nothing of the subject spoil a ranking? Long queries, and subjects left open.

    python benchmarks/long_queries.py --data DIR [--queries 25]

Known items, from data that may be trained on; none is a test set. `summary`: the abstract of a one-line
summary (SciTLDR). `half`: the second part of an abstract whose first part is the query (arXiv). `question`:
the paragraph that answers (SQuAD). Each is asked without an instruction, with a description of the task in
several sentences, and with two short ones; all ask for what is found without. `type`: answers of one type of
question on one disease, among those on others (MedQuAD, train split): here the instruction is needed.
nDCG@10 x100.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from adhere.evaluate.judgements import Judgements
from adhere.evaluate.measures import parse_measure
from adhere.need import Document
from adhere.search.engine import Engine
from adhere.synth.sources import Sources
from development import arguments

MEASURE = parse_measure("nDCG@10")
DOCUMENTS = 500
POOL = 40
TOLD = {
    "summary": (
        "In this retrieval task, researchers look for the paper that a one-sentence summary speaks of. A "
        "query is such a summary, written by an author or a reader; it leaves out details. A passage is "
        "an abstract of a paper in machine learning. A relevant abstract describes the same contribution,"
        " i.e. the same method applied to the same problem, and not merely a paper on the same topic. "
        "Summaries may simplify the wording. The goal is to identify the contribution in the query and to"
        " find the abstract that reports it.",
        "Find the abstract that this summary was made from.",
        "The right abstract reports the contribution stated in the query in more detail.",
    ),
    "half": (
        "This is a task about documents that were torn in two. The query is the first part of an "
        "abstract, in which the authors motivate their problem and begin to describe their approach. A "
        "candidate passage is the second part of some abstract. The correct passage continues the query: "
        "it reports experiments, results or conclusions on the very approach that the query introduces, "
        "uses the same names and terms, and reads naturally after it. It should not repeat sentences of "
        "the query. Passages on the same topic from other papers are wrong. Find the continuation of the "
        "query.",
        "Find the passage that continues this text and reports its results.",
        "The passage should state experimental results for the approach in the query.",
    ),
    "question": (
        "This task is about reading comprehension. A query is a question that a crowd worker wrote after "
        "reading a paragraph of an encyclopedia. A passage is a paragraph. A relevant paragraph contains "
        "the answer to the question explicitly, so that a reader needs no other source. Paragraphs that "
        "only mention the same entities without answering are not relevant. The goal is to understand "
        "what the question asks for, and to find the paragraph that answers it.",
        "Find the paragraph that answers this question.",
        "The paragraph must contain the answer explicitly.",
    ),
}
ONLY = (
    "only {wanted}",
    "Only {wanted}, nothing on {other}.",
    "I am looking for {wanted}; leave out anything about {other}.",
    "Just the {wanted} please. Pages on {other} are not relevant.",
)


@dataclass(frozen=True, slots=True)
class Asked:
    """A query with its instructions, the first of which is none, and the documents that it is about."""

    query: str
    instructions: tuple[str, ...]
    relevant: frozenset[str]


def summary(sources: Sources, _: random.Random) -> tuple[list[Document], list[Asked]]:
    rows = [row for row in sources.rows("scitldr") if row["text"].strip()][:DOCUMENTS]
    kept = {row["_id"] for row in rows}
    asked = [
        Asked(row["text"], ("", *TOLD["summary"]), frozenset((paper,)))
        for row in sources.rows("scitldr", "queries")
        if (paper := row["_id"].rpartition("_")[0]) in kept
    ]
    return [_document(row) for row in rows], asked


def half(sources: Sources, rng: random.Random) -> tuple[list[Document], list[Asked]]:
    long = [row for row in sources.rows("arxiv") if len(row["text"].split()) > 150]
    documents, asked = [], []
    for row in rng.sample(long, DOCUMENTS):
        words = row["text"].split()
        cut = int(0.6 * len(words))
        documents.append(Document(row["_id"], " ".join(words[cut:])))
        asked.append(Asked(" ".join(words[:cut]), ("", *TOLD["half"]), frozenset((row["_id"],))))
    return documents, asked


def question(sources: Sources, _: random.Random) -> tuple[list[Document], list[Asked]]:
    rows = [row for row in sources.rows("squad_partial") if row["metadata"].get("unit") == "paragraph"]
    kept = {row["_id"] for row in rows[:DOCUMENTS]}
    pairs = sources.pairs("squad_partial")
    asked = [
        Asked(row["text"], ("", *TOLD["question"]), frozenset((pairs[row["_id"]],)))
        for row in sources.rows("squad_partial", "queries")
        if pairs.get(row["_id"]) in kept
    ]
    return [_document(row) for row in rows[:DOCUMENTS]], asked


def type_of_question(sources: Sources, rng: random.Random) -> tuple[list[Document], list[Asked]]:
    trained = {row["_id"] for row in sources.rows("medquad", "queries")}
    diseases: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in sources.rows("medquad"):
        if row["_id"] in trained and row["text"].strip() and row["metadata"].get("focus"):
            diseases[row["metadata"]["focus"]].append(row)
    known = sorted(name for name, rows in diseases.items() if len({_type(row) for row in rows}) > 2)
    chosen = rng.sample(known, DOCUMENTS // 2)
    asked = []
    for number, name in enumerate(chosen):
        wanted, other = rng.sample(sorted({_type(row) for row in diseases[name]}), 2)
        told = ONLY[number % len(ONLY)].format(wanted=wanted, other=other)
        meant = frozenset(row["_id"] for row in diseases[name] if _type(row) == wanted)
        asked.append(Asked(name, ("", told), meant))
    return [_document(row) for name in chosen for row in diseases[name]], asked


MAKERS = {"summary": summary, "half": half, "question": question, "type": type_of_question}


def main() -> None:
    options = arguments(__doc__, "--queries")
    queries = int(options.queries or 25)
    print("| | no instruction | description of the task | short | short |\n|---|---|---|---|---|")
    for name, make in MAKERS.items():
        rng = random.Random(f"0/{name}")
        documents, asked = make(Sources(options.data), rng)
        engine = Engine.in_memory()
        engine.add(documents)
        cells = zip(*figures(engine, rng.sample(asked, queries)), strict=True)
        print(f"| {name} | " + " | ".join(f"{100 * sum(c) / len(c):.0f}" for c in cells) + " |", flush=True)


def figures(engine: Engine, asked: Sequence[Asked]) -> Iterator[list[float]]:
    """nDCG@10 of every query, one per instruction, over the documents that its words and meaning find."""
    everything = sorted(engine.store.fingerprints())
    for one in asked:
        pool: dict[str, None] = dict.fromkeys(sorted(one.relevant))
        for text in (one.query, " ".join((one.query, one.instructions[1]))):
            scores = engine.rank(text, "", everything)
            pool |= dict.fromkeys(sorted(scores, key=lambda i: -scores[i])[: POOL // 2])
        run = {told: engine.rank(one.query, told, list(pool)) for told in one.instructions}
        truth = Judgements({told: dict.fromkeys(one.relevant, 1) for told in one.instructions})
        values = MEASURE.values(truth, run)
        yield [values[told] for told in one.instructions]


def _document(row: dict[str, Any]) -> Document:
    return Document(row["_id"], row["text"], row.get("title") or "")


def _type(row: dict[str, Any]) -> str:
    return str(row["metadata"]["qtype"])


if __name__ == "__main__":
    main()

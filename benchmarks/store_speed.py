"""How fast is the default store, and how large? Medians over synthetic documents, printed as a table.

python benchmarks/store_speed.py --documents 30000
"""

from __future__ import annotations

import argparse
import hashlib
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import accumulate, islice
from pathlib import Path

import numpy as np

from adhere.encode.protocol import Encoded
from adhere.need import Document, Passage
from adhere.store.edge import EdgeStore, open_store
from adhere.store.protocol import (
    FORM,
    And,
    Clause,
    Constant,
    Divide,
    Entry,
    Everything,
    Exp,
    Formula,
    Ids,
    Ln,
    Match,
    Meaning,
    Product,
    Range,
    Sum,
    Words,
)

DIMENSION = 384
START = datetime(2015, 1, 1, tzinfo=UTC)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--documents", type=int, default=30_000)
    parser.add_argument("--sentences", type=int, default=4, help="per document, which has one passage")
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--candidates", type=int, default=200, help="documents that a program scores")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(
            Path(folder) / "store",
            encoder_name="x",
            encoder_fingerprint="x",
            dimension=DIMENSION,
            create=True,
        )
        writing = 0.0
        documents = synthetic(options.documents, options.sentences)
        while batch := list(islice(documents, 128)):
            begin = time.perf_counter()
            store.write(batch)
            writing += time.perf_counter() - begin
        print(f"write                          {options.documents / writing:10.0f} documents/s")
        measure(store, options.rounds, options.candidates)
        begin = time.perf_counter()
        store.close()
        print(f"close                          {1000 * (time.perf_counter() - begin):10.1f} ms")
        begin = time.perf_counter()
        with open_store(
            Path(folder) / "store", encoder_name="x", encoder_fingerprint="x", dimension=DIMENSION
        ) as store:
            print(f"open                           {1000 * (time.perf_counter() - begin):10.1f} ms")
            print(f"disk                           {store.manifest.bytes_per_document:10d} bytes/document")


def measure(store: EdgeStore, rounds: int, candidates: int) -> None:
    """Print the median of every kind of question."""
    rng = np.random.default_rng(1)
    words = _vocabulary()

    def clause() -> Clause:
        return Clause(_units(rng, 1)[0], " ".join(random.choices(words, k=4)))

    rejected = And((Match("status", ("Rejected",)), Range("created", gte=START + timedelta(days=400))))
    ids = sorted(store.find([clause()], Everything(), candidates))
    some = frozenset(random.sample(sorted(store.fingerprints()), len(store.fingerprints()) // 2))
    questions: dict[str, Callable[[], object]] = {
        "find, 1 clause": lambda: store.find([clause()], Everything(), 100),
        "find, 1 clause, filter": lambda: store.find([clause()], rejected, 100),
        "find, 3 clauses": lambda: store.find([clause() for _ in range(3)], Everything(), 100),
        **{
            f"score {len(ids)}, {n} clause{'s' * (n > 1)}": lambda n=n: store.score(
                ids, [clause() for _ in range(n)], program(n)
            )
            for n in (1, 3, 6)
        },
        "count, filter": lambda: store.count(rejected),
        "count, words > 20": lambda: store.count(Range(FORM + "words", gt=20)),
        "matching, filter": lambda: store.matching(rejected),
        f"find, {len(some)} ids": lambda: store.find([clause()], Ids(some), 100),
        "mentioning a rare word": lambda: store.mentioning(words[-1]),
        "mentioning a common word": lambda: store.mentioning(words[0]),
        "mentioning two words": lambda: store.mentioning(f"{words[0]} {words[1]}"),
        "candidates, 50 documents": lambda: store.candidates(ids[:50]),
    }
    for name, ask in questions.items():
        ask()
        times = []
        for _ in range(rounds):
            begin = time.perf_counter()
            ask()
            times.append(1000 * (time.perf_counter() - begin))
        print(f"{name:30} {statistics.median(times):10.2f} ms (p50 of {rounds})")


def program(clauses: int) -> Formula:
    """A sum of log-probabilities, one logistic per clause over its meaning and its saturated words."""
    terms: list[Formula] = []
    for n in range(clauses):
        words = Divide(Words(n), Sum((Words(n), Constant(5.0))))
        z = Sum((Product((Constant(-6.0), Meaning(n))), Product((Constant(-2.0), words)), Constant(3.0)))
        terms.append(Ln(Divide(Constant(1.0), Sum((Constant(1.0), Exp(z))))))
    return Sum(tuple(terms))


def synthetic(number: int, sentences: int, *, seed: int = 0) -> Iterator[Entry]:
    """Documents of Zipfian words, random unit vectors, and fields of four types."""
    rng, draw = np.random.default_rng(seed), random.Random(seed)
    vocabulary = _vocabulary()
    weights = list(accumulate(1 / rank for rank in range(1, len(vocabulary) + 1)))
    for n in range(number):
        spans, text = [], ""
        for _ in range(sentences):
            sentence = " ".join(draw.choices(vocabulary, cum_weights=weights, k=15)) + "."
            spans.append((len(text), len(text) + len(sentence)))
            text += sentence + " "
        document = Document(
            f"doc-{n}",
            text,
            f"Title {n}",
            fields={
                "status": draw.choices(["Final", "Draft", "Rejected"], [6, 3, 1])[0],
                "number": n,
                "created": (START + timedelta(days=n % 3000)).isoformat(),
                "tags": draw.sample(vocabulary[:50], 2),
            },
        )
        passage = Passage(document.id, 0, text, 0, tuple(spans))
        vectors = _units(rng, sentences + 1)
        yield Entry(
            document, (Encoded(passage, vectors[0], vectors[1:]),), hashlib.md5(text.encode()).hexdigest()
        )


def _vocabulary() -> list[str]:
    return [f"w{n}" for n in range(20_000)]


def _units(rng: np.random.Generator, number: int) -> np.ndarray:
    vectors = rng.standard_normal((number, DIMENSION)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


if __name__ == "__main__":
    main()

"""Answers kept as they come: a killed evaluation goes on where it stopped.

One line of JSON per query: {"exam", "benchmark", "system", "query", "scores"}. `exam` is a fingerprint of
the benchmark, so that answers to other questions or documents are refused. A run file and the description of
a URL are known by path and content, a model by how it was asked for, any other system by its name only: one
that has changed behind its name since needs a new file.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from adhere.errors import FileError
from adhere.evaluate.benchmark import Benchmark

Answers = dict[str, dict[str, float] | None]
"""Query id -> scores, None for a query that the system has no answer to."""


class Journal:
    """The file of an evaluation. Every answer is on disk before the next question is asked.

    Errors  FileError for a path that cannot be read or written, or that is no file of an evaluation
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self._answers: dict[tuple[str, str], Answers] = {}
        self._exams: dict[str, str] = {}
        self._read()
        try:
            self._stream = self.path.open("a", encoding="utf-8")
        except OSError as error:
            raise FileError(f"The journal {self.path} cannot be written: {error}") from error

    def answers(self, benchmark: Benchmark, system: str) -> Answers:
        """What is already answered; `system` is its identity (`systems.protocol.identity`).

        Errors  FileError if the file holds answers to another version of the benchmark
        """
        exam = self._exams.setdefault(benchmark.name, fingerprint(benchmark))
        if exam != fingerprint(benchmark):
            raise FileError(
                f"{self.path} holds answers to another version of {benchmark.name!r}: documents, queries or "
                "candidates have changed. Give another file to start anew."
            )
        return self._answers.get((benchmark.name, system), {})

    def add(self, benchmark: Benchmark, system: str, query: str, scores: dict[str, float] | None) -> None:
        """Keep one answer."""
        row = {
            "exam": self._exams[benchmark.name],
            "benchmark": benchmark.name,
            "system": system,
            "query": query,
            "scores": scores,
        }
        self._stream.write(json.dumps(row) + "\n")
        self._stream.flush()

    def close(self) -> None:
        self._stream.close()

    def _read(self) -> None:
        if not self.path.exists():
            return
        try:
            content = self.path.read_bytes()
        except OSError as error:
            raise FileError(f"The journal {self.path} cannot be read: {error}") from error
        whole = content.rfind(b"\n") + 1
        for number, line in enumerate(content[:whole].splitlines(), start=1):
            try:
                row = json.loads(line)
                self._answers.setdefault((row["benchmark"], row["system"]), {})[row["query"]] = row["scores"]
                self._exams[row["benchmark"]] = row["exam"]
            except (ValueError, KeyError, TypeError) as error:
                raise FileError(f"{self.path}:{number}: not a line of an evaluation: {error}") from error
        if whole < len(content):  # the kill came in the middle of a line
            with self.path.open("r+b") as stream:
                stream.truncate(whole)


def fingerprint(benchmark: Benchmark) -> str:
    """Changes with any document, query, instruction or candidate list."""
    digest = hashlib.sha256()
    for document in benchmark.documents:
        own = f"{document.url}\0{document.time}\0{document.group}"
        digest.update(
            f"{document.id}\0{document.title}\0{document.text}\0{document.fields}\0{own}\n".encode()
        )
    for query in benchmark.queries:
        pool = benchmark.candidates.get(query.id)
        digest.update(f"{query.id}\0{query.need}\0{pool}\n".encode())
    return digest.hexdigest()[:16]

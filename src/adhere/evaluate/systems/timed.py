"""A system with a limit per query: one that hangs ends the run with an error instead of holding it up."""

from __future__ import annotations

from collections.abc import Sequence
from queue import Empty, Queue
from threading import Thread

from adhere.errors import RemoteError
from adhere.evaluate.benchmark import Query
from adhere.evaluate.systems.protocol import System
from adhere.need import Document

Ranking = dict[str, float] | None


class Timed:
    """The same system, given `seconds` for each query. Indexing has no limit."""

    def __init__(self, system: System, seconds: float) -> None:
        self.name = system.name
        self.seconds = seconds
        self.wrapped = system

    def index(self, documents: Sequence[Document]) -> None:
        self.wrapped.index(documents)

    def rank(self, query: Query, candidates: Sequence[str] | None) -> Ranking:
        """Errors  RemoteError after `seconds`; the thread that hangs is left behind, for none can be ended"""
        answers: Queue[Ranking | Exception] = Queue()

        def work() -> None:
            try:
                answers.put(self.wrapped.rank(query, candidates))
            except Exception as error:
                answers.put(error)

        Thread(target=work, daemon=True).start()
        try:
            found = answers.get(timeout=self.seconds)
        except Empty:
            raise RemoteError(
                f"no answer within {self.seconds:g} s. Give it a longer --timeout, or leave the system out."
            ) from None
        if isinstance(found, Exception):
            raise found
        return found

"""Our engine under test, like any other system: it gets documents, a query and an instruction."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from adhere.evaluate.benchmark import Query
from adhere.evaluate.systems.protocol import DEPTH, some
from adhere.need import Answer, Document, Mode, Need
from adhere.search.engine import Engine


class Indexed:
    """One engine over the corpus at hand, shared by the modes under test so that it is encoded once."""

    def __init__(self, make: Callable[[], Engine] = Engine.in_memory) -> None:
        self._make = make
        self._documents: Sequence[Document] | None = None
        self.engine = make()

    def index(self, documents: Sequence[Document]) -> None:
        """Encode the corpus, unless it is the one that is already there.

        Errors  InputError for one without documents
        """
        if documents is not self._documents:
            some(documents)
            self.engine.close()
            self.engine = self._make()
            self.engine.add(documents)
            self._documents = documents


class Adhere:
    """Our engine in one of its modes; documents that a mode removes follow all that it keeps."""

    def __init__(self, indexed: Indexed | None = None, *, mode: Mode = "rank") -> None:
        self.name = "adhere" if mode == "rank" else f"adhere-{mode}"
        self.mode = mode
        self._indexed = indexed or Indexed()

    def index(self, documents: Sequence[Document]) -> None:
        self._indexed.index(documents)

    def rank(self, query: Query, candidates: Sequence[str] | None) -> dict[str, float]:
        engine, need = self._indexed.engine, query.need
        if candidates is not None:
            return engine.rank(need.query, need.instruction, candidates, as_of=need.as_of, mode=self.mode)
        answer = engine.search(need.query, need.instruction, k=DEPTH, as_of=need.as_of, mode=self.mode)
        return {hit.document.id: hit.score for hit in answer.hits}

    def answer(self, need: Need, k: int) -> Answer:
        """The whole answer: criteria as read, hits with their ledgers, and what removed the others."""
        return self._indexed.engine.search(
            need.query, need.instruction, k=k, as_of=need.as_of, mode=self.mode
        )

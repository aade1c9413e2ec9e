"""Systems under test, by name: `Systems()("st:my-model")`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING

from adhere.errors import InputError
from adhere.evaluate.systems.limits import Blind, Perfect, Random
from adhere.evaluate.systems.protocol import System
from adhere.need import Mode

if TYPE_CHECKING:
    from adhere.encode.protocol import Encoder
    from adhere.evaluate.systems.engine import Indexed
    from adhere.search.engine import Engine

__all__ = ["Blind", "Perfect", "Random", "System", "Systems"]


class Systems:
    """Makes systems from their names; those over our encoder (the packaged one, if none is given) share
    one index. `new` makes the engine that they share.

    adhere, adhere-balanced, adhere-strict   our engine in its modes
    blind                                    our engine without the instruction
    minilm, minilm+instruction               the packaged encoder alone, plain or with all in one text
    bm25, bm25+instruction                   bm25s
    st:MODEL, ce:MODEL                       a bi-encoder or cross-encoder of sentence-transformers, by
                                             folder or id; MODEL#TEMPLATE feeds the instruction another way
    rerank:RERANKER                          what `adhere search --rerank` takes, on the candidates
    url:FILE                                 a reranker or search behind a URL, described in a file
    run:FILE                                 a TREC run
    """

    def __init__(self, encoder: Encoder | None = None, *, new: Callable[[], Engine] | None = None) -> None:
        self._encoder, self._new = encoder, new
        self._indexed: Indexed | None = None
        self._plain: dict[str, Callable[[], System]] = {
            "adhere": partial(self._adhere, "rank"),
            "adhere-balanced": partial(self._adhere, "balanced"),
            "adhere-strict": partial(self._adhere, "strict"),
            "blind": self._blind,
            "minilm": partial(self._dense, instructed=False),
            "minilm+instruction": partial(self._dense, instructed=True),
            "bm25": partial(_bm25, instructed=False),
            "bm25+instruction": partial(_bm25, instructed=True),
        }
        self._with_argument: dict[str, Callable[[str], System]] = {
            "st": _bi_encoder,
            "ce": _cross_encoder,
            "rerank": _reranked,
            "url": _remote,
            "run": _run,
        }

    def __call__(self, name: str) -> System:
        """Errors  InputError listing the known names"""
        if name in self._plain:
            return self._plain[name]()
        kind, colon, argument = name.partition(":")
        if colon and argument and kind in self._with_argument:
            return self._with_argument[kind](argument)
        known = [*self._plain, *(f"{kind}:..." for kind in self._with_argument)]
        raise InputError(f"There is no system {name!r}. Known: {', '.join(known)}.")

    def several(self, names: Iterable[str]) -> list[System]:
        """Each once. Those that would be shown under one name, as run files of two folders are, are shown as
        they were asked for.

        Errors  InputError listing the known names
        """
        made = {name: self(name) for name in dict.fromkeys(names)}
        shown = Counter(system.name for system in made.values())
        for name, system in made.items():
            if shown[system.name] > 1:
                system.name = name
        return list(made.values())

    def _shared(self) -> Indexed:
        from adhere.evaluate.systems.engine import Indexed
        from adhere.search.engine import Engine

        self._indexed = self._indexed or Indexed(self._new or partial(Engine.in_memory, self._encoder))
        return self._indexed

    def _adhere(self, mode: Mode) -> System:
        from adhere.evaluate.systems.engine import Adhere

        return Adhere(self._shared(), mode=mode)

    def _blind(self) -> System:
        return Blind(self._adhere("rank"))

    def _dense(self, *, instructed: bool) -> System:
        from adhere.evaluate.systems.dense import Dense

        return Dense(self._shared(), instructed=instructed)


def _bm25(*, instructed: bool) -> System:
    from adhere.evaluate.systems.lexical import BM25

    return BM25(instructed=instructed)


def _bi_encoder(argument: str) -> System:
    from adhere.evaluate.systems.models import BiEncoder
    from adhere.render import INSTRUCTED

    model, hash_, template = argument.partition("#")
    return BiEncoder(model, template=template.replace("\\n", "\n") if hash_ else INSTRUCTED)


def _cross_encoder(argument: str) -> System:
    from adhere.evaluate.systems.reranked import Reranked
    from adhere.rerank import reranker

    return Reranked(
        reranker(f"st:{argument}"), name=f"ce:{argument.partition('#')[0]}", identity=f"ce:{argument}"
    )


def _reranked(argument: str) -> System:
    from adhere.evaluate.systems.reranked import Reranked
    from adhere.rerank import reranker

    return Reranked(reranker(argument), identity=f"rerank:{argument}")


def _remote(path: str) -> System:
    from adhere.evaluate.systems.remote import remote

    return remote(path)


def _run(path: str) -> System:
    from adhere.evaluate.systems.runs import RunFile

    return RunFile(path)

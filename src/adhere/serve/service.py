"""The one object behind every surface: HTTP and MCP ask it, and it asks the engine.

Searches run in a bounded pool of threads under a shared lock; writes run one after another in a lane of
their own and hold the store only while they write. What does not fit is refused at once, and what takes
longer than the time limit ends at its next step.
"""

from __future__ import annotations

import asyncio
import copy
import os
import threading
from collections.abc import AsyncGenerator, Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, TypeVar

from adhere.errors import InputError
from adhere.judge.logic import leaves
from adhere.need import Answer, Criteria, Document, Mode, Parsed
from adhere.parse.language import read
from adhere.schema import Schema
from adhere.search.engine import Engine
from adhere.search.indexing import Added
from adhere.search.trace import Event
from adhere.serve.access import Caller
from adhere.serve.refusals import Busy, NoSuchDocument
from adhere.serve.view import Shared, View

T = TypeVar("T")
Needs = Literal["store", "store alone", "nothing"]
"""What work needs: the store as it is, the store to itself for writing, or only a thread."""
MOST_CONDITIONS = 100
"""Conditions of one need; each costs a pass over the candidates."""


def cores() -> int:
    """Threads that searches may use: as many as cores, and at least two, so that none waits for one alone."""
    return max(2, os.cpu_count() or 2)


@dataclass(frozen=True, slots=True)
class Limits:
    """What one server takes on: bytes of a body, seconds of a request and of a write (which encodes what it
    is given), requests a second and their burst (per token, or per address where there are no tokens),
    searches at once, and how many more may wait."""

    body: int = 8 * 1024 * 1024
    seconds: float = 30.0
    writing: float = 300.0
    rate: float = 100.0
    burst: int = 200
    threads: int = field(default_factory=cores)
    waiting: int = 128


@dataclass(frozen=True, slots=True)
class Ask:
    """One search as a caller asks for it, in the words of `Engine.search`."""

    query: str
    instruction: str = ""
    k: int = 10
    as_of: datetime | None = None
    mode: Mode = "balanced"
    filters: str | Criteria | None = None
    criteria: str | Criteria | None = None


class Service:
    """One engine for many callers. Close it to stop its threads; the engine stays open."""

    def __init__(self, engine: Engine, *, name: str = "default", limits: Limits | None = None) -> None:
        self.engine = engine
        self.name = name
        self.limits = limits or Limits()
        self.running = 0
        self._shared = Shared(engine.store)
        self._engines: dict[tuple[Criteria, str], Engine] = {}
        self._opening = threading.Lock()
        self._pool = ThreadPoolExecutor(self.limits.threads, "search")
        self._lane = ThreadPoolExecutor(1, "write")
        self._counting = threading.Lock()

    # --- what callers ask ------------------------------------------------------------------------

    async def search(self, caller: Caller, ask: Ask) -> Answer:
        """The answer alone. Errors  as `Engine.search`, and Busy"""
        async with aclosing(self.stream(caller, ask)) as events:
            async for event in events:
                if isinstance(event, Answer):
                    return event
        raise AssertionError("a stream ends with its answer")

    async def stream(self, caller: Caller, ask: Ask) -> AsyncGenerator[Event | Answer]:
        """What is planned, then each step as it ends, then the answer.

        Who stops listening, or waits longer than the time limit, ends the search at its next step.
        """
        loop, events = asyncio.get_running_loop(), asyncio.Queue[Event | None]()
        gone = threading.Event()

        def tell(event: Event) -> None:
            if gone.is_set():
                raise Busy("Nobody waits for this search any more.")
            loop.call_soon_threadsafe(events.put_nowait, event)

        task = asyncio.ensure_future(self.run(lambda: self._search(caller, ask, tell)))
        task.add_done_callback(lambda _: events.put_nowait(None))
        try:
            while (event := await events.get()) is not None:
                yield event
            yield await task
        finally:
            gone.set()
            task.cancel()

    def _search(self, caller: Caller, ask: Ask, tell: Callable[[Event], None]) -> Answer:
        return self.engine_of(caller).search(
            ask.query,
            ask.instruction,
            k=ask.k,
            as_of=ask.as_of,
            mode=ask.mode,
            filters=few(ask.filters),
            criteria=few(ask.criteria),
            on_event=tell,
        )

    async def parse(self, caller: Caller, instruction: str, query: str, as_of: datetime | None) -> Parsed:
        """What the instruction asks of the documents that the caller sees."""
        return await self.run(lambda: self.engine_of(caller).parse(instruction, query, as_of=as_of))

    async def add(self, caller: Caller, documents: Sequence[Document]) -> Added:
        """Insert or replace; all of them are kept when this returns. Errors  NotAllowed outside the filter"""
        return await self.run(lambda: self.engine_of(caller).add(documents), "store alone")

    async def delete(self, caller: Caller, identifier: str) -> None:
        """Errors  NoSuchDocument, also for one that the caller does not see"""
        if not await self.run(lambda: self.engine_of(caller).delete([identifier]), "store alone"):
            raise missing(identifier)

    async def get(self, caller: Caller, identifier: str) -> Document:
        """Errors  NoSuchDocument, also for one that the caller does not see"""
        found = await self.run(lambda: self.engine_of(caller).store.get([identifier]))
        if identifier not in found:
            raise missing(identifier)
        return found[identifier]

    async def schema(self, caller: Caller) -> Schema:
        """The fields of the documents that the caller sees."""
        return await self.run(lambda: self.engine_of(caller).schema)

    async def status(self, caller: Caller) -> dict[str, Any]:
        """What the store holds, as far as the caller sees it."""
        engine = self.engine if not caller.filter else self.engine_of(caller)
        return {"store": self.name, **await self.run(engine.status)}

    # --- how it runs -----------------------------------------------------------------------------

    def engine_of(self, caller: Caller) -> Engine:
        """The engine over what the caller sees, with what the caller always wants."""
        key = (caller.filter, caller.standing)
        with self._opening:
            if key not in self._engines:
                self._engines[key] = Engine(
                    self._shared.view(caller.filter),
                    self.engine.encoder,
                    # A parser keeps a dictionary of the schema it last saw: one caller's is not another's.
                    parser=copy.copy(self.engine.parser),
                    standing=caller.standing or self.engine.standing,
                    time_field=self.engine.time_field,
                    reranker=self.engine.reranker,
                    rerank_top=self.engine.rerank_top,
                    fitted=self.engine.fitted,
                )
            return self._engines[key]

    def problems(self, callers: Iterable[Caller]) -> list[str]:
        """Filters that cannot be asked of this store: their callers see nothing."""
        found = []
        for caller in callers:
            store = self.engine_of(caller).store
            if isinstance(store, View) and store.problem:
                found.append(f"The token {caller.name!r} sees nothing: {store.problem}")
        return found

    async def run(self, work: Callable[[], T], needs: Needs = "store") -> T:
        """Do it in the pool, or in the lane of the writes.

        Errors  Busy if the queue is full, or the time limit has passed
        """
        with self._counting:
            if self.running >= self.limits.threads + self.limits.waiting:
                raise Busy(f"{self.running} requests are under way and wait already.", retry_after=1)
            self.running += 1
        match needs:
            case "store":
                future = self._pool.submit(self._reading, work)
            case "store alone":
                future = self._lane.submit(work)
            case "nothing":
                future = self._pool.submit(work)
        future.add_done_callback(lambda _: self._done())
        seconds = self.limits.writing if needs == "store alone" else self.limits.seconds
        try:
            return await asyncio.wait_for(asyncio.wrap_future(future), seconds)
        except TimeoutError:
            after = "; what was being written may still be" if needs == "store alone" else ""
            raise Busy(
                f"The time limit of {seconds:g} s has passed{after}. Ask for less at once.",
                retry_after=seconds,
            ) from None

    async def run_alone(self, work: Callable[[Callable[[], None]], T]) -> T:
        """Do work that does not touch the store. It is handed a function to call between its steps, which
        ends it by raising once nobody waits any more.

        Errors  as `run`
        """
        gone = threading.Event()

        def go_on() -> None:
            if gone.is_set():
                raise Busy("Nobody waits for this any more.")

        try:
            return await self.run(lambda: work(go_on), "nothing")
        finally:
            gone.set()

    def _reading(self, work: Callable[[], T]) -> T:
        with self._shared.lock.reading():
            return work()

    def _done(self) -> None:
        with self._counting:
            self.running -= 1

    def close(self) -> None:
        """Let what runs come to its end, and stop."""
        self._pool.shutdown(cancel_futures=True)
        self._lane.shutdown()


def few(criteria: str | Criteria | None) -> Criteria | None:
    """Criteria, read where they are text.

    Errors  CriteriaError; InputError for too many conditions
    """
    found = read(criteria) if isinstance(criteria, str) else criteria
    asked = sum(1 for _ in leaves(found or ()))
    if asked > MOST_CONDITIONS:
        raise InputError(f"There are {asked} conditions; a server takes {MOST_CONDITIONS} in one need.")
    return found


def missing(identifier: str) -> NoSuchDocument:
    """The same words whether it is not there or not to be seen."""
    return NoSuchDocument(f"There is no document {identifier!r}.")

"""What does a wire cost, and does a server hold? Searches from many clients, with a writer beside them.

python benchmarks/serve_load.py CORPUS.jsonl --documents 1000 --seconds 20
python benchmarks/serve_load.py CORPUS.jsonl --documents 13500 --minutes 10
python benchmarks/serve_load.py CORPUS.jsonl --store arxiv.adhere --copies 33 --minutes 10

A store is made of the corpus, or --store is copied, such as one that audit.py or search_speed.py keeps, and
--copies writes its documents so many times under other ids; the corpus then gives the titles that are
searched for. Prints a table: in this process, over HTTP one after another, over HTTP from all clients at
once; the memory of the server before, meanwhile and after; and whether everything that was acknowledged is
still there.
"""

from __future__ import annotations

import argparse
import http.client
import json
import random
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

import adhere
from adhere.need import Document
from adhere.read import read_paths
from stores import multiplied

Need = tuple[str, str]
_SAMPLED = 60.0
"""Seconds from one look at the server's memory to the next."""


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("corpus", type=Path, help="a file that adhere index reads")
    parser.add_argument("--documents", type=int, default=1_000)
    parser.add_argument("--store", type=Path, help="a store to copy, in place of making one")
    parser.add_argument("--copies", type=int, default=1, help="how often its documents are written")
    parser.add_argument("--clients", type=int, default=32)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--minutes", type=float, help="in place of --seconds")
    parser.add_argument("--needs", type=int, default=60, help="for the measurements one after another")
    options = parser.parse_args()
    seconds = options.minutes * 60 if options.minutes else options.seconds
    documents = list(islice(read_paths([options.corpus], on_skip=lambda _: None), options.documents))
    needs = _needs(documents)
    with tempfile.TemporaryDirectory() as folder:
        store = Path(folder) / "load.adhere"
        if options.store:
            shutil.copytree(options.store, store)
        with adhere.open(store) as engine:
            if not options.store:
                engine.add(documents)
            multiplied(engine, options.copies)
            held = engine.schema.documents
        copy = shutil.copytree(store, Path(folder) / "copy.adhere")
        with _server(store) as (process, port), adhere.open(copy) as engine:
            alone, single = _pairs(lambda need: engine.search(*need), _searcher(port), needs[: options.needs])
            before = _memory(process.pid)
            memory: list[float] = []
            crowd, acknowledged, errors, passed = _crowd(
                port, needs, options.clients, seconds, lambda: memory.append(_memory(process.pid))
            )
            after = _memory(process.pid)
            lost = _lost(port, acknowledged)
    print(f"{held:,} documents, {options.clients} clients, {passed:.0f} s, instructed searches\n")
    print("| | searches/s | p50 ms | p95 ms | p99 ms |\n|---|---|---|---|---|")
    _row("in process, one after another", alone, sum(alone))
    _row("HTTP, one after another", single, sum(single))
    _row(f"HTTP, {options.clients} clients and a writer", crowd, passed)
    print(f"\nHTTP over in-process, p50: {statistics.median(single) / statistics.median(alone):.2f}x")
    print(f"memory of the server: {before:.0f} MB before, {after:.0f} MB after")
    print(f"in between, every {_SAMPLED:.0f} s: {', '.join(f'{size:.0f}' for size in memory)} MB")
    print(f"written meanwhile: {len(acknowledged):,} acknowledged, {lost} of them lost; {errors} errors")


def _needs(documents: Sequence[Document]) -> list[Need]:
    """Titles as queries, and other titles to stay away from: made, but of real words."""
    draw = random.Random(7)
    titles = [document.title or document.text[:60] for document in documents]
    return [
        (draw.choice(titles), f"nothing about {draw.choice(titles)}, preferably recent") for _ in range(1000)
    ]


def _pairs(
    here: Callable[[Need], Any], there: Callable[[Need], Any], needs: Sequence[Need]
) -> tuple[list[float], list[float]]:
    """Seconds of each search here and there, by turns, so that both meet the same machine."""
    for need in needs[:5]:
        here(need), there(need)
    pairs = [(_timed(here, need), _timed(there, need)) for need in needs]
    return [one for one, _ in pairs], [other for _, other in pairs]


def _timed(search: Callable[[Need], Any], need: Need) -> float:
    began = time.perf_counter()
    search(need)
    return time.perf_counter() - began


def _searcher(port: int) -> Callable[[Need], Any]:
    """One client with one connection that it keeps."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def search(need: Need) -> Any:
        return _sent(connection, "POST", "/v1/search", {"query": need[0], "instruction": need[1]})

    return search


def _sent(connection: http.client.HTTPConnection, method: str, path: str, body: Any = None) -> Any:
    connection.request(
        method, path, None if body is None else json.dumps(body), {"Content-Type": "application/json"}
    )
    response = connection.getresponse()
    data = json.load(response)
    if response.status >= 300:
        raise RuntimeError(f"{response.status} {data}")
    return data


def _crowd(
    port: int, needs: Sequence[Need], clients: int, seconds: float, look: Callable[[], None]
) -> tuple[list[float], list[str], int, float]:
    """All clients search and one writes until the time is over: latencies, ids written, errors, seconds.

    `look` is called every minute meanwhile."""
    end = time.perf_counter() + seconds
    latencies: list[float] = []
    acknowledged: list[str] = []
    errors: list[Exception] = []

    def reader(seed: int) -> None:
        draw, search = random.Random(seed), _searcher(port)
        while time.perf_counter() < end:
            try:
                latencies.append(_timed(search, draw.choice(needs)))
            except Exception as error:
                errors.append(error)
                search = _searcher(port)

    def writer() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        while time.perf_counter() < end:
            i = f"written-{len(acknowledged)}"
            document = {"text": f"What was written as {i}.", "fields": {"authors": [f"Writer {i}"]}}
            _sent(connection, "PUT", f"/v1/documents/{i}", document)
            acknowledged.append(i)
            time.sleep(0.05)

    threads = [threading.Thread(target=reader, args=(n,)) for n in range(clients)]
    threads.append(threading.Thread(target=writer))
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    while end - time.perf_counter() > _SAMPLED:
        time.sleep(_SAMPLED)
        look()
    for thread in threads:
        thread.join()
    if errors:
        print(f"first error: {errors[0]!r}", file=sys.stderr)
    return latencies, acknowledged, len(errors), time.perf_counter() - began


def _lost(port: int, ids: Sequence[str]) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    lost = 0
    for i in ids:
        connection.request("GET", f"/v1/documents/{i}")
        response = connection.getresponse()
        response.read()
        lost += response.status != 200
    return lost


@contextmanager
def _server(store: Path) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    serve = ["serve", str(store), "--port", str(port), "--rate", "1000000", "--time-limit", "60"]
    command = [sys.executable, "-c", "from adhere.cli import main; main()", *serve]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        while process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                time.sleep(0.1)
        yield process, port
    finally:
        process.terminate()
        process.wait()


def _memory(pid: int) -> float:
    """Resident megabytes."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError("no VmRSS in /proc: this benchmark needs Linux")


def _row(name: str, latencies: Sequence[float], seconds: float) -> None:
    if len(latencies) < 2:
        print(f"| {name} | | too few | | |")
        return
    cuts = statistics.quantiles(latencies, n=100, method="inclusive")
    per_second = len(latencies) / seconds
    print(
        f"| {name} | {per_second:.1f} | {1e3 * cuts[49]:.0f} | {1e3 * cuts[94]:.0f} | {1e3 * cuts[98]:.0f} |"
    )


if __name__ == "__main__":
    main()
